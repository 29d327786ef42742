"""When people are reminded of a request, when it escalates and to whom, and when it expires."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.slack.blocks import Block, choice, header, section
from bot.slack.forms.parts import selected
from bot.slack.forms.setup_parts import Seen, menu_field, role_choices
from workflows.interview.readback import spelled
from workflows.interview.waiting import KINDS, usual, with_times
from workflows.policy.fields import period, show_period
from workflows.policy.model import Policy, Rule, RuleKind
from workflows.policy.rules import ESCALATED_TO

HOW: Final = (
    "What happens to a request that nobody answers? Time counts in the desk's working hours. Each reminder waits twice "
    "as long as the one before."
)
NAMES: Final[Mapping[RuleKind, str]] = {
    "place_hold": "To put an order on hold",
    "release_hold": "To release a hold",
    "cancel": "To cancel",
    "change": "To change",
}
PERIODS: Final = {
    "remind_after": ("Reminder after", ("30m", "1h", "2h", "4h", "1d", "never")),
    "escalate_after": ("Escalates after", ("4h", "1d", "2d", "3d", "never")),
    "expire_after": ("Expires after", ("3d", "7d", "14d", "30d", "never")),
}
NEVER_EXPIRES: Final = "place_hold"  # it escalates instead
TO: Final = "escalate_to"


def blocks(seen: Seen) -> list[Block]:
    return [section(HOW), *(block for kind in KINDS for block in _kind(seen.policy, kind))]


def _kind(policy: Policy, kind: RuleKind) -> list[Block]:
    rule = usual(policy, kind)
    menus = [_period(rule, name) for name in _asked(kind)]
    roles = role_choices(policy)
    to = [menu_field(f"rules.{kind}.{TO}", "Escalates to", roles, _to(policy, rule), optional=True)] if roles else []
    return [header(NAMES[kind]), *menus[:2], *to, *menus[2:]]


def _asked(kind: RuleKind) -> list[str]:
    return [name for name in PERIODS if name != "expire_after" or kind != NEVER_EXPIRES]


def _period(rule: Rule, name: str) -> Block:
    (label, offered), present = PERIODS[name], show_period(getattr(rule, name))
    return menu_field(f"rules.{rule.kind}.{name}", label, _choices((*offered, present)), present)


def _choices(periods: Sequence[str]) -> list[Block]:
    """By length, `never` last."""
    lengths = {each: period(each) for each in periods}
    ordered = sorted(lengths, key=lambda each: lengths[each] or timedelta.max)
    return [choice(spelled(lengths[each]), each) for each in ordered]


def _to(policy: Policy, rule: Rule) -> str:
    return rule.escalate_to or (ESCALATED_TO if ESCALATED_TO in policy.roles else "")


def fallback(_seen: Seen) -> str:
    return f"rules.{KINDS[0]}.remind_after"


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    policy = seen.policy
    for kind in KINDS:
        policy = with_times(policy, kind, _entered(view, policy, usual(policy, kind)))
    return policy


def _entered(view: Mapping[str, Any], policy: Policy, rule: Rule) -> dict[str, Any]:
    chosen = {name: selected(view, f"rules.{rule.kind}.{name}") for name in _asked(rule.kind)}
    times: dict[str, Any] = {name: period(value) for name, value in chosen.items() if value}
    to = selected(view, f"rules.{rule.kind}.{TO}")
    return times if to == _to(policy, rule) else {**times, TO: to or None}
