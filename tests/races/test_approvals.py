"""Many people sign one request at the same instant: one signature counts, everybody hears whose and when."""

import asyncio
import time
from collections import Counter

import pytest

from playground.slack.model import User
from tests.office import CSR, DESK, FLOOR_CHANNEL, IVAN, ROSA, WALT, action_ids, seen
from tests.races.apps import PATIENCE, another_app, at, open_floor
from workflows import refusals
from workflows.results import Done

SIGNERS = tuple(f"U0C{number:02}" for number in range(20))
CLICKS = 200


@pytest.fixture
async def crowded(database_url):
    """A desk with an order on hold and its release asked for, which any of twenty people may sign."""
    async with open_floor(database_url, *SIGNERS) as floor:
        await floor.apply(credit=SIGNERS)
        floor.add_order()
        await floor.hold(SIGNERS[0])
        await floor.release(1)
        yield floor


async def test_of_two_hundred_approvals_by_twenty_people_over_two_apps_one_counts(crowded):
    began = time.perf_counter()
    results = await asyncio.gather(*(crowded.approve(SIGNERS[n % 20], 2) for n in range(CLICKS)))
    print(f"{CLICKS} concurrent approvals through two apps: {time.perf_counter() - began:.2f} s")  # noqa: T201 - pytest -rP shows it

    (winner,) = [result for result in results if isinstance(result, Done)]
    late = [result for result in results if isinstance(result, refusals.AlreadyDecided)]
    assert len(late) == CLICKS - 1
    request = crowded.row("select * from requests where number = 2")
    assert (request["state"], request["decided_by"]) == ("approved", winner.by)
    assert {(one.by, one.at) for one in late} == {(winner.by, request["decided_at"])}
    assert crowded.row("select state from holds")["state"] == "released"
    assert crowded.rows("select member from decisions where request = 2") == [{"member": winner.by}]
    assert len(crowded.rows("select 1 from status_changes where kind = 'hold.released'")) == 1
    assert (len(crowded.notices("floor")), len(crowded.notices("floor.email"))) == (1, 1)


async def test_the_audit_has_one_approval_and_each_late_person_once_a_minute(crowded):
    await asyncio.gather(*(crowded.approve(SIGNERS[n % 20], 2) for n in range(CLICKS)))

    entries = crowded.rows("select actor, action from audit where chain = 'ORD-123' and request = 2")
    counted = Counter(entry["action"] for entry in entries)
    assert (counted["request.approved"], counted["hold.released"]) == (1, 1)
    refused = Counter(entry["actor"] for entry in entries if entry["action"] == "request.refused")
    assert refused == dict.fromkeys(SIGNERS, 1)


@pytest.fixture
def patient(monkeypatch, office):
    """Deadlines of people and connections out of the way: how fast it is, is not what is tested."""
    monkeypatch.setattr("bot.slack.app.SECONDS", PATIENCE)
    office.workspace.answer_within = PATIENCE
    office.parts.pool.timeout = PATIENCE
    return office


@pytest.fixture
async def release_card(patient):
    """The release card of an order on hold, on a desk where twenty people sign for credit."""
    office = patient
    people = {user: User(user, user.lower(), f"Person {user}") for user in SIGNERS}
    office.workspace.state.users.update(people)
    everybody = office.workspace.channel("C0CREDIT").members
    office.workspace.change_channel("C0CREDIT", members=(*everybody, *SIGNERS))
    credit = office.policy.roles["credit"].model_copy(update={"members": SIGNERS})
    office.policy = office.policy.model_copy(update={"roles": {**office.policy.roles, "credit": credit}})
    await office.apply()
    await office.command(SIGNERS[0], "/hold ORD-123 credit")
    await office.command(CSR, "/release ORD-123")
    await office.settled()
    (_, card) = office.cards()
    return card


async def test_two_hundred_clicks_as_slack_sends_them_are_one_post_one_mail_and_199_words(patient, release_card):
    office, workspace = patient, patient.workspace
    async with another_app(office) as other:
        requests = [
            workspace.signed_request(
                "interactive", workspace.payload_for_click(SIGNERS[n % 20], release_card, "request.approve")
            )
            for n in range(CLICKS)
        ]
        began = time.perf_counter()
        sent = [at(request, other) if n % 2 else request for n, request in enumerate(requests)]
        answers = await asyncio.gather(*(workspace.send_raw(request) for request in sent))
        print(f"{CLICKS} concurrent clicks over HTTP to two apps: {time.perf_counter() - began:.2f} s")  # noqa: T201
        await office.settled(PATIENCE)

    assert {answer.status for answer in answers} == {200}
    assert office.actions().count("request.approved") == 2  # the placement by its owner, and the release
    (post,) = workspace.messages(FLOOR_CHANNEL)
    assert "Clear to ship" in seen(post)
    (mail,) = workspace.mails
    assert "Clear to ship" in mail.text
    winner = office.row("select decided_by from requests where number = 2")["decided_by"]
    told = [words for user in SIGNERS for words in map(seen, workspace.ephemerals(user)) if "R-2" in words]
    late = [words for words in told if "changed nothing" in words]
    assert (len(told), len(late)) == (CLICKS, CLICKS - 1)
    assert all(winner in words and "<!date^" in words for words in late)
    assert not {"request.approve", "request.reject"} & action_ids(office.cards()[-1])


async def test_a_double_click_is_one_signature_and_the_second_click_is_told_so(database_url):
    async with open_floor(database_url) as floor:
        for pair in range(30):
            order = floor.add_order(f"ORD-{pair}")
            asked = await floor.hold(CSR, order)
            first, second = await asyncio.gather(*(floor.approve(ROSA, asked.request, app) for app in (0, 1)))
            assert {type(first), type(second)} == {Done, refusals.AlreadyDecided}
            late = first if isinstance(first, refusals.AlreadyDecided) else second
            assert late.by == ROSA
            assert floor.actions(order).count("request.approved") == 1
        assert {row["state"] for row in floor.rows("select state from holds")} == {"active"}


async def test_approve_and_reject_at_once_end_in_one_decision(database_url):
    async with open_floor(database_url) as floor:
        for pair in range(30):
            order = floor.add_order(f"ORD-{pair}")
            asked = await floor.hold(CSR, order)
            results = await asyncio.gather(floor.approve(ROSA, asked.request, 0), floor.reject(IVAN, asked.request, 1))
            (done,) = [result for result in results if isinstance(result, Done)]
            request = floor.row("select state, decided_by from requests where number = %s", asked.request)
            assert (request["state"], request["decided_by"]) == (done.what, done.by)
            hold = floor.row("select state from holds where order_number = %s", order)["state"]
            assert hold == {"approved": "active", "rejected": "rejected"}[done.what]
            decisions = floor.rows("select member from decisions where request = %s", asked.request)
            assert decisions == [{"member": done.by}]


async def test_people_of_other_orders_are_not_kept_waiting_by_a_crowd_on_one(crowded):
    """All connections of an app may be busy with the crowd, none may be lost to it."""
    for number in range(20):
        crowded.add_order(f"ORD-{number}")
    crowd = [crowded.approve(SIGNERS[n % 20], 2) for n in range(100)]
    others = [crowded.hold(WALT, f"ORD-{number}", "stock") for number in range(20)]
    results = await asyncio.gather(*crowd, *others)
    assert [result.what for result in results[100:]] == ["placed"] * 20
    assert len(crowded.rows("select 1 from holds where desk_id = %s and state = 'active'", DESK)) == 20
