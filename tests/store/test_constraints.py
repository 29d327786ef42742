"""What can never be false, whatever the code above believes: the database refuses it to a superuser too."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import BigInteger, Identity

from store.tables import metadata
from tests.store.seeding import DESK, OTHER, act_as, insert, row_of, seed

OPEN = ("requested", "active", "release_requested")
CLOSED = ("released", "rejected", "withdrawn")
DECIDED = ("approved", "rejected", "withdrawn", "expired", "void")
tables = metadata.tables


@pytest.fixture(scope="module")
def desk(common_database_url):
    """A desk with one row in every table."""
    with psycopg.connect(common_database_url) as connection:
        seed(connection, DESK)
        connection.commit()
        yield connection


@pytest.fixture
def database(desk):
    """That desk, in a transaction that is undone after the test."""
    with desk.transaction(force_rollback=True):
        yield desk


def add(database, table, **changes):
    with database.transaction():
        insert(database, tables[table], DESK, **changes)


def refused(database, table, error, **changes):
    with pytest.raises(error):
        add(database, table, **changes)


# One of a kind


@pytest.mark.parametrize("state", OPEN)
def test_an_order_has_one_open_hold_of_a_reason(database, state):
    refused(database, "holds", errors.UniqueViolation, number=2, state=state)


@pytest.mark.parametrize("state", CLOSED)
def test_closed_holds_of_a_reason_may_be_many(database, state):
    for number in (2, 3):
        add(database, "holds", number=number, state=state, closed_at="2026-11-21T10:00:00Z")


def test_another_reason_and_another_order_may_be_held_too(database):
    add(database, "holds", number=2, reason="stock")
    add(database, "orders", number="ORD-2")
    add(database, "holds", number=3, order_number="ORD-2")


def test_a_target_belongs_to_one_pending_request(database):
    add(database, "requests", number=2)
    refused(database, "request_targets", errors.UniqueViolation, request=2)
    add(database, "request_targets", request=2, target="another")


def test_a_person_decides_a_request_once(database):
    refused(database, "decisions", errors.UniqueViolation, decision="reject", role="another")
    add(database, "decisions", member="U0IVAN")


def test_an_arrival_is_noted_once(database):
    refused(database, "inbound", errors.UniqueViolation)


@pytest.mark.parametrize("table", ["orders", "requests", "holds", "policies", "imports", "members"])
def test_a_number_is_given_once_on_a_desk_and_again_on_another(database, table):
    refused(database, table, errors.UniqueViolation)
    seed(database, OTHER)


# Words that are known

WORDS = {
    ("decisions", "decision"): ("approve", "reject"),
    ("holds", "state"): (*OPEN, *CLOSED),
    ("members", "standing"): ("active", "guest", "bot", "stranger", "deactivated"),
    ("notices", "state"): ("ready", "sent", "skipped", "dead"),
    ("requests", "kind"): ("place_hold", "release_hold", "cancel", "change"),
    ("requests", "state"): ("pending", *DECIDED),
}


@pytest.mark.parametrize(("table", "column"), WORDS)
def test_only_known_words_are_taken(database, table, column):
    for word in ("", "Active", "unheard of"):
        with pytest.raises(errors.CheckViolation), database.transaction():
            database.execute(f"update {table} set {column} = %s", [word])
    with pytest.raises(errors.NotNullViolation), database.transaction():
        database.execute(f"update {table} set {column} = null")


# Times that go with states


@pytest.mark.parametrize("state", DECIDED)
def test_a_request_is_decided_exactly_when_it_has_a_time_of_decision(database, state):
    refused(database, "requests", errors.CheckViolation, number=2, state=state, decided_at=None)
    refused(database, "requests", errors.CheckViolation, number=2, state="pending", decided_at="2026-11-21T10:00:00Z")
    add(database, "requests", number=2, state=state, decided_at="2026-11-21T10:00:00Z")


@pytest.mark.parametrize("state", CLOSED)
def test_a_hold_is_closed_exactly_when_it_has_a_time_of_closing(database, state):
    refused(database, "holds", errors.CheckViolation, number=2, state=state, closed_at=None)
    refused(database, "holds", errors.CheckViolation, number=2, reason="x", closed_at="2026-11-21T10:00:00Z")


@pytest.mark.parametrize("state", ["sent", "skipped", "dead"])
def test_a_notice_is_settled_exactly_when_it_has_a_time_of_settling(database, state):
    refused(database, "notices", errors.CheckViolation, id=2, state=state, settled_at=None)
    refused(database, "notices", errors.CheckViolation, id=2, state="ready", settled_at="2026-11-21T10:00:00Z")


def test_a_request_about_a_hold_names_it(database):
    for kind in ("place_hold", "release_hold"):
        refused(database, "requests", errors.CheckViolation, number=2, kind=kind, hold=None)
    add(database, "requests", number=2, kind="cancel", hold=None)


# Quantities

IMPOSSIBLE = (
    {"ordered": -1},
    {"cancelled": -1},
    {"ordered": 3, "cancelled": 4},
    {"picked": 2, "packed": 3},
    {"packed": 2, "shipped": 3},
    {"shipped": 2, "delivered": 3},
    {"allocated": 1, "picked": 2},
    {"delivered": -1},
)


@pytest.mark.parametrize("quantities", IMPOSSIBLE, ids=str)
def test_a_line_counts_no_step_beyond_the_one_before(database, quantities):
    plain = {"ordered": 9, "cancelled": 0, "allocated": 9, "picked": 9, "packed": 9, "shipped": 9, "delivered": 0}
    steps = {**plain, **dict.fromkeys(after(quantities), 0), **quantities}
    refused(database, "order_lines", errors.CheckViolation, key="2", **steps)


def after(quantities):
    """The steps behind the last one that is given, so that only the given ones contradict each other."""
    steps = ["allocated", "picked", "packed", "shipped", "delivered"]
    last = max((steps.index(name) for name in quantities if name in steps), default=-1)
    return steps[last + 1 :] if last >= 0 else []


def test_more_may_have_shipped_than_was_cancelled_away(database):
    """A box that left after its cancel is a fact, and facts are stored."""
    add(
        database,
        "order_lines",
        key="2",
        ordered=3,
        cancelled=3,
        allocated=3,
        picked=3,
        packed=3,
        shipped=3,
        delivered=3,
    )


# What belongs to what

PARENTS = {
    "cards": ("request", 99),
    "decisions": ("request", 99),
    "holds": ("order_number", "ORD-99"),
    "order_lines": ("order_number", "ORD-99"),
    "request_targets": ("request", 99),
    "requests": ("order_number", "ORD-99"),
    "status_changes": ("request", 99),
}
KEYS = {
    "cards": {"ts": "2"},
    "decisions": {"member": "U"},
    "holds": {"number": 2, "reason": "x"},
    "order_lines": {"key": "2"},
    "request_targets": {"target": "x"},
    "requests": {"number": 2},
    "status_changes": {"id": 2},
}


@pytest.mark.parametrize("table", PARENTS)
def test_nothing_belongs_to_what_is_not_there(database, table):
    column, absent = PARENTS[table]
    refused(database, table, errors.ForeignKeyViolation, **{**KEYS[table], column: absent})
    add(database, table, **KEYS[table])


@pytest.mark.parametrize(
    "table", [name for name in tables if name not in {"desks", "import_rows", "audit", "policy_drafts"}]
)
def test_nothing_belongs_to_a_desk_that_is_not_there(database, table):
    row = row_of(tables[table], "T0NOBODY")
    columns, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    with pytest.raises(errors.ForeignKeyViolation):
        database.execute(f"insert into {table} ({columns}) values ({marks})", row)


@pytest.mark.parametrize("table", ["orders", "requests", "desks"])
def test_what_something_belongs_to_cannot_be_deleted(database, table):
    with pytest.raises(errors.ForeignKeyViolation), database.transaction():
        database.execute(f"delete from {table}")


# Room to grow


def test_numbers_that_grow_for_ever_have_room_for_ever():
    counted = {"number", "id", "seq", "request", "hold", "import", "import_number", "first_row"}
    narrow = [
        f"{table.name}.{column.name}"
        for table in tables.values()
        for column in table.columns
        if column.name in counted and column.type.python_type is int and not isinstance(column.type, BigInteger)
    ]
    assert narrow == []
    given = [
        column for table in tables.values() for column in table.columns if isinstance(column.server_default, Identity)
    ]
    assert {type(column.type) for column in given} == {BigInteger}


def test_money_is_whole_minor_units():
    money = [tables["orders"].c.total, tables["orders"].c.placed_total, tables["order_lines"].c.unit_price]
    assert {type(column.type) for column in money} == {BigInteger}


# Calls to other systems


@pytest.mark.parametrize("state", ["pending", "rejected", "withdrawn", "expired", "void"])
def test_only_an_approved_cancel_can_owe_a_refund(database, state):
    decided = None if state == "pending" else "2026-11-21T10:00:00Z"
    add(database, "requests", number=2, state=state, decided_at=decided)
    refused(database, "hook_calls", errors.ForeignKeyViolation, request=2, endpoint="refund", webhook_id="other")


@pytest.mark.parametrize("kind", ["place_hold", "release_hold", "change"])
def test_nothing_but_a_cancel_can_owe_a_refund(database, kind):
    asked = "{}" if kind == "change" else None
    add(database, "requests", number=2, kind=kind, asked=asked)
    refused(database, "hook_calls", errors.CheckViolation, request=2, endpoint="refund", kind=kind, webhook_id="other")
    refused(
        database, "hook_calls", errors.ForeignKeyViolation, request=2, endpoint="refund", kind="cancel", webhook_id="x"
    )


def test_a_request_cannot_say_that_it_was_something_else_to_get_a_call(database):
    refused(
        database, "hook_calls", errors.CheckViolation, request=1, endpoint="other", decided="rejected", webhook_id="x"
    )


def test_an_approval_owes_one_refund(database):
    add(database, "hook_calls", endpoint="refund", webhook_id="first")
    refused(database, "hook_calls", errors.UniqueViolation, endpoint="refund", webhook_id="second")


def test_an_approval_whose_refund_was_called_for_is_not_taken_back(database):
    with pytest.raises(errors.ForeignKeyViolation), database.transaction():
        database.execute("update requests set state = 'rejected' where number = 1")


def test_what_is_sent_is_never_rewritten(database):
    act_as(database, "redtag_app", DESK)
    database.execute("update hook_calls set state = 'unknown', accepted_at = null")
    with pytest.raises(errors.InsufficientPrivilege), database.transaction():
        database.execute("update hook_calls set body = '{}'")


def test_a_cancel_or_change_says_what_it_asks_for_and_nothing_else_does(database):
    refused(database, "requests", errors.CheckViolation, number=2, kind="cancel", asked=None)
    refused(database, "requests", errors.CheckViolation, number=2, kind="place_hold", asked="{}")
