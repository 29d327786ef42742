"""What a new version of a policy changes, in plain sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from workflows.policy.fields import show_period
from workflows.policy.model import Column, Export, Part, Policy, Reason, Role, Rule, Sheet, Webhook
from workflows.policy.rules import sign_in_words, when_in_words
from workflows.words import listed


def differences(old: Policy | None, new: Policy) -> tuple[str, ...]:
    """Empty if and only if the two are equal."""
    if old is None:
        return (_first(new),)
    parts = (
        _settings(old.desk, new.desk),
        _stages(old.stages, new.stages),
        _roles(old, new),
        _reasons(old, new),
        _list("rule", [_rule(old, rule) for rule in old.rules], [_rule(new, rule) for rule in new.rules]),
        _list("export", [_export(part) for part in old.exports], [_export(part) for part in new.exports]),
        _list("webhook", [_webhook(part) for part in old.webhooks], [_webhook(part) for part in new.webhooks]),
        _list("sheet", [_sheet(part) for part in old.sheets], [_sheet(part) for part in new.sheets]),
    )
    found = tuple(sentence for part in parts for sentence in part)
    # Two rules can read alike and differ, where a role's label is not its own.
    return found or (() if old == new else ("Details that read alike have changed",))


def _first(policy: Policy) -> str:
    counts = {"role": policy.roles, "reason": policy.reasons, "rule": policy.rules, "export": policy.exports}
    counts |= {"webhook": policy.webhooks} if policy.webhooks else {}
    counts |= {"sheet": policy.sheets} if policy.sheets else {}
    parts = [f"{len(part)} {name}{'' if len(part) == 1 else 's'}" for name, part in counts.items()]
    return f"First policy of {policy.desk.name}: {listed(parts, 'and')}"


def _settings(old: Part, new: Part, prefix: str = "") -> Iterator[str]:
    for key in type(new).model_fields:
        before, after = getattr(old, key), getattr(new, key)
        if isinstance(before, Part) and isinstance(after, Part):
            yield from _settings(before, after, f"{prefix}{key}.")
        elif before != after:
            yield f"Desk, {prefix}{key}: {_words(before)} -> {_words(after)}"


def _stages(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for word in dict.fromkeys((*old, *new)):
        if old.get(word) != new.get(word):
            yield f"Stage word “{word}”: {old.get(word, 'none')} -> {new.get(word, 'none')}"


def _roles(old: Policy, new: Policy) -> Iterator[str]:
    for name in dict.fromkeys((*old.roles, *new.roles)):
        before, after = old.roles.get(name), new.roles.get(name)
        if before is None and after is not None:
            yield f"New role {after.label} ({name}), channel {after.channel}: {_people(after)}"
        elif before is not None and after is None:
            yield f"Role {before.label} ({name}) removed: {_people(before)}"
        elif before is not None and after is not None:
            yield from _role(before, after)


def _role(before: Role, after: Role) -> Iterator[str]:
    moved = _moved(before.members, after.members, "@")
    if moved:
        yield f"{after.label}: {moved}"
    for key in ("label", "channel"):
        if getattr(before, key) != getattr(after, key):
            yield f"{after.label}, {key}: {_words(getattr(before, key))} -> {_words(getattr(after, key))}"
    for key, mark in (("user_groups", "@"), ("notify", "@"), ("email", "")):
        moved = _moved(getattr(before, key), getattr(after, key), mark)
        if moved:
            yield f"{after.label}, {key}: {moved}"


def _people(role: Role) -> str:
    return listed([f"@{member}" for member in role.members], "and") or "nobody"


def _moved(before: Sequence[str], after: Sequence[str], mark: str) -> str:
    added = [f"+ {mark}{each}" for each in after if each not in before]
    gone = [f"- {mark}{each}" for each in before if each not in after]
    return ", ".join(added + gone) or ("" if before == after else "in another order")


def _reasons(old: Policy, new: Policy) -> Iterator[str]:
    before, after = _by_code(old.reasons), _by_code(new.reasons)
    for key in dict.fromkeys((*before, *after)):
        name = f"{key[0]} reason {key[1]}"
        if key not in before:
            yield f"New {name}: {_details(after[key])}"
        elif key not in after:
            yield f"{name.capitalize()} removed: {_details(before[key])}"
        else:
            yield from _reason(name.capitalize(), before[key], after[key])
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield "Reasons are listed in another order"


def _by_code(reasons: Iterable[Reason]) -> dict[tuple[str, str, int], Reason]:
    """Also where a code stands twice, as it may in a policy that was never applied."""
    found: dict[tuple[str, str, int], Reason] = {}
    for reason in reasons:
        again = sum(key[:2] == (reason.kind, reason.code) for key in found)
        found[reason.kind, reason.code, again] = reason
    return found


def _reason(name: str, before: Reason, after: Reason) -> Iterator[str]:
    forms = {"label": _words, "owner": _words, "stale_after": show_period, "note": _words}
    values = [(key, show(getattr(before, key)), show(getattr(after, key))) for key, show in forms.items()]
    parts = [f"{key} {was} -> {becomes}" for key, was, becomes in values if was != becomes]
    if parts:
        yield f"{name}: {', '.join(parts)}"


def _details(reason: Reason) -> str:
    owner = f", owner {reason.owner}" if reason.owner else ""
    return f"“{reason.label}”{owner}, stale after {show_period(reason.stale_after)}, note {reason.note}"


def _rule(policy: Policy, rule: Rule) -> str:
    ask = listed([policy.role_label(role) for role in rule.ask]) if rule.ask is not None else "any active member"
    sign = sign_in_words(policy, rule.sign) if rule.sign else "the owner of the reason signs"
    periods = f"remind {show_period(rule.remind_after)}, expire {show_period(rule.expire_after)}"
    escalate = f"escalate {show_period(rule.escalate_after)} to {rule.escalate_to or 'manager'}"
    return f"{rule.kind}, {when_in_words(rule.when)}: {ask} may ask, {sign}, {periods}, {escalate}"


def _export(export: Export) -> str:
    """Signs and encodings only where they are not the usual ones."""
    always = {"kind", "columns", "date_format"}
    fields = type(export).model_fields.items()
    keys = [
        key
        for key, field in fields
        if key in always or getattr(export, key) != field.get_default(call_default_factory=True)
    ]
    return "; ".join(f"{key} {_words(getattr(export, key))}" for key in keys)


def _webhook(webhook: Webhook) -> str:
    types = "every committed change" if webhook.types is None else listed(webhook.types, "and")
    return f"{webhook.name} hears of {types} at {webhook.url}, signed with {webhook.secret}"


def _sheet(sheet: Sheet) -> str:
    times = listed(sheet.at, "and")
    often = f"every {show_period(sheet.every)}" if sheet.every else f"at {times}" if times else "when somebody asks"
    return f"{sheet.name} is read from {sheet.url} {often}, as {sheet.mapping or 'its header says'}"


def _list(name: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Order counts, so what moved is taken out at one place and put in at another."""
    for what, start, end, into, until in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        yield from (f"- {name} {at + 1}: {old[at]}" for at in range(start, end))
        yield from (f"+ {name} {at + 1}: {new[at]}" for at in range(into, until))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        value = tuple(f"{word} = {theirs}" for word, theirs in value.items())
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_words, value))
    if isinstance(value, Column):
        return f"{value.header} = {value.field}"
    if isinstance(value, Part):
        return "; ".join(f"{key} {_words(getattr(value, key))}" for key in type(value).model_fields)
    return str(value)
