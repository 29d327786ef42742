"""What listeners work with: the service, the reads, Slack for opening views. Built by `bot.main`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.call import Call
from bot.slack.export_words import ExportWords
from workflows.bulk import BulkAsk, Chosen, RoundAction
from workflows.commands import Look
from workflows.digest import Digest, HeldPage, Wanted
from workflows.finding import FoundPage, Search
from workflows.homes import Filters
from workflows.imports.jobs import Decided, Job, Source
from workflows.imports.mapping import ColumnMapping
from workflows.interview.draft import Draft, Meanwhile
from workflows.interview.last_file import LastFile
from workflows.policy.model import Policy
from workflows.policy.people import Absence
from workflows.policy.people import People as Staff
from workflows.ports import Member
from workflows.results import Refusal
from workflows.services import DeskService
from workflows.views import AuditPage, BulkView, NextSteps, OrderOption, OrderView, QueueItem, RequestView, RoundView

log = structlog.get_logger()
OPEN_SECONDS: Final = 2.0

# Slack says so when the same click arrived twice: the view stands open already.
SPENT: Final = frozenset({"exchanged_trigger_id", "trigger_exchanged"})


class Reading(Protocol):
    async def policy(self, desk_id: str) -> Policy | None: ...
    async def order(self, desk_id: str, typed: str) -> OrderView | None: ...
    async def request(self, desk_id: str, number: int) -> RequestView | None: ...
    async def held(self, desk_id: str, hold: int) -> OrderView | None: ...
    async def queue(self, desk_id: str, role: str | None = None, *, most: int = 50) -> tuple[QueueItem, ...]: ...
    async def find_orders(self, desk_id: str, typed: str, *, most: int = 50) -> tuple[OrderOption, ...]: ...
    async def search(self, desk_id: str, search: Search) -> FoundPage: ...
    async def bulk(self, desk_id: str, number: int) -> BulkView | None: ...
    async def bulk_round(self, desk_id: str, bulk: int, number: int) -> RoundView | None: ...
    async def next_steps(self, desk_id: str, order_number: str) -> tuple[NextSteps, ...]: ...
    async def audit(self, desk_id: str, order_number: str, *, before: int | None, most: int) -> AuditPage: ...
    async def names(self, desk_id: str) -> Mapping[str, str]: ...
    async def absence(self, desk_id: str, user_id: str) -> tuple[Absence | None, date]: ...
    async def similar(self, desk_id: str, typed: str) -> tuple[str, ...]: ...


class Imports(Protocol):
    """Imports that people begin here. What is stored is done by a worker."""

    async def start(self, desk_id: str, source: Source, *, by: str, key: str, mapping: str = "") -> int | None:
        """None where this very submission came before."""

    async def find(self, desk_id: str, job: int) -> Job | None: ...
    async def decide(self, desk_id: str, job: int, state: str, **more: Any) -> Decided: ...
    async def decide_missing(self, desk_id: str, job: int, what: Any, **more: Any) -> Decided: ...
    async def answered(self, desk_id: str, job: int, answers: Mapping[str, str]) -> None: ...
    async def mappings(self, desk_id: str) -> tuple[str, ...]: ...
    async def save_mapping(self, desk_id: str, mapping: ColumnMapping, by: str) -> None: ...


class Digests(Protocol):
    async def read(self, desk_id: str) -> Digest | None: ...
    async def page(self, desk_id: str, wanted: Wanted, *, most: int) -> HeldPage | None: ...


class Bulks(Protocol):
    """Many orders at once. What is stored is done by a worker."""

    async def ask(self, desk_id: str, ask: BulkAsk, *, by: str, key: str) -> int | None:
        """The bulk's number; None where this very submission came before."""

    async def sign(
        self,
        desk_id: str,
        bulk: int,
        rounds: Mapping[RoundAction, Sequence[Chosen]],
        *,
        by: str,
        note: str,
        key: str,
    ) -> bool:
        """False where this very click came before."""


class Clients(Protocol):
    def client_for(self, desk_id: str) -> AsyncWebClient | None: ...


