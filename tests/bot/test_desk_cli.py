"""`redtag desk` as an admin uses it: show, apply, history, and back again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import desk as desk_commands
from bot.cli import group
from bot.cli.common import run
from store.policies import apply_policy
from workflows.policy.load import parse_policy

POLICY = Path(__file__).parents[2] / "playground" / "demo_policy.toml"
DESK = "T0ACME"
BEFORE, AFTER = 'digest_at = "08:30"', 'digest_at = "07:15"'


@pytest.fixture
def redtag(database_url, monkeypatch, tmp_path):
    """Runs `redtag desk`; version 1 is the demo's policy, version 2 has another time for the digest."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def desk(*words, **more):
        return runner.invoke(group, ["desk", *map(str, words)], **more)

    Path("first.toml").write_text(POLICY.read_text())
    Path("second.toml").write_text(POLICY.read_text().replace(BEFORE, AFTER))
    assert desk("apply", "first.toml", "--team", DESK, "--yes").exit_code == 0
    assert desk("apply", "second.toml", "--yes").exit_code == 0
    return desk


def versions(redtag):
    return {each["version"]: each for each in json.loads(redtag("history", "--json").stdout)}


def test_an_earlier_version_becomes_a_new_one_and_the_history_stays(redtag):
    result = redtag("rollback", 1, "--yes")
    assert result.exit_code == 0, result.output
    assert "Applied as version 3" in result.output
    assert sorted(versions(redtag)) == [1, 2, 3]
    assert BEFORE in redtag("show").output
    assert any("07:15" in said and "08:30" in said for said in versions(redtag)[3]["differences"])


def test_rolling_back_shows_the_difference_and_asks(redtag):
    result = redtag("rollback", 1, input="n\n")
    assert result.exit_code == 1
    assert "08:30" in result.output
    assert sorted(versions(redtag)) == [1, 2]


def test_a_version_that_is_not_there_or_in_force_is_said(redtag):
    missing = redtag("rollback", 9, "--yes")
    assert missing.exit_code == 1
    assert "no version 9" in str(missing.exception)
    assert "Nothing changes" in redtag("rollback", 2, "--yes").output


def test_what_somebody_else_applied_meanwhile_is_not_overwritten(redtag, database_url, monkeypatch):
    third = parse_policy(POLICY.read_text().replace(BEFORE, 'digest_at = "09:45"'))
    looked = desk_commands.policy_in_force

    async def look_and_lose_the_race(pool, desk_id):
        found = await looked(pool, desk_id)
        await apply_policy(pool, desk_id, third, by="another admin")
        return found

    monkeypatch.setattr(desk_commands, "policy_in_force", look_and_lose_the_race)
    result = redtag("rollback", 1, "--yes")
    monkeypatch.undo()
    assert "version 3 meanwhile" in str(result.exception)
    applied = run(database_url, lambda pool: looked(pool, DESK))
    assert applied == (3, third)
