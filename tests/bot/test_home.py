"""The Home tab, as the person who opens it sees it."""

from dataclasses import replace

import pytest

from bot.slack import undelivered
from bot.slack.home import home_view
from bot.slack.specimens import specimens
from playground.slack.blockkit import check_view
from tests.factories import NOW, make_queue_item
from tests.office import ADAM, CREDIT_CHANNEL, CSR, DESK, IVAN, ROSA, STOCK_CHANNEL, WALT, seen
from workflows.homes import DeadOne, Filters, Health, HeldPage, Home, key_of, read_key
from workflows.policy.model import Rule, Signature
from workflows.results import Signers


async def test_home_shows_what_i_asked_for_and_what_waits_for_me(office):
    await office.command(CSR, "/hold ORD-123 credit")
    for user in (CSR, ROSA, WALT):
        await office.workspace.open_home(user)
    await office.settled()
    mine, signer, other = (str(office.workspace.home(user).body) for user in (CSR, ROSA, WALT))
    assert "request.withdraw" in mine
    assert "ORD-123" in signer
    assert "request.withdraw" not in signer
    assert "ORD-123" not in other.split("Holds")[0]


async def test_withdrawing_in_home_works_and_draws_it_again(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.workspace.open_home(CSR)
    await office.settled()
    await office.workspace.act_in_view(CSR, office.workspace.home(CSR).id, "request.withdraw")
    await office.settled()
    assert office.row("select state from requests")["state"] == "withdrawn"
    assert "ORD-123" not in str(office.workspace.home(CSR).body)


async def test_a_request_that_two_roles_sign_waits_in_the_queue_of_each(office):
    both = (Signature(role="credit"), Signature(role="warehouse"))
    office.policy = office.policy.model_copy(update={"rules": (Rule(kind="place_hold", sign=both),)})
    await office.apply()
    await office.command(CSR, "/hold ORD-123 credit")
    for user, role in ((ROSA, "credit"), (WALT, "warehouse")):
        assert "R-1" in seen((await office.command(user, f"/desk queue {role}")).message)
    await office.settled()
    for channel, user in ((CREDIT_CHANNEL, ROSA), (STOCK_CHANNEL, WALT)):
        await office.workspace.click(user, office.cards(channel)[0], "request.approve")
    await office.settled()
    assert office.actions() == ["request.created", "request.signed", "request.approved", "hold.placed"]


async def test_details_open_from_home(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.workspace.open_home(IVAN)
    await office.settled()
    await office.workspace.act_in_view(IVAN, office.workspace.home(IVAN).id, "request.details")
    assert "ORD-123" in str(office.workspace.views(IVAN)[0].body)


async def test_a_guest_sees_nothing_of_the_desk(office):
    await office.workspace.open_home("U0GUES")
    await office.settled()
    assert office.workspace.home("U0GUES") is None


async def test_the_home_of_who_signs_and_of_who_asked_follows_what_others_do(office):
    office.add_order("ORD-2")
    for user in (CSR, IVAN, WALT):
        await office.workspace.open_home(user)
    await office.settled()
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    drawn = {user: office.workspace.home(user).hash for user in (CSR, IVAN, WALT)}
    assert "request.approve" in home_of(office, IVAN)
    assert "H-1 " in home_of(office, IVAN)
    assert "request.withdraw" in home_of(office, CSR)
    assert "ORD-123" not in home_of(office, WALT).split("Holds")[0]
    await office.workspace.act_in_view(IVAN, office.workspace.home(IVAN).id, "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "approved"
    assert "request.withdraw" not in home_of(office, CSR)
    assert "request.approve" not in home_of(office, IVAN)
    assert "in force" in home_of(office, IVAN)
    assert office.workspace.home(WALT).hash == drawn[WALT]
    assert [row["user_id"] for row in office.rows("select user_id from home_views order by 1")] == [CSR, IVAN, WALT]


async def test_five_thousand_holds_are_paged_and_filtered_and_stay_so_when_somebody_else_acts(office):
    many_holds(office, 5_000)
    await office.workspace.open_home(CSR)
    await office.settled()
    assert "Holds (5,000)" in home_of(office, CSR)
    assert orders_in(office, CSR) == [f"MANY-{number}" for number in range(5_000, 4_988, -1)]
    await choose(office, CSR, "home.newer")
    assert orders_in(office, CSR)[0] == "MANY-4988"
    office.rows("update holds set state = 'released', closed_at = now() where number = 4999")
    await choose(office, CSR, "home.newer")
    assert orders_in(office, CSR)[0] == "MANY-4976"
    await choose(office, CSR, "home.older")
    assert orders_in(office, CSR) == [f"MANY-{number}" for number in range(4_988, 4_976, -1)]
    await choose(office, CSR, "home.customer", "KUNDE 49")
    await choose(office, CSR, "home.role", "warehouse")
    await choose(office, CSR, "home.age", "3")
    assert "Holds, filtered (50)" in home_of(office, CSR)
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    assert "ORD-123" in home_of(office, CSR)
    assert "Holds, filtered (50)" in home_of(office, CSR)
    await choose(office, CSR, "home.all")
    await choose(office, CSR, "home.whose", "mine")
    assert orders_in(office, CSR) == ["ORD-123"]
    await choose(office, CSR, "home.reason", "fraud")
    assert "No hold fits these filters" in home_of(office, CSR)


async def test_an_admin_sees_how_the_desk_fares_and_retries_what_was_not_delivered(office):
    roles = {**office.policy.roles, "fraud": office.policy.roles["fraud"].model_copy(update={"members": ()})}
    office.policy = office.policy.model_copy(update={"roles": roles})
    await office.apply()
    office.rows(
        """insert into notices (desk_id, kind, lane, payload, state, error, created_at, due_at, settled_at)
           values (%s, 'home', 'home:U0LENA', '{"user": "U0LENA"}', 'dead', 'not_now', now(), now(), now())""",
        DESK,
    )
    for user in (ADAM, CSR):
        await office.workspace.open_home(user)
    await office.settled()
    assert "Desk health" not in home_of(office, CSR)
    for said in ("1 message was not delivered", "not_now", "Nobody holds Fraud", "None yet"):
        assert said in home_of(office, ADAM)
    home = office.workspace.home(ADAM)
    policy = office.policy.model_copy(update={"roles": {**roles, "admin": lena_alone(roles)}})
    office.policy = policy
    await office.apply()
    await office.workspace.act_in_view(ADAM, home.id, "notice.retry")
    assert office.rows("select 1 from notices where state = 'dead'")
    office.policy = policy.model_copy(update={"roles": roles})
    await office.apply()
    await office.workspace.open_home(ADAM)
    await office.settled()
    await office.workspace.act_in_view(ADAM, office.workspace.home(ADAM).id, "notice.retry")
    await office.settled()
    assert office.rows("select 1 from notices where state = 'dead'") == []
    assert [entry["actor"] for entry in office.audit("") if entry["action"] == "notice.retried"] == [ADAM]
    assert "Everything was delivered" in home_of(office, ADAM)


@pytest.mark.parametrize("specimen", [each for each in specimens() if each.kind == "home"], ids=lambda each: each.name)
def test_home_fits_slack_empty_and_full(specimen):
    assert check_view(specimen.payload) == []


def test_home_shows_at_most_what_fits_whatever_people_write():
    item = make_queue_item(customer="<!channel> " * 40, reason_label="*&<" * 100, order_number="9" * 200)
    words = tuple((f"role-{number}", "<*>" * 60) for number in range(50))
    reasons = tuple((f"reason-{number}", "<*>" * 60) for number in range(400))
    filters = Filters(role="role-3", reason="reason-3", days=7, customer="&" * 60, mine=True, after="9" * 60)
    asked = replace(item, id="R-1", waiting_for=(Signers(role="credit", label="<*>" * 60, members=("U0ROSA",)),))
    held = HeldPage((replace(item, owner="role-1"),) * 12, 9_999, older=True, newer=True)
    dead = (DeadOne(1, "k" * 500, "l" * 500, "9" * 200, "e" * 500),) * 3
    health = Health(dead, 100, tuple("<*>" * 60 for _ in range(50)), ("x" * 500,) * 50, NOW, "f" * 500, NOW, "holds")
    home = Home(NOW, (asked,) * 100, (asked,) * 100, held, filters, words, reasons, health)
    assert check_view(home_view(home)) == []
    assert Filters.read(home_view(home)["private_metadata"]) == filters


@pytest.mark.parametrize("text", ["", "{", "[]", '{"days": "x"}', '{"role": 3}', "null"])
def test_filters_that_cannot_be_read_choose_nothing(text):
    assert Filters.read(text) == Filters()


@pytest.mark.parametrize("key", ["", "x", "2026-11-21 1", "2026-11-21T10:00:00 1", f"{NOW.isoformat()} 0"])
def test_a_page_begins_at_the_first_where_its_key_says_nothing(key):
    assert read_key(key) is None
    assert read_key(key_of(make_queue_item(id="H-17"))) == (NOW, 17)


def home_of(office, user):
    return str(office.workspace.home(user).body)


def orders_in(office, user):
    """The orders of the page of holds, in their order."""
    blocks = office.workspace.home(user).blocks
    shown = [block for block in blocks if block.get("accessory", {}).get("action_id") == "home.show"]
    return [block["text"]["text"].split("*")[3] for block in shown]


async def choose(office, user, action, value=None):
    await office.workspace.act_in_view(user, office.workspace.home(user).id, action, value)
    await office.settled()


def lena_alone(roles):
    return roles["admin"].model_copy(update={"members": ("U0LENA",)})


def many_holds(office, count):
    """Every second of the warehouse's; the highest number is the oldest."""
    office.rows(
        """insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
           select %s, 'MANY-' || n, 'Kunde ' || n, 'USD', 100, 100, now() from generate_series(1, %s) n""",
        DESK, count,
    )  # fmt: skip
    office.rows(
        """insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at,
                              active_at)
           select %s, n, 'MANY-' || n, case when n %% 2 = 0 then 'stock' else 'credit' end,
                  case when n %% 2 = 0 then 'warehouse' else 'credit' end, 'active', 'U0SAMI',
                  now() - make_interval(mins => n * 2), now() from generate_series(1, %s) n""",
        DESK, count,
    )  # fmt: skip
    office.rows("update counters set hold = %s", count)


@pytest.mark.parametrize(
    ("kind", "lane", "error", "said"),
    [
        ("card", "slack:C0CREDIT", "is_archived: the channel is archived; name another",
         "Approval card to <#C0CREDIT>: The channel is archived; name another"),
        ("outcome", "slack:U0ROSA", "cannot_dm_bot", "What became of a request to <@U0ROSA>: cannot_dm_bot"),
        ("floor.email", "email:a_b@x.example", "HTTP 500", "News for the floor by e-mail to a_b@x.example: HTTP 500"),
        ("hook", "hook:refund", "network: ClientError", "Call to refund hook: network: ClientError"),
        ("some.thing", "odd", "", "Some thing to odd: "),
    ],
)  # fmt: skip
def test_a_message_that_was_given_up_is_told_in_words(kind, lane, error, said):
    assert f"{undelivered.kind(kind)} to {undelivered.destination(lane)}: {undelivered.cause(error)}" == said
