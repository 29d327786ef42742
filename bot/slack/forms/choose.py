"""Choosing among the orders of a bulk: what is ticked is approved, the others are rejected or go on waiting."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, View, choice, field, section
from bot.slack.forms.parts import (
    FormProblem,
    Where,
    carried,
    channel_of,
    form,
    metadata,
    note_field,
    selected,
    written,
)
from bot.slack.ids import BlockId, CallbackId, parse_request_value, request_value, ticks_of
from workflows.bulk import Chosen
from workflows.money import show_money
from workflows.values import Kind
from workflows.views import BulkView, RequestView

__all__ = ["build", "channel_of", "parse"]

GROUP: Final = 10  # boxes that Slack takes in one group
REJECT, LEAVE = "reject", "leave"
DOES: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "is put on hold",
    Kind.RELEASE_HOLD: "is released",
    Kind.CANCEL: "is cancelled",
}
BROKEN: Final = "This form is broken. Close it and click Choose orders on the card again."


@dataclass(frozen=True, slots=True)
class Choice:
    bulk: int
    approve: tuple[Chosen, ...]
    reject: tuple[Chosen, ...]
    note: str


Parse = Callable[[Mapping[str, Any]], Choice]


def build(
    view: BulkView, waiting: Sequence[RequestView], *, channel: str = "", response_url: str = "", trace: str = ""
) -> View:
    """`waiting`: what can be chosen from, as it is now."""
    groups = [waiting[start : start + GROUP] for start in range(0, len(waiting), GROUP)]
    said = f"What is ticked {DOES[view.bulk.kind]} if you approve it. The list is as of now."
    blocks = [
        section(said),
        *(_boxes(at, group) for at, group in enumerate(groups)),
        _others(),
        note_field("", label="Why not?", hint="Needed where orders are rejected: the requester reads it."),
    ]
    place = carried(Where(channel, response_url, trace), bulk=str(view.bulk.number))
    return form(CallbackId.BULK_CHOSEN, f"Choose orders of {view.bulk.name}", "Sign", blocks, place)


def _boxes(at: int, group: Sequence[RequestView]) -> Block:
    choices = [_box(each) for each in group]
    first = at * GROUP + 1
    last = first + len(group) - 1
    label = f"Orders {first}–{last}" if last > first else f"Order {first}"
    boxes: Block = {"type": "checkboxes", "options": choices, "initial_options": choices}
    if at == 0:
        boxes["focus_on_load"] = True  # not the note, to which a long list would then be scrolled
    return field(ticks_of(at + 1), label, boxes, optional=True)


def _box(view: RequestView) -> Block:
    """The number and the value are whole; the customer gets the room that is left."""
    order = view.order
    number, value = text.one_line(order.number, 32), show_money(order.total, order.currency)
    room = 75 - len(number) - len(value) - 6
    customer = text.one_line(order.customer, room) if room >= 4 else ""
    shown = " · ".join(each for each in (number, customer, value) if each)
    return choice(shown, request_value(view.request.number, view.request.version))


def _others() -> Block:
    choices = [choice("Leave them waiting", LEAVE), choice("Reject them", REJECT)]
    radio: Block = {"type": "radio_buttons", "options": choices, "initial_option": choices[0]}
    return field(BlockId.REST, "Orders without a tick", radio)


def parse(view: Mapping[str, Any]) -> Choice:
    """Raises FormProblem. Whether this person may sign them, and still, is judged one by one."""
    groups = list(_offered(view))
    if not groups or not (bulk := metadata(view).get("bulk", "")).isdecimal() or len(bulk) > 10:
        raise FormProblem(BlockId.REST, BROKEN)
    approve = tuple(each for _, ticked, _ in groups for each in ticked)
    others = tuple(each for _, _, without in groups for each in without)
    reject, note = others if selected(view, BlockId.REST) == REJECT else (), written(view, BlockId.NOTE)
    if not approve and not reject:
        raise FormProblem(groups[0][0], "Tick at least one order, or choose to reject those without a tick.")
    if reject and not note:
        raise FormProblem(BlockId.NOTE, "A rejection needs a note: add a few words that say why.")
    return Choice(int(bulk), approve, reject, note)


def _offered(view: Mapping[str, Any]) -> Iterator[tuple[str, list[Chosen], list[Chosen]]]:
    """Each group of boxes: its block, what is ticked, what is not."""
    blocks = view.get("blocks")
    for block in blocks if isinstance(blocks, list) else ():
        element = block.get("element") if isinstance(block, Mapping) else None
        if not isinstance(element, Mapping) or element.get("type") != "checkboxes":
            continue
        block_id = str(block.get("block_id"))
        ticked = {str(each.get("value")) for each in _ticked(view, block_id)}
        offered = [str(each.get("value")) for each in element.get("options", ())]
        yield (
            block_id,
            [_chosen(each) for each in offered if each in ticked],
            [_chosen(each) for each in offered if each not in ticked],
        )


def _chosen(value: str) -> Chosen:
    try:
        return Chosen(*parse_request_value(value))
    except ValueError:
        raise FormProblem(BlockId.REST, BROKEN) from None


def _ticked(view: Mapping[str, Any], block_id: str) -> list[Mapping[str, Any]]:
    found: Any = view
    for step in ("state", "values", block_id, block_id, "selected_options"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
