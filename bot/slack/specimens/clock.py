"""Specimens of what the clock says: escalations, time left, and questions about the dates of holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.slack import cards, clock_words, words
from bot.slack.forms import extend
from bot.slack.reminder import reminder
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.policy.model import Policy
from workflows.values import HoldState, Kind, RequestState


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _escalations(policy)
    yield from _reviews(policy)
    hold = values.hold(policy, HoldState.ACTIVE)
    yield Specimen("form.extend", "modal", extend.build(hold, channel="C0CREDIT", trace="7F3K"))
    yield Specimen("form.extend.no_date", "modal", extend.build(replace(hold, until=None)))


def _escalations(policy: Policy) -> Iterator[Specimen]:
    role, to = values.owner(policy), next(name for name in (*policy.roles, "manager") if name != values.owner(policy))
    asked = values.request(policy, Kind.PLACE_HOLD, RequestState.PENDING, reminded=2, escalate_to=to)
    soon = replace(values.order(), ship_by=values.TODAY)
    waits = values.view(policy, replace(asked, escalated_to=to), order=soon, now=values.NOW)
    yield Specimen("card.escalated", "message", cards.approval_card(waits, role))
    yield Specimen("card.escalated.there", "message", cards.approval_card(waits, to))
    for name, hours in (("soon", -6), ("tomorrow", -24), ("late", 48)):
        view = replace(waits, request=asked, now=values.NOW + timedelta(hours=hours))
        yield Specimen(f"card.ship_by.{name}", "message", cards.approval_card(view, role))
    said = reminder(waits, policy.roles[to].channel)
    if said:
        yield Specimen("reminder.escalated", "message", said)
    yield Specimen("outcome.escalated", "message", words.outcome_dm(waits, "escalated", "redtag", ""))
    stuck = clock_words.nobody_to_escalate_to(values.view(policy, asked), to)
    if stuck:
        yield Specimen("escalation.nobody", "message", stuck)


def _reviews(policy: Policy) -> Iterator[Specimen]:
    hold = values.hold(policy, HoldState.ACTIVE, until=values.TODAY)
    view = values.order_view(policy, holds=[hold])
    asks = clock_words.review(view, hold.number, values.TODAY)
    nobodys = values.order_view(policy, holds=[replace(hold, owner="nobody")])
    later = values.TODAY + timedelta(days=7)
    others = (
        ("no_owner", clock_words.review(nobodys, hold.number, values.TODAY)),
        ("until", clock_words.extended(view, hold.number, later, values.SIGNER, values.NOTE)),
        ("no_date", clock_words.extended(view, hold.number, None, values.SIGNER, "")),
    )
    yield from (Specimen(f"review.{name}", "message", said) for name, said in (("asks", asks), *others) if said)
