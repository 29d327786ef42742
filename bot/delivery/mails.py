"""The words of e-mails, from templates in `templates/`."""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TEMPLATES: Final = Path(__file__).parent / "templates"
PROMISE: Final = re.compile(r"clear(\W+)to(\W+)ship", re.IGNORECASE)
# Line breaks of any kind, control characters, and marks that turn the direction of the text around.
UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class FloorRelease:
    """What the floor reads when a hold has ended; all ready to be shown, nothing escaped.

    `what` became of the hold: "Released", or "No longer asked for"; `by` says what the `approver` did.
    """

    order: str
    customer: str
    request: str
    hold: str  # H-17
    reason: str  # label of the hold's reason
    approver: str
    requester: str
    clear: bool
    blockers: Sequence[str] = ()  # what still holds the order
    lines: Sequence[str] = ()  # the order's lines, a sentence each
    more_lines: int = 0  # how many there are beyond these
    release_reason: str = ""  # label of the release's own reason
    note: str = ""
    desk: str = ""
    released_at: str = ""
    what: str = "Released"
    by: str = "Approved by"


def floor_release_mail(values: FloorRelease) -> Words:
    """The words "Clear to ship" stand in it if no hold is left, and nowhere in it otherwise."""
    return _words("floor_release", _readable(values))


@dataclass(frozen=True, slots=True)
class Signed:
    """A cancel or change that was signed, as its e-mails tell it; all ready to be shown, nothing escaped."""

    order: str
    customer: str
    request: str
    headline: str  # Partly cancelled
    summary: str  # 5 units of line 2
    reason: str  # its label
    approver: str
    requester: str
    lines: Sequence[str]  # what was cancelled or changed, a line each
    more_lines: int
    value: str  # the order's, now
    stops: Sequence[str] = ()  # what somebody has to put back
    refund: str = ""
    total: str = ""  # of the refund, for the subject
    change: str = ""  # of the order's value
    note: str = ""
    answer: str = ""  # the approver's note
    desk: str = ""


def signed_mail(values: Signed) -> Words:
    """Whether the rest may ship stands in the floor's post, which is never late; so never here."""
    return unpromised_mail("asked", values)


def unpromised_mail(name: str, values: "DataclassInstance") -> Words:
    """From the templates of that name, with the fields of a dataclass."""
    return _words(name, {field: _each(_unpromised, value) for field, value in asdict(values).items()})


def written(name: str, values: dict[str, Any]) -> Words:
    """From the templates of this name; every text in the values, however deep, is a line that promises nothing."""
    return _words(name, _deep(values))


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _deep(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_deep(each) for each in value]
    return _unpromised(value) if isinstance(value, str) else value


def _readable(values: FloorRelease) -> dict[str, Any]:
    clear = values.clear and not values.blockers
    clean = _line if clear else _unpromised
    shown = {name: _each(clean, value) for name, value in asdict(values).items()}
    return shown | {"clear": clear}


def _each(clean: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return [clean(each) for each in value] if isinstance(value, tuple | list) else value


def _line(text: str) -> str:
    return " ".join(UNPRINTABLE.sub(" ", text).split())[:LONGEST]


def _unpromised(text: str) -> str:
    """A customer or a note of that name must not be read as our word."""
    return PROMISE.sub(r"clear-to-ship", _line(text))


def _words(name: str, values: dict[str, Any]) -> Words:
    subject, text, html = (
        _environment().get_template(f"{name}.{part}").render(values)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Words(" ".join(subject.split()), text.strip() + "\n", html.strip() + "\n")


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=jinja2.select_autoescape(["html"]),
        loader=jinja2.FileSystemLoader(TEMPLATES),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
