"""How the desk fares, for admins in their Home tab."""

from datetime import datetime
from typing import Final

from bot.slack import text, undelivered
from bot.slack.blocks import Block, button, context, fields, header, section
from bot.slack.ids import ActionId
from workflows.homes import DeadOne, Health
from workflows.words import listed

ALL: Final = "all"
COUNTED: Final = 100
SHOWN: Final = 8


def health_blocks(health: Health, now: datetime) -> list[Block]:
    return [
        header("Desk health"),
        fields(
            [
                ("Last import", _last(health.imported, health.imported_at, now)),
                ("Last export", _last(health.exported, health.exported_at, now)),
            ]
        ),
        *_roles(health),
        *_dead(health),
    ]


def _last(what: str, at: datetime | None, now: datetime) -> str:
    if at is None:
        return "None yet"
    named = text.mrkdwn(what, 80)
    return f"{f'{named}, ' if named else ''}{text.ago(at, now)}"


def _roles(health: Health) -> list[Block]:
    empty, away = _named(health.empty), _named(health.away)
    return [
        *([section(f":warning: Nobody holds {empty}. `/desk roles` names people.")] if empty else []),
        *([section(f":warning: Everybody in {away} is away. `/desk away` names a deputy.")] if away else []),
    ]


def _named(labels: tuple[str, ...]) -> str:
    more = len(labels) - SHOWN
    shown = [text.mrkdwn(label, 40) for label in labels[:SHOWN]]
    return listed([*shown, f"{more} more"] if more > 0 else shown, "and")


def _dead(health: Health) -> list[Block]:
    count = health.dead_count
    if not count:
        return [context("Everything was delivered.")]
    said = (
        f"{COUNTED}+ messages were" if count >= COUNTED else "1 message was" if count == 1 else f"{count} messages were"
    )
    every = button("Retry all", ActionId.NOTICE_RETRY, ALL, label="Try to deliver all of them again")
    return [
        section(f":warning: {said} not delivered.", accessory=every)
        if count > 1
        else section(f":warning: {said} not delivered."),
        *(section(_line(each), accessory=_retry(each)) for each in health.dead),
    ]


def _line(dead: DeadOne) -> str:
    order = f"{text.strong(dead.order_number, 60)} · " if dead.order_number else ""
    what, to = undelivered.kind(dead.kind), undelivered.destination(dead.lane)
    return f"{order}{what} to {to}\n{undelivered.cause(dead.error)}"


def _retry(dead: DeadOne) -> Block:
    return button("Retry", ActionId.NOTICE_RETRY, str(dead.id), label=f"Try notice {dead.id} again")
