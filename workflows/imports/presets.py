"""The shapes of order files, known by their header row. Names count, positions do not; unknown columns are ignored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from workflows.imports.values import UnreadableFile

# What a row can say, whatever its source calls it.
FIELDS: Final = (
    "number",
    "customer",
    "ship_to",
    "customer_email",
    "currency",
    "total",
    "ship_by",
    "order_status",
    "cancelled_at",
    "line",
    "sku",
    "description",
    "ordered",
    "unit_price",
    "status",
    "cancelled",
    "picked",
    "packed",
    "shipped",
)
AT: Final[Mapping[str, int]] = {field: index for index, field in enumerate(FIELDS)}


@dataclass(frozen=True)
class Preset:
    """`columns` maps a field to the normalised names it goes by; `numbered` says whether the source numbers its lines.

    `words` are the source's own stage words. A `marker` is a column that no other shape has.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    required: Sequence[str]
    markers: Sequence[str]
    numbered: bool
    words: Mapping[str, str]


REDTAG: Final = Preset(
    name="redtag",
    columns={
        "number": ["order number"],
        "customer": ["customer"],
        "customer_email": ["customer email"],
        "currency": ["currency"],
        "total": ["order total"],
        "ship_by": ["ship by"],
        "line": ["line"],
        "sku": ["sku"],
        "description": ["description"],
        "ordered": ["quantity"],
        "unit_price": ["unit price"],
        "status": ["status"],
        "cancelled": ["quantity cancelled"],
        "picked": ["quantity picked"],
        "packed": ["quantity packed"],
        "shipped": ["quantity shipped"],
    },
    required=["number", "currency", "total", "line", "sku", "ordered", "unit_price", "status"],
    markers=["order number", "line", "quantity"],
    numbered=True,
    words={},
)

# 79 columns today; older files lack the last ones, and two generations spell some names differently.
SHOPIFY: Final = Preset(
    name="shopify",
    columns={
        "number": ["name"],
        "customer": ["billing name"],
        "ship_to": ["shipping name"],
        "customer_email": ["email"],
        "currency": ["currency"],
        "total": ["total"],
        "order_status": ["fulfillment status"],
        "cancelled_at": ["cancelled at", "canceled at"],
        "sku": ["lineitem sku"],
        "description": ["lineitem name"],
        "ordered": ["lineitem quantity"],
        "unit_price": ["lineitem price"],
        "status": ["lineitem fulfillment status"],
    },
    required=["number", "currency", "total", "ordered", "description", "unit_price"],
    markers=["name", "lineitem quantity", "lineitem name"],
    numbered=False,
    words={"": "open", "fulfilled": "shipped", "pending": "open", "restocked": "cancelled", "unfulfilled": "open"},
)

PRESETS: Final[Mapping[str, Preset]] = {preset.name: preset for preset in (REDTAG, SHOPIFY)}


@dataclass(frozen=True)
class Layout:
    """How one file writes the fields of a preset. `titles` are the file's own names.

    `pick` takes the cells of FIELDS out of a row that has one empty cell more than the header, for absent columns.
    """

    preset: Preset
    width: int
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    titles: Mapping[str, str]


def plain(title: str) -> str:
    """`Order_Number`, `order-number` and `ORDER NUMBER` are one column."""
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


def recognise(header: Sequence[str], name: str | None = None) -> Layout:
    """The layout of a file with this header; raises UnreadableFile where it is none we know."""
    titles = [plain(title) for title in header]
    preset = PRESETS[name] if name else _detect(titles)
    return _layout(preset, header, titles)


def _detect(titles: Sequence[str]) -> Preset:
    found = [preset for preset in PRESETS.values() if set(preset.markers) <= set(titles)]
    if not found:
        known = "; ".join(f"{preset.name} ({', '.join(preset.markers)}, …)" for preset in PRESETS.values())
        raise UnreadableFile(f"The first row is not a header that is known here. Known shapes: {known}.")
    return found[0]


def _layout(preset: Preset, header: Sequence[str], titles: Sequence[str]) -> Layout:
    places = {field: _place(titles, names) for field, names in preset.columns.items()}
    missing = [preset.columns[field][0] for field in preset.required if places[field] is None]
    if missing:
        raise UnreadableFile(f"The header lacks columns of the shape {preset.name}: {', '.join(missing)}.")
    present = {field: place for field, place in places.items() if place is not None}
    shown = {field: header[place].strip() for field, place in present.items()}
    return Layout(preset, len(header), itemgetter(*(present.get(field, len(header)) for field in FIELDS)), shown)


def _place(titles: Sequence[str], names: Sequence[str]) -> int | None:
    places = [index for index, title in enumerate(titles) if title in names]
    if len(places) > 1:
        raise UnreadableFile(f"The header names the column {titles[places[0]]!r} twice.")
    return places[0] if places else None
