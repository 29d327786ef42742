"""Long lists in pages: `limit` and `cursor`, where a cursor names the first thing of the next page."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from playground.slack.arguments import Arguments, text
from playground.slack.core import SlackError

T = TypeVar("T")


def page(
    listed: Sequence[T],
    arguments: Arguments,
    *,
    kind: str,
    name_of: Callable[[T], str],
    size: int,
    begins: Callable[[T, str], bool] | None = None,
) -> tuple[Sequence[T], str]:
    """One page and the cursor of the next, empty at the end. `begins`: whether a thing begins the page of a cursor;
    it is the very thing that the cursor names unless said.
    """
    start = _start(listed, arguments, kind, begins or (lambda one, wanted: name_of(one) == wanted))
    end = start + size
    following = encoded(kind, name_of(listed[end])) if end < len(listed) else ""
    return listed[start:end], following


def encoded(kind: str, name: str) -> str:
    return b64encode(f"{kind}:{name}".encode()).decode()


def _start(listed: Sequence[T], arguments: Arguments, kind: str, begins: Callable[[T, str], bool]) -> int:
    cursor = text(arguments, "cursor")
    if not cursor:
        return 0
    wanted = _decoded(kind, cursor)
    for index, one in enumerate(listed):
        if begins(one, wanted):
            return index
    raise SlackError("invalid_cursor")


def _decoded(kind: str, cursor: str) -> str:
    try:
        given, _, name = b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:  # no base64, or not of text
        raise SlackError("invalid_cursor") from None
    if given != kind or not name:
        raise SlackError("invalid_cursor")
    return name


def limit(arguments: Arguments, default: int, most: int, error: str) -> int:
    """Raises `error` for what is no number from 1 to `most`."""
    given = text(arguments, "limit")
    if not given:
        return default
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise SlackError(error)
    return int(given)


def metadata(cursor: str) -> dict[str, Any]:
    return {"response_metadata": {"next_cursor": cursor}}
