"""How one desk's own order files are read: their columns, their words, their numbers and dates. TOML for people."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from workflows.imports.shapes import FIELDS, Preset
from workflows.money import is_currency
from workflows.values import Stage

LONGEST_DOCUMENT: Final = 256 * 1024
Header = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[\w .()&+-]+$")
]  # it is typed, and stands in messages

_STAGES: Final = [stage.value for stage in Stage]


class BadMapping(Exception):
    """This is no mapping. Each problem is one sentence: where, what, what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ColumnMapping(BaseModel):
    """`columns` gives our field their column; `words` their stage word ours, as the policy's [stages] do.

    `header` is the header row it was made for: a file with the very same columns is read by it, whatever preset they
    would do for. `day_first` says how 03/04/2026 is meant, `decimal` which sign stands before the cents, `currency`
    what prices are in where no column says it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    columns: dict[str, Header] = Field(min_length=1, max_length=len(FIELDS))
    words: dict[Word, Stage] = Field(default_factory=dict, max_length=500)
    day_first: bool | None = None
    decimal: Literal["", ".", ","] = ""
    currency: str = ""
    header: tuple[Annotated[str, StringConstraints(max_length=200)], ...] = Field(default=(), max_length=1_000)

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(columns) - set(FIELDS)):
            raise ValueError(f"{', '.join(unknown)}: not a field; the fields are {', '.join(FIELDS)}")
        return columns

    @field_validator("currency")
    @classmethod
    def _currency(cls, code: str) -> str:
        if code and not is_currency(code.upper()):
            raise ValueError("must be a currency code of ISO 4217, such as USD")
        return code.upper()

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if missing := lacking(self.columns):
            raise ValueError(f"columns: must name the column of {', '.join(missing)}")
        return self

    def to_toml(self) -> str:
        """Without what was left to the defaults; in an order of its own, which the store does not keep."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        data["columns"] = {field: self.columns[field] for field in FIELDS if field in self.columns}
        if self.words:
            data["words"] = dict(sorted(data["words"].items(), key=lambda pair: (_STAGES.index(pair[1]), pair[0])))
        return tomli_w.dumps(data)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Raises BadMapping."""
        if len(text) > LONGEST_DOCUMENT:
            raise BadMapping("The document is too long for a mapping.")
        try:
            return cls.model_validate(tomllib.loads(text.removeprefix("\ufeff")))
        except tomllib.TOMLDecodeError as wrong:
            raise BadMapping(f"This is not TOML: {wrong}.") from wrong
        except ValidationError as wrong:
            raise BadMapping(*map(_sentence, wrong.errors())) from wrong


def lacking(columns: Mapping[str, str]) -> list[str]:
    """What every order file must say and these columns do not."""
    needed = (("number",), ("ordered",), ("sku", "description"))
    return [" or ".join(group) for group in needed if not any(field in columns for field in group)]


def preset_of(mapping: ColumnMapping) -> Preset:
    """The mapping as a shape. Where it names no column of stages, every line is open, unless quantities say more."""
    blank = {} if {"status", "order_status"} & set(mapping.columns) else {"": Stage.OPEN.value}
    return Preset(
        name=mapping.name,
        columns={field: [plain(title)] for field, title in mapping.columns.items()},
        required=[*mapping.columns],
        markers=(),
        words={**blank, **{word: stage.value for word, stage in mapping.words.items()}},
        numbered="line" in mapping.columns,
        priceless=True,
        sums=True,
        currency=mapping.currency,
        decimal=mapping.decimal,
        day_first=mapping.day_first,
    )


def fitting(header: Sequence[str], mappings: Sequence[ColumnMapping]) -> ColumnMapping | None:
    """The mapping whose columns are all in this header; of several the one that reads most of it."""
    titles = {plain(title) for title in header}
    found = [each for each in mappings if all(plain(title) in titles for title in each.columns.values())]
    return max(found, key=lambda each: (same_header(header, each), len(each.columns)), default=None)


def same_header(header: Sequence[str], mapping: ColumnMapping) -> bool:
    """Whether it was made for exactly these columns, in any order."""
    return sorted(map(plain, mapping.header)) == sorted(map(plain, header))


def plain(title: str) -> str:
    """`Order_Number`, `order-number` and `ORDER NUMBER` are one column."""
    return re.sub(r"[\W_]+", " ", title.casefold()).strip() or title.strip()


def _sentence(wrong: ErrorDetails) -> str:
    """Ours in our words, pydantic's in its own."""
    what = str(wrong["ctx"]["error"]) if wrong["type"] == "value_error" else wrong["msg"]
    where = ".".join(str(part) for part in wrong["loc"])
    return f"{where}: {what}." if where else f"{what}."
