"""Slash commands. `/desk` takes the others as its first word, since another app may own their names."""

from collections.abc import Mapping
from typing import Final

from bot.slack import order_view, words
from bot.slack import text as text_of
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import hold as hold_form
from bot.slack.forms import release as release_form
from bot.slack.listeners import NOTHING, Answer, several
from bot.slack.listeners.auditing import audit
from bot.slack.listeners.away import away
from bot.slack.listeners.cancelling import cancel
from bot.slack.listeners.changing import change
from bot.slack.listeners.digesting import digest
from bot.slack.listeners.exporting import export
from bot.slack.listeners.finding import order
from bot.slack.listeners.importing import import_
from bot.slack.listeners.looking import looked_up
from bot.slack.listeners.roles import roles
from bot.slack.listeners.setup import setup
from bot.slack.options import option_of
from bot.slack.typed import HoldWords, NotADate, first_word, hold_words, tidy, without_preview
from bot.slack.why import why_message
from workflows import refusals
from workflows.commands import PlaceHold, ReleaseHold
from workflows.policy.model import Policy
from workflows.release_words import ReleaseWords, named
from workflows.views import OrderOption, OrderView


async def run_command(call: Call, desk: Desk) -> Answer:
    """Any slash command of ours, whatever it was renamed to in the manifest."""
    name, text = call.name.removeprefix("/"), tidy(str(call.payload.get("text") or ""))
    typed = text
    if name not in COMMANDS or name == "desk":
        name, text = first_word(text)
    if several.names_several(name.lower(), text):
        return await several.typed(call, desk, name.lower(), text)
    known = COMMANDS.get(name.lower())
    return await known(call, desk, text) if known else await help_(call, desk, typed)


async def hold(call: Call, desk: Desk, text: str) -> Answer:
    text, preview = without_preview(text)
    try:
        typed = hold_words(text)
    except NotADate as problem:
        return words.private(str(problem))
    if not typed.reason and not preview:
        return await _hold_form(call, desk, typed)
    command = PlaceHold(typed.order, typed.reason, typed.until, typed.note, call.typed(), preview)
    result = await desk.service.handle(call.desk_id, call.claim, command)
    if isinstance(result, refusals.NoteMissing) and not preview:
        return await _hold_form(call, desk, typed)
    return words.answer(result)


async def _hold_form(call: Call, desk: Desk, typed: HoldWords) -> Answer:
    refused = await desk.refused(call, "hold form")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    view = hold_form.build(
        policy,
        order=await known_order(desk, call.desk_id, typed.order),
        typed_order=typed.order,
        reason=typed.reason,
        until=typed.until,
        note=typed.note,
        channel=call.channel,
    )
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed="/hold ORDER REASON a note"))


async def release(call: Call, desk: Desk, text: str) -> Answer:
    text, preview = without_preview(text)
    order, rest = first_word(text)
    if not order and not preview:
        return await release_form_for(call, desk, "")
    command = ReleaseHold(order, words=rest, origin=call.typed(), preview=preview)
    result = await desk.service.handle(call.desk_id, call.claim, command)
    if isinstance(result, refusals.SeveralHolds | refusals.NoteMissing) and call.trigger_id and not preview:
        opened = await release_form_for(call, desk, order, rest)
        return NOTHING if opened is NOTHING else words.answer(result)
    return words.answer(result)


async def release_form_for(call: Call, desk: Desk, typed: str, more: str = "", hold: int | None = None) -> Answer:
    """`more` is what was typed behind the order number."""
    refused = await desk.refused(call, "release form")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    view = await release_view(desk, call.desk_id, policy, typed, more, hold=hold, channel=call.channel)
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed="/release ORDER HOLD a note"))


async def release_view(
    desk: Desk, desk_id: str, policy: Policy, typed: str, more: str = "", *, hold: int | None = None, channel: str
) -> Mapping[str, object]:
    found = await desk.reading.order(desk_id, typed) if typed else None
    holds = [each for each in found.holds if each.is_open] if found else []
    said = ReleaseWords.of(more, holds, policy)
    meant = next((each.number for each in named(said.hold, holds, policy)), None)
    return release_form.build(
        policy,
        order=option_of(found) if found else None,
        typed_order=typed,
        holds=holds,
        hold=hold or meant,
        reason=said.reason,
        note=said.note,
        channel=channel,
    )


async def why(call: Call, desk: Desk, text: str) -> Answer:
    found = await looked_up(call, desk, text, "why")
    if not isinstance(found, OrderView):
        return found
    steps = await desk.reading.next_steps(call.desk_id, found.order.number)
    return words.as_private(why_message(found, steps))


async def queue(call: Call, desk: Desk, text: str) -> Answer:
    refused = await desk.refused(call, "queue")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    typed, _ = first_word(text)
    role = role_named(policy, typed)
    if typed and role is None:
        known = ", ".join(text_of.code(name) for name in policy.roles)
        return words.private(f"{words.safe(typed)} is not a role here. Roles: {known}.")
    items = await desk.reading.queue(call.desk_id, role, most=QUEUE + 1)
    label = policy.role_label(role) if role else None
    return words.as_private(order_view.queue_message(items[:QUEUE], label, more=len(items) > QUEUE))


async def help_(call: Call, desk: Desk, text: str) -> Answer:
    """Also the answer to a command or word that is not ours."""
    policy = await desk.reading.policy(call.desk_id)
    if policy is None:
        return words.answer(refusals.NotSetUp())
    typed, _ = first_word(text)
    return words.as_private(order_view.help_message(policy, unknown="" if typed in {"", "help"} else typed))


def role_named(policy: Policy, typed: str) -> str | None:
    wanted = typed.casefold()
    return next((name for name, role in policy.roles.items() if wanted in {name, role.label.casefold()}), None)


async def known_order(desk: Desk, desk_id: str, typed: str) -> OrderOption | None:
    found = await desk.reading.order(desk_id, typed) if typed else None
    return option_of(found) if found else None


QUEUE: Final = 20
COMMANDS: Final = {
    "roles": roles,
    "audit": audit,
    "away": away,
    "cancel": cancel,
    "change": change,
    "digest": digest,
    "export": export,
    "help": help_,
    "hold": hold,
    "import": import_,
    "order": order,
    "queue": queue,
    "release": release,
    "setup": setup,
    "why": why,
}
