"""The queue of holds in the Home tab: filters, one page of it, and the way to the next."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.slack import text
from bot.slack.blocks import (
    CHOICE_VALUE,
    Block,
    actions,
    button,
    choice,
    context,
    field,
    header,
    menu,
    section,
)
from bot.slack.ids import ActionId
from workflows.homes import MOST_COUNTED, Filters, HeldPage, Home, key_of
from workflows.views import QueueItem

ANY: Final = "*"  # the value of a choice that filters nothing
MINE: Final = "mine"
AGES: Final[Mapping[int, str]] = {
    1: "1 day or older",
    3: "3 days or older",
    7: "7 days or older",
    30: "30 days or older",
}
STATES: Final[Mapping[str, str]] = {
    "requested": "asked for",
    "active": "in force",
    "release_requested": "release asked for",
}


def queue_blocks(home: Home) -> list[Block]:
    held, filters = home.held, home.filters
    count = f"{held.count:,}" if held.count <= MOST_COUNTED else f"{MOST_COUNTED:,}+"
    if not held.count and not filters.chosen:
        return [header("Holds"), section(_nothing(filters))]
    return [
        header(f"Holds, filtered ({count})" if filters.chosen else f"Holds ({count})"),
        actions(_filters(home)),
        _customer(filters),
        *(_items(home) or [section(_nothing(filters))]),
        *_pages(held),
    ]


def _filters(home: Home) -> list[Block]:
    filters = home.filters
    ages = [(str(days), label) for days, label in AGES.items()]
    clear = [button("Show all", ActionId.HOME_ALL, ANY, label="Show all holds")] if filters.chosen else []
    return [
        _choice(ActionId.HOME_ROLE, "All roles", home.roles, filters.role),
        _choice(ActionId.HOME_REASON, "All reasons", home.reasons, filters.reason),
        _choice(ActionId.HOME_AGE, "Any age", ages, str(filters.days or "")),
        _choice(ActionId.HOME_WHOSE, "Everybody's", [(MINE, "Mine")], MINE if filters.mine else ""),
        *clear,
    ]


def _choice(action: ActionId, every: str, known: Sequence[tuple[str, str]], value: str) -> Block:
    fitting = [choice(label, code) for code, label in known if 0 < len(code) <= CHOICE_VALUE]
    return menu(action, every, [choice(every, ANY), *fitting], value or ANY)


def _customer(filters: Filters) -> Block:
    """Read when Enter is pressed."""
    element: Block = {
        "type": "plain_text_input",
        "placeholder": {"type": "plain_text", "text": "The beginning of a name, then Enter"},
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        "max_length": 60,
    }
    if filters.customer:
        element["initial_value"] = filters.customer
    return field(ActionId.HOME_CUSTOMER, "Customer", element, optional=True, dispatch=True)


def _items(home: Home) -> list[Block]:
    labels = dict(home.roles)
    return [section(_said(item, home, labels), accessory=_show(item)) for item in home.held.items]


def _said(item: QueueItem, home: Home, labels: Mapping[str, str]) -> str:
    owner = text.mrkdwn(labels.get(item.owner, item.owner), 40)
    customer = text.mrkdwn(item.customer, 60) or "no customer"
    return (
        f"*{text.age(item.since, home.now)}* · {text.strong(item.order_number, 60)} · "
        f"{customer}, {text.money(item.total, item.currency)}\n"
        f"{item.id} {text.mrkdwn(item.reason_label, 60)}, {STATES.get(item.state, 'open')} · {owner} · "
        f"asked by {text.member(item.by)}"
    )


def _show(item: QueueItem) -> Block:
    return button("Details", ActionId.HOME_SHOW, item.id, label=f"Details of {item.id}, {item.order_number}")


def _nothing(filters: Filters) -> str:
    return "No hold fits these filters. *Show all* drops them." if filters.chosen else "No order is on hold."


def _pages(held: HeldPage) -> list[Block]:
    """A hold that is released meanwhile moves no page: each begins behind a hold, not at a count."""
    if not held.items or not (held.older or held.newer):
        return []
    older = [button("Previous", ActionId.HOME_OLDER, key_of(held.items[0]), label="The page before: older holds")]
    newer = [button("Next", ActionId.HOME_NEWER, key_of(held.items[-1]), label="The next page: newer holds")]
    return [
        actions([*(older if held.older else []), *(newer if held.newer else [])]),
        context("Oldest first."),
    ]
