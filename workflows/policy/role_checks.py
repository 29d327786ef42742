"""What is wrong with [roles] and [[reasons]]."""

import re
from collections.abc import Iterator
from typing import Final

from workflows.policy.desk_checks import channel_problem, email_problems
from workflows.policy.fields import folded
from workflows.policy.model import Policy, Reason, Role
from workflows.policy.sentences import meant, shown

MOST_OPTIONS: Final = 100  # a menu of Slack holds no more
_ROLE: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,30}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{2,30}")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
# Words that mean something else in the place where a reason is typed.
_TAKEN: Final = re.compile(r"(?i:until|because|all|lines?|qty|sku|add|ship-by|[hr]-[0-9]+)")


def problems(policy: Policy) -> Iterator[str]:
    for name, role in policy.roles.items():
        yield from _role(name, role)
    if not policy.reasons_of("hold"):
        yield 'reasons: has none of kind "hold". Add at least one, or no order can be stopped.'
    for at, reason in enumerate(policy.reasons, 1):
        yield from _reason(policy, f"reasons[{at}]", reason)
    yield from _doubles(policy)
    for kind in ("hold", "release", "cancel", "change"):
        if len(policy.reasons_of(kind)) > MOST_OPTIONS:
            yield f"reasons: has more than {MOST_OPTIONS} of kind {kind}, which no menu holds. Take some out."


def unknown_role(policy: Policy, where: str, role: str) -> Iterator[str]:
    if role not in policy.roles:
        close = meant(role, policy.roles)
        yield f"{where}: there is no role “{shown(role)}”. Add [roles.{shown(role)}], or name another role.{close}"


def _role(name: str, role: Role) -> Iterator[str]:
    where = f"roles.{shown(name)}"
    if not _ROLE.fullmatch(name):
        yield f"{where}: is not a name for a role. Use small letters, digits and _, such as cs_lead."
    yield from channel_problem(f"{where}.channel", role.channel)
    yield from _ids(f"{where}.members", role.members, _USER, "a person, which begins with U or W")
    yield from _ids(f"{where}.user_groups", role.user_groups, _GROUP, "a user group, which begins with S")
    for member in role.notify:
        if member not in role.members:
            yield f"{where}.notify: {shown(member)} is not among the members. Add it there, or take it out here."
    yield from email_problems(f"{where}.email", role.email)


def _ids(where: str, ids: tuple[str, ...], form: re.Pattern[str], what: str) -> Iterator[str]:
    for each in ids:
        if not form.fullmatch(each):
            yield f"{where}: “{shown(each)}” is not the Slack id of {what}. Names, @ and e-mail addresses do not work."


def _reason(policy: Policy, where: str, reason: Reason) -> Iterator[str]:
    about = f"({reason.kind} {shown(reason.code)})"
    if not _CODE.fullmatch(reason.code):
        yield f"{where}.code {about}: must be one word of letters, digits, - _ and dots. Put the rest into the label."
    elif _TAKEN.fullmatch(reason.code):
        yield f"{where}.code {about}: means something else when it is typed in a command. Choose another word."
    if not reason.label.strip():
        yield f"{where}.label {about}: is empty. Give the words that people read."
    if reason.kind == "release" and reason.owner is not None:
        yield f"{where}.owner {about}: a release has no owner, the hold's reason decides who signs. Take it out."
    elif reason.kind != "release":
        yield from unknown_role(policy, f"{where}.owner {about}", reason.owner or "")


def _doubles(policy: Policy) -> Iterator[str]:
    """Codes and labels are both typed, so within a kind each must mean one reason."""
    seen: dict[tuple[str, str], int] = {}
    for at, reason in enumerate(policy.reasons, 1):
        for word in dict.fromkeys((folded(reason.code), folded(reason.label))):
            first = seen.setdefault((reason.kind, word), at)
            if first != at:
                yield (
                    f"reasons[{at}]: “{shown(word)}” already stands for reasons[{first}] of kind {reason.kind}. "
                    "Rename one or take it out."
                )
