"""Did a message arrive although nobody heard so? Slack's posts have no idempotency key, so we look for our own mark."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.ports import Post
from bot.delivery.problems import CALL_ERRORS, Kind, Problem, problem_of
from workflows.notices import Claimed

EVENT: Final = "redtag.notice"
SKEW: Final = timedelta(minutes=10)  # between our clock and Slack's
PAGES: Final = 3
PAGE: Final = 200


class Answer(Enum):
    ABSENT = auto()  # the channel was read, and the message is not there
    UNREADABLE = auto()  # Slack answers, but does not let us read the channel


def mark(claimed: Claimed) -> dict[str, Any]:
    """Message metadata; anybody in the channel may read it."""
    return {"event_payload": {"id": _mark_id(claimed)}, "event_type": EVENT}


def _mark_id(claimed: Claimed) -> str:
    return f"{claimed.desk_id}:{claimed.id}"


async def find_posted(client: AsyncWebClient, post: Post, claimed: Claimed) -> str | Answer | Problem:
    """The message's `ts`, or that it is not there, or that it cannot be known; a Problem where Slack is not well."""
    cursor = ""
    try:
        for _ in range(PAGES):
            page = await _page(client, post, claimed, cursor)
            if ts := _ours(page, claimed):
                return ts
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Answer.ABSENT
    except CALL_ERRORS as error:
        problem = problem_of(error)
        return Answer.UNREADABLE if problem.kind is Kind.REFUSED else problem
    return Answer.UNREADABLE


async def _page(client: AsyncWebClient, post: Post, claimed: Claimed, cursor: str) -> AsyncSlackResponse:
    oldest = f"{(claimed.created_at - SKEW).timestamp():.6f}"
    options: dict[str, Any] = {"include_all_metadata": True, "limit": PAGE, "oldest": oldest}
    if cursor:
        options["cursor"] = cursor
    if post.thread_ts:
        return await client.conversations_replies(channel=post.channel, ts=post.thread_ts, **options)
    return await client.conversations_history(channel=post.channel, **options)


def _ours(page: AsyncSlackResponse, claimed: Claimed) -> str:
    for message in page.get("messages") or ():
        metadata: Mapping[str, Any] = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == EVENT and payload.get("id") == _mark_id(claimed):
            return str(message["ts"])
    return ""
