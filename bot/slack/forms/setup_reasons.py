"""Reasons for a hold: who owns each, when it is stale, whether it needs a note; and new ones, with their roles."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, choice, divider, section
from bot.slack.forms.parts import FormProblem, selected, written
from bot.slack.forms.setup_parts import Seen, channel_field, menu_field, people_field, picked, text_field, ticks_field
from workflows.interview.readback import spelled
from workflows.interview.steps import page_of
from workflows.policy.fields import period, show_period
from workflows.policy.model import Policy, Reason, Role, in_words

GONE: Final = "-"  # no name of a role
PERIODS: Final = ("1d", "2d", "3d", "7d", "14d", "never")
NEW_ROLE: Final = re.compile(r"[^a-z0-9_]+")


def blocks(seen: Seen) -> list[Block]:
    asked = [block for reason in _page(seen) for block in _reason(seen.policy, reason)]
    return [section("Whoever owns a reason gets its card, and signs."), *asked, divider(), *_adding(seen)]


def _page(seen: Seen) -> list[Reason]:
    return list(seen.policy.reasons_of("hold"))[page_of(seen.step)]


def _reason(policy: Policy, reason: Reason) -> list[Block]:
    at, name = f"reason.{reason.code}", f"{reason.label} ({reason.code})"
    owners = [*_owners(policy), choice("Take this reason out", GONE)]
    stale = show_period(reason.stale_after)
    periods = [choice(spelled(period(each)), each) for each in dict.fromkeys((*PERIODS, stale))]
    needs = [choice("A note is required", "required")]
    return [
        menu_field(f"{at}.owner", f"{name}: who owns it", owners, reason.owner or ""),
        menu_field(f"{at}.stale", f"{name}: stale after", periods, stale),
        ticks_field(f"{at}.note", f"{name}: note", needs, [reason.note]),
    ]


def _owners(policy: Policy) -> list[Block]:
    return [choice(f"{role.label} ({name})", name) for name, role in policy.roles.items()]


def _adding(seen: Seen) -> list[Block]:
    at, roles = _add(seen), _owners(seen.policy)
    hint = "One word that people type, such as export-licence."
    owners = [menu_field(f"{at}.owner", "Who owns it", roles, "", optional=True)] if roles else []
    return [
        section("*A new reason.* Leave it empty if there is none; after one has been added, this comes once more."),
        text_field(f"{at}.code", "Code", "", hint=hint, most=40),
        text_field(f"{at}.label", "In words", ""),
        *owners,
        text_field(f"{at}.role", "Or a new role that owns it", "", hint="Such as legal.", most=30),
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
        "note": "required" if picked(view, f"{at}.note", "selected_options") else "optional",
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
    if not channel:
        raise FormProblem(f"{at}.channel", "Choose the channel where the new role's cards go.")
    if not members:
        raise FormProblem(f"{at}.members", "Choose who holds the new role: they sign.")
    return Role(label=in_words(name), channel=channel, members=members, notify=members)
