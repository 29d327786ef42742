"""The statements of a command find their rows through an index, behind the row-level policies too."""

import psycopg
import pytest

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
