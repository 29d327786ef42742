"""Orders come in, we change some, they go out in the columns that they came in, and a fresh desk has the same ones."""

import asyncio
import io
from collections import defaultdict

import pytest
from click.testing import CliRunner

from bot.cli import group
from playground.samples import FOLDER
from store.imports import import_orders
from store.policies import apply_policy
from tests.office import CSR, DESK, LENA, ROSA
from tests.races.apps import open_floor
from workflows.commands import AddLine, CancelOrder, ChangeOrder, EditLine, Units
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.policy.model import OrderNumberFormat
from workflows.results import Done

FRESH = "T0FRESH"
ROWS = 90  # of a sample: as many as it takes to have every kind of line
WHOLE = ("customer", "customer_email", "currency", "total", "ship_by")
LINE = ("sku", "description", "left", "gone", "unit_price", "picked", "packed", "shipped")
# What a shape has no column for, so that it is not the same on the fresh desk.
LOST = {
    "redtag": (),
    "shopify": ("ship_by", "picked", "packed", "shipped"),
    "woocommerce": ("ship_by", "picked", "packed", "shipped"),
    "amazon": ("currency", "total", "unit_price", "picked", "packed"),
    "netsuite": ("gone",),
}
NAMES = {"amazon": "orders-amazon.tsv"}


def sample(preset):
    name = NAMES.get(preset, f"orders-{preset}.csv")
    return name, b"".join((FOLDER / name).read_bytes().splitlines(keepends=True)[:ROWS])


def take(url, desk, policy, name, content):
    found = open_orders(io.BytesIO(content), name, rules_of(policy))
    return import_orders(url, desk, found, by="cli:test")


def free_orders(floor):
    """Orders of which no line has moved; the first is the only one of its article, by which some sources know it."""
    found = defaultdict(list)
    for row in floor.rows("select order_number, sku, ordered, cancelled, picked, line from order_lines order by line"):
        found[row["order_number"]].append(row)
    return [
        number
        for number, lines in found.items()
        if lines[0]["ordered"] > 2
        and lines[0]["sku"] not in {line["sku"] for line in lines[1:]}
        and not any(line["cancelled"] or line["picked"] for line in lines)
    ]


def picture(floor, desk, lost):
    """Every order of a desk with its lines, without what the shape has no column for."""
    orders = floor.rows("select * from orders where desk_id = %s order by number", desk)
    lines = floor.rows(
        """select *, ordered - cancelled as left, cancelled = ordered as gone from order_lines
           where desk_id = %s order by order_number, line""",
        desk,
    )
    return {
        order["number"]: (
            *(order[name] for name in WHOLE if name not in lost),
            *(
                tuple(line[name] for name in LINE if name not in lost)
                for line in lines
                if line["order_number"] == order["number"]
            ),
        )
        for order in orders
    }


@pytest.mark.parametrize("preset", sorted(LOST))
async def test_what_goes_out_after_our_changes_comes_in_the_same_elsewhere_and_is_taken_over_here(
    database_url, preset, tmp_path, monkeypatch
):
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with open_floor(database_url) as floor:
        settings = floor.policy.desk.model_copy(update={"order_number": OrderNumberFormat()})
        policy = floor.policy.model_copy(update={"desk": settings})
        await apply_policy(floor.pools[0], DESK, policy, by="test")
        name, content = sample(preset)
        assert take(database_url, DESK, policy, name, content).orders.refused == 0
        first, second, *_ = free_orders(floor)
        await approved(floor, CancelOrder(first, (Units(1, 2),), "duplicate"))
        await approved(floor, change(second, priced=preset != "amazon"))

        out = tmp_path / name
        words = ["orders", "export", "--team", DESK, "--preset", preset, "--out", str(out)]
        result = await asyncio.to_thread(CliRunner().invoke, group, words)
        assert result.exit_code == 0, result.output
        await apply_policy(floor.pools[0], FRESH, policy, by="test")
        report = take(database_url, FRESH, policy, name, out.read_bytes())
        assert (report.preset, report.orders.refused) == (preset, 0)
        ours = picture(floor, DESK, LOST[preset])
        assert picture(floor, FRESH, LOST[preset]) == ours
        assert others(floor, FRESH) == others(floor, DESK)

        assert set(heard(floor)) == {""}
        take(database_url, DESK, policy, name, out.read_bytes())
        assert heard(floor) == ["taken_over"] * 2
        assert picture(floor, DESK, LOST[preset]) == ours
        assert floor.rows("select 1 from order_lines where desk_id = %s and ours <> '{}'", DESK) == []


async def approved(floor, command):
    asked = await floor.act(CSR, command)
    assert isinstance(asked, Done), asked
    signed = await floor.approve(LENA, asked.request)
    if signed.what == "signed":
        signed = await floor.approve(ROSA, asked.request)
    assert signed.what == "approved", signed


def change(order, *, priced):
    """Another quantity, and a line more."""
    added = AddLine("NEW-1", 2, "10.00" if priced else "0")
    return ChangeOrder(order, (EditLine(1, 2),), (added,), reason="customer-request")


def heard(floor):
    kinds = ["cancellation.approved", "change.approved"]
    return [row["heard"] for row in floor.rows("select heard from status_changes where kind = any(%s)", kinds)]


def others(floor, desk):
    """Cells of columns that mean nothing to us, wherever they are kept."""
    found = floor.rows(
        """select l.order_number, l.line, o.extra || l.extra as extra
           from order_lines l join orders o on o.desk_id = l.desk_id and o.number = l.order_number
           where l.desk_id = %s and o.extra || l.extra <> '{}' order by 1, 2""",
        desk,
    )
    return [tuple(row.values()) for row in found]
