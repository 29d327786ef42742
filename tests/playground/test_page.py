"""The page in a real browser: what people type stays text, and everything can be done from the keyboard."""

import re

import pytest
from playwright.async_api import async_playwright, expect

from playground.slack.server import bound_socket, port_of, serving
from playground.web.app import Page, playground
from tests.browser_rule import QUIET
from tests.playground.blocks import choice, input_of, menu, modal, section

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page")]

HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> &lt;b&gt; \"'` javascript:alert(3) \u202e {{7*7}}"

MRKDWN = {
    "plain": "plain",
    "*bold* _italic_ ~struck~ `code`": "<strong>bold</strong> <em>italic</em> <s>struck</s> <code>code</code>",
    "*bold _and italic_*": "<strong>bold <em>and italic</em></strong>",
    "a*b*c 2 * 3 * 4 snake_case_name": "a*b*c 2 * 3 * 4 snake_case_name",
    "one\ntwo": "one<br>two",
    "> quoted\nnot": "<blockquote>quoted</blockquote>not",
    "&gt; quoted": "<blockquote>quoted</blockquote>",
    "see\n```x < *y*\nz```\nend": "see<pre>x &lt; *y*\nz</pre>end",
    "5 &lt; 6 &amp; 7 &amp;lt; 8": "5 &lt; 6 &amp; 7 &amp;lt; 8",
    "<b>bold</b>": "&lt;b&gt;bold&lt;/b&gt;",
    ":warning: :nonsense: 10:30:45": '<span class="emoji" title=":warning:">⚠️</span> :nonsense: 10:30:45',
    "<@U0ROSA> <#C0CREDIT>": (
        '<span class="mention" data-user="U0ROSA">@Rosa Alvarez</span> '
        '<a class="mention" href="?channel=C0CREDIT">#credit</a>'
    ),
    "<!here> @channel": (
        '<span class="mention broadcast" data-ping="here">@here</span> '
        '<span class="mention broadcast" data-ping="channel">@channel</span>'
    ),
    "<https://a.example/x_y_z?q=1&amp;r=*2*|a _label_>": (
        '<a href="https://a.example/x_y_z?q=1&amp;r=*2*" target="_blank" rel="noopener noreferrer">a <em>label</em></a>'
    ),
    "<javascript:alert(1)|press>": "&lt;javascript:alert(1)|press&gt;",
    "<!date^0^{nonsense}|the fallback>": '<time title="the fallback">the fallback</time>',
    "<!date^1790000000^on {date_num}|then>": '<time title="then">on 2026-09-21</time>',
    "\ue000 stays harmless": "\ufffd stays harmless",
}
DRAWN = """async (texts) => {
  const { mrkdwn } = await import("/static/mrkdwn.js");
  return texts.map((text) => {
    const root = document.createElement("div");
    root.append(...mrkdwn(text));
    return root.innerHTML;
  });
}"""


@pytest.fixture
async def address(workspace):
    page = Page(workspace)
    listener = bound_socket("127.0.0.1", 0)
    async with serving(playground(page), listener):
        yield f"http://127.0.0.1:{port_of(listener)}"
        page.closing.set()


@pytest.fixture
async def browser(chromium):
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def tab(browser, address):
    """Carla's page. Anything that the browser complains of fails the test."""
    context = await browser.new_context(base_url=address, timezone_id="America/Chicago")
    tab = await context.new_page()
    complaints = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.on("dialog", lambda dialog: complaints.append(dialog.message))
    await tab.goto("/?user=U0CARL&channel=C0ORDERS")
    await expect(tab.locator(".beginning")).to_be_visible()
    yield tab
    assert complaints == []
    await context.close()


async def test_mrkdwn_looks_as_slack_shows_it(tab):
    assert dict(zip(MRKDWN, await tab.evaluate(DRAWN, list(MRKDWN)), strict=True)) == MRKDWN


async def test_hostile_text_stays_text_wherever_it_stands(workspace, bot, client, tab):
    text = HOSTILE
    await tab.get_by_test_id("composer").fill(text)
    await tab.get_by_test_id("send").click()
    await expect(tab.locator("article .text")).to_contain_text("<script>alert(2)</script> &lt;b&gt;")
    await client.chat_postMessage(
        channel="C0ORDERS", text="card", blocks=[section(text), menu_of(text), {"type": "header", "text": plain(text)}]
    )
    await expect(tab.locator("article h2")).to_contain_text("<img src=x onerror=alert(1)>")
    bot.answer = {"text": text}
    await tab.get_by_test_id("composer").fill(f"/hold {text}")
    await tab.get_by_test_id("send").click()
    await expect(tab.locator(".ephemeral")).to_contain_text("<img src=x onerror=alert(1)>")
    for tag in ("img", "script", "b b", "iframe"):
        assert await tab.locator(f"main article {tag}").count() == 0


def plain(text):
    return {"type": "plain_text", "text": text[:75]}


def menu_of(text):
    return {"type": "actions", "elements": [{**menu("pick", "a"), "options": [choice("a", text[:75])]}]}


async def test_a_form_can_be_filled_and_sent_from_the_keyboard(workspace, bot, client, tab):
    form = modal(
        input_of("reason", menu("reason", "credit", "stock", "fraud")),
        input_of("lines", {"type": "multi_static_select", "options": [choice("1"), choice("2")]}),
        input_of("note", {"type": "plain_text_input"}),
    )

    async def opens(payload):
        if "command" in payload:
            await client.views_open(trigger_id=payload["trigger_id"], view=form)
            return None
        return {"response_action": "errors", "errors": {"note": "Say more."}} if len(bot.got) == 2 else None

    bot.answer = opens
    keys = tab.keyboard
    await tab.get_by_test_id("composer").focus()
    await keys.type("/ho")
    await keys.press("Tab")
    await expect(tab.get_by_test_id("composer")).to_have_value("/hold ")
    await keys.press("Enter")
    await expect(tab.get_by_test_id("modal")).to_be_visible()
    await keys.type("sto")
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await keys.press("Escape")
    await expect(tab.get_by_test_id("modal")).to_be_visible()
    await keys.press("Tab")
    await keys.type("why")
    await keys.press("Enter")
    await expect(tab.locator("[data-error-for=note]")).to_have_text("Say more.")
    await keys.type(" not")
    await keys.press("Enter")
    await expect(tab.get_by_test_id("modal")).not_to_be_visible()
    values = bot.got[-1]["view"]["state"]["values"]
    assert values["reason"]["reason"]["selected_option"]["value"] == "stock"
    assert [one["value"] for one in values["lines"]["lines"]["selected_options"]] == ["1", "2"]
    assert values["note"]["note"]["value"] == "why not"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_shows_everything_without_scrolling_sideways(workspace, client, browser, address, scheme):
    text = "Northwind & Sons " + "x" * 300
    await client.chat_postMessage(channel="C0ORDERS", text="card", blocks=[section(text), menu_of(text)])
    context = await browser.new_context(
        base_url=address, viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True, color_scheme=scheme
    )
    tab = await context.new_page()
    await tab.goto("/?user=U0CARL&channel=C0ORDERS")
    await expect(tab.locator("article")).to_contain_text("Northwind")
    wide = "() => document.documentElement.scrollWidth > innerWidth || document.querySelector('#messages').scrollWidth > innerWidth"
    assert await tab.evaluate(wide) is False
    await tab.get_by_test_id("drawer").click()
    await tab.get_by_test_id("channel-C0CREDIT").click()
    await expect(tab.locator("h1")).to_have_text(re.compile("credit"))
    await context.close()
