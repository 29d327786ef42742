"""Every rule of the Web API that this workspace enforces, in one table: what is wrong, and what Slack says of it."""

from dataclasses import replace

import pytest

from playground.slack.limits import SPECIAL, TIERS
from playground.slack.methods import METHODS
from tests.playground.blocks import actions, button, home, modal, section, text_input
from tests.playground.conftest import refusal, refused

CREDIT, NONE, AWAY = "C0CREDIT", "C0NONE", "C0RANDOM"
LONG_BLOCKS = [section("x" * 3000) for _ in range(5)]
DEEP = {"event_type": "held", "event_payload": {"a": {"b": {"c": 1}}}}

SCOPES_AND_TIERS = {
    "apps.connections.open": ("", 3),
    "auth.test": ("", 0),
    "blocks.validate": ("", 0),
    "chat.delete": ("chat:write", 3),
    "chat.getPermalink": ("", 0),
    "chat.postEphemeral": ("chat:write", 4),
    "chat.postMessage": ("chat:write", 0),
    "chat.update": ("chat:write", 3),
    "conversations.history": ("channels:history", 3),
    "conversations.info": ("channels:read", 3),
    "conversations.join": ("channels:join", 3),
    "conversations.list": ("channels:read", 2),
    "conversations.members": ("channels:read", 4),
    "conversations.open": ("im:write", 3),
    "conversations.replies": ("channels:history", 3),
    "files.completeUploadExternal": ("files:write", 4),
    "files.getUploadURLExternal": ("files:write", 4),
    "files.info": ("files:read", 4),
    "usergroups.list": ("usergroups:read", 2),
    "usergroups.users.list": ("usergroups:read", 2),
    "users.info": ("users:read", 4),
    "users.list": ("users:read", 2),
    "users.lookupByEmail": ("users:read.email", 3),
    "views.open": ("", 4),
    "views.publish": ("", 4),
    "views.push": ("", 4),
    "views.update": ("", 4),
}
"""From Slack's reference pages: bot scope (of a public channel where it depends on the kind), tier (0: special)."""
TOKENLESS, BY_APP = {"blocks.validate"}, {"apps.connections.open"}
BY_BOT = sorted(SCOPES_AND_TIERS.keys() - TOKENLESS - BY_APP)


def given(method):
    """Arguments with which the rules that come before those of the method itself can be seen."""
    in_channel = {"channel": CREDIT, "ts": "1.000001", "message_ts": "1.000001", "user": "U0ROSA", "users": "U0ROSA"}
    return in_channel if method.startswith(("chat.", "conversations.", "users.info")) else {}


def test_the_table_has_every_method():
    assert SCOPES_AND_TIERS.keys() == METHODS.keys()


@pytest.mark.parametrize("method", BY_BOT)
async def test_every_method_needs_a_token_of_its_kind(client, workspace, method):
    client.token = None
    assert await refused(client.api_call(method, data=given(method))) == "not_authed"
    client.token = "xoxb-somebody"
    assert await refused(client.api_call(method, data=given(method))) == "invalid_auth"
    client.token = workspace.app_token
    assert await refused(client.api_call(method, data=given(method))) == "not_allowed_token_type"
    client.token, workspace.token_error = workspace.bot_token, "token_revoked"
    assert await refused(client.api_call(method, data=given(method))) == "token_revoked"


@pytest.mark.parametrize("method", [one for one in BY_BOT if SCOPES_AND_TIERS[one][0]])
async def test_every_method_names_the_scope_that_it_lacks(client, workspace, method):
    scope, _ = SCOPES_AND_TIERS[method]
    workspace.state.scopes = [one for one in (*workspace.state.scopes, "channels:history") if one != scope]
    answer = await refusal(client.api_call(method, data=given(method)))
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert answer["provided"] == ",".join(workspace.state.scopes)


@pytest.mark.parametrize("method", [one for one in BY_BOT if not SCOPES_AND_TIERS[one][0]])
async def test_methods_without_a_scope_need_none(client, workspace, method):
    workspace.state.scopes = []
    if method == "auth.test":
        assert (await client.auth_test())["ok"] is True
    else:
        assert await refused(client.api_call(method, data=given(method))) != "missing_scope"


