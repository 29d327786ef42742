"""What Slack would send for a typed command and a pressed button, signed with a secret of the rehearsal's own."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

FORM: Final = "application/x-www-form-urlencoded"


def headers(body: bytes, secret: str) -> dict[str, str]:
    now = str(int(time.time()))
    mac = hmac.digest(secret.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hex()
    return {"Content-Type": FORM, "X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={mac}"}


def command_body(team: str, user: str, channel: str, text: str, response_url: str) -> bytes:
    """Without a trigger_id: nobody could open a form for a person who is not there."""
    name, _, rest = text.partition(" ")
    fields = {
        "team_id": team,
        "team_domain": "rehearsal",
        "channel_id": channel,
        "channel_name": "rehearsal",
        "user_id": user,
        "user_name": user.lower(),
        "command": name,
        "text": rest,
        "response_url": response_url,
    }
    return urlencode(fields).encode()


def click_body(team: str, user: str, place: Mapping[str, str], action: Mapping[str, Any], response_url: str) -> bytes:
    """`place` has channel and ts, and thread where the message is an answer."""
    thread = {"thread_ts": place["thread"]} if place.get("thread") else {}
    payload = {
        "type": "block_actions",
        "team": {"id": team, "domain": "rehearsal"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
        "container": {
            "type": "message",
            "message_ts": place["ts"],
            "channel_id": place["channel"],
            "is_ephemeral": False,
            **thread,
        },
        "channel": {"id": place["channel"], "name": "rehearsal"},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()
