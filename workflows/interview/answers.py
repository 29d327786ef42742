"""Answers are kept as what they change, so that they fit on a newer policy as well."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from workflows.policy.load import parse_policy, policy_from_json
from workflows.policy.model import Policy
from workflows.policy.template import template_toml

ADMIN: Final = "admin"
MEMBERS: Final = "members"
Answers = Mapping[str, Any]
Path = tuple[str, ...]
EMPTY: Final[Answers] = {"put": [], "taken": []}


def first_policy(member: str) -> Policy:
    """What an interview begins on where there is no policy: the template, and this person its admin."""
    policy = parse_policy(template_toml())
    admin = policy.roles[ADMIN].model_copy(update={MEMBERS: (member,), "notify": (member,)})
    return policy.model_copy(update={"roles": {**policy.roles, ADMIN: admin}})


def changes(before: Policy, after: Policy) -> Answers:
    """`put`: [path, value] of each key that differs or is new; `taken`: paths of what is gone."""
    old, new = _parts(before), _parts(after)
    return {
        "put": [[list(path), value] for path, value in _put(old, new)],
        "taken": [list(path) for path in _taken(old, new)],
    }


def carried(policy: Policy, answers: Answers) -> tuple[Policy, tuple[str, ...]]:
    """The policy with these answers, and the keys whose table has gone meanwhile. Raises PolicyProblems."""
    parts = _parts(policy)
    for path in answers["taken"]:
        (_table(parts, path) or {}).pop(path[-1], None)
    lost = []
    for path, value in answers["put"]:
        table = _table(parts, path)
        if table is None:
            lost.append(".".join(path))
        else:
            table[path[-1]] = value
    return policy_from_json({**policy.model_dump(mode="json"), **_whole(parts, policy)}), tuple(lost)


def _parts(policy: Policy) -> dict[str, dict[str, Any]]:
    """Lists as tables, since a place in a list is nothing that lasts."""
    data = policy.model_dump(mode="json")
    return {
        "desk": data["desk"],
        "stages": data["stages"],
        "roles": data["roles"],
        "reasons": {f"{each['kind']} {each['code']}": each for each in data["reasons"]},
        "rules": {orjson.dumps(each, option=orjson.OPT_SORT_KEYS).decode(): each for each in data["rules"]},
    }


def _whole(parts: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    known = _parts(policy)["rules"]
    new = {_matched(rule): rule for key, rule in parts["rules"].items() if key not in known}
    old = [new.pop(_matched(rule), None) or parts["rules"].get(key) for key, rule in known.items()]
    place = next((at for at, rule in enumerate(old) if rule is None), 0)
    special = [rule for rule in new.values() if any(rule["when"].values())]
    general = [rule for rule in new.values() if rule not in special]
    rules = [rule for rule in (*old[:place], *special, *old[place:], *general) if rule]
    return {**parts, "reasons": list(parts["reasons"].values()), "rules": rules}


def _matched(rule: Mapping[str, Any]) -> str:
    """What it is for. A new rule stands where the one for the same stood, else where the first that it replaces did,
    else before all others; one for all of a kind is the last, because nothing after it would be reached.
    """
    return orjson.dumps([rule["kind"], rule["when"]], option=orjson.OPT_SORT_KEYS).decode()


def _table(parts: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    found: Any = parts
    for step in path[:-1]:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _put(old: Mapping[str, Any], new: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in new.items():
        before = old.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            yield from _put(before, value, (*path, key))
        elif key not in old or before != value:
            yield (*path, key), value


def _taken(old: Mapping[str, Any], new: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    for key, value in old.items():
        if key not in new:
            yield (*path, key)
        elif isinstance(value, dict) and isinstance(new[key], dict):
            yield from _taken(value, new[key], (*path, key))
