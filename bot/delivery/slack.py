"""Messages to Slack: at most two of the same, the second one saying so."""

import dataclasses
from collections.abc import Awaitable
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.delivery.lookup import Answer, find_posted, mark
from bot.delivery.ports import Blocks, Clients, Post, Publish, Reply, Update, Upload
from bot.delivery.problems import CALL_ERRORS, Kind, Problem, judged, problem_of, settled, settled_with_person
from bot.delivery.response_url import ResponseUrls
from bot.delivery.trying import again
from workflows.notices import Claimed, Dead, Retry, Sent, Settlement, Skipped

# The message cannot be drawn again where it stands, so it is posted anew.
GONE: Final = frozenset({"cant_update_message", "edit_window_closed", "is_inactive", "message_not_found"})
MOST_BLOCKS: Final = 50
PEOPLE: Final = ("U", "W")  # what the ids of members begin with


class SlackSender:
    def __init__(self, clients: Clients, session: aiohttp.ClientSession, slack_api_url: str) -> None:
        self._clients = clients
        self._session = session
        self._response_urls = ResponseUrls(session, slack_api_url)

    async def post(self, claimed: Claimed, post: Post) -> Settlement:
        client = self._clients.client_for(claimed.desk_id)
        if client is None:
            return _no_token(claimed)
        if claimed.unclear < 2:
            return await _post(client, claimed, post)
        return await _post_unless_there(client, claimed, post)

    async def update(self, claimed: Claimed, updates: tuple[Update, ...]) -> Settlement:
        """Draw a message again wherever it stands: it may have been posted twice."""
        client = self._clients.client_for(claimed.desk_id)
        if client is None:
            return _no_token(claimed)
        answers = [await _called(_update(client, update)) for update in updates]
        problems = [answer for answer in answers if isinstance(answer, Problem) and answer.code not in GONE]
        if problems:
            return settled(claimed, problems[0], repeatable=True)
        drawn = [update for update, answer in zip(updates, answers, strict=True) if not isinstance(answer, Problem)]
        if drawn:
            return Sent(drawn[0].channel, drawn[0].ts)
        return await self._instead(claimed, updates)

    async def _instead(self, claimed: Claimed, updates: tuple[Update, ...]) -> Settlement:
        fallback = next((update.fallback for update in updates if update.fallback), None)
        return await self.post(claimed, fallback) if fallback else Skipped("the message is gone")

    async def reply(self, claimed: Claimed, reply: Reply) -> Settlement:
        """By the first way that Slack lets us go. Twice would do no harm: only one person sees it."""
        problem = await self._response_urls.answer(reply)
        if problem is None:
            return Sent()
        if problem.kind is not Kind.REFUSED:
            return settled(claimed, problem)
        client = self._clients.client_for(claimed.desk_id)
        if client is None:
            return _no_token(claimed)
        answer = await _privately(client, reply)
        return settled_with_person(claimed, answer) if isinstance(answer, Problem) else _sent(answer)

    async def publish(self, claimed: Claimed, publish: Publish) -> Settlement:
        client = self._clients.client_for(claimed.desk_id)
        if client is None:
            return _no_token(claimed)
        answer = await _called(client.views_publish(user_id=publish.user, view=publish.view))
        return settled_with_person(claimed, answer, repeatable=True) if isinstance(answer, Problem) else Sent()

    async def upload(self, claimed: Claimed, upload: Upload) -> Settlement:
        """Three calls; before the last one nobody sees anything. Where that one is unclear, the file may come twice."""
        client = self._clients.client_for(claimed.desk_id)
        if client is None:
            return _no_token(claimed)
        if claimed.unclear > 2:
            return Dead("uploaded twice, no answer either time")
        asked = client.files_getUploadURLExternal(
            alt_txt=upload.alt or None, filename=upload.name, length=len(upload.content)
        )
        place = await _called(asked)
        if isinstance(place, Problem):
            return settled(claimed, place, repeatable=True)
        problem = await self._bytes(str(place["upload_url"]), upload)
        if problem:
            return settled(claimed, problem, repeatable=True)
        where = await _conversation(client, upload)
        if isinstance(where, Problem):
            return _ended(claimed, where, upload.channel, repeatable=True)
        file: dict[str, str | None] = {"id": str(place["file_id"]), "title": upload.name}
        answer = await _called(client.files_completeUploadExternal(files=[file], **where))
        return settled(claimed, answer) if isinstance(answer, Problem) else Sent()

    async def _bytes(self, address: str, upload: Upload) -> Problem | None:
        """To the address that Slack has just given, without a token."""
        try:
            async with self._session.post(address, data=upload.content, allow_redirects=False) as answer:
                return None if answer.status == 200 else judged(answer.status, "", answer.headers)
        except CALL_ERRORS as error:
            return problem_of(error)


