"""Searching for orders: what is looked for, and one page of what was found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.views import OrderOption

LONGEST: Final = 60
PAGE: Final = 10


class Search(BaseModel):
    """What somebody looks for. `after` is the `key` of the order before the page, `shown` how many stand before it."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    text: str = ""  # how the number, the customer's name or an article begins
    asker: str = ""  # the member who asked something about the order
    after: str = ""
    shown: int = 0

    @classmethod
    def of(cls, text: str, asker: str = "") -> Self:
        return cls(text=text[:LONGEST].strip(), asker=asker)

    @classmethod
    def read(cls, text: str) -> Self:
        """Whatever is not readable looks for nothing."""
        try:
            found = cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls()
        return cls() if "\x00" in f"{found.text}{found.asker}" else found

    def write(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @property
    def chosen(self) -> bool:
        return bool(self.text or self.asker)

    def at(self, after: str = "", shown: int = 0) -> Self:
        """The same search at another page."""
        return self.model_copy(update={"after": after, "shown": shown})


@dataclass(frozen=True, slots=True)
class Newest:
    """The last thing that the member asked of the order."""

    id: str
    kind: str  # place_hold | release_hold | cancel | change
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """`held`: labels of the holds in force; `pending`: id and kind of the requests that wait for a signature."""

    order: OrderOption
    by: str  # number | customer | article | asker
    key: str
    article: str = ""
    held: tuple[str, ...] = ()
    pending: tuple[tuple[str, str], ...] = ()
    newest: Newest | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    items: tuple[FoundOrder, ...] = ()
    more: bool = False

    def following(self, search: Search) -> Search:
        return search.at(self.items[-1].key, search.shown + len(self.items)) if self.items else search


def key_of(way: int, number: str, place: str) -> str:
    """Where an order stands in a search: in which way it was found, and its place in that way's order."""
    return f"{way}\n{number}\n{place}"


def read_key(key: str) -> tuple[int, str, str] | None:
    """None for anything that `key_of` does not write."""
    way, *rest = key.split("\n", 2)
    readable = len(rest) == 2 and way.isdecimal() and len(way) < 3 and "\x00" not in key
    return (int(way), rest[0], rest[1]) if readable else None
