"""What the interview says under its fields, and where it cannot go on."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.slack import words
from bot.slack.blocks import View
from bot.slack.forms import FormProblem, message_view, setup, setup_readback
from bot.slack.forms.setup_parts import Seen
from bot.slack.listeners.setup import SETTING_UP
from bot.slack.specimens import values
from tools.saying import Saying
from workflows import away_refusals
from workflows.interview.answers import EMPTY
from workflows.interview.draft import Draft
from workflows.policy.model import OrderNumberFormat, Policy

ENTERED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Order data, no number": ("orders", {"desk.order_number.pad": "many"}),
    "Stages, a word twice": ("stages", {"stages.open": "New", "stages.picked": "new"}),
    "Stages, a long word": ("stages", {"stages.open": "x" * 90}),
    "Reasons, no owner": ("reasons", {"add.0.code": "customs"}),
    "Reasons, no channel": ("reasons", {"add.0.code": "customs", "add.0.role": "legal"}),
    "Signing, no amount": ("signing", {"rules.cancel.order_total_over": "a lot"}),
    "Signing, nobody": ("signing", {"rules.cancel.order_total_over": "USD 5000"}),
}


def setup_mistakes(policy: Policy) -> Iterator[Saying]:
    for name, (step, entered) in ENTERED.items():
        state = {block: {block: {"value": value}} for block, value in entered.items()}
        yield Saying(f"Set-up, {name}", _problem(state, _seen(policy, step)))
    channel = {"add.0.channel": {"add.0.channel": {"selected_conversation": "C0CREDIT"}}}
    new = {block: {block: {"value": value}} for block, value in ENTERED["Reasons, no channel"][1].items()}
    yield Saying("Set-up, Reasons, nobody", _problem({**new, **channel}, _seen(policy, "reasons")))
    people = {"add.0.members": {"add.0.members": {"selected_users": [values.SIGNER]}}}
    yield Saying("Set-up, Reasons, people and no channel", _problem({**new, **people}, _seen(policy, "reasons")))
    seen = replace(_seen(policy, "orders"), examples=(values.NUMBER,))
    yield Saying("Set-up, Order data, a number that is lost", " ".join(_errors(seen).values()))


def setup_views(policy: Policy) -> Iterator[Saying]:
    yield Saying("set-up, an old form", message_view("Set-up", setup.BROKEN))
    yield Saying("set-up, no orders yet", _first(_seen(policy, "orders")))
    week = "Desk, workdays: mon, tue, wed, thu, fri -> mon, tue, wed, thu, fri, sat"
    yield Saying("set-up, another week", setup_readback.applied([week], policy))
    yield Saying("set-up, not an admin", words.say(away_refusals.AdminsOnly(what=SETTING_UP, can=(values.SIGNER,))))


def _seen(policy: Policy, step: str) -> Seen:
    return Seen(step, policy, Draft(1, EMPTY))


def _first(seen: Seen) -> View:
    return setup.build(seen)


def _problem(state: Mapping[str, Any], seen: Seen) -> str:
    try:
        setup.edited({"state": {"values": state}}, seen)
    except FormProblem as found:
        return str(found)
    raise AssertionError(seen.step)


def _errors(seen: Seen) -> dict[str, str]:
    desk = seen.policy.desk.model_copy(update={"order_number": OrderNumberFormat(pattern=r"INV-\d+")})
    return setup.errors(setup.build(seen), seen, seen.policy.model_copy(update={"desk": desk}))
