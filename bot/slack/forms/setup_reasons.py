"""Reasons for a hold: who owns each, when it is stale, whether it needs a note; and new ones, with their roles."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, choice, divider, header, section
from bot.slack.forms.parts import FormProblem, selected, written
from bot.slack.forms.setup_parts import (
    Seen,
    channel_field,
    menu_field,
    people_field,
    picked,
    role_choices,
    text_field,
)
from workflows.interview.readback import spelled
from workflows.interview.steps import page_of
from workflows.policy.fields import period, show_period
from workflows.policy.model import Policy, Reason, Role, in_words

GONE: Final = "-"  # no name of a role
NOTES: Final = (choice("optional", "optional"), choice("required", "required"))
PERIODS: Final = ("1d", "2d", "3d", "7d", "14d", "never")
NEW_ROLE: Final = re.compile(r"[^a-z0-9_]+")


def blocks(seen: Seen) -> list[Block]:
    asked = [block for reason in _page(seen) for block in _reason(seen.policy, reason)]
    return [section("Whoever owns a reason gets its card, and signs."), *asked, divider(), *_adding(seen)]


def _page(seen: Seen) -> list[Reason]:
    return list(seen.policy.reasons_of("hold"))[page_of(seen.step)]


def _reason(policy: Policy, reason: Reason) -> list[Block]:
    at = f"reason.{reason.code}"
    owners = [*role_choices(policy), choice("Take this reason out", GONE)]
    stale = show_period(reason.stale_after)
    periods = [choice(spelled(period(each)), each) for each in dict.fromkeys((*PERIODS, stale))]
    return [
        header(f"{reason.label} ({reason.code})"),
        menu_field(f"{at}.owner", "Who owns it", owners, reason.owner or ""),
        menu_field(f"{at}.stale", "Stale after", periods, stale),
        menu_field(f"{at}.note", "A note is", NOTES, reason.note),
    ]


def _adding(seen: Seen) -> list[Block]:
    at, roles = _add(seen), role_choices(seen.policy)
    hint = "One word that people type, such as export-licence."
    owners = [menu_field(f"{at}.owner", "Who owns it", roles, "", optional=True)] if roles else []
    return [
        header("Add a reason"),
        section("Leave this empty if none is missing. After each one this step comes once more."),
        text_field(f"{at}.code", "Code", "", hint=hint, most=40),
        text_field(f"{at}.label", "In words", ""),
        *owners,
        text_field(f"{at}.role", "Or a new role that owns it", "", hint="Such as Legal.", most=30),
        people_field(f"{at}.members", "Who holds the new role", ()),
        channel_field(f"{at}.channel", "Channel of the new role", "", optional=True),
    ]


def _add(seen: Seen) -> str:
    return f"add.{seen.draw}"


def fallback(seen: Seen) -> str:
    return f"{_add(seen)}.code"


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    """Raises FormProblem."""
    codes = {reason.code for reason in _page(seen)}
    kept = [
        _edited(view, reason) if reason.kind == "hold" and reason.code in codes else reason
        for reason in seen.policy.reasons
    ]
    policy = seen.policy.model_copy(update={"reasons": tuple(each for each in kept if each is not None)})
    return _with_new(view, seen, policy)


def _edited(view: Mapping[str, Any], reason: Reason) -> Reason | None:
    at = f"reason.{reason.code}"
    owner, stale = selected(view, f"{at}.owner") or reason.owner, selected(view, f"{at}.stale")
    changed = {
        "owner": owner,
        "stale_after": period(stale) if stale else reason.stale_after,
        "note": selected(view, f"{at}.note") or reason.note,
    }
    return None if owner == GONE else reason.model_copy(update=changed)


def added(view: Mapping[str, Any], seen: Seen) -> str:
    """The code of a new reason, if there is one."""
    return "-".join(written(view, f"{_add(seen)}.code").split())


def _with_new(view: Mapping[str, Any], seen: Seen, policy: Policy) -> Policy:
    at, code = _add(seen), added(view, seen)
    if not code:
        return policy
    role = NEW_ROLE.sub("_", written(view, f"{at}.role").strip().lower()).strip("_")
    owner = role or selected(view, f"{at}.owner")
    if not owner:
        raise FormProblem(f"{at}.role", "Choose who owns the reason, or name a new role.")
    label = text.one_line(written(view, f"{at}.label"), 75) or in_words(code)
    reason = Reason(kind="hold", code=code[:40], label=label, owner=owner)
    roles = policy.roles if owner in policy.roles else {**policy.roles, owner: _new_role(view, at, owner)}
    return policy.model_copy(update={"reasons": (*policy.reasons, reason), "roles": roles})


def _new_role(view: Mapping[str, Any], at: str, name: str) -> Role:
    members = picked(view, f"{at}.members", "selected_users")
    channel = written(view, f"{at}.channel", "selected_conversation")
    if not members:
        raise FormProblem(f"{at}.members", "Choose who holds the new role: they sign.")
    if not channel:
        raise FormProblem(f"{at}.channel", "Choose the channel where the new role's cards go.")
    return Role(label=in_words(name), channel=channel, members=members, notify=members)
