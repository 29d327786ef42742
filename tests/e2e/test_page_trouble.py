"""The page in a real browser when the app or the line fails, and what a Slack user then expects of it."""

import asyncio

import pytest
from playwright.async_api import expect
from starlette.responses import PlainTextResponse

from playground.slack.model import Message
from tests.e2e.conftest import page_of
from tests.playground.blocks import actions, button, input_of, modal, section, text_input

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]

ORDERS, CREDIT = "C0ORDERS", "C0CREDIT"
MANY = 5_000


async def say(tab, text, testid="composer"):
    await tab.get_by_test_id(testid).fill(text)
    await tab.get_by_test_id(testid).press("Enter")


def said(tab, text):
    return tab.locator("main article").filter(has_text=text)


async def card(client, channel=ORDERS):
    answer = await client.chat_postMessage(
        channel=channel, text="card", blocks=[section("Hold it?"), actions(button())]
    )
    return answer["ts"]


async def form(workspace, bot, client, tab, *blocks, **more):
    """A form that the app opens when somebody types the command."""

    async def opens(payload):
        await client.views_open(trigger_id=payload["trigger_id"], view=modal(*blocks, **more))
        bot.answer = None
        return ""

    bot.answer = opens
    await say(tab, "/hold ")
    await expect(tab.get_by_test_id("modal")).to_be_visible()
    return tab.get_by_test_id("modal")


async def test_a_command_that_nobody_has_is_told_and_a_space_makes_it_a_message(workspace, window, address):
    tab = await window(address)
    await say(tab, "/nope ORD-1")
    await expect(tab.locator(".ephemeral.failure")).to_contain_text("/nope is not a valid command.")
    await say(tab, " /nope ORD-1")
    await expect(said(tab, "/nope ORD-1").last).to_be_visible()
    await expect(tab.locator("main article:not(.ephemeral)")).to_contain_text("/nope ORD-1")
    assert workspace.deliveries == []


async def test_an_app_that_answers_late_shows_what_slack_shows(workspace, bot, client, window, address):
    tab = await window(address)
    await card(client)
    form_of_app = await form(workspace, bot, client, tab)
    bot.pause = 3.5
    await form_of_app.get_by_role("textbox").fill("ORD-1")
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app.locator(".banner")).to_contain_text("We had some trouble connecting. Try again?")
    await expect(form_of_app.get_by_role("textbox")).to_have_value("ORD-1")
    await tab.get_by_test_id("modal-x").click()
    await tab.locator('[data-action-id="request.approve"]').click()
    await say(tab, "/hold ORD-1 credit")
    await expect(said(tab, 'failed with the error "operation_timeout"')).to_contain_text("/hold failed")
    await expect(tab.locator(".app-error:visible")).to_contain_text("Operation timed out")


async def test_an_app_that_answers_wrongly_shows_what_slack_shows(workspace, bot, client, window, address):
    tab = await window(address)
    await card(client)
    bot.answer = {"blocks": [{"type": "nonsense"}]}
    await say(tab, "/hold ORD-1 credit")
    await expect(said(tab, '/hold failed with the error "invalid_command_response"')).to_be_visible()
    bot.answer = PlainTextResponse("no", 500)
    await tab.locator('[data-action-id="request.approve"]').click()
    await expect(tab.locator(".app-error:visible")).to_contain_text("Status Code 500")
    form_of_app = await form(workspace, bot, client, tab)
    bot.answer = {"response_action": "errors", "errors": {"nowhere": "Wrong"}}
    await form_of_app.get_by_role("textbox").fill("ORD-1")
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app.locator(".banner")).to_contain_text("We had some trouble connecting. Try again?")


async def test_an_absent_app_shows_what_slack_shows(workspace, window, address):
    workspace.connect_http("http://127.0.0.1:9/slack/events")
    tab = await window(address)
    await say(tab, "/hold ORD-1 credit")
    await expect(said(tab, '/hold failed with the error "dispatch_failed"')).to_be_visible()
    await tab.get_by_test_id("channel-home").click()
    await expect(tab.get_by_test_id("home")).to_contain_text("This is a work in progress")


