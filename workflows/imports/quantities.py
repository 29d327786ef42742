"""How far the units of a line have come, from what its row says. Each step counts units that got at least so far."""

from functools import lru_cache
from typing import Final, NamedTuple

from workflows.imports.fields import BadCell
from workflows.values import Stage

ORDER: Final = (Stage.OPEN, Stage.ALLOCATED, Stage.PICKED, Stage.PACKED, Stage.SHIPPED, Stage.DELIVERED)


class Given(NamedTuple):
    """Quantities that stand in the row; None where a cell is blank."""

    cancelled: int | None = None
    picked: int | None = None
    packed: int | None = None
    shipped: int | None = None


class Quantities(NamedTuple):
    cancelled: int
    allocated: int
    picked: int
    packed: int
    shipped: int
    delivered: int


NOTHING_GIVEN: Final = Given()


@lru_cache(maxsize=4096)
def quantities(ordered: int, stage: Stage, given: Given = NOTHING_GIVEN) -> Quantities:
    """Given quantities win over the stage word, which stands for whatever they leave open."""
    cancelled = given.cancelled if given.cancelled is not None else _cancelled_by_word(ordered, stage, given)
    remaining = max(ordered - cancelled, 0)
    if given[1:] == (None, None, None):
        return Quantities(cancelled, *(remaining * _reached(stage, step) for step in ORDER[1:]))
    shipped = given.shipped or 0
    packed = given.packed if given.packed is not None else shipped
    picked = given.picked if given.picked is not None else packed
    allocated = max(picked, remaining * _reached(stage, Stage.ALLOCATED))
    return Quantities(cancelled, allocated, picked, packed, shipped, shipped * _reached(stage, Stage.DELIVERED))


def _cancelled_by_word(ordered: int, stage: Stage, given: Given) -> int:
    """A cancelled line keeps what had already left."""
    return max(ordered - (given.shipped or 0), 0) if stage is Stage.CANCELLED else 0


def _reached(stage: Stage, step: Stage) -> bool:
    return stage is not Stage.CANCELLED and ORDER.index(stage) >= ORDER.index(step)


def check_quantities(ordered: int, found: Quantities) -> None:
    """Refuse what contradicts itself. Picked units of a cancelled line are a fact, not a contradiction."""
    rules = (
        *((name, getattr(found, name), ordered, "ordered") for name in ("cancelled", "shipped", "packed", "picked")),
        ("packed", found.packed, found.picked, "picked"),
        ("shipped", found.shipped, found.packed, "packed"),
    )
    for name, count, most, of in rules:
        if count > most:
            raise BadCell(name, str(count), f"is more than the {most} {of}")
    if found.cancelled + found.shipped > ordered:
        reason = f"contradicts the {found.shipped} shipped: only {ordered} were ordered"
        raise BadCell("cancelled", str(found.cancelled), reason)


def never_to_ship(ordered: int, shipped: int, to_ship: int) -> int:
    """Units that neither shipped nor are still to be shipped: cancelled, in all but the name."""
    if shipped + to_ship > ordered:
        raise BadCell("to_ship", str(to_ship), f"contradicts the {shipped} shipped: only {ordered} were ordered")
    return ordered - shipped - to_ship
