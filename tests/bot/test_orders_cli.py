"""`redtag orders import` as people and scripts run it."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from bot.cli import group
from bot.cli.common import run
from bot.cli.orders import refused_row
from bot.main.stop import Stop
from playground.samples import FOLDER
from store.policies import apply_policy
from tests.workflows.order_files import line, sale, written
from workflows.imports.values import RefusedRow
from workflows.policy.load import parse_policy

POLICY = Path(__file__).parents[2] / "playground" / "demo_policy.toml"
DESK = "T0ACME"
PLAIN_NUMBERS = {"pattern": "[0-9]+", "strip": "#"}


def apply(url, desk=DESK, **order_number):
    policy = parse_policy(POLICY.read_text())
    form = policy.desk.order_number.model_copy(update=order_number)
    policy = policy.model_copy(update={"desk": policy.desk.model_copy(update={"order_number": form})})
    run(url, lambda pool: apply_policy(pool, desk, policy, by="test"))


@pytest.fixture
def redtag(database_url, monkeypatch, tmp_path):
    """Runs `redtag orders import` on a desk of its own, in a folder of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    apply(database_url)
    runner = CliRunner()
    return lambda *words: runner.invoke(group, ["orders", "import", *map(str, words)])


def file(rows, name="orders.csv"):
    path = Path(name)
    path.write_bytes(rows if isinstance(rows, bytes) else written(rows))
    return path


def listed(path):
    with Path(path).open(encoding="utf-8", newline="") as found:
        return list(csv.DictReader(found))


def test_the_json_has_the_form_that_scripts_rely_on(redtag):
    result = redtag(file([line(), line(number=2), line("ORD-2")]), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "import": 1,
        "preset": "redtag",
        "rows": {"read": 3, "accepted": 3, "refused": 0},
        "orders": {"new": 2, "changed": 0, "unchanged": 0, "missing": 0, "refused": 0},
        "exceptions": [],
        "drift": [],
        "errors": None,
    }


