"""Odd cases, in people's own words."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack.blocks import Block, section
from bot.slack.forms.parts import NOTE, written
from bot.slack.forms.setup_parts import Seen, lines_of, text_field
from workflows.interview.odd import applied, read
from workflows.policy.model import Policy

CASES: Final = "odd"
EXAMPLES: Final = (
    "Such as “we work on Saturdays”, “the last truck leaves at 15:30”, “missing orders count as shipped”. "
    "What nothing in a policy says is read back to you as not handled."
)


def blocks(seen: Seen) -> list[Block]:
    written_so_far = "\n".join(seen.draft.odd)
    return [section(EXAMPLES), text_field(CASES, "Odd cases, one a line", written_so_far, most=NOTE)]


def lines(view: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(line[:300] for line in lines_of(written(view, CASES)))


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    return applied(seen.policy, read(lines(view), seen.policy))
