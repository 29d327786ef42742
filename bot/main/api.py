"""The REST API of a process: each router with what it needs."""

from collections.abc import Sequence

from fastapi import APIRouter
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette

from bot.settings import Settings
from bot.web.api.app import ApiParts, build_api
from bot.web.api.orders import orders_router
from store.api_keys import ApiKeys
from store.pool import Pool
from store.reading import Reading
from workflows.ports import Unavailable
from workflows.services import DeskService


def api(pool: Pool, url: str, reading: Reading, service: DeskService, settings: Settings) -> Starlette:
    return build_api(
        ApiParts(
            keys=ApiKeys(pool),
            routers=_routers(pool, url, reading, service),
            away=(OperationalError, PoolTimeout, Unavailable),
            per_minute=settings.api_per_minute,
        )
    )


def _routers(pool: Pool, url: str, reading: Reading, service: DeskService) -> Sequence[APIRouter]:  # noqa: ARG001
    return [orders_router(reading)]
