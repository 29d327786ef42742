"""`redtag rehearse` from outside: what it prints, how it ends, and that nothing of it is left."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from playground.slack.seed_file import seed_of
from playground.slack.workspace import Workspace, running
from store.policies import apply_policy
from store.pool import make_pool
from store.tables import metadata
from tests.demo_runs import environment, until
from tests.processes import redtag
from workflows.policy.load import parse_policy

DEMO_POLICY = Path(__file__).parents[2] / "playground" / "demo_policy.toml"
TEAM = "T0ACME"
SMALL = """
[desk]
name = "Small desk"
timezone = "Etc/UTC"
floor_channel = "C0FLOOR"
floor_email = ["floor@small.example"]
{desk}

[roles.credit]
channel = "C0CREDIT"
members = ["U0ROSA", "U0IVAN", "U0SAMI"]
notify = ["U0IVAN"]

[roles.csr]
channel = "C0ORDERS"
members = ["U0CARL", "U0WALT"]

[[reasons]]
kind = "hold"
code = "credit"
{rules}
"""
RULE = """
[[rules]]
kind = "place_hold"
when = {{ {when} }}
sign = [{{ role = "credit", approvals = {approvals} }}]
"""
# Two rules that together leave nothing to a third; `desk check` compares rules one by one.
STAGES = [
    RULE.format(when=f"stage = {found}", approvals=1) for found in ('["open", "allocated"]', '["picked", "packed"]')
]
SHADOWED = RULE.format(when='reason = "credit"', approvals=2)


def small(folder, *rules, desk=""):
    file = folder / "small.toml"
    file.write_text(SMALL.format(desk=desk, rules="".join(rules)))
    return file


def rehearse(folder, *words, **settings):
    """The command, with a folder for temporary files of its own."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return redtag("rehearse", *map(str, words), data_dir=folder / "data", TMPDIR=str(temporary), **settings)


def left_in(folder):
    return list((folder / "tmp").iterdir())


def test_each_rule_of_the_demo_desk_is_played_and_ticked(tmp_path):
    ended = rehearse(tmp_path, "--policy", DEMO_POLICY)
    assert (ended.code, ended.errors) == (0, ""), ended
    assert "✓ Hold and release, reason fraud, no rule of its own: Fraud review signs\n" in ended.output
    assert "  ✓ the floor reads “Clear to ship” in C0FLOOR\n" in ended.output
    assert "\n✓ Change, 6 reasons without a rule of their own: Customer service lead signs\n" in ended.output
    assert "\n✓ 8 of 8 went as the policy says" in ended.output
    assert "✗" not in ended.output
    assert ended.seconds < 45
    assert left_in(tmp_path) == []
    assert not (tmp_path / "data").exists()


def test_a_rule_that_can_never_be_reached_is_a_miss_and_the_others_are_played(tmp_path):
    ended = rehearse(tmp_path, "--policy", small(tmp_path, *STAGES, SHADOWED))
    assert ended.code == 1
    assert "✗ Rule 3: hold, reason credit" in ended.output
    assert "instead: rule 3 can never be reached: rule 1 and rule 2 take its orders first\n" in ended.output
    assert "✓ Rule 1: hold, stage open or allocated: Credit signs\n    REHEARSAL-1: USD 100" in ended.output
    assert ended.output.splitlines()[-1].startswith("✗ 1 missed; 3 of 4 went as the policy says")


def test_a_file_that_could_not_be_applied_is_refused_in_the_words_of_desk_check(tmp_path):
    file = small(tmp_path, RULE.format(when="", approvals=9))
    ended = rehearse(tmp_path, "--policy", file)
    assert ended.code == 1
    assert ended.errors == redtag("desk", "check", str(file)).errors
    assert "rules[1]" in ended.errors
    file.write_bytes("[desk]".encode("utf-16"))
    assert (
        rehearse(tmp_path, "--policy", file).line == f"{file} cannot be read: it is not UTF-8 text. Save it as UTF-8."
    )


