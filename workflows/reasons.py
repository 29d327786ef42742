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


def block_label(policy: Policy, code: str) -> str:
    """What stops an order, by whichever kind of reason this is."""
    found = next((reason for kind in ("hold", "cancel", "change") if (reason := policy.reason(kind, code))), None)
    return found.label if found else code


def reason_label(policy: Policy, kind: str, code: str) -> str:
    reason = policy.reason(kind, code)
    return reason.label if reason else code
