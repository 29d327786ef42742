"""`redtag serve`, `redtag worker` and the command line, as operators meet them: exit codes, lines, signals, logs."""

import asyncio
import signal
import socket
import time
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest

from playground.slack.seed import demo_seed
from playground.slack.workspace import Workspace, running
from store.policies import apply_policy
from store.pool import make_pool
from tests.demo_runs import PLAIN
from tests.office import CSR, DEMO_POLICY, DESK, FLOOR_CHANNEL, IVAN, ROSA, WALT, Office, seen
from tests.processes import door, eventually, free_port, process, redtag
from workflows.policy.load import parse_policy

NEEDED = {"SLACK_SIGNING_SECRET": "0123456789abcdef", "SLACK_BOT_TOKEN": "xoxb-0123456789"}
CANARY = "canary4711"
NOBODY = "postgresql://redtag:canary4711@127.0.0.1:1/redtag"


@pytest.fixture
async def desk(database_url):
    """A workspace, a desk in the database with its policy and one order, and nobody who serves them yet."""
    workspace = Workspace(
        demo_seed(),
        signing_secret=f"secret-{CANARY}",
        bot_token=f"xoxb-{CANARY}",
        app_token=f"xapp-{CANARY}",
    )
    workspace.rate_limits = False
    policy = parse_policy(DEMO_POLICY.read_text())
    async with running(workspace):
        async with make_pool(database_url, options="") as pool:
            await apply_policy(pool, DESK, policy, by="test")
        desk = Office(workspace, None, database_url, policy)
        desk.add_order()
        yield desk


def settings_for(desk, **more):
    return {
        "DATABASE_URL": desk.url,
        "PORT": str(free_port()),
        "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
        "RESEND_API_KEY": f"re_{CANARY}",
        "RESEND_API_URL": f"{desk.workspace.base_url}/resend",
        "SLACK_API_URL": f"{desk.workspace.base_url}/api/",
        "SLACK_BOT_TOKEN": desk.workspace.bot_token,
        "SLACK_SIGNING_SECRET": desk.workspace.signing_secret,
        **more,
    }


@asynccontextmanager
async def serving(desk, folder, *words, **more):
    settings = settings_for(desk, **more)
    desk.workspace.connect_http(f"http://127.0.0.1:{settings['PORT']}/slack/events")
    async with process("serve", settings, folder, *words) as serve:
        await eventually(serve.is_ready)
        yield serve


# The command line


def test_help_names_every_command():
    done = redtag("--help")
    assert done.code == 0
    for word in ("demo", "serve", "worker", "migrate", "desk", "orders", "gate", "audit", "manifest"):
        assert f"\n  {word} " in done.output


def test_an_unknown_command_or_option_is_wrong_usage():
    assert redtag("nonsense").code == 2
    assert redtag("serve", "--nonsense").code == 2


def test_what_nobody_expected_is_one_line_without_a_traceback_or_a_secret(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop table policies cascade")
    done = redtag("gate", "ORD-123", "--team", DESK, DATABASE_URL=database_url)
    assert done.code == 1
    assert done.line.startswith("Something went wrong: UndefinedTable")
    assert "REDTAG_LOG_LEVEL=debug" in done.line
    debug = redtag("gate", "ORD-123", "--team", DESK, DATABASE_URL=database_url, REDTAG_LOG_LEVEL="debug")
    assert "Traceback" in debug.errors


# Settings


def test_each_missing_setting_is_one_line():
    done = redtag("serve")
    assert done.code == 2
    assert [line.split(" ")[0] for line in done.errors.splitlines()] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]
    assert redtag("serve", SLACK_APP_TOKEN="xapp-1").line.startswith("SLACK_BOT_TOKEN is missing")
    assert redtag("worker").line.startswith("SLACK_BOT_TOKEN is missing")


def test_each_wrong_setting_is_one_line_that_does_not_repeat_it():
    wrong = {
        "DATABASE_URL": f"mysql://{CANARY}",
        "PORT": CANARY,
        "REDTAG_LOG_LEVEL": CANARY,
        "SLACK_API_URL": f"https://{CANARY}",
    }
    done = redtag("serve", **NEEDED, **wrong)
    assert done.code == 2
    assert sorted(line.split(" ")[0] for line in done.errors.splitlines()) == sorted(wrong)
    assert CANARY not in done.errors


