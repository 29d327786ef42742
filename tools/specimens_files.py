"""What is said of order files that cannot be read, and of cells that cannot be taken."""

import gzip
import io
from collections.abc import Iterator
from typing import Any, Final

from bot.cli.orders import refused_row
from tests.workflows import order_files
from tools.saying import Saying
from tools.specimens_mapping import mappings
from workflows.imports.files import open_orders
from workflows.imports.source import LONGEST_CELL, MOST_SKIPPED
from workflows.imports.values import RefusedOrder, UnreadableFile

FILES: Final[Any] = order_files  # the tests' own way to write them; not typed
LINE: Final[dict[str, str]] = FILES.line()
HEADER: Final = ",".join(LINE)
GOOD: Final[bytes] = FILES.written([LINE])
UNREADABLE: Final = (
    ("empty", b""),
    ("a blank first row", b"\n\n"),
    ("unknown columns", b"a,b,c\n1,2,3\n"),
    ("nearly ours", b"order_number,customer,currency,order_total,sku,quantity,unit_price,status\n"),
    ("columns missing", b"order_number,line,quantity\n"),
    ("a column twice", b"order_number,line,quantity,line\n"),
    ("quotes in the header", b'"order_number,line\nx,1\n'),
    ("nothing but a header", GOOD.splitlines()[0]),
    ("a workbook", b"PK\x03\x04rest"),
    ("an old workbook", b"\xd0\xcf\x11\xe0rest"),
    ("a PDF", b"%PDF"),
    ("a picture", b"\x89PNG"),
    ("JSON", b"{}"),
    ("a web page", b"<html>"),
    ("compressed, and damaged", b"\x1f\x8brest"),
    ("compressed, and growing", gzip.compress(GOOD + (b" " * 100_000 + b"\n") * 1000)),
    ("UTF-16, and damaged", b"\xff\xfeo\x00r\x00d"),
    ("a line without an end", GOOD + b"x" * (MOST_SKIPPED + (1 << 21))),
    ("a quote without an end", GOOD + b'"\n' + b"x\n" * 10_100),
)
BAD: Final[tuple[dict[str, str], ...]] = (
    {"order_number": ""},
    {"order_number": "INV-7"},
    {"quantity": ""},
    {"quantity": "-3"},
    {"quantity": "1e5"},
    {"quantity": "9999999999"},
    {"quantity_shipped": "9"},
    {"quantity_cancelled": "4", "quantity_shipped": "4"},
    {"quantity": "5.000"},
    {"unit_price": "1.234"},
    {"unit_price": "12.34.56"},
    {"unit_price": "1.005"},
    {"unit_price": "-1"},
    {"order_total": ""},
    {"order_total": "9" * 20},
    {"currency": "DUCATS"},
    {"ship_by": "next week"},
    {"ship_by": "3/4/2026"},
    {"ship_by": "46357"},
    {"status": "layaway"},
    {"line": "one"},
    {"sku": "x" * 200},
    {"sku": "1.23457E+12"},
    {"description": "x" * (LONGEST_CELL + 1)},
    {"customer": "Bell\x07"},
)


def files() -> Iterator[Saying]:
    for name, data in UNREADABLE:
        yield Saying(name, _said(data))
    for cells in BAD:
        (column, value), *_ = cells.items()
        yield Saying(f"{column} {value[:20]!r}", _refused(FILES.written([{**LINE, **cells}])))
    two = FILES.written([LINE, {**LINE, "customer": "Somebody else"}])
    yield Saying("rows that disagree", _refused(two))
    yield Saying("a row that is too long", _refused(GOOD.rstrip() + b",one more\n"))
    yield Saying("broken quotes", _refused(FILES.written([{**LINE, "sku": "#"}]).replace(b"#", b'"two" halves')))
    yield Saying("an open quote", _refused(FILES.written([{**LINE, "sku": "#"}, LINE]).replace(b"#", b'"open')))
    halves = FILES.written([{**LINE, "status": "#"}]).replace(b"#", b'"open\nmore "text')
    yield Saying("an open quote in text of several lines", _refused(halves))
    search = {"Document Number": "SO1", "Item": "A", "Quantity": "5", "Rate": "2.00", "Currency": "USD"}
    partly = {**search, "Status": "Partially Fulfilled"}
    yield Saying("gone in part, and not how much", _refused(FILES.written([{**partly, "Document Number": "ORD-1"}])))
    none = {**search, "Document Number": "ORD-1", "Quantity": "", "Status": "Billed"}
    yield Saying("no quantity at all", _refused(FILES.written([none])))
    yield Saying("too many rows", _refused(FILES.written(FILES.line(number=each) for each in range(1, 5_002))))
    broken = FILES.written([{**LINE, "customer": "Zoë"}, {**LINE, "line": "2", "customer": "#"}])
    yield Saying("a byte that is no UTF-8", _refused(broken.replace(b"#", b"\xe9")))
    yield from mappings()


def _said(data: bytes) -> str:
    try:
        list(open_orders(io.BytesIO(data), "orders.csv", FILES.rules()).orders())
    except UnreadableFile as problem:
        return str(problem)
    raise AssertionError(data[:80])


def _refused(data: bytes) -> str:
    found = open_orders(io.BytesIO(data), "orders.csv", FILES.rules())
    orders = [order for order in found.orders() if isinstance(order, RefusedOrder)]
    problems = [problem for order in orders for problem in order.problems]
    sound = [problem for problem in problems if problem.sound][:1]
    return "\n".join(refused_row(each) for each in problems if not each.sound or each in sound)
