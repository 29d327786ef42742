"""Rows to values. Rows arrive as JSON, so moments and dates are text."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from workflows.asked import read_asked
from workflows.ports import Member
from workflows.values import (
    Decision,
    Hold,
    HoldState,
    Kind,
    Line,
    Order,
    Request,
    RequestState,
    Signature,
    Standing,
)
from workflows.views import HookCall

Row = Mapping[str, Any]
MOMENTS: Final = ("picked_at", "packed_at", "shipped_at")


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def order(row: Row, lines: Iterable[Row] | None) -> Order:
    return Order(
        number=row["number"],
        customer=row["customer"],
        currency=row["currency"],
        total=row["total"],
        version=row["version"],
        ship_by=day(row["ship_by"]),
        lines=tuple(line(each) for each in lines or ()),
        tax=row["tax"],
        shipping=row["shipping"],
    )


def line(row: Row) -> Line:
    values = {name: row[name] for name in Line.__slots__}
    return Line(**{**values, **{name: moment(row[name]) for name in MOMENTS}})


def hold(row: Row) -> Hold:
    return Hold(
        number=row["number"],
        order_number=row["order_number"],
        reason=row["reason"],
        owner=row["owner"],
        note=row["note"],
        until=day(row["until"]),
        state=HoldState(row["state"]),
        request=row["request"],
        requested_by=row["requested_by"],
        requested_at=datetime.fromisoformat(row["requested_at"]),
        active_at=moment(row["active_at"]),
        closed_at=moment(row["closed_at"]),
        asked_until=day(row["asked_until"]),
        assignee=row["assignee"],
        nudged_at=moment(row["nudged_at"]),
    )


def request(row: Row) -> Request:
    return Request(
        number=row["number"],
        kind=Kind(row["kind"]),
        state=RequestState(row["state"]),
        version=row["version"],
        order_number=row["order_number"],
        hold=row["hold"],
        reason=row["reason"],
        note=row["note"],
        role=row["role"],
        sign=tuple(Signature(entry["role"], entry["approvals"]) for entry in row["sign"]),
        seen=row["seen"],
        channel=row["channel"],
        requested_by=row["requested_by"],
        requested_at=datetime.fromisoformat(row["requested_at"]),
        decided_by=row["decided_by"],
        decided_at=moment(row["decided_at"]),
        decision_note=row["decision_note"],
        decisions=tuple(decision(each) for each in row["decisions"] or ()),
        asked=read_asked(row["asked"]),
        followers=tuple(row["followers"] or ()),
        remind_every=row["remind_every"],
        reminded=row["reminded"],
        remind_at=moment(row["remind_at"]),
        escalate_at=moment(row["escalate_at"]),
        escalate_to=row["escalate_to"],
        escalated_to=row["escalated_to"],
        expire_at=moment(row["expire_at"]),
        bulk=row["bulk"],
    )


def decision(row: Row) -> Decision:
    at = datetime.fromisoformat(row["at"])
    return Decision(row["member"], row["role"], row["decision"], row["note"], at, row["on_behalf_of"])


def hook_call(row: Row) -> HookCall:
    return HookCall(**{**row, "accepted_at": moment(row["accepted_at"]), "tried_at": moment(row["tried_at"])})


def member(row: Row) -> Member:
    return Member(
        user_id=row["user_id"],
        name=row["name"],
        email=row["email"],
        timezone=row["timezone"],
        standing=Standing(row["standing"]),
        checked_at=datetime.fromisoformat(row["checked_at"]),
    )
