"""What a process is made of, wired together: the one place where the rooms meet."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.bulks.loop import Bulks
from bot.delivery.email import EmailSender
from bot.delivery.hooks import HookSender, hook_session
from bot.delivery.loop import Delivery
from bot.delivery.ports import Reply
from bot.delivery.response_url import ResponseUrls
from bot.delivery.sending import Sender
from bot.delivery.slack import SlackSender
from bot.imports.fetching import SECONDS as SHEET_SECONDS
from bot.imports.fetching import Fetcher
from bot.imports.loop import Imports
from bot.main.api import api, pages
from bot.main.digests import WithDigests
from bot.main.export_files import export_notice
from bot.main.groups import SlackGroups
from bot.main.importing import Settling, StoredBooks, StoredImports, WithImports, drawn_progress
from bot.main.readiness import readiness
from bot.main.rendering import StoredRenderer
from bot.outbound import guarded_session
from bot.settings import Settings
from bot.slack.app import build_app, dispatch
from bot.slack.call import Call
from bot.slack.clients import OneWorkspace
from bot.slack.desk import Desk
from bot.slack.export_words import ExportWords
from bot.slack.people import SlackDirectory, member_from
from bot.slack.socket import build_socket
from bot.web.app import Dispatch, build_web
from bot.web.guard import Secrets
from bot.web.replays import Replays
from bot.web.shapes import problem_with
from store.bulks import Bulks as BulkRounds
from store.desk import PostgresStore
from store.digest import Digests
from store.drafts import Drafts
from store.exports import Exports
from store.home import show_home
from store.hook_calls import HookCalls
from store.import_jobs import ImportJobs
from store.mappings import Mappings
from store.notices import add_notice
from store.outbox import Outbox, hint, retry_dead
from store.policies import Policies
from store.pool import Pool, make_pool
from store.reading import Reading
from workflows import telling
from workflows.homes import Filters
from workflows.notices import PACES
from workflows.outcome import Notice
from workflows.ports import Member
from workflows.results import Refusal
from workflows.services import DeskService

HINT_SECONDS: Final = 0.05


class Hints:
    """Tells workers in other processes that there is something new, at most every 50 ms; polling is the net."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._something = asyncio.Event()

    def wake(self) -> None:
        self._something.set()

    async def run(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            with suppress(OperationalError, PoolTimeout):
                await hint(self._pool)
            await asyncio.sleep(HINT_SECONDS)


@dataclass(frozen=True, slots=True)
class Parts:
    """What one process is made of."""

    app: AsyncApp
    pool: Pool
    outbox: Outbox
    delivery: Delivery
    hints: Hints
    directory: SlackDirectory
    clients: OneWorkspace
    url: str
    reading: Reading
    service: DeskService
    imports: Imports
    bulks: Bulks
    digests: Digests
    committed: Callable[[], None]


@asynccontextmanager
async def assembled(settings: Settings, url: str, *, paces: Mapping[str, timedelta] = PACES) -> AsyncIterator[Parts]:
    """Everything wired together; closed in the reverse order."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(make_pool(url))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        clients = OneWorkspace(settings.bot_token, settings.slack_api_url, session)
        reading, outbox = Reading(pool), Outbox(pool, paces=paces)
        mail = EmailSender(session, settings.resend_api_key, settings.resend_api_url, settings.email_from)
        slack = SlackSender(clients, session, settings.slack_api_url)
        hooks = await stack.enter_async_context(hook_session(allow_private=settings.allow_private_hooks))
        jobs, mappings = ImportJobs(pool), Mappings(pool)
        renderer = StoredRenderer(reading, HookCalls(pool), settings.hook_secrets, Exports(pool))
        digests = Digests(pool, reading)
        sender = Sender(WithDigests(WithImports(renderer, jobs), digests), slack, mail, HookSender(hooks))
        delivery = Delivery(outbox, sender, lease=timedelta(seconds=settings.lease_seconds))
        hints = Hints(pool)

        def committed() -> None:
            delivery.wake()
            hints.wake()

        web = await stack.enter_async_context(
            guarded_session(allow_private=settings.allow_private_hooks, seconds=SHEET_SECONDS)
        )
        fetcher = Fetcher(
            clients, session, web, slack_api_url=settings.slack_api_url, allow_http=settings.allow_private_hooks
        )
        books = StoredBooks(pool, url, jobs, committed)
        imports = Imports(
            Settling(pool, committed),
            fetcher,
            books,
            clients,
            drawn_progress,
            lease=timedelta(seconds=settings.lease_seconds),
        )

        def begun() -> None:
            imports.wake()
            committed()

        told = Told(pool, committed, ResponseUrls(session, settings.slack_api_url), SlackGroups(pool, clients))
        directory = SlackDirectory(clients)
        service = DeskService(PostgresStore(pool, committed), directory)
        bulks = Bulks(BulkRounds(pool, committed, lease=timedelta(seconds=settings.lease_seconds)), service)

        def asked() -> None:
            bulks.wake()
            committed()

        app = build_app(
            Desk(
                service,
                reading,
                clients,
                told,
                told,
                Policies(pool),
                Drafts(pool),
                StoredImports(jobs, mappings, begun),
                digests,
                BulkRounds(pool, asked),
            )
        )
        yield Parts(
            app,
            pool,
            outbox,
            delivery,
            hints,
            directory,
            clients,
            url,
            reading,
            service,
            imports,
            bulks,
            digests,
            committed,
        )


class Told:
    """Words and people outside any command."""

    def __init__(
        self, pool: Pool, committed: Callable[[], None], response_urls: ResponseUrls, groups: SlackGroups
    ) -> None:
        self._pool = pool
        self._groups = groups
        self._store = PostgresStore(pool)
        self._committed = committed
        self._response_urls = response_urls
        self._saying: set[asyncio.Future[Any]] = set()

    def say_unsaved(self, call: Call, sentence: str) -> None:
        reply = Reply(call.response_url, call.channel, call.claim.user_id, sentence)
        saying = asyncio.ensure_future(self._response_urls.answer(reply))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)

    async def tell(self, call: Call, result: Refusal) -> None:
        notice = telling.reply(call.clicked(), call.claim.user_id, result)
        if notice:
            await self._add(call, notice)

    async def bring_export(self, call: Call, asked: ExportWords) -> None:
        await self._add(call, export_notice(call.claim.user_id, asked))

    async def redraw_home(self, call: Call, filters: Filters | None = None) -> None:
        await show_home(self._pool, call.desk_id, call.claim.user_id, filters, trace=call.trace)
        self._committed()

    async def retry(self, call: Call, notice: int | None) -> None:
        await retry_dead(self._pool, call.desk_id, notice, actor=call.claim.user_id)
        self._committed()

    async def _add(self, call: Call, notice: Notice) -> None:
        await add_notice(self._pool, call.desk_id, notice, trace=call.trace)
        self._committed()

    async def keep_group(
        self, desk_id: str, group: str, *, users: Sequence[str] | None, joined: Sequence[str], left: Sequence[str]
    ) -> None:
        if users is None:
            await self._groups.change(desk_id, group, joined, left)
        elif (desk_id, group) in await self._groups.wanted():
            await self._groups.mirror(desk_id, group, users)
        self._committed()

    async def keep(self, desk_id: str, user: Mapping[str, Any]) -> Member | None:
        member = member_from(user, desk_id)
        await self._store.keep_member(desk_id, member)
        self._committed()
        return member


def web_app(
    parts: Parts, settings: Settings, socket_client: SocketModeClient | None = None, *, rest: ASGIApp | None = None
) -> Starlette:
    """The HTTP side of these parts. `rest` is their REST API where it stands already."""
    secrets = Secrets.of(settings.signing_secret, settings.signing_secret_previous)
    ready = readiness(parts.pool, socket_client)
    return build_web(receiver(parts.app), secrets, ready, rest or rest_of(parts, settings), pages(parts.pool, settings))


def rest_of(parts: Parts, settings: Settings) -> Starlette:
    return api(parts.pool, parts.url, parts.reading, parts.service, settings)


def socket_of(parts: Parts, settings: Settings) -> SocketModeClient:
    """The Socket Mode side of these parts, not yet connected."""
    replays: Replays[tuple[int, Mapping[str, str], str]] = Replays()
    receive = receiver(parts.app)

    async def once(payload: Mapping[str, Any], key: str) -> tuple[int, Mapping[str, str], str]:
        return await replays.once(key, lambda: receive(payload, key))

    return build_socket(settings.app_token, parts.clients.client_for(""), once, problem_with)


def receiver(app: AsyncApp) -> Dispatch:
    """How a checked payload is answered, whichever way it came."""

    async def receive(payload: Mapping[str, Any], key: str) -> tuple[int, Mapping[str, str], str]:
        response = await dispatch(app, dict(payload), key)
        return response.status, {name: values[0] for name, values in response.headers.items()}, response.body

    return receive
