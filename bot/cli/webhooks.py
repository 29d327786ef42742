"""`redtag webhooks`: the log of calls to other systems, and sending them again."""

import sys
from dataclasses import asdict
from typing import Any, Final

import click

from bot.cli.common import OpenDesk, json_option, open_desk, print_json, run, team_option, who
from bot.main.stop import Stop
from store.hook_log import MOST, HookLog
from store.outbox import hint
from store.pool import Pool
from workflows.hook_log import STATES, HookEntry, Replayed


class RequestNumber(click.ParamType[int]):
    name = "R-12"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).upper().removeprefix("R-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            self.fail(f"{value!r} is not a request; write it as R-12.", param, ctx)
        return int(digits)


MOST_DIGITS: Final = 15
endpoint_option = click.option("--endpoint", metavar="NAME", help="Only this webhook; refund is the refund hook.")


@click.group()
def webhooks() -> None:
    """See what was sent to other systems, and send it again."""


@webhooks.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only calls in this state.")
@click.option("--request", type=RequestNumber(), help="Only calls about this request.")
@endpoint_option
@click.option("--most", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many.")
@team_option
@json_option
def list_command(
    *, state: str | None, request: int | None, endpoint: str | None, most: int, team: str | None, as_json: bool
) -> None:
    """List calls, the newest first."""
    states = [state] if state else None
    with open_desk(team) as desk:
        found = run(
            desk.url,
            lambda pool: HookLog(pool).page(desk.desk_id, endpoint=endpoint, states=states, request=request, most=most),
        )
    if as_json:
        print_json([described(each) for each in found])
        return
    for each in found:
        click.echo(line(each))
    if not found:
        click.echo("There is none.")


@webhooks.command()
@click.argument("webhook_id", metavar="ID")
@team_option
@json_option
def show(webhook_id: str, *, team: str | None, as_json: bool) -> None:
    """Show one call with the body that every try sends. ID is its webhook-id."""
    with open_desk(team) as desk:
        found, body = run(desk.url, lambda pool: _one(HookLog(pool), desk.desk_id, webhook_id))
    if found is None:
        raise Stop(f"There is no call {webhook_id[:200]!r} on this desk.")
    if as_json:
        print_json({**described(found), "body": body})
        return
    for name, value in described(found).items():
        click.echo(f"{name:<12} {'' if value is None else value}")
    click.echo(f"\n{body}")


@webhooks.command()
@click.argument("ids", metavar="[ID]…", nargs=-1)
@click.option("--failed", is_flag=True, help="Every call whose last try failed or is unknown.")
@endpoint_option
@team_option
@json_option
def replay(ids: tuple[str, ...], *, failed: bool, endpoint: str | None, team: str | None, as_json: bool) -> None:
    """Send calls again, each with its own id and bytes: those named, or with --failed all that did not get through.

    A refund that was accepted is not sent again. Exit code 1 where one of those named was not.
    """
    if failed is bool(ids):
        raise click.UsageError("Give the ids of calls, or --failed.")
    if endpoint and ids:
        raise click.UsageError("--endpoint goes with --failed.")
    with open_desk(team) as desk:
        done = run(desk.url, lambda pool: _replay(pool, desk, ids, endpoint))
    if as_json:
        print_json({"replayed": list(done.again), "refused": dict(done.refused)})
    else:
        click.echo("\n".join(sentences(done, failed=failed)))
    if done.refused:
        sys.exit(1)


async def _one(log: HookLog, desk_id: str, webhook_id: str) -> tuple[HookEntry | None, str]:
    return await log.one(desk_id, webhook_id), await log.body(desk_id, webhook_id)


async def _replay(pool: Pool, desk: OpenDesk, ids: tuple[str, ...], endpoint: str | None) -> Replayed:
    log = HookLog(pool)
    done = await log.replay(desk.desk_id, ids or await log.given_up(desk.desk_id, endpoint), actor=who())
    await hint(pool)
    return done


def sentences(done: Replayed, *, failed: bool) -> list[str]:
    count = len(done.again)
    said = [f"{count} {'call' if count == 1 else 'calls'} will be sent again."] if count else []
    said += [f"{each[:200]!r} {why}." for each, why in done.refused.items()]
    return said or ["Every call got through, or is on its way." if failed else "There is nothing to send again."]


def line(entry: HookEntry) -> str:
    tries = "1 try" if entry.attempts == 1 else f"{entry.attempts} tries"
    error = f", {entry.error}" if entry.error else ""
    what = f"{entry.endpoint}: {entry.type} R-{entry.request} on {entry.order}"
    return f"{entry.created_at:%Y-%m-%d %H:%M:%S}  {entry.id}  {what}: {entry.state}, {tries}{error}"


def described(entry: HookEntry) -> dict[str, Any]:
    """As the REST API has it."""
    return {
        **asdict(entry),
        "request": f"R-{entry.request}",
        "hold": f"H-{entry.hold}" if entry.hold else None,
        "created_at": entry.created_at.isoformat(),
        "tried_at": entry.tried_at.isoformat() if entry.tried_at else None,
        "accepted_at": entry.accepted_at.isoformat() if entry.accepted_at else None,
    }
