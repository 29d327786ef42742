"""Reading the arguments of a call: form fields are text, JSON bodies hold values."""

import json
from typing import Any

from playground.slack.core import Core, SlackError

Arguments = dict[str, Any]


def text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    return "" if value is None else str(value)


def required(arguments: Arguments, name: str, error: str = "invalid_arguments") -> str:
    value = text(arguments, name)
    if value:
        return value
    said = f"[ERROR] missing required field: {name}"
    extra = {"response_metadata": {"messages": [said]}} if error == "invalid_arguments" else {}
    raise SlackError(error, **extra)


def flag(arguments: Arguments, name: str) -> bool:
    return str(arguments.get(name, "")).lower() in ("1", "true")


def number(arguments: Arguments, name: str, default: int) -> int:
    try:
        return int(text(arguments, name) or default)
    except ValueError:
        raise SlackError("invalid_arguments") from None


def structure(arguments: Arguments, name: str, kind: type, error: str) -> Any:
    """A list or an object, given as such or as JSON text. None when absent."""
    value = arguments.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise SlackError(error) from None
    if not isinstance(value, kind):
        raise SlackError(error)
    return value


def need(core: Core, scope: str) -> None:
    if scope not in core.state.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(core.state.scopes))