class Telling(Protocol):
    async def tell(self, call: Call, result: Refusal) -> None:
        """Store words for the person who clicked, outside any command."""

    def say_unsaved(self, call: Call, sentence: str) -> None:
        """Say something to the person who clicked while nothing can be stored; at once, once, and not waited for."""

    async def bring_export(self, call: Call, asked: ExportWords) -> None:
        """Have an export brought to this person as a file."""

    async def redraw_home(self, call: Call, filters: Filters | None = None) -> None:
        """Have this person's Home tab drawn again; None: with the filters of last time."""

    async def retry(self, call: Call, notice: int | None) -> None:
        """Have a notice that was given up delivered after all, or all of them."""


class People(Protocol):
    async def keep(self, desk_id: str, user: Mapping[str, Any]) -> Member | None:
        """Store what an event says of a person."""

    async def keep_group(
        self, desk_id: str, group: str, *, users: Sequence[str] | None, joined: Sequence[str], left: Sequence[str]
    ) -> None:
        """Store what an event says of a user group: all of its members, or who joined and left."""


class Policies(Protocol):
    async def in_force(self, desk_id: str) -> tuple[int, Policy | None]:
        """As it was applied, without deputies and user groups; (0, None) where there is no desk."""

    async def apply(self, desk_id: str, policy: Policy, *, by: str, based_on: int) -> tuple[str, ...]:
        """Gives what changed. Raises PolicyMoved where another version than `based_on` is in force by now."""


class Drafts(Protocol):
    """Interviews under way, one a person."""

    async def find(self, desk_id: str, member: str) -> Draft | None: ...
    async def save(self, desk_id: str, member: str, draft: Draft) -> bool:
        """False where this person saved another one meanwhile, from a second window."""

    async def end(self, desk_id: str, member: str) -> None: ...
    async def base(self, desk_id: str, version: int) -> Policy | None:
        """The policy as it was applied in that version."""

    async def since(self, desk_id: str, version: int) -> tuple[Meanwhile, ...]:
        """What was applied after that version, the newest first."""

    async def last_file(self, desk_id: str) -> LastFile | None:
        """What the newest order file says, of an import or of one that was only looked at."""

    async def people(self, desk_id: str) -> tuple[Staff, date]:
        """Who is away or has left, and the day."""


@dataclass(frozen=True, slots=True)
class Desk:
    service: DeskService
    reading: Reading
    clients: Clients
    telling: Telling
    people: People
    policies: Policies
    drafts: Drafts
    imports: Imports
    digests: Digests
    bulks: Bulks

    async def refused(self, call: Call, what: str, *only: str) -> Refusal | None:
        """Why this person may not look at the desk, if so; or do what is left to the roles `only`."""
        result = await self.service.handle(call.desk_id, call.claim, Look(what, call.typed(), only=only))
        return result if isinstance(result, Refusal) else None

    async def open_view(self, call: Call, view: Mapping[str, Any]) -> bool:
        """Open a form while its trigger lives, over the one that is open; False where Slack did not do it in time."""
        method = "views.push" if call.view.get("type") == "modal" else "views.open"
        return await self._supervised(call, method, trigger_id=call.trigger_id, view=dict(view))

    async def push_view(self, call: Call, view: Mapping[str, Any]) -> bool:
        """Lay a view over the form that is open."""
        return await self._supervised(call, "views.push", trigger_id=call.trigger_id, view=dict(view))

    async def update_view(self, call: Call, view: Mapping[str, Any]) -> bool:
        """Redraw the form that is open, unless it has changed since."""
        place = {"view_id": call.view.get("id"), "hash": call.view.get("hash")}
        return await self._supervised(call, "views.update", **place, view=dict(view))

    async def _supervised(self, call: Call, method: str, **arguments: Any) -> bool:
        client = self.clients.client_for(call.desk_id)
        if client is None:
            return False
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await client.api_call(method, json=arguments)
        except SlackApiError as refused:
            error = refused.response.get("error")
            log.warning("view.refused", method=method, error=error)
            return error in SPENT
        except (TimeoutError, OSError, SlackClientError) as failed:
            log.warning("view.failed", method=method, error=type(failed).__name__)
            return False
        return True