async def test_field_errors_stand_under_their_fields_and_the_next_view_has_a_way_back(
    workspace, bot, client, window, address
):
    tab = await window(address)
    form_of_app = await form(workspace, bot, client, tab, text_input("order"), text_input("note", multiline=True))
    await tab.get_by_test_id("modal-submit").click()
    for name in ("order", "note"):
        await expect(form_of_app.locator(f"[data-error-for={name}]")).to_contain_text("Please complete this required")
    await expect(form_of_app.get_by_label("order")).to_be_focused()
    await form_of_app.get_by_label("order").fill("ORD-9")
    await form_of_app.get_by_label("note").fill("why")
    bot.answer = {"response_action": "errors", "errors": {"order": "There is no ORD-9"}}
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app.locator("[data-error-for=order]")).to_have_text("There is no ORD-9")
    await expect(form_of_app.locator("[data-error-for=note]")).to_be_hidden()
    bot.answer = {"response_action": "push", "view": modal(section("Sure?"), callback_id="sure.submit")}
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app).to_contain_text("Sure?")
    await form_of_app.get_by_role("button", name="Back").first.click()
    await expect(form_of_app.get_by_label("order")).to_have_value("ORD-9")


async def test_a_confirm_dialog_holds_the_focus_and_gives_it_back(bot, client, window, address):
    confirm = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "mrkdwn", "text": "It *ends* here."},
        "confirm": {"type": "plain_text", "text": "Do it"},
        "deny": {"type": "plain_text", "text": "Stop"},
    }
    await client.chat_postMessage(channel=ORDERS, text="card", blocks=[actions(button(confirm=confirm))])
    tab = await window(address)
    approve = tab.locator('[data-action-id="request.approve"]')
    await approve.focus()
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_test_id("confirm-yes")).to_be_focused()
    await tab.keyboard.press("Escape")
    await expect(approve).to_be_focused()
    assert bot.got == []
    await tab.keyboard.press("Enter")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_test_id("confirm")).to_have_count(0)


async def test_two_people_in_two_windows_see_each_other_at_once(clock, bot, window, address):
    carla = await window(address)
    rosa = await window(address, user="U0ROSA", channel=CREDIT)
    clock.pass_(60)
    await say(carla, "@Rosa Alvarez have a look")
    await expect(rosa.get_by_test_id("channel-C0ORDERS").locator(".count")).to_have_text("1")
    await rosa.get_by_test_id("channel-C0ORDERS").click()
    await expect(rosa.get_by_test_id("new-line")).to_be_visible()
    await expect(said(rosa, "have a look").locator(".mention.me")).to_have_text("@Rosa Alvarez")
    await expect(carla.get_by_test_id("user-switch")).to_have_value("U0CARL")
    await said(rosa, "have a look").hover()
    await rosa.get_by_test_id("reply-in-thread").first.click()
    await expect(rosa.get_by_test_id("no-replies")).to_be_visible()
    await say(rosa, "On it", "thread-composer")
    await expect(carla.get_by_test_id("open-thread")).to_contain_text("1 reply")
    await carla.get_by_test_id("open-thread").click()
    await expect(carla.get_by_test_id("thread")).to_contain_text("On it")
    await say(carla, "Thanks", "thread-composer")
    await expect(rosa.get_by_test_id("thread")).to_contain_text("Thanks")
    await expect(said(carla, "Thanks")).to_have_count(0)


async def test_reload_and_back_keep_the_place(workspace, bot, window, address):
    started = await workspace.say("U0ROSA", CREDIT, "Who has ORD-7?")
    await workspace.say("U0IVAN", CREDIT, "Me", thread_ts=started.ts)
    bot.answer = {"text": "R-1 waits for Credit"}
    tab = await window(address)
    await say(tab, "/hold ORD-1 credit")
    await expect(tab.locator(".ephemeral")).to_contain_text("R-1 waits")
    await tab.get_by_test_id("channel-C0CREDIT").click()
    await tab.get_by_test_id("open-thread").click()
    await expect(tab.get_by_test_id("thread")).to_contain_text("Me")
    await tab.reload()
    await expect(tab.get_by_test_id("thread")).to_contain_text("Me")
    await tab.go_back()
    await expect(tab.get_by_test_id("thread")).to_be_hidden()
    await expect(said(tab, "Who has ORD-7?")).to_be_visible()
    await tab.go_back()
    await expect(tab.locator(".ephemeral")).to_contain_text("R-1 waits")
    await tab.go_forward()
    await tab.go_forward()
    await expect(tab.get_by_test_id("thread")).to_contain_text("Me")


