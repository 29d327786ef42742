"""Specimens of the forms, empty and filled in."""

from collections.abc import Iterator

from bot.slack import order_view
from bot.slack.forms import hold, loading, message_view, reject, release
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from bot.slack.words import SlackWords
from workflows.policy.model import Policy
from workflows.refusals import ButtonUnknown
from workflows.values import HoldState


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _hold(policy)
    yield from _release(policy)
    yield Specimen("form.reject", "modal", reject.build(12, 1, channel="C0CREDIT", trace="7F3K"))
    yield Specimen("form.loading", "modal", loading("Put an order on hold"))
    details = order_view.details(values.order_view(policy, holds=[values.hold(policy, HoldState.ACTIVE)]))
    yield Specimen("form.details", "modal", message_view(values.NUMBER, details["blocks"]))
    yield Specimen("form.not_done", "modal", message_view("Not done", ButtonUnknown().sentence(SlackWords())))


def _hold(policy: Policy) -> Iterator[Specimen]:
    filled = hold.build(
        policy,
        order=values.option(),
        reason=values.hold_reason(policy).code,
        until=values.TODAY,
        note=values.LONG,
        channel="C0ORDERS",
        trace="7F3K",
        suggestions=[values.NUMBER, "ORD-132"],
    )
    guess = hold.build(policy, typed_order="ORD-132")
    suggested = hold.build(policy, suggestions=[f"ORD-{number}" for number in range(100, 112)])
    yield Specimen("form.hold", "modal", hold.build(policy))
    yield Specimen("form.hold.filled", "modal", filled)
    yield Specimen("form.hold.typed", "modal", guess)
    yield Specimen("form.hold.suggestions", "modal", suggested)


def _release(policy: Policy) -> Iterator[Specimen]:
    holds = [values.hold(policy, HoldState.ACTIVE, number=17 + at, reason=at) for at in range(2)]
    reason, chosen = values.release_code(policy), values.option()
    filled = release.build(policy, order=chosen, holds=holds[:1], reason=reason, note=values.NOTE, channel="C0ORDERS")
    yield Specimen("form.release", "modal", release.build(policy))
    yield Specimen("form.release.no_hold", "modal", release.build(policy, order=chosen))
    yield Specimen("form.release.filled", "modal", filled)
    yield Specimen("form.release.several", "modal", release.build(policy, order=chosen, holds=holds, hold=18))
