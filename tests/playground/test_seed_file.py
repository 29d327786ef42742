"""A workspace with the user's own people and channels."""

import json
import re
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground import __main__ as command_line
from playground.slack.seed import demo_seed
from playground.slack.seed_file import SeedProblem, seed_of
from playground.slack.workspace import Workspace, running
from playground.web.app import Page
from tests.playground.conftest import refused

ANNA = {"id": "W0ANNA", "name": "anna", "real_name": "Anna Berg", "email": "anna@bolt.example", "is_admin": True}
BEN = {"id": "U0ANNA", "name": "ben", "real_name": "Ben Ode", "title": "Warehouse"}
CAST = {
    "team": {"id": "T0BOLT", "name": "Bolt & Nut", "domain": "bolt"},
    "users": [ANNA, BEN],
    "channels": [
        {"id": "G0DESK", "name": "desk", "is_private": True},
        {"id": "C0FREE", "name": "free", "bot_is_member": False},
        {"id": "C0BEN", "name": "ben", "members": ["U0ANNA"]},
    ],
    "user_groups": [{"id": "S0SIGN", "members": ["W0ANNA"]}],
}


def cast(**changed):
    return json.dumps(CAST | changed)


@pytest.fixture
async def bolt(session):
    workspace = Workspace(seed_of(cast()))
    async with running(workspace):
        client = AsyncWebClient(
            workspace.bot_token, base_url=f"{workspace.base_url}/api/", session=session, retry_handlers=[]
        )
        yield workspace, client


async def test_the_team_and_its_people_are_those_of_the_file(bolt):
    workspace, client = bolt
    told = await client.auth_test()
    assert (told["team_id"], told["team"], told["user_id"]) == ("T0BOLT", "Bolt & Nut", "U0BOT")
    assert [user["id"] for user in (await client.users_list())["members"]] == ["W0ANNA", "U0ANNA", "U0BOT"]
    anna = (await client.users_info(user="W0ANNA"))["user"]
    assert (anna["team_id"], anna["is_admin"], anna["profile"]["email"]) == ("T0BOLT", True, "anna@bolt.example")
    workspace.state.scopes.append("usergroups:read")
    assert (await client.usergroups_users_list(usergroup="S0SIGN"))["users"] == ["W0ANNA"]


async def test_the_channels_and_who_is_in_them_are_those_of_the_file(bolt):
    workspace, client = bolt
    assert (await client.conversations_info(channel="G0DESK"))["channel"]["is_private"] is True
    assert workspace.state.channels["G0DESK"].members == ("W0ANNA", "U0ANNA", "U0BOT")
    assert workspace.state.channels["C0BEN"].members == ("U0ANNA", "U0BOT")
    workspace.state.scopes.remove("chat:write.public")
    assert await refused(client.chat_postMessage(channel="C0FREE", text="x")) == "not_in_channel"


async def test_two_people_whose_ids_differ_in_the_first_letter_have_two_direct_messages(bolt):
    workspace, client = bolt
    await client.chat_postMessage(channel="W0ANNA", text="to Anna")
    await client.chat_postMessage(channel="U0ANNA", text="to Ben")
    assert [one.text for one in workspace.messages("W0ANNA")] == ["to Anna"]
    assert [one.text for one in workspace.messages("U0ANNA")] == ["to Ben"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"colour": "red"}, "colour: there is no such key"),
        ({"users": [ANNA | {"mail": "x"}]}, "users.0.mail: there is no such key"),
        ({"users": [{"id": "U0A", "name": "a"}]}, "users.0.real_name: this key is missing"),
        ({"users": [ANNA | {"id": "anna"}]}, "users.0.id: String should match"),
        ({"users": [ANNA | {"is_admin": "yes"}]}, "users.0.is_admin: Input should be a valid boolean"),
        ({"users": []}, "users: Tuple should have at least 1 item"),
        ({"users": [ANNA, ANNA]}, "W0ANNA stands there twice"),
        ({"users": [ANNA, {**BEN, "id": "U0BOT"}]}, "U0BOT stands there twice"),
        ({"channels": [{"id": "C0X", "name": "x", "members": ["U0NONE"]}]}, "U0NONE is a member, but not"),
        ({"user_groups": [{"id": "S1", "members": ["U0NONE"]}]}, "U0NONE is a member, but not"),
        ({"team": {"id": "T0BOLT", "name": "Bolt"}}, "team.domain: this key is missing"),
    ],
)
def test_a_wrong_file_is_refused_with_one_sentence(changed, sentence):
    with pytest.raises(SeedProblem) as caught:
        seed_of(cast(**changed))
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_what_is_not_json_is_refused():
    with pytest.raises(SeedProblem, match="Invalid JSON"):
        seed_of("{")


def test_the_command_line_takes_a_seed_file_and_tells_what_is_wrong_with_it(tmp_path, capsys):
    path = tmp_path / "seed.json"
    path.write_text(cast())
    page = Page(command_line.workspace_of(command_line.arguments(["--seed", str(path)])))
    assert page.workspace.seed.team_id == "T0BOLT"
    path.write_text(cast(colour="red"))
    for wrong, words in ((path, "colour: there is no such key"), (tmp_path / "none", "No such file")):
        with pytest.raises(SystemExit):
            command_line.arguments(["--seed", str(wrong)])
        assert words in capsys.readouterr().err


def test_the_demo_grants_what_the_manifest_asks_for_and_no_more(tmp_path):
    text = (Path(__file__).parents[2] / "manifest.yml").read_text()
    asked = re.search(r"  scopes:\n    bot:\n((?:      - \S+\n)+)", text)[1]
    wanted = [line.strip(" -") for line in asked.splitlines()]
    state = tmp_path / "state.json"
    Workspace(demo_seed()).save(state)
    for given in ([], ["--state", str(state)]):
        workspace = command_line.workspace_of(command_line.arguments(given))
        assert workspace.state.scopes == wanted
    assert list(seed_of(cast()).scopes) == wanted


def test_a_saved_workspace_of_another_team_is_not_taken(tmp_path):
    path = tmp_path / "state.json"
    Workspace(seed_of(cast())).save(path)
    with pytest.raises(ValueError, match="holds the workspace T0BOLT"):
        Workspace.load(path)
    assert Workspace.load(path, seed_of(cast())).state.users["W0ANNA"].real_name == "Anna Berg"
