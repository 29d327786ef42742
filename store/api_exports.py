"""Batches taken by other systems, together with what is kept under their Idempotency-Key."""

import orjson

from store.api_writes import settle
from store.exports import Batch, Exports
from store.pool import Connection
from workflows.policy.model import ExportKind
from workflows.ports import Unavailable
from workflows.systems import Answer, Caller, WriteKey


class ApiExports(Exports):
    """See `bot.web.api.exporting.Exports`."""

    async def take_for(self, caller: Caller, kind: ExportKind, write: WriteKey | None) -> Batch:
        """A crash leaves either no batch, or one that the same key finds again."""

        async def keep(connection: Connection, batch: Batch) -> None:
            if write and not await settle(connection, write, answer_of(batch)):
                raise Unavailable("another copy of this request has taken over")

        return await self.take(caller.desk_id, kind, caller.actor, also=keep)


def answer_of(batch: Batch) -> Answer:
    """What is kept of a batch: its number, or the header where nothing was new."""
    kept = {"batch": batch.number, "kind": batch.kind, "header": "" if batch.number else batch.content.hex()}
    return Answer(201 if batch.number else 200, orjson.dumps(kept).decode())
