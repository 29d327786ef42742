"""A rehearsal's play on the real bot: what it ticks, and what it finds where the bot is not as the policy wants it."""

import contextlib
import io

import httpx
import pytest

from bot.rehearsal.books import Books
from bot.rehearsal.casting import Company
from bot.rehearsal.checks import lines
from bot.rehearsal.orders import order_file
from bot.rehearsal.performing import perform
from bot.rehearsal.plan import plan
from bot.rehearsal.playground_stage import PlaygroundStage
from bot.rehearsal.scene import World
from playground.slack.server import bound_socket, port_of, serving
from playground.web.app import Page, page_app
from store.imports import import_orders
from store.policies import apply_policy
from tests.demo_runs import PLAIN
from tests.office import CREDIT_CHANNEL, DESK, FLOOR_CHANNEL, ORDERS_CHANNEL, office
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.policy.load import policy_from_json, policy_to_json

__all__ = ["office"]

SECONDS = 1.0
FOR_POSTS = 5.0


@pytest.fixture
async def page(office):
    """The address of the workspace's page."""
    listener = bound_socket("127.0.0.1", 0)
    async with serving(page_app(Page(office.workspace)), listener):
        yield f"http://127.0.0.1:{port_of(listener)}"


def changed(policy, *, rules=(), **values):
    """The policy with other rules, and values at dotted paths as `roles__credit__members`."""
    document = {**policy_to_json(policy), "rules": list(rules)}
    for path, value in values.items():
        *parents, key = path.split("__")
        table = document
        for parent in parents:
            table = table[parent] if isinstance(table, dict) else next(row for row in table if row["name"] == parent)
        table[key] = value
    return policy_from_json(document)


class OneRoom(PlaygroundStage):
    """The demo's workspace has no room for rehearsals."""

    room = ORDERS_CHANNEL
    viewer = "U0ADAM"


async def rehearsed(office, page, policy, *, in_force=None, which=0, extras=(), broken=lambda: "", seconds=SECONDS):
    """The result of one play of `policy`, while another one may be in force."""
    await apply_policy(office.parts.pool, DESK, in_force or policy, by="test")
    company = Company(policy, extras)
    play = plan(policy, company)[which]
    bring_in(office, policy, play)
    async with httpx.AsyncClient(timeout=10, **PLAIN) as client:
        stage = OneRoom(page, client, broken)
        world = World(policy, company, stage, Books(office.parts.pool, DESK), seconds, max(seconds, FOR_POSTS))
        (result,) = await perform(world, [(play, "ORD-9001")], at_once=1, show=lambda _result: None)
    return result


def bring_in(office, policy, play):
    if play.terms:
        source = io.BytesIO(order_file([("ORD-9001", play.terms)]))
        found = open_orders(source, "rehearsal.csv", rules_of(policy))
        import_orders(office.url, DESK, found, by="test", dry_run=False, refused=pytest.fail)


def said(result):
    return "\n".join(lines(result))


def miss(result):
    assert result.result == "missed", said(result)
    assert [check.result for check in result.checks].count("missed") == 1
    assert result.checks[-1].result == "missed"
    return result.checks[-1]


async def test_a_bot_that_does_what_the_policy_says_gets_a_tick_for_every_step(office, page):
    result = await rehearsed(office, page, changed(office.policy))
    assert result.result == "passed", said(result)
    assert [check.what for check in result.checks] == [
        "U0CARL (Customer service) asks for the hold: R-1",
        "R-1 is decided by the policy: no rule matches, the owner of the reason signs: Credit signs",
        "the card is in C0CREDIT (Credit)",
        "the gate: ORD-9001 may not ship",
        "U0SAMI (Customer service) clicks Approve: refused, and nothing is signed",
        "U0CARL (Customer service) clicks Approve on their own request: refused",
        "U0ROSA signs for Credit: approved",
        "the card in C0CREDIT shows that it is approved",
        "H-1 is in force, and the gate says that ORD-9001 may not ship",
        "the floor has not been told to ship",
        "U0ROSA (Credit) asks for the release: R-2",
        "R-2 is decided by the policy: no rule matches, the owner of the reason signs: Credit signs",
        "the card is in C0CREDIT (Credit)",
        "the gate: ORD-9001 may not ship",
        "U0CARL (Customer service) clicks Approve: refused, and nothing is signed",
        "U0ROSA (Credit) clicks Approve on their own request: refused",
        "U0IVAN signs for Credit: approved",
        "the card in C0CREDIT shows that it is approved",
        "the gate: ORD-9001 may ship",
        "the floor reads “Clear to ship” in C0FLOOR",
        "floor@acme.example gets the e-mail",
    ]


