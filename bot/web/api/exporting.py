"""Committed changes for the system of record, in batches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Protocol, get_args

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, TypeAdapter

from bot.web.api.keys import requires
from bot.web.api.paging import Cursor, Limit, begun, next_of
from bot.web.api.problems import Refused, said
from bot.web.api.writes import IdempotencyKey, Writes, once, write_of
from workflows.policy.model import ExportKind
from workflows.systems import Answer, Caller, WriteKey

Kind = Annotated[ExportKind, Path()]
_NUMBER: Final = TypeAdapter(tuple[int])
CSV: Final[dict[str, Any]] = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
TEXT: Final = {"schema": {"type": "string"}}
BIGGEST: Final = 2**63 - 1
READ: Final = Depends(requires("exports:read"))


class Batch(Protocol):
    @property
    def number(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def changes(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def more(self) -> bool: ...


class TakenBatch(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def changes(self) -> int: ...
    @property
    def taken_at(self) -> datetime: ...
    @property
    def taken_by(self) -> str: ...


class Exports(Protocol):
    async def take_for(self, caller: Caller, kind: ExportKind, write: WriteKey | None) -> Batch:
        """The next batch. With a key what `kept` reads is stored in the same transaction."""

    async def peek(self, desk_id: str, kind: ExportKind) -> Batch: ...

    async def again(self, desk_id: str, number: int, kind: str | None = None) -> Batch | None: ...

    async def batches(
        self, desk_id: str, kind: str | None = None, *, before: int | None = None, most: int = 50
    ) -> Sequence[TakenBatch]: ...


class BatchAnswer(BaseModel):
    batch: int
    kind: str
    changes: int
    taken_at: datetime
    taken_by: str


class BatchesAnswer(BaseModel):
    """The newest first. `next`: the cursor of the next page; null on the last."""

    batches: list[BatchAnswer]
    next: str | None


def exports_router(exports: Exports, writes: Writes) -> APIRouter:
    router = APIRouter(tags=["Exports"])

    @router.get("/exports")
    async def list_batches(
        caller: Annotated[Caller, READ], *, cursor: Cursor = None, limit: Limit = 50
    ) -> BatchesAnswer:
        """The batches that were taken, of all kinds."""
        return await _page(exports, caller, None, cursor, limit)

    @router.get(
        "/exports/{kind}",
        response_model=BatchesAnswer,
        responses={200: {"content": CSV, "headers": HEADERS}},
    )
    async def list_or_peek(
        caller: Annotated[Caller, READ],
        kind: Kind,
        *,
        peek: Annotated[bool, Query(description="The next batch as CSV, without taking it.")] = False,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> BatchesAnswer | Response:
        """The batches of one kind, or with `peek` what the next one would hold."""
        if peek:
            return _csv(await exports.peek(caller.desk_id, kind), 200)
        return await _page(exports, caller, kind, cursor, limit)

    @router.post("/exports/{kind}", status_code=201, response_class=Response, responses=TAKEN)
    async def take_batch(
        caller: Annotated[Caller, READ], request: Request, kind: Kind, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Take the next batch: every change that is in none yet, as CSV in the desk's own columns.

        Where nothing is new the answer is 200 with the header alone, and no batch is made.
        """
        write = write_of(request, caller, idempotency_key, b"")
        taken: list[Batch] = []

        async def take() -> Answer:
            taken.append(await exports.take_for(caller, kind, write))
            return Answer(201 if taken[0].number else 200, "")

        answer = await once(writes, write, take)
        batch = taken[0] if taken else await _kept(exports, caller, answer)
        return _csv(batch, answer.status)

    @router.get(
        "/exports/{kind}/{batch}",
        response_class=Response,
        responses={200: {"content": CSV, "headers": HEADERS}, 404: said("There is no such batch.")},
    )
    async def fetch_batch(
        caller: Annotated[Caller, READ], kind: Kind, batch: Annotated[int, Path(ge=1, le=BIGGEST)]
    ) -> Response:
        """A batch again, byte for byte as it was taken."""
        found = await exports.again(caller.desk_id, batch, kind)
        if found is None:
            raise Refused(404, "batch_unknown", f"There is no batch {batch} of {kind} on this desk.")
        return _csv(found, 200)

    return router


async def _page(
    exports: Exports, caller: Caller, kind: ExportKind | None, cursor: str | None, limit: int
) -> BatchesAnswer:
    before = begun(cursor, _NUMBER)
    last = min(before[0], BIGGEST) if before else None
    found = await exports.batches(caller.desk_id, kind, before=last, most=limit + 1)
    page = [
        BatchAnswer(
            batch=each.number, kind=each.kind, changes=each.changes, taken_at=each.taken_at, taken_by=each.taken_by
        )
        for each in found[:limit]
    ]
    return BatchesAnswer(batches=page, next=next_of(page[-1].batch) if len(found) > limit else None)


def _answer(batch: TakenBatch) -> BatchAnswer:
    return BatchAnswer(
        batch=batch.number,
        kind=batch.kind,
        changes=batch.changes,
        taken_at=batch.taken_at,
        taken_by=batch.taken_by,
    )


class _Nothing(BaseModel):
    number: int | None = None
    kind: str
    changes: int = 0
    content: bytes
    more: bool = False


async def _kept(exports: Exports, caller: Caller, answer: Answer) -> Batch:
    """The batch, or the header where nothing was new, as it was given before."""
    kept = orjson.loads(answer.body)
    batch = await exports.again(caller.desk_id, kept["batch"]) if kept["batch"] else None
    return batch or _Nothing(kind=kept["kind"], content=bytes.fromhex(kept["header"]))


def _csv(batch: Batch, status: int) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{batch.kind}{f"-{batch.number}" if batch.number else ""}.csv"',
        "Content-Type": "text/csv",
        "Redtag-Changes": str(batch.changes),
    }
    if batch.number:
        headers |= {"Location": f"/v1/exports/{batch.kind}/{batch.number}", "Redtag-Batch": str(batch.number)}
    if batch.more:
        headers["Redtag-More"] = "true"
    return Response(batch.content, status, headers)


HEADERS: Final = {
    "Redtag-Batch": {"description": "The number of the batch; absent where none was taken.", **TEXT},
    "Redtag-Changes": {"description": "How many changes are in it.", **TEXT},
    "Redtag-More": {"description": "`true` where further changes wait for the next batch.", **TEXT},
}
LOCATION: Final = {"Location": {"description": "Where the batch can be had again.", **TEXT}}
TAKEN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Nothing is new: the header alone.", "content": CSV, "headers": HEADERS},
    201: {"description": "The next batch.", "content": CSV, "headers": {**HEADERS, **LOCATION}},
    409: said("The same request is still under way."),
}
KINDS: Final = get_args(ExportKind)
