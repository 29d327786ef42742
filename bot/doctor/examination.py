"""The whole examination: each check with a time limit, none able to stop another, and nothing sent to anybody."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import aiohttp
import psycopg
from psycopg_pool import PoolTimeout
from slack_sdk.errors import SlackApiError

from bot.delivery.problems import CALL_ERRORS
from bot.doctor import channels, database, desk, machine, outside, people, slack, templates
from bot.doctor.finding import Finding, Findings, Show, State, problem, skipped
from bot.doctor.settings import check_settings, readable
from bot.main.database import database as open_database
from bot.main.database import unreachable
from bot.main.stop import Stop
from bot.settings import Settings, SettingsProblem
from store.checkup import server
from store.pool import Pool, make_pool
from workflows.policy.model import Policy

SECONDS: Final = 15.0
MANY_SECONDS: Final = 60.0  # for what asks Slack about many things
Clock = Callable[[], datetime]
T = TypeVar("T")

AFTER_DATABASE: Final = (database.MIGRATIONS, database.SECURITY, database.DATABASE_ROLES)
OF_DESK: Final = (desk.DESK, desk.POLICY)
OF_SLACK: Final = (slack.SCOPES, slack.SOCKET_MODE)
OF_POLICY: Final = (channels.CHANNELS, people.PEOPLE, people.USER_GROUPS)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Examination:
    """Findings in the order in which they come; `show` sees each at once."""

    environment: Mapping[str, str]
    settings: Settings
    show: Show
    findings: list[Finding]

    def tell(self, found: Findings) -> bool:
        """True where nothing among them is a problem."""
        for finding in found:
            self.findings.append(finding)
            self.show(finding)
        return all(finding.state is not State.PROBLEM for finding in found)

    def skip(self, checks: tuple[str, ...], why: str) -> None:
        self.tell([skipped(check, why) for check in checks])

    async def check(self, name: str, work: Awaitable[Findings], seconds: float = SECONDS) -> bool:
        return self.tell((await self._tried(name, _alone(work), seconds))[1])

    async def learn(self, name: str, work: Awaitable[tuple[T, Findings]], nothing: T, seconds: float = SECONDS) -> T:
        """What a check came to know, or `nothing` where it failed."""
        known, found = await self._tried(name, work, seconds)
        self.tell(found)
        return nothing if known is None else known

    async def _tried(self, name: str, work: Awaitable[tuple[T, Findings]], seconds: float) -> tuple[T | None, Findings]:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except Exception as failed:  # noqa: BLE001 - one check that fails must not take the others down
            return None, [_failure(name, failed, seconds)]


async def _alone(work: Awaitable[Findings]) -> tuple[None, Findings]:
    return None, await work


def _failure(name: str, failed: BaseException, seconds: float) -> Finding:
    if isinstance(failed, BaseExceptionGroup):
        return _failure(name, failed.exceptions[0], seconds)
    if isinstance(failed, psycopg.OperationalError | PoolTimeout):
        return problem(name, unreachable(failed), "Start PostgreSQL, or correct DATABASE_URL.")
    if isinstance(failed, SlackApiError):
        return problem(name, f"Slack answers {slack.code_of(failed)}.", "Try again in a minute.")
    if isinstance(failed, TimeoutError):
        return problem(name, f"There was no answer within {seconds:.0f} s.", "Try again; is the network slow?")
    if isinstance(failed, CALL_ERRORS):
        return problem(name, f"The connection failed ({type(failed).__name__}).", "Try again; is there a way out?")
    found = f"The check itself failed ({type(failed).__name__}: {failed})."
    return problem(name, found, "Please report this line.")


async def examine(
    environment: Mapping[str, str], team: str | None, *, show: Show, clock: Clock = utc_now
) -> list[Finding]:
    """Every check there is, in one order. `clock` is this machine's."""
    settings, broken = readable(environment)
    exam = Examination(environment, settings, show, [])
    exam.tell(list(check_settings(environment)))
    async with AsyncExitStack() as stack:
        pool, database_clock = await _database(exam, stack, clock, "DATABASE_URL" in " ".join(broken))
        desk_id, policy = await _desk(exam, pool, team)
        slack_clock = await _slack(exam, stack, desk_id or team or "", policy, clock)
        await _outside(exam, stack, policy)
        _clocks(exam, database_clock, slack_clock)
        await _outbox(exam, pool, desk_id)
    return exam.findings


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock elsewhere said, and this machine's in the same moment."""

    name: str
    there: datetime | None
    here: datetime


