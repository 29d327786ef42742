"""Posts, redraws and replies against the strict workspace."""

from datetime import timedelta

import pytest

from bot.delivery.ports import Post, Publish, Reply, Update, Upload
from bot.delivery.problems import Kind, judged, retry_after
from bot.delivery.response_url import ResponseUrls
from bot.delivery.slack import SlackSender, as_repeat
from playground.slack.state import ResponseUrl
from tests.bot.delivery_fixtures import OneClient, bare_client, claimed, client, session, slack, workspace
from workflows.notices import Dead, Retry, Sent, Skipped

__all__ = ["client", "session", "slack", "workspace"]

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hold ORD-123?"}}
POST = Post("C0CREDIT", "Hold ORD-123?", [SECTION])
AGAIN = claimed(attempts=2, unclear=2)


def texts(workspace, channel="C0CREDIT"):
    return [message.text for message in workspace.messages(channel)]


def calls(workspace, method):
    return [call for call in workspace.calls if call.method == method]


# files


async def test_a_file_is_uploaded_into_the_conversation(workspace, slack):
    upload = Upload("C0CREDIT", "refused.csv", b"row,column\n", "These rows were refused.")
    assert await slack.upload(claimed(), upload) == Sent()
    (message,) = workspace.messages("C0CREDIT")
    (file,) = [workspace.state.files[each] for each in message.files]
    assert (message.text, file.name, file.content) == ("These rows were refused.", "refused.csv", b"row,column\n")


@pytest.mark.parametrize(
    ("method", "error", "kind"),
    [
        ("files.getUploadURLExternal", "missing_scope", Dead),
        ("files.getUploadURLExternal", "internal_error", Retry),
        ("files.completeUploadExternal", "not_in_channel", Dead),
        ("files.completeUploadExternal", "internal_error", Retry),
    ],
)
async def test_an_upload_that_slack_refuses_ends_and_one_that_fails_comes_again(workspace, slack, method, error, kind):
    workspace.fail(method, error)
    assert isinstance(await slack.upload(claimed(), Upload("C0CREDIT", "refused.csv", b"x")), kind)


# posts


async def test_a_post_is_sent_and_remembered_by_channel_and_ts(workspace, slack):
    sent = await slack.post(claimed(), POST)
    (message,) = workspace.messages("C0CREDIT")
    assert sent == Sent("C0CREDIT", message.ts)
    assert (message.text, message.blocks[0]["text"]["text"]) == ("Hold ORD-123?", "Hold ORD-123?")


async def test_a_post_to_a_person_goes_to_their_direct_message(workspace, slack):
    sent = await slack.post(claimed(lane="slack:U0CARL"), Post("U0CARL", "Approved"))
    assert sent.channel == "D0CARL"
    assert texts(workspace, "U0CARL") == ["Approved"]


async def test_a_post_in_a_thread_can_show_in_the_channel_too(workspace, slack):
    parent = await slack.post(claimed(), POST)
    await slack.post(claimed(id=8), Post("C0CREDIT", "Release?", thread_ts=parent.ts, broadcast=True))
    release = workspace.messages("C0CREDIT")[1]
    assert (release.thread_ts, release.broadcast) == (parent.ts, True)


async def test_links_in_a_card_are_not_unfolded(workspace, slack):
    await slack.post(claimed(), POST)
    (call,) = calls(workspace, "chat.postMessage")
    assert not int(call.arguments["unfurl_links"])
    assert not int(call.arguments["unfurl_media"])


async def test_too_many_posts_make_the_whole_lane_wait_as_long_as_slack_says(workspace, slack):
    workspace.fail("chat.postMessage", retry_after=30)
    wait = timedelta(seconds=30)
    assert await slack.post(claimed(), POST) == Retry(wait, "ratelimited", definite=True, lane_wait=wait)
    assert texts(workspace) == []