@pytest.mark.parametrize(
    "address",
    [
        f"{NOBODY}?{CANARY}=1",
        NOBODY.replace(":1/", f":{CANARY}/"),
        f"postgresql://redtag:half@{CANARY}@127.0.0.1:1/none",
    ],
)
def test_an_address_that_cannot_be_read_is_wrong_and_is_not_repeated(address):
    done = redtag("serve", **NEEDED, DATABASE_URL=address)
    assert done.code == 2
    assert done.line.startswith("DATABASE_URL cannot be read")
    assert CANARY not in done.line


# Starting


def test_a_taken_port_is_one_line(database_url):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        done = redtag("serve", **NEEDED, DATABASE_URL=database_url, PORT=str(port))
    assert (done.code, done.line) == (
        1,
        f"Port {port} cannot be used: Address already in use. Set PORT to a free one.",
    )


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("migrate",), ("gate", "ORD-1")])
def test_a_database_that_is_not_there_is_one_line(words):
    done = redtag(*words, **NEEDED, DATABASE_URL=NOBODY)
    assert done.code == 1
    assert done.line.startswith("The database cannot be reached: ")
    assert "Connection refused" in done.line
    assert CANARY not in done.line


def test_a_database_that_never_answers_is_one_line_within_seconds():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://redtag@127.0.0.1:{silent.getsockname()[1]}/redtag"
        done = redtag("serve", **NEEDED, DATABASE_URL=address)
    assert done.code == 1
    assert done.line.startswith("The database cannot be reached: ")


def test_a_database_that_was_not_migrated_names_the_command(empty_database_url):
    for word in ("serve", "worker"):
        done = redtag(word, **NEEDED, DATABASE_URL=empty_database_url)
        assert done.code == 1
        assert "run `redtag migrate`" in done.line


def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = redtag("serve", **NEEDED, data_dir=tmp_path / "file" / "data")
    assert done.code == 1
    assert "cannot be written (Not a directory)" in done.line


# Health


async def test_readiness_follows_the_database_and_liveness_does_not(desk, tmp_path):
    async with door(desk.url) as way, serving(desk, tmp_path, DATABASE_URL=way.url) as serve:
        way.shut()
        await eventually(serve.is_not_ready, 5)
        assert (await serve.page("/readyz")).json()["problems"] == ["the database cannot be reached"]
        assert (await serve.page("/healthz")).status_code == 200
        await asyncio.sleep(4)  # an outage of some length: it must not stretch the way back
        await way.open()
        await eventually(serve.is_ready, 5)
        way.stick()
        await eventually(serve.is_not_ready, 5)
        assert (await serve.page("/healthz")).status_code == 200
        late = await desk.command(CSR, "/hold ORD-123 credit")
        assert "could not finish this in time" in seen(late.message)
        way.flow()
        await eventually(serve.is_ready, 5)
        again = await desk.command(CSR, "/hold ORD-123 credit")
        assert "R-1" in seen(again.message)
        assert [entry["trace"] in seen(late.message) for entry in serve.said("request.late")] == [True]


# Stopping


async def test_sigterm_under_load_finishes_what_it_holds(desk, tmp_path):
    orders = [desk.add_order(f"ORD-{number}") for number in range(2000, 2060)]
    desk.workspace.fail("chat.postMessage", delay=60, times=-1)
    async with serving(desk, tmp_path) as serve:
        asked = [asyncio.ensure_future(desk.command(CSR, f"/hold {order} credit")) for order in orders]
        await eventually(lambda: sum(one.done() for one in asked) > 5)
        began = time.monotonic()
        serve.process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*asked)
        assert await serve.ended() == 0
        assert time.monotonic() - began < 10
    stored = desk.row("select count(*) as count from requests")["count"]
    assert sum(answer.error is None for answer in answers) == stored > 5
    cards = desk.row("select count(*) as count from notices where kind = 'card' and state = 'ready'")["count"]
    assert cards == stored


async def test_a_request_that_never_ends_does_not_keep_it_from_stopping(desk, tmp_path):
    async with serving(desk, tmp_path) as serve:
        _, writer = await asyncio.open_connection("127.0.0.1", int(serve.address.rsplit(":", 1)[1]))
        writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\npart")
        await writer.drain()
        assert (await serve.page("/healthz")).status_code == 200
        began = time.monotonic()
        serve.process.send_signal(signal.SIGTERM)
        assert await serve.ended() == 0
        assert time.monotonic() - began < 10
        writer.close()


# Delivery in a process of its own