async def _conversation(client: AsyncWebClient, upload: Upload) -> dict[str, Any] | Problem:
    """Slack takes no person's id for a file; words to a person are taken, and tell the id of the conversation."""
    if not upload.channel.startswith(PEOPLE):
        comment = upload.comment or None
        return {"channel_id": upload.channel, "initial_comment": comment, "thread_ts": upload.thread_ts}
    answer = await _called(client.chat_postMessage(channel=upload.channel, text=upload.comment))
    return answer if isinstance(answer, Problem) else {"channel_id": str(answer["channel"])}


async def _post_unless_there(client: AsyncWebClient, claimed: Claimed, post: Post) -> Settlement:
    """An earlier post may have arrived. That Slack answers the question also shows that it is well again."""
    found = await find_posted(client, post, claimed)
    match found:
        case Problem():
            return _ended(claimed, found, post.channel, repeatable=True)
        case Answer.ABSENT:
            return await _post(client, claimed, post)
        case Answer.UNREADABLE if claimed.unclear > 2:
            return Dead("posted twice, no answer either time")
        case Answer.UNREADABLE:
            return await _post(client, claimed, as_repeat(post, claimed), repeat=True)
        case ts:
            return Sent(post.channel, ts, {"found": True})


async def _post(client: AsyncWebClient, claimed: Claimed, post: Post, **facts: bool) -> Settlement:
    call = client.chat_postMessage(
        **_content(post.text, post.blocks),
        channel=post.channel,
        metadata=mark(claimed),
        reply_broadcast=post.broadcast or None,
        thread_ts=post.thread_ts,
        unfurl_links=False,
        unfurl_media=False,
    )
    answer = await _called(call)
    if not isinstance(answer, Problem):
        return _sent(answer, **facts)
    # A repeat that Slack says has failed is made again; only one that vanished in silence counts as the second post.
    return _ended(claimed, answer, post.channel, repeatable=bool(facts) and not answer.is_silence)


def _ended(claimed: Claimed, problem: Problem, channel: str, *, repeatable: bool) -> Settlement:
    """`channel`: one, or a person."""
    settle = settled_with_person if channel.startswith(PEOPLE) else settled
    return settle(claimed, problem, repeatable=repeatable)


def _update(client: AsyncWebClient, update: Update) -> Awaitable[AsyncSlackResponse]:
    # Blocks always, be they none: without them, the ones that were there would stay or go as Slack sees fit.
    return client.chat_update(channel=update.channel, ts=update.ts, text=update.text, blocks=[*update.blocks])


async def _privately(client: AsyncWebClient, reply: Reply) -> AsyncSlackResponse | Problem:
    """As an ephemeral message where the person is; where that cannot be, as a direct one."""
    content = _content(reply.text, reply.blocks)
    if reply.channel:
        answer = await _called(client.chat_postEphemeral(channel=reply.channel, user=reply.user, **content))
        if not (isinstance(answer, Problem) and answer.kind is Kind.REFUSED):
            return answer
    return await _called(client.chat_postMessage(channel=reply.user, **content))


async def _called(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | Problem:
    try:
        return await call
    except CALL_ERRORS as error:
        return problem_of(error)


def as_repeat(post: Post, claimed: Claimed) -> Post:
    """The same message, which says that there may be another copy of it. Either copy's buttons work."""
    bulk = claimed.payload.get("bulk")
    about = f"B-{bulk}" if bulk else f"R-{claimed.request}" if claimed.request else ""
    opening = f"Repeat of {about}: " if about else "Repeat: "
    words = f"{opening}an earlier copy of this message may stand above. Either one works."
    first = {"text": {"text": words, "type": "mrkdwn"}, "type": "section"}
    blocks = (first, *post.blocks)[:MOST_BLOCKS] if post.blocks else ()
    return dataclasses.replace(post, text=opening + post.text, blocks=blocks)


def _content(text: str, blocks: Blocks) -> dict[str, Any]:
    return {"blocks": [*blocks], "text": text} if blocks else {"text": text}


def _sent(answer: AsyncSlackResponse, **facts: bool) -> Sent:
    return Sent(str(answer.get("channel") or ""), str(answer.get("ts") or ""), facts)


def _no_token(claimed: Claimed) -> Retry:
    return again(claimed, "no bot token for this workspace", definite=True)
