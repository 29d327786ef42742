"""Everybody who has to sign does, in turn, on the card as it stands at that moment."""

from collections.abc import Sequence

from bot.rehearsal.plan import Act
from bot.rehearsal.scene import ASK_DOCTOR, Look, Scene, press
from bot.rehearsal.stage import Post
from bot.slack.ids import ActionId
from workflows.values import Request, RequestState


async def signed(scene: Scene, act: Act, request: Request, cards: Sequence[Post]) -> None:
    """Each on the card in the channel of their role; only the last one decides."""
    policy = scene.world.policy
    for at, (role, user) in enumerate(act.cast.signers, 1):
        card = next(card for card in cards if card.channel == policy.roles[role].channel)
        left = len(act.cast.signers) - at
        await _sign(scene, request, card, user, what=f"{user} signs for {policy.role_label(role)}", left=left)
        cards = await (_redrawn(scene, cards, user) if left else _closed(scene, cards))


async def _sign(scene: Scene, request: Request, card: Post, user: str, *, what: str, left: int) -> None:
    given = len((await scene.request()).decisions)
    await press(scene, user, card, what)
    now = await scene.until(_signed_by(scene, given), what, user=user, expected=f"{request.name} is signed")
    wanted = RequestState.PENDING if left else RequestState.APPROVED
    told = f"{what}: {f'{left} more to sign' if left else 'approved'}"
    expected, got = f"{request.name} is {wanted}", f"it is {now.state}"
    scene.must(now.state == wanted, told, expected=expected, got=got, do=ASK_DOCTOR)


def _signed_by(scene: Scene, before: int) -> Look[Request]:
    async def look() -> Request | None:
        now = await scene.request()
        return now if len(now.decisions) > before or not now.is_pending else None

    return look


async def _redrawn(scene: Scene, cards: Sequence[Post], user: str) -> list[Post]:
    """The cards as they show this signature: a click on an older drawing would not count in Slack's client."""
    old = {card.ts: card.button(ActionId.APPROVE) for card in cards}

    async def look() -> list[Post] | None:
        now = await _now(scene, cards)
        new = [card for card in now if card.button(ActionId.APPROVE) != old[card.ts] and card.says(f"<@{user}>")]
        return new if len(new) == len(cards) else None

    what = f"every card shows that {user} has signed"
    now = await scene.until(look, what, expected=f"their name on {len(cards)} cards", is_post=True)
    scene.ok(what)
    return now


async def _closed(scene: Scene, cards: Sequence[Post]) -> list[Post]:
    """The cards show that it is over, and nobody can press their buttons any more."""
    for channel in dict.fromkeys(card.channel for card in cards):

        async def look(channel: str = channel) -> bool | None:
            there = [card for card in await _now(scene, cards) if card.channel == channel]
            return (bool(there) and not any(card.has(ActionId.APPROVE) for card in there)) or None

        what = f"the card in {channel} shows that it is approved"
        await scene.until(look, what, expected="the card without buttons, with who signed", is_post=True)
        scene.ok(what)
    return list(cards)


async def _now(scene: Scene, cards: Sequence[Post]) -> list[Post]:
    wanted = {card.ts for card in cards}
    channels = dict.fromkeys(card.channel for card in cards)
    return [post for channel in channels for post in await scene.world.stage.posts(channel) if post.ts in wanted]
