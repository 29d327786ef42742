"""One order through its requests, the way people would do it, and what came of each step."""

from collections import Counter
from typing import Final

import httpx
import psycopg

from bot.rehearsal.checks import Check, Missed, missed, not_played
from bot.rehearsal.endings import ENDINGS
from bot.rehearsal.plan import NAMES, Act, Play
from bot.rehearsal.refusing import refused_to_ask, refused_to_asker, refused_to_bystander
from bot.rehearsal.scene import ASK_DOCTOR, Look, Scene, World, gate_words, type_command
from bot.rehearsal.signing import signed
from bot.rehearsal.stage import Post
from workflows.values import Request

# What decides whether an order may ship while such a request is open.
SETTINGS: Final = {
    "place_hold": "gate_blocks_requested",
    "cancel": "gate_blocks_pending",
    "change": "gate_blocks_pending",
}


async def played(world: World, play: Play, number: str) -> tuple[Check, ...]:
    """The checks of one play; the last one is the miss where there is one."""
    if not play.acts:
        return (_not_played(play),)
    scene = Scene(world, play, number)
    try:
        for act in play.acts:
            await _act(scene, act)
    except Missed as miss:
        scene.checks.append(miss.check)
    except (httpx.HTTPError, psycopg.Error) as lost:
        scene.checks.append(_lost(scene, lost))
    return tuple(scene.checks)


def _lost(scene: Scene, lost: Exception) -> Check:
    got = scene.world.stage.broken() or f"{type(lost).__name__}: {lost}"
    do = "Try again; if it stays so, see whether this machine is short of memory or disk."
    return missed("the rehearsal goes on", expected="its database and its workspace answer", got=got, do=do)


def _not_played(play: Play) -> Check:
    if not play.is_miss:
        return not_played(f"not played: {play.why}")
    do = "Change its conditions or its place among the rules, or take it out; `redtag desk check FILE` helps."
    return missed("can be reached", expected="an order that this rule decides", got=play.why, do=do)


async def _act(scene: Scene, act: Act) -> None:
    await refused_to_ask(scene, act)
    request = await _asked(scene, act)
    cards = await _cards(scene, act, request)
    await _gate_while_pending(scene, act, request)
    if request.is_pending:
        await refused_to_bystander(scene, act, request, cards[0])
        await refused_to_asker(scene, act, request, cards[0])
        await signed(scene, act, request, cards)
    else:
        scene.skip("nobody else needs to sign: everybody who may ask for it also signs it")
    await ENDINGS[act.kind](scene, await scene.request())


async def _asked(scene: Scene, act: Act) -> Request:
    user, before = act.cast.asker, await scene.world.books.newest(scene.number)
    what = f"{scene.world.company.named(user, act.applied)} asks for the {NAMES[act.kind]}"
    await type_command(scene, act, user, what)

    async def look() -> Request | None:
        found = await scene.world.books.newest(scene.number)
        return found if found and (before is None or found.number != before.number) else None

    request = await scene.until(look, what, user=user, expected="a request is stored")
    scene.ok(f"{what}: {request.name}{_by_asking(scene, act)}")
    await _right_rule(scene, act, request)
    return request


def _by_asking(scene: Scene, act: Act) -> str:
    role = act.cast.signed_by_asking
    return f", and has thereby signed for {scene.world.policy.role_label(role)}" if role else ""


async def _right_rule(scene: Scene, act: Act, request: Request) -> None:
    """The signatures that the request waits for are those of the policy, and for the policy's reason."""
    wanted = [(entry.role, entry.approvals) for entry in act.applied.sign]
    got = [(entry.role, entry.approvals) for entry in request.sign]
    by = await scene.world.books.rule_of(scene.number, request.number)
    is_so = (got, by, request.kind) == (wanted, act.applied.explanation, act.kind)
    what = f"{request.name} is decided by the policy: {act.applied.explanation}"
    instead = f"{request.kind}: {by or 'no rule written down'}"
    scene.must(is_so, what, expected=f"{act.kind}: {act.applied.explanation}", got=instead, do=ASK_DOCTOR)


async def _cards(scene: Scene, act: Act, request: Request) -> list[Post]:
    """One in the channel of each role that signs."""
    policy = scene.world.policy
    roles = dict.fromkeys(entry.role for entry in act.applied.sign)
    channels = Counter(policy.roles[role].channel for role in roles)
    found: list[Post] = []
    for channel, wanted in channels.items():
        labels = [policy.role_label(role) for role in roles if policy.roles[role].channel == channel]
        what = f"the card is in {channel} ({', '.join(labels)})"
        look = _posted(scene, request, channel, wanted)
        cards = await scene.until(look, what, expected=f"a card of {request.name}", is_post=True)
        refused = [why for card in cards if (why := await scene.world.stage.refused_post(card))]
        do = "Ask again; if it stays so, see whether the token is of this workspace."
        scene.must(not refused, what, expected="Slack knows the message", got="; ".join(refused), do=do)
        found += cards
    scene.cards |= {card.ts for card in found}
    return found


def _posted(scene: Scene, request: Request, channel: str, wanted: int) -> Look[list[Post]]:
    async def look() -> list[Post] | None:
        posts = await scene.world.stage.posts(channel)
        found = [post for post in posts if post.is_about(request.number)]
        return found if len(found) >= wanted else None

    return look


async def _gate_while_pending(scene: Scene, act: Act, request: Request) -> None:
    """What the gate says before anybody else has signed. A hold whose release is asked for holds on."""
    gate, setting = await scene.gate(), SETTINGS.get(act.kind, "")
    free = request.is_pending and bool(setting) and not getattr(scene.world.policy.desk, setting)
    shut = f"the gate: {scene.number} may not ship"
    what = f"desk.{setting} is off, so the order may ship until it is signed" if free else shut
    expected = "it may ship" if free else "it may not ship"
    scene.must(gate.may_ship is free, what, expected=expected, got=gate_words(gate), do=ASK_DOCTOR)
