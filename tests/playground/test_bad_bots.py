"""Apps that answer late, wrongly or not at all: what the person then sees, in Slack's words."""

import asyncio
import contextlib
import json

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from playground.slack.server import bound_socket, port_of
from playground.web import wording
from tests.playground.blocks import actions, button, input_of, modal, text_input

TROUBLE = "We had some trouble connecting. Try again?"
LATE = "Operation timed out. Apps need to respond within 3 seconds."


@contextlib.asynccontextmanager
async def listening(behave):
    """A server below HTTP: it does to each connection what it is told."""

    meetings = set()

    async def meet(reader, writer):
        meetings.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await behave(reader, writer)
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    listener = bound_socket("127.0.0.1", 0)
    server = await asyncio.start_server(meet, sock=listener)
    try:
        yield f"http://127.0.0.1:{port_of(listener)}/slack/events"
    finally:
        server.close()
        await asyncio.wait_for(asyncio.gather(*meetings), 5)


async def hangs_up(_reader, writer):
    writer.transport.abort()


async def hangs_up_in_the_middle(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()


async def speaks_another_language(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")
    await writer.drain()


async def claims_to_be_packed(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")
    await writer.drain()


async def says_nothing(reader, _writer):
    await reader.read()


async def drips(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


class Desk:
    """Everything that a person can do, against whatever app is connected."""

    def __init__(self, workspace, message, view):
        self.workspace, self.message, self.view = workspace, message, view

    async def command(self):
        answer = await self.workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")
        return answer, wording.for_command("/hold ORD-1", answer.error or "")

    async def click(self):
        answer = await self.workspace.click("U0ROSA", self.message, "request.approve")
        return answer, wording.for_click(answer.error or "", answer.status)

    async def shortcut(self):
        answer = await self.workspace.shortcut("U0CARL", "hold.open")
        return answer, wording.for_click(answer.error or "", answer.status)

    async def submit(self):
        answer = await self.workspace.submit("U0CARL", self.view, order="ORD-1")
        return answer, answer.error

    async def suggest(self):
        options = await self.workspace.suggest("U0CARL", self.view, "search", "ORD-1")
        assert options == []
        return self.workspace.deliveries[-1].failure, None


@pytest.fixture
async def desk(workspace, client, bot):
    workspace.rate_limits = False
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=[actions(button("request.approve"))])
    await workspace.shortcut("U0CARL", "hold.open")
    view = modal(text_input("order"), input_of("search", {"type": "external_select"}, optional=True))
    opened = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=view)
    workspace.answer_within = 0.2
    return Desk(workspace, workspace.messages("C0CREDIT")[0], opened["view"]["id"])


@pytest.mark.parametrize(
    "behave",
    [hangs_up, hangs_up_in_the_middle, speaks_another_language, claims_to_be_packed],
    ids=lambda one: one.__name__,
)
async def test_a_broken_connection_is_a_failed_dispatch(desk, behave):
    async with listening(behave) as url:
        desk.workspace.connect_http(url)
        assert (await desk.command())[1] == '/hold failed with the error "dispatch_failed"'
        assert (await desk.click())[1] == "This app could not be reached (dispatch_failed)."
        assert (await desk.shortcut())[0].error == "dispatch_failed"
        assert (await desk.submit())[1] == TROUBLE
        assert (await desk.suggest())[0] == "dispatch_failed"
    assert [view.id for view in desk.workspace.views("U0CARL")] == [desk.view]


async def test_nobody_at_the_address_is_a_failed_dispatch(desk):
    free = bound_socket("127.0.0.1", 0)
    port = port_of(free)
    free.close()
    for url in (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/", "http://nowhere.invalid/"):
        desk.workspace.connect_http(url)
        desk.workspace.answer_within = 3.0
        assert (await desk.command())[0].error == "dispatch_failed"
        assert (await desk.submit())[1] == TROUBLE


@pytest.mark.parametrize("behave", [says_nothing, drips], ids=lambda one: one.__name__)
async def test_an_answer_that_does_not_end_in_time_is_a_timeout(desk, behave):
    async with listening(behave) as url:
        desk.workspace.connect_http(url)
        assert (await desk.command())[1] == '/hold failed with the error "operation_timeout"'
        assert (await desk.click())[1] == LATE
        assert (await desk.shortcut())[1] == LATE
        assert (await desk.submit())[1] == TROUBLE
        assert (await desk.suggest())[0] == "operation_timeout"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (PlainTextResponse("no", 404), "http_client_error"),
        (JSONResponse({"error": "unhandled request"}, 404), "http_client_error"),
        (Response(status_code=204), "http_client_error"),
        (RedirectResponse("/elsewhere"), "http_client_error"),
        (PlainTextResponse("", 500), "http_service_error"),
        (PlainTextResponse("busy", 503), "http_service_error"),
    ],
)
async def test_any_status_but_200_is_an_error(desk, bot, answer, code):
    bot.answer = answer
    assert (await desk.command())[1] == f'/hold failed with the error "{code}"'
    assert (await desk.click())[1] == f"This app responded with Status Code {answer.status_code}."
    assert (await desk.submit())[1] == TROUBLE
    assert (await desk.suggest())[0] == code


NO_VIEW = {**modal(), "title": {"type": "plain_text", "text": "x" * 25}}


@pytest.mark.parametrize(
    "body",
    [
        "ok", "[]", "null", "0", '"close"', "{", "<html></html>", "{}", '{"ok": true}', '{"text": "hello"}',
        '{"response_action": "close"}', '{"response_action": ["clear"]}', '{"response_action": "update"}',
        '{"response_action": "update", "view": "modal"}', '{"response_action": "push", "view": {}}',
        '{"response_action": "update", "view": {"type": "modal", "blocks": "none"}}',
        '{"response_action": "errors"}', '{"response_action": "errors", "errors": {}}',
        '{"response_action": "errors", "errors": ["order"]}', '{"response_action": "errors", "errors": {"order": 5}}',
        '{"response_action": "errors", "errors": {"order": ""}}',
        '{"response_action": "errors", "errors": {"quantity": "unknown block"}}',
        json.dumps({"response_action": "update", "view": NO_VIEW}),
        json.dumps({"response_action": "update", "view": {"type": "home", "blocks": []}}),
    ],
)  # fmt: skip
async def test_what_is_no_answer_to_a_submission_is_trouble_and_says_why_in_the_record(desk, bot, body):
    bot.answer = Response(body, media_type="application/json")
    assert (await desk.submit())[1] == TROUBLE
    assert desk.workspace.deliveries[-1].problem
    assert [view.id for view in desk.workspace.views("U0CARL")] == [desk.view]


@pytest.mark.parametrize(
    "body",
    [
        "[]", "5", "{", "{}", '{"text": ""}', '{"ok": true}', '{"blocks": "none", "text": "x"}',
        '{"blocks": [1], "text": "x"}', '{"blocks": [{"type": "nonsense"}], "text": "x"}',
        '{"attachments": "none"}', '{"attachments": [5]}',
    ],
)  # fmt: skip
async def test_what_is_no_message_is_an_invalid_answer_to_a_command(desk, bot, body):
    bot.answer = Response(body, media_type="application/json")
    assert (await desk.command())[1] == '/hold failed with the error "invalid_command_response"'
    assert desk.workspace.deliveries[-1].problem
    assert desk.workspace.ephemerals("U0CARL") == []


@pytest.mark.parametrize("body", ["", "[]", "{", "{}", '{"options": "all"}', '{"options": [{"text": "x"}]}'])
async def test_what_is_no_list_of_options_offers_nothing(desk, bot, body):
    bot.answer = Response(body, media_type="application/json")
    await desk.suggest()
    assert desk.workspace.deliveries[-1].problem


@pytest.mark.parametrize("answer", ["nonsense", {"response_action": "errors"}, Response(b"\xff\xfe", 200)])
async def test_what_is_said_in_answer_to_a_click_is_ignored(desk, bot, answer):
    bot.answer = answer
    assert (await desk.click())[0].error is None
    assert (await desk.shortcut())[0].error is None


LONG = 2000


async def test_an_endless_answer_is_cut_off(desk, bot):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < LONG:
            sent += 1
            await asyncio.sleep(0)
            yield b"x" * 65_536

    bot.answer = lambda _payload: StreamingResponse(endless(), media_type="application/json")
    desk.workspace.answer_within = 3.0
    assert (await desk.command())[0].error == "dispatch_failed"
    assert (await desk.submit())[1] == TROUBLE
    assert sent < LONG


class TestSockets:
    @pytest.fixture
    async def socket(self, desk, client, session):
        client.token = None
        opened = await client.apps_connections_open(app_token=desk.workspace.app_token)
        async with session.ws_connect(opened["url"]) as socket:
            await socket.receive_json()
            yield socket

    async def test_an_app_that_never_acknowledges(self, desk, socket):
        assert (await desk.command())[1] == '/hold failed with the error "operation_timeout"'
        assert (await desk.click())[1] == LATE
        assert (await desk.submit())[1] == TROUBLE
        assert (await desk.suggest())[0] == "operation_timeout"

    @pytest.mark.parametrize("said", ["nonsense", "[]", "5", '{"envelope_id": "unknown"}', b"\xff\x00"])
    async def test_what_is_no_acknowledgement_is_passed_over(self, desk, socket, said):
        if isinstance(said, bytes):
            await socket.send_bytes(said)
        else:
            await socket.send_str(said)
        acting = asyncio.ensure_future(desk.click())
        await socket.send_json({"envelope_id": (await socket.receive_json())["envelope_id"]})
        assert (await acting)[0].error is None

    @pytest.mark.parametrize("payload", ["ok", ["clear"], {"ok": True}])
    async def test_a_wrong_payload_for_a_submission_is_trouble(self, desk, socket, payload):
        acting = asyncio.ensure_future(desk.submit())
        await socket.send_json({"envelope_id": (await socket.receive_json())["envelope_id"], "payload": payload})
        assert (await acting)[1] == TROUBLE

    async def test_an_app_that_hangs_up_instead_of_acknowledging(self, desk, socket):
        acting = asyncio.ensure_future(desk.command())
        await socket.receive_json()
        await socket.close()
        assert (await acting)[0].error == "operation_timeout"
        assert (await desk.command())[0].error == "dispatch_failed"
