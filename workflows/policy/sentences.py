"""What is wrong with a policy document, in words: where, what, and what to do."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from workflows.policy import model
from workflows.policy.fields import UNREADABLE
from workflows.words import listed

# The model behind each table of the file; * stands for a name or a place in a list.
TABLES: Final[Mapping[tuple[str, ...], type[BaseModel]]] = {
    (): model.Policy,
    ("desk",): model.DeskSettings,
    ("desk", "order_number"): model.OrderNumberFormat,
    ("desk", "refund_hook"): model.RefundHook,
    ("roles", "*"): model.Role,
    ("reasons", "*"): model.Reason,
    ("rules", "*"): model.Rule,
    ("rules", "*", "when"): model.When,
    ("rules", "*", "sign", "*"): model.Signature,
    ("sheets", "*"): model.Sheet,
    ("webhooks", "*"): model.Webhook,
    ("exports", "*"): model.Export,
    ("exports", "*", "columns", "*"): model.Column,
}
LATER: Final = frozenset({"undo_seconds", "shadow", "floor_ack", "holidays", "limits", "banners"})
Location = Sequence[int | str]


def sentences(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_url=False)
    return tuple(dict.fromkeys(f"{place(each['loc'])}: {_what(each)}" for each in found))


def place(location: Location) -> str:
    """`roles.credit.channel`, `reasons[2].owner`: lists are counted from 1."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        elif part != "[key]":
            path += f".{shown(part)}"
    return path.removeprefix(".") or "the document"


def shown(text: str) -> str:
    """A name out of the file, cut and without anything that disturbs a terminal or a message."""
    text = UNREADABLE.sub("?", text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def meant(typed: str, known: Iterable[str]) -> str:
    """` Did you mean credit?`, where something is close."""
    by_fold = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(typed[:100].casefold(), by_fold, n=1, cutoff=0.6)
    return f" Did you mean {by_fold[close[0]]}?" if close else ""


def _what(error: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(error["type"])
    return sentence(error) if sentence else f"{error['msg']}."


def _missing(error: Mapping[str, Any]) -> str:
    first, last = str(error["loc"][0]), str(error["loc"][-1])
    return f"is missing. {_HINTS.get(f'{first}.{last}') or _HINTS.get(last, 'Add it.')}"


def _unknown(error: Mapping[str, Any]) -> str:
    *table, key = error["loc"]
    if str(key) in LATER:
        return "is a key of a later version of Redtag. Take it out for now."
    known = tuple(_table(table).model_fields)
    return "is not a known key." + (meant(str(key), known) or f" Known here: {listed(known, 'and')}.")


def _table(location: Location) -> type[BaseModel]:
    return next(table for path, table in TABLES.items() if _fits(path, location))


def _fits(path: tuple[str, ...], location: Location) -> bool:
    parts = zip(path, location, strict=False)
    return len(path) == len(location) and all(want in {"*", part} for want, part in parts)


def _one_of(error: Mapping[str, Any]) -> str:
    options = error["ctx"]["expected"].replace("'", '"')
    typed = error["input"]
    close = meant(typed, options.replace(" or ", ", ").replace('"', "").split(", ")) if isinstance(typed, str) else ""
    return f"must be {options}.{close}"


def _always(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


_TABLE: Final = _always("must be a table of its own, with keys. The template shows one.")
_TEXT: Final = _always("must be text in quotes.")
_LIST: Final = _always('must be a list in brackets, such as ["U0ROSA"].')
_COUNT: Final = _always("must be a whole number, without quotes.")

_HINTS: Final[Mapping[str, str]] = {
    "channel": "Give the id of the Slack channel that gets this role's cards, such as C0CREDIT.",
    "code": 'Give the word that people type, such as code = "credit".',
    "desk": "Add a table [desk] with name, timezone and floor_channel.",
    "field": "Say which field of the export stands in this column.",
    "floor_channel": "Give the id of the Slack channel where releases are announced, such as C0FLOOR.",
    "header": "Give the words at the top of the column.",
    "kind": "Say which kind it is; the template lists them.",
    "name": 'Give the desk a name, such as name = "Acme order desk".',
    "role": "Say which role signs.",
    "secret": 'Name the environment variable that holds it: secret = "env:REDTAG_HOOK_REFUNDS".',
    "timezone": 'Name the desk\'s timezone, such as timezone = "America/Chicago".',
    "url": "Give the address that is called.",
    "sheets.name": 'Give the sheet a name, such as name = "web-orders".',
    "webhooks.name": 'Give the webhook a name, such as name = "erp".',
    "webhooks.secret": 'Name the environment variable that holds it: secret = "env:REDTAG_HOOK_ERP".',
}

_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "bool_type": _always("must be true or false, without quotes."),
    "dict_type": _TABLE,
    "extra_forbidden": _unknown,
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']}.",
    "int_type": _COUNT,
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']}.",
    "literal_error": _one_of,
    "missing": _missing,
    "model_attributes_type": _TABLE,
    "model_type": _TABLE,
    "string_too_long": lambda error: f"is longer than {error['ctx']['max_length']} characters. Shorten it.",
    "string_type": _TEXT,
    "string_unicode": _always("contains half a character (a lone surrogate). Type it again."),
    "too_long": lambda error: f"has more than {error['ctx']['max_length']} entries. Take some out.",
    "tuple_type": _LIST,
    "value_error": lambda error: f"{error['ctx']['error']}.",
}
