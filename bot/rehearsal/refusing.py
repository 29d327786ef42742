"""Everybody who may not ask or sign, and what they are told."""

from datetime import UTC, datetime
from difflib import SequenceMatcher

from bot.rehearsal.plan import NAMES, Act
from bot.rehearsal.scene import ASK_DOCTOR, Look, Scene, press, type_command
from bot.rehearsal.stage import Post
from bot.slack.words import SlackWords
from workflows import refusals
from workflows.holds import ASKS
from workflows.results import Refusal, Signers
from workflows.values import Kind, Request


async def refused_to_ask(scene: Scene, act: Act) -> None:
    user = act.cast.outsider
    if act.applied.ask is None:
        return
    if not user:
        scene.skip(f"everybody in the policy may ask for this {NAMES[act.kind]}, so nobody is refused")
        return
    before = await scene.world.books.newest(scene.number)
    what = f"{scene.world.company.named(user, act.applied)} may not ask for the {NAMES[act.kind]}, and is told so"
    asks = ASKS[Kind(act.kind)]
    words = _common(refusals.MayNotAsk(what=asks, roles=("a",)), refusals.MayNotAsk(what=asks, roles=("b",)))
    async with scene.world.turns[user]:
        told = await _times(scene, user, scene.world.stage.room, words)
        await type_command(scene, act, user, what)
        look = _told(scene, user, scene.world.stage.room, words, more_than=told)
        await scene.until(look, what, user=user, expected=words)
    after = await scene.world.books.newest(scene.number)
    got = after.name if after else "nothing"
    scene.must(after == before, what, expected="nothing is stored", got=f"{got} is stored", do=ASK_DOCTOR)


async def refused_to_bystander(scene: Scene, act: Act, request: Request, card: Post) -> None:
    user = act.cast.bystander
    if not user:
        scene.skip("everybody else in the policy may sign it, so nobody is refused")
        return
    what = f"{scene.world.company.named(user, act.applied)} clicks Approve: refused, and nothing is signed"
    await _refused(scene, request, card, user, what=what, words=_not_yours(request))


async def refused_to_asker(scene: Scene, act: Act, request: Request, card: Post) -> None:
    user, signs = act.cast.asker, bool(scene.world.policy.roles_of(act.cast.asker) & {e.role for e in request.sign})
    name = scene.world.company.named(user, act.applied)
    what = f"{name} clicks Approve on their own request: refused"
    if act.cast.signed_by_asking:
        await _refused(scene, request, card, user, what=what, words=_signed_already(request))
    elif signs and scene.world.company.signs_own(act.kind):
        scene.skip(f"{name} may sign their own request: desk.self_approval is on")
    else:
        words = _own(request) if signs else _not_yours(request)
        await _refused(scene, request, card, user, what=what, words=words)


def _groups() -> tuple[tuple[Signers, ...], tuple[Signers, ...]]:
    return (Signers(role="a", label="a", members=("A",)),), (Signers(role="b", label="b", members=("B",)),)


def _not_yours(request: Request) -> str:
    one, other = (refusals.NotYoursToSign(request=request.number, sign=sign) for sign in _groups())
    return _common(one, other)


def _own(request: Request) -> str:
    one, other = (refusals.OwnRequest(request=request.number, sign=sign) for sign in _groups())
    return _common(one, other)


def _signed_already(request: Request) -> str:
    moments = (datetime(2000, 1, 1, tzinfo=UTC), datetime(3111, 12, 31, 23, 59, tzinfo=UTC))
    alike = zip(moments, _groups(), strict=True)
    one, other = (refusals.AlreadySigned(request=request.number, at=at, sign=sign) for at, sign in alike)
    return _common(one, other)


async def _refused(scene: Scene, request: Request, card: Post, user: str, *, what: str, words: str) -> None:
    async with scene.world.turns[user]:
        before = await _times(scene, user, card.channel, words, card.thread)
        told = _told(scene, user, card.channel, words, thread=card.thread, more_than=before)
        await press(scene, user, card, what)

        async def look() -> Request | None:
            now = await scene.request()
            return now if _differs(request, now) or await told() else None

        now = await scene.until(look, what, user=user, expected=f"a private answer: …{words}…")
    got = f"{request.name} is {now.state}, signed by {', '.join(each.member for each in now.decisions) or 'nobody'}"
    do = "Do not trust this bot with orders: it lets the wrong person sign."
    scene.must(not _differs(request, now), what, expected="nothing is signed", got=got, do=do)


def _differs(before: Request, now: Request) -> bool:
    return (before.state, len(before.decisions)) != (now.state, len(now.decisions))


def _told(scene: Scene, user: str, channel: str, words: str, *, thread: str = "", more_than: int = 0) -> Look[bool]:
    """Whether this person was privately told something that begins like this."""

    async def look() -> bool | None:
        return await _times(scene, user, channel, words, thread) > more_than or None

    return look


async def _times(scene: Scene, user: str, channel: str, words: str, thread: str = "") -> int:
    return sum(words in each for each in await scene.world.stage.private(user, channel, thread))


def _common(one: Refusal, other: Refusal) -> str:
    """What both refusals say, whoever is named in them: the longest piece."""
    first, second = one.sentence(SlackWords()), other.sentence(SlackWords())
    found = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    return first[found.a : found.a + found.size].strip()