def test_refused_rows_are_listed_beside_the_file_and_the_rest_is_done(redtag):
    result = redtag(file([line(), line("ORD-2", quantity="-3"), line("ORD-3", status="lost")]), "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 0
    assert said["rows"] == {"read": 3, "accepted": 1, "refused": 2}
    assert said["errors"] == "orders.csv.errors.csv"
    assert Path("orders.csv.errors.csv").read_text(encoding="utf-8").splitlines()[0] == "row,column,value,reason"
    first, second = listed("orders.csv.errors.csv")
    assert first == {"row": "3", "column": "quantity", "value": "-3", "reason": "is below zero"}
    assert (second["row"], second["column"], second["value"]) == ("4", "status", "lost")


def test_the_list_goes_where_it_is_asked_to_go(redtag):
    result = redtag(file([line(), line("ORD-2", quantity="x")]), "--errors", "bad rows.csv", "--json")
    assert json.loads(result.stdout)["errors"] == "bad rows.csv"
    assert len(listed("bad rows.csv")) == 1
    assert not Path("orders.csv.errors.csv").exists()


def test_a_list_of_an_earlier_run_does_not_outlive_a_clean_one(redtag):
    Path("bad.csv").write_text("row,column,value,reason\n7,sku,x,y\n")
    result = redtag(file([line()]), "--errors", "bad.csv", "--json")
    assert json.loads(result.stdout)["errors"] is None
    assert listed("bad.csv") == []


def test_no_list_appears_where_nothing_was_refused(redtag):
    redtag(file([line()]))
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


def test_a_guessed_encoding_is_said(redtag):
    Path("orders.csv").write_bytes(written([line(customer="Dvořák")]).decode().encode("cp1250"))
    assert "read as Windows-1252, which is a guess: “Dvoøák”." in redtag("orders.csv", "--yes").output


def test_values_in_the_list_are_no_formulas(redtag):
    redtag(file([line(), line("ORD-2", quantity="=1+1"), line("ORD-3", status="@now"), line("ORD-4", unit_price="-5")]))
    assert [row["value"] for row in listed("orders.csv.errors.csv")] == ["'=1+1", "'@now", "-5"]


def test_people_are_told_what_happened_and_the_first_bad_rows(redtag):
    bad = [line(f"ORD-{number}", quantity="x") for number in range(10, 20)]
    result = redtag(file([line(), *bad]))
    assert result.exit_code == 0
    assert (
        "Import 1 (redtag): 11 rows, 10 of them refused. Orders: 1 new, 0 changed, 0 unchanged, 10 refused."
        in result.output
    )
    assert "row 3: quantity 'x' is not a whole number of units" in result.output
    assert "… and 5 more" in result.output
    assert "orders.csv.errors.csv" in result.output


def test_importing_again_changes_nothing_and_says_so(redtag):
    redtag(file([line(), line("ORD-2")]))
    result = redtag(file([line()]))
    assert "0 new, 0 changed, 1 unchanged, 0 refused; 1 that the desk knows are not in the file." in result.output


def test_a_dry_run_stores_nothing_and_lists_the_bad_rows(redtag):
    tried = redtag(file([line(), line("ORD-2", quantity="x")]), "--dry-run", "--json")
    said = json.loads(tried.stdout)
    assert (tried.exit_code, said["import"], said["orders"]["new"]) == (0, None, 1)
    assert len(listed("orders.csv.errors.csv")) == 1
    assert json.loads(redtag(file([line()]), "--json").stdout)["import"] == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b"", "orders.csv was not imported. The file is empty."),
        (b"a,b\n1,2\n", "not a header that is known here"),
        (b"PK\x03\x04", "This is a workbook"),
        (written([line()]).splitlines(keepends=True)[0], "There is no order in this file"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_1(redtag, rows, said):
    result = redtag(file(rows), "--json")
    assert isinstance(result.exception, Stop)
    assert said in str(result.exception)


def test_a_file_from_which_nothing_could_be_taken_is_exit_1(redtag):
    result = redtag(file([line(quantity="x")]), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["import"] is None


@pytest.mark.parametrize("words", [["missing.csv"], ["orders.csv", "--preset", "sap"], []])
def test_wrong_usage_is_exit_2(redtag, words):
    file([line()])
    assert redtag(*words).exit_code == 2


def test_an_errors_file_that_cannot_be_written_stops_before_anything_is_stored(redtag):
    rows = [line(), line("ORD-2", quantity="x")]
    result = redtag(file(rows), "--errors", "no/such/folder/bad.csv")
    assert isinstance(result.exception, Stop)
    assert "cannot be written to no/such/folder/bad.csv" in str(result.exception)
    assert json.loads(redtag(file(rows), "--json").stdout)["import"] == 1


def test_nothing_temporary_is_left_where_an_import_failed(redtag):
    data = written([line("ORD-2", quantity="x")]) + b'"' + b"y\n" * 10_100  # a quote that never ends
    assert isinstance(redtag(file(data)).exception, Stop)
    assert [path.name for path in Path().iterdir()] == ["orders.csv"]


def test_the_team_says_which_desk_where_there_are_several(redtag, database_url):
    apply(database_url, desk="T0OTHER", **PLAIN_NUMBERS)
    assert "say which with --team" in str(redtag(file([sale()])).exception)
    result = redtag(file([sale()]), "--team", "T0OTHER", "--json")
    assert json.loads(result.stdout)["preset"] == "shopify"


def test_the_policy_says_what_an_order_number_is(redtag):
    rows = [line("#ord-123"), line("1001"), line("ORD-7x")]
    redtag(file(rows))
    assert [row["value"] for row in listed("orders.csv.errors.csv")] == ["1001", "ORD-7x"]


@pytest.mark.parametrize(("name", "form"), [("orders-redtag.csv", {}), ("orders-shopify.csv", PLAIN_NUMBERS)])
def test_the_sample_files_come_in_whole_and_twice_without_harm(redtag, database_url, name, form):
    apply(database_url, **form)
    first, again = (json.loads(redtag(FOLDER / name, "--json").stdout) for _ in range(2))
    assert first["orders"]["new"] >= 240
    assert first["rows"]["refused"] == 0
    assert again["orders"] == {**first["orders"], "new": 0, "unchanged": first["orders"]["new"]}


def test_it_works_as_a_process_whose_output_is_only_the_json(redtag, database_url):
    path = file([line(), line("ORD-2", quantity="x")])
    words = [sys.executable, "-m", "bot", "orders", "import", str(path.resolve()), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["orders"]["new"] == 1


@pytest.mark.parametrize(("answer", "stored"), [(b"n\n", 0), (b"y\n", 1)])
def test_a_person_at_a_terminal_sees_the_counts_and_is_asked(redtag, database_url, answer, stored):
    person, terminal = os.openpty()
    words = [sys.executable, "-m", "bot", "orders", "import", str(file([line()]).resolve())]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    os.write(person, answer)
    done = subprocess.run(
        words, stdin=terminal, capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    os.close(terminal)
    os.close(person)
    assert "1 row, 0 of them refused. Orders: 1 new" in done.stdout
    assert "Import this?" in done.stdout
    assert done.returncode == 1 - stored
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from orders").fetchone() == (stored,)


def test_what_changes_is_shown_field_by_field_before_anything_is_stored(redtag):
    redtag(file([line(), line("ORD-2")]))
    result = redtag(file([line(quantity_picked="2", customer="Someone \x9bElse")]), "--dry-run")
    said = result.output.splitlines()
    assert "Changed orders, 1 of 1:" not in said  # a bad character refuses the order
    result = redtag(file([line(quantity_picked="2", customer="Someone Else")]), "--dry-run")
    said = result.output.splitlines()
    assert "  ORD-1: customer Harbour Hardware → Someone Else; line 1 allocated 0 → 2; line 1 picked 0 → 2" in said
    assert "What changes, by orders: customer in 1, picked in 1." in said
    assert "Not in the file, with units still to ship: 1 (ORD-2)" in said
    assert "  They stay open; 1 of them new in `redtag orders missing`, which decides." in said


def test_missing_orders_are_listed_and_decided_about(redtag):
    runner = CliRunner()

    def missing(*words):
        return runner.invoke(group, ["orders", "missing", *words])

    redtag(file([line(), line("ORD-2"), line("ORD-3")]))
    assert missing().output == "No order is missing.\n"
    redtag(file([line()]))
    assert missing().output.splitlines()[0] == "ORD-2  5 to ship  not in the files since import 2  Harbour Hardware"
    assert "Not missing: ORD-1" in str(missing("ord-1", "--shipped").exception)
    assert missing("--shipped", "--leave").exit_code == 2
    assert missing("#ord-2", "--shipped").output == "1 order taken as shipped.\n"
    assert "Say --yes for that" in str(missing("--leave").exception)
    said = json.loads(missing("--leave", "--yes", "--json").stdout)
    assert (said["decided"], [order["order"] for order in said["orders"]]) == ("left as they are", ["ORD-3"])
    assert missing().output == "No order is missing.\n"


def test_a_refused_cell_is_said_in_a_line_that_a_terminal_can_take():
    assert refused_row(RefusedRow(2, "quantity", "", "is missing")) == "row 2: quantity is missing"
    long = RefusedRow(3, "", "\x1b[2J" + "x" * 999, "the quotes of this row do not close")
    assert refused_row(long) == f"row 3: the row '\\x1b[2J{'x' * 56}…' the quotes of this row do not close"
