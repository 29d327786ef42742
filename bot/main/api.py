"""The REST API of a process: each router with what it needs."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.settings import Settings
from bot.web.api.app import ApiParts, build_api
from bot.web.api.exporting import exports_router
from bot.web.api.gate import gate_router
from bot.web.api.importing import importing_router
from bot.web.api.lists import lists_router
from bot.web.api.orders import orders_router
from bot.web.api.requests import requests_router
from bot.web.api.webhooks import webhooks_router
from bot.web.gate_page.app import gate_pages
from store.api_exports import ApiExports
from store.api_keys import ApiKeys
from store.api_lists import ApiLists
from store.api_orders import ApiOrders
from store.api_writes import ApiWrites
from store.gate import Gates
from store.hook_log import HookLog
from store.pool import Pool
from store.reading import Reading
from workflows.ports import Unavailable
from workflows.services import DeskService

AWAY: Final = (OperationalError, PoolTimeout, Unavailable)


def api(pool: Pool, url: str, reading: Reading, service: DeskService, settings: Settings) -> Starlette:
    return build_api(
        ApiParts(
            keys=ApiKeys(pool),
            routers=_routers(pool, url, reading, service),
            away=AWAY,
            per_minute=settings.api_per_minute,
        )
    )


def pages(pool: Pool, settings: Settings) -> Sequence[BaseRoute]:
    """What people look at without Slack."""
    return gate_pages(Gates(pool), ApiKeys(pool), settings.api_per_minute, AWAY)


def _routers(pool: Pool, url: str, reading: Reading, service: DeskService) -> Sequence[APIRouter]:
    writes, orders = ApiWrites(pool), ApiOrders(pool, url)
    return [
        importing_router(orders, writes),
        orders_router(orders, writes),
        gate_router(Gates(pool)),
        lists_router(ApiLists(pool), reading),
        requests_router(service, reading, writes),
        exports_router(ApiExports(pool), writes),
        webhooks_router(HookLog(pool)),
    ]
