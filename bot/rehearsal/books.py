"""What the bot has stored of a rehearsal, in the scratch database."""

from store.outbox import dead
from store.pool import Pool
from store.reading import Reading
from workflows.values import Request
from workflows.views import OrderView


class Books:
    def __init__(self, pool: Pool, desk_id: str) -> None:
        self._pool = pool
        self._reading = Reading(pool)
        self._desk_id = desk_id

    async def order(self, number: str) -> OrderView:
        view = await self._reading.order(self._desk_id, number)
        if view is None:
            raise LookupError(number)
        return view

    async def newest(self, number: str) -> Request | None:
        requests = (await self.order(number)).requests
        return requests[0] if requests else None

    async def given_up(self, number: str) -> str:
        """The first notice of this order that could not be delivered, in words, or nothing."""
        found = [each for each in await dead(self._pool, self._desk_id) if each.order_number == number]
        return f"{found[-1].kind} to {found[-1].lane.partition(':')[2]}: {found[-1].error}" if found else ""

    async def mail_sent(self, number: str, request: int) -> bool:
        """Whether the mail service took an e-mail about this request."""
        timeline = (await self.order(number)).timeline
        sent = (entry for entry in timeline if entry.action == "notice.sent" and entry.request == request)
        return any(str(entry.facts.get("kind")).endswith(".email") for entry in sent)

    async def rule_of(self, number: str, request: int) -> str:
        """What the bot wrote down as the rule that decides this request."""
        timeline = (await self.order(number)).timeline
        created = (entry for entry in timeline if entry.action == "request.created" and entry.request == request)
        return next((str(entry.facts.get("rule", "")) for entry in created), "")