async def test_a_worker_delivers_what_serve_stored_as_soon_as_it_is_told(desk, tmp_path):
    heard = []
    with psycopg.connect(desk.url, autocommit=True) as listening:
        listening.execute("listen redtag_notices")
        async with serving(desk, tmp_path, "--no-worker"):
            assert (await desk.command(CSR, "/hold ORD-123 credit")).error is None
            heard = await asyncio.to_thread(lambda: list(listening.notifies(timeout=5, stop_after=1)))
            assert desk.cards() == []
            async with process("worker", settings_for(desk), tmp_path) as worker:
                (card,) = await eventually(desk.cards)
                assert "R-1" in seen(card)
                await desk.workspace.click(ROSA, card, "request.approve")
                await eventually(lambda: desk.workspace.messages(CSR))
                worker.process.send_signal(signal.SIGTERM)
                assert await worker.ended() == 0
    assert heard


# Logs


async def test_one_trace_leads_from_the_request_to_the_last_notice_it_caused(desk, tmp_path):
    async with serving(desk, tmp_path) as serve:
        await desk.command(CSR, "/hold ORD-123 credit")
        (card,) = await eventually(desk.cards)
        await desk.workspace.click(ROSA, card, "request.approve")
        await eventually(lambda: desk.workspace.messages(CSR))
        await desk.command(CSR, "/release ORD-123 paid")
        _, card = await eventually(lambda: len(desk.cards()) > 1 and desk.cards())
        await desk.workspace.click(IVAN, card, "request.approve")
        await eventually(lambda: desk.workspace.messages(FLOOR_CHANNEL) and desk.workspace.mails)
        await eventually(lambda: not desk.rows("select 1 from notices where state = 'ready'"))
        await eventually(lambda: len(serve.said("notice.sent")) >= 8)
        handled = {entry["trace"]: entry for entry in serve.said("request.handled")}
        assert [entry["name"] for entry in handled.values()] == [
            "/hold", "request.approve", "/release", "request.approve",
        ]  # fmt: skip
        *_, last = handled
        assert {entry["kind"] for entry in serve.said("notice.sent") if entry["trace"] == last} == {
            "card.redraw", "floor", "floor.email", "outcome", "reply",
        }  # fmt: skip
        assert {entry["trace"] for entry in serve.said("notice.sent")} <= set(handled)


@pytest.mark.slow  # breaks the database under a live process, which on a busy machine outlasts Slack's three seconds
async def test_no_log_has_a_secret_in_it_whatever_goes_wrong(desk, tmp_path, server):
    role = f"{CANARY}_{desk.url.rsplit('_', 1)[1]}"
    server.execute(f"create role {role} login superuser password '{CANARY}'")
    where = desk.url.rsplit("@", 1)[1]
    try:
        async with door(f"postgresql://{role}:{CANARY}@{where}") as way:
            await everything_goes_wrong(desk, tmp_path, way)
    finally:
        server.execute(f"drop owned by {role}")
        server.execute(f"drop role {role}")


async def everything_goes_wrong(desk, tmp_path, way):
    workspace = desk.workspace
    async with serving(
        desk,
        tmp_path,
        DATABASE_URL=way.url,
        REDTAG_LOG_LEVEL="debug",
        SLACK_SIGNING_SECRET_PREVIOUS=f"before-{CANARY}",
    ) as serve:
        workspace.fail("chat.postMessage", "invalid_auth")
        workspace.fail("chat.postMessage", status=500)
        workspace.fail("chat.postMessage", cut=True)
        workspace.fail("response_url", status=500)
        await desk.command(CSR, "/hold ORD-123 credit")
        await eventually(lambda: serve.said("notice.retry") or serve.said("notice.dead"))
        async with httpx.AsyncClient(**PLAIN) as client:
            signed = {"x-slack-signature": f"v0={'0' * 64}", "x-slack-request-timestamp": str(int(time.time()))}
            url = f"{serve.address}/slack/events"
            assert (await client.post(url, content=f"token={CANARY}", headers=signed)).status_code == 401
            assert (await client.post(url, content=f"token={CANARY}")).status_code == 401
        desk.rows("alter table desks rename to gone")
        broken = await desk.command(WALT, "/hold ORD-123 stock")
        assert "reference" in seen(broken.message)
        desk.rows("alter table gone rename to desks")
        way.shut()
        await desk.command(CSR, "/order ORD-123")
        await eventually(lambda: serve.said("delivery.cannot_claim"))
        serve.process.send_signal(signal.SIGTERM)
        assert await serve.ended() == 0
        (failed,) = serve.said("request.failed")
        assert failed["trace"] in seen(broken.message)
        assert "Traceback" in failed["exception"]
        text = serve.log.read_text()
        assert CANARY not in text.replace(f"{CANARY}_", "")
        assert "0" * 64 not in text
        assert "/commands/" not in text
