"""Policies for tests: a small one as text, and changes to it."""

from copy import deepcopy
from typing import Any

from workflows.policy.load import policy_from_json
from workflows.policy.model import Policy

SMALL: dict[str, Any] = {
    "desk": {"name": "Acme", "timezone": "America/Chicago", "floor_channel": "C0FLOOR"},
    "roles": {
        "credit": {"channel": "C0CREDIT", "members": ["U0ROSA", "U0IVAN"]},
        "cs_lead": {"channel": "C0CSLEAD", "members": ["U0LENA", "U0MONA"]},
        "csr": {"channel": "C0ORDERS", "members": ["U0CARL"]},
        "manager": {"channel": "C0MGRS", "members": ["U0MONA"]},
    },
    "reasons": [
        {"kind": "hold", "code": "credit", "label": "Credit not cleared"},
        {"kind": "release", "code": "paid"},
        {"kind": "cancel", "code": "duplicate"},
        {"kind": "change", "code": "entry-error"},
    ],
}


def document(**changes: Any) -> dict[str, Any]:
    """The small policy with values at dotted paths: `desk__digest_at="9:00"`, `roles__credit__members=[]`."""
    data = deepcopy(SMALL)
    for path, value in changes.items():
        *parents, key = path.split("__")
        table = data
        for parent in parents:
            table = table.setdefault(parent, {})
        table[key] = value
    return data


def policy(**changes: Any) -> Policy:
    return policy_from_json(document(**changes))
