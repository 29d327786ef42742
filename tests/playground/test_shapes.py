"""What the workspace sends and answers has the key names and types of Slack's own samples."""

import asyncio

import pytest

from tests.playground import shapes
from tests.playground.blocks import actions, button, home, input_of, menu, modal, section, text_input


@pytest.fixture
async def card(workspace, client):
    await client.chat_postMessage(
        channel="C0CREDIT",
        text="Card",
        blocks=[section("Hold?"), actions(button(style="primary"), menu("request.reason", "credit", "stock"))],
    )
    return workspace.messages("C0CREDIT")[0]


@pytest.fixture
async def view_id(workspace, client, bot):
    await workspace.shortcut("U0CARL", "hold.open")
    search = input_of("search", {"type": "external_select"}, optional=True, dispatch_action=True)
    view = modal(text_input("order"), search, actions(button("check")), notify_on_close=True)
    opened = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=view)
    return opened["view"]["id"]


async def in_a_view(workspace, client, view_id):
    await workspace.act_in_view("U0CARL", view_id, "check")


async def home_click(workspace, client):
    opened = await client.views_publish(user_id="U0CARL", view=home(actions(button("next"))))
    await workspace.act_in_view("U0CARL", opened["view"]["id"], "next")


async def seen_home(workspace, client):
    await client.views_publish(user_id="U0CARL", view=home())
    await workspace.open_home("U0CARL")


async def ephemeral_click(workspace, client):
    await client.chat_postEphemeral(
        channel="C0CREDIT", user="U0ROSA", text="Sure?", blocks=[actions(button("request.approve"))]
    )
    await workspace.click("U0ROSA", workspace.ephemerals("U0ROSA")[0], "request.approve")


async def click_in_thread(workspace, client, card):
    reply = [actions(button("request.withdraw"))]
    await client.chat_postMessage(channel="C0CREDIT", text="Reply", blocks=reply, thread_ts=card.ts)
    await workspace.click("U0ROSA", workspace.messages("C0CREDIT")[-1], "request.withdraw")


async def shortcut_on_words(workspace, client):
    said = await workspace.say("U0ROSA", "C0CREDIT", "ORD-1 & more")
    await workspace.shortcut("U0CARL", "hold.from_message", said)


SENT = {
    "a command": (lambda w, c, card, v: w.command("U0CARL", "C0ORDERS", "/hold ORD-1"), shapes.COMMAND),
    "a click": (lambda w, c, card, v: w.click("U0ROSA", card, "request.approve"), shapes.CLICK_IN_MESSAGE),
    "a choice": (
        lambda w, c, card, v: w.click("U0ROSA", card, "request.reason", selected="stock"),
        shapes.CLICK_IN_MESSAGE,
    ),
    "a click in a thread": (lambda w, c, card, v: click_in_thread(w, c, card), shapes.CLICK_IN_MESSAGE),
    "a click on a private message": (lambda w, c, card, v: ephemeral_click(w, c), shapes.CLICK_IN_MESSAGE),
    "a click in a modal": (lambda w, c, card, v: in_a_view(w, c, v), shapes.CLICK_IN_VIEW),
    "a click at home": (lambda w, c, card, v: home_click(w, c), shapes.CLICK_IN_VIEW),
    "a submission": (lambda w, c, card, v: w.submit("U0CARL", v, order="ORD-1"), shapes.VIEW_SUBMISSION),
    "a closed modal": (lambda w, c, card, v: w.close("U0CARL", v), shapes.VIEW_CLOSED),
    "a search": (lambda w, c, card, v: w.suggest("U0CARL", v, "search", "ORD-1"), shapes.SUGGESTION),
    "a global shortcut": (lambda w, c, card, v: w.shortcut("U0CARL", "hold.open"), shapes.SHORTCUT),
    "a message shortcut": (lambda w, c, card, v: shortcut_on_words(w, c), shapes.MESSAGE_ACTION),
    "a shortcut on a card": (
        lambda w, c, card, v: w.shortcut("U0CARL", "hold.from_message", card),
        shapes.MESSAGE_ACTION,
    ),
    "home before it was published": (lambda w, c, card, v: w.open_home("U0CARL"), shapes.HOME_OPENED),
    "home after it was published": (lambda w, c, card, v: seen_home(w, c), shapes.HOME_OPENED),
    "a changed person": (lambda w, c, card, v: w.announce("U0ROSA"), shapes.USER_CHANGE),
    "a person who left": (lambda w, c, card, v: w.announce("U0LEFT"), shapes.USER_CHANGE),
    "a new person": (lambda w, c, card, v: w.announce("U0ROSA", "team_join"), shapes.TEAM_JOIN),
    "a new member": (lambda w, c, card, v: w.announce_member("U0ROSA", "C0AUDIT"), shapes.MEMBER_JOINED),
    "a new address": (lambda w, c, card, v: w.verify_url(), shapes.URL_VERIFICATION),
}


@pytest.mark.parametrize("what", SENT)
async def test_what_is_sent_has_the_shape_of_slacks_samples(workspace, client, bot, card, view_id, what):
    act, shape = SENT[what]
    before = len(bot.got)
    await act(workspace, client, card, view_id)
    assert len(bot.got) == before + 1
    assert shapes.differences(shape, bot.got[-1]) == []


