"""The page's HTTP API, as the page calls it."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from playground.slack.model import Message
from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of, serving
from playground.slack.workspace import Workspace
from playground.web.app import FILES, Page, playground
from playground.web.saving import saved_as_it_changes
from playground.web.typed import to_mrkdwn
from tests.demo_runs import PLAIN
from tests.playground.blocks import actions, button, choice, input_of, menu, modal, plain

CARL, ROSA, SAMI = "U0CARL", "U0ROSA", "U0SAMI"
WITHIN = 5.0


@pytest.fixture
def page(workspace):
    return Page(workspace)


@pytest.fixture
async def http(page):
    """The page on a real address; it closes its event streams before it stops."""
    listener = bound_socket("127.0.0.1", 0)
    async with serving(playground(page), listener):
        address = f"http://127.0.0.1:{port_of(listener)}"
        async with httpx.AsyncClient(base_url=address, timeout=WITHIN, **PLAIN) as http:
            yield http
            page.closing.set()


@pytest.fixture
def look(http):
    async def look(what, **query):
        return (await http.get(f"/playground/{what}", params=query)).json()

    return look


@pytest.fixture
def do(http):
    async def do(verb, **body):
        return (await http.post(f"/playground/{verb}", json=body)).json()

    return do


def post(workspace, text, *, channel="C0CREDIT", user="U0BOT", **more):
    message = Message(channel, workspace.new_ts(), user, text, from_bot=user == "U0BOT", **more)
    return workspace.post(message)


def card(workspace, *elements, **more):
    return post(workspace, "card", blocks=[actions(*elements, block_id="act")], **more)


def opens(client, view):
    async def answer(payload):
        await client.views_open(trigger_id=payload["trigger_id"], view=view)

    return answer


def note(**more):
    return input_of("note", {"type": "plain_text_input", "multiline": True}, **more)


def reason(**more):
    return input_of("reason", menu("reason", "credit", "stock"), **more)


def search(name):
    return input_of(name, {"type": "external_select", "min_query_length": 1})


# who may talk to the page


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "192.168.0.7", ""]
)
async def test_a_name_that_is_not_this_machine_is_refused(http, host):
    for path in ("/", "/static/main.js", "/playground/state"):
        answer = await http.get(path, headers={"Host": host})
        assert answer.status_code == 403
        assert answer.json()["shown"] == "The playground answers on localhost only."


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"])
async def test_every_name_of_this_machine_is_welcome(http, host):
    assert (await http.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_act(http, workspace, headers):
    body = {"user": CARL, "channel": "C0ORDERS", "text": "hello"}
    answer = await http.post("/playground/say", json=body, headers=headers)
    assert answer.status_code == 403
    assert workspace.messages("C0ORDERS") == []


async def test_the_page_itself_can_act(http, workspace):
    own = {"Origin": str(http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    body = {"user": CARL, "channel": "C0ORDERS", "text": "hello"}
    assert (await http.post("/playground/say", json=body, headers=own)).json() == {"ok": True}
    assert [one.text for one in workspace.messages("C0ORDERS")] == ["hello"]


async def test_a_form_of_another_kind_is_refused(http, workspace):
    body = json.dumps({"user": CARL, "channel": "C0ORDERS", "text": "hello"})
    answer = await http.post("/playground/say", content=body, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert workspace.messages("C0ORDERS") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"user": 7}',
        b'{"user": "U0CARL", "channel": "C0ORDERS", "text": ""}',
        b"\xff",
        b"x" * 300_000,
    ],
)
async def test_a_body_that_makes_no_sense_is_a_bad_request(http, body):
    answer = await http.post("/playground/say", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_somebody_unknown_sees_nothing(look, do):
    assert (await look("state", user="U0NOBODY"))["error"] == "user_not_found"
    assert (await do("home", user="U0NOBODY"))["error"] == "user_not_found"


# the page itself


async def test_the_page_runs_and_loads_only_what_is_its_own(http):
    policy = (await http.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_every_file_that_the_page_names_is_served(http):
    texts = "\n".join(path.read_text() for path in FILES.values())
    named = set(re.findall(r'(?:from "\./|"/static/)([\w.]+)"', texts))
    assert named >= {"main.js", "mrkdwn.js", "page.css", "icon.svg"}
    for name in named:
        answer = await http.get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["__init__.py", "..%2fapp.py", "nothing.js"])
async def test_nothing_else_is_served(http, name):
    assert (await http.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith(".js")))
def test_no_script_writes_markup_or_reaches_outside(name):
    text = FILES[name].read_text()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|eval\(|srcdoc", text
    )
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[\w.]+", text)


# what one person sees


async def test_the_state_shows_who_is_there_and_what_can_be_typed(look):
    state = await look("state", user=ROSA)
    switchable = [one for one in state["people"] if one["switchable"]]
    assert len(switchable) == 11
    assert all(one["name"] and one["role"] for one in switchable)
    assert {one["id"]: one["kind"] for one in state["people"] if not one["switchable"]} == {
        "U0GUES": "guest", "U0LEFT": "deactivated", "U0EXTN": "stranger", "U0BOT": "bot",
    }  # fmt: skip
    assert [one["name"] for one in state["channels"]][:2] == ["order-desk", "credit"]
    assert [(one["id"], one["with"], one["name"]) for one in state["dms"]] == [("D0ROSA", "U0BOT", "Redtag")]
    assert [one["name"] for one in state["commands"]] == ["/hold", "/release", "/cancel", "/change", "/order", "/desk"]
    assert all(one["usage"] for one in state["commands"])
    assert [one["callback_id"] for one in state["message_shortcuts"]] == ["hold.from_message"]


async def test_without_a_name_the_page_begins_with_customer_service(look):
    assert (await look("state"))["me"] == CARL


async def test_people_see_only_the_channels_they_are_in(look):
    state = await look("state", user="U0GUES")
    assert [one["id"] for one in state["channels"]] == ["C0ORDERS"]
    assert (await look("messages", user="U0GUES", channel="C0CREDIT"))["error"] == "channel_not_found"
    assert (await look("messages", user=SAMI, channel="D0CARL"))["error"] == "channel_not_found"


async def test_unread_messages_are_counted_until_they_are_read(workspace, clock, page, look, do):
    clock.pass_(1)
    post(workspace, "old news")
    post(workspace, f"please sign <@{ROSA}>")
    last = post(workspace, "own words", user=ROSA)

    async def credit():
        [one] = [one for one in (await look("state", user=ROSA))["channels"] if one["id"] == "C0CREDIT"]
        return one["unread"], one["mentions"]

    assert await credit() == (2, 1)
    await do("read", user=ROSA, channel="C0CREDIT", ts=last.ts)
    assert await credit() == (0, 0)
    post(workspace, "news", channel="D0ROSA")
    assert (await look("state", user=ROSA))["dms"][0]["mentions"] == 1


async def test_messages_come_in_pages(workspace, look):
    stamps = [post(workspace, f"message {number}").ts for number in range(250)]
    newest = await look("messages", user=ROSA, channel="C0CREDIT")
    assert [one["ts"] for one in newest["messages"]] == stamps[-200:]
    assert newest["more"]
    older = await look("messages", user=ROSA, channel="C0CREDIT", before=stamps[50])
    assert [one["ts"] for one in older["messages"]] == stamps[:50]
    assert not older["more"]
    assert len((await look("messages", user=ROSA, channel="C0CREDIT", limit=400))["messages"]) == 250


async def test_answers_stand_in_their_thread_and_in_the_channel_only_when_sent_there_too(workspace, look):
    parent = post(workspace, "card")
    post(workspace, "waiting for the bank", user=ROSA, thread_ts=parent.ts)
    post(workspace, "released", thread_ts=parent.ts, broadcast=True)
    shown = (await look("messages", user=ROSA, channel="C0CREDIT"))["messages"]
    assert [(one["text"], one["reply_count"]) for one in shown] == [("card", 2), ("released", 0)]
    thread = await look("thread", user=ROSA, channel="C0CREDIT", thread_ts=parent.ts)
    assert [one["text"] for one in thread["messages"]] == ["card", "waiting for the bank", "released"]


async def test_a_private_answer_is_seen_by_one_person_only(workspace, bot, look, do):
    bot.answer = "R-1 is waiting for Credit."
    assert (await do("command", user=CARL, channel="C0ORDERS", text="/hold ORD-1 credit"))["ok"]
    shown = await look("messages", user=CARL, channel="C0ORDERS")
    assert [(one["text"], one["ephemeral"]) for one in shown["ephemerals"]] == [("R-1 is waiting for Credit.", True)]
    assert (await look("messages", user=SAMI, channel="C0ORDERS"))["ephemerals"] == []


async def test_a_person_writes_names_and_marks_that_stay_text(workspace, do):
    text = "Hi @Rosa Alvarez, see #credit: <b>5 & 6</b> <!channel> @Rosalind"
    await do("say", user=CARL, channel="C0ORDERS", text=text)
    [said] = workspace.messages("C0ORDERS")
    assert said.text == (
        f"Hi <@{ROSA}>, see <#C0CREDIT|credit>: &lt;b&gt;5 &amp; 6&lt;/b&gt; &lt;!channel&gt; @Rosalind"
    )


async def test_a_person_answers_in_a_thread(workspace, look, do):
    parent = post(workspace, "card")
    await do("say", user=ROSA, channel="C0CREDIT", text="on it", thread_ts=parent.ts)
    assert [one["text"] for one in (await look("messages", user=ROSA, channel="C0CREDIT"))["messages"]] == ["card"]
    assert workspace.messages("C0CREDIT")[-1].thread_ts == parent.ts


@given(st.text())
def test_typed_text_holds_no_mark_of_slack_but_the_names_it_stands_for(text):
    seed = demo_seed()
    users = {user.id: user for user in seed.users}
    channels = {channel.id: channel for channel in seed.channels}
    left = re.sub(r"<@U0[A-Z]{4}>|<#C0[A-Z]+\|[a-z-]+>", "", to_mrkdwn(text, users, channels))
    assert "<" not in left
    assert ">" not in left


# what the app does


async def test_a_command_without_an_app_shows_the_error_of_slack(do):
    answer = await do("command", user=CARL, channel="C0ORDERS", text="/hold ORD-1 credit")
    assert not answer["ok"]
    assert answer["shown"] == '/hold failed with the error "dispatch_failed"'


@pytest.mark.parametrize("text", ["/nope x", "/holdx", "/"])
async def test_a_command_that_no_app_has_is_answered_by_slack_itself(workspace, bot, do, text):
    answer = await do("command", user=CARL, channel="C0ORDERS", text=text)
    assert answer["shown"].startswith(f"{text.split()[0]} is not a valid command. In Slack, all messages that start")
    assert workspace.deliveries == []


async def test_a_late_answer_shows_a_timeout(workspace, bot, do):
    bot.pause, workspace.answer_within = 0.5, 0.05
    answer = await do("command", user=CARL, channel="C0ORDERS", text="/hold ORD-1 credit")
    assert answer["shown"] == '/hold failed with the error "operation_timeout"'
    message = card(workspace, button("request.approve"))
    clicked = await do("click", user=ROSA, channel="C0CREDIT", ts=message.ts, action_id="request.approve")
    assert clicked["shown"] == "Operation timed out. Apps need to respond within 3 seconds."


async def test_a_click_reaches_the_app_with_what_is_chosen_beside_it(workspace, bot, do):
    reasons = menu("request.reason", "credit", "stock")
    message = card(workspace, reasons, button("request.approve", value="R-1.1"))
    at = {"user": ROSA, "channel": "C0CREDIT", "ts": message.ts, "block_id": "act"}
    chosen = {"type": "static_select", "selected_option": choice("stock")}
    assert (await do("click", **at, action_id="request.reason", state=chosen))["ok"]
    assert (await do("click", **at, action_id="request.approve", state={"type": "button", "value": "R-1.1"}))["ok"]
    picked, clicked = bot.got
    assert picked["actions"][0]["selected_option"]["value"] == "stock"
    assert clicked["actions"][0]["value"] == "R-1.1"
    assert clicked["state"]["values"]["act"]["request.reason"]["selected_option"]["value"] == "stock"
    assert clicked["user"]["id"] == ROSA


async def test_an_app_that_breaks_on_a_click_is_named(workspace, bot, do):
    bot.answer = Response(status_code=500)
    message = card(workspace, button("request.approve"))
    answer = await do("click", user=ROSA, channel="C0CREDIT", ts=message.ts, action_id="request.approve")
    assert answer["shown"] == "This app responded with Status Code 500."


async def test_a_button_that_has_gone_is_said_to_have_changed(workspace, bot, do):
    message = card(workspace, button("request.approve"))
    answer = await do("click", user=ROSA, channel="C0CREDIT", ts=message.ts, action_id="request.other")
    assert answer["shown"] == "This has changed in the meantime. Please look again."
    assert bot.got == []


async def test_nobody_clicks_where_they_cannot_see(workspace, bot, do):
    private = card(workspace, button("request.withdraw"), channel="D0CARL")
    only_carl = card(workspace, button("request.withdraw"), ephemeral_to=CARL)
    for message in (private, only_carl):
        at = {"channel": message.channel, "ts": message.ts, "action_id": "request.withdraw"}
        assert (await do("click", user=SAMI, **at))["error"] == "message_not_found"
        assert (await do("click", user=CARL, **at))["ok"]
    assert [got["user"]["id"] for got in bot.got] == [CARL, CARL]


async def test_a_form_opens_takes_what_was_typed_and_closes(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(note(), reason()))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    assert [block["block_id"] for block in view["blocks"]] == ["note", "reason"]

    typed = {"note": {"note": {"type": "plain_text_input", "value": "<b> & so on"}}}
    missing = await do("submit", user=CARL, view_id=view["id"], values=typed)
    assert missing["errors"] == {"reason": "Please complete this required field."}

    bot.answer = {"response_action": "errors", "errors": {"reason": "Not today."}}
    filled = {**typed, "reason": {"reason": {"type": "static_select", "selected_option": choice("stock")}}}
    refused = await do("submit", user=CARL, view_id=view["id"], values=filled)
    assert (refused["ok"], refused["shown"], refused["errors"]) == (False, None, {"reason": "Not today."})

    bot.answer = None
    assert (await do("submit", user=CARL, view_id=view["id"], values=filled))["ok"]
    sent = bot.got[-1]["view"]["state"]["values"]
    assert sent["note"]["note"]["value"] == "<b> & so on"
    assert sent["reason"]["reason"]["selected_option"]["value"] == "stock"
    assert (await look("views", user=CARL))["views"] == []


async def test_a_form_that_the_app_does_not_take_says_so(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(note(optional=True)))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    bot.answer = {"ok": True}
    assert (await do("submit", user=CARL, view_id=view["id"]))["shown"] == "We had some trouble connecting. Try again?"


async def test_what_was_typed_before_stands_in_what_a_menu_tells_the_app(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(note(), reason(dispatch_action=True)))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    bot.answer = None
    state = {"type": "static_select", "selected_option": choice("stock")}
    values = {
        "note": {"note": {"type": "plain_text_input", "value": "so far"}, "other": {"type": "x"}},
        "unknown": {"unknown": {"type": "plain_text_input", "value": "made up"}},
        "reason": {"reason": {"type": "plain_text_input", "value": "of another type"}},
    }
    at = {"view_id": view["id"], "block_id": "reason", "action_id": "reason", "state": state}
    assert (await do("act", user=CARL, **at, values=values))["ok"]
    got = bot.got[-1]
    assert got["actions"][0]["selected_option"]["value"] == "stock"
    assert got["view"]["state"]["values"] == {
        "note": {"note": {"type": "plain_text_input", "value": "so far"}},
        "reason": {"reason": {"type": "static_select", "selected_option": choice("stock")}},
    }


async def test_forms_stack_and_close_one_by_one_or_all(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(note(optional=True)))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    bot.answer = {"response_action": "push", "view": modal(note(optional=True))}
    await do("submit", user=CARL, view_id=view["id"])
    stack = (await look("views", user=CARL))["views"]
    assert len(stack) == 2
    await do("close", user=CARL, view_id=stack[-1]["id"])
    assert [one["id"] for one in (await look("views", user=CARL))["views"]] == [view["id"]]
    await do("submit", user=CARL, view_id=view["id"])
    top = (await look("views", user=CARL))["views"][-1]
    await do("close", user=CARL, view_id=top["id"], all=True)
    assert (await look("views", user=CARL))["views"] == []


async def test_nobody_touches_the_form_of_somebody_else(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(note(optional=True)))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    for verb in ("submit", "close"):
        assert (await do(verb, user=SAMI, view_id=view["id"]))["error"] == "view_not_found"
    assert len((await look("views", user=CARL))["views"]) == 1


async def test_a_search_offers_what_the_app_finds(workspace, bot, client, look, do):
    bot.answer = opens(client, modal(search("order")))
    await do("command", user=CARL, channel="C0ORDERS", text="/hold")
    [view] = (await look("views", user=CARL))["views"]
    bot.answer = {"options": [choice("ord-1"), choice("ord-2")]}
    at = {"user": CARL, "view_id": view["id"], "block_id": "order", "action_id": "order"}
    found = await do("suggest", **at, typed="ord")
    assert [one["value"] for one in found["options"]] == ["ord-1", "ord-2"]
    assert bot.got[-1]["value"] == "ord"
    bot.answer = {"options": "none"}
    assert (await do("suggest", **at, typed="ord"))["shown"].startswith("The options could not be loaded")
    bot.answer = Response(status_code=503)
    assert (await do("suggest", **at, typed="ord"))["error"] == "http_service_error"


async def test_shortcuts_reach_the_app_with_and_without_a_message(workspace, bot, do):
    message = post(workspace, "please stop ORD-1042", user=SAMI, channel="C0ORDERS")
    at = {"channel": "C0ORDERS", "ts": message.ts}
    assert (await do("shortcut", user=CARL, callback_id="hold.from_message", **at))["ok"]
    assert (await do("shortcut", user=CARL, callback_id="hold.open"))["ok"]
    assert [got["type"] for got in bot.got] == ["message_action", "shortcut"]
    assert bot.got[0]["message"]["text"] == "please stop ORD-1042"


async def test_app_home_is_asked_for_and_shown(workspace, bot, client, look, do):
    assert (await look("home", user=ROSA))["view"] is None
    section = {"type": "section", "text": plain("Nothing waits for you."), "accessory": button("home.open")}

    async def publishes(payload):
        if payload.get("event", {}).get("type") == "app_home_opened":
            await client.views_publish(user_id=payload["event"]["user"], view={"type": "home", "blocks": [section]})

    bot.answer = publishes
    await do("home", user=ROSA)
    view = (await look("home", user=ROSA))["view"]
    assert view["blocks"][0]["text"]["text"] == "Nothing waits for you."
    at = {"view_id": view["id"], "action_id": "home.open", "state": {"type": "button", "value": "v"}}
    assert (await do("act", user=ROSA, **at))["ok"]
    assert bot.got[-1]["actions"][0]["action_id"] == "home.open"


# e-mail


async def test_a_mail_is_shown_in_a_frame_that_may_do_nothing(http, look):
    mail = {
        "from": "Redtag <redtag@acme.example>",
        "to": ["floor@acme.example"],
        "subject": "ORD-1: Clear to ship",
        "text": "Clear to ship.",
        "html": "<p style='color:green'>Clear to ship.</p><script>alert(1)</script>",
    }
    sent = await http.post("/resend/emails", json=mail, headers={"Authorization": "Bearer re_test"})
    [shown] = (await look("mails"))["mails"]
    assert shown["id"] == sent.json()["id"]
    assert (shown["to"], shown["subject"], shown["text"]) == (mail["to"], mail["subject"], mail["text"])
    html = await http.get(f"/playground/mails/{shown['id']}/html")
    assert html.text == mail["html"]
    policy = html.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert (await http.get("/playground/mails/nothing/html")).status_code == 404


# what changes


class Events:
    """The event stream of one person, read as a browser reads it."""

    def __init__(self, http, user):
        self.request = http.stream("GET", "/playground/events", params={"user": user})

    async def __aenter__(self):
        answer = await self.request.__aenter__()
        assert answer.headers["content-type"].startswith("text/event-stream")
        self.lines = answer.aiter_lines()
        return self

    async def __aexit__(self, *error):
        await self.request.__aexit__(*error)

    async def next(self):
        async with asyncio.timeout(WITHIN):
            async for line in self.lines:
                if line.startswith("data: "):
                    return json.loads(line.removeprefix("data: "))
        return None


async def test_the_page_is_told_to_read_everything_and_then_what_changed(workspace, http):
    async with Events(http, ROSA) as events:
        assert await events.next() == {"kind": "all"}
        post(workspace, "hello")
        assert await events.next() == {"kind": "messages", "channel": "C0CREDIT"}
        post(workspace, "for Sami alone", ephemeral_to=SAMI)
        post(workspace, "for Rosa alone", channel="C0ORDERS", ephemeral_to=ROSA)
        assert await events.next() == {"kind": "messages", "channel": "C0ORDERS"}


async def test_open_event_streams_end_when_the_server_stops(page, http):
    async with Events(http, ROSA) as events:
        assert await events.next() == {"kind": "all"}
        page.closing.set()
        assert await events.next() is None


# the process


async def test_changes_are_saved_soon_and_once_more_at_the_end(tmp_path):
    path = tmp_path / "state.json"
    workspace = Workspace(demo_seed())

    def texts():
        return [one.text for one in Workspace.load(path, demo_seed()).messages("C0ORDERS")]

    async with saved_as_it_changes(workspace, path, pause=0):
        async with asyncio.timeout(WITHIN):
            while not path.exists():
                await workspace.say(CARL, "C0ORDERS", "hello")
                await asyncio.sleep(0)
        await workspace.say(CARL, "C0ORDERS", "goodbye")
    assert texts()[0] == "hello"
    assert texts()[-1] == "goodbye"


async def test_a_folder_that_cannot_be_written_does_not_stop_the_workspace(tmp_path, caplog):
    (tmp_path / "file").touch()
    workspace = Workspace(demo_seed())
    async with saved_as_it_changes(workspace, tmp_path / "file" / "state.json", pause=0):
        await workspace.say(CARL, "C0ORDERS", "hello")
    assert "could not be saved" in caplog.text


class Started:
    """`python -m playground` as a process of its own."""

    def __init__(self, *arguments):
        self.arguments = arguments

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "playground", *self.arguments,
            cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def address(self):
        async with asyncio.timeout(30):
            while line := (await self.process.stderr.readline()).decode():
                if found := re.search(r"listening on (http://\S+)", line):
                    return found[1]
        raise AssertionError("it ended before it listened")

    async def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self):
        async with asyncio.timeout(30):
            out, err = await self.process.communicate()
        return self.process.returncode, out.decode(), err.decode()


def reaching(address):
    return httpx.AsyncClient(base_url=address, **PLAIN)


async def test_a_stopped_playground_keeps_its_messages(tmp_path):
    kept = ("--port", "0", "--state", str(tmp_path / "state.json"))
    async with Started(*kept) as first, reaching(await first.address()) as http, Events(http, CARL) as events:
        assert await events.next() == {"kind": "all"}  # an open page does not hold it up
        await http.post("/playground/say", json={"user": CARL, "channel": "C0ORDERS", "text": "keep me"})
        code, out, _ = await first.stop()
    assert (code, out) == (0, "")
    async with Started(*kept) as second, reaching(await second.address()) as http:
        query = {"user": CARL, "channel": "C0ORDERS"}
        shown = (await http.get("/playground/messages", params=query)).json()
        assert [one["text"] for one in shown["messages"]] == ["keep me"]
        assert (await second.stop(signal.SIGINT))[0] == 0


async def test_a_port_that_is_taken_is_one_clear_line():
    listener = bound_socket("127.0.0.1", 0)
    port = port_of(listener)
    async with Started("--port", str(port)) as started:
        code, out, err = await started.ended()
    listener.close()
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{port}" in err


async def test_a_state_file_that_cannot_be_read_is_one_clear_line(tmp_path):
    state = tmp_path / "state.json"
    state.write_text("{}")
    async with Started("--port", "0", "--state", str(state)) as started:
        code, _, err = await started.ended()
    assert code == 1
    assert err.count("\n") == 1
    assert "not a saved workspace" in err
    assert state.read_text() == "{}"


async def test_socket_mode_waits_for_the_app_with_its_tokens():
    tokens = ("--app-token", "xapp-mine", "--bot-token", "xoxb-mine", "--socket-mode")
    async with Started("--port", "0", *tokens) as started, reaching(await started.address()) as http:
        opened = await http.post("/api/apps.connections.open", headers={"Authorization": "Bearer xapp-mine"})
        assert opened.json()["url"].startswith("ws://127.0.0.1:")
        known = await http.post("/api/auth.test", headers={"Authorization": "Bearer xoxb-mine"})
        assert known.json()["user_id"] == "U0BOT"
        command = {"user": CARL, "channel": "C0ORDERS", "text": "/hold"}
        refused = (await http.post("/playground/command", json=command)).json()
        assert refused["shown"] == '/hold failed with the error "dispatch_failed"'
