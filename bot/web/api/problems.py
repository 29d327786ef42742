"""Errors as `application/problem+json` (RFC 9457), each with a `code` that a program can go by."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

MEDIA: Final = "application/problem+json"


class FieldProblem(BaseModel):
    """`field` is a path into the body, such as `lines.0.quantity`, or the name of a parameter."""

    field: str
    problem: str


class Problem(BaseModel):
    """`code` stays the same for the same kind of problem; `reference` stands in the log as well.

    `facts`: what the desk saw when it refused.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] | None = None
    facts: dict[str, Any] | None = None
    reference: str | None = None


class Refused(Exception):
    """How an endpoint ends with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.facts = dict(facts) if facts is not None else None
        self.errors, self.headers = tuple(errors), dict(headers or {})


def said(*names: str) -> dict[str, Any]:
    """How an answer with a problem stands in the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": " ".join(names) or "A problem", "content": {MEDIA: {"schema": schema}}}


def problem_of(refused: Refused, reference: str | None = None) -> Problem:
    return Problem(
        title=HTTPStatus(refused.status).phrase,
        status=refused.status,
        detail=refused.detail,
        code=refused.code,
        errors=list(refused.errors) or None,
        facts=refused.facts,
        reference=reference,
    )


def response(refused: Refused, reference: str | None = None) -> Response:
    body = problem_of(refused, reference).model_dump(exclude_none=True)
    return JSONResponse(body, refused.status, refused.headers, media_type=MEDIA)


async def on_refused(_: Request, found: Exception) -> Response:
    return response(found if isinstance(found, Refused) else Refused(500, "unexpected", "Something went wrong."))


async def on_http(request: Request, found: Exception) -> Response:
    """What the framework refuses by itself: unknown paths and methods."""
    if not isinstance(found, HTTPException):
        return await on_refused(request, found)
    code, detail = FRAMEWORK.get(found.status_code, ("refused", str(found.detail)))
    headers = {"Allow": _methods(request)} if found.status_code == 405 else found.headers
    return response(Refused(found.status_code, code, detail, headers=headers))


def _methods(request: Request) -> str:
    """All of this address; the framework names those of the first route alone."""
    routes = [route for route in request.app.state.operations if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in route.methods}))


async def on_invalid(_: Request, found: Exception) -> Response:
    """Parameters in the path, the query or the headers that are not what they should be."""
    errors = found.errors() if isinstance(found, RequestValidationError) else ()
    return response(invalid([{**each, "loc": each["loc"][1:]} for each in errors]))


def invalid(errors: Sequence[Any]) -> Refused:
    """`errors` as pydantic tells them."""
    found = [FieldProblem(field=_path(each), problem=_words(each)) for each in _meant(errors)[:MOST]]
    detail = "; ".join(f"{each.field}: {each.problem}" for each in found[:3])
    return Refused(422, "invalid", f"{detail}.", errors=found)


def _meant(errors: Sequence[Any]) -> list[Any]:
    """Without lists that only count as too short because an entry of theirs is wrong, which is said by itself."""
    places = [tuple(each["loc"]) for each in errors]

    def follows(each: Any) -> bool:
        place = tuple(each["loc"])
        return each["type"] == "too_short" and any(other != place and other[: len(place)] == place for other in places)

    return [each for each in errors if not follows(each)]


def _words(error: ErrorDetails) -> str:
    return str(error["msg"]).replace("Tuple should", "List should").replace(" after validation", "")


def _path(error: ErrorDetails) -> str:
    return ".".join(map(str, error["loc"]))[:200] or "body"


MOST: Final = 100
FRAMEWORK: Final = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method; the header Allow lists those that it takes."),
    413: ("too_large", "The body is too large."),
}