async def test_socket_mode_frames_have_the_shape_of_slacks_samples(workspace, client, session):
    client.token = None
    opened = await client.apps_connections_open(app_token=workspace.app_token)
    async with session.ws_connect(opened["url"]) as socket:
        assert shapes.differences(shapes.HELLO, await socket.receive_json()) == []
        for act, shape in (
            (workspace.command("U0CARL", "C0ORDERS", "/hold"), shapes.ENVELOPE | {"payload": shapes.COMMAND}),
            (workspace.shortcut("U0CARL", "hold.open"), shapes.ENVELOPE | {"payload": shapes.SHORTCUT}),
            (workspace.open_home("U0CARL"), shapes.EVENT_ENVELOPE | {"payload": shapes.HOME_OPENED}),
        ):
            acting = asyncio.ensure_future(act)
            sent = await socket.receive_json()
            await socket.send_json({"envelope_id": sent["envelope_id"]})
            await acting
            assert shapes.differences(shape, sent) == []
        await workspace.sockets.disconnect()
        assert shapes.differences(shapes.DISCONNECT, await socket.receive_json()) == []


async def test_an_address_is_verified_by_its_challenge(workspace, bot):
    bot.answer = lambda payload: {"challenge": payload["challenge"]}
    assert (await workspace.verify_url()).error is None
    bot.answer = lambda payload: payload["challenge"]
    assert (await workspace.verify_url()).error is None
    bot.answer = ""
    said = "Your URL didn't respond with the value of the challenge parameter."
    assert (await workspace.verify_url()).error == said


@pytest.fixture
async def world(workspace, client, card):
    """Something for each method to find."""
    workspace.rate_limits = False
    workspace.state.scopes += ["channels:history", "channels:join"]
    workspace.state.user_groups["S0CREDIT"] = ["U0ROSA"]
    await workspace.say("U0ROSA", "C0CREDIT", "A reply", thread_ts=card.ts)
    shared = await workspace.share_file("U0ROSA", "C0CREDIT", "orders.csv", b"x", "see")
    return {"ts": card.ts, "file": shared.files[0]}


ARGUMENTS = {
    "auth.test": lambda w: {},
    "chat.postMessage": lambda w: {"channel": "C0STOCK", "text": "hi", "thread_ts": w["ts"]},
    "chat.update": lambda w: {"channel": "C0CREDIT", "ts": w["ts"], "text": "hi"},
    "chat.postEphemeral": lambda w: {"channel": "C0STOCK", "text": "hi", "user": "U0ROSA"},
    "chat.getPermalink": lambda w: {"channel": "C0CREDIT", "message_ts": w["ts"]},
    "chat.delete": lambda w: {"channel": "C0CREDIT", "ts": w["ts"]},
    "conversations.info": lambda w: {"channel": "C0CREDIT", "include_num_members": "true"},
    "conversations.list": lambda w: {},
    "conversations.members": lambda w: {"channel": "C0CREDIT"},
    "conversations.join": lambda w: {"channel": "C0RANDOM"},
    "conversations.open": lambda w: {"users": "U0ROSA"},
    "conversations.history": lambda w: {"channel": "C0CREDIT", "limit": "1"},
    "conversations.replies": lambda w: {"channel": "C0CREDIT", "ts": w["ts"]},
    "files.getUploadURLExternal": lambda w: {"filename": "a.csv", "length": "3"},
    "files.info": lambda w: {"file": w["file"]},
    "usergroups.list": lambda w: {"include_users": "true", "include_count": "true"},
    "usergroups.users.list": lambda w: {"usergroup": "S0CREDIT"},
    "users.info": lambda w: {"user": "U0GUES"},
    "users.list": lambda w: {},
    "users.lookupByEmail": lambda w: {"email": "rosa@acme.example"},
    "views.publish": lambda w: {"user_id": "U0CARL", "view": home()},
}


@pytest.mark.parametrize("method", ARGUMENTS)
async def test_answers_have_the_shape_of_slacks_samples(client, world, method):
    given = ARGUMENTS[method](world)
    as_json = {"json": given} if method == "views.publish" else {"data": given}
    answer = await client.api_call(method, **as_json)
    assert shapes.differences(shapes.ANSWERS[method], answer.data) == []


@pytest.mark.parametrize(
    ("shape", "value", "words"),
    [
        ({"a": str}, {}, "/a: missing"),
        ({"a": str}, {"a": 1}, "/a: int instead of str"),
        ({"a?": str}, {"b": ""}, "/b: unknown to Slack's samples"),
        ({"a": int}, {"a": True}, "/a: bool instead of int"),
        ({"a": [{"b": str}]}, {"a": [{"b": ""}, {"b": None}]}, "/a/1/b: NoneType instead of str"),
        (shapes.TEAM, {"id": "T1"}, "/domain: missing"),
    ],
)
def test_a_difference_is_found(shape, value, words):
    assert shapes.differences(shape, value) == [words]
