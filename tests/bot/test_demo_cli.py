"""`redtag demo` from outside: what it prints, what it keeps, and what it leaves behind."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from bot.cli.demo import took
from bot.cli.demo_processes import ENDING, child, end_holder, end_on_signals, ran
from tests.demo_runs import demo, until

pytestmark = pytest.mark.xdist_group("demo")

CSR, ROSA = "U0CARL", "U0ROSA"
ORDERS = """order_number,customer,customer_email,currency,order_total,ship_by,line,sku,description,quantity,unit_price,status
#so-77,Harbour & Sons,buyer@harbour.example,USD,20.00,2026-12-01,1,ABC-9,Rope,2,10.00,open
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """One folder for most of these tests: the first start makes it, the others find it as the last one left it."""
    return tmp_path_factory.mktemp("shared") / "data"


@pytest.fixture
def fresh_dir(tmp_path):
    return tmp_path / "data"


def test_the_first_start_fills_the_desk_and_a_second_one_keeps_everything(data_dir):
    with demo(data_dir) as run:
        run.started()
        assert f"Playground: {run.address}\n" in run.said
        assert run.address.startswith("http://127.0.0.1:")
        assert "241 new" in run.said
        assert run.type(CSR, "/hold ORD-1001 credit waiting for wire")["ok"]
        card = until(run.cards)[0]
        assert run.click(ROSA, card, "request.approve")["ok"]
        until(lambda: "request.approve" not in str(run.cards()[0]["blocks"]))
        code, said = run.stop(signal.SIGINT)
        assert (code, said.splitlines()[-1], run.left()) == (0, "Stopped.", [])
    began = time.monotonic()
    with demo(data_dir) as run:
        run.started()
        assert time.monotonic() - began < 15
        assert "Import" not in run.said
        assert "R-1" in run.cards()[0]["text"]
        assert run.type(CSR, "/order ORD-1001")["ok"]
        assert "Credit" in run.private(CSR)[-1]
        code, said = run.stop(signal.SIGTERM)
        assert (code, said.splitlines()[-1], run.left()) == (0, "Stopped.", [])


@pytest.mark.parametrize(
    ("before", "said"),
    [(0, "4.4 s"), (1.3, "4.4 s"), (47.2, "52 s (installation 47 s, start 4.4 s)")],
)
def test_the_time_of_an_installation_is_told_with_that_of_the_start(before, said):
    assert took(4.4, before) == said


def test_a_second_demo_at_once_is_told_where_the_first_one_is(data_dir):
    with demo(data_dir) as first:
        first.started()
        with demo(data_dir) as second:
            code, said = second.ended()
        assert code == 1
        (line,) = said.splitlines()
        assert line.startswith(f"The demo is running already: {first.address}. Stop it with Ctrl-C")
        assert httpx.get(first.address, trust_env=False).status_code == 200


def kept_in(saved):
    """What the playground has written of its messages for good."""
    with closing(sqlite3.connect(saved)) as database:
        return str(database.execute("SELECT value FROM entries WHERE kind = 'messages'").fetchall())


def test_after_kill_9_nothing_runs_on_and_the_next_start_works(data_dir):
    with demo(data_dir) as run:
        run.started()
        before = len(run.cards())
        run.type(CSR, "/hold ORD-1004 credit")
        until(lambda: run.cards()[before:])
        saved = run.folder / "playground.json"
        until(lambda: saved.exists() and "ORD-1004" in kept_in(saved))
        run.process.kill()
        run.ended()
        if sys.platform == "linux":  # elsewhere the children stay until the next start
            until(lambda: run.left() == [], 20, run.left)
    with demo(data_dir) as again:
        again.started()
        assert "ORD-1004" in again.cards()[before]["text"]
        again.stop()
        assert again.left() == []


def test_ctrl_c_while_it_starts_leaves_nothing_running(fresh_dir):
    with demo(fresh_dir) as run:
        until(lambda: "Importing" in run.said, 30)
        code, said = run.stop()
        assert (code, said.splitlines()[-1], run.left()) == (0, "Stopped.", [])
        assert "Playground:" not in said


def kill_part(run, name):
    os.kill(json.loads((run.folder / f"{name}.lock").read_text())["pid"], signal.SIGKILL)


@pytest.fixture
def ctrl_c_comes_while_a_child_starts(monkeypatch):
    """The children that were started, each with Ctrl-C before anybody else knew of it."""
    before, made = {number: signal.getsignal(number) for number in ENDING}, []

    class Interrupted(subprocess.Popen):
        def __init__(self, *words, **options):
            super().__init__(*words, **options)
            made.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    end_on_signals()
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)
    for process in made:
        process.kill()
        process.wait()


def run_child(folder, words):
    with child(folder, "bot", words, os.environ):
        pytest.fail("Ctrl-C came before")


@pytest.mark.parametrize("start", [run_child, lambda _, words: ran(words, os.environ, output=subprocess.PIPE)])
def test_ctrl_c_while_a_child_starts_ends_the_child_first(tmp_path, start, ctrl_c_comes_while_a_child_starts):
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path, [sys.executable, "-c", "import time; time.sleep(60)"])
    (process,) = ctrl_c_comes_while_a_child_starts
    assert process.returncode == -signal.SIGTERM


