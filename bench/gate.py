"""`python -m bench.gate`: the ship gate over HTTP, against bare endpoints on the same server, pool and database.

The first floor is one indexed SELECT of the order. The second also writes one counter durably, as every question does.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles
from typing import Any, Final

import aiohttp
import click
import orjson
import structlog
from psycopg import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bench import ground
from bench.load import FIRST_ORDER, TEAM
from bot.web.api.app import ApiParts, build_api
from bot.web.api.gate import gate_router
from playground.slack.server import bound_socket, port_of, serving
from store.api_keys import ApiKeys
from store.gate import Gates
from store.pool import Pool, desk_transaction, make_pool

ORDERS: Final = 20_000
BATCH: Final = 1_000
BARE, COUNTED, OURS = "bare SELECT", "SELECT and a counter", "the gate"
BARE_MANY, MANY = "bare SELECT of 1,000", "the gate, 1,000"
LOOK: Final = "select number, total from orders where desk_id = %(desk)s and number = any(%(numbers)s)"
COUNT: Final = """
    insert into gate_counts (desk_id, api_key, day, asked) values (%(desk)s, 1, '2020-01-01', 1)
    on conflict (desk_id, api_key, day) do update set asked = gate_counts.asked + 1
"""
RATIOS: Final = {
    "one, to a bare SELECT": (OURS, BARE),
    "one, to a SELECT and a counter": (OURS, COUNTED),
    "a thousand, to a bare SELECT of them": (MANY, BARE_MANY),
}
Ask = Callable[[], Awaitable[None]]


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=5, help="Rounds of each (5).")
@click.option(
    "--times", type=click.IntRange(10), default=300, help="Questions in a round; of the batches a tenth (300)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every round in it.")
def main(*, rounds: int, times: int, as_json: bool) -> None:
    """Measure how long a question takes, one after the other."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ground.folder() as where, ground.database(where, ORDERS) as url:
        found = asyncio.run(_measure(url, rounds, times))
    if as_json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    for name, legs in found["legs"].items():
        p50, p99 = (median(leg[figure] for leg in legs) for figure in ("p50", "p99"))
        print(f"{name:22} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms")
    for name, ratio in found["ratios"].items():
        print(f"{name:38} {ratio:.2f} times as long (p50)")


async def _measure(url: str, rounds: int, times: int) -> dict[str, Any]:
    legs: dict[str, list[dict[str, float]]] = {}
    listener = bound_socket("127.0.0.1", 0)
    async with make_pool(url) as pool:
        _, key = await ApiKeys(pool).create(TEAM, "bench", ["gate:read"], "bench")
        async with serving(_app(pool), listener), _session(port_of(listener), key) as session:
            for turn in range(rounds + 1):  # the first one warms up
                for name, ask in _questions(session).items():
                    leg = await _stretch(ask, times // 10 if name in {MANY, BARE_MANY} else times)
                    if turn:
                        legs.setdefault(name, []).append(leg)
    ratios = {name: _ratio(legs[ours], legs[floor]) for name, (ours, floor) in RATIOS.items()}
    return {"legs": legs, "orders": ORDERS, "ratios": ratios, "rounds": rounds}


def _session(port: int, key: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"})


def _ratio(ours: list[dict[str, float]], floor: list[dict[str, float]]) -> float:
    return median(one["p50"] / other["p50"] for one, other in zip(ours, floor, strict=True))


def _app(pool: Pool) -> Starlette:
    async def bare(request: Request) -> Response:
        numbers = (await request.json())["orders"] if request.method == "POST" else [request.path_params["number"]]
        async with desk_transaction(pool, TEAM) as connection:
            found = await (await connection.execute(LOOK, {"desk": TEAM, "numbers": numbers})).fetchall()
            if request.path_params.get("what") == "counted":
                await connection.execute(COUNT, {"desk": TEAM})
        return JSONResponse({"orders": found})

    routers = [gate_router(Gates(pool))]
    api = build_api(ApiParts(ApiKeys(pool), routers, away=(OperationalError,), per_minute=1_000_000))
    floors = [Route("/{what}/{number}", bare), Route("/many", bare, methods=["POST"])]
    return Starlette(routes=[Mount("/v1", api), Mount("/floor", routes=floors)])


def _questions(session: aiohttp.ClientSession) -> dict[str, Ask]:
    number = f"ORD-{FIRST_ORDER + 7}"
    body = {"orders": [f"ORD-{FIRST_ORDER + n}" for n in range(BATCH)]}
    return {
        BARE: lambda: _asked(session, "GET", f"/floor/one/{number}"),
        COUNTED: lambda: _asked(session, "GET", f"/floor/counted/{number}"),
        OURS: lambda: _asked(session, "GET", f"/v1/orders/{number}/gate"),
        BARE_MANY: lambda: _asked(session, "POST", "/floor/many", body),
        MANY: lambda: _asked(session, "POST", "/v1/gate", body),
    }


async def _asked(session: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> None:
    async with session.request(method, path, json=body) as answer:
        answer.raise_for_status()
        await answer.read()


async def _stretch(ask: Ask, times: int) -> dict[str, float]:
    """Milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append(1000 * (time.perf_counter() - began))
    hundredths = quantiles(taken, n=100, method="inclusive")
    return {"p50": hundredths[49], "p99": hundredths[98]}


if __name__ == "__main__":
    main()
