"""Does Slack take every message, form and Home tab of ours? It is asked with `blocks.validate`; nothing is posted."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.asking import each_of
from bot.doctor.finding import Findings, ok, problem, skipped, warning
from bot.doctor.slack import Workspace, code_of
from bot.slack.specimens import Specimen, specimens
from workflows.policy.model import Policy

TEMPLATES: Final = "templates"
INVALID: Final = frozenset({"invalid_blocks", "invalid_message", "invalid_view"})
SECONDS: Final = 60.0  # in all; Slack slows down who asks often
REPORTED: Final = 10


@dataclass(frozen=True, slots=True)
class Refused:
    name: str
    code: str
    detail: str


async def check_templates(workspace: Workspace, policy: Policy | None) -> Findings:
    drawn = new_shapes_first(list(specimens(policy)))
    first = await _validate(workspace.client, drawn[0])
    if first is not None and first.code == "unknown_method":
        return [skipped(TEMPLATES, "This Slack does not offer blocks.validate.")]
    asked: list[Refused | None] = [first]
    rest = drawn[1:]
    try:
        async with asyncio.timeout(SECONDS):
            await each_of(rest, lambda specimen: _noted(asked, workspace.client, specimen))
    except TimeoutError:
        pass
    return _judged(drawn, asked)


def new_shapes_first(drawn: Sequence[Specimen]) -> list[Specimen]:
    """So that, where the time is too short for all, each form of message was looked at at least once."""
    seen: set[str] = set()
    first: list[Specimen] = []
    rest: list[Specimen] = []
    for specimen in drawn:
        shape = shape_of(specimen)
        (rest if shape in seen else first).append(specimen)
        seen.add(shape)
    return first + rest


def shape_of(specimen: Specimen) -> str:
    return f"{specimen.kind} {_shape(specimen.payload)}"


def _shape(value: Any) -> Any:
    """Keys, types of blocks and elements, and the lengths of lists; without the words."""
    if isinstance(value, dict):
        return {key: value["type"] if key == "type" else _shape(value[key]) for key in sorted(value)}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value).__name__


async def _noted(asked: list[Refused | None], client: AsyncWebClient, specimen: Specimen) -> None:
    asked.append(await _validate(client, specimen))


async def _validate(client: AsyncWebClient, specimen: Specimen) -> Refused | None:
    what = "message" if specimen.kind == "message" else "view"
    try:
        # The SDK's own `blocks_validate` puts all of it into the address, which has not room for a long form.
        await client.api_call("blocks.validate", data={what: json.dumps(specimen.payload)})
    except SlackApiError as refused:
        return Refused(specimen.name, code_of(refused), _detail(refused))
    return None


def _detail(refused: SlackApiError) -> str:
    """The first error, with its place in the payload."""
    errors = refused.response.get("errors") or [{}]
    return f"{errors[0].get('pointer', '')} {errors[0].get('message', '')}".strip()


def _judged(drawn: Sequence[Specimen], asked: Sequence[Refused | None]) -> Findings:
    refused = [each for each in asked if each is not None]
    wrong = [each for each in refused if each.code in INVALID]
    left = len(drawn) - len(asked) + len(refused) - len(wrong)
    mend = "This is a mistake in Redtag, not in your desk: please report it with this line."
    found = [problem(TEMPLATES, f"Slack refuses {each.name}: {each.code} {each.detail}", mend) for each in wrong]
    if left:
        codes = ", ".join(Counter(each.code for each in refused if each not in wrong)) or "no more time"
        said = f"{len(drawn) - left} of {len(drawn)} were looked at ({codes})."
        found.append(warning(TEMPLATES, said, "Try again in some minutes."))
    kinds = Counter(each.kind for each in drawn)
    counted = f"{kinds['message']} messages, {kinds['modal']} forms and {kinds['home']} Home tabs"
    return found[:REPORTED] or [ok(TEMPLATES, f"Slack takes all {counted}.")]
