"""`redtag export` as people and scripts run it."""

import asyncio
import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import group
from tests.office import CSR, DESK, LENA
from tests.races.apps import open_floor
from workflows.commands import CancelOrder, Units


@pytest.fixture
def redtag(database_url, monkeypatch, tmp_path):
    """Runs `redtag` on a desk where two units were cancelled on each of three orders, one of two lines."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    asyncio.run(cancelled(database_url, ["ORD-1", "ORD-2", "ORD-3"]))
    runner = CliRunner()
    return lambda *words: runner.invoke(group, [*map(str, words)])


async def cancelled(url, numbers):
    async with open_floor(url) as floor:
        for number in numbers:
            floor.add_order(number)
            floor.rows(
                "insert into order_lines (desk_id, order_number, key, line, ordered) values (%s, %s, '2', 2, 1)",
                DESK, number,
            )  # fmt: skip
            lines = (Units(1, 2), Units(2, 1)) if number == "ORD-1" else (Units(1, 2),)
            done = await floor.act(CSR, CancelOrder(number, lines, "duplicate"))
            await floor.approve(LENA, done.request)


def test_a_batch_is_taken_once_and_comes_again_byte_for_byte(redtag):
    looked = redtag("export", "cancellations", "--peek")
    assert looked.stderr == "the next batch: 3 changes; nothing was taken\n"
    first = redtag("export", "cancellations")
    assert (first.exit_code, first.stderr) == (0, "batch 1: 3 changes\n")
    rows = list(csv.DictReader(first.stdout.splitlines()))
    assert [(row["order_number"], row["line"], row["batch"]) for row in rows] == [
        ("ORD-1", "1", "1"), ("ORD-1", "2", "1"), ("ORD-2", "1", "1"), ("ORD-3", "1", "1"),
    ]  # fmt: skip
    assert looked.stdout_bytes.count(b"\r\n") == first.stdout_bytes.count(b"\r\n")

    nothing = redtag("export", "cancellations")
    assert (nothing.exit_code, nothing.stderr) == (0, "nothing new: no batch was taken\n")
    assert nothing.stdout_bytes == first.stdout_bytes.splitlines(keepends=True)[0]

    again = redtag("export", "cancellations", "--batch", 1)
    assert (again.stdout_bytes, again.stderr) == (first.stdout_bytes, first.stderr)
    as_json = redtag("export", "cancellations", "--batch", 1, "--json", "--out", "again.csv")
    assert Path("again.csv").read_bytes() == first.stdout_bytes
    assert [path.name for path in Path().iterdir()] == ["again.csv"]
    found = json.loads(as_json.stdout)
    assert (found["batch"], found["kind"], found["changes"], found["out"]) == (1, "cancellations", 3, "again.csv")

    inline = json.loads(redtag("export", "cancellations", "--json").stdout)
    assert (inline["batch"], inline["changes"], inline["taken_at"]) == (None, 0, None)
    assert inline["csv"].encode() == nothing.stdout_bytes
    assert "batch 1: 3 changes, taken " in redtag("export", "cancellations", "--list").stdout
    assert json.loads(redtag("export", "cancellations", "--list", "--json").stdout)[0]["number"] == 1

    missing, other = redtag("export", "cancellations", "--batch", 9), redtag("export", "holds", "--batch", 1)
    assert (missing.exit_code, other.exit_code) == (1, 1)
    assert "no batch 9" in str(missing.exception)
    assert "redtag export cancellations --batch 1" in str(other.exception)
    assert redtag("export", "cancellations", "--peek", "--batch", 1).exit_code == 2
    assert redtag("export", "orders").exit_code == 2


def test_a_file_that_cannot_be_written_takes_nothing_or_says_how_it_comes_again(redtag, monkeypatch):
    nowhere = redtag("export", "cancellations", "--out", "missing/out.csv")
    assert nowhere.exit_code == 1
    assert "Nothing was taken" in str(nowhere.exception)
    assert redtag("export", "cancellations", "--list").stdout == "No batch was taken yet.\n"

    Path("out.csv").write_text("yesterday's")
    monkeypatch.setattr("bot.cli.out_file.os.fsync", full)
    failed = redtag("export", "cancellations", "--out", "out.csv")
    assert failed.exit_code == 1
    assert "Batch 1 is kept: `redtag export cancellations --batch 1` gives it again" in str(failed.exception)
    assert [path.name for path in Path().iterdir()] == ["out.csv"]
    assert Path("out.csv").read_text() == "yesterday's"


def full(_file):
    raise OSError(28, "No space left on device")
