import time

import pytest
from slack_sdk.signature import SignatureVerifier

from playground.slack.signing import sign
from playground.slack.transport_http import SignedRequest

# the example of Slack's page on verifying requests
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def test_the_signature_is_that_of_slacks_own_example():
    assert sign(SECRET, 1531420618, BODY) == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


async def test_every_kind_of_request_carries_a_signature_that_holds(workspace):
    workspace.connect_http("http://127.0.0.1:9/slack/events")
    for kind, payload in (
        ("command", workspace.payload_for_command("U0CARL", "C0ORDERS", "/hold \ud83d")),
        ("interactive", {"type": "shortcut"}),
        ("event", {"type": "event_callback"}),
    ):
        request = workspace.signed_request(kind, payload)
        stamp, signature = request.headers["X-Slack-Request-Timestamp"], request.headers["X-Slack-Signature"]
        assert signature == sign(workspace.signing_secret, stamp, request.body)
        assert abs(int(stamp) - time.time()) < 5
    assert SignatureVerifier(workspace.signing_secret).is_valid(request.body, stamp, signature)


async def test_the_same_signed_bytes_can_be_sent_again(workspace, bot):
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")
    again = await workspace.resend(answer.delivery)
    assert again.status == 200
    assert bot.raw[0] == bot.raw[1]
    assert bot.headers[0]["x-slack-signature"] == bot.headers[1]["x-slack-signature"]


@pytest.mark.parametrize("signature", ["", "v0=0", "nonsense"])
async def test_a_forged_request_can_be_sent(workspace, bot, signature):
    good = workspace.signed_request("command", workspace.payload_for_command("U0CARL", "C0ORDERS", "/hold"))
    forged = SignedRequest(good.url, good.headers | {"X-Slack-Signature": signature}, good.body)
    answer = await workspace.send_raw(forged)
    assert (answer.status, answer.error) == (401, "http_client_error")
    assert bot.got == []
