"""What is asked about the columns of an unknown file, and said of a mapping that is none."""

import io
from collections.abc import Iterator
from typing import Any, Final

from bot.cli.orders import refused_row
from tests.workflows import order_files
from tools.saying import Saying
from workflows.imports.files import open_orders
from workflows.imports.mapping import LONGEST_DOCUMENT, BadMapping, ColumnMapping
from workflows.imports.proposal import LABELS, Question, propose
from workflows.imports.values import RefusedOrder, UnknownHeader

FILES: Final[Any] = order_files  # the tests' own way to write them; not typed
UNKNOWN: Final = b"Ref,What,Count,Price,Day,State\n1,Lamp,5,1.234,3/4/2026,made\n"
ANSWERS: Final = {"column.number": "0", "column.sku": "1", "column.ordered": "2", "column.unit_price": "3"}
MORE: Final = {"column.ship_by": "4", "column.status": "5"}
COLUMNS: Final = "[columns]\nnumber = 'Ref'\nsku = 'What'\nordered = 'Count'\n"
WRONG: Final = (
    ("no TOML", "name ="),
    ("too few columns", "name = 'erp'\n[columns]\nnumber = 'Ref'\n"),
    ("an unknown field", "name = 'erp'\n[columns]\nnumbr = 'Ref'\n"),
    ("an unknown stage", f"name = 'erp'\n{COLUMNS}[words]\nmade = 'gone'\n"),
    ("an unknown currency", f"name = 'erp'\ncurrency = 'EURO'\n{COLUMNS}"),
    ("too long", "#" * (LONGEST_DOCUMENT + 1)),
)


def mappings() -> Iterator[Saying]:
    for name, answers, doubted in (("columns", {}, LABELS), ("cells", {**ANSWERS, **MORE}, ())):
        for question in _asked(answers, doubted):
            yield Saying(f"asked about {name}: {question.key}", _shown(question))
    for name, text in WRONG:
        yield Saying(f"a mapping with {name}", _wrong(text))
    for sign in ".,":
        yield Saying(f"a price without the decimal sign {sign}", _refused(sign))


def _asked(answers: dict[str, str], doubted: Any) -> tuple[Question, ...]:
    try:
        open_orders(io.BytesIO(UNKNOWN), "erp.csv", FILES.rules())
    except UnknownHeader as unknown:
        return propose(unknown.header, unknown.samples, FILES.rules(), answers, doubted).unsure
    raise AssertionError(UNKNOWN)


def _shown(question: Question) -> str:
    return "\n".join((question.text, *(choice.label for choice in question.choices)))


def _wrong(text: str) -> str:
    try:
        ColumnMapping.from_toml(text)
    except BadMapping as wrong:
        return str(wrong)
    raise AssertionError(text)


def _refused(decimal: str) -> str:
    columns = {"number": "Ref", "sku": "What", "ordered": "Count", "unit_price": "Price"}
    mapping = ColumnMapping.model_validate({"name": "erp", "columns": columns, "decimal": decimal, "currency": "EUR"})
    data = b'Ref,What,Count,Price\n1,Lamp,5,"1.2,3.4"\n'
    (order,) = open_orders(io.BytesIO(data), "erp.csv", FILES.rules(), mapping=mapping).orders()
    return "\n".join(refused_row(each) for each in order.problems) if isinstance(order, RefusedOrder) else ""
