"""The inspector over an app that does things wrong, as somebody who writes such an app sees it."""

import re

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]
CARLA, ORDERS = "U0CARL", "C0ORDERS"


def row(tab, name):
    return tab.get_by_test_id("exchange").filter(has_text=name).first


async def test_a_command_is_seen_with_its_answer_its_time_and_how_it_was_signed(workspace, bot, address, window):
    bot.answer = {"response_type": "ephemeral", "text": "Asked for."}
    tab = await window(address)
    await tab.keyboard.press("Alt+i")
    await expect(tab.get_by_test_id("inspector")).to_be_visible()
    await workspace.command(CARLA, ORDERS, "/hold ORD-123 credit")
    await row(tab, "command /hold").click()
    detail = tab.get_by_test_id("inspector-detail")
    await expect(detail).to_contain_text("Asked for.")
    await expect(detail).to_contain_text("Nothing to object to.")
    await expect(detail).to_contain_text(re.compile(r"Answered after \d+ ms of the 3 s"))
    signature = detail.get_by_test_id("signature")
    await expect(signature).to_contain_text("Signature is right")
    await signature.locator("summary").click()
    await expect(signature).to_contain_text("v0:")
    await expect(signature).not_to_contain_text(workspace.signing_secret)
    await expect(detail.get_by_test_id("pages")).to_contain_text("Verifying requests from Slack")


async def test_what_strictness_refuses_says_which_rule_and_where(workspace, bot, client, address, window):
    bot.answer = {"response_type": "ephemeral", "text": "x", "blocks": [{"type": "sectoin"}]}
    tab = await window(address)
    await tab.get_by_test_id("inspector-button").click()
    await workspace.command(CARLA, ORDERS, "/hold ORD-123")
    await client.auth_test()
    await tab.get_by_test_id("inspector-problems").check()
    await expect(tab.get_by_test_id("exchange")).to_have_count(1)
    await row(tab, "command /hold").click()
    await expect(tab.get_by_test_id("verdict")).to_contain_text("/blocks/0")


async def test_a_late_answer_is_marked_with_the_time_that_slack_waits(workspace, bot, address, window):
    workspace.answer_within, bot.pause = 0.05, 1.0
    tab = await window(address)
    await tab.get_by_test_id("inspector-button").click()
    await workspace.command(CARLA, ORDERS, "/hold ORD-123")
    await row(tab, "operation_timeout").click()
    await expect(tab.get_by_test_id("verdict")).to_contain_text("three seconds")


async def test_the_keyboard_walks_through_the_list_and_closes_it(workspace, bot, clock, address, window):
    tab = await window(address)
    await tab.keyboard.press("Alt+i")
    for order in ("ORD-1", "ORD-2"):
        await workspace.command(CARLA, ORDERS, f"/hold {order}")
        clock.pass_(1)
    await expect(tab.get_by_test_id("exchange")).to_have_count(2)
    detail = tab.get_by_test_id("inspector-detail")
    await tab.keyboard.press("ArrowDown")
    await expect(detail).to_contain_text("ORD-2")
    await tab.keyboard.press("ArrowDown")
    await expect(detail).to_contain_text("ORD-1")
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_test_id("inspector")).to_be_hidden()
    await expect(tab.get_by_test_id("inspector-button")).to_be_focused()


async def test_what_people_type_is_text_in_the_inspector_too(workspace, bot, address, window):
    tab = await window(address)
    await tab.get_by_test_id("inspector-button").click()
    await workspace.command(CARLA, ORDERS, "/hold <img src=x onerror=alert(1)>")
    await row(tab, "command /hold").click()
    detail = tab.get_by_test_id("inspector-detail")
    await expect(detail).to_contain_text("<img src=x onerror=alert(1)>")
    assert await detail.locator("img").count() == 0


async def test_on_a_phone_it_has_the_whole_window_and_gives_it_back(workspace, bot, address, window):
    tab = await window(address, width=390, height=844)
    await workspace.command(CARLA, ORDERS, "/hold ORD-123")
    await tab.get_by_test_id("inspector-button").click()
    await tab.get_by_test_id("inspector-filter").select_option("command")
    await row(tab, "command /hold").click()
    await expect(tab.get_by_test_id("inspector-detail")).to_contain_text("ORD-123")
    assert not await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    await tab.get_by_test_id("inspector-close").click()
    await tab.get_by_test_id("composer").click()