@pytest.mark.parametrize(
    "code",
    [
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "invalid_auth",
        "invalid_blocks",
        "is_archived",
        "messages_tab_disabled",
        "missing_scope",
        "msg_too_long",
        "no_permission",
        "not_in_channel",
        "restricted_action",
        "token_revoked",
        "user_not_found",
    ],
)
async def test_what_slack_will_refuse_again_is_dead_and_says_what_to_do(workspace, slack, code):
    workspace.fail("chat.postMessage", error=code)
    ended = await slack.post(claimed(), POST)
    assert isinstance(ended, Dead)
    assert ended.error.startswith(f"{code}: ")


async def test_a_refusal_that_nobody_has_listed_is_dead_too(workspace, slack):
    workspace.fail("chat.postMessage", error="some_new_error")
    assert await slack.post(claimed(), POST) == Dead("some_new_error")


async def test_a_channel_without_the_app_is_dead(slack):
    ended = await slack.post(claimed(), Post("C0RANDOM", "Hello"))
    assert ended.error.startswith("not_in_channel: invite the app")


@pytest.mark.parametrize(
    ("fault", "definite"),
    [
        ({"status": 500}, False),
        ({"status": 503, "error": "service_unavailable"}, False),
        ({"status": 502, "error": "never_heard_of"}, False),
        ({"error": "fatal_error"}, False),
        ({"error": "internal_error"}, False),
        ({"cut": True}, False),
        ({"error": "team_added_to_org"}, True),
    ],
)
async def test_a_failure_tells_whether_the_post_may_have_arrived(workspace, slack, fault, definite):
    workspace.fail("chat.postMessage", **fault)
    ended = await slack.post(claimed(), POST)
    assert isinstance(ended, Retry)
    assert ended.definite is definite
    assert ended.lane_wait is None


async def test_a_slack_that_cannot_be_reached_got_nothing(session):
    client = bare_client("http://127.0.0.1:9", session)
    ended = await SlackSender(OneClient(client), session, "http://127.0.0.1:9/api/").post(claimed(), POST)
    assert isinstance(ended, Retry)
    assert ended.definite


async def test_errors_carry_no_address_and_no_token(session):
    client = bare_client("http://127.0.0.1:9", session)
    ended = await SlackSender(OneClient(client), session, "http://127.0.0.1:9/api/").post(claimed(), POST)
    assert "127.0.0.1" not in ended.error
    assert "xoxb" not in ended.error


async def test_a_workspace_without_a_token_is_tried_again(session):
    ended = await SlackSender(OneClient(None), session, "https://slack.com/api/").post(claimed(), POST)
    assert (type(ended), ended.definite) == (Retry, True)


# after an unclear send


async def test_an_unclear_post_that_is_found_is_not_posted_again(workspace, slack):
    workspace.state.scopes.append("channels:history")
    workspace.fail("chat.postMessage", cut=True)
    assert (await slack.post(claimed(), POST)).definite is False
    found = await slack.post(AGAIN, POST)
    (message,) = workspace.messages("C0CREDIT")
    assert found == Sent("C0CREDIT", message.ts, {"found": True})


async def test_an_unclear_reply_in_a_thread_is_found_there(workspace, slack):
    workspace.state.scopes.append("channels:history")
    parent = await slack.post(claimed(id=6), POST)
    release = Post("C0CREDIT", "Release?", thread_ts=parent.ts)
    workspace.fail("chat.postMessage", cut=True)
    await slack.post(claimed(), release)
    assert (await slack.post(AGAIN, release)).ts == workspace.messages("C0CREDIT")[1].ts
    assert len(texts(workspace)) == 2


async def test_another_notice_in_the_channel_is_not_taken_for_ours(workspace, slack):
    workspace.state.scopes.append("channels:history")
    await slack.post(claimed(id=6), POST)
    sent = await slack.post(AGAIN, POST)
    assert sent.ts == workspace.messages("C0CREDIT")[1].ts


async def test_what_is_certainly_not_there_is_posted_as_if_for_the_first_time(workspace, slack):
    workspace.state.scopes.append("channels:history")
    await slack.post(claimed(attempts=5, unclear=5), POST)
    assert texts(workspace) == ["Hold ORD-123?"]


