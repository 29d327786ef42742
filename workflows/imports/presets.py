"""Which shape a file has, by its header row. Names count, positions do not; other columns are kept beside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from workflows.imports.mapping import ColumnMapping, fitting, plain, preset_of, same_header
from workflows.imports.shapes import FIELDS, PRESETS, SHAPES, Preset
from workflows.imports.values import UnknownHeader, UnreadableFile

CLOSE: Final = 0.75  # where so much of what a shape requires is there, it is named, with what it lacks


@dataclass(frozen=True)
class Layout:
    """How one file writes the fields of a preset. `titles` are the file's own names.

    `pick` takes the cells of FIELDS out of a row that has one empty cell more than the header, for absent columns;
    `packed` are the places of cells that hold a whole line each. `day_first` says how 03/04/2026 is to be read, None
    where nothing in the file tells. `others` are the titles of the columns that no field uses, `rest` their places.
    """

    preset: Preset
    width: int
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    titles: Mapping[str, str]
    packed: tuple[int, ...] = ()
    day_first: bool | None = None
    others: tuple[str, ...] = ()
    rest: tuple[int, ...] = ()


def recognise(
    header: Sequence[str],
    name: str | None = None,
    mapping: ColumnMapping | None = None,
    mappings: Sequence[ColumnMapping] = (),
) -> Layout:
    """The layout of a file with this header; raises UnreadableFile, UnknownHeader where questions could help.

    A mapping that was given is taken. Of the desk's own `mappings` one that was made for this very header comes before
    the presets; one whose columns are merely there comes where no preset is whole.
    """
    titles = [plain(title) for title in header]
    if mapping:
        return _layout(preset_of(mapping), header, titles)
    if name:
        return _layout(_named(titles, name), header, titles)
    own = fitting(header, mappings)
    if own and (same_header(header, own) or not _whole(titles)):
        return _layout(preset_of(own), header, titles)
    return _layout(_detect(header, titles), header, titles)


def _named(titles: Sequence[str], name: str) -> Preset:
    shapes = PRESETS[name]
    return next((shape for shape in shapes if _marked(shape, titles)), shapes[0])


def _marked(shape: Preset, titles: Sequence[str]) -> bool:
    return all(any(title in titles for title in group) for group in shape.markers)


def _whole(titles: Sequence[str]) -> list[Preset]:
    return [shape for shape in SHAPES if _marked(shape, titles) and not _missing(shape, _places(shape, titles))]


def _detect(header: Sequence[str], titles: Sequence[str]) -> Preset:
    if found := _whole(titles):
        return found[0]
    marked = next((shape for shape in SHAPES if _marked(shape, titles)), None)
    if marked is None:
        raise UnknownHeader(_unknown(titles), header)
    _named_once(titles, _places(marked, titles))
    raise UnknownHeader(_lacking(marked, titles), header)


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
    return ", ".join(group[0] for group in shape.markers[:3])


def _share(shape: Preset, titles: Sequence[str]) -> float:
    return 1 - len(_missing(shape, _places(shape, titles))) / len(shape.required)


def _layout(preset: Preset, header: Sequence[str], titles: Sequence[str]) -> Layout:
    places = _places(preset, titles)
    _named_once(titles, places)
    if _missing(preset, places):
        raise UnreadableFile(_lacking(preset, titles))
    packed = tuple(index for index, title in enumerate(titles) if _is_packed(title, preset))
    shown = {field: header[place].strip() for field, place in places.items()}
    shown |= (
        dict.fromkeys(("sku", "description", "ordered", "line_total", "unit_price"), header[packed[0]].strip())
        if packed
        else {}
    )
    pick = itemgetter(*(places.get(field, len(header)) for field in FIELDS))
    rest = _rest(header, {*places.values(), *packed})
    others = _told_apart([header[place].strip() for place in rest])
    return Layout(preset, len(header), pick, shown, packed, preset.day_first, others, rest)


def _named_once(titles: Sequence[str], places: Mapping[str, int]) -> None:
    for place in places.values():
        if titles.count(titles[place]) > 1:
            raise UnreadableFile(f"The header names the column {titles[place]!r} twice.")


def _lacking(preset: Preset, titles: Sequence[str]) -> str:
    missing = _missing(preset, _places(preset, titles))
    return f"The header lacks columns of the shape {preset.name}: {', '.join(missing)}."


def _rest(header: Sequence[str], used: Collection[int]) -> tuple[int, ...]:
    """Columns that no field uses. Those without a title are what spreadsheets add at the right."""
    return tuple(place for place, title in enumerate(header) if title.strip() and place not in used)


def _told_apart(titles: Sequence[str]) -> tuple[str, ...]:
    """`Notes`, `Notes (2)`: two columns of one name are kept beside each other."""
    found: dict[str, None] = {}
    for title in titles:
        again = (f"{title} ({count})" for count in range(2, len(titles) + 2))
        name = next(each for each in (title, *again) if each not in found)
        found[name] = None
    return tuple(found)


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
