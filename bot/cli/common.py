"""What several commands share: the database, the desk, and how results are printed."""

import asyncio
import getpass
import importlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import click
import orjson

from bot.main.stop import Stop
from bot.settings import Settings, read_settings
from store.pool import Pool
from workflows.policy.model import Policy

T = TypeVar("T")

team_option = click.option(
    "--team", metavar="T…", help="The workspace; may be left out where there is exactly one desk."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Lazy(click.Group):
    """A group whose commands are named as `module:attribute` and imported when they are called."""

    def __init__(self, *args: Any, commands: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = commands

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), attribute))


@dataclass(frozen=True, slots=True)
class OpenDesk:
    url: str
    desk_id: str
    policy: Policy


def settings() -> Settings:
    return read_settings(os.environ)


@contextmanager
def open_database() -> Iterator[str]:
    """The address of a database at the newest migration."""
    from bot.main.database import check_at_head, database

    with database(settings()) as url:
        check_at_head(url)
        yield url


@contextmanager
def open_desk(team: str | None) -> Iterator[OpenDesk]:
    """The desk a command works on. Raises `Stop` where it is not clear which, or there is none."""
    with open_database() as url:
        desk_id, policy = run(url, lambda pool: _desk(pool, team))
        yield OpenDesk(url, desk_id, policy)


async def _desk(pool: Pool, team: str | None) -> tuple[str, Policy]:
    from store.policies import policy_in_force

    desk_id = await chosen_desk(pool, team)
    _, policy = await policy_in_force(pool, desk_id)
    if policy is None:
        raise Stop(
            f"There is no desk for workspace {desk_id} yet: make one with `redtag desk apply FILE --team {desk_id}`."
        )
    return desk_id, policy


async def chosen_desk(pool: Pool, team: str | None) -> str:
    """The team that was named, else the only desk there is."""
    from store.policies import desks

    if team:
        return team
    known = await desks(pool)
    if len(known) == 1:
        return known[0]
    if not known:
        raise Stop("There is no desk yet: make one with `redtag desk apply FILE --team T…`.")
    raise Stop(f"There are several desks: say which with --team. Known: {', '.join(known)}.")


def run(url: str, work: Callable[[Pool], Awaitable[T]]) -> T:
    """Run something that needs a pool, with patience instead of a click's deadlines."""
    from psycopg import OperationalError

    from bot.main.database import unreachable
    from store.pool import make_pool

    async def with_pool() -> T:
        async with make_pool(url, options="") as pool:
            return await work(pool)

    try:
        return asyncio.run(with_pool())
    except OperationalError as away:
        raise Stop(unreachable(away)) from away


def who() -> str:
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as containers have
        return "cli"


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
