"""Which shape a file has, by its header row. Names count, positions do not; unknown columns are ignored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from workflows.imports.shapes import FIELDS, PRESETS, SHAPES, Preset
from workflows.imports.values import UnreadableFile

CLOSE: Final = 0.75  # where so much of what a shape requires is there, it is named, with what it lacks


@dataclass(frozen=True)
class Layout:
    """How one file writes the fields of a preset. `titles` are the file's own names.

    `pick` takes the cells of FIELDS out of a row that has one empty cell more than the header, for absent columns;
    `packed` are the places of cells that hold a whole line each. `day_first` says how 03/04/2026 is to be read, None
    where nothing in the file tells.
    """

    preset: Preset
    width: int
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    titles: Mapping[str, str]
    packed: tuple[int, ...] = ()
    day_first: bool | None = None


def plain(title: str) -> str:
    """`Order_Number`, `order-number` and `ORDER NUMBER` are one column."""
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


def recognise(header: Sequence[str], name: str | None = None) -> Layout:
    """The layout of a file with this header; raises UnreadableFile where it is none we know."""
    titles = [plain(title) for title in header]
    return _layout(_named(titles, name) if name else _detect(titles), header, titles)


def _named(titles: Sequence[str], name: str) -> Preset:
    shapes = PRESETS[name]
    return next((shape for shape in shapes if _marked(shape, titles)), shapes[0])


def _marked(shape: Preset, titles: Sequence[str]) -> bool:
    return all(any(title in titles for title in group) for group in shape.markers)


def _detect(titles: Sequence[str]) -> Preset:
    marked = [shape for shape in SHAPES if _marked(shape, titles)]
    whole = (shape for shape in marked if not _missing(shape, _places(shape, titles)))
    found = [*whole, *marked]
    if not found:
        raise UnreadableFile(_unknown(titles))
    return found[0]


def _unknown(titles: Sequence[str]) -> str:
    closest = next((shape for shape in SHAPES if _share(shape, titles) >= CLOSE), None)
    if closest:
        return f"The first row is most like the header of a {closest.name} file, but lacks: {_lacks(closest, titles)}."
    known = "; ".join(f"{name} ({_marks(shapes[0])}, …)" for name, shapes in PRESETS.items())
    return (
        "The first row is not a header that is known here. Use an export in one of these shapes, or name your columns "
        f"as one of them does: {known}."
    )


def _lacks(shape: Preset, titles: Sequence[str]) -> str:
    unmarked = [group[0] for group in shape.markers if not any(title in titles for title in group)]
    return ", ".join(_missing(shape, _places(shape, titles)) or unmarked)


def _marks(shape: Preset) -> str:
    return ", ".join(group[0] for group in shape.markers)


def _share(shape: Preset, titles: Sequence[str]) -> float:
    return 1 - len(_missing(shape, _places(shape, titles))) / len(shape.required)


def _layout(preset: Preset, header: Sequence[str], titles: Sequence[str]) -> Layout:
    places = _places(preset, titles)
    for place in places.values():
        if titles.count(titles[place]) > 1:
            raise UnreadableFile(f"The header names the column {titles[place]!r} twice.")
    if missing := _missing(preset, places):
        raise UnreadableFile(f"The header lacks columns of the shape {preset.name}: {', '.join(missing)}.")
    packed = tuple(index for index, title in enumerate(titles) if _is_packed(title, preset))
    shown = {field: header[place].strip() for field, place in places.items()}
    shown |= (
        dict.fromkeys(("sku", "description", "ordered", "line_total", "unit_price"), header[packed[0]].strip())
        if packed
        else {}
    )
    pick = itemgetter(*(places.get(field, len(header)) for field in FIELDS))
    return Layout(preset, len(header), pick, shown, packed)


def _is_packed(title: str, preset: Preset) -> bool:
    return bool(preset.packed) and title.startswith(preset.packed) and title[len(preset.packed) :].isdecimal()


def _missing(preset: Preset, places: Mapping[str, int]) -> list[str]:
    """What is required and not there, as its source calls it."""
    groups = [(each,) if isinstance(each, str) else each for each in preset.required]
    return [
        " or ".join(preset.columns[field][0] for field in group)
        for group in groups
        if not any(field in places for field in group)
    ]


def _places(preset: Preset, titles: Sequence[str]) -> dict[str, int]:
    """Where each field stands, by the best of its names that is there."""
    found = ((field, _place(titles, names)) for field, names in preset.columns.items())
    return {field: place for field, place in found if place is not None}


def _place(titles: Sequence[str], names: Sequence[str]) -> int | None:
    return next((titles.index(name) for name in names if name in titles), None)
