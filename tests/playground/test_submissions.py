import pytest
from starlette.responses import PlainTextResponse, Response

from playground.slack.answers import TROUBLE
from tests.playground.blocks import choice, input_of, menu, modal, section, text_input

EVERYTHING = [
    section("All kinds"),
    text_input("order"),
    input_of("reason", menu("reason", "credit", "fraud")),
    input_of("qty.1", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "5"}),
    input_of("until", {"type": "datepicker"}, optional=True),
    input_of("lines", {"type": "multi_static_select", "options": [choice("1"), choice("2")]}, optional=True),
    input_of("who", {"type": "users_select"}, optional=True),
    input_of("note", {"type": "plain_text_input", "multiline": True, "max_length": 10}, optional=True),
]


@pytest.fixture
async def open_modal(workspace, client, bot):
    async def opened(*blocks, **more):
        await workspace.command("U0CARL", "C0ORDERS", "/hold")
        answer = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=modal(*blocks, **more))
        return answer["view"]["id"]

    return opened


async def test_simple_values_take_the_shape_of_their_element(workspace, bot, open_modal):
    view = await open_modal(*EVERYTHING)
    given = {"qty.1": 3, "lines": ["2"]}
    await workspace.submit("U0CARL", view, order="ORD-1", reason="fraud", until="2026-12-01", who="U0ROSA", **given)
    got = bot.got[-1]
    assert got["type"] == "view_submission"
    values = got["view"]["state"]["values"]
    assert values == {
        "order": {"order": {"type": "plain_text_input", "value": "ORD-1"}},
        "reason": {"reason": {"type": "static_select", "selected_option": choice("fraud")}},
        "qty.1": {"qty.1": {"type": "number_input", "value": "3"}},
        "until": {"until": {"type": "datepicker", "selected_date": "2026-12-01"}},
        "lines": {"lines": {"type": "multi_static_select", "selected_options": [choice("2")]}},
        "who": {"who": {"type": "users_select", "selected_user": "U0ROSA"}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
    }


async def test_the_payload_has_the_keys_of_slack(workspace, bot, open_modal):
    await workspace.submit("U0CARL", await open_modal(), order="ORD-1")
    got = bot.got[-1]
    assert set(got) == {
        "type", "team", "user", "api_app_id", "token", "trigger_id", "view", "response_urls", "is_enterprise_install", "enterprise",
    }  # fmt: skip
    assert set(got["view"]) == {
        "id", "team_id", "type", "blocks", "private_metadata", "callback_id", "state", "hash", "title", "clear_on_close",
        "notify_on_close", "close", "submit", "previous_view_id", "root_view_id", "app_id", "external_id",
        "app_installed_team_id", "bot_id",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["NUL \x00", "half \ud83d", "<!channel> & “x”"])
async def test_text_is_sent_as_it_was_typed(workspace, bot, open_modal, text):
    await workspace.submit("U0CARL", await open_modal(), order=text)
    assert bot.got[-1]["view"]["state"]["values"]["order"]["order"]["value"] == text


async def test_an_empty_answer_closes_the_modal(workspace, open_modal):
    answer = await workspace.submit("U0CARL", await open_modal(), order="ORD-1")
    assert (answer.status, answer.error, answer.errors) == (200, None, {})
    assert workspace.views("U0CARL") == []


async def test_raw_state_values_can_be_given(workspace, bot, open_modal):
    values = {"order": {"order": {"type": "plain_text_input", "value": "ORD-9"}}}
    await workspace.submit("U0CARL", await open_modal(), values)
    assert bot.got[-1]["view"]["state"]["values"] == values


async def test_field_errors_are_shown_and_the_modal_stays(workspace, bot, open_modal):
    view = await open_modal()
    bot.answer = {"response_action": "errors", "errors": {"order": "There is no order ORD-1"}}
    answer = await workspace.submit("U0CARL", view, order="ORD-1")
    assert answer.errors == {"order": "There is no order ORD-1"}
    assert answer.error is None
    [shown] = workspace.views("U0CARL")
    assert shown.errors == answer.errors
    assert shown.values["order"]["order"]["value"] == "ORD-1"


@pytest.mark.parametrize(
    "body",
    [
        {"ok": True},
        {},
        {"response_action": "close"},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"elsewhere": "no such block"}},
        {"response_action": "errors", "errors": {"words": "not an input"}},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push", "view": {"type": "home", "blocks": []}},
        {"text": "Done"},
        "ok",
        Response("[1]", media_type="application/json"),
        PlainTextResponse("", 500),
        PlainTextResponse("", 204),
    ],
)
async def test_any_other_answer_is_trouble(workspace, bot, open_modal, body):
    view = await open_modal(text_input("order"), section("Words", block_id="words"))
    bot.answer = body
    answer = await workspace.submit("U0CARL", view, order="ORD-1")
    assert answer.error == TROUBLE
    assert [one.id for one in workspace.views("U0CARL")] == [view]
    assert workspace.deliveries[-1].problem or workspace.deliveries[-1].failure


