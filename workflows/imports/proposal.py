"""A mapping proposed for an unknown file, and the questions that remain. Answers go back in, until none is left."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from workflows.imports.columns import by_content, fitness, likeness, stage_words
from workflows.imports.evidence import decimal_sign, first_sign, two_way_dates
from workflows.imports.fields import Rules, fold
from workflows.imports.files import OrderFile
from workflows.imports.mapping import ColumnMapping, plain
from workflows.imports.shapes import AT
from workflows.values import Stage

SURE: Final = 0.8  # taken without a question
LIKELY: Final = 0.55  # asked, and proposed
DOUBTFUL: Final = 0.79
SHOWN: Final = 5  # samples of a column
MOST_WORDS: Final = 100

# The fields that are looked for, with their names for people, the needed ones first.
LABELS: Final[Mapping[str, str]] = {
    "number": "order number",
    "sku": "article (SKU)",
    "ordered": "quantity ordered",
    "status": "stage or status",
    "customer": "customer",
    "customer_email": "customer's e-mail",
    "currency": "currency",
    "total": "total of the order",
    "unit_price": "price of one unit",
    "line_total": "amount of the line",
    "ship_by": "day to ship by",
    "line": "line number",
    "key": "identity of the line",
    "description": "description of the article",
    "cancelled": "units cancelled",
    "picked": "units picked",
    "packed": "units packed",
    "shipped": "units shipped",
    "to_ship": "units still to ship",
    "cancelled_at": "moment of cancelling",
}
STAGES: Final[Mapping[str | None, Stage]] = {stage.value: stage for stage in Stage}
COUNTED: Final = ("cancelled", "picked", "packed", "shipped")
PRICES: Final = ("total", "unit_price", "line_total")
CURRENCIES: Final = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "CNY", "INR", "MXN", "BRL", "SEK", "PLN", "ZAR")


@dataclass(frozen=True, slots=True)
class Column:
    """`place` counts from 0; `samples` are some of its different values."""

    place: int
    title: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`confidence` from 0 to 1; 1 is what somebody has answered."""

    field: str
    place: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """`key`: `column.number`, `word.Backordered`, `day_first`, `decimal` or `currency`. `suggestion` is the value of a
    choice, or empty where nothing is likely; where a choice has the empty value it means "not in this file".
    """

    key: str
    text: str
    choices: tuple[Choice, ...]
    suggestion: str = ""


@dataclass(frozen=True)
class Proposal:
    """What is taken for sure, and what only people know."""

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    suggestions: tuple[Suggestion, ...]
    words: Mapping[str, Stage]
    unsure: tuple[Question, ...]
    day_first: bool | None = None
    decimal: str = ""
    currency: str = ""

    def mapping(self, name: str) -> ColumnMapping:
        """Raises pydantic's ValidationError while a needed column is not known."""
        found = {each.field: self.header[each.place] for each in self.suggestions}
        return ColumnMapping.model_validate(
            {
                "name": name,
                "columns": {field: found[field] for field in LABELS if field in found},
                "words": {word: stage.value for word, stage in self.words.items()},
                "day_first": self.day_first,
                "decimal": self.decimal,
                "currency": self.currency,
                "header": self.header,
            }
        )


def propose(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    rules: Rules,
    answers: Mapping[str, str] | None = None,
    doubted: Collection[str] = (),
    *,
    words: Collection[str] = (),
) -> Proposal:
    """`header` and `rows` as an UnknownHeader has them; `answers` by the key of the question.

    The answer to a `column.…` is the place of the column ("3"), to a `word.…` a stage, to `day_first` "yes" or "no".
    `doubted` fields are asked about however sure they seem, unless they are answered. `words` are stage words of the
    file beyond these rows, as `words_in` finds them. A question that has no choice cannot be answered: the file lacks
    what is needed.
    """
    return _Looking(header, rows, rules, answers or {}, doubted, words=words).proposal()


def words_in(file: OrderFile) -> tuple[str, ...]:
    """Stage words of the whole file, which is read to its end for them; at most a hundred."""
    found: dict[str, None] = {}
    for part in file.parts():
        if len(found) < MOST_WORDS:
            found |= dict.fromkeys(fold(row.cells[AT["status"]]) for row in part.rows)
    return tuple(found)[:MOST_WORDS]


