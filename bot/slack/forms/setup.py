"""The interview: its steps in turn. Each step is a module of its own, where asking and reading stand side by side."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, View, actions, button, choice, context, menu, plain_text, section
from bot.slack.forms import (
    setup_contacts,
    setup_desk,
    setup_odd,
    setup_orders,
    setup_reasons,
    setup_roles,
    setup_signing,
    setup_stages,
    setup_waiting,
)
from bot.slack.forms.parts import Where, carried, form, message_view, placed
from bot.slack.forms.setup_parts import Seen
from bot.slack.ids import ActionId, CallbackId
from workflows.interview.steps import following, new_problems, steps, title
from workflows.policy.model import Policy

STEPS: Final[Mapping[str, ModuleType]] = {
    "desk": setup_desk,
    "orders": setup_orders,
    "stages": setup_stages,
    "roles": setup_roles,
    "contacts": setup_contacts,
    "reasons": setup_reasons,
    "signing": setup_signing,
    "waiting": setup_waiting,
    "odd": setup_odd,
}
FALLBACKS: Final[Mapping[str, Callable[[Seen], str]]] = {
    "reasons": setup_reasons.fallback,
    "signing": setup_signing.fallback,
    "waiting": setup_waiting.fallback,
}
KEPT: Final = (
    "*Next* keeps your answers: you can leave, and go on later with `/desk setup`. Nothing applies before the end."
)
BROKEN: Final = "This form is not the newest one. Close it and type `/desk setup` again."
DONE: Final = (
    "It applies from now on. Invite Redtag to each channel that it is not in yet; `redtag doctor` checks the rest."
)
SURE: Final = {
    "title": plain_text("Begin anew"),
    "text": plain_text("Your answers so far are dropped. What applies now stays as it is."),
    "confirm": plain_text("Begin anew"),
    "deny": plain_text("Keep them"),
}
_STEP: Final = "step"


def build(seen: Seen) -> View:
    blocks = [*frame(seen), *_module(seen).blocks(seen)]
    return _form(seen, "Next", blocks)


def frame(seen: Seen) -> list[Block]:
    """Where in the interview this is, and the way to any other step."""
    known = steps(seen.policy)
    at = known.index(seen.step) + 1 if seen.step in known else 1
    others = [choice(title(step), step) for step in known if step != seen.step]
    jump = menu(ActionId.SETUP_GO, "Go to another step", others)
    return [context(f"Step {at} of {len(known)}. {KEPT}"), {**actions([jump]), "block_id": f"go.{seen.step}"}]


def _form(seen: Seen, submit: str, blocks: Sequence[Block]) -> View:
    more = {_STEP: seen.step, "based_on": str(seen.draft.based_on), "draw": seen.draw}
    return form(CallbackId.SETUP_SUBMIT, title(seen.step), submit, blocks, carried(Where(), **more))


def _module(seen: Seen) -> ModuleType:
    return STEPS.get(seen.step.partition(".")[0], setup_desk)


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    """The policy with what was entered. Raises FormProblem."""
    policy: Policy = _module(seen).edited(view, seen)
    return policy


def after(view: Mapping[str, Any], seen: Seen, policy: Policy) -> str:
    """The step that comes next: the same once more where a reason was added."""
    if _module(seen) is setup_reasons and setup_reasons.added(view, seen):
        return seen.step
    return following(policy, seen.step)


def odd_lines(view: Mapping[str, Any], seen: Seen) -> tuple[str, ...]:
    return setup_odd.lines(view) if _module(seen) is setup_odd else seen.draft.odd


def errors(view: Mapping[str, Any], seen: Seen, policy: Policy) -> dict[str, str]:
    """What the check of a policy says of these answers, each under its field."""
    found: dict[str, str] = {}
    for problem in new_problems(seen.policy, policy):
        place, _, sentence = problem.partition(": ")
        block = placed(place, view) or _fallback(view, seen)
        said = sentence[:1].upper() + sentence[1:] if block == place else problem
        found[block] = f"{found[block]} {said}"[:500] if block in found else said[:500]
    if not found and (lost := _lost(seen, policy)):
        found[setup_orders.PATTERN] = f"{text.one_line(lost, 60)} does not fit, and there is an order with this number."
    return found


def _lost(seen: Seen, policy: Policy) -> str:
    return setup_orders.lost_example(seen, policy) if _module(seen) is setup_orders else ""


def _fallback(view: Mapping[str, Any], seen: Seen) -> str:
    """The field that takes what belongs to none: that of the step, else its first."""
    name = seen.step.partition(".")[0]
    if name in FALLBACKS:
        return FALLBACKS[name](seen)
    blocks = view.get("blocks") or ()
    return next((str(block["block_id"]) for block in blocks if block.get("type") == "input"), "")


def resume(step: str, policy: Policy) -> View:
    """Somebody comes back: on with it, or anew?"""
    offered = [
        button(f"Go on: {title(step)}", ActionId.SETUP_GO, step, style="primary"),
        {**button("Begin anew", ActionId.SETUP_ANEW, "anew"), "confirm": SURE},
    ]
    said = f"You have begun to set up {text.strong(policy.desk.name) or 'the desk'}. Your answers so far are kept."
    return message_view("Set-up", [section(said), {**actions(offered), "block_id": "resume"}])


def broken(said: str) -> View:
    """The answers cannot go on; `said` is finished mrkdwn."""
    anew = button("Begin anew", ActionId.SETUP_ANEW, "anew")
    return message_view("Set-up", [section(said), {**actions([anew]), "block_id": "resume"}])
