"""The REST API, to be mounted under `/v1`. Its routers are made in `bot.main.api`, each with what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from bot.web.api import problems
from bot.web.api.edge import Edge
from bot.web.api.keys import PER_MINUTE, Doorkeeper, Keys

IMPORT_BYTES: Final = 256 * 1024 * 1024
LARGER: Final = {"/orders/import": IMPORT_BYTES}


@dataclass(frozen=True, slots=True)
class ApiParts:
    """`away`: the exceptions which mean that the database cannot be used just now."""

    keys: Keys
    routers: Sequence[APIRouter]
    away: tuple[type[Exception], ...] = ()
    per_minute: int = PER_MINUTE


def build_api(parts: ApiParts) -> FastAPI:
    """An app whose every answer is JSON, CSV or a problem; it serves no page that loads anything."""
    api = FastAPI(title="Redtag", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.doorkeeper = Doorkeeper(parts.keys, parts.per_minute)
    api.add_exception_handler(problems.Refused, problems.on_refused)
    api.add_exception_handler(HTTPException, problems.on_http)
    api.add_exception_handler(RequestValidationError, problems.on_invalid)
    api.add_middleware(Edge, larger=LARGER, away=parts.away)
    api.state.operations = [route for router in parts.routers for route in router.routes]
    for router in parts.routers:
        api.include_router(router)
    api.openapi = lambda: _document(api)  # type: ignore[method-assign]
    return api


def _document(api: FastAPI) -> dict[str, Any]:
    if api.openapi_schema is None:
        found = get_openapi(title=api.title, version=api.version, routes=api.routes, description=DESCRIPTION)
        api.openapi_schema = _completed({**found, "servers": [{"url": "/v1"}]})
    return api.openapi_schema


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    """With what every operation may answer, and the shapes of bodies that we read ourselves."""
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = problems.Problem.model_json_schema(ref_template=SCHEMA)
    schemas.update(problem.pop("$defs"), Problem=problem)
    for operation in (each for path in found["paths"].values() for each in path.values()):
        operation["responses"].pop("422", None)
        operation["responses"].update({k: v for k, v in COMMON.items() if k not in operation["responses"]})
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schemas.update(content["schema"].pop("$defs", {}))
    return found


SCHEMA: Final = "#/components/schemas/{model}"
COMMON: Final = {
    "400": problems.said("The body cannot be read."),
    "401": problems.said("The key is absent, wrong or revoked."),
    "403": problems.said("The key lacks the scope."),
    "413": problems.said("The body is too large."),
    "415": problems.said("The body is of another type."),
    "422": problems.said("A field or parameter is not what it should be; `errors` names it."),
    "429": problems.said("The key asks too often; `Retry-After` says when to go on."),
    "500": problems.said("Something went wrong; `reference` stands in the log."),
    "503": problems.said("The database cannot be used just now; try again."),
}
DESCRIPTION: Final = """\
Orders in, changes out, and a gate that says whether an order may ship. Amounts are integers in the currency's minor
unit. Errors are `application/problem+json`; their `code` is what a program goes by.
"""
