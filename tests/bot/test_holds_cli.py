"""`redtag holds import`: the holds of a spreadsheet are in force at once, and are released like any other."""

import asyncio
import csv
import io
import json

import pytest
from click.testing import CliRunner

from bot.cli import group
from store.hold_import import import_holds
from store.reading import Reading
from tests.office import CREDIT_CHANNEL, CSR, DESK, FLOOR_CHANNEL, IVAN, ROSA, open_office, seen
from workflows.hold_files import read_holds

ORDERS = ("ORD-123", "ORD-124")
FILE = """Order,Reason,Since,Who,Note
ORD-123,credit,2026-11-02,rosa@acme.example,over the limit
ORD-124,Stock missing or in doubt,,Old Joe,=pallet 7
ORD-124,nonsense,,,
ORD-999,credit,,,
"""


@pytest.fixture
async def office(database_url, monkeypatch):
    async with open_office(database_url) as office:
        for number in ORDERS:
            office.add_order(number)
        # The bot has heard of Rosa.
        await office.command(ROSA, "/order ORD-123")
        monkeypatch.setenv("DATABASE_URL", office.url)
        yield office


async def invoke(*arguments):
    return await asyncio.to_thread(CliRunner().invoke, group, ["holds", "import", *map(str, arguments)])


async def test_todays_holds_are_in_force_seen_everywhere_and_released_like_any_other(office, tmp_path):
    file, errors = tmp_path / "holds.csv", tmp_path / "errors.csv"
    file.write_text(FILE)
    dry = await invoke(file, "--dry-run")
    assert "Dry run, nothing stored: 2 holds on 2 orders, 0 there already, 2 rows refused." in dry.stdout
    assert "row 4: Reason 'nonsense' is not a hold reason of this desk: use credit" in dry.stdout
    assert office.rows("select 1 from holds") == []

    done = json.loads((await invoke(file, "--yes", "--json", "--errors", errors)).stdout)
    assert (done["rows"], done["errors"]) == ({"new": 2, "already": 0, "refused": 2}, str(errors))
    assert [(each["hold"], each["order"], each["reason"]) for each in done["new"]] == [
        ("H-1", "ORD-123", "credit"),
        ("H-2", "ORD-124", "stock"),
    ]
    with errors.open(newline="") as found:
        assert [row[:3] for row in csv.reader(found)] == [
            ["row", "column", "value"],
            ["4", "Reason", "nonsense"],
            ["5", "Order", "ORD-999"],
        ]
    held = office.rows(
        "select number, state, owner, requested_by, request, requested_at = active_at as since from holds"
    )
    assert [(row["state"], row["requested_by"], row["request"], row["since"]) for row in held] == [
        ("active", ROSA, None, True),
        ("active", "imported: Old Joe", None, True),
    ]
    assert office.rows("select 1 from notices where kind <> 'reply'") == []
    assert office.rows("select 1 from status_changes") == []
    (entry,) = [each for each in office.audit() if each["action"] == "hold.imported"]
    assert entry["facts"]["since"].startswith("2026-11-02")
    facts = {name: entry["facts"][name] for name in ("who", "row", "file", "note")}
    assert facts == {"who": "rosa@acme.example", "row": 2, "file": "holds.csv", "note": "over the limit"}
    assert len(entry["facts"]["sha256"]) == 64
    assert [each["action"] for each in office.audit("")].count("holds.imported") == 1

    again = await invoke(file)
    assert "Nothing new: 0 holds on 0 orders, 2 there already, 2 rows refused." in again.stdout
    assert "row 2: ORD-123 is held already (H-1)" in again.stdout
    assert len(office.rows("select 1 from holds")) == 2

    reading = Reading(office.parts.pool)
    assert [each.id for each in (await reading.order(DESK, "ORD-123")).gate.blocks] == ["H-1"]
    assert {each.id for each in await reading.queue(DESK)} == {"H-1", "H-2"}
    shown = await office.command(CSR, "/order ORD-124")
    assert "imported: Old Joe" in seen(shown.message)
    await office.workspace.click(CSR, shown.message, "hold.release")
    (form,) = office.workspace.views(CSR)
    assert form.body["callback_id"] == "release.submit"
    refused = await office.command(ROSA, "/hold ORD-123 credit")
    assert "already has this hold (H-1" in seen(refused.message)

    await office.command(CSR, "/release ORD-123 paid")
    await office.settled()
    (card,) = office.cards(CREDIT_CHANNEL)
    await office.workspace.click(IVAN, card, "request.approve")
    await office.settled()
    assert "Clear to ship" in seen(office.cards(FLOOR_CHANNEL)[-1])
    assert office.row("select state, closed_at is not null as closed from holds where number = 1") == {
        "state": "released",
        "closed": True,
    }
    (change,) = office.rows("select kind, facts from status_changes")
    assert (change["kind"], change["facts"]["hold"]) == ("hold.released", 1)


async def test_a_file_without_one_good_row_changes_nothing_and_says_so_by_its_exit_code(office, tmp_path):
    file = tmp_path / "holds.csv"
    file.write_text("number,reason\nORD-999,credit\n")
    result = await invoke(file, "--yes")
    assert (result.exit_code, "Nothing new" in result.stdout) == (1, True)
    file.write_text("")
    result = await invoke(file, "--yes")
    assert "was not imported. The file is empty." in str(result.exception)
    assert office.rows("select 1 from audit where action in ('hold.imported', 'holds.imported')") == []


async def test_a_file_and_a_person_at_one_instant_make_one_hold(office):
    file = read_holds(io.BytesIO(b"number,reason\nORD-123,credit\nORD-124,credit\n"), "holds.csv")
    importing = import_holds(office.parts.pool, DESK, office.policy, file, by="cli:test")
    done, *_ = await asyncio.gather(importing, *(office.command(ROSA, f"/hold {each} credit") for each in ORDERS))
    assert len(done.judged.holds) + len(done.judged.already) == 2
    held = office.rows("select order_number, number from holds where state = 'active' order by number")
    assert sorted(row["order_number"] for row in held) == list(ORDERS)
    assert [row["number"] for row in held] == [1, 2]