async def test_nothing_of_it_is_left_in_the_desk_whose_policy_is_played(tmp_path, database_url):
    policy = parse_policy(small(tmp_path).read_text())
    async with make_pool(database_url) as pool:
        await apply_policy(pool, TEAM, policy, by="test")
    before = contents(database_url)
    ended = rehearse(tmp_path, "--json", DATABASE_URL=database_url)
    assert ended.code == 0, ended
    found = json.loads(ended.output)
    assert (found["ok"], found["desk"], found["policy"], found["where"]) == (True, TEAM, "in force", "playground")
    assert found["summary"] == {"passed": 1, "missed": 0, "not_played": 0}
    (rule,) = found["rules"]
    assert (rule["rule"], rule["result"]) == ("default", "passed")
    assert rule["checks"][0] == {
        "result": "passed",
        "what": "UREHEARSAL1 (no role) asks for the hold: R-1",
        "expected": "",
        "got": "",
        "do": "",
    }
    assert contents(database_url) == before
    assert left_in(tmp_path) == []
    assert redtag("gate", "REHEARSAL-1", DATABASE_URL=database_url).output.startswith(
        "REHEARSAL-1 may not ship: there is"
    )


def contents(url):
    """Every row of every table."""
    with psycopg.connect(url) as connection:
        return {
            table: sorted(map(str, connection.execute(f'select * from "{table}"').fetchall()))
            for table in metadata.tables
        }


