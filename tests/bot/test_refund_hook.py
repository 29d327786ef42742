"""A refund from the command to the receiver: once for each approved cancel, however the receiver behaves."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from bot.cli import group
from bot.main.parts import assembled
from bot.slack.ids import ActionId
from store.bulks import Bulks
from store.desk import PostgresStore
from tests.notices import until
from tests.office import CSR, CSR2, DESK, LENA, action_ids, open_office, seen
from tests.receivers import Receiver, garbage, nobody
from workflows import line_refusals
from workflows.bulk import BulkAsk
from workflows.commands import RetryCall
from workflows.ports import Member
from workflows.results import Done
from workflows.services import Claim, DeskService
from workflows.values import Kind, Standing

LEADS, MANAGERS, RECEIVABLE = "C0CSLEAD", "C0MGRS", "C0AR"
MONA, ARNO, WALT = "U0MONA", "U0ARNO", "U0WALT"
CALL = "select state, attempts, error, webhook_id, body, amount, currency from hook_calls"


@pytest.fixture
async def receiver():
    async with Receiver().open() as receiver:
        yield receiver


@contextlib.asynccontextmanager
async def open_desk(database_url, receiver, **more):
    async with open_office(database_url, **more) as office:
        office.add_order("ORD-123", {"ordered": 10}, {"ordered": 4})
        await office.apply(refund_hook=receiver.hook)
        yield office


@pytest.fixture
async def desk(database_url, receiver):
    async with open_desk(database_url, receiver) as office:
        yield office


async def quiet(office, seconds=15):
    """Whatever is due now has been tried."""

    def nothing_due():
        office.parts.delivery.wake()
        return not office.rows("select 1 from notices where state = 'ready' and due_at <= clock_timestamp()")

    await until(nothing_due, seconds=seconds, what="the end of what is due")


async def asked(office, typed="line 1 qty 5 customer-request too many"):
    await office.command(CSR, f"/cancel ORD-123 {typed}")
    await quiet(office)
    return office.cards(LEADS)[-1]


async def cancelled(office):
    await office.workspace.click(LENA, await asked(office), "request.approve")
    await quiet(office)


async def time_passes(office):
    """The next try is due."""
    office.rows("update notices set due_at = now() where kind = 'hook' and state = 'ready'")
    await quiet(office)


def call(office):
    return office.row(CALL)


def news(office, channel):
    """What was said of refunds there, beside the cards."""
    return [message for message in office.workspace.messages(channel) if ": refund " in message.text]


async def test_an_approved_cancel_is_called_out_once_with_what_was_signed(desk, receiver):
    await cancelled(desk)
    await quiet(desk)

    ((webhook_id, body),) = receiver.calls
    sent = json.loads(body)
    assert sent["type"] == "cancellation.approved"
    stored = call(desk)
    assert (stored["state"], stored["attempts"], stored["webhook_id"]) == ("accepted", 1, webhook_id)
    assert stored["body"].encode() == body
    assert (stored["amount"], stored["currency"]) == (8750, "USD")
    for part in ("ORD-123", "R-1", "customer-request", "8750", "USD", "Carla", "Lena"):
        assert part in body.decode()


async def test_who_looks_after_the_request_reads_in_its_thread_that_the_refund_was_accepted(desk, receiver):
    await cancelled(desk)
    (said,) = news(desk, LEADS)
    assert said.thread_ts == desk.cards(LEADS)[0].ts
    assert "accepted the refund of R-1: USD 87.50" in seen(said)
    assert news(desk, MANAGERS) == []
    answer = await desk.command(CSR, "/order ORD-123")
    assert "efund" in seen(answer.message)


async def test_a_slow_receiver_is_waited_for(desk, receiver):
    receiver.delay = 0.5
    await cancelled(desk)
    assert call(desk)["state"] == "accepted"
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("status", [302, 404, 503])
async def test_another_answer_is_tried_again_with_the_same_bytes_until_it_is_accepted(desk, receiver, status):
    receiver.says(status, location=receiver.url + "/elsewhere")
    await cancelled(desk)
    stored = call(desk)
    assert (stored["state"], stored["attempts"]) == ("failed", 1)
    assert f"HTTP {status}" in stored["error"]

    await time_passes(desk)
    receiver.says(200)
    await time_passes(desk)
    assert (call(desk)["state"], call(desk)["attempts"], call(desk)["error"]) == ("accepted", 3, "")
    assert len(set(receiver.calls)) == 1
    assert len(receiver.calls) == 3
    assert receiver.ids_accepted == [stored["webhook_id"]]


async def test_the_waits_between_tries_begin_at_five_seconds_and_double(desk, receiver):
    receiver.says(500)
    await cancelled(desk)
    for seconds in (5, 10, 20):
        wait = desk.row(
            "select extract(epoch from due_at - c.tried_at)::float as wait from notices, hook_calls c where notices.kind = 'hook'"
        )["wait"]
        assert seconds * 0.85 <= wait <= seconds * 1.15 + 2
        await time_passes(desk)


async def test_trouble_is_told_once_in_the_thread_and_to_the_managers(desk, receiver):
    receiver.says(500)
    await cancelled(desk)
    for _ in range(3):
        await time_passes(desk)

    assert len(receiver.calls) == 4
    (in_thread,), (to_managers,) = news(desk, LEADS), news(desk, MANAGERS)
    assert in_thread.thread_ts == desk.cards(LEADS)[0].ts
    assert to_managers.thread_ts is None
    for said in (in_thread, to_managers):
        assert "did not accept the refund of R-1 (USD 87.50)" in seen(said)
        assert "HTTP 500" in seen(said)
        assert ActionId.RETRY in action_ids(said)


async def test_no_answer_and_garbage_leave_it_unknown_and_are_tried_again(monkeypatch, database_url, receiver):
    monkeypatch.setattr("bot.delivery.hooks.SECONDS", 1.0)
    async with open_desk(database_url, receiver) as desk, garbage() as address:
        receiver.answer = None
        await cancelled(desk)
        assert call(desk)["state"] == "unknown"
        assert "Nobody knows whether the refund of R-1" in seen(news(desk, MANAGERS)[0])

        await desk.apply(refund_hook=receiver.hook.model_copy(update={"url": address}))
        await time_passes(desk)
        assert call(desk)["state"] == "unknown"

        receiver.says(200)
        await desk.apply(refund_hook=receiver.hook)
        await time_passes(desk)
        assert call(desk)["state"] == "accepted"
        assert len(set(receiver.calls)) == 1
        assert len(receiver.ids_accepted) == 1


async def test_nobody_at_the_address_is_a_failure_that_is_tried_again(desk, receiver):
    await desk.apply(refund_hook=receiver.hook.model_copy(update={"url": nobody()}))
    await cancelled(desk)
    assert call(desk)["state"] == "failed"
    assert "cannot connect" in call(desk)["error"]
    await desk.apply(refund_hook=receiver.hook)
    await time_passes(desk)
    assert call(desk)["state"] == "accepted"


async def test_a_private_address_is_not_called_unless_the_operator_allows_it(database_url, receiver):
    async with open_desk(database_url, receiver, environment={"REDTAG_HOOK_REFUNDS": "whsec_AAAA"}) as desk:
        await cancelled(desk)
        assert receiver.calls == []
        assert call(desk)["state"] == "failed"
        assert "REDTAG_ALLOW_PRIVATE_HOOKS=1" in call(desk)["error"]
        assert "not public" in seen(news(desk, MANAGERS)[0])
        assert desk.row("select state from requests")["state"] == "approved"


# Another try, by a person


async def refused_for_good(desk, receiver):
    receiver.says(410)
    await cancelled(desk)
    assert desk.row("select state from notices where kind = 'hook'")["state"] == "dead"
    receiver.says(200)
    return news(desk, MANAGERS)[-1]


class Everybody:
    async def look_up(self, _desk_id, user_id):
        return Member(user_id, user_id, "", "", Standing.ACTIVE, datetime.now(UTC))


async def retry(desk, user, request=1):
    service = DeskService(PostgresStore(desk.parts.pool), Everybody())
    return await service.handle(DESK, Claim(user), RetryCall(request))


async def test_a_manager_sends_it_again_with_the_button(desk, receiver):
    said = await refused_for_good(desk, receiver)
    await desk.workspace.click(MONA, said, ActionId.RETRY)
    await quiet(desk)
    assert call(desk)["state"] == "accepted"
    assert len(set(receiver.calls)) == 1
    assert len(receiver.ids_accepted) == 1
    assert "hook.retried" in desk.actions()
    assert "accepted the refund" in seen(news(desk, LEADS)[-1])


async def test_a_click_on_an_old_button_after_it_was_accepted_sends_nothing(desk, receiver):
    said = await refused_for_good(desk, receiver)
    for _ in range(2):
        await desk.workspace.click(MONA, said, ActionId.RETRY)
        await quiet(desk)
    assert len(receiver.ids_accepted) == 1
    assert desk.actions().count("hook.retried") == 1
    assert isinstance(await retry(desk, MONA), line_refusals.NoCallToRetry)


async def test_only_who_answers_for_money_or_signs_such_requests_may_send_it_again(desk, receiver):
    await refused_for_good(desk, receiver)
    for user in (CSR, CSR2, WALT):
        assert isinstance(await retry(desk, user), line_refusals.NotYoursToRetry)
    await quiet(desk)
    assert receiver.ids_accepted == []
    assert isinstance(await retry(desk, ARNO), Done)
    await quiet(desk)
    assert len(receiver.ids_accepted) == 1


async def test_a_retry_does_not_wait_for_the_next_try_that_is_due(desk, receiver):
    receiver.says(503)
    await cancelled(desk)
    receiver.says(200)
    assert isinstance(await retry(desk, LENA), Done)
    await quiet(desk)
    assert call(desk)["state"] == "accepted"


async def test_a_call_without_a_hook_in_the_policy_waits_for_one_and_a_person(desk, receiver):
    receiver.says(503)
    await cancelled(desk)
    await desk.apply(refund_hook=None)
    await time_passes(desk)
    assert call(desk)["state"] == "failed"
    await desk.apply(refund_hook=receiver.hook)
    receiver.says(200)
    assert isinstance(await retry(desk, ARNO), Done)
    await quiet(desk)
    assert call(desk)["state"] == "accepted"


async def test_the_command_line_tries_what_was_given_up_again(desk, receiver, monkeypatch):
    await refused_for_good(desk, receiver)
    monkeypatch.setenv("DATABASE_URL", desk.url)
    listed = await asyncio.to_thread(CliRunner().invoke, group, ["notices", "dead"])
    assert "hook to hook:refund" in listed.stdout
    result = await asyncio.to_thread(CliRunner().invoke, group, ["notices", "retry", "--all"])
    assert "1 will be tried again" in result.stdout
    await quiet(desk)
    assert call(desk)["state"] == "accepted"
    assert len(receiver.ids_accepted) == 1


# Once


async def test_two_workers_send_each_refund_once(desk, receiver):
    for number in range(8):
        desk.add_order(f"ORD-{number}", {"ordered": 2})
        await desk.command(CSR, f"/cancel ORD-{number} all customer-request")
    async with assembled(desk.settings, desk.url, paces={}) as other:
        delivering = asyncio.ensure_future(other.delivery.run())
        await quiet(desk)
        await asyncio.gather(*(desk.workspace.click(LENA, card, "request.approve") for card in desk.cards(LEADS)))
        other.delivery.wake()
        await quiet(desk)
        await other.delivery.stop()
        await delivering
    assert sorted(row["state"] for row in desk.rows(CALL)) == ["accepted"] * 8
    assert len(receiver.calls) == len(set(receiver.calls)) == 8


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "void"])
async def test_a_request_that_came_to_nothing_is_never_called_out(desk, receiver, end):
    answer = await desk.command(CSR, "/cancel ORD-123 line 1 customer-request")
    await quiet(desk)
    (card,) = desk.cards(LEADS)
    if end == "rejected":
        await desk.workspace.click(LENA, card, "request.reject")
        (view,) = desk.workspace.views(LENA)
        await desk.workspace.submit(LENA, view.id, note="not now")
    elif end == "withdrawn":
        await desk.workspace.click(CSR, answer.message, "request.withdraw")
    else:
        desk.ship()
        await desk.workspace.click(LENA, card, "request.approve")
    await quiet(desk)
    assert desk.row("select state from requests")["state"] == end
    assert desk.rows(CALL) == []
    assert desk.rows("select 1 from notices where kind in ('hook', 'hook.state')") == []
    assert receiver.calls == []
    assert isinstance(await retry(desk, ARNO), line_refusals.NoCallToRetry)


def accepted(office):
    office.parts.delivery.wake()
    return len(office.rows("select 1 from hook_calls where state = 'accepted'"))


async def test_refunds_of_many_orders_draw_their_card_once_and_tell_only_of_trouble(desk, receiver):
    orders = [desk.add_order(f"ORD-{number}") for number in (1, 2, 3)]
    ask = BulkAsk(Kind.CANCEL, tuple(orders), reason="customer-request")
    bulk = await Bulks(desk.parts.pool, desk.parts.bulks.wake).ask(DESK, ask, by=CSR, key="k1")
    await until(lambda: desk.rows("select 1 from cards"), what="the card")
    (card,) = desk.cards(LEADS)
    resting = "update lanes set free_at = now() + %s::interval where lane = any(%s)"
    desk.rows("insert into lanes (desk_id, lane, free_at, token) values (%s, 'hook:refund', now(), '')", DESK)
    desk.rows(resting, "1 hour", [f"slack:{LEADS}", "hook:refund"])
    await desk.workspace.click(LENA, card, ActionId.BULK_APPROVE)
    await until(lambda: not desk.rows("select 1 from bulk_rounds where done_at is null"), what="the round")
    desk.rows(resting, "0", ["hook:refund"])
    await until(lambda: accepted(desk) == len(orders), what="three refunds")
    lane = desk.rows(
        "select kind, payload -> 'bulk' as bulk from notices where lane = %s order by id", f"slack:{LEADS}"
    )
    assert [(row["kind"], row["bulk"]) for row in lane] == [("card", bulk), ("card.redraw", bulk)]
