"""One order as another system says it, as a file of that order: read by the same rules as every other."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from workflows.imports.values import RefusedRow

HEAD: Final = ("order_number", "customer", "customer_email", "currency", "order_total", "ship_by")
LINE: Final = (
    *("line", "sku", "description", "quantity", "unit_price", "status"),
    *("quantity_cancelled", "quantity_picked", "quantity_packed", "quantity_shipped"),
)
PRESET: Final = "redtag"
FIRST_ROW: Final = 2  # row 1 is the header


def file_of(head: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> bytes:
    """A file in the `redtag` shape. Amounts are major units."""
    text = io.StringIO()
    writer = csv.DictWriter(text, (*HEAD, *LINE), restval="")
    writer.writeheader()
    writer.writerows({**head, **line} for line in lines)
    return text.getvalue().encode()


def field_of(problem: RefusedRow) -> str:
    """`lines.0.quantity`, or the field of the order itself."""
    if problem.column in HEAD:
        return problem.column
    place = f"lines.{problem.row - FIRST_ROW}"
    return f"{place}.{problem.column}" if problem.column else place
