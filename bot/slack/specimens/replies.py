"""Specimens of the private answers: everything that can be done, and every way in which the desk says no."""

import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from bot.slack import words
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.away_refusals import UNFIT
from workflows.policy.model import Policy
from workflows.refusals import IMPORTS, STANDINGS
from workflows.results import Done, Refusal
from workflows.values import RequestState

# Where a refusal says something else for other facts, each of its sentences.
VARIANTS: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "AdminsOnly": ({"what": "set somebody else's deputy"}, {"what": "set somebody else's deputy", "can": ()}),
    "DeputyUnfit": tuple({"why": why} for why in UNFIT),
    "NotAway": ({"own": True}, {"own": False}),
    "AlreadyDecided": tuple({"state": state.value} for state in RequestState if state is not RequestState.PENDING),
    "AlreadyHeld": ({"state": "requested"}, {"state": "active"}),
    "NotAMember": tuple({"standing": standing} for standing in STANDINGS),
    "OrderMoved": ({}, {"moves": ("line 2: 3 of 3 units shipped",) * 7}),
    "OrderNumberMalformed": ({"problem": "“123” is not an order number here: they look like ORD-123."},),
    "OrderUnknown": ({"close": ()}, {"close": ("ORD-123", "ORD-132")}),
    "ImportDecided": tuple({"file": "orders.csv", "state": state} for state in IMPORTS),
    "MissingDecided": ({"by": ""}, {}),
    "FormNotOpened": ({"typed": "/hold ORD-123 credit"},),
    "ArticleInvalid": ({"most": 120},),
    "LineBlocked": ({"why": "line 2: 3 of 5 picked 2026-11-18, 2 can be changed"},),
    "PriceInvalid": ({"typed": "ten", "problem": "is not an amount of USD; write amounts like 1234.50"},),
    "UnitsBlocked": ({"why": "line 2: 3 of 10 shipped 2026-11-18, 7 can be cancelled", "can": 7},),
    "HoldUnknown": ({"typed": "H-99"},),
    "ReasonUnknown": ({"typed": "cerdit"}, {"typed": ""}),
}


def specimens(policy: Policy) -> Iterator[Specimen]:
    for done in results(policy):
        yield Specimen(f"done.{done.kind}.{done.what}", "message", words.answer(done))
    for name, refusal in refusals(policy):
        yield Specimen(f"refused.{name}", "message", words.answer(refusal))
    yield Specimen("private", "message", words.private(f"{words.safe('cerdit')} is not a role here."))


def results(policy: Policy) -> Iterator[Done]:
    """One for each sentence there is."""
    reason, blockers = values.hold_reason(policy).label, (f"{values.hold_reason(policy, 1).label} (H-18)",)
    for what, kind in words.SENTENCES:
        done = Done(what=what, kind=kind, request=12, hold=17, order=values.NUMBER, reason=reason, by=values.SIGNER)
        yield done.model_copy(update={"sign": values.signers(policy), "blockers": blockers})


def refusals(policy: Policy) -> Iterator[tuple[str, Refusal]]:
    """Every kind of refusal, in each of its variants, by name."""
    for name, kind in Refusal.KINDS.items():
        for at, facts in enumerate(VARIANTS.get(name, ({},))):
            yield f"{name}.{at + 1}" if at else name, kind(**{**_facts(kind, policy), **facts})


def _facts(kind: type[Refusal], policy: Policy) -> dict[str, Any]:
    known = _known(policy)
    return {
        name: _fact(field.annotation, known.get(name))
        for name, field in kind.model_fields.items()
        if name in known or field.is_required()
    }


def _fact(annotation: Any, known: Any) -> Any:
    """What is known by this name, unless this refusal means another thing by it."""
    try:
        return TypeAdapter(annotation).validate_python(known, strict=True)
    except ValidationError:
        return _by_type(annotation)


def _known(policy: Policy) -> dict[str, Any]:
    """What facts of this name look like, in all refusals."""
    first, second = values.hold_reason(policy), values.hold_reason(policy, 1)
    return {
        "at": values.NOW,
        "by": values.ASKER,
        "hold": 17,
        "holds": ((17, first.label), (18, second.label)),
        "moves": ("line 2: 3 of 3 units shipped",),
        "order": values.NUMBER,
        "problem": "this is not an order number",
        "reason": first.label,
        "reasons": tuple((reason.code, reason.label) for reason in policy.reasons_of("hold")),
        "request": 12,
        "roles": (policy.role_label(values.owner(policy)),),
        "sign": values.signers(policy),
        "stage": "shipped",
        "standing": "guest",
        "state": "approved",
        "today": values.TODAY,
        "typed": "ORD-132",
        "until": date(2026, 11, 1),
        "what": "hold an order",
        "why": first.label,
    }


_PLAIN: Final[Mapping[type, Any]] = {
    bool: True,
    int: 3,
    str: "something",
    date: values.TODAY,
    datetime: values.NOW,
}


def _by_type(annotation: Any) -> Any:
    """Something of the type, for a fact whose name says nothing here yet."""
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return _by_type(get_args(annotation)[0])
    if origin is tuple:
        return tuple(_by_type(each) for each in get_args(annotation) if each is not Ellipsis)
    return _PLAIN.get(annotation)