def test_when_the_bot_dies_the_page_stays_and_shows_what_slack_would(data_dir):
    with demo(data_dir) as run:
        run.started()
        kill_part(run, "bot")
        until(lambda: f"The bot has ended: {run.folder}/bot.log says why." in run.said)
        assert run.type(CSR, "/order ORD-1004")["shown"] == '/order failed with the error "dispatch_failed"'
        assert run.stop()[0] == 0
        assert run.left() == []


def test_when_the_page_dies_the_demo_stops_and_says_so(data_dir):
    with demo(data_dir) as run:
        run.started()
        kill_part(run, "playground")
        code, said = run.ended()
        assert code == 1
        assert said.splitlines()[-1] == (
            f"The playground has ended, so the demo stops: {run.folder}/playground.log says why."
        )
        assert run.left() == []


def test_what_a_killed_demo_left_running_is_stopped_before_the_next_starts(data_dir):
    holder = hold_lock(data_dir / "demo" / "bot.lock")
    with demo(data_dir) as run:
        run.started()
        assert "Stopped what an earlier demo had left running." in run.said
        assert holder.wait(5) == -signal.SIGTERM


def test_a_leftover_that_does_not_listen_is_killed(tmp_path):
    holder = hold_lock(tmp_path / "bot.lock", deaf=True)
    assert end_holder(tmp_path / "bot.lock", seconds=0.2) is True
    assert holder.wait(5) == -signal.SIGKILL
    assert end_holder(tmp_path / "bot.lock") is False


def hold_lock(lock, *, deaf=False):
    """Somebody who holds it and said so, as the children of a demo do."""
    script = """
import fcntl, json, os, signal, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
if sys.argv[2] == "True":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
file.truncate(0)
json.dump({"pid": os.getpid()}, file)
file.flush()
print("held", flush=True)
time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", script, str(lock), str(deaf)], stdout=subprocess.PIPE, text=True)
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
    return holder


def test_reset_stops_the_one_that_runs_and_starts_over(data_dir):
    with demo(data_dir) as first:
        first.started()
        first.type(CSR, "/hold ORD-1010 credit")
        until(first.cards)
        with demo(data_dir, "--reset") as second:
            second.started()
            code, said = first.ended()
            assert (code, said.splitlines()[-1]) == (0, "Stopped.")
            assert "Stopped the demo that was running.\nStarted over: the demo's data is gone.\n" in second.said
            assert second.cards() == []
            assert "241 new" in second.said
            assert second.stop()[0] == 0


def test_a_taken_port_is_one_clear_line(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as taken, demo(data_dir, "--port", taken.getsockname()[1]) as run:
        code, said = run.ended()
        assert code == 1
        (line,) = said.splitlines()
        assert line.startswith(f"Port {taken.getsockname()[1]} cannot be used (Address already in use): choose")


def test_without_a_port_it_takes_8080_or_the_next_free_one(data_dir):
    with ExitStack() as stack:
        least = 8080  # where somebody has it at this moment, who may give it back
        with suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", 8080)))
            least = 8081
        run = stack.enter_context(demo(data_dir))
        assert least <= int(run.started().address.rsplit(":", 1)[1]) < 8180


def test_two_demos_that_start_at_once_get_a_port_each(data_dir, fresh_dir):
    with demo(data_dir) as one, demo(fresh_dir) as other:
        assert one.started().address != other.started().address
        assert one.type(CSR, "/hold ORD-1014 credit")["ok"]
        until(lambda: "ORD-1014" in str(one.cards()))
        assert other.cards() == []


def test_a_data_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with demo(tmp_path / "data", REDTAG_DATA_DIR=str(tmp_path / "file" / "data")) as run:
        code, said = run.ended()
    assert code == 1
    (line,) = said.splitlines()
    assert "cannot be written (Not a directory)" in line
    assert "REDTAG_DATA_DIR" in line


def test_a_bad_order_file_is_said_and_a_good_one_takes_the_place_of_the_sample(fresh_dir, tmp_path):
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("colour,size\nred,9\n")
    good.write_text(ORDERS)
    with demo(fresh_dir, "--orders", bad) as run:
        code, said = run.ended()
        assert code == 1
        assert "bad.csv" in said
        assert "Traceback" not in said
        assert run.left() == []
    with demo(fresh_dir, "--orders", good) as run:
        run.started()
        assert "Orders: 1 new" in run.said
        assert run.type(CSR, "/order so-77")["ok"]
        assert "Harbour" in str(run.look("messages", user=CSR, channel="C0ORDERS")["ephemerals"][-1])
        run.type(CSR, "/hold ORD-1001 credit")
        assert "There is no order *ORD-1001*" in run.private(CSR)[-1]


def test_an_order_file_that_is_not_there_is_wrong_usage(fresh_dir):
    with demo(fresh_dir, "--orders", "nowhere.csv") as run:
        code, said = run.ended()
    assert code == 2
    assert "nowhere.csv" in said


def test_over_socket_mode_a_hold_is_asked_for_and_signed(data_dir):
    with demo(data_dir, "--socket-mode") as run:
        run.started()
        before = len(run.cards())
        assert run.type(CSR, "/hold ORD-1002 credit over the socket")["ok"]
        card = until(lambda: run.cards()[before:])[0]
        assert run.click(ROSA, card, "request.approve")["ok"]
        until(lambda: "request.approve" not in str(run.cards()[before]["blocks"]))
        assert "Rosa" in str(run.cards()[before]) or ROSA in str(run.cards()[before])
