"""Specimens of the Home tab."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.slack.home import home_view
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.homes import MOST_COUNTED, DeadOne, Filters, Health, HeldPage, Home
from workflows.policy.model import Policy
from workflows.views import QueueItem

FILTERS = Filters(role="credit", reason="credit", days=7, customer="nord", mine=True, after="x")


def specimens(policy: Policy) -> Iterator[Specimen]:
    asked = values.queue_item(policy)
    held = _held(policy)
    page = HeldPage((held, _held(policy, state="requested"), _held(policy, state="release_requested")), 3)
    yield _home("empty", policy, (), ())
    yield _home("one", policy, (asked,), (asked,), held=HeldPage((held,), 1))
    yield _home("filtered", policy, (), (), held=page, filters=Filters(mine=True))
    yield _home("nothing_found", policy, (), (), filters=FILTERS)
    stuck = values.queue_item(policy, waiting_for=())
    one = Health(dead=(DeadOne(7, "card", "slack:C0CREDIT", values.NUMBER, "channel_not_found"),), dead_count=1)
    yield _home("one_not_delivered", policy, (stuck,), (), health=one)
    yield _home("healthy", policy, (), (), health=Health(imported_at=values.NOW, imported="orders.csv"))
    full = HeldPage((held,) * 12, MOST_COUNTED + 1, older=True, newer=True)
    yield _home("full", policy, (asked,) * 100, (asked,) * 100, held=full, filters=FILTERS, health=_trouble())


def _home(
    name: str, policy: Policy, mine: tuple[QueueItem, ...], to_sign: tuple[QueueItem, ...], **rest: Any
) -> Specimen:
    roles = tuple((code, role.label) for code, role in policy.roles.items())
    reasons = tuple((reason.code, reason.label) for reason in policy.reasons_of("hold"))
    shown = Home(values.NOW, mine, to_sign, roles=roles, reasons=reasons, **rest)
    return Specimen(f"home.{name}", "home", home_view(shown))


def _held(policy: Policy, state: str = "active") -> QueueItem:
    return values.queue_item(policy, id="H-17", kind="hold", waiting_for=(), state=state)


def _trouble() -> Health:
    dead = DeadOne(7, "card", "slack:C0CREDIT", values.NUMBER, "channel_not_found")
    return Health(
        dead=(dead, DeadOne(8, "floor.email", "email:floor@acme.example", "", "The mailbox is full. " * 40), dead),
        dead_count=100,
        empty=tuple(f"Role {number}" for number in range(12)),
        away=("Pricing",),
        imported_at=values.NOW - timedelta(hours=5),
        imported="orders <2026>.csv",
        exported_at=values.NOW - timedelta(days=2),
        exported="cancellations",
    )