async def test_an_answer_that_comes_too_late_is_trouble(workspace, bot, open_modal):
    view = await open_modal()
    workspace.answer_within = 0.02
    bot.pause = 0.2
    assert (await workspace.submit("U0CARL", view, order="ORD-1")).error == TROUBLE


async def test_an_answer_may_redraw_the_modal(workspace, bot, open_modal):
    view = await open_modal()
    bot.answer = {"response_action": "update", "view": modal(text_input("order"), text_input("note"))}
    answer = await workspace.submit("U0CARL", view, order="ORD-1")
    [shown] = workspace.views("U0CARL")
    assert answer.error is None
    assert shown.id == view
    assert len(shown.blocks) == 2


async def test_an_answer_may_push_up_to_three_and_clear(workspace, bot, open_modal):
    view = await open_modal()
    bot.answer = {"response_action": "push", "view": modal()}
    for _ in range(2):
        assert (await workspace.submit("U0CARL", workspace.views("U0CARL")[-1].id, order="ORD-1")).error is None
    assert len(workspace.views("U0CARL")) == 3
    assert (await workspace.submit("U0CARL", workspace.views("U0CARL")[-1].id, order="x")).error == TROUBLE
    bot.answer = {"response_action": "clear"}
    await workspace.submit("U0CARL", workspace.views("U0CARL")[-1].id, order="x")
    assert workspace.views("U0CARL") == []
    assert view


async def test_closing_the_top_view_shows_the_one_below(workspace, bot, open_modal):
    view = await open_modal()
    bot.answer = {"response_action": "push", "view": modal()}
    await workspace.submit("U0CARL", view, order="ORD-1")
    bot.answer = None
    await workspace.submit("U0CARL", workspace.views("U0CARL")[-1].id, order="ORD-1")
    assert [one.id for one in workspace.views("U0CARL")] == [view]


@pytest.mark.parametrize(
    ("given", "block"),
    [
        ({"reason": "credit", "qty.1": 1}, "order"),
        ({"order": "", "reason": "credit", "qty.1": 1}, "order"),
        ({"order": "ORD-1", "qty.1": 1}, "reason"),
        ({"order": "ORD-1", "reason": "credit", "qty.1": "many"}, "qty.1"),
        ({"order": "ORD-1", "reason": "credit", "qty.1": 0}, "qty.1"),
        ({"order": "ORD-1", "reason": "credit", "qty.1": 6}, "qty.1"),
        ({"order": "ORD-1", "reason": "credit", "qty.1": 5, "note": "x" * 11}, "note"),
    ],
)
async def test_what_slacks_own_client_refuses_is_not_sent(workspace, bot, open_modal, given, block):
    view = await open_modal(*EVERYTHING)
    sent = len(bot.got)
    answer = await workspace.submit("U0CARL", view, **given)
    assert list(answer.errors) == [block]
    assert (answer.delivery, len(bot.got)) == (None, sent)
    assert workspace.views("U0CARL")[0].errors == answer.errors


async def test_a_submission_can_be_forged(workspace, bot, open_modal):
    view = await open_modal(*EVERYTHING)
    payload = workspace.payload_for_submit("U0CARL", view, order="")
    delivery = await workspace.deliver("interactive", payload)
    assert delivery.status == 200
    assert bot.got[-1]["view"]["state"]["values"]["order"]["order"]["value"] == ""


async def test_closing_is_told_only_when_asked_for(workspace, bot, open_modal):
    quiet = await open_modal()
    sent = len(bot.got)
    await workspace.close("U0CARL", quiet)
    assert len(bot.got) == sent
    loud = await open_modal(notify_on_close=True)
    await workspace.close("U0CARL", loud)
    got = bot.got[-1]
    assert (got["type"], got["is_cleared"], got["view"]["id"]) == ("view_closed", False, loud)
    assert workspace.views("U0CARL") == []


async def test_the_x_sends_the_root_view(workspace, bot, open_modal):
    root = await open_modal(notify_on_close=True)
    bot.answer = {"response_action": "push", "view": modal()}
    await workspace.submit("U0CARL", root, order="ORD-1")
    bot.answer = None
    await workspace.close("U0CARL", workspace.views("U0CARL")[-1].id, all_views=True)
    got = bot.got[-1]
    assert (got["view"]["id"], got["is_cleared"]) == (root, True)
    assert workspace.views("U0CARL") == []


async def test_a_modal_updated_by_the_app_while_it_answers_keeps_the_update(workspace, client, bot, open_modal):
    view = await open_modal()

    async def slow(_payload):
        await client.views_update(view_id=view, view=modal(text_input("order"), text_input("note")))
        return {"response_action": "errors", "errors": {"note": "Say why"}}

    bot.answer = slow
    assert (await workspace.submit("U0CARL", view, order="ORD-1")).errors == {"note": "Say why"}