async def _database(
    exam: Examination, stack: AsyncExitStack, clock: Clock, unreadable: bool
) -> tuple[Pool | None, Reading | None]:
    exam.tell(machine.check_folder(exam.settings))
    url = "" if unreadable else await exam.learn(database.DATABASE, _opened(exam.settings, stack), "", MANY_SECONDS)
    if not url:
        exam.skip(AFTER_DATABASE, "There is no database to look at.")
        return None, None
    if not await exam.check(database.DATABASE, database.check_server(url)):
        exam.skip(AFTER_DATABASE, "The database cannot be used.")
        return None, None
    reading = await _database_clock(url, clock)
    if not await exam.check(database.MIGRATIONS, database.check_migrations(url)):
        exam.skip(AFTER_DATABASE[1:], "The database is not at the newest migration.")
        return None, reading
    await exam.check(database.SECURITY, database.check_row_security(url))
    usable = await exam.check(database.DATABASE_ROLES, database.check_database_roles(url))
    return (await stack.enter_async_context(make_pool(url, options="")) if usable else None), reading


async def _opened(settings: Settings, stack: AsyncExitStack) -> tuple[str, Findings]:
    """The address of the database, started where it is our own. Starting and stopping it blocks, so not here."""
    opening = open_database(settings)
    try:
        url = await asyncio.to_thread(opening.__enter__)
    except (Stop, SettingsProblem) as refused:
        return "", [problem(database.DATABASE, str(refused), "Correct it, then look again.")]
    stack.push_async_callback(asyncio.to_thread, opening.__exit__, None, None, None)
    return url, []


async def _database_clock(url: str, clock: Clock) -> Reading | None:
    with suppress(psycopg.Error, OSError):
        there = (await server(url)).now
        return Reading("the database", there, clock())
    return None


async def _desk(exam: Examination, pool: Pool | None, team: str | None) -> tuple[str, Policy | None]:
    if pool is None:
        exam.skip(OF_DESK, "The database has to be mended first.")
        return "", None
    desk_id = await exam.learn(desk.DESK, desk.find_desk(pool, team), "")
    if not desk_id:
        exam.tell([desk.no_desk(desk.POLICY)])
        return "", None
    return desk_id, await exam.learn(desk.POLICY, desk.read_policy(pool, desk_id), None)


async def _slack(
    exam: Examination, stack: AsyncExitStack, desk_id: str, policy: Policy | None, clock: Clock
) -> Reading | None:
    nothing: Any = None
    workspace: slack.Workspace | None = None
    if exam.settings.bot_token:
        client = await stack.enter_async_context(slack.slack_client(exam.settings))
        workspace = await exam.learn(slack.SLACK, slack.connect(client, desk_id), nothing)
    else:
        exam.skip((slack.SLACK,), "There is no bot token.")
    if workspace is None:
        exam.skip((*OF_SLACK, *OF_POLICY), "Slack cannot be asked.")
        _roles(exam, policy, {})
        exam.skip((templates.TEMPLATES,), "Slack cannot be asked.")
        return None
    reading = Reading("Slack", workspace.now, clock())
    await exam.check(slack.SCOPES, slack.check_scopes(workspace))
    await exam.check(slack.SOCKET_MODE, slack.check_socket_mode(exam.settings, workspace.client))
    await _of_policy(exam, workspace, desk_id, policy)
    await exam.check(templates.TEMPLATES, templates.check_templates(workspace, policy), MANY_SECONDS + SECONDS)
    return reading


async def _of_policy(exam: Examination, workspace: slack.Workspace, desk_id: str, policy: Policy | None) -> None:
    if policy is None or workspace.team != desk_id:
        why = "There is no policy to read them from." if policy is None else "The bot token is of another workspace."
        exam.skip(OF_POLICY, why)
        _roles(exam, policy, {})
        return
    await exam.check(channels.CHANNELS, channels.check_channels(workspace, policy), MANY_SECONDS)
    standings = await exam.learn(people.PEOPLE, people.check_people(workspace, policy), {}, MANY_SECONDS)
    await exam.check(people.USER_GROUPS, people.check_user_groups(workspace, policy))
    _roles(exam, policy, standings)


def _roles(exam: Examination, policy: Policy | None, standings: people.Standings) -> None:
    if policy is None:
        exam.skip((people.ROLES,), "There is no policy to read them from.")
    else:
        exam.tell(people.check_roles(policy, standings))


async def _outside(exam: Examination, stack: AsyncExitStack, policy: Policy | None) -> None:
    session = await stack.enter_async_context(aiohttp.ClientSession())
    await exam.check(outside.EMAIL, outside.check_email(exam.settings, session))
    if policy is None:
        exam.skip((outside.WEBHOOK,), "There is no policy to read it from.")
    else:
        await exam.check(outside.WEBHOOK, outside.check_hook(exam.settings, policy, exam.environment))


def _clocks(exam: Examination, *readings: Reading | None) -> None:
    exam.tell(machine.check_clock([(each.name, each.here, each.there) for each in readings if each and each.there]))


async def _outbox(exam: Examination, pool: Pool | None, desk_id: str) -> None:
    if pool is None or not desk_id:
        exam.tell([desk.no_desk(desk.OUTBOX)])
    else:
        await exam.check(desk.OUTBOX, desk.check_outbox(pool, desk_id))
