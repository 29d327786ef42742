import pytest

from tests.playground.blocks import actions, button, choice, home, input_of, menu, modal, section, text_input
from tests.playground.conftest import refusal, refused


@pytest.fixture
async def trigger(workspace, bot):
    """A function that gives a fresh trigger id of a person."""

    async def fresh(user="U0CARL"):
        await workspace.command(user, "C0ORDERS", "/hold")
        return bot.got[-1]["trigger_id"]

    return fresh


async def test_a_modal_opens(workspace, client, trigger):
    answer = await client.views_open(trigger_id=await trigger(), view=modal(private_metadata="R-1"))
    [view] = workspace.views("U0CARL")
    assert answer["view"]["id"] == view.id
    assert answer["view"]["hash"] == view.hash
    assert answer["view"]["root_view_id"] == view.id
    assert answer["view"]["private_metadata"] == "R-1"
    assert answer["view"]["state"]["values"] == {"order": {"order": {"type": "plain_text_input", "value": None}}}
    assert view.title == "Hold an order"


async def test_a_trigger_is_good_once_and_for_three_seconds(workspace, client, trigger, clock):
    used = await trigger()
    await client.views_open(trigger_id=used, view=modal())
    assert await refused(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    late = await trigger()
    clock.pass_(3.1)
    assert await refused(client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_just_in_time(client, trigger, clock):
    fresh = await trigger()
    clock.pass_(2.9)
    assert (await client.views_open(trigger_id=fresh, view=modal()))["ok"] is True


@pytest.mark.parametrize(
    "view",
    [
        {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": [section()]},
        {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [text_input("order")]},
        modal(nonsense=True),
        modal(section(), section(), callback_id="x" * 256),
        home(),
    ],
)
async def test_views_that_slack_would_not_take(workspace, client, trigger, view):
    answer = await refusal(client.views_open(trigger_id=await trigger(), view=view))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"]
    assert workspace.views("U0CARL") == []


async def test_a_view_that_is_no_object(client, trigger):
    call = client.api_call("views.open", data={"trigger_id": await trigger(), "view": "{"})
    assert await refused(call) == "invalid_arguments"
    assert await refused(client.api_call("views.open", json={"trigger_id": await trigger()})) == "invalid_arguments"


async def test_a_view_over_250_kilobytes(client, trigger):
    big = modal(*(section("x" * 2900) for _ in range(90)))
    assert await refused(client.views_open(trigger_id=await trigger(), view=big)) == "view_too_large"


async def test_three_views_are_the_highest_stack(workspace, client, trigger):
    await client.views_open(trigger_id=await trigger(), view=modal())
    await client.views_push(trigger_id=await trigger(), view=modal())
    top = await client.views_push(trigger_id=await trigger(), view=modal())
    first, second, third = workspace.views("U0CARL")
    assert (top["view"]["root_view_id"], top["view"]["previous_view_id"]) == (first.id, second.id)
    assert await refused(client.views_push(trigger_id=await trigger(), view=modal())) == "push_limit_reached"
    await workspace.close("U0CARL", third.id)
    assert [view.id for view in workspace.views("U0CARL")] == [first.id, second.id]


async def test_a_push_needs_an_open_view(client, trigger):
    assert await refused(client.views_push(trigger_id=await trigger(), view=modal())) == "not_found"


async def test_an_update_by_id_keeps_what_was_entered(workspace, client, trigger):
    opened = await client.views_open(trigger_id=await trigger(), view=modal(text_input("order"), text_input("note")))
    view_id = opened["view"]["id"]
    await workspace.act_in_view("U0CARL", view_id, "order", "ORD-1")
    more = modal(text_input("order"), text_input("until", initial_value="2026-12-01"))
    answer = await client.views_update(view_id=view_id, view=more, hash=workspace.views("U0CARL")[0].hash)
    values = answer["view"]["state"]["values"]
    assert values["order"]["order"]["value"] == "ORD-1"
    assert values["until"]["until"]["value"] == "2026-12-01"
    assert "note" not in values


async def test_an_update_with_a_stale_hash(workspace, client, trigger):
    opened = await client.views_open(trigger_id=await trigger(), view=modal())
    view = opened["view"]
    await client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert await refused(client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])) == "hash_conflict"
    assert (await client.views_update(view_id=view["id"], view=modal()))["ok"] is True


async def test_an_update_of_a_view_that_is_not_open(workspace, client, trigger):
    assert await refused(client.views_update(view_id="V0NONE", view=modal())) == "not_found"
    opened = await client.views_open(trigger_id=await trigger(), view=modal())
    await workspace.close("U0CARL", opened["view"]["id"])
    assert await refused(client.views_update(view_id=opened["view"]["id"], view=modal())) == "not_found"


async def test_external_ids_are_unique_and_find_a_view(client, trigger):
    await client.views_open(trigger_id=await trigger(), view=modal(external_id="hold-1"))
    again = client.views_open(trigger_id=await trigger("U0SAMI"), view=modal(external_id="hold-1"))
    assert await refused(again) == "duplicate_external_id"
    found = await client.views_update(external_id="hold-1", view=modal(external_id="hold-1", callback_id="other"))
    assert found["view"]["callback_id"] == "other"


async def test_the_home_tab(workspace, client, bot):
    await workspace.open_home("U0CARL")
    assert bot.got[0]["event"]["type"] == "app_home_opened"
    assert bot.got[0]["event"]["tab"] == "home"
    assert "view" not in bot.got[0]["event"]
    first = await client.views_publish(user_id="U0CARL", view=home())
    second = await client.views_publish(user_id="U0CARL", view=home(section("Now")), hash=first["view"]["hash"])
    assert first["view"]["id"] == second["view"]["id"] == workspace.home("U0CARL").id
    stale = client.views_publish(user_id="U0CARL", view=home(), hash=first["view"]["hash"])
    assert await refused(stale) == "hash_conflict"
    assert await refused(client.views_publish(user_id="U0NONE", view=home())) == "user_not_found"
    await workspace.open_home("U0CARL")
    assert bot.got[1]["event"]["view"]["id"] == workspace.home("U0CARL").id


async def test_a_click_on_the_home_tab(workspace, client, bot):
    await client.views_publish(user_id="U0CARL", view=home(section(), actions(button("hold.release", "H-1"))))
    await workspace.act_in_view("U0CARL", workspace.home("U0CARL").id, "hold.release")
    [got] = bot.got
    assert got["container"] == {"type": "view", "view_id": workspace.home("U0CARL").id}
    assert got["view"]["type"] == "home"
    assert got["actions"][0]["value"] == "H-1"
    assert "response_url" not in got
    assert "channel" not in got


async def test_a_home_tab_that_is_switched_off(workspace, client):
    from dataclasses import replace

    workspace.seed = replace(workspace.seed, home_tab=False)
    assert await refused(client.views_publish(user_id="U0CARL", view=home())) == "not_enabled"


async def test_an_input_tells_the_app_only_with_dispatch_action(workspace, client, bot, trigger):
    quiet = input_of("reason", menu("reason", "credit", "fraud"))
    loud = input_of("lines", menu("lines", "1", "2"), dispatch_action=True)
    opened = await client.views_open(trigger_id=await trigger(), view=modal(quiet, loud))
    view_id, sent = opened["view"]["id"], len(bot.got)
    await workspace.act_in_view("U0CARL", view_id, "reason", "fraud")
    assert len(bot.got) == sent
    await workspace.act_in_view("U0CARL", view_id, "lines", {"selected_option": choice("2")})
    got = bot.got[-1]
    assert got["type"] == "block_actions"
    assert got["actions"][0]["selected_option"]["value"] == "2"
    assert got["view"]["hash"]
    values = got["view"]["state"]["values"]
    assert values["reason"]["reason"]["selected_option"] == choice("fraud")
    assert values["lines"]["lines"] == {"type": "static_select", "selected_option": choice("2")}


async def test_a_view_belongs_to_one_person(workspace, client, trigger):
    opened = await client.views_open(trigger_id=await trigger(), view=modal())
    with pytest.raises(LookupError):
        await workspace.submit("U0SAMI", opened["view"]["id"], order="ORD-1")


@pytest.mark.parametrize(
    "given",
    [
        {"blocks": [section()]},
        {"message": {"blocks": [section()]}},
        {"view": modal()},
    ],
)
async def test_blocks_validate_takes_one_thing_and_needs_no_token(client, given):
    client.token = None
    assert (await client.blocks_validate(**given)).data == {"ok": True}


@pytest.mark.parametrize(
    ("given", "error", "pointer"),
    [
        ({"blocks": [{"type": "nonsense"}]}, "invalid_blocks", "/0/type"),
        ({"message": {"text": "x", "blocks": [{"type": "header"}]}}, "invalid_message", "/blocks/0"),
        ({"view": {**modal(), "title": {"type": "plain_text", "text": "x" * 25}}}, "invalid_view", "/title"),
    ],
)
async def test_blocks_validate_points_at_each_mistake(client, given, error, pointer):
    answer = await refusal(client.blocks_validate(**given))
    assert answer["error"] == error
    [problem] = answer["errors"]
    assert set(problem) == {"pointer", "code", "message"}
    assert (problem["pointer"][: len(pointer)], problem["code"]) == (pointer, "failed_constraint")


@pytest.mark.parametrize("given", [{}, {"blocks": [section()], "view": modal()}, {"view": "{"}])
async def test_blocks_validate_wants_exactly_one_thing(client, given):
    assert await refused(client.blocks_validate(**given)) == "invalid_arguments"
