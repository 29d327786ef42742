"""`/desk away`: who signs for whom, typed or by the form."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import away as away_form
from bot.slack.listeners import NOTHING, Answer
from bot.slack.typed_parts import NotUnderstood
from workflows import refusals
from workflows.absences import ADMIN
from workflows.commands import ComeBack, GoAway, Origin

TYPED: Final = re.compile(
    r"(?:for (?P<member>\S.*?) )?(?P<deputy>\S.*?) until (?P<until>\d{4}-\d{2}-\d{2})", re.IGNORECASE
)
MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
BACK: Final = frozenset({"off", "back", "no", "end"})
HOW: Final = "Type `/desk away @deputy until 2026-12-05`, `/desk away off`, or `/desk away` alone for the form."


async def away(call: Call, desk: Desk, text: str) -> Answer:
    if not text:
        return await _form(call, desk)
    if text.lower() in BACK:
        return words.answer(await desk.service.handle(call.desk_id, call.claim, ComeBack(origin=call.typed())))
    refused = await desk.refused(call, "away")
    if refused:
        return words.answer(refused)
    try:
        command = understood(text, await desk.reading.names(call.desk_id), call.typed())
    except NotUnderstood as problem:
        return words.private(f"{problem} {HOW}")
    return words.answer(await desk.service.handle(call.desk_id, call.claim, command))


def understood(text: str, names: Mapping[str, str], origin: Origin) -> GoAway:
    found = TYPED.fullmatch(text)
    if found is None:
        raise NotUnderstood("I could not read that.")
    people = {part: person_named(found[part] or "", names) for part in ("deputy", "member")}
    for part, person in people.items():
        if found[part] and not person:
            raise NotUnderstood(f"I do not know {words.safe(found[part])}.")
    try:
        until = date.fromisoformat(found["until"])
    except ValueError as no_day:
        raise NotUnderstood(f"{words.safe(found['until'])} is not a day.") from no_day
    return GoAway(people["deputy"], until, people["member"], origin)


async def back(call: Call, desk: Desk) -> Answer:
    """The button in the form; the form then shows that nobody signs for them any more."""
    await desk.service.handle(call.desk_id, call.claim, ComeBack(origin=call.clicked()))
    await desk.update_view(call, await _view(call, desk))
    return NOTHING


async def _form(call: Call, desk: Desk) -> Answer:
    refused = await desk.refused(call, "away form")
    if refused:
        return words.answer(refused)
    opened = await desk.open_view(call, await _view(call, desk))
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed="/desk away @deputy until 2026-12-05"))


async def _view(call: Call, desk: Desk) -> Mapping[str, object]:
    policy = await desk.reading.policy(call.desk_id)
    absence, today = await desk.reading.absence(call.desk_id, call.claim.user_id)
    admin = policy is not None and ADMIN in policy.own_roles_of(call.claim.user_id)
    return away_form.build(absence, today=today, admin=admin, channel=call.channel)


def person_named(typed: str, names: Mapping[str, str]) -> str:
    """A mention, or a name that only one person has: Slack sends what was typed as it was typed."""
    mention = MENTION.fullmatch(typed)
    if mention:
        return mention[1]
    wanted = typed.removeprefix("@").replace(".", " ").casefold()
    whole = [user for user, name in names.items() if name.casefold() == wanted]
    first = [user for user, name in names.items() if name.casefold().split(" ")[0] == wanted]
    return next((found[0] for found in (whole, first) if len(found) == 1), "")
