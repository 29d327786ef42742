"""The policy document in its two forms: TOML for people, JSON for the store."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import tomli_w
from pydantic import ValidationError

from workflows.policy.fields import UNREADABLE
from workflows.policy.model import Policy
from workflows.policy.sentences import sentences

LONGEST: Final = 512 * 1024
_AT: Final = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


class PolicyProblems(Exception):
    """The document cannot be read as a policy. Each problem is one sentence: where, what, what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse_policy(toml_text: str) -> Policy:
    """Parse once a version and keep the result."""
    return _policy(_toml(toml_text.removeprefix("\ufeff")))


def policy_from_json(data: Any) -> Policy:
    """Out of the store's form, which `policy_to_json` wrote."""
    if not isinstance(data, Mapping):
        raise PolicyProblems("the document: must be an object with the keys of a policy.")
    try:
        return _policy({**data, "stages": dict(data.get("stages", ())), "roles": _named(data.get("roles", ()))})
    except (KeyError, TypeError, ValueError) as wrong:
        raise PolicyProblems("roles, stages: are not in the form of the store.") from wrong


def _named(roles: Any) -> Any:
    if isinstance(roles, Mapping):
        return roles
    return {role["name"]: {key: role[key] for key in role if key != "name"} for role in roles}


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """The store's form. Tables whose order people chose become lists, because jsonb keeps no order of keys."""
    data = policy.model_dump(mode="json")
    data["stages"] = [list(pair) for pair in data["stages"].items()]
    data["roles"] = [{"name": name, **role} for name, role in data["roles"].items()]
    return data


def policy_to_toml(policy: Policy) -> str:
    """The whole policy, with what was left to the defaults written out."""
    return tomli_w.dumps(_without_none(policy.model_dump(mode="python")))


def _policy(data: Any) -> Policy:
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyProblems(*sentences(error)) from error


def _toml(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise PolicyProblems(f"the document: is longer than {LONGEST // 1024} KiB. A policy is a few pages.")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError as error:
        raise PolicyProblems("the document: is nested too deeply. Write it as the template does.") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyProblems(_syntax(str(error))) from error
    except (ValueError, ArithmeticError) as error:
        raise PolicyProblems("the document: holds a number or a date that is out of range. Correct it.") from error


def _syntax(message: str) -> str:
    """The place stands at the end of the parser's message; people look for it first."""
    message = UNREADABLE.sub("?", message)
    found = _AT.match(message)
    what = (found[1] if found else message).rstrip(".")[:300]
    where = f"line {found[2]}, column {found[3]}" if found and found[2] else "the end" if found else "the document"
    return f"{where}: {what}. Text stands in quotes, tables in [brackets], lists of tables in [[double brackets]]."


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_without_none(part) for part in value]
    return value
