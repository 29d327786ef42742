import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.playground.blocks import choice, input_of, modal, text_input
from tests.playground.conftest import refused


class SocketBot:
    """Slack's own Socket Mode client with an answer for every envelope."""

    def __init__(self, client, app_token):
        self.client = SocketModeClient(app_token, web_client=client)
        self.client.socket_mode_request_listeners.append(self.listen)
        self.got = []
        self.acknowledges = True
        self.answer = None

    async def listen(self, client, request):
        self.got.append(request)
        if self.acknowledges:
            answer = SocketModeResponse(request.envelope_id, self.answer)
            await client.send_socket_mode_response(answer)


@pytest.fixture
async def socket(workspace, client):
    bot = SocketBot(client, workspace.app_token)
    await bot.client.connect()
    await workspace.wait_for(lambda: workspace.sockets.connections)
    yield bot
    await bot.client.close()


async def test_a_command_travels_by_socket(workspace, socket):
    socket.answer = {"text": "Noted"}
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 half \ud83d")
    assert answer.message.text == "Noted"
    assert answer.delivery.transport == "socket"
    [got] = socket.got
    assert (got.type, got.payload["command"], got.payload["text"]) == ("slash_commands", "/hold", "ORD-1 half \ud83d")
    assert got.accepts_response_payload is True


async def test_nothing_goes_over_http_once_a_socket_is_open(workspace, bot, socket):
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    assert (len(bot.got), len(socket.got)) == (0, 1)
    assert workspace.connection is workspace.sockets


async def test_a_click_is_acknowledged_and_its_payload_ignored(workspace, client, socket):
    socket.answer = {"text": "Approved!"}
    answer = await workspace.shortcut("U0CARL", "hold.open")
    assert (answer.error, answer.body) == (None, "")
    assert socket.got[0].type == "interactive"


async def test_a_submission_is_answered_by_socket(workspace, client, socket):
    await workspace.shortcut("U0CARL", "hold.open")
    opened = await client.views_open(trigger_id=socket.got[0].payload["trigger_id"], view=modal())
    socket.answer = {"response_action": "errors", "errors": {"order": "Unknown"}}
    answer = await workspace.submit("U0CARL", opened["view"]["id"], order="ORD-1")
    assert answer.errors == {"order": "Unknown"}
    socket.answer = None
    assert (await workspace.submit("U0CARL", opened["view"]["id"], order="ORD-1")).error is None
    assert workspace.views("U0CARL") == []


async def test_an_unacknowledged_envelope_is_a_timeout_for_the_person(workspace, socket):
    workspace.answer_within = 0.05
    socket.acknowledges = False
    assert (await workspace.command("U0CARL", "C0ORDERS", "/hold")).error == "operation_timeout"


async def test_an_unacknowledged_event_comes_again(workspace, socket):
    workspace.answer_within = 0.05
    workspace.event_retries = (0, 0, 0)
    socket.acknowledges = False
    await workspace.event({"type": "team_join"})
    await workspace.wait_for(lambda: len(workspace.deliveries) == 4)
    assert [(one.retry_attempt, one.retry_reason) for one in socket.got] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({one.payload["event_id"] for one in socket.got}) == 1
    assert len({one.envelope_id for one in socket.got}) == 4


async def test_the_same_envelope_can_be_sent_again(workspace, socket):
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold")
    await workspace.resend(answer.delivery)
    assert socket.got[0].envelope_id == socket.got[1].envelope_id


async def test_without_a_socket_nothing_is_dispatched(workspace, socket):
    await workspace.sockets.aclose()
    assert (await workspace.command("U0CARL", "C0ORDERS", "/hold")).error == "dispatch_failed"


async def test_a_refresh_brings_a_new_socket(workspace, socket):
    [old] = workspace.sockets.connections
    await workspace.sockets.disconnect("refresh_requested")
    await workspace.wait_for(lambda: [one for one in workspace.sockets.connections if one is not old])
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    assert len(socket.got) == 1


async def test_any_socket_may_get_any_payload(workspace, client, socket):
    other = SocketBot(client, workspace.app_token)
    await other.client.connect()
    await workspace.wait_for(lambda: len(workspace.sockets.connections) == 2)
    for _ in range(4):
        await workspace.command("U0CARL", "C0ORDERS", "/hold")
    await other.client.close()
    assert (len(socket.got), len(other.got)) == (2, 2)


async def test_a_socket_says_hello(workspace, client, session):
    url = (await client.apps_connections_open(app_token=workspace.app_token))["url"]
    async with session.ws_connect(url) as websocket:
        hello = await websocket.receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0REDTAG"}
    assert hello["debug_info"]["approximate_connection_time"]


async def test_a_ticket_opens_one_socket(workspace, client, session):
    url = (await client.apps_connections_open(app_token=workspace.app_token))["url"]
    async with session.ws_connect(url):
        with pytest.raises(Exception, match="403"):
            await session.ws_connect(url)


async def test_ten_sockets_are_the_most(workspace, client, session):
    sockets = []
    for _ in range(11):
        url = (await client.apps_connections_open(app_token=workspace.app_token))["url"]
        sockets.append(await session.ws_connect(url))
        first = await sockets[-1].receive_json()
    assert (first["type"], first["reason"]) == ("disconnect", "too_many_websockets")
    for one in sockets:
        await one.close()


async def test_the_bot_token_opens_no_socket(client, workspace):
    call = client.apps_connections_open(app_token=workspace.bot_token)
    assert await refused(call) == "not_allowed_token_type"


@pytest.fixture
async def bolt(workspace, client):
    """A real Bolt app with one listener of each kind."""
    app = AsyncApp(client=client, signing_secret=workspace.signing_secret)

    @app.command("/hold")
    async def hold(ack, body, client):
        view = modal(text_input("note"), input_of("order", {"type": "external_select"}))
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack("Opened")

    @app.options("order")
    async def orders(ack):
        await ack(options=[choice("ORD-1")])

    @app.view("hold.submit")
    async def submitted(ack, view, say=None):
        order = view["state"]["values"]["order"]["order"]["selected_option"]["value"]
        await ack(response_action="errors", errors={"note": f"Why {order}?"})

    handler = AsyncSocketModeHandler(app, workspace.app_token)
    await handler.connect_async()
    await workspace.wait_for(lambda: workspace.sockets.connections)
    yield app
    await handler.close_async()


async def test_bolt_works_against_it(workspace, bolt):
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold")
    assert answer.message.text == "Opened"
    [view] = workspace.views("U0CARL")
    assert await workspace.suggest("U0CARL", view.id, "order", "ord") == [choice("ORD-1")]
    answer = await workspace.submit("U0CARL", view.id, note="x", order="ORD-1")
    assert answer.errors == {"note": "Why ORD-1?"}


async def test_a_bolt_listener_that_does_not_exist_leaves_the_person_waiting(workspace, bolt):
    workspace.answer_within = 0.1
    answer = await workspace.command("U0CARL", "C0ORDERS", "/unknown")
    assert answer.error == "operation_timeout"
