"""Pages by key: `next` names where the next one begins, and stays right whatever is added meanwhile."""

import base64
import binascii
from typing import Annotated, Any, Final, TypeVar

import orjson
from fastapi import Query
from pydantic import TypeAdapter, ValidationError

from bot.web.api.problems import FieldProblem, Refused

MOST: Final = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
T = TypeVar("T")


def next_of(*key: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def begun(cursor: str | None, shape: TypeAdapter[T]) -> T | None:
    """The key in a cursor; None for the first page."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        return shape.validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValidationError, binascii.Error, UnicodeEncodeError) as bad:
        problem = FieldProblem(field="cursor", problem="is not the next of a page")
        raise Refused(422, "invalid", "cursor: is not the next of a page.", errors=[problem]) from bad
