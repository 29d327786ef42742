"""Reason codes as the policy lists them."""

from workflows import refusals
from workflows.policy.model import Policy, Reason
from workflows.results import Refusal


def note_missing(reason: Reason, note: str) -> Refusal | None:
    if reason.note == "required" and not note.strip():
        return refusals.NoteMissing(why=reason.label)
    return None


def reason_unknown(policy: Policy, kind: str, typed: str) -> Refusal:
    known = tuple((reason.code, reason.label) for reason in policy.reasons_of(kind))
    return refusals.ReasonUnknown(typed=typed, reasons=known)


def reason_label(policy: Policy, kind: str, code: str) -> str:
    reason = policy.reason(kind, code)
    return reason.label if reason else code
