"""A whole line in one cell: `name:Desk lamp|product_id:7|sku:LMP-100|quantity:2|total:99.90|sub_total:99.90`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from workflows.imports.shapes import AT, FIELDS

# Only names that are known end a value: the name of an article may hold both signs.
PARTS: Final = re.compile(
    r"(?:^|\|)\s*(item_id|id|name|product_id|variation_id|sku|quantity|qty|total|sub_total|subtotal|total_tax|tax"
    r"|refunded|refunded_qty|meta|_?[a-z_]+_data):",
    re.IGNORECASE,
)
FIELD_OF: Final[Mapping[str, str]] = {
    "item_id": "key",
    "id": "key",
    "name": "description",
    "sku": "sku",
    "quantity": "ordered",
    "qty": "ordered",
    "total": "line_total",
    "refunded_qty": "refunded",
}


def unpacked(used: tuple[str, ...], cells: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The cells of an order's row, once for each of its lines; once without a line where it has none."""
    lines = [_values(cell) for cell in cells if cell.strip()] or [{}]
    for line in lines:
        yield tuple(line.get(field, used[AT[field]]) for field in FIELDS)


def _values(cell: str) -> dict[str, str]:
    _before, *parts = PARTS.split(cell)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {FIELD_OF[name.lower()]: value.strip() for name, value in pairs if name.lower() in FIELD_OF}