async def test_where_the_channel_cannot_be_read_the_second_post_says_that_it_repeats(workspace, slack):
    workspace.fail("chat.postMessage", cut=True)
    await slack.post(claimed(), POST)
    sent = await slack.post(AGAIN, POST)
    first, second = workspace.messages("C0CREDIT")
    assert second.text == "Repeat of R-12: Hold ORD-123?"
    assert second.blocks[0]["text"]["text"].startswith("Repeat of R-12: ")
    assert second.blocks[1]["text"] == first.blocks[0]["text"]
    assert (sent.ts, sent.facts) == (second.ts, {"repeat": True})


def test_a_repeat_about_many_orders_names_their_bulk():
    assert as_repeat(POST, claimed(payload={"bulk": 7})).text == "Repeat of B-7: Hold ORD-123?"


async def test_a_third_post_is_never_made(workspace, slack):
    ended = await slack.post(claimed(attempts=3, unclear=3), POST)
    assert ended == Dead("posted twice, no answer either time")
    assert texts(workspace) == []


@pytest.mark.parametrize("fault", [{"status": 500}, {"error": "internal_error"}, {"status": 503, "error": "later"}])
async def test_a_repeat_that_slack_says_has_failed_is_made_again_until_slack_is_well(workspace, slack, fault):
    workspace.fail("chat.postMessage", times=5, **fault)
    first = await slack.post(claimed(), POST)
    assert first.definite is False
    for _ in range(4):
        ended = await slack.post(AGAIN, POST)
        assert (type(ended), ended.definite) == (Retry, True)
    assert isinstance(await slack.post(AGAIN, POST), Sent)
    assert texts(workspace) == ["Repeat of R-12: Hold ORD-123?"]


async def test_a_repeat_that_vanished_is_the_last(workspace, slack):
    workspace.fail("chat.postMessage", cut=True)
    assert (await slack.post(AGAIN, POST)).definite is False


async def test_while_slack_is_ill_an_unclear_post_waits_instead_of_using_up_its_second_try(workspace, slack):
    workspace.fail("conversations.history", status=503)
    ended = await slack.post(AGAIN, POST)
    assert (type(ended), ended.definite) == (Retry, True)
    assert calls(workspace, "chat.postMessage") == []


def test_a_repeat_keeps_to_fifty_blocks():
    repeat = as_repeat(Post("C0CREDIT", "Hold?", [SECTION] * 50), claimed())
    assert len(repeat.blocks) == 50
    assert repeat.blocks[0]["text"]["text"].startswith("Repeat of R-12: ")


# redraws


async def test_a_card_is_drawn_again_wherever_it_stands(workspace, slack):
    copies = [await slack.post(claimed(id=number), POST) for number in (1, 2)]
    updates = tuple(Update("C0CREDIT", copy.ts, "Approved", [SECTION]) for copy in copies)
    assert await slack.update(claimed(kind="card.redraw"), updates) == Sent("C0CREDIT", copies[0].ts)
    assert texts(workspace) == ["Approved", "Approved"]


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_card_that_is_gone_is_posted_anew(workspace, slack, code):
    workspace.fail("chat.update", error=code)
    update = Update("C0CREDIT", "1.1", "Approved", fallback=Post("C0CREDIT", "Approved"))
    sent = await slack.update(claimed(kind="card.redraw"), (update,))
    assert sent == Sent("C0CREDIT", workspace.messages("C0CREDIT")[0].ts)
    assert texts(workspace) == ["Approved"]


async def test_one_copy_left_is_enough(workspace, slack):
    copy = await slack.post(claimed(), POST)
    fallback = Post("C0CREDIT", "Approved")
    updates = tuple(Update("C0CREDIT", ts, "Approved", fallback=fallback) for ts in ("1.1", copy.ts))
    assert await slack.update(claimed(kind="card.redraw"), updates) == Sent("C0CREDIT", copy.ts)
    assert texts(workspace) == ["Approved"]


