"""What cards, orders and queues say about an order and its holds, in the same words everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from bot.slack import text
from bot.slack.text import CUT
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.values import Hold, HoldState, Line, Order, Stage
from workflows.views import RequestView
from workflows.words import listed

SHIP_BY: Final = "Ship by"
STEPS: Final = (Stage.PICKED, Stage.PACKED, Stage.SHIPPED)
HOLD_WORDS: Final[Mapping[HoldState, str]] = {
    HoldState.REQUESTED: "asked for",
    HoldState.ACTIVE: "in force",
    HoldState.RELEASE_REQUESTED: "in force, release asked for",
    HoldState.RELEASED: "released",
    HoldState.REJECTED: "rejected",
    HoldState.WITHDRAWN: "withdrawn",
}


def order_facts(order: Order) -> list[tuple[str, str]]:
    ship_by = [(SHIP_BY, text.day(order.ship_by))] if order.ship_by else []
    return [
        ("Customer", text.mrkdwn(order.customer, 200)),
        ("Value", text.money(order.total, order.currency)),
        ("Stage", stage(order)),
        *ship_by,
    ]


def stage(order: Order) -> str:
    """`Open (2 of 3 units picked)`: the least advanced unit, and how far the others are."""
    total = sum(max(line.remaining, 0) for line in order.lines)
    reached = {step: sum(min(line.reached(step), line.remaining) for line in order.lines) for step in STEPS}
    partly = [f"{units} of {text.count(total, 'unit')} {step}" for step, units in reached.items() if 0 < units < total]
    return order.stage.capitalize() + (f" ({partly[-1]})" if partly else "")


def line_words(line: Line, description: int = 60) -> str:
    """`2 × ABC-9 Blue widget, 1 of 2 picked`, as plain text."""
    name = f"{text.one_line(line.sku, 40)} {text.one_line(line.description, description)}".strip()
    if line.remaining <= 0 and not line.cancelled:
        return f"{name}, taken off the order"
    if line.remaining <= 0:
        return f"{line.ordered} × {name}, cancelled"
    cancelled = f", {line.cancelled} cancelled" if line.cancelled > 0 else ""
    return f"{line.remaining} × {name}, {_line_stage(line)}{cancelled}"


def _line_stage(line: Line) -> str:
    further = [step for step in STEPS if 0 < line.reached(step) < line.remaining]
    return f"{line.reached(further[-1])} of {line.remaining} {further[-1]}" if further else line.stage.value


def lines_text(lines: Sequence[Line], most: int = 6) -> str:
    """The first lines of an order as plain text, and how many more there are."""
    if not lines:
        return "No lines on this order."
    shown = [f"• {line_words(line)}" for line in lines[:most]]
    more = [f"+ {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([*shown, *more])


def hold_words(hold: Hold, policy: Policy) -> str:
    return f"{text.mrkdwn(reason_label(policy, 'hold', hold.reason), 120)} ({hold.name}, {HOLD_WORDS[hold.state]})"


def other_holds(view: RequestView) -> tuple[str, ...]:
    """What else holds the order, besides the hold of this request."""
    own = view.hold.number if view.hold else None
    return tuple(hold_words(hold, view.policy) for hold in view.open_holds if hold.number != own)


def several(shown: Sequence[str], last: str = "and", most: int = 6) -> str:
    more = [f"{len(shown) - most} more"] if len(shown) > most else []
    return listed([*shown[:most], *more], last)


def what_moved(note: str) -> str:
    """The moves that made a request void, one a line, as plain text."""
    return "\n".join(f"• {text.one_line(move, 200)}" for move in note.split("; ")[:10])


def placement_warnings(order: Order, today: date) -> tuple[str, ...]:
    """What a hold alone does not stop, and what it delays."""
    return tuple(warning for warning in (_shipped(order), _off_the_shelf(order), _due(order, today)) if warning)


def _shipped(order: Order) -> str:
    units = _units(order.lines, Stage.SHIPPED)
    return f"{_have(units)} already shipped: the hold stops only the rest." if units else ""


def _off_the_shelf(order: Order) -> str:
    """A hold stops paper and scanners, not the boxes that somebody has in hand."""
    gone = _units(order.lines, Stage.SHIPPED)
    picked, packed = _units(order.lines, Stage.PICKED) - gone, _units(order.lines, Stage.PACKED) - gone
    if picked <= 0:
        return ""
    part = f", {packed:,} of them packed" if 0 < packed < picked else ""
    step = Stage.PACKED if packed == picked else Stage.PICKED
    return (
        f"{text.count(picked, 'unit')} {'is' if picked == 1 else 'are'} already {step}{part}: tell the floor by hand."
    )


def _due(order: Order, today: date) -> str:
    if order.ship_by is None or order.ship_by > today:
        return ""
    return "It is due to ship today." if order.ship_by == today else f"It was due to ship on {text.day(order.ship_by)}."


def _have(units: int) -> str:
    return f"{text.count(units, 'unit')} {'has' if units == 1 else 'have'}"


def _units(lines: Iterable[Line], step: Stage) -> int:
    return sum(line.reached(step) for line in lines)


def named(names: Mapping[str, str], user_ids: Sequence[str], last: str = "or", most: int = 5) -> str:
    """People by name: a mention in a posted message would ring every one of them."""
    known = [text.mrkdwn(names[user], 80) for user in user_ids if names.get(user)]
    more = len(user_ids) - len(known[:most])
    if not known:
        return f"{more} {'person' if more == 1 else 'people'}" if more else ""
    return listed([*known[:most], f"{more} more"] if more else known[:most], last)


def person(names: Mapping[str, str], user_id: str) -> str:
    return text.mrkdwn(names.get(user_id, ""), 80) or text.member(user_id)


def title(words: str, order_number: str, rest: str = "") -> str:
    """A headline around an order number that may be far too long."""
    return f"{words} {text.one_line(order_number, 60)}{rest}".strip() or CUT