async def test_what_slack_said_of_a_failed_command_outlives_a_reload_of_its_window_only(workspace, window, address):
    workspace.connect_http("http://127.0.0.1:9/slack/events")
    tab = await window(address)
    await say(tab, "/hold ORD-1 credit")
    await expect(tab.locator(".failure")).to_be_visible()
    await tab.reload()
    await expect(tab.locator(".failure")).to_contain_text("dispatch_failed")
    await tab.get_by_role("button", name="Dismiss message").click()
    await expect(tab.locator(".failure")).to_have_count(0)
    other = await window(address)
    await expect(other.get_by_test_id("beginning")).to_be_visible()
    await expect(other.locator(".failure")).to_have_count(0)


async def test_a_lost_connection_is_told_and_everything_is_read_again_after_it(workspace, bot, window):
    async with page_of(workspace) as address:
        tab = await window(address, expected=("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING"))
        await expect(tab.get_by_test_id("beginning")).to_be_visible()
    await expect(tab.get_by_test_id("offline")).to_contain_text("You’re offline")
    await say(tab, "Is anybody there?")
    await expect(said(tab, "does not answer")).to_be_visible()
    await expect(tab.get_by_test_id("composer")).to_have_value("Is anybody there?")
    await workspace.say("U0ROSA", ORDERS, "Said while you were away")
    async with page_of(workspace, port=int(address.rsplit(":", 1)[1])):
        await expect(said(tab, "Said while you were away")).to_be_visible()
        await expect(tab.get_by_test_id("offline")).to_be_hidden()


async def test_five_thousand_messages_open_quickly_and_older_ones_come_while_scrolling(workspace, bot, window, address):
    now = workspace.clock()
    for number in range(MANY):
        user = ("U0CARL", "U0SAMI", "U0ROSA")[number % 3]
        workspace.post(Message(ORDERS, f"{now - MANY + number:.6f}", user, f"message number {number}"))
    tab = await window(address, user="U0WALT")
    await expect(said(tab, f"message number {MANY - 1}")).to_be_in_viewport()
    assert await tab.locator("main article").count() < MANY / 10
    began = asyncio.get_running_loop().time()
    await say(tab, "I am new here")
    await expect(said(tab, "I am new here")).to_be_in_viewport()
    assert asyncio.get_running_loop().time() - began < 2
    seen = said(tab, f"message number {MANY - 190}")
    await seen.scroll_into_view_if_needed()
    await expect(said(tab, f"message number {MANY - 350}")).to_be_attached()
    await expect(seen).to_be_in_viewport()


async def test_a_file_is_shared_and_fetched_again_byte_for_byte(workspace, bot, window, address, tmp_path):
    tab = await window(address)
    content = b"order_number,customer\nORD-1,\xc5\x81\xc3\xb3d\xc5\xba\n"
    await tab.get_by_test_id("composer-file").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": content}
    )
    other = await window(address, user="U0ROSA")
    async with other.expect_download() as coming:
        await other.locator("a.file-chip").click()
    download = await coming.value
    assert download.suggested_filename == "orders.csv"
    assert (await asyncio.to_thread((await download.path()).read_bytes)) == content


async def test_a_form_takes_files_and_lets_them_go_again(workspace, bot, client, window, address):
    tab = await window(address)
    field = input_of("sheet", {"type": "file_input", "filetypes": ["csv"], "max_files": 1})
    form_of_app = await form(workspace, bot, client, tab, field)
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app.locator("[data-error-for=sheet]")).to_contain_text("Please complete")
    for name in ("wrong.csv", "right.csv"):
        chosen = {"name": name, "mimeType": "text/csv", "buffer": b"a,b\n"}
        await form_of_app.locator("input[type=file]").set_input_files(chosen)
        await expect(form_of_app.locator(".chosen-files")).to_contain_text(name)
        if name == "wrong.csv":
            await form_of_app.get_by_role("button", name="Remove wrong.csv").click()
    await tab.get_by_test_id("modal-submit").click()
    await expect(form_of_app).to_be_hidden()
    [sent] = bot.got[-1]["view"]["state"]["values"]["sheet"]["sheet"]["files"]
    assert sent["name"] == "right.csv"


async def test_a_person_cannot_fetch_a_file_of_a_channel_they_are_not_in(workspace, window, address):
    file = workspace.add_file("U0ROSA", "secret.csv", b"x", "C0NOWHERE")
    tab = await window(address, user="U0WALT")
    answer = await tab.request.get(f"/playground/files/{file.id}?user=U0WALT")
    assert answer.status == 404
