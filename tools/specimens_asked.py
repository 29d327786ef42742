"""What cancels and changes add to the specimens of the bot: rarer forms, mistakes in fields, e-mails, refusals."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from bot.delivery.mails import signed_mail
from bot.main.rendering import signed_values
from bot.slack import asked as asked_words
from bot.slack import cards, floor, order_view, words
from bot.slack.forms import cancel, change
from bot.slack.forms.change import Filled
from bot.slack.forms.lines import Chosen
from bot.slack.listeners import cancelling, changing
from bot.slack.refund_news import refund_news
from bot.slack.specimens import asked, values
from bot.slack.specimens.values import sample_policy
from tools.saying import Saying, problem
from workflows import line_refusals, refusals
from workflows.asked import Cancellation, CancelledLine, Change, ChangedLine
from workflows.commands import EditLine
from workflows.money import NO_CURRENCY
from workflows.policy.model import Policy
from workflows.results import Refusal
from workflows.values import Kind, RequestState
from workflows.views import HookCall

REASONS: Final = ("cancel", "change")
ORDER: Final = {"order": {"order": {"selected_option": {"value": "ORD-123"}}}}
REASON: Final = {"reason": {"reason": {"selected_option": {"value": "customer-request"}}}}
LINE: Final = {"lines": {"lines": {"selected_options": [{"value": "2"}]}}}
ALL: Final = {"all": {"all": {"selected_options": [{"value": "all"}]}}}


def _entered(block: str, value: str) -> dict[str, Any]:
    return {block: {block: {"value": value}}}


def asked_forms(policy: Policy) -> Iterator[Saying]:
    bare = policy.model_copy(update={"reasons": tuple(each for each in policy.reasons if each.kind not in REASONS)})
    yield Saying("a cancel, and the desk has no reasons", cancel.build(bare))
    yield Saying("a change, and the desk has no reasons", change.build(bare, filled=Filled((EditLine(1),))))
    long = values.order_view(policy, shown=values.order([values.line(number) for number in range(1, 101)]))
    many = Chosen(tuple(range(1, 61)), {}, 1)
    yield Saying("a cancel of many lines", cancel.build(policy, found=long, chosen=many))
    waiting = [asked.request(policy, Kind.CANCEL, RequestState.PENDING, number=number) for number in range(1, 9)]
    busy = values.order_view(policy, requests=waiting)
    yield Saying("a cancel, much of it asked for already", cancel.build(policy, found=busy))


def asked_mistakes() -> Iterator[Saying]:
    yield Saying("Cancel, no order", problem(cancel.parse, {}))
    yield Saying("Cancel, no lines", problem(cancel.parse, ORDER))
    yield Saying("Cancel, all and lines", problem(cancel.parse, {**ORDER, **ALL, **LINE}))
    yield Saying("Cancel, no reason", problem(cancel.parse, {**ORDER, **ALL}))
    wrong = {**ORDER, **LINE, **_entered("qty.2", "many")}
    yield Saying("Cancel, no number", problem(cancel.parse, wrong))
    yield Saying("Change, no order", problem(change.parse, {}))
    yield Saying("Change, nothing", problem(change.parse, ORDER))
    yield Saying("Change, nothing on a line", problem(change.parse, {**ORDER, **LINE}))
    day = {"ship_by": {"ship_by": {"selected_date": "2026-12-01"}}}
    yield Saying("Change, no reason", problem(change.parse, {**ORDER, **day}))
    yield Saying("Change, half a line", problem(change.parse, {**ORDER, **_entered("add.sku", "ABC-9")}))
    added = {**_entered("add.sku", "ABC-9"), **_entered("add.qty", "few"), **_entered("add.price", "1.00")}
    yield Saying("Change, no number", problem(change.parse, {**ORDER, **added}))


def asked_cards(policy: Policy) -> Iterator[Saying]:
    done = asked.request(policy, Kind.CANCEL, RequestState.APPROVED)
    for state in ("sent", "unknown"):
        call = HookCall("refund", 12, state, 3, "", asked.CANCELLED.total, "USD", values.NOW, None)
        view = values.view(policy, done, hold=None, order=asked.PICKED, calls=(call,))
        yield Saying(f"cancel, approved, refund {state}", cards.approval_card(view, values.owner(policy)))
    priceless = Cancellation(lines=(CancelledLine(units=1, **{**asked.GOODS, "unit_price": 0}),), currency=NO_CURRENCY)
    unpriced = asked.request(policy, Kind.CANCEL, RequestState.PENDING, asked=priceless)
    shown = values.view(policy, unpriced, hold=None, order=replace(asked.PICKED, currency=NO_CURRENCY, total=0))
    yield Saying("cancel, pending, no prices", cards.approval_card(shown, values.owner(policy)))
    same = Change(lines=(ChangedLine(before=3, after=3, new_sku="ABC-9", **asked.GOODS),), currency="USD")
    article = asked.request(policy, Kind.CHANGE, RequestState.PENDING, asked=same)
    shown = values.view(policy, article, hold=None, order=asked.PICKED)
    yield Saying("change, pending, another article", cards.approval_card(shown, values.owner(policy)))


def refunds() -> Iterator[Saying]:
    policy = sample_policy()
    call = HookCall("refund", 12, "unknown", 3, "", asked.CANCELLED.total, "USD", values.NOW, None)
    done = asked.request(policy, Kind.CANCEL, RequestState.APPROVED)
    view = values.view(policy, done, hold=None, order=asked.PICKED, calls=(call,))
    yield Saying("unknown, and nothing was heard", refund_news(view, call))


def asked_floor(policy: Policy) -> Iterator[Saying]:
    whole = asked.request(
        policy, Kind.CANCEL, RequestState.APPROVED, asked=asked.CANCELLED.model_copy(update={"whole": True})
    )
    gone = values.order([values.line(1, cancelled=3)])
    yield Saying(
        "Post: all of it cancelled", floor.floor_post(values.view(policy, whole, hold=None, order=gone), False)
    )
    for kind, found in asked.ASKED.items():
        view = values.view(policy, asked.request(policy, kind, RequestState.APPROVED), hold=None, order=asked.PICKED)
        mail = signed_mail(signed_values(view, found))
        yield Saying(f"E-mail: {kind}", {"subject": mail.subject, "text": mail.text})


def asked_orders(policy: Policy) -> Iterator[Saying]:
    changed = values.order([values.line(1, original=5), values.line(2, original=0)])
    everything = asked.CANCELLED.model_copy(update={"whole": True})
    waiting = asked.request(policy, Kind.CANCEL, RequestState.PENDING, asked=everything)
    shown = values.order_view(policy, shown=changed, requests=[waiting])
    yield Saying("order, changed before", order_view.order_message(shown))
    yield Saying("cancel, nothing said", words.private(cancelling.NOT_SAID))
    yield Saying("change, nothing said", words.private(changing.NOT_SAID))
    yield Saying("all of a cancel, in a few words", asked_words.brief(everything))


def asked_refusals() -> Iterator[Saying]:
    found: Mapping[str, Refusal] = {
        "a line of many": line_refusals.LineUnknown(order="ORD-123", line=99, lines=tuple(range(1, 40, 2))),
        "nothing can be cancelled": line_refusals.PartlyGone(order="ORD-123", why=("line 1: shipped",), rest=()),
        "a line is so already": line_refusals.NothingToChange(order="ORD-123", line=2),
        "no line would be left": line_refusals.ZeroIsCancel(order="ORD-123", line=2, all=True),
        "a line would go": line_refusals.ZeroIsCancel(order="ORD-123", line=2),
        "no form for a cancel": refusals.FormNotOpened(typed=cancelling.TYPE_IT),
        "no form for a change": refusals.FormNotOpened(typed=changing.TYPE_IT),
        "no preview": refusals.FormNotOpened(typed="click Preview again"),
    }
    yield from (Saying(name, words.say(refusal)) for name, refusal in found.items())
