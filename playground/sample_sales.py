"""A sample sale as all order files tell it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Item:
    line: int
    sku: str
    name: str
    quantity: int
    price: int  # minor units
    stage: str
    cancelled: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    counted: bool = False  # whether the quantities say what the stage alone cannot


@dataclass(frozen=True)
class Sale:
    number: int
    customer: str
    email: str
    currency: str
    decimals: int
    ship_by: date | None
    stage: str
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return sum(item.quantity * item.price for item in self.items)

    def money(self, minor: int) -> str:
        if not self.decimals:
            return str(minor)
        whole, rest = divmod(minor, 10**self.decimals)
        return f"{whole}.{rest:0{self.decimals}d}"