async def test_a_card_that_is_gone_and_not_to_be_posted_is_skipped(slack):
    assert await slack.update(claimed(), (Update("C0CREDIT", "1.1", "Approved"),)) == Skipped("the message is gone")


async def test_drawing_again_is_repeatable_so_nothing_about_it_is_unclear(workspace, slack):
    copy = await slack.post(claimed(), POST)
    workspace.fail("chat.update", cut=True)
    ended = await slack.update(claimed(), (Update("C0CREDIT", copy.ts, "Approved"),))
    assert (type(ended), ended.definite) == (Retry, True)


async def test_a_redraw_without_blocks_takes_the_old_ones_away(workspace, slack):
    copy = await slack.post(claimed(), POST)
    await slack.update(claimed(), (Update("C0CREDIT", copy.ts, "Approved"),))
    assert workspace.messages("C0CREDIT")[0].blocks == []


async def test_too_long_a_text_for_an_update_is_dead(workspace, slack):
    copy = await slack.post(claimed(), POST)
    ended = await slack.update(claimed(), (Update("C0CREDIT", copy.ts, "x" * 5000),))
    assert ended.error.startswith("msg_too_long")


# replies


def response_url(workspace, user="U0CARL", channel="C0ORDERS"):
    return workspace.new_response_url("actions", ResponseUrl(channel, user, workspace.clock()))


def reply(workspace, **changes):
    values = {"response_url": response_url(workspace), "channel": "C0ORDERS", "user": "U0CARL", "text": "Done"}
    return Reply(**values | changes)


def private(workspace, user="U0CARL"):
    return [message.text for message in workspace.ephemerals(user)]


async def test_a_reply_goes_to_the_response_url(workspace, slack):
    assert await slack.reply(claimed(kind="reply"), reply(workspace)) == Sent()
    assert private(workspace) == ["Done"]
    assert calls(workspace, "chat.postEphemeral") == []


async def test_a_used_up_response_url_gives_way_to_an_ephemeral_message(workspace, slack):
    address = response_url(workspace)
    for _ in range(5):
        await slack.reply(claimed(kind="reply"), reply(workspace, response_url=address, text="Earlier"))
    await slack.reply(claimed(kind="reply"), reply(workspace, response_url=address))
    assert private(workspace)[-1] == "Done"
    assert len(calls(workspace, "chat.postEphemeral")) == 1


async def test_a_reply_without_a_response_url_is_an_ephemeral_message(workspace, slack):
    assert isinstance(await slack.reply(claimed(kind="reply"), reply(workspace, response_url="")), Sent)
    assert private(workspace) == ["Done"]


@pytest.mark.parametrize("channel", ["C0CREDIT", "C0RANDOM", "C0NOWHERE", ""])
async def test_where_the_person_cannot_be_seen_they_get_a_direct_message(workspace, slack, channel):
    workspace.change_channel("C0CREDIT", members=("U0BOT", "U0ROSA"))
    gone = reply(workspace, response_url="", channel=channel, user="U0WALT")
    assert isinstance(await slack.reply(claimed(kind="reply"), gone), Sent)
    assert texts(workspace, "U0WALT") == ["Done"]


async def test_a_reply_waits_as_long_as_slack_says(workspace, slack):
    workspace.fail("response_url", retry_after=7)
    ended = await slack.reply(claimed(kind="reply"), reply(workspace))
    assert ended.lane_wait == timedelta(seconds=7)
    assert private(workspace) == []


async def test_a_response_url_that_fails_is_tried_again(workspace, slack):
    workspace.fail("response_url", status=500)
    ended = await slack.reply(claimed(kind="reply"), reply(workspace))
    assert (type(ended), ended.definite) == (Retry, False)
    assert calls(workspace, "chat.postEphemeral") == []


