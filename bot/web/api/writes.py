"""Writes that may come twice: the same Idempotency-Key is the same write, done once and answered the same."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Final, Protocol

import orjson
from fastapi import Header, Request, Response

from bot.web.api.problems import MEDIA, Refused, problem_of
from workflows.systems import Answer, Caller, KeyReused, UnderWay, WriteKey

RENEW_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 0.1
LONGEST_KEY: Final = 255
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same request is done once, and answered the same for two days.",
    ),
]
REPLAYED: Final = {"Idempotency-Replayed": "true"}


class Writes(Protocol):
    async def claim(self, write: WriteKey) -> Answer | None: ...

    async def renew(self, write: WriteKey) -> None: ...

    async def forget(self, write: WriteKey) -> None: ...

    async def settle(self, write: WriteKey, answer: Answer) -> None: ...


def write_of(request: Request, caller: Caller, key: str | None, body: bytes) -> WriteKey | None:
    """`body`: what was sent, or a digest of it."""
    if key is None:
        return None
    conditions = (request.headers.get(name, "") for name in ("if-match", "if-none-match"))
    asked = (request.method, request.url.path, request.url.query, *conditions)
    mark = hashlib.sha256(orjson.dumps(asked) + body).digest()
    return WriteKey(caller, key, mark)


async def once(writes: Writes, write: WriteKey | None, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do the work, or give what it was answered before. What the desk refuses is an answer like any other."""
    if write is None:
        return await work()
    earlier = await _claimed(writes, write)
    if earlier is not None:
        return Answer(earlier.status, earlier.body, {**earlier.headers, **REPLAYED})
    try:
        async with _renewed(writes, write):
            answer = await _answered(work)
    except BaseException:
        await asyncio.shield(writes.forget(write))
        raise
    await writes.settle(write, answer)
    return answer


async def _answered(work: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await work()
    except Refused as refused:
        if refused.status >= 500:
            raise
        body = problem_of(refused).model_dump_json(exclude_none=True)
        return Answer(refused.status, body, {**refused.headers, "content-type": MEDIA})


async def _claimed(writes: Writes, write: WriteKey) -> Answer | None:
    """A copy waits for the one that is under way."""
    until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            return await writes.claim(write)
        except KeyReused as reused:
            detail = "This Idempotency-Key came before with another request. Use a new one."
            raise Refused(422, "idempotency_key_reused", detail) from reused
        except UnderWay as busy:
            if asyncio.get_running_loop().time() > until:
                detail = "The same request is still under way. Ask again in a moment."
                raise Refused(409, "under_way", detail, headers={"Retry-After": "5"}) from busy
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _renewed(writes: Writes, write: WriteKey) -> AsyncIterator[None]:
    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await writes.renew(write)

    renewing = asyncio.ensure_future(renew())
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


def response_of(answer: Answer) -> Response:
    headers = {"content-type": "application/json", **answer.headers}
    return Response(answer.body, answer.status, headers)
