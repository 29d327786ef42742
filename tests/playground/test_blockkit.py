"""The Block Kit check: every deliberate mistake is found at its place, and what Slack takes passes."""

import copy
import json
from importlib.resources import files
from typing import Any

import pytest

from playground.slack import blockkit
from playground.slack.blockkit import check_message, check_options, check_view, total_text
from playground.slack.blockkit.limits import EVERYWHERE, LIMITS

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str = "Credit", **more: Any) -> Json:
    return {"text": plain(text), "value": text.lower()} | more


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go")} | more


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn("*Order* 1001")} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def entry(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element} | more


def text_input(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "note"} | more


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "reason", "options": [option(), option("Stock")]} | more


def number(**more: Any) -> Json:
    return {"type": "number_input", "action_id": "count", "is_decimal_allowed": False} | more


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(rows: int = 2, columns: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def message(*blocks: Any, **more: Any) -> Json:
    return {"text": "Order 1001 is on hold", "blocks": list(blocks)} | more


def modal(*blocks: Any, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Hold"), "submit": plain("Hold"), "blocks": list(blocks)} | more


def home(*blocks: Any, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks)} | more


def form(element: Json) -> Json:
    return modal(entry(element))


def bar(element: Json) -> Json:
    return message(actions(element))


def check(payload: Json) -> list[str]:
    return check_view(payload) if payload.get("type") in {"modal", "home"} else check_message(payload)


GOOD: dict[str, Json] = {
    "a text alone": {"text": "done"},
    "an empty answer": {},
    "taking the original away": {"delete_original": True},
    "header, section, context, divider": message(
        {"type": "header", "text": plain("h" * 150)},
        section(text=mrkdwn("m" * 3000), fields=[mrkdwn("f" * 2000)] * 10),
        {"type": "divider", "block_id": "line"},
        {"type": "context", "elements": [mrkdwn("by <@U0CARL>"), plain("today")] * 5},
    ),
    "buttons": bar(button(value="v" * 2000, text=plain("b" * 75), style="danger")),
    "a confirm": bar(
        button(
            confirm={
                "title": plain("t" * 100),
                "text": mrkdwn("x" * 300),
                "confirm": plain("c" * 30),
                "deny": plain("d" * 30),
            },
        ),
    ),
    "twenty-five buttons": message(actions(*[button(action_id=f"b{n}") for n in range(25)])),
    "an overflow menu with links": message(
        section(accessory={"type": "overflow", "options": [option(url="https://example.test/1"), option("Two")]}),
    ),
    "an image": message(
        {"type": "image", "image_url": "https://example.test/a.png", "alt_text": "a chart", "title": plain("Chart")},
        section(accessory={"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"}),
        {"type": "context", "elements": [{"type": "image", "image_url": "https://example.test/a", "alt_text": "a"}]},
    ),
    "rich text": message(
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "a", "style": {"bold": True}}]},
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0CARL"}]}],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
                {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://example.test"}]},
            ],
        },
    ),
    "a table": message(table(100, 20) | {"column_settings": [{"align": "right"}, {"is_wrapped": True}]}),
    "a table of rich text and numbers": message(
        {
            "type": "table",
            "rows": [[rich({"type": "text", "text": "a"}), {"type": "raw_number", "value": 2, "text": "2"}]],
        },
    ),
    "fifty blocks": message(*[{"type": "divider"}] * 50),
    "blocks as a JSON string": {"text": "x", "blocks": json.dumps([section()])},
    "blocks in an attachment": {"text": "x", "attachments": [{"color": "#f00", "blocks": [section()]}]},
    "an input in a message": message(entry(text_input())),
    "markdown up to its limit": message({"type": "markdown", "text": "m" * 12_000}),
    "every input of a modal": modal(
        entry(
            text_input(multiline=True, max_length=3000, initial_value="x", placeholder=plain("p" * 150)),
            hint=plain("h"),
        ),
        entry(select(initial_option=option("Stock")), optional=True),
        entry(
            {
                "type": "static_select",
                "option_groups": [{"label": plain("Group"), "options": [option()]}],
                "initial_option": option(),
            },
        ),
        entry({"type": "external_select", "min_query_length": 0, "initial_option": option("x", value="v" * 150)}),
        entry({"type": "multi_external_select", "max_selected_items": 3}),
        entry({"type": "datepicker", "initial_date": "2028-02-29"}),
        entry({"type": "timepicker", "initial_time": "23:59"}),
        entry({"type": "datetimepicker", "initial_date_time": 1628633820}),
        entry(number(min_value="0", max_value="10", initial_value="10")),
        entry(number(is_decimal_allowed=True, initial_value="-0.25")),
        entry(select(type="multi_static_select", initial_options=[option()], max_selected_items=1)),
        entry({"type": "checkboxes", "options": [{"text": mrkdwn("*A*"), "value": "a"}, option()]}),
        entry({"type": "radio_buttons", "options": [option()], "initial_option": option()}),
        entry({"type": "email_text_input"}, dispatch_action=True),
        entry({"type": "url_text_input"}),
        entry({"type": "file_input", "filetypes": ["csv"], "max_files": 1}),
        entry({"type": "users_select", "focus_on_load": True}),
        entry({"type": "conversations_select", "response_url_enabled": True, "filter": {"include": ["private"]}}),
        entry({"type": "multi_channels_select"}),
        entry({"type": "multi_users_select", "initial_users": ["U0CARL"]}),
        entry({"type": "rich_text_input", "max_lines": 100}),
        private_metadata="m" * 3000,
        callback_id="c" * 255,
        close=plain("c" * 24),
        notify_on_close=True,
        clear_on_close=True,
        external_id="e",
    ),
    "a modal to read": {"type": "modal", "title": plain("t" * 24), "blocks": [section()] * 100},
    "a home tab": home(section(accessory=button()), actions(button(), select()), private_metadata="x"),
    "an empty home tab": home(),
    "an alert in a modal": modal({"type": "alert", "text": plain("Careful"), "level": "warning"}),
    "one action id in two blocks": message(actions(button()), actions(button())),
}