async def test_nobody_is_missed_who_has_left(slack, workspace):
    """However they would have been written to: nobody can mend it, so the desk's health does not tell of it."""
    to = claimed(lane="slack:U0LEFT")
    workspace.fail("views.publish", error="user_disabled")
    for ended in (
        await slack.post(to, Post("U0LEFT", "Approved")),
        await slack.reply(claimed(kind="reply"), reply(workspace, response_url="", user="U0LEFT")),
        await slack.upload(to, Upload("U0LEFT", "refused.csv", b"x", "These rows were refused.")),
        await slack.publish(to, Publish("U0LEFT", {"type": "home", "blocks": []})),
    ):
        assert isinstance(ended, Skipped)
        assert ended.reason.endswith(": this person has left Slack, or cannot be written to")
    channel = await slack.post(claimed(), Post("C0NOWHERE", "Approved"))
    assert channel.error.startswith("channel_not_found: the channel is gone")


@pytest.mark.parametrize("code", ["account_inactive", "messages_tab_disabled", "missing_scope", "token_revoked"])
async def test_what_stops_every_direct_message_is_dead_also_where_one_person_was_to_be_told(workspace, slack, code):
    workspace.fail("chat.postMessage", error=code)
    assert isinstance(await slack.post(claimed(lane="slack:U0CARL"), Post("U0CARL", "Approved")), Dead)


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.slack.com/actions/T0ACME/1",
        "https://hooks.slack.com@10.0.0.1/actions",
        "https://user:secret@hooks.slack.com/actions",
        "https://hooks.slack.com.evil.example/actions",
        "https://hooks.slack.com:8443/actions",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/",
        "file:///etc/passwd",
        "https://[",
        "//hooks.slack.com/x",
        "\0",
        "",
    ],
)
async def test_nothing_but_slacks_own_host_is_ever_called(address):
    class Untouched:
        def post(self, *arguments, **options):
            raise AssertionError("an address was called")

    urls = ResponseUrls(Untouched(), "https://slack.com/api/")
    assert (await urls.answer(Reply(address, "C0ORDERS", "U0CARL", "Done"))).kind is Kind.REFUSED


async def test_a_redirect_of_a_response_url_is_not_followed(workspace, session):
    reached = []
    async with redirecting(to="/elsewhere", reached=reached) as base:
        urls = ResponseUrls(session, f"{base}/api/")
        problem = await urls.answer(Reply(f"{base}/actions/1", "C0ORDERS", "U0CARL", "Done"))
    assert problem is not None
    assert reached == ["/actions/1"]


def redirecting(*, to, reached):
    from contextlib import asynccontextmanager

    from playground.slack.server import bound_socket, port_of, serving

    async def app(scope, receive, send):
        reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 307, "headers": [(b"location", to.encode())]})
        await send({"type": "http.response.body", "body": b""})

    @asynccontextmanager
    async def served():
        listener = bound_socket("127.0.0.1", 0)
        async with serving(app, listener):
            yield f"http://127.0.0.1:{port_of(listener)}"

    return served()


# words of problems


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "", Kind.LATER),
        (200, "ratelimited", Kind.LATER),
        (200, "not_in_channel", Kind.REFUSED),
        (404, "", Kind.REFUSED),
        (302, "", Kind.UNCLEAR),
        (408, "", Kind.UNCLEAR),
        (500, "", Kind.UNCLEAR),
        (200, "", Kind.UNCLEAR),
        (500, "some_new_error", Kind.UNCLEAR),
        (200, "fatal_error", Kind.UNCLEAR),
        (200, "request_timeout", Kind.NOT_SENT),
    ],
)
def test_an_answer_is_judged_by_its_error_and_else_by_its_status(status, code, kind):
    assert judged(status, code, {}).kind is kind


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("30", 30), ("0", 1), ("", 1), ("-5", 1), ("nan", 1), ("soon", 1), ("9" * 5000, 1), ("99999", 3600)],
)
def test_retry_after_is_a_sensible_time_whatever_the_header_says(told, seconds):
    assert retry_after({"RETRY-AFTER": told}) == timedelta(seconds=seconds)
