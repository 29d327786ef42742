"""The same thing asked twice at once, by two people or by one copied request, happens once."""

import asyncio

import pytest

from playground.slack.transport_http import SignedRequest
from tests.office import CSR, CSR2, ORDERS_CHANNEL, ROSA
from tests.races.apps import PATIENCE, another_app, at, open_floor
from workflows import refusals
from workflows.results import Done

COPIES = 100


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        yield floor


@pytest.mark.parametrize("rounds", [25, pytest.param(300, marks=pytest.mark.slow)])
async def test_the_same_hold_asked_by_two_people_is_one_request_and_the_other_is_pointed_to_it(floor, rounds):
    for number in range(rounds):
        order = floor.add_order(f"ORD-{number}")
        results = await asyncio.gather(floor.hold(CSR, order), floor.hold(CSR2, order))
        (done,) = [result for result in results if isinstance(result, Done)]
        (pointed,) = [result for result in results if isinstance(result, refusals.AlreadyHeld)]
        assert (pointed.request, pointed.hold, pointed.by) == (done.request, done.hold, done.by)
        assert len(floor.rows("select 1 from requests where order_number = %s and state = 'pending'", order)) == 1
        assert len(floor.notices("card", order)) == 1


async def test_the_same_release_asked_by_two_people_is_one_request(floor):
    for number in range(15):
        order = floor.add_order(f"ORD-{number}")
        hold = (await floor.hold(ROSA, order)).hold
        results = await asyncio.gather(*(floor.release(hold, order, user) for user in (CSR, CSR2)))
        (done,) = [result for result in results if isinstance(result, Done)]
        (pointed,) = [result for result in results if isinstance(result, refusals.AlreadyAsked)]
        assert (pointed.request, pointed.by) == (done.request, done.by)


async def test_a_hundred_copies_of_one_command_are_done_once_and_answered_alike(floor):
    floor.add_order()
    results = await asyncio.gather(*(floor.hold(CSR, key="the same") for _ in range(COPIES)))
    assert len({str(result) for result in results}) == 1
    assert isinstance(results[0], Done)
    assert (results[0].request, results[0].hold) == (1, 1)
    assert floor.actions() == ["request.created"]
    assert (len(floor.notices("card")), len(floor.rows("select 1 from requests"))) == (1, 1)


async def test_a_hundred_copies_of_a_refused_command_are_refused_alike_and_written_down_once(floor):
    results = await asyncio.gather(*(floor.hold(CSR, "ORD-999", key="the same") for _ in range(COPIES)))
    assert len({str(result) for result in results}) == 1
    assert isinstance(results[0], refusals.OrderUnknown)
    assert floor.actions("").count("request.refused") == 1


async def test_numbers_have_no_gaps_however_many_ask_at_once(floor):
    orders = [floor.add_order(f"ORD-{number}") for number in range(60)]
    done = await asyncio.gather(*(floor.hold(CSR, order) for order in orders))
    assert sorted(result.request for result in done) == list(range(1, 61))
    assert sorted(result.hold for result in done) == list(range(1, 61))


@pytest.fixture
def patient(monkeypatch, office):
    monkeypatch.setattr("bot.slack.app.SECONDS", PATIENCE)
    office.workspace.answer_within = PATIENCE
    office.parts.pool.timeout = PATIENCE
    return office


async def a_command(office):
    payload = office.workspace.payload_for_command(CSR, ORDERS_CHANNEL, "/hold ORD-123 credit waiting for wire")
    return office.workspace.signed_request("command", payload)


async def a_click(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    payload = office.workspace.payload_for_click(ROSA, office.cards()[0], "request.approve")
    return office.workspace.signed_request("interactive", payload)


async def a_submission(office):
    await office.command(CSR, "/hold")
    (view,) = office.workspace.views(CSR)
    payload = office.workspace.payload_for_submit(CSR, view.id, order="ORD-123", reason="credit", note="wire")
    return office.workspace.signed_request("interactive", payload)


async def a_refused_submission(office):
    await office.command(CSR, "/hold")
    (view,) = office.workspace.views(CSR)
    payload = office.workspace.payload_for_submit(CSR, view.id, order="ORD-999", reason="credit")
    return office.workspace.signed_request("interactive", payload)


# What is asked → what stands in the audit of the order afterwards, and how many notices are added
EFFECTS = {
    a_command: (["request.created"], 1),
    a_click: (["request.created", "request.approved", "hold.placed"], 4),
    a_submission: (["request.created"], 2),
    a_refused_submission: ([], 0),
}


@pytest.mark.parametrize("asked", EFFECTS, ids=lambda asked: asked.__name__.removeprefix("a_"))
async def test_one_signed_request_a_hundred_times_at_two_apps_has_one_effect_and_one_answer(patient, asked):
    office = patient
    request = await asked(office)
    async with another_app(office) as other:
        copies = [at(request, other) if number % 2 else request for number in range(COPIES)]
        answers = await asyncio.gather(*(office.workspace.send_raw(copy) for copy in copies))
        await office.settled(PATIENCE)
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert answers[0].status == 200
    actions, notices = EFFECTS[asked]
    assert office.actions() == actions
    assert len(office.rows("select 1 from notices")) == notices
    assert office.actions("").count("request.refused") == (not actions)


async def test_a_copy_that_comes_to_another_app_when_the_order_has_moved_on_gets_the_first_answer(office):
    first = await office.command(CSR, "/hold ORD-123 credit")
    sent = SignedRequest(first.delivery.url, dict(first.delivery.headers), first.delivery.body)
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    async with another_app(office) as other:
        again = await office.workspace.send_raw(at(sent, other))
    assert (again.status, again.body) == (first.status, first.body)
    assert office.actions() == ["request.created", "request.approved", "hold.placed"]
