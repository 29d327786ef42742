"""A play under way: waiting for what has to come, and noting what did not."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.rehearsal.books import Books
from bot.rehearsal.casting import Company
from bot.rehearsal.checks import Check, Missed, missed, not_played, passed
from bot.rehearsal.plan import Act, Play
from bot.rehearsal.stage import Post, Stage
from bot.slack.ids import ActionId
from workflows.gate import Gate
from workflows.policy.model import Policy
from workflows.values import Request

T = TypeVar("T")
Look = Callable[[], Awaitable[T | None]]

PAUSE: Final = 0.1
NOTE: Final = "Rehearsal, no real order"
UNITS_AFTER: Final = 2  # the orders of a rehearsal have one
TYPED: Final = {
    "place_hold": "/hold {order} {reason} {note}",
    "release_hold": "/release {order} H-{hold} {note}",
    "cancel": "/cancel {order} all {reason} {note}",
    "change": "/change {order} line 1 qty {units} because {reason} {note}",
}
ASK_DOCTOR: Final = "Run `redtag doctor`, then look into the bot's log."


@dataclass(frozen=True, slots=True)
class World:
    """Seconds of patience: for an answer, and for a post, as Slack takes one message a second in a channel."""

    policy: Policy
    company: Company
    stage: Stage
    books: Books
    patience: float
    patience_for_posts: float
    why_no_mail: str = ""
    """Where it is not that the policy names no address."""
    turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Of people whose answers do not say what they answer: one at a time."""


@dataclass
class Scene:
    """A play under way with the order `number`."""

    world: World
    play: Play
    number: str
    checks: list[Check] = field(default_factory=list)
    cards: set[str] = field(default_factory=set)

    def ok(self, what: str) -> None:
        self.checks.append(passed(what))

    def skip(self, what: str) -> None:
        self.checks.append(not_played(what))

    async def until(
        self, look: Look[T], what: str, *, expected: str, user: str = "", is_post: bool = False, do: str = ASK_DOCTOR
    ) -> T:
        """The first thing that `look` finds; raises `Missed` where nothing comes, or nothing can.

        `user`: whose private answers may say why.
        """
        seconds = self.world.patience_for_posts if is_post else self.world.patience
        deadline = time.monotonic() + seconds
        while (found := await look()) is None:
            why = self.world.stage.broken() or await self.world.books.given_up(self.number)
            if why or time.monotonic() > deadline:
                got = why or f"nothing within {seconds:.0f} s{await self._last_words(user)}"
                raise Missed(missed(what, expected=expected, got=got, do=do))
            await asyncio.sleep(PAUSE)
        return found

    async def _last_words(self, user: str) -> str:
        said = await self.world.stage.private(user, self.world.stage.room) if user else ()
        return f"; the last private answer was “{said[-1][:300]}”" if said else ""

    def must(self, is_so: bool, what: str, *, expected: str, got: str, do: str) -> None:
        if not is_so:
            raise Missed(missed(what, expected=expected, got=got, do=do))
        self.ok(what)

    async def request(self) -> Request:
        found = await self.world.books.newest(self.number)
        if found is None:
            raise LookupError(self.number)
        return found

    async def gate(self) -> Gate:
        return (await self.world.books.order(self.number)).gate


async def type_command(scene: Scene, act: Act, user: str, what: str) -> None:
    order = await scene.world.books.order(scene.number)
    reason = scene.play.terms.reason.code if scene.play.terms else ""
    hold = next((hold.number for hold in order.holds if hold.is_open), 0)
    text = TYPED[act.kind].format(order=scene.number, reason=reason, hold=hold, units=UNITS_AFTER, note=NOTE)
    trouble = await scene.world.stage.command(user, text)
    if trouble:
        _bad_answer(scene, what, trouble)


async def press(scene: Scene, user: str, card: Post, what: str) -> None:
    trouble = await scene.world.stage.click(user, card, ActionId.APPROVE)
    if trouble:
        _bad_answer(scene, what, trouble)


def _bad_answer(scene: Scene, what: str, trouble: str) -> None:
    expected = "the bot takes it within three seconds, with status 200"
    got = scene.world.stage.broken() or f"Slack would show: {trouble}"
    raise Missed(missed(what, expected=expected, got=got, do=ASK_DOCTOR))


def gate_words(gate: Gate) -> str:
    return f"the gate says {gate.state}: it {'may' if gate.may_ship else 'may not'} ship"
