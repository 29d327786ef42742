"""The desk's words for the stages, and from which stage on nothing can be cancelled or changed."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from bot.slack.blocks import Block, choice
from bot.slack.forms.parts import NOTE, FormProblem, selected, written
from bot.slack.forms.setup_parts import Seen, lines_of, menu_field, short, text_field
from workflows.policy.fields import folded
from workflows.policy.model import Policy, StageWord, in_words
from workflows.values import Stage

BLOCKED: Final = (
    ("cancel_blocked_from", "Nothing is cancelled from"),
    ("change_blocked_from", "Nothing is changed from"),
)
HINT: Final = "Your words for it, one a line."


def blocks(seen: Seen) -> list[Block]:
    words = [
        text_field(
            f"stages.{stage.value}", in_words(stage.value), "\n".join(_shown(seen.policy, stage)), hint=HINT, most=NOTE
        )
        for stage in Stage
    ]
    choices = [choice(in_words(stage), stage) for stage in get_args(StageWord)]
    return [
        *words,
        *(menu_field(f"desk.{key}", label, choices, getattr(seen.policy.desk, key)) for key, label in BLOCKED),
    ]


def _shown(policy: Policy, stage: Stage) -> list[str]:
    """As many as a field holds; the others stay as they are."""
    shown, used = [], 0
    for word in (word for word, ours in policy.stages.items() if ours == stage.value):
        used += len(word) + 1
        if used <= NOTE:
            shown.append(word)
    return shown


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    """Raises FormProblem."""
    shown = {word for stage in Stage for word in _shown(seen.policy, stage)}
    given: dict[str, str] = {}
    for stage in Stage:
        block = f"stages.{stage.value}"
        for word in lines_of(written(view, block)):
            if folded(word) in {folded(known) for known in given}:
                raise FormProblem(block, f"“{short(block, word, 75)}” stands under two stages. Take one out.")
            given[short(block, word, 75)] = stage.value
    kept = {word: ours for word, ours in seen.policy.stages.items() if word not in shown or given.get(word) == ours}
    changed = {key: selected(view, f"desk.{key}") or getattr(seen.policy.desk, key) for key, _ in BLOCKED}
    desk = seen.policy.desk.model_copy(update=changed)
    return seen.policy.model_copy(update={"desk": desk, "stages": {**kept, **given}})