class _Looking:
    def __init__(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        rules: Rules,
        answers: Mapping[str, str],
        doubted: Collection[str],
        *,
        words: Collection[str],
    ) -> None:
        self.header = tuple(title.strip() for title in header)
        self.cells = [[row[place] for row in rows if row[place]] for place in range(len(header))]
        self.rows, self.rules, self.answers, self.doubted, self.words = rows, rules, answers, doubted, words
        counts = Counter(map(plain, self.header))
        self.usable = [place for place, title in enumerate(self.header) if title and counts[plain(title)] == 1]
        self.likely = self._likely()
        self.chosen = {each.field: each.place for each in self.likely if each.confidence >= SURE}

    def proposal(self) -> Proposal:
        words, asked_words = self._words()
        day_first, asked_day = self._day_first()
        decimal, asked_decimal = self._decimal()
        currency, asked_currency = self._currency()
        return Proposal(
            header=self.header,
            columns=tuple(Column(place, self.header[place], self._shown(place)) for place in self.usable),
            suggestions=tuple(each for each in self.likely if each.confidence >= SURE),
            words=words,
            unsure=(*self._columns_asked(), *asked_words, *asked_day, *asked_decimal, *asked_currency),
            day_first=day_first,
            decimal=decimal,
            currency=currency,
        )

    def _shown(self, place: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.cells[place]))[:SHOWN]

    # Columns

    def _likely(self) -> list[Suggestion]:
        """One column for a field and one field for a column, the likeliest first; what was answered stands."""
        places = {"", *map(str, self.usable)}
        answered = {field: place for field in LABELS if (place := self.answers.get(f"column.{field}")) in places}
        found = [Suggestion(field, int(place), 1.0) for field, place in answered.items() if place]
        free = [field for field in LABELS if field not in answered]
        taken = {each.place for each in found}
        for each in sorted(self._scored(free), key=lambda one: -one.confidence):
            if each.place not in taken and each.field in free:
                found.append(each)
                taken.add(each.place)
                free.remove(each.field)
        return found

    def _scored(self, fields: Iterable[str]) -> Iterator[Suggestion]:
        for field in fields:
            scores = {place: self._score(place, field) for place in self.usable}
            rivals = sum(score >= SURE for score in scores.values())
            just_so = sum(score == 1 for score in scores.values())
            most = DOUBTFUL if field in self.doubted else 1.0
            for place, score in scores.items():
                if score >= LIKELY:  # of two that would both do people say which, unless one is called just so
                    told = rivals <= 1 or (score == 1 and just_so == 1)
                    yield Suggestion(field, place, min(score if told else DOUBTFUL, most))

    def _score(self, place: int, field: str) -> float:
        fit = fitness(self.cells[place], field, self.rules)
        named = likeness(self.header[place], field) * (0.3 if fit < 0.3 else 0.6 + 0.4 * fit)
        return max(named, by_content(self.cells[place], field, self.rules))

    def _columns_asked(self) -> Iterator[Question]:
        likely = {each.field: each.place for each in self.likely if each.confidence < SURE}
        for field in LABELS:
            needed = self._is_needed(field)
            if field in self.chosen or (not needed and self.answers.get(f"column.{field}") == ""):
                continue
            unsaid = field == "status" and not set(COUNTED) & set(self.chosen)
            if needed or unsaid or field in likely or field in self.doubted:
                yield self._column_asked(field, likely.get(field), needed=needed)

    def _is_needed(self, field: str) -> bool:
        return field in {"number", "ordered"} or (field == "sku" and "description" not in self.chosen)

    def _column_asked(self, field: str, likely: int | None, *, needed: bool) -> Question:
        taken = () if field in self.doubted else self.chosen.values()
        free = [place for place in self.usable if place not in taken]
        elsewhere = {each.place for each in self.likely if each.field != field}
        free.sort(
            key=lambda place: (
                place != likely,
                place in elsewhere,
                -fitness(self.cells[place], field, self.rules),
                place,
            )
        )
        none = () if needed else (Choice("", "Not in this file"),)
        choices = (*(Choice(str(place), self.header[place]) for place in free), *none)
        return Question(
            f"column.{field}",
            f"Which column is the {LABELS[field]}?",
            choices,
            "" if likely is None else str(likely),
        )

    # Words

    def _words(self) -> tuple[dict[str, Stage], list[Question]]:
        """Stages for the words of the file that the desk does not know anyway."""
        if "status" not in self.chosen:
            return {}, []
        place = self.chosen["status"]
        found = dict.fromkeys([*(fold(row[place]) for row in self.rows), *self.words])
        known, own = stage_words(self.rules), {stage.value for stage in Stage} | set(map(fold, self.rules.stages))
        words, asked = dict[str, Stage](), list[Question]()
        for word in [each for each in found if each not in own][:MOST_WORDS]:
            if (answer := self.answers.get(f"word.{word}")) in STAGES:
                words[word] = STAGES[answer]
            elif not word or word in known:
                words[word] = known.get(word, Stage.OPEN)
            else:
                asked.append(_word_asked(word, known))
        return words, asked

    # Dates, numbers, money

    def _day_first(self) -> tuple[bool | None, list[Question]]:
        if answer := self.answers.get("day_first"):
            return answer == "yes", []
        dates = self.cells[self.chosen["ship_by"]] if "ship_by" in self.chosen else []
        example = two_way_dates(dates)
        if not example:
            return None, []
        choices = (Choice("yes", "The day comes first"), Choice("no", "The month comes first"))
        return None, [Question("day_first", f"How are dates like {example} meant?", choices)]

    def _decimal(self) -> tuple[str, list[Question]]:
        if (answer := self.answers.get("decimal")) in {".", ","}:
            return answer, []
        amounts = [cell for field in (*PRICES, "ordered", *COUNTED) for cell in self._cells_of(field)]
        sign, example = decimal_sign(amounts)
        if sign or not example:
            return sign, []
        choices = (Choice(".", "1,234.50 (point)"), Choice(",", "1.234,50 (comma)"))
        return "", [
            Question("decimal", f"How are numbers like {example} meant: which sign stands before the cents?", choices)
        ]

    def _currency(self) -> tuple[str, list[Question]]:
        if "currency" in self.answers:
            return self.answers["currency"], []
        if "currency" in self.chosen or not set(PRICES) & set(self.chosen):
            return "", []
        sign = first_sign(cell for field in PRICES for cell in self._cells_of(field))
        choices = (*(Choice(code, code) for code in CURRENCIES), Choice("", "It is not known"))
        return "", [Question("currency", "No column says it: which currency are the prices in?", choices, sign)]

    def _cells_of(self, field: str) -> list[str]:
        return self.cells[self.chosen[field]] if field in self.chosen else []


def _word_asked(word: str, known: Mapping[str, Stage]) -> Question:
    close = get_close_matches(word, known, n=1, cutoff=0.8)
    choices = tuple(Choice(stage.value, stage.value) for stage in Stage)
    return Question(
        f"word.{word}", f"What does the status “{word}” mean?", choices, known[close[0]].value if close else ""
    )
