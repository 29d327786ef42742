"""What an approved request must have come to."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot.rehearsal.scene import ASK_DOCTOR, UNITS_AFTER, Scene, gate_words
from bot.rehearsal.stage import Post
from bot.slack.floor import CLEAR
from workflows.values import Request, Stage


async def _hold_is_on(scene: Scene, request: Request) -> None:
    order = await scene.world.books.order(scene.number)
    hold = next((hold for hold in order.holds if hold.number == request.hold), None)
    what = f"{hold.name if hold else 'the hold'} is in force, and the gate says that {scene.number} may not ship"
    is_on = hold is not None and hold.state == "active" and order.gate.state == "on_hold"
    got = f"the hold is {hold.state if hold else 'missing'}, {gate_words(order.gate)}"
    scene.must(is_on, what, expected="an active hold and a shut gate", got=got, do=ASK_DOCTOR)
    floor = scene.world.policy.desk.floor_channel
    early = [post.text for post in await scene.world.stage.posts(floor) if _is_about(scene, post)]
    what = "the floor has not been told to ship"
    scene.must(not early, what, expected="no post", got="; ".join(early), do=ASK_DOCTOR)


def _is_about(scene: Scene, post: Post, words: str = CLEAR) -> bool:
    return post.says(scene.number) and post.says(words)


async def _hold_is_off(scene: Scene, request: Request) -> None:
    gate = await scene.gate()
    what = f"the gate: {scene.number} may ship"
    scene.must(gate.may_ship, what, expected="no hold is left", got=gate_words(gate), do=ASK_DOCTOR)
    await _floor_reads(scene, CLEAR)
    await _mailed(scene, request, scene.world.policy.desk.floor_email, words=CLEAR)


async def _order_is_cancelled(scene: Scene, request: Request) -> None:
    found = await scene.world.books.order(scene.number)
    what = f"every unit of {scene.number} is cancelled, and the gate says so"
    got = f"the order is {found.order.stage}, {gate_words(found.gate)}"
    is_so = found.order.stage is Stage.CANCELLED and found.gate.state == "cancelled"
    scene.must(is_so, what, expected="a cancelled order", got=got, do=ASK_DOCTOR)
    await _floor_reads(scene)
    receivable = scene.world.policy.roles.get("ar")
    await _mailed(scene, request, receivable.email if receivable else (), of="roles.ar.email")


async def _order_is_changed(scene: Scene, request: Request) -> None:
    found = await scene.world.books.order(scene.number)
    units = sum(line.remaining for line in found.order.lines)
    what = f"{scene.number} has {UNITS_AFTER} units, and the gate says that it may ship"
    got = f"it has {units}, {gate_words(found.gate)}"
    scene.must(units == UNITS_AFTER and found.gate.may_ship, what, expected=what, got=got, do=ASK_DOCTOR)
    await _floor_reads(scene)
    await _mailed(scene, request, scene.world.policy.desk.floor_email)


async def _floor_reads(scene: Scene, words: str = "") -> None:
    channel = scene.world.policy.desk.floor_channel
    what = f"the floor reads {f'“{words}”' if words else 'of it'} in {channel}"

    async def look() -> Post | None:
        return next((post for post in await scene.world.stage.posts(channel) if _tells_floor(scene, post, words)), None)

    expected = f"a post with {scene.number}{f' and “{words}”' if words else ''}"
    post = await scene.until(look, what, expected=expected, is_post=True)
    refused = await scene.world.stage.refused_post(post)
    scene.must(not refused, what, expected="Slack knows the message", got=refused, do=ASK_DOCTOR)


def _tells_floor(scene: Scene, post: Post, words: str) -> bool:
    """In a test channel, cards stand beside what the floor reads."""
    return _is_about(scene, post, words) and post.ts not in scene.cards


async def _mailed(
    scene: Scene, request: Request, addresses: Sequence[str], *, words: str = "", of: str = "desk.floor_email"
) -> None:
    for address in dict.fromkeys(addresses):
        await _mailed_to(scene, request, address, words)
    if not addresses:
        scene.skip(f"no e-mail: {scene.world.why_no_mail or f'{of} names no address'}")


async def _mailed_to(scene: Scene, request: Request, address: str, words: str) -> None:
    what = f"{address} gets the e-mail"

    async def look() -> bool | None:
        letters = await scene.world.stage.letters(address)
        if letters is None:
            return await scene.world.books.mail_sent(scene.number, request.number) or None
        return any(scene.number in each.subject and words in each.subject for each in letters) or None

    do = "See RESEND_API_KEY, REDTAG_EMAIL_FROM, and what the mail service says of the address."
    expected = f"an e-mail with {scene.number}{f' and “{words}”' if words else ''} in its subject"
    await scene.until(look, what, expected=expected, do=do)
    scene.ok(what)


ENDINGS: Final[dict[str, Callable[[Scene, Request], Awaitable[None]]]] = {
    "place_hold": _hold_is_on,
    "release_hold": _hold_is_off,
    "cancel": _order_is_cancelled,
    "change": _order_is_changed,
}
