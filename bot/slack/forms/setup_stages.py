"""The desk's words for the stages, and from which stage on nothing can be cancelled or changed."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, get_args

from bot.slack import text
from bot.slack.blocks import Block, choice, divider, section
from bot.slack.forms.parts import NOTE, FormProblem, selected, written
from bot.slack.forms.setup_parts import Seen, lines_of, menu_field, short, text_field
from workflows.interview.last_file import unknown_words
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
        *_unknown(seen),
        *words,
        *(menu_field(f"desk.{key}", label, choices, getattr(seen.policy.desk, key)) for key, label in BLOCKED),
    ]


def _unknown(seen: Seen) -> list[Block]:
    """Words of the newest file that rows were refused for."""
    found = unknown_words(seen.policy, seen.file)
    if not (found and seen.file):
        return []
    choices = [choice(in_words(stage.value), stage.value) for stage in Stage]
    told = f"Rows of {text.mrkdwn(seen.file.name, 80)} were refused because nobody has said what these words mean."
    asked = [
        menu_field(_means(word), f"What does “{text.one_line(word, 75)}” mean?", choices, "", optional=True)
        for word in found
    ]
    return [section(told), *asked, divider()]


def _means(word: str) -> str:
    return f"means.{hashlib.sha256(folded(word).encode()).hexdigest()[:12]}"


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
    given |= _explained(view, seen, given)
    kept = {word: ours for word, ours in seen.policy.stages.items() if word not in shown or given.get(word) == ours}
    changed = {key: selected(view, f"desk.{key}") or getattr(seen.policy.desk, key) for key, _ in BLOCKED}
    desk = seen.policy.desk.model_copy(update=changed)
    return seen.policy.model_copy(update={"desk": desk, "stages": {**kept, **given}})


def _explained(view: Mapping[str, Any], seen: Seen, given: Mapping[str, str]) -> dict[str, str]:
    typed = {folded(word) for word in given}
    meant = {word: selected(view, _means(word)) for word in unknown_words(seen.policy, seen.file)}
    return {word: stage for word, stage in meant.items() if stage and folded(word) not in typed}
