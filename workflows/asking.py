"""A cancel or change that nothing speaks against, on its way to an outcome."""

from dataclasses import dataclass
from typing import Final

from workflows import line_refusals, telling
from workflows.asked import Asked, Cancellation
from workflows.commands import Origin
from workflows.holds import created_facts, may_not_ask, required
from workflows.movement import seen, seen_of
from workflows.outcome import NEW, Entry, NewRequest, Outcome, Snapshot
from workflows.policy.model import Policy, Reason
from workflows.policy.rules import Applied, rule_for
from workflows.reminders import times_of
from workflows.results import Done, Refusal
from workflows.signers import missing, signers, waiting_for
from workflows.values import Kind, Order, Request, RequestState, Signature

DATES = "dates"
FIELDS: Final = {DATES: "ship_by", "add": "add.sku"}  # by target: the form's field to blame


def targets_of(asked: Asked) -> tuple[str, ...]:
    """What a pending request keeps others from asking for: its lines, the articles it adds, the dates."""
    lines = tuple(f"line:{key}" for key in asked.keys)
    if isinstance(asked, Cancellation):
        return lines
    added = tuple(dict.fromkeys(f"add:{line.sku}" for line in asked.added))
    return (*lines, *added, *((DATES,) if asked.ship_by else ()))


@dataclass(frozen=True, slots=True)
class Asking:
    """`stays` says of which units nothing is asked although their lines are named."""

    snapshot: Snapshot
    policy: Policy
    order: Order
    kind: Kind
    reason: Reason
    note: str
    asked: Asked
    origin: Origin
    stays: tuple[str, ...] = ()

    @property
    def actor(self) -> str:
        return self.snapshot.actor.user_id

    def outcome(self) -> Outcome | Refusal:
        rule = self._rule()
        return may_not_ask(self.snapshot, self.policy, rule, self.kind) or self._made(rule, required(rule))

    def _rule(self) -> Applied:
        refund = self.asked.total if isinstance(self.asked, Cancellation) else None
        return rule_for(
            self.policy,
            kind=self.kind,
            reason=self.reason,
            order_total=self.order.total,
            currency=self.order.currency,
            stage=self.order.stage,
            customer=self.order.customer,
            refund=refund,
        )

    def _made(self, rule: Applied, sign: tuple[Signature, ...]) -> Outcome:
        number, done = self.order.number, self._done(rule, sign)
        facts = {
            **created_facts(self.kind, self.order, rule, self.reason.code),
            "asked": self.asked.model_dump(mode="json"),
        }
        return Outcome(
            result=done,
            order_number=number,
            new_request=self._request(rule, sign),
            audit=(Entry(number, self.actor, "request.created", facts, NEW),),
            notices=(
                *telling.cards(self.policy, number, NEW, (entry.role for entry in sign)),
                *telling.only(telling.reply(self.origin, self.actor, done, order=number, request=NEW)),
            ),
        )

    def _request(self, rule: Applied, sign: tuple[Signature, ...]) -> NewRequest:
        return NewRequest(
            kind=self.kind,
            state=RequestState.PENDING,
            hold=None,
            reason=self.reason.code,
            note=self.note,
            role=sign[0].role,
            sign=sign,
            seen=self._seen(),
            channel=self.origin.channel,
            targets=targets_of(self.asked),
            asked=self.asked,
            times=times_of(rule, self.order.ship_by, self.snapshot.now, self.policy),
        )

    def _seen(self) -> dict[str, object]:
        """Of a whole order everything counts; of lines only they do, whatever happens beside them."""
        if isinstance(self.asked, Cancellation) and self.asked.whole:
            return seen(self.order)
        dates = not isinstance(self.asked, Cancellation) and self.asked.ship_by is not None
        return seen_of(self.order, self.asked.keys, dates=dates)

    def _done(self, rule: Applied, sign: tuple[Signature, ...]) -> Done:
        return Done(
            what="requested",
            kind=self.kind,
            request=NEW,
            hold=0,
            order=self.order.number,
            reason=self.reason.label,
            sign=signers(self.policy, missing(sign, ()), leave_out=self.actor),
            by=self.actor,
            asked=self.asked,
            blocked=self.stays,
            rule=rule.explanation,
        )


def taken(asking: Asking) -> Refusal | None:
    """Somebody has asked for something on the same line; the first of them is named, and can be joined."""
    wanted = set(targets_of(asking.asked))
    for request in asking.snapshot.requests:
        if not request.is_pending or request.asked is None:
            continue
        common = sorted(wanted & set(targets_of(request.asked)))
        if common:
            return _pending(asking, request, common[0])
    return None


def _pending(asking: Asking, request: Request, target: str) -> Refusal:
    return line_refusals.LinePending(
        order=asking.order.number,
        request=request.number,
        kind=request.kind,
        what=_in_words(asking.order, target),
        by=request.requested_by,
        at=request.requested_at,
        sign=waiting_for(asking.policy, request),
        same=request.kind is asking.kind and request.asked == asking.asked,
        where=FIELDS.get(target.partition(":")[0], "lines"),
    )


def _in_words(order: Order, target: str) -> str:
    kind, _, key = target.partition(":")
    if kind == "line":
        return next((f"line {line.line}" for line in order.lines if line.key == key), "a line")
    return f"an added {key}" if kind == "add" else "the ship-by date"
