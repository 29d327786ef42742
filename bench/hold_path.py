"""`/hold` from the edge guard to the commit and back, against bare Bolt and against itself while Slack is away."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import orjson
import psycopg

from bench import ground, processor
from bench.figures import DOWN, FLOOR, UP, Leg, Report
from bench.load import Answers, Load

SIGNED_PER_SECOND: Final = 8_000  # more than any of them answers
MOST_ORDERS_PER_SECOND: Final = 2_000


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int = 7
    seconds: float = 2.0
    connections: int = 50

    @property
    def orders(self) -> int:
        """Enough for a fresh one each time: two to warm up and two a round."""
        return int((2 * self.rounds + 2) * self.seconds * MOST_ORDERS_PER_SECOND)


class WrongAnswer(Exception):
    """Something was not answered as it must be, so that the figures would mean nothing."""


@dataclass(slots=True)
class Bench:
    """The servers, ready to be measured."""

    plan: Plan
    url: str
    postmaster: int
    slack: ground.SlackSide
    ours: ground.Process
    floor: ground.Process
    floor_secret: str
    next_order: int = 0
    answered: int = 0

    async def warm_up(self) -> None:
        """Until plans rest on what the tables are like in use; autovacuum would see to that within a minute."""
        await self.leg(FLOOR)
        await self.leg(UP)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("analyze")
        await self.leg(UP)

    async def round(self, turn: int) -> dict[str, Leg]:
        """Each of the three once, in an order that turns: what drifts hits all alike."""
        names = [FLOOR, UP, DOWN]
        names = names[turn % 3 :] + names[: turn % 3]
        return {name: await self.leg(name) for name in names}

    async def leg(self, name: str) -> Leg:
        await (self.slack.down() if name == DOWN else self.slack.up())
        pids = [self.floor.child.pid] if name == FLOOR else [self.ours.child.pid]
        before = processor.seconds_of(pids), processor.seconds_of(processor.family(self.postmaster))
        answers = await _played(self._load(name))
        after = processor.seconds_of(pids), processor.seconds_of(processor.family(self.postmaster))
        _check(name, answers)
        if name != FLOOR:
            self.next_order += answers.sent
            self.answered += len(answers.times)
        app, database = (_less(late, early) for late, early in zip(after, before, strict=True))
        return Leg.of(answers.times, answers.seconds, app, None if name == FLOOR else database)

    def _load(self, name: str) -> Load:
        ours = Load(
            port=self.ours.port,
            secret=self.slack.workspace.signing_secret,
            expects=r"R-[1-9]",
            connections=self.plan.connections,
            seconds=self.plan.seconds,
            first=self.next_order,
            orders=min(int(self.plan.seconds * SIGNED_PER_SECOND), self.plan.orders - self.next_order),
        )
        if name != FLOOR:
            return ours
        many = int(self.plan.seconds * SIGNED_PER_SECOND)
        return replace(ours, port=self.floor.port, secret=self.floor_secret, expects="^ok$", first=0, orders=many)

    def check_stored(self) -> None:
        """Every answer names a request that is stored."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("select count(*) from requests").fetchone()
        if row is None or row[0] != self.answered:
            raise WrongAnswer(f"{self.answered} were answered with a request, stored are {row}")


def _less(late: float | None, early: float | None) -> float | None:
    return None if late is None or early is None else late - early


async def _played(load: Load) -> Answers:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.load",
        cwd=ground.CODE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(orjson.dumps(asdict(load)))
    return Answers(**orjson.loads(output))


def _check(name: str, answers: Answers) -> None:
    if answers.wrong or not answers.times:
        said = (answers.wrong or ["there was no answer"])[0]
        raise WrongAnswer(f"{name}: {len(answers.wrong)} of {answers.sent} answers are wrong, the first: {said[:1500]}")


async def measure(plan: Plan, url: str, where: Path, say: Callable[[str], None]) -> Report:
    async with _opened(plan, url, where) as bench:
        await bench.warm_up()
        rounds = []
        for turn in range(plan.rounds):
            rounds.append(await bench.round(turn))
            say(f"round {turn + 1} of {plan.rounds}")
        bench.check_stored()
    return Report(tuple(rounds), plan.connections, _server_settings(url))


@asynccontextmanager
async def _opened(plan: Plan, url: str, where: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(ground.slack_side())
        ours = await stack.enter_async_context(ground.redtag(url, slack, where))
        floor, secret = await stack.enter_async_context(ground.bare_bolt(where))
        yield Bench(plan, url, _postmaster(where), slack, ours, floor, secret)


def _postmaster(where: Path) -> int:
    return int((where / "postgres" / "postmaster.pid").read_text().split()[0])


def _server_settings(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        names = ("server_version", "fsync", "synchronous_commit")
        return {name: connection.execute(f"show {name}").fetchone()[0] for name in names}
