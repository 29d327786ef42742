"""Specimens of the digest: a quiet day, a usual one, five thousand holds; and of what its buttons say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot.slack import care_words
from bot.slack.digest import digest_message, more_view
from bot.slack.forms import assign
from bot.slack.seal_words import seal_message
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.contradictions import CANCEL_UNDONE, MISSING_ORDER, SHIPPED_AFTER_CANCEL, DriftedChange, OpenException
from workflows.digest import Counts, DeadNews, Digest, Group, Held, HeldPage, Released, Wanted
from workflows.policy.model import Policy
from workflows.seals import Seal
from workflows.values import HoldState, Kind
from workflows.views import TimelineEntry

MANY: Final = 5000
SEAL: Final = Seal(812, "3f2a" * 16, 48_210, 1_207, values.NOW)
LONG_NAME: Final = "Nordwind & Söhne <Tools> " * 20


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield Specimen("digest.quiet", "message", digest_message(quiet(policy)))
    yield Specimen("digest.one", "message", digest_message(one(policy)))
    yield Specimen("digest.usual", "message", digest_message(usual(policy)))
    yield Specimen("digest.many", "message", digest_message(many(policy)))
    yield Specimen("digest.seal", "message", seal_message(SEAL))
    yield from _pages(policy)
    yield from _care(policy)


def held(policy: Policy, number: int = 17, *, days: int = 6, reason: int = 0, **changes: Any) -> Held:
    since = values.NOW - timedelta(days=days)
    state = changes.pop("state", HoldState.ACTIVE)
    hold = values.hold(policy, state, number=number, reason=reason, active_at=since, **changes)
    last = TimelineEntry(values.NOW, values.SIGNER, "hold.extended", None, {})
    return Held(hold, "Nordwind & Söhne <Tools>", "USD", 123_450, since, since.date(), last)


def quiet(policy: Policy) -> Digest:
    counts = Counts(holds=3, released=2, on_hold={"USD": 500_000})
    since = values.NOW - timedelta(days=3)
    return Digest(values.TODAY, values.NOW, since, policy, counts, names=values.NAMES)


def one(policy: Policy) -> Digest:
    """A single hold, and nothing else."""
    counts = Counts(holds=1, at_risk={"USD": 123_450}, on_hold={"USD": 123_450}, ages={_owner(policy): (0, 0, 1, 0, 0)})
    row = replace(held(policy, until=None), last=None, customer="")
    group = Group(_owner(policy), 1, {"USD": 123_450}, (row,))
    return replace(quiet(policy), counts=counts, groups=(group,))


def usual(policy: Policy) -> Digest:
    """Something of everything."""
    first, second = _owner(policy), values.hold_reason(policy, 1).owner or "manager"
    asked = held(policy, 18, days=5, state=HoldState.RELEASE_REQUESTED, assignee=values.SECOND)
    rows = (held(policy), asked)
    other = held(policy, 19, days=4, reason=1)
    counts = Counts(
        holds=9,
        past_due=7,
        reviews=1,
        drift=2,
        exceptions=3,
        dead=1,
        released=1,
        at_risk={"USD": 370_350, "EUR": 9_000},
        on_hold={"USD": 900_000, "EUR": 9_000},
        ages={first: (2, 1, 3, 1, 0), second: (0, 1, 1, 0, 0)},
    )
    return replace(
        quiet(policy),
        counts=counts,
        groups=(Group(first, 5, {"USD": 246_900}, rows), Group(second, 1, {"USD": 123_450}, (other,))),
        past_due=(values.queue_item(policy), values.queue_item(policy, id="R-13", kind=Kind.CANCEL, waiting_for=()))
        * 3,
        reviews=(held(policy, 20, until=values.TODAY),),
        seal=SEAL,
        **_findings(policy),
    )


def _findings(policy: Policy) -> dict[str, Any]:
    facts, at = {"line": 2, "units": 3}, values.NOW
    return {
        "exceptions": (
            OpenException(1, SHIPPED_AFTER_CANCEL, values.NUMBER, facts, at),
            OpenException(3, CANCEL_UNDONE, values.NUMBER, facts, at),
            OpenException(2, MISSING_ORDER, "ORD-124", {"import": 8}, at),
            OpenException(3, "other_kind", "ORD-125", {}, at),
        ),
        "drift": (
            DriftedChange(values.NUMBER, 12, "cancel 3 of ABC-9 (line 2)", "not_taken_over", 8, 4, at),
            DriftedChange("ORD-126", 14, "ship-by 2026-12-01", "not_taken_over", 8, None, at),
        ),
        "dead": (DeadNews(31, "card", "slack:C0CREDIT", values.NUMBER, 12, "not_in_channel"),),
        "released": (Released(at, values.SIGNER, values.NUMBER, 9, values.hold_reason(policy).code),),
    }


def many(policy: Policy) -> Digest:
    """The longest words in every place, and far more of everything than is shown."""
    reasons = policy.reasons_of("hold")
    owners = list(dict.fromkeys(reason.owner or "manager" for reason in reasons)) + [f"left-{n}" for n in range(12)]
    count = MANY // len(owners)
    rows = [tuple(replace(_long(policy, 10 * at + n, owner)) for n in range(10)) for at, owner in enumerate(owners)]
    money = {f"X{letter}A": 10**15 for letter in "ABCDEFG"}
    groups = tuple(Group(owner, count, money, each) for owner, each in zip(owners, rows, strict=True))
    much = dict.fromkeys(("holds", "past_due", "reviews", "drift", "exceptions", "dead", "released"), MANY)
    usually = usual(policy)
    long_item = values.queue_item(policy, customer=LONG_NAME, order_number="O" * 60)
    return replace(
        usually,
        counts=Counts(**much, at_risk=money, on_hold=money, ages=dict.fromkeys(owners, (1000,) * 5)),
        groups=groups,
        past_due=(long_item,) * 10,
        reviews=rows[0],
        drift=tuple(replace(each, what=LONG_NAME) for each in usually.drift * 5),
        dead=tuple(replace(each, error=LONG_NAME) for each in usually.dead * 10),
        released=usually.released * 10,
        exceptions=usually.exceptions * 3,
    )


def _long(policy: Policy, number: int, owner: str) -> Held:
    row = held(policy, number + 1, order_number="O" * 60, owner=owner, assignee=values.SECOND)
    return replace(row, customer=LONG_NAME, total=10**15)


def _pages(policy: Policy) -> Iterator[Specimen]:
    rows = tuple(_long(policy, number, _owner(policy)) for number in range(20))
    full = HeldPage(rows, True, policy, values.NOW)
    yield Specimen("digest.page", "modal", more_view(full, Wanted(owner=_owner(policy))))
    yield Specimen("digest.page.all", "modal", more_view(replace(full, more=False), Wanted()))
    yield Specimen("digest.page.reviews", "modal", more_view(replace(full, more=False), Wanted(reviews=True)))
    yield Specimen("digest.page.empty", "modal", more_view(replace(full, rows=(), more=False), Wanted()))


def _care(policy: Policy) -> Iterator[Specimen]:
    hold = values.hold(policy, HoldState.ACTIVE)
    view = values.order_view(policy, holds=[hold])
    told = (("nudge", care_words.nudge), ("assigned", care_words.assigned))
    yield from (
        Specimen(f"care.{name}", "message", said) for name, say in told if (said := say(view, 17, values.ASKER))
    )
    staffed = _staffed(policy)
    yield Specimen("form.assign", "modal", assign.build(hold, staffed, values.NAMES, channel="C0MGRS"))
    empty = policy.model_copy(update={"roles": {}})
    yield Specimen("form.assign.nobody", "modal", assign.build(hold, empty, values.NAMES))


def _staffed(policy: Policy) -> Policy:
    """The template's roles have nobody in them."""
    role = policy.roles[_owner(policy)]
    there = role.model_copy(update={"members": role.members or (values.SIGNER, values.SECOND)})
    return policy.model_copy(update={"roles": {**policy.roles, _owner(policy): there}})


def _owner(policy: Policy) -> str:
    return values.owner(policy)