@pytest.mark.parametrize("payload", GOOD.values(), ids=GOOD)
def test_what_slack_takes_passes(payload: Json) -> None:
    assert check(payload) == []


BAD: list[tuple[Json, str]] = [
    # structure
    (message({"type": "nonsense"}), "/blocks/0/type: 'nonsense' may not stand here"),
    (message({"text": plain("x")}), "/blocks/0: missing: type"),
    (message("text"), "/blocks/0: must be an object"),
    (message({"type": 7}), "/blocks/0/type: 7 may not stand here"),
    (message({"type": "{limit}"}), "/blocks/0/type: '{limit}' may not stand here"),
    ({"text": "x", "blocks": {"type": "divider"}}, "/blocks: must be an array"),
    ({"text": "x", "blocks": "[{"}, "/blocks: is not JSON"),
    ({"text": ["x"]}, "/text: must be a string"),
    ({"text": ""}, "/text: empty"),
    ({"blocks": [section()]}, "/text: missing"),
    ({"text": "  ", "blocks": [section()]}, "/text: missing"),
    (bar(button(disabled=True)), "/blocks/0/elements/0: invalid additional property: disabled"),
    (message(section(colour="red", size=2)), "/blocks/0: invalid additional property: colour, size"),
    (bar({"type": "button", "action_id": "x"}), "/blocks/0/elements/0: missing: text"),
    (bar(button(style="default")), "/blocks/0/elements/0/style: must be one of primary, danger"),
    (bar(button(text=mrkdwn("x"))), "/blocks/0/elements/0/text/type: must be plain_text"),
    (bar(button(text="x")), "/blocks/0/elements/0/text: must be an object"),
    (bar(button(value=5)), "/blocks/0/elements/0/value: must be a string"),
    (bar(text_input()), "/blocks/0/elements/0/type: 'plain_text_input' may not stand here"),
    (message(section(accessory=text_input())), "/blocks/0/accessory/type: 'plain_text_input' may not stand here"),
    (message({"type": "header", "text": mrkdwn("x")}), "/blocks/0/text/type: must be plain_text"),
    (message({"type": "context", "elements": [button()]}), "/blocks/0/elements/0/type: 'button' may not stand here"),
    (message({"type": "divider", "text": plain("x")}), "/blocks/0: invalid additional property: text"),
    (form(button()), "/blocks/0/element/type: 'button' may not stand here"),
    (message({"type": "image", "image_url": "https://example.test"}), "/blocks/0: missing: alt_text"),
    (message({"type": "image", "alt_text": "x"}), "/blocks/0: missing: image_url"),
    (message({"type": "image", "image_url": "a.png", "alt_text": "x"}), "/blocks/0/image_url: does not look like"),
    (message(rich({"type": "text", "text": ""})), "/blocks/0/elements/0/elements/0/text: empty"),
    (message(rich({"type": "mention"})), "/blocks/0/elements/0/elements/0/type: 'mention' may not stand here"),
    (message({"type": "table", "rows": [[plain("x")]]}), "/blocks/0/rows/0/0/type: 'plain_text' may not stand here"),
    # lengths and counts
    (message(*[{"type": "divider"}] * 51), "/blocks: more than 50"),
    (home(*[{"type": "divider"}] * 101), "/blocks: more than 100"),
    (message(section(text=mrkdwn(""))), "/blocks/0/text/text: empty"),
    (message(section(text=mrkdwn("x" * 3001))), "/blocks/0/text/text: longer than 3000"),
    (message(section(fields=[plain("x")] * 11)), "/blocks/0/fields: more than 10"),
    (message(section(fields=[])), "/blocks/0/fields: empty"),
    (message(section(fields=[plain("x"), plain("x" * 2001)])), "/blocks/0/fields/1/text: longer than 2000"),
    (message({"type": "header", "text": plain("x" * 151)}), "/blocks/0/text/text: longer than 150"),
    (message({"type": "context", "elements": [plain("x")] * 11}), "/blocks/0/elements: more than 10"),
    (message({"type": "context", "elements": []}), "/blocks/0/elements: empty"),
    (message(actions()), "/blocks/0/elements: empty"),
    (message(actions(*[button(action_id=str(n)) for n in range(26)])), "/blocks/0/elements: more than 25"),
    (message(section(block_id="b" * 256)), "/blocks/0/block_id: longer than 255"),
    (bar(button(action_id="a" * 256)), "/blocks/0/elements/0/action_id: longer than 255"),
    (bar(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text: longer than 75"),
    (bar(button(value="v" * 2001)), "/blocks/0/elements/0/value: longer than 2000"),
    (bar(button(url="https://" + "u" * 3000)), "/blocks/0/elements/0/url: longer than 3000"),
    (bar(button(accessibility_label="x" * 76)), "/blocks/0/elements/0/accessibility_label: longer than 75"),
    (bar(button(confirm={"title": plain("x")})), "/blocks/0/elements/0/confirm: missing: text"),
    (
        bar(button(confirm={"text": plain("x"), "title": plain("x" * 101)})),
        "/blocks/0/elements/0/confirm/title/text: longer than 100",
    ),
    (bar(button(confirm={"text": mrkdwn("x" * 301)})), "/blocks/0/elements/0/confirm/text/text: longer than 300"),
    (
        bar(button(confirm={"text": plain("x"), "confirm": plain("x" * 31)})),
        "/blocks/0/elements/0/confirm/confirm/text: longer than 30",
    ),
    (
        bar(button(confirm={"text": plain("x"), "deny": plain("x" * 31)})),
        "/blocks/0/elements/0/confirm/deny/text: longer than 30",
    ),
    (form(select(options=[])), "/blocks/0/element/options: empty"),
    (form(select(options=[option()] * 101)), "/blocks/0/element/options: more than 100"),
    (form(select(options=[option("x" * 76, value="x")])), "/blocks/0/element/options/0/text/text: longer than 75"),
    (form(select(options=[option(value="x" * 151)])), "/blocks/0/element/options/0/value: longer than 150"),
    (
        form(select(options=[option(description=plain("x" * 76))])),
        "/blocks/0/element/options/0/description/text: longer than 75",
    ),
    (form(select(options=[{"text": plain("x")}])), "/blocks/0/element/options/0: missing: value"),
    (form(select(options=[option(value="")])), "/blocks/0/element/options/0/value: empty"),
    (
        form(select(options=[{"text": mrkdwn("x"), "value": "x"}])),
        "/blocks/0/element/options/0/text/type: must be plain",
    ),
    (form(select(placeholder=plain("x" * 151))), "/blocks/0/element/placeholder/text: longer than 150"),
    (
        form({"type": "static_select", "option_groups": [{"label": plain("x"), "options": []}]}),
        "/blocks/0/element/option_groups/0/options: empty",
    ),
    (
        form({"type": "static_select", "option_groups": [{"label": plain("x" * 76), "options": [option()]}]}),
        "/blocks/0/element/option_groups/0/label/text: longer than 75",
    ),
    (bar({"type": "overflow", "options": [option()]}), "/blocks/0/elements/0/options: fewer than 2"),
    (bar({"type": "overflow", "options": [option()] * 6}), "/blocks/0/elements/0/options: more than 5"),
    (form({"type": "checkboxes", "options": [option()] * 11}), "/blocks/0/element/options: more than 10"),
    (form({"type": "radio_buttons", "options": []}), "/blocks/0/element/options: empty"),
    (modal(entry(text_input(), label=plain("x" * 2001))), "/blocks/0/label/text: longer than 2000"),
    (modal(entry(text_input(), hint=plain("x" * 2001))), "/blocks/0/hint/text: longer than 2000"),
    (modal(entry(text_input(), label=mrkdwn("x"))), "/blocks/0/label/type: must be plain_text"),
    (form(text_input(max_length=3001)), "/blocks/0/element/max_length: more than 3000"),
    (form(text_input(max_length=0)), "/blocks/0/element/max_length: less than 1"),
    (form(text_input(initial_value="x" * 3001)), "/blocks/0/element/initial_value: longer than 3000"),
    (form({"type": "number_input"}), "/blocks/0/element: missing: is_decimal_allowed"),
    (form(number(initial_value=5)), "/blocks/0/element/initial_value: must be a string"),
    (form(number(min_value="ten")), "/blocks/0/element/min_value: does not look like"),
    (form(number(min_value="5\n")), "/blocks/0/element/min_value: does not look like"),
    (form({"type": "timepicker", "initial_time": "9:00"}), "/blocks/0/element/initial_time: does not look like"),
    (form({"type": "datepicker", "initial_date": "01/02/2026"}), "/blocks/0/element/initial_date: does not look like"),
    (form({"type": "datetimepicker", "initial_date_time": 5}), "/blocks/0/element/initial_date_time: less than"),
    (form({"type": "file_input", "max_files": 11}), "/blocks/0/element/max_files: more than 10"),
    (
        form({"type": "multi_users_select", "max_selected_items": 0}),
        "/blocks/0/element/max_selected_items: less than 1",
    ),
    (form({"type": "conversations_select", "filter": {}}), "/blocks/0/element/filter: empty"),
    (message(table(101)), "/blocks/0/rows: more than 100"),
    (message(table(1, 21)), "/blocks/0/rows/0: more than 20"),
    (
        message({"type": "plan", "title": "x", "tasks": [{"type": "x"}]}),
        "/blocks/0/tasks/0/type: 'x' may not stand here",
    ),
    # views
    ({"type": "modal", "blocks": []}, "/: missing: title"),
    (modal(title=plain("x" * 25)), "/title/text: longer than 24"),
    (modal(submit=plain("x" * 25)), "/submit/text: longer than 24"),
    (modal(close=plain("x" * 25)), "/close/text: longer than 24"),
    (modal(title=mrkdwn("x")), "/title/type: must be plain_text"),
    (modal(private_metadata="x" * 3001), "/private_metadata: longer than 3000"),
    (modal(callback_id="x" * 256), "/callback_id: longer than 255"),
    (modal(submit_disabled=True), "/: invalid additional property: submit_disabled"),
    (home(title=plain("x")), "/: invalid additional property: title"),
    (home(section(text=mrkdwn("x" * 3000)), *[section(text=mrkdwn("é" * 3000))] * 50), "/: longer than 250000 bytes"),
    ({"type": "modal", "title": plain("x"), "blocks": [entry(text_input())]}, "/submit: missing"),
    # between fields
    (message({"type": "section"}), "/blocks/0: needs text or fields"),
    (message(section(block_id="a"), section(block_id="a")), "/blocks/1/block_id: 'a' stands here twice"),
    (message(actions(button(), button())), "/blocks/0/elements/1/action_id: 'go' stands here twice"),
    (form({"type": "static_select"}), "/blocks/0/element: needs either options or option_groups"),
    (
        form(select(option_groups=[{"label": plain("x"), "options": [option()]}])),
        "/blocks/0/element: needs either options or option_groups",
    ),
    (form(select(initial_option=option("Fraud"))), "/blocks/0/element/initial_option: is none of the options"),
    (
        form({"type": "checkboxes", "options": [option()], "initial_options": [option(), option("x")]}),
        "/blocks/0/element/initial_options/1: is none of the options",
    ),
    (
        form(select(type="multi_static_select", initial_options=[option(), option("Stock")], max_selected_items=1)),
        "/blocks/0/element/initial_options: more than max_selected_items",
    ),
    (
        form(select(options=[option(url="https://example.test")])),
        "/blocks/0/element/options/0/url: only in an overflow",
    ),
    (form({"type": "datepicker", "initial_date": "2027-02-29"}), "/blocks/0/element/initial_date: is not a day"),
    (form(number(initial_value="1.5")), "/blocks/0/element/initial_value: decimals are not allowed"),
    (form(number(min_value="5", max_value="4")), "/blocks/0/element/min_value: more than max_value"),
    (form(number(min_value="5", initial_value="4")), "/blocks/0/element/initial_value: not between"),
    (form(text_input(min_length=5, max_length=4)), "/blocks/0/element/min_length: more than max_length"),
    (form(text_input(max_length=4, initial_value="12345")), "/blocks/0/element/initial_value: longer than 4"),
    (
        modal(entry(text_input(focus_on_load=True)), entry(text_input(focus_on_load=True))),
        "/blocks/1/element/focus_on_load: only one",
    ),
    (message(table(), table()), "/blocks/1: only one table"),
    (message(*[{"type": "markdown", "text": "x" * 6001}] * 2), "/blocks: markdown blocks hold more than 12000"),
    # surfaces
    (message({"type": "alert", "text": plain("x")}), "/blocks/0/type: alert may not stand in a message"),
    (modal(table()), "/blocks/0/type: table may not stand in a modal"),
    (modal({"type": "markdown", "text": "x"}), "/blocks/0/type: markdown may not stand in a modal"),
    (home({"type": "markdown", "text": "x"}), "/blocks/0/type: markdown may not stand in a home"),
    (message(entry({"type": "file_input"})), "/blocks/0/element/type: file_input may not stand in a message"),
    (home(entry({"type": "file_input"})), "/blocks/0/element/type: file_input may not stand in a home"),
    (
        bar({"type": "channels_select", "response_url_enabled": True}),
        "/blocks/0/elements/0/response_url_enabled: only in an input block of a modal",
    ),
    (
        {"text": "x", "attachments": [{}, {"blocks": [{"type": "divider", "x": 1}]}]},
        "/attachments/1/blocks/0: invalid additional property: x",
    ),
]


@pytest.mark.parametrize(("payload", "problem"), BAD, ids=[problem[:80] for _payload, problem in BAD])
def test_a_mistake_is_one_problem_at_its_place(payload: Json, problem: str) -> None:
    found = check(payload)
    assert len(found) == 1, found
    assert found[0].startswith(problem)


def test_several_mistakes_are_all_told() -> None:
    found = check_message(message(section(text=mrkdwn("")), actions(button(value="v" * 2001), button(disabled=True))))
    assert found == [
        "/blocks/0/text/text: empty",
        "/blocks/1/elements/0/value: longer than 2000",
        "/blocks/1/elements/1: invalid additional property: disabled",
    ]


def test_a_view_must_be_a_modal_or_a_home_tab() -> None:
    assert check_view({"blocks": []}) == ["/type: must be modal or home"]
    assert check_view({"type": "workflow_step", "blocks": []}) == ["/type: must be modal or home"]


def test_suggestions_are_options_or_groups_of_them() -> None:
    assert check_options({"options": []}) == []
    assert check_options({"options": [option("Order", description=plain("Acme"))] * 100}) == []
    assert check_options({"option_groups": [{"label": plain("Open"), "options": [option()]}]}) == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({}, "/: needs either options or option_groups"),
        ({"options": [], "option_groups": []}, "/: needs either options or option_groups"),
        ({"options": [option()] * 101}, "/options: more than 100"),
        ({"options": [option(value="x" * 151)]}, "/options/0/value: longer than 150"),
        ({"options": [{"text": mrkdwn("x"), "value": "x"}]}, "/options/0/text/type: must be plain_text"),
        ({"options": [option("x" * 76, value="x")]}, "/options/0/text/text: longer than 75"),
        ({"options": [option(url="https://example.test")]}, "/options/0/url: only in an overflow menu"),
        ({"options": "x"}, "/options: must be an array"),
        (
            {"option_groups": [{"label": plain("x"), "options": [{"text": mrkdwn("x"), "value": "x"}]}]},
            "/option_groups/0/options/0/text/type: must be plain_text",
        ),
        ({"option_groups": [{"label": plain("x"), "options": []}]}, "/option_groups/0/options: empty"),
        ({"error": "x"}, "/: invalid additional property: error"),
    ],
)
def test_a_wrong_suggestion_is_told(answer: Json, problem: str) -> None:
    assert check_options(answer) == [problem]


