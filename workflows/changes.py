"""Asking for a change: quantities, articles, lines added or removed, the ship-by date."""

from datetime import date
from zoneinfo import ZoneInfo

from workflows import line_refusals, refusals
from workflows.asked import AddedLine, Change, ChangedLine, ShipBy
from workflows.asking import Asking, taken
from workflows.cancellations import line_of
from workflows.commands import AddLine, ChangeOrder, EditLine
from workflows.money import minor_units
from workflows.outcome import Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.reasons import note_missing, reason_unknown
from workflows.results import Refusal
from workflows.units import blocked, changeable, not_changeable
from workflows.values import GONE, Kind, Line, Order

MOST_UNITS = 1_000_000
MOST_VALUE = 10**15  # minor units that one line may come to, so that no sum of an order outgrows its column
LONGEST_SKU = 120


def decide_change(snapshot: Snapshot, command: ChangeOrder, policy: Policy) -> Outcome | Refusal:
    order = snapshot.order
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    if order.stage in GONE:
        return line_refusals.OrderGone(order=order.number, stage=order.stage)
    asked = _change(snapshot, order, command, policy)
    if isinstance(asked, Refusal):
        return asked
    reason = policy.reason("change", command.reason)
    if reason is None:
        return reason_unknown(policy, "change", command.reason)
    keys, step = set(asked.keys), policy.desk.change_blocked_from
    stays = tuple(not_changeable(line, policy) for line in order.lines if line.key in keys and blocked(line, step))
    asking = Asking(snapshot, policy, order, Kind.CHANGE, reason, command.note, asked, command.origin, stays)
    return taken(asking) or note_missing(reason, command.note) or asking.outcome()


def _change(snapshot: Snapshot, order: Order, command: ChangeOrder, policy: Policy) -> Change | Refusal:
    lines = _edited(order, command.edits, policy)
    if isinstance(lines, Refusal):
        return lines
    added = _added(order, command.adds)
    if isinstance(added, Refusal):
        return added
    ship_by = _ship_by(snapshot, order, command.ship_by, policy)
    if isinstance(ship_by, Refusal):
        return ship_by
    if not (lines or added or ship_by):
        return line_refusals.NothingToChange(order=order.number)
    if _leaves_nothing(order, lines, added):
        return line_refusals.ZeroIsCancel(order=order.number, line=lines[0].line, all=True)
    return Change(lines=lines, added=added, ship_by=ship_by, currency=order.currency)


def _leaves_nothing(order: Order, lines: tuple[ChangedLine, ...], added: tuple[AddedLine, ...]) -> bool:
    removed = {line.key for line in lines if line.removed}
    return bool(removed) and not added and all(line.key in removed for line in order.lines if line.remaining > 0)


def _edited(order: Order, edits: tuple[EditLine, ...], policy: Policy) -> tuple[ChangedLine, ...] | Refusal:
    found: list[ChangedLine] = []
    for edit in edits:
        line = line_of(order, edit.line)
        if isinstance(line, Refusal):
            return line
        if any(other.key == line.key for other in found):
            return line_refusals.LineTwice(line=edit.line)
        refused = _impossible(order, line, edit, policy)
        if refused:
            return refused
        found.append(_changed(line, edit))
    return tuple(found)


def _changed(line: Line, edit: EditLine) -> ChangedLine:
    after = 0 if edit.remove else line.remaining if edit.quantity is None else edit.quantity
    return ChangedLine(
        key=line.key,
        line=line.line,
        sku=line.sku,
        description=line.description,
        before=line.remaining,
        after=after,
        new_sku=edit.sku.strip() or line.sku,
        unit_price=line.unit_price,
        removed=edit.remove,
    )


def _impossible(order: Order, line: Line, edit: EditLine, policy: Policy) -> Refusal | None:
    refused = _out_of_range(line, edit) or _unchanged(order, line, edit, policy)
    return refused or _touches_blocked(order, line, edit, policy)


def _out_of_range(line: Line, edit: EditLine) -> Refusal | None:
    if len(edit.sku.strip()) > LONGEST_SKU:
        return line_refusals.ArticleInvalid(where=f"sku.{line.line}", most=LONGEST_SKU)
    most = max(line.remaining, _most_at(line.unit_price))
    if edit.quantity is not None and not 0 <= edit.quantity <= most:
        return line_refusals.QuantityInvalid(line=line.line, asked=edit.quantity, most=most)
    return None


def _most_at(price: int) -> int:
    """Units of a line at this price."""
    return min(MOST_UNITS, MOST_VALUE // price) if price else MOST_UNITS


def _unchanged(order: Order, line: Line, edit: EditLine, policy: Policy) -> Refusal | None:
    if edit.remove or not changeable(line, policy):
        return None
    if edit.quantity == 0:
        return line_refusals.ZeroIsCancel(order=order.number, line=line.line)
    if edit.quantity in {None, line.remaining} and not _other_article(line, edit):
        return line_refusals.NothingToChange(order=order.number, line=line.line)
    return None


def _touches_blocked(order: Order, line: Line, edit: EditLine, policy: Policy) -> Refusal | None:
    """Units that are past the step stay as they are: the line keeps at least them, and their article."""
    held = blocked(line, policy.desk.change_blocked_from)
    if not changeable(line, policy):
        return _stuck(order, line, policy, least=0)
    whole = edit.remove or _other_article(line, edit)
    fewer = edit.quantity is not None and edit.quantity < held
    return _stuck(order, line, policy, least=held) if held and (whole or fewer) else None


def _other_article(line: Line, edit: EditLine) -> bool:
    return edit.sku.strip() not in {"", line.sku}


def _stuck(order: Order, line: Line, policy: Policy, *, least: int) -> Refusal:
    why = not_changeable(line, policy)
    return line_refusals.LineBlocked(order=order.number, line=line.line, why=why, least=least)


def _added(order: Order, adds: tuple[AddLine, ...]) -> tuple[AddedLine, ...] | Refusal:
    found: list[AddedLine] = []
    for add in adds:
        sku = add.sku.strip()
        if not 0 < len(sku) <= LONGEST_SKU:
            return line_refusals.ArticleInvalid(where="add.sku", most=LONGEST_SKU)
        price = _price(order, add.price)
        if isinstance(price, Refusal):
            return price
        if not 0 < add.quantity <= _most_at(price):
            return line_refusals.AddedQuantityInvalid(asked=add.quantity, most=_most_at(price))
        found.append(AddedLine(sku=sku, description=add.description, quantity=add.quantity, unit_price=price))
    return tuple(found)


def _price(order: Order, typed: str) -> int | Refusal:
    try:
        price = minor_units(typed, order.currency)
    except ValueError as problem:
        return line_refusals.PriceInvalid(typed=typed, problem=str(problem))
    if price < 0:
        return line_refusals.PriceInvalid(typed=typed, problem="is below nothing; give 0 or more")
    if price > MOST_VALUE:
        return line_refusals.PriceInvalid(typed=typed, problem="is more than an order can come to")
    return price


def _ship_by(snapshot: Snapshot, order: Order, wanted: date | None, policy: Policy) -> ShipBy | Refusal | None:
    if wanted is None:
        return None
    today = snapshot.now.astimezone(ZoneInfo(policy.desk.timezone)).date()
    if wanted < today:
        return line_refusals.ShipByPast(ship_by=wanted, today=today)
    if wanted == order.ship_by:
        return line_refusals.ShipBySame(order=order.number, ship_by=wanted)
    return ShipBy(before=order.ship_by, after=wanted)
