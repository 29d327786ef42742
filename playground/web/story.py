"""The guided story: five steps of a first hold, and how to see in the workspace that each has happened.

The page draws it; nothing here knows the bot beyond what it shows to people in Slack.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.slack.model import Delivery, Message
from playground.slack.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """A message of the app that proves a step: all these words are in it."""

    channel: str
    words: tuple[str, ...]
    posted: bool = False  # a new message; one that is only drawn again proves nothing


@dataclass(frozen=True)
class Step:
    """`user` and `channel`: where it is done. `typed` can be put into the message field.

    `also` is the next person, whose turn it is once `begun` is seen.
    """

    title: str
    text: str
    user: str
    channel: str
    typed: str = ""
    seen: Seen | None = None
    clicked: str = ""  # the action id of a click that was refused, instead of `seen`
    looked: bool = False  # done by looking at the channel while it shows `seen`
    also: tuple["Place", ...] = field(default=())
    begun: Seen | None = None


@dataclass(frozen=True)
class Place:
    label: str
    user: str
    channel: str


@dataclass(frozen=True)
class Story:
    """`approvers` are those whose click on Approve counts; anybody else's is refused."""

    order: str
    approvers: tuple[str, ...]
    steps: tuple[Step, ...]
    after: tuple[str, ...]


def first_hold(order: str) -> Story:
    steps = (
        Step(
            "Put an order on hold",
            f"You are Carla, in customer service. {order} is not paid yet: stop it before it ships.",
            "U0CARL",
            "C0ORDERS",
            typed=f"/hold {order} credit waiting for wire",
            seen=Seen("C0CREDIT", (order,), posted=True),
        ),
        Step(
            "See the wrong person refused",
            "Sami also works in customer service. Press Approve on the card: it is not his to sign.",
            "U0SAMI",
            "C0CREDIT",
            clicked="request.approve",
        ),
        Step(
            "Approve it",
            "Rosa works in credit and owns this reason. Press Approve: from now on the order does not ship.",
            "U0ROSA",
            "C0CREDIT",
            seen=Seen("C0CREDIT", (order, "is on hold")),
        ),
        Step(
            "Release it",
            "The wire is here. Carla asks for the release; then Rosa approves that card as well.",
            "U0CARL",
            "C0ORDERS",
            typed=f"/release {order} paid",
            seen=Seen("C0CREDIT", (order, "hold released")),
            also=(Place("Be Rosa and approve", "U0ROSA", "C0CREDIT"),),
            begun=Seen("C0CREDIT", (order, "Release"), posted=True),
        ),
        Step(
            "See what the floor reads",
            "Walt on the floor reads “Clear to ship” only now. The same stands in the e-mail tray at the top.",
            "U0WALT",
            "C0FLOOR",
            seen=Seen("C0FLOOR", (order, "Clear to ship")),
            looked=True,
        ),
    )
    after = (
        f"/order {order} tells the whole story again, and /desk help lists what else there is.",
        "The inspector at the top shows every request between Slack and the bot.",
        f"Before it ships, a warehouse system asks: redtag gate {order} (or the same over HTTP).",
        "Your own Slack takes ten minutes: docs/admin-guide.md.",
    )
    return Story(order, ("U0ROSA", "U0IVAN"), steps, after)


def story_json(story: Story, workspace: Workspace, since: str) -> dict[str, Any]:
    """The steps with what has happened after `since`, a message timestamp."""
    steps = [
        {
            "title": step.title,
            "text": step.text,
            "user": step.user,
            "channel": step.channel,
            "typed": step.typed,
            "looked": step.looked,
            "also": [{"label": place.label, "user": place.user, "channel": place.channel} for place in step.also],
            "begun": _seen(step.begun, workspace, float(since or 0)),
            "done": _done(story, step, workspace, float(since or 0)),
        }
        for step in story.steps
    ]
    return {"ok": True, "order": story.order, "steps": steps, "after": list(story.after), "now": workspace.clock()}


def _done(story: Story, step: Step, workspace: Workspace, since: float) -> bool:
    if step.clicked:
        return any(_refused(story, step, each, workspace, since) for each in workspace.deliveries)
    return _seen(step.seen, workspace, since)


def _seen(found: Seen | None, workspace: Workspace, since: float) -> bool:
    if found is None or found.channel not in workspace.state.channels:
        return False
    return any(_shows(message, found, since) for message in workspace.messages(found.channel))


def _refused(story: Story, step: Step, delivery: Delivery, workspace: Workspace, since: float) -> bool:
    """Somebody who may not sign clicked on the order's card, and was told something in private."""
    payload = delivery.payload
    actions = payload.get("actions") or [{}]
    user = str((payload.get("user") or {}).get("id"))
    clicked = payload.get("type") == "block_actions" and actions[0].get("action_id") == step.clicked
    if not clicked or delivery.at < since or user in story.approvers or not _said(payload.get("message"), story.order):
        return False
    began = delivery.at - delivery.ms / 1000
    return any(float(told.ts) >= began and told.from_bot for told in workspace.ephemerals(user, step.channel))


def _shows(message: Message, wanted: Seen, since: float) -> bool:
    at = max(float(message.ts), 0 if wanted.posted else float(message.edited_ts or 0))
    shown = [message.text, message.blocks]
    return message.from_bot and at >= since and all(_said(shown, words) for words in wanted.words)


def _said(shown: Any, words: str) -> bool:
    """Whole words: ORD-12 is not said where ORD-123 is."""
    written = re.escape(html.escape(words, quote=False))
    return any(re.search(rf"(?<![\w-]){written}(?![\w-])", text) for text in _texts(shown))


def _texts(shown: Any) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, dict | list):
        for each in shown.values() if isinstance(shown, dict) else shown:
            yield from _texts(each)