@pytest.mark.parametrize("method", BY_BOT)
async def test_every_method_is_limited_by_its_tier(workspace, client, method):
    _, tier = SCOPES_AND_TIERS[method]
    per_minute = TIERS.get(tier, SPECIAL)
    waits = [workspace.limits.wait_for_method(method, METHODS[method].tier) for _ in range(per_minute)]
    assert waits == [0] * per_minute
    workspace.state.scopes += ["channels:history", "channels:join"]
    answer = await refusal(client.api_call(method, data=given(method)))
    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    assert int(answer.headers["Retry-After"]) == -(-60 // per_minute)


async def private(world):
    world.workspace.change_channel(AWAY, is_private=True)


async def archived(world):
    world.workspace.change_channel(CREDIT, is_archived=True)


async def no_messages_tab(world):
    world.workspace.seed = replace(world.workspace.seed, messages_tab=False, home_tab=False)


async def nothing(_world):
    pass


class World:
    def __init__(self, workspace, ts, said):
        self.workspace, self.ts, self.said = workspace, ts, said


RULES = [
    # rule, Slack's code, method, arguments, what goes before
    ("a method that is not known", "unknown_method", "bookmarks.add", {}, nothing),
    ("a method that is spelled wrong", "unknown_method", "chat.postmessage", {}, nothing),
    ("a channel that is not known", "channel_not_found", "chat.postMessage", {"channel": NONE, "text": "x"}, nothing),
    ("a channel by its name", "channel_not_found", "chat.postMessage", {"channel": "#credit", "text": "x"}, nothing),
    ("no channel", "channel_not_found", "chat.postMessage", {"text": "x"}, nothing),
    ("a channel where the app is not", "not_in_channel", "chat.postMessage", {"channel": AWAY, "text": "x"}, nothing),
    ("a private channel without the app", "channel_not_found", "chat.postMessage",
     {"channel": AWAY, "text": "x"}, private),
    ("an archived channel", "is_archived", "chat.postMessage", {"channel": CREDIT, "text": "x"}, archived),
    ("a person who left", "channel_not_found", "chat.postMessage", {"channel": "U0LEFT", "text": "x"}, nothing),
    ("a person elsewhere", "channel_not_found", "chat.postMessage", {"channel": "U0EXTN", "text": "x"}, nothing),
    ("a bot", "cannot_dm_bot", "chat.postMessage", {"channel": "U0BOT", "text": "x"}, nothing),
    ("no messages tab", "messages_tab_disabled", "chat.postMessage",
     {"channel": "U0ROSA", "text": "x"}, no_messages_tab),
    ("nothing said", "no_text", "chat.postMessage", {"channel": CREDIT}, nothing),
    ("blocks that are no JSON", "invalid_blocks_format", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": "{"}, nothing),
    ("a block that is not known", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": [{"type": "nonsense"}]}, nothing),
    ("a property that is not known", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": [actions(button(disabled=True))]}, nothing),
    ("51 blocks", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": [section() for _ in range(51)]}, nothing),
    ("a button text of 76", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": [actions(button(text="x" * 76))]}, nothing),
    ("a modal's block in a message", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x",
      "blocks": [{"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}]}, nothing),
    ("a block id twice", "invalid_blocks", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": [section(block_id="a"), section(block_id="a")]}, nothing),
    ("15,000 characters in blocks", "msg_blocks_too_long", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "blocks": LONG_BLOCKS}, nothing),
    ("attachments that are no list", "invalid_attachments", "chat.postMessage",
     {"channel": CREDIT, "attachments": "{}"}, nothing),
    ("attachments of words", "invalid_attachments", "chat.postMessage",
     {"channel": CREDIT, "attachments": ["x"]}, nothing),
    ("101 attachments", "too_many_attachments", "chat.postMessage",
     {"channel": CREDIT, "attachments": [{"text": "x"}] * 101}, nothing),
    ("markdown beside a text", "markdown_text_conflict", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "markdown_text": "x"}, nothing),
    ("metadata without a type", "invalid_metadata_format", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "metadata": {"event_payload": {}}}, nothing),
    ("metadata of two levels", "invalid_metadata_schema", "chat.postMessage",
     {"channel": CREDIT, "text": "x", "metadata": DEEP}, nothing),
    ("an update of nothing", "message_not_found", "chat.update",
     {"channel": CREDIT, "ts": "1.000001", "text": "x"}, nothing),
    ("an update without a time", "message_not_found", "chat.update", {"channel": CREDIT, "text": "x"}, nothing),
    ("an update of a person's words", "cant_update_message", "chat.update",
     {"channel": CREDIT, "ts": "SAID", "text": "x"}, nothing),
    ("an update in an archived channel", "is_inactive", "chat.update",
     {"channel": CREDIT, "ts": "TS", "text": "x"}, archived),
    ("an update of 4,001 characters", "msg_too_long", "chat.update",
     {"channel": CREDIT, "ts": "TS", "text": "x" * 4001}, nothing),
    ("an update by a person's id", "channel_not_found", "chat.update",
     {"channel": "U0ROSA", "ts": "TS", "text": "x"}, nothing),
    ("deleting a person's words", "cant_delete_message", "chat.delete", {"channel": CREDIT, "ts": "SAID"}, nothing),
    ("deleting nothing", "message_not_found", "chat.delete", {"channel": CREDIT, "ts": "1.000001"}, nothing),
    ("private words for a stranger of the channel", "user_not_in_channel", "chat.postEphemeral",
     {"channel": CREDIT, "user": "U0GUES", "text": "x"}, nothing),
    ("private words for nobody", "user_not_in_channel", "chat.postEphemeral", {"channel": CREDIT, "text": "x"}, nothing),
    ("private words of 40,001 characters", "msg_too_long", "chat.postEphemeral",
     {"channel": CREDIT, "user": "U0ROSA", "text": "x" * 40_001}, nothing),
    ("a link to nothing", "message_not_found", "chat.getPermalink",
     {"channel": CREDIT, "message_ts": "1.000001"}, nothing),
    ("history where the app is not", "not_in_channel", "conversations.history", {"channel": AWAY}, nothing),
    ("history since no time", "invalid_ts_oldest", "conversations.history",
     {"channel": CREDIT, "oldest": "noon"}, nothing),
    ("history until no time", "invalid_ts_latest", "conversations.history",
     {"channel": CREDIT, "latest": "noon"}, nothing),
    ("a thread of nothing", "thread_not_found", "conversations.replies",
     {"channel": CREDIT, "ts": "1.000001"}, nothing),
    ("joining a direct message", "method_not_supported_for_channel_type", "conversations.join",
     {"channel": "D0ROSA"}, nothing),
    ("a direct message with nobody", "users_list_not_supplied", "conversations.open", {}, nothing),
    ("a direct message with somebody elsewhere", "user_not_found", "conversations.open",
     {"users": "U0EXTN"}, nothing),
    ("a direct message with one who left", "user_disabled", "conversations.open", {"users": "U0LEFT"}, nothing),
    ("a person who is not known", "user_not_found", "users.info", {"user": "U0NONE"}, nothing),
    ("an address of nobody", "users_not_found", "users.lookupByEmail", {"email": "no@acme.example"}, nothing),
    ("the address of one who left", "users_not_found", "users.lookupByEmail", {"email": "lou@acme.example"}, nothing),
    ("a group that is not known", "no_such_subteam", "usergroups.users.list", {"usergroup": "S0NONE"}, nothing),
    ("a file that is not known", "file_not_found", "files.info", {"file": "F0NONE"}, nothing),
    ("an upload of nothing", "missing_argument", "files.getUploadURLExternal",
     {"filename": "a.csv", "length": 0}, nothing),
    ("no trigger", "invalid_trigger_id", "views.open", {"view": modal()}, nothing),
    ("a trigger that was never given", "invalid_trigger_id", "views.open",
     {"trigger_id": "1.2.3", "view": modal()}, nothing),
    ("no view", "invalid_arguments", "views.open", {"trigger_id": "1.2.3"}, nothing),
    ("a title of 25", "invalid_arguments", "views.open",
     {"view": modal(title={"type": "plain_text", "text": "x" * 25})}, nothing),
    ("inputs without a submit button", "invalid_arguments", "views.open",
     {"view": {key: value for key, value in modal().items() if key != "submit"}}, nothing),
    ("a home as a modal", "invalid_arguments", "views.open", {"view": home()}, nothing),
    ("a view over 250 kB", "view_too_large", "views.open",
     {"view": modal(*(text_input(f"i{number}", placeholder={"type": "plain_text", "text": "x" * 3000})
                      for number in range(90)))}, nothing),
    ("a push on nothing", "invalid_trigger_id", "views.push", {"view": modal()}, nothing),
    ("an update of no view", "not_found", "views.update", {"view_id": "V0NONE", "view": modal()}, nothing),
    ("a home for nobody", "user_not_found", "views.publish", {"user_id": "U0NONE", "view": home()}, nothing),
    ("a home without the tab", "not_enabled", "views.publish",
     {"user_id": "U0ROSA", "view": home()}, no_messages_tab),
    ("a file in a home", "invalid_arguments", "views.publish",
     {"user_id": "U0ROSA", "view": home({"type": "file", "external_id": "x", "source": "remote"})}, nothing),
]  # fmt: skip


@pytest.mark.parametrize(("code", "method", "arguments", "before"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
async def test_what_is_wrong_gets_slacks_own_code(client, workspace, code, method, arguments, before):
    workspace.rate_limits = False
    workspace.state.scopes += ["channels:history", "channels:join"]
    workspace.messages("U0ROSA")
    posted = await client.chat_postMessage(channel=CREDIT, text="card")
    said = await workspace.say("U0ROSA", CREDIT, "words")
    await before(World(workspace, posted["ts"], said.ts))
    told = {"TS": posted["ts"], "SAID": said.ts}
    shown = {key: told.get(value, value) if isinstance(value, str) else value for key, value in arguments.items()}
    reads = method in METHODS and not METHODS[method].json
    call = client.api_call(method, data=shown) if reads else client.api_call(method, json=shown)
    assert await refused(call) == code
