"""Limits that the published types only tell in prose, as JSON Schema laid over the generated definitions.

Sources: the comments of @slack/types, Slack's reference pages of blocks, elements, composition objects and views.
"""

from typing import Any

Schema = dict[str, Any]


def at_most(longest: int) -> Schema:
    return {"maxLength": longest}


def text(longest: int) -> Schema:
    """A text object."""
    return {"properties": {"text": at_most(longest)}}


def between(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def items(low: int, high: int, each: Schema | None = None) -> Schema:
    return {"minItems": low, "maxItems": high} | ({"items": each} if each else {})


def props(*required: str, **properties: Schema) -> Schema:
    return {"properties": properties, "required": list(required)}


NUMBER = {"pattern": r"^-?\d+(\.\d+)?\Z"}
WEB_ADDRESS = {"pattern": "^https?://", "maxLength": 3000}
GROUPS = items(1, 100, props(label=text(75), options=items(1, 100)))
SELECT = props(options=items(1, 100), option_groups=GROUPS)
OPTION = props(
    "value", text=text(75), value={"minLength": 1, "maxLength": 150}, description=text(75), url=at_most(3000)
)
FILTER = props(filter={"minProperties": 1} | props(include=items(1, 4)))
CELLS = items(1, 20)
VIEW = {
    "blocks": items(0, 100),
    "private_metadata": at_most(3000),
    "callback_id": at_most(255),
    "external_id": at_most(255),
}
FEEDBACK = props(text=text(75), value=at_most(2000))

EVERYWHERE: dict[str, Schema] = {
    "action_id": at_most(255),
    "block_id": at_most(255),
    "accessibility_label": at_most(75),
    "placeholder": text(150),
    "max_selected_items": {"type": "integer", "minimum": 1},
    "min_query_length": {"type": "integer", "minimum": 0},
    "image_url": WEB_ADDRESS,
    "alt_text": {"minLength": 1, "maxLength": 2000},
    "trigger_actions_on": items(1, 2),
}
"""Properties that mean the same in every definition."""

LIMITS: dict[str, Schema] = {
    "Message": props(blocks=items(0, 50)),
    "Modal": props(title=text(24), submit=text(24), close=text(24), **VIEW),
    "Home": props(**VIEW),
    "Suggestions": props(options=items(0, 100), option_groups=items(0, 100)),
    # composition objects
    "PlainTextElement": props(text={"minLength": 1, "maxLength": 3000}),
    "MrkdwnElement": props(text={"minLength": 1, "maxLength": 3000}),
    "RawTextElement": props(text={"minLength": 1}),
    "RawNumberElement": props(text={"minLength": 1}),
    "MrkdwnOption": OPTION,
    "PlainTextOption": OPTION,
    # groups stand only in selects, whose options are plain text; a checkbox or radio button has none
    "OptionGroup": props(label=text(75), options=items(1, 100, {"$ref": "#/definitions/PlainTextOption"})),
    "ConfirmationDialog": props(title=text(100), text=text(300), confirm=text(30), deny=text(30)),
    # blocks
    "ActionsBlock": props(elements=items(1, 25)),
    "AlertBlock": props(text=text(200)),
    "CardBlock": props(title=text(150), subtitle=text(150), body=text(200), actions=items(1, 2)),
    "CarouselBlock": props(elements=items(1, 10)),
    "ContainerBlock": props(title=text(150), subtitle=text(150), child_blocks=items(1, 10)),
    "ContextBlock": props(elements=items(1, 10)),
    "ContextActionsBlock": props(elements=items(1, 5)),
    "DataTableBlock": props(
        rows=items(2, 201, CELLS),
        page_size=between(1, 100),
        row_header_column_index=between(0, 19),
    ),
    "HeaderBlock": props(text=text(150)),
    "ImageBlock": props(title=text(2000)),
    "InputBlock": props(label=text(2000), hint=text(2000)),
    "MarkdownBlock": props(text={"minLength": 1, "maxLength": 12_000}),
    "PlanBlock": props(tasks=items(0, 50, {"anyOf": [{"$ref": "#/definitions/TaskCardBlock"}]})),
    "SectionBlock": props(text=text(3000), fields=items(1, 10, text(2000))),
    "TableBlock": props(rows=items(1, 100, CELLS), column_settings=items(0, 20)),
    "VideoBlock": props(
        title=text(200), description=text(200), author_name=at_most(50), provider_name=at_most(50),
        title_url=at_most(2000), provider_icon_url=at_most(2000), thumbnail_url=at_most(3000), video_url=at_most(3000),
    ),
    # elements
    "Button": props(text=text(75), value=at_most(2000), url=at_most(3000)),
    "WorkflowButton": props(text=text(75)),
    "IconButton": props(value=at_most(2000), visible_to_user_ids=items(0, 10)),
    "FeedbackButtons": props(positive_button=FEEDBACK, negative_button=FEEDBACK),
    "StaticSelect": SELECT,
    "MultiStaticSelect": SELECT,
    "ConversationsSelect": FILTER,
    "MultiConversationsSelect": FILTER,
    "Overflow": props(options=items(2, 5)),
    "Checkboxes": props(options=items(1, 10), initial_options=items(1, 10)),
    "RadioButtons": props(options=items(1, 10)),
    "Datepicker": props(initial_date={"pattern": r"^\d{4}-\d\d-\d\d\Z"}),
    "Timepicker": props(initial_time={"pattern": r"^([01]\d|2[0-3]):[0-5]\d\Z"}),
    "DateTimepicker": props(initial_date_time=between(1_000_000_000, 9_999_999_999)),
    "NumberInput": props(initial_value=NUMBER, min_value=NUMBER, max_value=NUMBER),
    "PlainTextInput": props(initial_value=at_most(3000), min_length=between(0, 3000), max_length=between(1, 3000)),
    "FileInput": props(max_files=between(1, 10)),
    "RichTextInput": props(min_lines=between(1, 100), max_lines=between(1, 100)),
    "RichTextText": props(text={"minLength": 1}),
    "RichTextList": props(indent=between(0, 8)),
}  # fmt: skip
