"""Statements find their rows through an index, behind the row-level policies and with old statistics too."""

from itertools import pairwise

import psycopg
import pytest

from store import import_sql
from store.hot_path import LOCK, SNAPSHOT
from store.pool import TENANT
from tests.office import CSR, DESK

ORDERS = 5_000
PARAMETERS = {"desk": DESK, "key": "key", "numbers": ["1500", "ORD-1500"], "other": "", "request": 0, "user": CSR}


@pytest.fixture
def busy(database_url):
    """A desk with many orders, seen as the app sees it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into desks (desk_id, name, created_at) values (%s, 'Acme', now())", [DESK])
        connection.execute(
            """insert into orders (desk_id, number, changed_at)
               select %s, 'ORD-' || n, now() from generate_series(1, %s::int) n""",
            [DESK, ORDERS],
        )
        connection.execute("analyze orders")
    with psycopg.connect(database_url) as connection:
        connection.execute(TENANT, PARAMETERS)
        yield connection


@pytest.mark.parametrize("statement", [LOCK, SNAPSHOT], ids=["lock", "snapshot"])
def test_a_command_does_not_read_through_all_orders(busy, statement):
    plan = psycopg.ClientCursor(busy).execute(f"explain {statement}", PARAMETERS).fetchall()
    assert any("orders_pkey" in line for (line,) in plan)
    assert not [line for (line,) in plan if "Seq Scan on orders" in line]


@pytest.fixture
def grown(database_url):
    """Orders that came after the table was last looked at, when it held one of another desk."""
    many = "insert into orders (desk_id, number, customer, changed_at) select %s, 'ORD-' || n, n::text, now()"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("alter table orders set (autovacuum_enabled = false)")
        for desk, orders in (("T0OTHER", 1), (DESK, ORDERS)):
            connection.execute("insert into desks (desk_id, name, created_at) values (%s, 'Acme', now())", [desk])
            connection.execute(f"{many} from generate_series(1, %s::int) n", [desk, orders])
            connection.execute("analyze orders" if desk != DESK else "select 1")
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "select 1 from only orders where desk_id = %(desk)s and number = 'ORD-1500' for key share",  # of a foreign key
        import_sql.COUNTS,
        import_sql.MISSING,
        import_sql.NEW_LINES,
    ],
    ids=["foreign key", "counts", "missing", "new lines"],
)
def test_an_order_is_looked_up_by_its_number_though_the_planner_knows_of_one_alone(grown, statement):
    values = PARAMETERS | {"good": ["run"], "all": ["run"], "number": 1}
    plan = [line for (line,) in psycopg.ClientCursor(grown).execute(f"explain {statement}", values).fetchall()]
    assert any("orders_pkey on orders" in line and "number =" in below for line, below in pairwise(plan))
