"""The published types as one tree of JSON Schema, and the words for what does not fit it."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from playground.slack.blockkit.limits import EVERYWHERE, LIMITS, Schema

REFERENCE = "#/definitions/"


def problems(root: str, value: Any, at: str = "") -> list[str]:
    """Where and how the value differs from `Message`, `Modal`, `Home` or `Suggestions`."""
    errors: Iterator[ValidationError] = _validator(root).iter_errors(value)
    return [f"{_place(at, error)}: {_words(error)}" for error in errors]


@cache
def _validator(root: str) -> Any:
    checker = extend(Draft202012Validator, {"branches": _branches})  # type: ignore[no-untyped-call]
    return checker(_definition(root))


@cache
def _generated() -> dict[str, Schema]:
    text = files(__package__).joinpath("schema.json").read_text("utf-8")
    definitions: dict[str, Schema] = json.loads(text)["definitions"]
    return definitions


@cache
def _definition(name: str) -> Schema:
    return _resolved(_generated()[name], LIMITS.get(name, {}))


def _resolved(schema: Schema, limits: Schema) -> Schema:
    """The schema with its references followed and the limits laid over it; what has no limits of its own is shared."""
    reference = limits.get("$ref") or schema.get("$ref")
    if reference:
        found = _definition(reference.removeprefix(REFERENCE))
        own = {key: value for key, value in limits.items() if key != "$ref"}
        return _laid_over(found, own) if own else found
    if "anyOf" in schema:
        alternatives: list[Schema] = limits.get("anyOf") or schema["anyOf"]
        return {"branches": _by_type([_resolved(one, limits) for one in alternatives])}
    return _laid_over(schema, limits)


def _laid_over(schema: Schema, limits: Schema) -> Schema:
    if "branches" in schema:
        laid = {key: [_laid_over(one, limits) for one in held] for key, held in schema["branches"].items()}
        return schema | {"branches": laid}
    merged = {**schema, **limits}
    if "required" in schema:
        merged["required"] = [*schema["required"], *limits.get("required", ())]
    if "items" in schema:
        merged["items"] = _resolved(schema["items"], limits.get("items", {}))
    if "properties" in schema:
        merged["properties"] = _properties(schema["properties"], limits.get("properties", {}))
    return merged


def _properties(properties: dict[str, Schema], limits: dict[str, Schema]) -> dict[str, Schema]:
    return {
        name: _resolved(schema, limits.get(name) or EVERYWHERE.get(name, {})) for name, schema in properties.items()
    }


def _by_type(branches: list[Schema]) -> dict[str, list[Schema]]:
    """Branches by the `type` they are for; those without one under the empty name."""
    table: dict[str, list[Schema]] = {}
    for branch in branches:
        if "branches" in branch:
            for name, inner in branch["branches"].items():
                table.setdefault(name, []).extend(inner)
        else:
            name = branch.get("properties", {}).get("type", {}).get("const", "")
            table.setdefault(name, []).append(branch)
    return table


def _branches(validator: Any, table: dict[str, list[Schema]], value: Any, _schema: Schema) -> Iterator[ValidationError]:
    """Follows the branch that the value's own type names, so that one mistake is one problem."""
    if not isinstance(value, dict):
        yield ValidationError("must be an object", validator="branches")
        return
    kind = "" if "" in table else value.get("type")
    if kind is None:
        yield ValidationError("missing: type", validator="branches")
    elif not isinstance(kind, str) or kind not in table:
        words = f"{kind!r} may not stand here, only {', '.join(sorted(table))}"
        yield ValidationError(words, validator="branches", path=["type"])
    else:
        yield from min((list(validator.descend(value, one)) for one in table[kind]), key=len)


_WORDS = {
    "const": "must be {limit}",
    "maxLength": "longer than {limit}",
    "minLength": "empty",
    "maxItems": "more than {limit}",
    "maximum": "more than {limit}",
    "minimum": "less than {limit}",
    "minProperties": "empty",
    "pattern": "does not look like {limit}",
}


def _words(error: ValidationError) -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            return f"invalid additional property: {', '.join(_additional(error))}"
        case "required":
            return f"missing: {error.message.split(chr(39))[1]}"
        case "type":
            return f"must be {_article(limit)}"
        case "enum":
            return f"must be one of {', '.join(map(str, limit))}"
        case "minItems":
            return f"fewer than {limit}" if error.instance else "empty"
        case kind:
            words = _WORDS.get(str(kind))
            return words.format(limit=limit) if words else error.message


def _additional(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    given: Any = error.instance
    return sorted(set(given) - set(schema["properties"]))


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _place(at: str, error: ValidationError) -> str:
    steps: Any = error.absolute_path
    return at + "".join(f"/{step}" for step in steps) or "/"
