"""Over which amounts somebody else signs as well, and who may sign for themselves."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack.blocks import Block, choice, section
from bot.slack.forms.parts import FormProblem, selected, written
from bot.slack.forms.setup_parts import Seen, menu_field, picked, role_choices, text_field, ticks_field
from workflows.interview.signing import (
    THRESHOLDS,
    Measure,
    amounts_of,
    read_amounts,
    second,
    threshold,
    with_threshold,
)
from workflows.policy.model import Policy, RuleKind

OWN: Final = "desk.own"
FLAGS: Final = (
    ("self_approval", "People may approve what they ask for, except a release"),
    ("owner_placement_signs", "An owner who places a hold of their own reason has signed it"),
)
HOW: Final = (
    "From which amounts on does a second role sign? Write them as `USD 5000, EUR 4500`. A currency that you do not "
    "name always counts as over. Leave a field empty where no second role is needed."
)


def blocks(seen: Seen) -> list[Block]:
    asked = [block for kind, measure, label in THRESHOLDS for block in _threshold(seen.policy, kind, measure, label)]
    flags = [choice(label, key) for key, label in FLAGS]
    return [
        section(HOW),
        *asked,
        ticks_field(OWN, "Own requests", flags, [key for key, _ in FLAGS if getattr(seen.policy.desk, key)]),
    ]


def _threshold(policy: Policy, kind: RuleKind, measure: Measure, label: str) -> list[Block]:
    rule, at = threshold(policy, kind, measure), f"rules.{kind}.{measure}"
    roles = role_choices(policy)
    menus = [menu_field(f"{at}.role", "… are also signed by", roles, second(rule), optional=True)]
    return [text_field(at, label, amounts_of(rule, measure), most=500), *(menus if roles else ())]


def fallback(_seen: Seen) -> str:
    kind, measure, _ = THRESHOLDS[0]
    return f"rules.{kind}.{measure}"


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    """Raises FormProblem."""
    policy = seen.policy
    for kind, measure, _ in THRESHOLDS:
        policy = _edited(view, policy, kind, measure)
    ticked = picked(view, OWN, "selected_options")
    desk = policy.desk.model_copy(update={key: key in ticked for key, _ in FLAGS})
    return policy.model_copy(update={"desk": desk})


def _edited(view: Mapping[str, Any], policy: Policy, kind: RuleKind, measure: Measure) -> Policy:
    at = f"rules.{kind}.{measure}"
    typed, role = written(view, at), selected(view, f"{at}.role")
    rule = threshold(policy, kind, measure)
    if typed == amounts_of(rule, measure) and role == second(rule):
        return policy
    try:
        amounts = read_amounts(typed)
    except ValueError:
        raise FormProblem(at, "Write amounts as USD 5000, EUR 4500.") from None
    if amounts and not role:
        raise FormProblem(f"{at}.role", "Choose who signs as well.")
    return with_threshold(policy, kind, measure, amounts, role)