@contextlib.contextmanager
def started(folder, *words, **settings):
    temporary = folder / "tmp"
    temporary.mkdir()
    output = folder / "output"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "rehearse", *map(str, words)],
            env=environment(folder / "data", TMPDIR=str(temporary), **settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process, temporary, output
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def bot_of(temporary):
    """The number of the bot's process, once it has taken a request."""
    locks = list(temporary.glob("redtag-rehearsal-*/bot.lock"))
    ready = [lock for lock in locks if "request.handled" in lock.with_name("bot.log").read_text()]
    return json.loads(ready[0].read_text())["pid"] if ready else None


def test_a_bot_that_dies_is_a_miss_and_not_a_wait(tmp_path):
    with started(tmp_path, "--policy", DEMO_POLICY) as (process, temporary, output):
        os.kill(until(lambda: bot_of(temporary), 30), signal.SIGKILL)
        assert process.wait(40) == 1
    said = output.read_text()
    assert "the bot has ended" in said
    assert "Traceback" not in said
    assert " missed; 0 of 8 went as the policy says" in said.splitlines()[-1]
    assert list(temporary.iterdir()) == []


def test_ctrl_c_stops_everything_and_leaves_nothing(tmp_path):
    with started(tmp_path, "--policy", DEMO_POLICY) as (process, temporary, output):
        bot = until(lambda: bot_of(temporary), 30)
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 1
        with pytest.raises(ProcessLookupError):
            os.kill(bot, 0)
    assert output.read_text().splitlines()[-1] == "Stopped. Nothing of the rehearsal is left."
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--workspace"], "--workspace needs --channel"),
        (["--channel", "C0TEST"], "--channel and --email go with --workspace"),
        (["--policy", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_wrong_usage_is_said(tmp_path, words, told):
    ended = rehearse(tmp_path, *words)
    assert ended.code == 2
    assert told in ended.errors


def test_without_a_desk_it_says_how_to_make_one(tmp_path, database_url):
    ended = rehearse(tmp_path, DATABASE_URL=database_url)
    assert (ended.code, ended.line) == (1, "There is no desk yet: make one with `redtag desk apply FILE --team T…`.")


# In a workspace: the strict one stands in for Slack.

ROOMS = ("C0FLOOR", "C0CREDIT", "C0ORDERS", "C0TEST")
PEOPLE = ("U0ROSA", "U0IVAN", "U0SAMI", "U0CARL", "U0WALT")


@contextlib.asynccontextmanager
async def real_slack(team=TEAM):
    cast = {
        "team": {"id": team, "name": "Small", "domain": "small"},
        "users": [{"id": user, "name": user.lower(), "real_name": user} for user in PEOPLE],
        "channels": [{"id": room, "name": room.lower()} for room in ROOMS],
    }
    workspace = Workspace(seed_of(json.dumps(cast)), rate_limits=True)
    async with running(workspace):
        yield workspace


async def in_workspace(folder, workspace, *words, policy=None, **settings):
    given = {
        "SLACK_API_URL": f"{workspace.base_url}/api/",
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "RESEND_API_URL": f"{workspace.base_url}/resend",
        "RESEND_API_KEY": "re_test_key_123",
        "REDTAG_EMAIL_FROM": "Redtag <redtag@small.example>",
        **settings,
    }
    file = policy or small(folder)
    call = ("--policy", file, "--workspace", *words)
    return await asyncio.to_thread(rehearse, folder, *call, **given)


async def test_in_a_workspace_everything_stands_in_the_test_channel_and_nobody_is_bothered(tmp_path):
    async with real_slack() as workspace:
        ended = await in_workspace(tmp_path, workspace, "--channel", "C0TEST", "--email", "me@small.example")
        assert ended.code == 0, ended
        assert "  ✓ the card is in C0TEST (Credit)\n" in ended.output
        assert "  ✓ me@small.example gets the e-mail\n" in ended.output
        messages = workspace.messages("C0TEST")
        assert messages[0].text.startswith("*Rehearsal of the order desk.* 1 test orders follow")
        assert messages[-1].text.startswith(
            "*The rehearsal is over.* What stands above concerned no real order. 1 rules"
        )
        placed, released, floor = (message.text for message in messages[1:-1])
        assert (placed[:3], released[:3], floor) == ("R-1", "R-2", "REHEARSAL-1: Clear to ship")
        assert [workspace.messages(room) for room in ROOMS[:3]] == [[], [], []]
        assert [workspace.messages(user) for user in PEOPLE] == [[]] * len(PEOPLE)
        assert [workspace.ephemerals(user) for user in PEOPLE] == [[]] * len(PEOPLE)
        assert [mail.to for mail in workspace.mails] == [("me@small.example",)]
        assert "chat.getPermalink" in {call.method for call in workspace.calls}
        assert values_in(workspace) == {"rehearsal"}
        assert "<@" not in str([(message.text, message.blocks) for message in messages])


def values_in(workspace):
    """What the buttons carry that Slack was given: pressed, they would be a click for the desk's own bot."""
    sent = [call.arguments["blocks"] for call in workspace.calls if call.arguments.get("blocks")]
    blocks = [block for each in sent for block in (json.loads(each) if isinstance(each, str) else each)]
    return {element["value"] for block in blocks for element in block.get("elements", ()) if "value" in element}


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("C0FLOOR", "C0FLOOR is a channel of the policy, where people work. Name one that is there for tests."),
        ("C0NONE", "Slack refused chat.postMessage: channel_not_found (the channel is gone, or private and the app"),
    ],
)
async def test_a_channel_that_will_not_do_is_said_before_anything_is_posted(tmp_path, channel, told):
    async with real_slack() as workspace:
        ended = await in_workspace(tmp_path, workspace, "--channel", channel)
        assert ended.code == 1
        assert ended.line.startswith(told)
        assert not any(workspace.messages(room) for room in ROOMS)


async def test_a_person_whom_slack_no_longer_knows_is_a_miss(tmp_path):
    async with real_slack() as workspace:
        workspace.change_user("U0ROSA", deleted=True)
        ended = await in_workspace(tmp_path, workspace, "--channel", "C0TEST")
        assert ended.code == 1
        assert "✗ U0ROSA signs for Credit" in ended.output
        assert "deactivated" in ended.output
        assert workspace.messages("C0TEST")[-1].text.startswith("*The rehearsal is over.*")


async def test_a_token_of_another_workspace_is_refused(tmp_path, database_url):
    async with make_pool(database_url) as pool:
        await apply_policy(pool, TEAM, parse_policy(small(tmp_path).read_text()), by="test")
    async with real_slack("T0OTHER") as workspace:
        words = ("--workspace", "--channel", "C0TEST")
        slack = {"SLACK_API_URL": f"{workspace.base_url}/api/", "SLACK_BOT_TOKEN": workspace.bot_token}
        ended = await asyncio.to_thread(rehearse, tmp_path, *words, DATABASE_URL=database_url, **slack)
    assert ended.code == 1
    assert ended.line.startswith("SLACK_BOT_TOKEN is of the workspace T0OTHER, the desk of T0ACME")
