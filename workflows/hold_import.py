"""Which rows of a file of holds become holds, and why the others do not. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from workflows.hold_files import HoldFile, HoldRow
from workflows.imports.values import SHOWN, RefusedRow
from workflows.order_numbers import BadOrderNumber, candidates
from workflows.policy.fields import folded
from workflows.policy.model import Policy, Reason
from workflows.values import GONE, Hold, HoldState, Order

USER: Final = re.compile(r"<?@?([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>?")
OLDEST: Final = 2000
UNKNOWN_PERSON: Final = "imported: {who}"


@dataclass(frozen=True, slots=True)
class Person:
    user_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ImportedHold:
    """`by` is a user id where the file names a member; else what it says, as people are shown it."""

    row: int
    order: str
    reason: str
    owner: str
    note: str
    who: str
    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The order has an open hold for this reason: nothing to do, or a signature that somebody still owes."""

    row: int
    order: str
    reason: str
    hold: int  # 0: from an earlier row of the file
    words: str


@dataclass(frozen=True, slots=True)
class Judged:
    holds: tuple[ImportedHold, ...]
    already: tuple[AlreadyThere, ...]
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What is true as the file is judged. `orders` and `open_holds` are of the orders that the file may name."""

    policy: Policy
    now: datetime
    by: str
    orders: Mapping[str, Order]
    open_holds: Sequence[Hold]
    people: Sequence[Person]


def numbers_of(file: HoldFile, policy: Policy) -> tuple[str, ...]:
    """Every number that the file's rows may mean."""
    return tuple(sorted({number for row in file.rows for number in _numbers(row, policy)}))


def judge(file: HoldFile, desk: Desk) -> Judged:
    """In the order of the file, so that of two rows with one reason the first becomes the hold."""
    open_holds = {(hold.order_number, hold.reason): hold for hold in desk.open_holds if hold.is_open}
    holds: dict[tuple[str, str], ImportedHold] = {}
    already: list[AlreadyThere] = []
    refused: list[RefusedRow] = list(file.refused)
    for row in file.rows:
        found = _held(row, file, desk)
        if isinstance(found, RefusedRow):
            refused.append(found)
        elif (found.order, found.reason) in open_holds:
            already.append(_there(found, open_holds[found.order, found.reason]))
        elif first := holds.get((found.order, found.reason)):
            words = f"stands in row {first.row} already"
            already.append(AlreadyThere(row.row, found.order, found.reason, 0, words))
        else:
            holds[found.order, found.reason] = found
    return Judged(tuple(holds.values()), tuple(already), tuple(sorted(refused, key=lambda each: each.row)))


def _held(row: HoldRow, file: HoldFile, desk: Desk) -> ImportedHold | RefusedRow:
    def no(column: str, value: str, reason: str) -> RefusedRow:
        return RefusedRow(row.row, file.titles[column], value[:SHOWN], reason)

    order = next((desk.orders[each] for each in _numbers(row, desk.policy) if each in desk.orders), None)
    if order is None:
        return no("number", row.number, _why_no_order(row, desk.policy))
    if order.stage in GONE:
        return no("number", row.number, f"is {order.stage} already: there is nothing left to hold")
    reason = desk.policy.reason("hold", row.reason)
    if reason is None or reason.owner is None:
        return no("reason", row.reason, f"is not a hold reason of this desk: use {_valid(desk.policy)}")
    since = _since(row, desk)
    if since > desk.now:
        return no("since", f"{row.since}", "lies in the future")
    if since.year < OLDEST:
        return no("since", f"{row.since}", f"lies before {OLDEST}: is that the right year?")
    return _hold(row, desk, order.number, reason, since)


def _hold(row: HoldRow, desk: Desk, order: str, reason: Reason, since: datetime) -> ImportedHold:
    return ImportedHold(
        row=row.row,
        order=order,
        reason=reason.code,
        owner=reason.owner or "",
        note=row.note,
        who=row.who,
        by=person_named(row.who, desk.people) or (UNKNOWN_PERSON.format(who=row.who) if row.who else desk.by),
        since=since,
    )


def person_named(who: str, people: Iterable[Person]) -> str:
    """The one member whom these words can mean, by id, e-mail address, name or first name; else empty."""
    known = tuple(people)
    named = USER.fullmatch(who)
    if named and any(person.user_id == named[1] for person in known):
        return named[1]
    word = folded(who.removeprefix("@"))
    for names in (_full, _short):
        found = {person.user_id for person in known if word and word in names(person)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _full(person: Person) -> set[str]:
    return {folded(person.name), folded(person.email)} - {""}


def _short(person: Person) -> set[str]:
    return {folded(person.email).partition("@")[0], folded(person.name).partition(" ")[0]} - {""}


def _numbers(row: HoldRow, policy: Policy) -> tuple[str, ...]:
    try:
        return tuple(candidates(row.number, policy.desk.order_number))
    except BadOrderNumber:
        return ()


def _why_no_order(row: HoldRow, policy: Policy) -> str:
    return (
        "is not an order of this desk: import its orders first" if _numbers(row, policy) else "is not an order number"
    )


def _valid(policy: Policy) -> str:
    return ", ".join(reason.code for reason in policy.reasons_of("hold")) or "none: the policy has no hold reasons"


def _since(row: HoldRow, desk: Desk) -> datetime:
    """The day begins in the desk's own timezone."""
    return datetime.combine(row.since, time(), ZoneInfo(desk.policy.desk.timezone)) if row.since else desk.now


def _there(found: ImportedHold, hold: Hold) -> AlreadyThere:
    asked = f"is only asked for: {hold.name} waits for a signature"
    words = asked if hold.state is HoldState.REQUESTED else f"is held already ({hold.name})"
    return AlreadyThere(found.row, found.order, found.reason, hold.number, words)