async def test_several_signatures_are_given_one_after_the_other_on_cards_in_both_channels(office, page):
    sign = [{"role": "credit", "approvals": 2}, {"role": "warehouse"}]
    rule = {"kind": "place_hold", "when": {"order_total_over": {"USD": 5000}}, "ask": ["csr"], "sign": sign}
    result = await rehearsed(office, page, changed(office.policy, rules=[rule]))
    assert result.result == "passed", said(result)
    told = [check.what for check in result.checks]
    assert result.order == "ORD-9001: USD 5,000.01, open, Rehearsal, no real order"
    assert "U0ROSA (Credit) may not ask for the hold, and is told so" in told
    assert "the card is in C0STOCK (Warehouse lead)" in told
    assert "every card shows that U0IVAN has signed" in told
    assert [each for each in told if "signs for" in each][:3] == [
        "U0IVAN signs for Credit: 2 more to sign",
        "U0ROSA signs for Credit: 1 more to sign",
        "U0WALT signs for Warehouse lead: approved",
    ]


async def test_an_owner_who_asks_has_signed_and_is_refused_a_second_signature(office, page):
    rule = {"kind": "place_hold", "ask": ["credit"], "sign": [{"role": "credit", "approvals": 2}]}
    result = await rehearsed(office, page, changed(office.policy, rules=[rule]))
    assert result.result == "passed", said(result)
    told = [check.what for check in result.checks]
    assert "U0ROSA (Credit) asks for the hold: R-1, and has thereby signed for Credit" in told
    assert "U0ROSA (Credit) clicks Approve on their own request: refused" in told


async def test_settings_of_the_desk_are_rehearsed_as_they_are(office, page):
    policy = changed(office.policy, desk__gate_blocks_requested=False, desk__self_approval=True, desk__floor_email=[])
    result = await rehearsed(office, page, policy)
    assert result.result == "passed", said(result)
    told = [check.what for check in result.checks]
    assert "desk.gate_blocks_requested is off, so the order may ship until it is signed" in told
    assert "no e-mail: desk.floor_email names no address" in told


async def test_a_cancel_is_signed_by_everybody_whom_its_threshold_asks_for(office, page):
    result = await rehearsed(office, page, office.policy)
    assert result.result == "passed", said(result)
    assert [check.what for check in result.checks] == [
        "U0ROSA (Credit) may not ask for the cancel, and is told so",
        "U0LENA (Customer service lead) asks for the cancel: R-1",
        "R-1 is decided by the policy: rule 1, order total over USD 5,000: Customer service lead and Credit sign",
        "the card is in C0CSLEAD (Customer service lead)",
        "the card is in C0CREDIT (Credit)",
        "the gate: ORD-9001 may not ship",
        "U0CARL (Customer service) clicks Approve: refused, and nothing is signed",
        "U0LENA (Customer service lead) clicks Approve on their own request: refused",
        "U0MONA signs for Customer service lead: 1 more to sign",
        "every card shows that U0MONA has signed",
        "U0ROSA signs for Credit: approved",
        "the card in C0CSLEAD shows that it is approved",
        "the card in C0CREDIT shows that it is approved",
        "every unit of ORD-9001 is cancelled, and the gate says so",
        "the floor reads of it in C0FLOOR",
        "ar@acme.example gets the e-mail",
    ]


async def test_a_change_is_made_once_it_is_signed(office, page):
    policy = changed(office.policy, desk__gate_blocks_pending=False, desk__floor_email=[])
    result = await rehearsed(office, page, policy, which=-1)
    assert result.result == "passed", said(result)
    told = [check.what for check in result.checks]
    assert "desk.gate_blocks_pending is off, so the order may ship until it is signed" in told
    assert told[-3:] == [
        "ORD-9001 has 2 units, and the gate says that it may ship",
        "the floor reads of it in C0FLOOR",
        "no e-mail: desk.floor_email names no address",
    ]


