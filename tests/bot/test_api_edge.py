"""Around every request to the API: sizes, rates, what is logged, and what is said when something breaks."""

import httpx
import structlog

from bot.web.api.app import ApiParts, build_api
from bot.web.api.edge import MOST_BYTES
from bot.web.api.orders import orders_router
from workflows.ports import Unavailable
from workflows.systems import SCOPES, Caller

KEY = "rtk_T0ACME_" + "k" * 43
CALLER = Caller("T0ACME", 1, "WMS", frozenset(SCOPES))


class Keys:
    async def check(self, key):
        return CALLER if key == KEY else None


class Orders:
    """Fails as it is told to."""

    def __init__(self, failure=None):
        self.failure, self.asked = failure, []

    async def order(self, desk_id, typed):
        self.asked.append(typed)
        if self.failure:
            raise self.failure


async def ask(orders, method="GET", path="/orders/ORD-1", *, per_minute=600, times=1, **rest):
    api = build_api(ApiParts(Keys(), [orders_router(orders, None)], (Unavailable,), per_minute))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://desk.example") as http:
        answers = [
            await http.request(method, path, headers={"Authorization": f"Bearer {KEY}"}, **rest) for _ in range(times)
        ]
    return answers[-1]


async def test_what_nobody_expected_is_a_problem_with_the_reference_that_stands_in_the_log():
    with structlog.testing.capture_logs() as logs:
        answer = await ask(Orders(RuntimeError("the secret recipe")))
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "recipe" not in answer.text
    assert problem["reference"] == logs[0]["trace"]
    assert (logs[0]["event"], logs[1]["event"], logs[1]["status"]) == ("api.failed", "api.request", 500)


async def test_a_database_that_is_away_is_said_to_be_tried_again():
    answer = await ask(Orders(Unavailable("gone")))
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "2", "unavailable")


async def test_a_key_that_asks_too_often_is_told_when_to_go_on():
    answer = await ask(Orders(), per_minute=3, times=3)
    assert answer.status_code == 404
    answer = await ask(Orders(), per_minute=3, times=4)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_body_that_is_too_large_is_refused_declared_or_not():
    async def endless():
        for _ in range(40):
            yield b"x" * 65536

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    for content in (b"x" * (MOST_BYTES + 1), endless()):
        api = build_api(ApiParts(Keys(), [orders_router(Orders(), None)], (), 600))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://desk.example") as http:
            answer = await http.put("/orders/ORD-1", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_each_request_is_one_line_in_the_log_without_the_key():
    with structlog.testing.capture_logs() as logs:
        await ask(Orders(), path=f"/orders/ORD-1?key={KEY}")
    (line,) = logs
    assert (line["method"], line["path"], line["status"], line["key"]) == ("GET", "/orders/ORD-1", 404, "WMS")
    assert KEY not in str(line)


async def test_a_number_may_have_a_slash_written_as_percent_2f():
    orders = Orders()
    assert (await ask(orders, path="/orders/SO%2F2026%2f7")).status_code == 404
    assert orders.asked == ["SO/2026/7"]
    assert (await ask(orders, path="/orders/SO/2026/7")).json()["code"] == "not_found"


async def test_a_method_that_an_address_does_not_take_is_answered_with_all_that_it_takes():
    answer = await ask(Orders(), "DELETE")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")


async def test_only_the_entry_that_is_wrong_is_named_and_not_the_list_that_lost_it():
    line = {"line": 1, "sku": "A", "quantity": -1, "unit_price": 1}
    body = {"customer": "N", "currency": "USD", "order_total": 1, "lines": [line]}
    answer = await ask(Orders(), "PUT", json=body)
    assert [each["field"] for each in answer.json()["errors"]] == ["lines.0.quantity"]
    none = (await ask(Orders(), "PUT", json=body | {"lines": []})).json()
    assert none["detail"] == "lines: List should have at least 1 item, not 0."
