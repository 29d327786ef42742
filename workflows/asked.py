"""What a cancel or a change asks for, as it is kept with the request: lines by their key, amounts in minor units."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from workflows.frozen import Value


class CancelledLine(Value):
    """`units` of one line. `returns` of them are picked or packed already and go back on the shelf."""

    key: str
    line: int
    sku: str
    description: str
    units: int
    unit_price: int
    returns: int = 0

    @property
    def amount(self) -> int:
        return self.units * self.unit_price


class Cancellation(Value):
    """`tax` and `shipping` are what the policy gives back of them; `whole`: nothing of the order is left after it."""

    kind: Literal["cancel"] = "cancel"
    lines: tuple[CancelledLine, ...]
    currency: str
    tax: int = 0
    shipping: int = 0
    whole: bool = False

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.amount + self.tax + self.shipping

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(line.key for line in self.lines)


class ChangedLine(Value):
    """Quantities are units still to be delivered. `sku` and `new_sku` are equal where the article stays."""

    key: str
    line: int
    sku: str
    description: str
    before: int
    after: int
    new_sku: str
    unit_price: int
    removed: bool = False

    @property
    def amount(self) -> int:
        """What the line's value changes by."""
        return (self.after - self.before) * self.unit_price


class AddedLine(Value):
    sku: str
    description: str = ""
    quantity: int
    unit_price: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


class ShipBy(Value):
    before: date | None
    after: date


class Change(Value):
    kind: Literal["change"] = "change"
    lines: tuple[ChangedLine, ...] = ()
    added: tuple[AddedLine, ...] = ()
    ship_by: ShipBy | None = None
    currency: str

    @property
    def amount(self) -> int:
        """What the order's value changes by; negative where it becomes less."""
        return sum(line.amount for line in self.lines) + sum(line.amount for line in self.added)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(line.key for line in self.lines)


Asked = Cancellation | Change
_ASKED: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="kind")])


def read_asked(data: dict[str, Any] | None) -> Asked | None:
    return _ASKED.validate_python(data) if data else None