async def test_a_bot_that_lets_the_wrong_person_sign_is_a_miss(office, page):
    policy = changed(office.policy)
    lax = changed(office.policy, roles__credit__members=["U0ROSA", "U0IVAN", "U0SAMI"])
    found = miss(await rehearsed(office, page, policy, in_force=lax))
    assert found.what == "U0SAMI (Customer service) clicks Approve: refused, and nothing is signed"
    assert (found.expected, found.got) == ("nothing is signed", "R-1 is approved, signed by U0SAMI")


async def test_a_bot_that_lets_anybody_ask_is_a_miss(office, page):
    rule = {"kind": "place_hold", "ask": ["csr"], "sign": [{"role": "credit"}]}
    policy = changed(office.policy, rules=[rule])
    found = miss(await rehearsed(office, page, policy, in_force=changed(office.policy)))
    assert found.what == "U0ROSA (Credit) may not ask for the hold, and is told so"
    assert "put orders on hold" in found.expected
    assert "the last private answer was" in found.got
    assert "*ORD-9001* is on hold" in found.got


async def test_a_request_that_waits_for_other_signatures_than_the_policy_wants_is_a_miss(office, page):
    other = changed(office.policy, rules=[{"kind": "place_hold", "sign": [{"role": "warehouse"}]}])
    found = miss(await rehearsed(office, page, changed(office.policy), in_force=other))
    assert found.what.startswith("R-1 is decided by the policy: no rule matches")
    assert found.expected == "place_hold: no rule matches, the owner of the reason signs: Credit signs"
    assert found.got == "place_hold: rule 1, always: Warehouse lead signs"


async def test_a_request_that_another_rule_decides_is_a_miss_even_if_the_same_people_sign(office, page):
    rule = {"kind": "release_hold", "sign": [{"role": "credit"}]}
    found = miss(await rehearsed(office, page, changed(office.policy, rules=[rule]), in_force=changed(office.policy)))
    assert found.what == "R-2 is decided by the policy: rule 1, always: Credit signs"


async def test_a_role_whose_channel_the_bot_is_not_in_is_a_miss_that_says_to_invite_it(office, page):
    members = [user for user in office.workspace.seed.channels[1].members if user != office.workspace.seed.bot_user]
    office.workspace.change_channel(CREDIT_CHANNEL, members=tuple(members))
    found = miss(await rehearsed(office, page, changed(office.policy)))
    assert found.what == "the card is in C0CREDIT (Credit)"
    assert found.got == "card to C0CREDIT: not_in_channel: invite the app to the channel"


async def test_a_floor_that_is_not_told_is_a_miss(office, page):
    office.workspace.change_channel(FLOOR_CHANNEL, members=("U0ADAM",))
    found = miss(await rehearsed(office, page, changed(office.policy)))
    assert found.what == "the floor reads “Clear to ship” in C0FLOOR"
    assert found.got == "floor to C0FLOOR: not_in_channel: invite the app to the channel"


async def test_an_e_mail_that_is_refused_is_a_miss(office, page):
    office.workspace.fail("emails", "validation_error", status=422)
    found = miss(await rehearsed(office, page, changed(office.policy)))
    assert found.what == "floor@acme.example gets the e-mail"
    assert "floor.email to floor@acme.example" in found.got
    assert "RESEND_API_KEY" in found.do


async def test_a_bot_that_is_not_there_is_a_miss_with_what_slack_would_show(office, page):
    with contextlib.closing(bound_socket("127.0.0.1", 0)) as nobody:
        port = port_of(nobody)
    office.workspace.connect_http(f"http://127.0.0.1:{port}/slack/events")
    found = miss(await rehearsed(office, page, changed(office.policy)))
    assert found.what == "U0CARL (Customer service) asks for the hold"
    assert found.got == 'Slack would show: /hold failed with the error "dispatch_failed"'


async def test_cards_that_never_come_are_a_miss_once_the_time_is_up(office, page):
    await office.parts.delivery.stop()
    result = await rehearsed(office, page, changed(office.policy), broken=lambda: "")
    assert miss(result).got == "nothing within 5 s"


async def test_a_bot_that_has_ended_is_said_at_once(office, page):
    await office.parts.delivery.stop()
    result = await rehearsed(office, page, changed(office.policy), broken=lambda: "the bot has ended: bad luck")
    assert miss(result).got == "the bot has ended: bad luck"
