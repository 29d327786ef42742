"""What an approved request must have come to."""

from collections.abc import Awaitable, Callable
from typing import Final

from bot.rehearsal.scene import ASK_DOCTOR, Scene, gate_words
from bot.rehearsal.stage import Post
from bot.slack.floor import CLEAR
from workflows.values import Request


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


def _is_about(scene: Scene, post: Post) -> bool:
    return post.says(scene.number) and post.says(CLEAR)


async def _hold_is_off(scene: Scene, request: Request) -> None:
    gate = await scene.gate()
    what = f"the gate: {scene.number} may ship"
    scene.must(gate.may_ship, what, expected="no hold is left", got=gate_words(gate), do=ASK_DOCTOR)
    await _floor_told(scene)
    for address in dict.fromkeys(scene.world.policy.desk.floor_email):
        await _mailed(scene, request, address)
    if not scene.world.policy.desk.floor_email:
        scene.skip(f"no e-mail: {scene.world.why_no_mail}")


async def _floor_told(scene: Scene) -> None:
    channel = scene.world.policy.desk.floor_channel
    what = f"the floor reads “{CLEAR}” in {channel}"

    async def look() -> Post | None:
        return next((post for post in await scene.world.stage.posts(channel) if _is_about(scene, post)), None)

    post = await scene.until(look, what, expected=f"a post with {scene.number} and “{CLEAR}”", is_post=True)
    refused = await scene.world.stage.refused_post(post)
    scene.must(not refused, what, expected="Slack knows the message", got=refused, do=ASK_DOCTOR)


async def _mailed(scene: Scene, request: Request, address: str) -> None:
    what = f"{address} gets the e-mail"

    async def look() -> bool | None:
        letters = await scene.world.stage.letters(address)
        if letters is None:
            return await scene.world.books.mail_sent(scene.number, request.number) or None
        return any(scene.number in each.subject and CLEAR in each.subject for each in letters) or None

    do = "See RESEND_API_KEY, REDTAG_EMAIL_FROM, and what the mail service says of the address."
    await scene.until(look, what, expected=f"an e-mail with {scene.number} and “{CLEAR}” in its subject", do=do)
    scene.ok(what)


ENDINGS: Final[dict[str, Callable[[Scene, Request], Awaitable[None]]]] = {
    "place_hold": _hold_is_on,
    "release_hold": _hold_is_off,
}
