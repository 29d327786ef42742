"""Order files: a CSV body, read while it arrives into a temporary file."""

import hashlib
import tempfile
from collections.abc import Sequence
from typing import Annotated, Any, BinaryIO, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from bot.web.api.keys import requires
from bot.web.api.ports import WritableOrders
from bot.web.api.problems import Refused, said
from bot.web.api.writes import IdempotencyKey, Writes, once, response_of, write_of
from workflows.imports.report import ImportReport
from workflows.imports.shapes import PRESETS
from workflows.imports.values import RefusedRow, UnreadableFile
from workflows.systems import Answer, Caller

TYPES: Final = (
    *("text/csv", "text/tab-separated-values", "text/plain", "application/csv", "application/vnd.ms-excel"),
    *("application/gzip", "application/x-gzip", "application/octet-stream"),
)
BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
BODY: Final = {"requestBody": {"required": True, "content": dict.fromkeys(TYPES, BINARY)}}


class Rows(BaseModel):
    read: int
    accepted: int
    refused: int


class Counts(BaseModel):
    new: int
    changed: int
    unchanged: int
    missing: int
    refused: int


class RefusedCell(BaseModel):
    """Row 1 is the header; `column` is empty where the whole row is refused, by itself or with its order."""

    row: int
    column: str
    value: str
    reason: str


class ReportAnswer(BaseModel):
    """As `redtag orders import --json`, with the first 1,000 refused cells. `import`: null where nothing is stored."""

    preset: str
    rows: Rows
    orders: Counts
    exceptions: list[dict[str, Any]]
    drift: list[dict[str, Any]]
    errors: list[RefusedCell]


def importing_router(orders: WritableOrders, writes: Writes) -> APIRouter:
    router = APIRouter(tags=["Orders"])

    @router.post(
        "/orders/import",
        openapi_extra=BODY,
        response_class=Response,
        responses={
            200: {"description": "What was imported.", "content": REPORT},
            409: said("The same request is still under way."),
        },
    )
    async def import_orders(
        caller: Annotated[Caller, Depends(requires("orders:write"))],
        request: Request,
        *,
        preset: Annotated[
            str | None, Query(json_schema_extra={"enum": sorted(PRESETS)}, description="Recognised if left out.")
        ] = None,
        dry_run: Annotated[bool, Query(description="Say what would happen and store nothing.")] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Import an order file: CSV or TSV, also gzipped, up to 256 MiB. A bad row refuses its whole order."""
        if preset is not None and preset not in PRESETS:
            raise Refused(422, "invalid", f"preset: is none of {', '.join(sorted(PRESETS))}.")
        _check_type(request)
        with tempfile.TemporaryFile() as file:
            mark = await _received(request, file)

            async def work() -> Answer:
                return await _imported(orders, caller, file, preset, dry_run=dry_run)

            return response_of(await once(writes, write_of(request, caller, idempotency_key, mark), work))

    return router


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise Refused(415, "not_a_file", "The body must be the file itself: Content-Type: text/csv.")


async def _received(request: Request, file: BinaryIO) -> bytes:
    """A digest of the body, which is in the file afterwards."""
    mark = hashlib.sha256()
    async for part in request.stream():
        mark.update(part)
        file.write(part)
    file.seek(0)
    return mark.digest()


async def _imported(
    orders: WritableOrders, caller: Caller, file: BinaryIO, preset: str | None, *, dry_run: bool
) -> Answer:
    try:
        report, refused = await orders.import_file(caller, file, caller.name, preset, dry_run=dry_run)
    except UnreadableFile as problem:
        raise Refused(422, "unreadable_file", str(problem)) from problem
    found = _report(report, refused)
    if not report.rows.accepted:
        detail = f"Nothing could be imported: all {report.rows.refused:,} rows are refused."
        raise Refused(422, "nothing_imported", detail, facts=found)
    return Answer(200, orjson.dumps(found).decode())


def _report(report: ImportReport, refused: Sequence[RefusedRow]) -> dict[str, Any]:
    return {**report.as_json(), "errors": [_cell(row) for row in refused]}


def _cell(row: RefusedRow) -> dict[str, Any]:
    return RefusedCell(row=row.row, column=row.column, value=row.value, reason=row.reason).model_dump()


_SCHEMA: Final = ReportAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
_SCHEMA["properties"]["import"] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
REPORT: Final = {"application/json": {"schema": _SCHEMA}}
