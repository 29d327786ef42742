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


def block_label(policy: Policy, code: str, kind: str = "hold") -> str:
    """What stops an order: a hold, or a request to cancel or change, whose reasons may have the same codes."""
    kinds = ("hold", "cancel", "change") if kind == "hold" else ("cancel", "change")
    found = next((reason for each in kinds if (reason := policy.reason(each, code))), None)
    return found.label if found else code


def reason_label(policy: Policy, kind: str, code: str) -> str:
    reason = policy.reason(kind, code)
    return reason.label if reason else code