def test_checking_leaves_the_payload_as_it_was() -> None:
    payload = GOOD["every input of a modal"]
    before = copy.deepcopy(payload)
    check(payload)
    assert payload == before


def test_total_text_counts_every_text_of_a_message_once() -> None:
    blocks = [
        section(text=mrkdwn("12345"), fields=[plain("12")], accessory=button(text=plain("1"), value="not text")),
        {"type": "markdown", "text": "123"},
        table(2, 2),
        rich({"type": "text", "text": "1234"}),
    ]
    assert total_text(blocks) == 5 + 2 + 1 + 3 + 4 + 4


def definitions() -> dict[str, Json]:
    return json.loads(files(blockkit).joinpath("schema.json").read_text("utf-8"))["definitions"]


@pytest.mark.parametrize("name", LIMITS)
def test_limits_lie_over_properties_that_the_types_have(name: str) -> None:
    schema = definitions()[name]
    known = {key for one in schema.get("anyOf", [schema]) for key in one["properties"]}
    assert set(LIMITS[name]["properties"]) <= known


def test_limits_of_every_definition_name_properties_that_the_types_have() -> None:
    text = json.dumps(definitions())
    assert [name for name in EVERYWHERE if f'"{name}": {{' not in text] == []


def test_the_notice_stands_beside_the_data() -> None:
    notice = files(blockkit).joinpath("NOTICE").read_text("utf-8")
    assert "@slack/types 3.2.0" in notice
    assert "MIT License" in notice
