"""The log of calls to other systems, and sending one again."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, TypeAdapter

from bot.web.api.bodies import words
from bot.web.api.keys import requires
from bot.web.api.paging import Cursor, Limit, begun, next_of
from bot.web.api.problems import Refused, said
from workflows.hook_log import ACCEPTED, HookEntry, Log, State
from workflows.systems import Caller

Name = Annotated[Annotated[str, words(40)] | None, Query(description="The name of a webhook, or refund.")]
RequestName = Annotated[str | None, Query(pattern="^R-[0-9]{1,15}$", description="Such as R-12.")]
_ID: Final = TypeAdapter(tuple[Annotated[str, words(200)]])
MISSING: Final[dict[int | str, dict[str, Any]]] = {404: said("The desk of this key has no such call.")}
REFUSED: Final = {**MISSING, 409: said("A refund that was accepted is not sent again.")}


class CallAnswer(BaseModel):
    """`id` is the `webhook-id`. `state`: waiting, sent (a try is under way), accepted, failed or unknown."""

    id: str
    endpoint: str
    type: str
    request: str
    hold: str | None
    order: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    tried_at: datetime | None
    accepted_at: datetime | None


class CallsAnswer(BaseModel):
    """The newest first. `next`: the cursor of the next page; null on the last."""

    webhooks: list[CallAnswer]
    next: str | None


def webhooks_router(log: Log) -> APIRouter:
    router = APIRouter(tags=["Webhooks"])

    @router.get("/webhooks")
    async def list_webhooks(
        caller: Annotated[Caller, Depends(requires("exports:read"))],
        *,
        state: State | None = None,
        endpoint: Name = None,
        request: RequestName = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> CallsAnswer:
        """Calls to other systems, and how they stand."""
        after = begun(cursor, _ID)
        found = await log.page(
            caller.desk_id,
            endpoint=endpoint,
            states=[state] if state else None,
            request=int(request.removeprefix("R-")) if request else None,
            after=after[0] if after else None,
            most=limit + 1,
        )
        page = [call_answer(each) for each in found[:limit]]
        return CallsAnswer(webhooks=page, next=next_of(page[-1].id) if len(found) > limit else None)

    @router.post("/webhooks/{webhook_id}/replay", status_code=202, responses=REFUSED)
    async def replay_webhook(
        caller: Annotated[Caller, Depends(requires("orders:write"))], webhook_id: Annotated[str, words(200)]
    ) -> CallAnswer:
        """Send one call again, with the same id and bytes. Asking twice does no harm."""
        done = await log.replay(caller.desk_id, [webhook_id], actor=caller.actor)
        found = await log.one(caller.desk_id, webhook_id)
        if found is None:
            raise Refused(404, "webhook_unknown", f"There is no call {webhook_id[:80]} on this desk.")
        if done.refused:
            raise Refused(409, "refund_accepted", f"{webhook_id} {ACCEPTED}.")
        return call_answer(found)

    return router


def call_answer(entry: HookEntry) -> CallAnswer:
    return CallAnswer(
        id=entry.id,
        endpoint=entry.endpoint,
        type=entry.type,
        request=f"R-{entry.request}",
        hold=f"H-{entry.hold}" if entry.hold else None,
        order=entry.order,
        state=entry.state,
        attempts=entry.attempts,
        error=entry.error,
        created_at=entry.created_at,
        tried_at=entry.tried_at,
        accepted_at=entry.accepted_at,
    )
