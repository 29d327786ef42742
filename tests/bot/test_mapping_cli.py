"""Files with columns that nobody has named yet: asked about on a terminal, kept by name, refused without one."""

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from bot.cli import group
from tests.bot.test_orders_cli import apply

ERP = "Auftragsnr;Kunde;Artikelnr;Menge;Einzelpreis;Liefertermin;Status;Bearbeiter\r\n"
ROWS = (
    "ORD-1;Müller GmbH;LMP-1;5;1.234,50;03.04.2026;In Arbeit;Eva\r\n"
    "ORD-2;Meier;LMP-2;2;12,50;05.04.2026;Versandbereit;Jo\r\n"
)
TOML = """
name = "erp"
decimal = ","
currency = "EUR"

[columns]
number = "Auftragsnr"
customer = "Kunde"
ship_by = "Liefertermin"
sku = "Artikelnr"
ordered = "Menge"
unit_price = "Einzelpreis"
status = "Status"

[words]
"in arbeit" = "open"
versandbereit = "packed"
"""


@pytest.fixture
def redtag(database_url, monkeypatch, tmp_path):
    """Runs `redtag orders` on a desk of its own, in a folder with a file whose columns nobody knows."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    Path("erp-2026-11-21.csv").write_bytes((ERP + ROWS).encode("cp1252"))
    Path("erp.toml").write_text(TOML, encoding="utf-8")
    apply(database_url)
    runner = CliRunner()
    return lambda *words: runner.invoke(group, ["orders", *words])


def orders(url):
    query = """
        select o.number, o.customer, o.currency, o.ship_by::text, l.unit_price, l.packed
        from orders o join order_lines l on l.desk_id = o.desk_id and l.order_number = o.number order by 1
    """
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


FOUND = [
    ("ORD-1", "Müller GmbH", "EUR", "2026-04-03", 123450, 0),
    ("ORD-2", "Meier", "EUR", "2026-04-05", 1250, 2),
]


def test_a_mapping_is_kept_shown_used_by_its_columns_and_forgotten(redtag, database_url):
    unknown = redtag("import", "erp-2026-11-21.csv", "--yes")
    assert (unknown.exit_code, orders(database_url)) == (1, [])
    assert "is not a header that is known here" in str(unknown.exception)
    assert "--mapping FILE" in str(unknown.exception)

    once = redtag("import", "erp-2026-11-21.csv", "--mapping", "erp.toml", "--json")
    assert json.loads(once.stdout)["orders"]["new"] == 2
    assert orders(database_url) == FOUND

    assert redtag("mapping", "save", "erp.toml").exit_code == 0
    assert redtag("mapping", "list").output.startswith("erp: 7 columns, saved 20")
    assert redtag("mapping", "show", "erp").output.strip() == TOML.strip()
    again = redtag("import", "erp-2026-11-21.csv", "--json")
    assert json.loads(again.stdout)["preset"] == "erp"
    assert json.loads(again.stdout)["orders"]["unchanged"] == 2

    assert redtag("mapping", "delete", "erp").exit_code == 0
    assert redtag("mapping", "show", "erp").exit_code == 1
    assert redtag("import", "erp-2026-11-21.csv", "--yes").exit_code == 1
    actions = "select action from audit where chain = '' and action like 'mapping.%' order by seq"
    with psycopg.connect(database_url) as connection:
        assert connection.execute(actions).fetchall() == [("mapping.saved",), ("mapping.deleted",)]
    assert "neither a TOML file nor a mapping" in str(
        redtag("import", "erp-2026-11-21.csv", "--mapping", "no").exception
    )


def test_a_terminal_is_asked_only_what_the_file_cannot_tell(redtag, database_url):
    says = {
        "“versandbereit” mean?": "4",
        "which currency": "2",
        "Is this right?": "yes",
        "under which name?": "",
        "Import this?": "y",
    }
    done = on_a_terminal(("import", "erp-2026-11-21.csv"), says, database_url)
    assert "Kept as “erp”" in done
    assert done.count("Number") == 2
    assert orders(database_url) == FOUND


def on_a_terminal(words, says, url):
    """Runs the command on a terminal of its own and answers its prompts, each of which must come."""
    master, slave = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": url, "COLUMNS": "120", "TERM": "dumb"}
    command = [sys.executable, "-m", "bot", "orders", *words]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True) as process:
        os.close(slave)
        seen = ""
        for question, answer in says.items():
            seen = read_until(master, seen, question)
            os.write(master, f"{answer}\n".encode())
        seen = read_until(master, seen, None)
    os.close(master)
    assert process.returncode == 0, seen
    return seen


def read_until(terminal, seen, question):
    """All that the terminal shows, up to the question, or to its end."""
    at = len(seen)
    while question is None or question not in " ".join(seen[at:].split()):
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, f"{question!r} did not come: {seen}"
        try:
            more = os.read(terminal, 65536)
        except OSError:  # Linux's word for the end of a terminal
            more = b""
        if not more:
            assert question is None, f"{question!r} did not come: {seen}"
            return seen
        seen += more.decode(errors="replace")
    return seen
