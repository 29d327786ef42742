"""Where our books and the world differ, in words: what managers are told, and what `/order` and cards show of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, Message, chunks, context, header, message, plain_section, section
from workflows.contradictions import CANCEL_UNDONE, MISSING_ORDER, SHIPPED_AFTER_CANCEL, DriftedChange, OpenException
from workflows.movement import moves
from workflows.systems import system_name
from workflows.values import Kind, Line, Request
from workflows.views import RequestView
from workflows.words import listed

LISTED: Final = 6000
MOVES: Final = 5
STEPS: Final = ("picked", "packed", "shipped")
WHAT_TO_DO: Final = (
    "Call the parcels back or take them back in; where money was refunded, ask for it again. "
    "The order shows this until a file says otherwise."
)
WHAT_TO_DO_UNDONE: Final = (
    "The file counts from now on, so they may ship. Was it an old file, import the newest one; else cancel them again, "
    "or say with `redtag orders exceptions --close` why it is right."
)
WHAT_TO_DO_MISSING: Final = (
    "They stay open. `redtag orders missing` lists them; with `--shipped` what is left of them counts as shipped, with "
    "`--leave` nobody is asked again."
)


def import_news(facts: Mapping[str, Any]) -> Message:
    """To managers, of what contradicts a decision: found by an import, or said of one order by another system."""
    number, blocks = facts["import"], list[Block]()
    found, missing = facts["exception_count"], facts["missing_count"]
    said = []
    if found:
        undone = [each for each in facts["exceptions"] if each["kind"] == CANCEL_UNDONE]
        shipped = [each for each in facts["exceptions"] if each["kind"] != CANCEL_UNDONE]
        rest = found - len(undone) - len(shipped)
        if shipped:
            said.append(f"{_lines(len(shipped) + rest)} shipped though units {_of(len(shipped) + rest)} were cancelled")
            shown = [_shipped(each, "shipped") for each in shipped]
            blocks += [*_list("Shipped after the cancel", shown, len(shipped) + rest), context(WHAT_TO_DO)]
        if undone:
            count = len(undone) + (0 if shipped else rest)
            said.append(f"{_lines(count)} with cancelled units that the file brings back")
            shown = [_shipped(each, "back") for each in undone]
            blocks += [*_list("Back after the cancel", shown, count), context(WHAT_TO_DO_UNDONE)]
    if missing:
        said.append(f"{text.count(missing, 'order')} with units still to ship {_are(missing)} not in the file")
        shown = [text.one_line(number, 60) for number in facts["missing"]]
        blocks += [*_list("Not in the file", shown, missing), context(WHAT_TO_DO_MISSING)]
    title = f"{f'Import {number}' if number else text.one_line(facts['exceptions'][0]['order'], 60)} needs a look"
    return message(f"{title}: {listed(said, 'and')}.", [header(title), section(f"{listed(said, 'and')}."), *blocks])


def _of(count: int) -> str:
    return "of it" if count == 1 else "of them"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _lines(count: int) -> str:
    return text.count(count, "line")


def _list(title: str, shown: Sequence[str], count: int) -> list[Block]:
    more = [f"and {count - len(shown)} more"] if count > len(shown) else []
    lines = [f"• {each}" for each in (*shown, *more)]
    return [section(f"*{title}*"), *(plain_section(part) for part in chunks(lines, LISTED, "line", "lines"))]


def _shipped(each: Mapping[str, Any], became: str) -> str:
    """`ORD-7, line 2 (LMP-100): 3 cancelled units shipped; R-12 had taken them off, exported in batch 4`."""
    request = f"; {each['request']} had taken them off" if each["request"] else ""
    batch = f", exported in batch {each['batch']}" if each["batch"] else ", not exported yet" if request else ""
    sku = f" ({text.one_line(each['sku'], 40)})" if each["sku"] else ""
    units = text.count(each["units"], "cancelled unit")
    return f"{text.one_line(each['order'], 60)}, line {each['line']}{sku}: {units} {became}{request}{batch}"


def exceptions(found: Iterable[OpenException]) -> list[Block]:
    """On an order: what happened though it should not have."""
    said = [f":warning: {_exception(each)}" for each in found]
    return [section("\n".join(said[:MOVES]))] if said else []


def _exception(each: OpenException) -> str:
    facts = each.facts
    if each.kind == SHIPPED_AFTER_CANCEL:
        request = f" ({text.mrkdwn('R-' + str(facts['request']), 20)})" if facts.get("request") else ""
        return (
            f"*{text.count(facts['units'], 'cancelled unit')} of line {facts['line']} shipped*{request}, as import "
            f"{facts['import']} says, {text.when(each.opened_at)}."
        )
    if each.kind == CANCEL_UNDONE:
        request = f" ({text.mrkdwn('R-' + str(facts['request']), 20)})" if facts.get("request") else ""
        return (
            f"*{text.count(facts['units'], 'cancelled unit')} of line {facts['line']} back in the files*{request} "
            f"since import {facts['import']}, {text.when(each.opened_at)}."
        )
    if each.kind == MISSING_ORDER:
        return f"*Not in the files since import {facts['import']}*: nobody has said whether it has shipped."
    return f"{text.mrkdwn(each.kind.replace('_', ' '), 60)}, {text.when(each.opened_at)}."


def drift_of(request: int, found: Iterable[DriftedChange]) -> list[str]:
    """What the system of record has made of an approved cancel or change."""
    return [_drift(each) for each in found if each.request == request]


def _drift(each: DriftedChange) -> str:
    batch = f"batch {each.batch}" if each.batch else "not exported yet"
    if each.heard == "cannot_tell":
        return f"the files do not say whether the system of record has taken it over ({batch})"
    return f"not taken over by the system of record yet ({batch})"


def moved(view: RequestView) -> tuple[str, ...]:
    """On a pending card: what moved since it was asked, which nobody has looked at yet."""
    found = moves(view.request.seen, view.order) if view.request.seen else ()
    if not found:
        return ()
    said = [_timed(each, view) for each in found[:MOVES]]
    more = [f"{len(found) - MOVES} more"] if len(found) > MOVES else []
    return (f"{'; '.join([*said, *more])}. Approve will say no: it was asked for the order as it was.",)


def _timed(move: str, view: RequestView) -> str:
    """`line 2: 2 of 3 units were picked today at 10:42`."""
    line = next((each for each in view.order.lines if move.startswith(f"line {each.line}: ")), None)
    step = next((step for step in STEPS if move.endswith(f" units {step}")), None)
    at = _moved_at(line, step) if line and step else None
    if step is None:
        return text.mrkdwn(move, 120)
    said = f"{move.removesuffix(step)}were {step}"
    return f"{text.mrkdwn(said, 120)}{f' {text.when(at)}' if at else ''}"


def _moved_at(line: Line, step: str) -> datetime | None:
    at: datetime | None = getattr(line, f"{step}_at")
    return at


def moved_dm(view: RequestView, note: str, imported: int, by: str = "") -> Message:
    """To the one who asked, once an import, or when another system says so."""
    request = view.request
    missing = f"{text.member(by)} says so" if system_name(by) else "it counts as shipped, as no file has it any more"
    source = f"import {imported} says so" if imported else missing
    said = (
        f"{text.strong(request.order_number)} moved while {request.name}, {_asked_for(view, request)}, waits: "
        f"{source}. Whoever approves it now is refused, because it was asked for the order as it was. "
        f"Withdraw it, or ask again once it is void."
    )
    shown = "\n".join(f"• {text.one_line(move, 200)}" for move in note.split("; ")[:10])
    return message(said, [section(said), *([plain_section(shown)] if shown else [])])


def _asked_for(view: RequestView, request: Request) -> str:
    if request.asked:
        return f"your {request.kind.value}"
    what = "hold" if request.kind is Kind.PLACE_HOLD else "release"
    return f"the {what} that you asked for ({text.mrkdwn(view.reason_label, 120)})"
