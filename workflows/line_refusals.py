"""How the desk says no to cancels and changes, line by line."""

from datetime import date, datetime

from workflows.results import Refusal, Signers, who_can
from workflows.words import Words, listed

MOST = 10  # lines that one sentence names


def _lines(said: tuple[str, ...], words: Words) -> str:
    more = f"; and {len(said) - MOST} more lines" if len(said) > MOST else ""
    return "; ".join(words.text(each) for each in said[:MOST]) + more


class NothingToCancel(Refusal):
    order: str
    stage: str

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} is already {self.stage}, so there is nothing left to cancel."


class LineUnknown(Refusal):
    order: str
    line: int
    lines: tuple[int, ...]

    @property
    def field(self) -> str:
        return "lines"

    def sentence(self, words: Words) -> str:
        known = _ranges(self.lines)
        return f"{words.strong(self.order)} has no line {self.line}. Its lines are {known}."


def _ranges(numbers: tuple[int, ...]) -> str:
    """`1`, `1 and 4`, `1 to 120`."""
    ordered = sorted(numbers)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]} to {ordered[-1]}"
    shown = [str(number) for number in ordered[:MOST]]
    return f"{', '.join(shown)} and more" if len(ordered) > MOST else listed(shown, "and")


class LineTwice(Refusal):
    line: int

    @property
    def field(self) -> str:
        return "lines"

    def sentence(self, words: Words) -> str:
        return f"Line {self.line} is named twice. Say once what is to happen to it."


class QuantityInvalid(Refusal):
    """`most`: what would be possible."""

    line: int
    asked: int
    most: int

    @property
    def field(self) -> str:
        return f"qty.{self.line}"

    def sentence(self, words: Words) -> str:
        return f"Line {self.line}: {self.asked} is not a possible quantity. Ask for 1 to {self.most:,}."


class UnitsBlocked(Refusal):
    """More than can be cancelled. `why`: `line 2: 3 of 10 shipped 2026-11-18, 7 can be cancelled`."""

    order: str
    line: int
    asked: int
    can: int
    why: str

    @property
    def field(self) -> str:
        return f"qty.{self.line}" if self.can else "lines"

    def sentence(self, words: Words) -> str:
        offer = f" Ask for {self.can}, or fewer." if self.can else ""
        return f"{words.strong(self.order)}, {words.text(self.why)}.{offer}"


class PartlyGone(Refusal):
    """The whole order, some of which cannot be cancelled. `rest`: line and units that can.

    `reason` and `note` are what was given, for whoever goes on to ask for the rest.
    """

    order: str
    why: tuple[str, ...]
    rest: tuple[tuple[int, int], ...]
    reason: str = ""
    note: str = ""

    @property
    def field(self) -> str:
        return "lines"

    def sentence(self, words: Words) -> str:
        start = f"{words.strong(self.order)} cannot be cancelled as a whole. {_lines(self.why, words).capitalize()}."
        return (
            f"{start} You can ask for the rest." if self.rest else f"{start} Nothing of it can be cancelled any more."
        )


class LinePending(Refusal):
    """Somebody asked for something on the same line, or the same date. `same`: for just this."""

    order: str
    request: int
    kind: str
    what: str  # line 2
    by: str
    at: datetime
    sign: tuple[Signers, ...]
    same: bool
    where: str = "lines"

    @property
    def field(self) -> str:
        return self.where

    def sentence(self, words: Words) -> str:
        asked = "the same" if self.same else f"a {self.kind} of {self.what}"
        start = f"{words.member(self.by)} asked for {asked} on {words.strong(self.order)}, {words.when(self.at)}"
        return f"{start} (R-{self.request}). It is waiting for {who_can(self.sign, words, 'and')}."


class NothingToChange(Refusal):
    order: str
    line: int = 0

    @property
    def field(self) -> str:
        return f"qty.{self.line}" if self.line else "lines"

    def sentence(self, words: Words) -> str:
        if self.line:
            line = f"Line {self.line} of {words.strong(self.order)}"
            return f"{line} already has this quantity and article, so nothing would change."
        return f"Say what is to change on {words.strong(self.order)}: a quantity, an article or the ship-by date."


class OrderGone(Refusal):
    order: str
    stage: str

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} is already {self.stage}, so it cannot be changed any more."


class LineBlocked(Refusal):
    """`why`: `line 2: 3 of 5 picked 2026-11-18, 2 can be changed`."""

    order: str
    line: int
    why: str
    least: int  # the smallest quantity that is possible; 0 where nothing about the line is

    @property
    def field(self) -> str:
        return f"qty.{self.line}"

    def sentence(self, words: Words) -> str:
        offer = f" The quantity can be {self.least} or more." if self.least else ""
        return f"{words.strong(self.order)}, {words.text(self.why)}.{offer}"


class ZeroIsCancel(Refusal):
    """`all`: nothing of the order would be left."""

    order: str
    line: int
    all: bool = False

    @property
    def field(self) -> str:
        return f"qty.{self.line}"

    def sentence(self, words: Words) -> str:
        order = words.text(self.order)
        if self.all:
            return f"That leaves nothing of {words.strong(self.order)}: cancel it instead, with `/cancel {order} all`."
        return f"No units of line {self.line} is a cancel: ask for it with `/cancel {order} lines {self.line}`."


class ShipByPast(Refusal):
    ship_by: date
    today: date

    @property
    def field(self) -> str:
        return "ship_by"

    def sentence(self, words: Words) -> str:
        return f"{self.ship_by} is past: today is {self.today}. Give a later date."


class ShipBySame(Refusal):
    order: str
    ship_by: date

    @property
    def field(self) -> str:
        return "ship_by"

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} is to be shipped by {self.ship_by} already."


class ArticleInvalid(Refusal):
    """`where` is the form's field."""

    where: str
    most: int

    @property
    def field(self) -> str:
        return self.where

    def sentence(self, words: Words) -> str:
        return f"An article number (SKU) has 1 to {self.most} characters."


class PriceInvalid(Refusal):
    typed: str
    problem: str

    @property
    def field(self) -> str:
        return "add.price"

    def sentence(self, words: Words) -> str:
        return f"The price “{words.text(self.typed[:40])}” {words.text(self.problem)}."


class AddedQuantityInvalid(Refusal):
    asked: int
    most: int

    @property
    def field(self) -> str:
        return "add.qty"

    def sentence(self, words: Words) -> str:
        return f"{self.asked} is not a possible quantity. Ask for 1 to {self.most:,}."


class NotYoursToRetry(Refusal):
    request: int
    roles: tuple[str, ...]

    def sentence(self, words: Words) -> str:
        can = listed([words.text(role) for role in self.roles])
        return f"The refund of R-{self.request} is not yours to send again. {can} can."


class NoCallToRetry(Refusal):
    request: int

    def sentence(self, words: Words) -> str:
        return f"R-{self.request} has no refund that is still to be accepted, so there is nothing to send again."
