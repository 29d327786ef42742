"""`/desk setup`: the interview. Each step is saved before it is answered; only the read-back applies anything."""

from dataclasses import dataclass, replace

from bot.slack import words
from bot.slack.blocks import View
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view, placed, setup_readback
from bot.slack.forms import setup as setup_form
from bot.slack.forms.parts import metadata
from bot.slack.forms.setup_parts import Seen
from bot.slack.listeners import NOTHING, Answer
from bot.slack.text import mrkdwn
from bot.slack.words import SlackWords
from workflows import away_refusals, refusals
from workflows.absences import ADMIN
from workflows.interview import odd
from workflows.interview.answers import EMPTY, carried, changes, first_policy
from workflows.interview.draft import Draft
from workflows.interview.readback import worries
from workflows.interview.steps import READ_BACK, known_step, step_of
from workflows.policy.check import problems_in
from workflows.policy.diff import differences
from workflows.policy.load import PolicyProblems
from workflows.policy.model import Policy
from workflows.ports import PolicyMoved
from workflows.results import Refusal

SETTING_UP = "set up the desk"
OF_FILES = ("orders", "stages")  # steps that show what the newest file says
UNFIT = "Your answers do not fit what the policy has become: {problem}"


@dataclass(frozen=True, slots=True)
class Interview:
    """`base` is the policy of the version that it began on; `policy` that with the answers; `lost` fit nowhere."""

    version: int
    in_force: Policy | None
    draft: Draft
    base: Policy
    policy: Policy
    lost: tuple[str, ...]


async def setup(call: Call, desk: Desk, text: str) -> Answer:  # noqa: ARG001 - a subcommand like the others
    found = await _interview(call, desk)
    if isinstance(found, Refusal):
        return words.answer(found)
    view = await _first_view(call, desk, found)
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed="/desk setup"))


async def _first_view(call: Call, desk: Desk, found: "Interview | PolicyProblems") -> View:
    if isinstance(found, PolicyProblems):
        return _unfit(found)
    if found.draft.version:
        return setup_form.resume(known_step(found.policy, found.draft.step), found.policy)
    return await _view(call, desk, found, "desk")


async def go(call: Call, desk: Desk) -> Answer:
    """To another step, by the menu or the button of who comes back."""
    option = call.action.get("selected_option")
    step = str(option.get("value") if isinstance(option, dict) else call.action.get("value") or "")
    return await _redraw(call, desk, step)


async def anew(call: Call, desk: Desk) -> Answer:
    if not isinstance(await _interview(call, desk), Refusal):
        await desk.drafts.end(call.desk_id, call.claim.user_id)
    return await _redraw(call, desk, "desk")


async def _redraw(call: Call, desk: Desk, step: str) -> Answer:
    found = await _interview(call, desk)
    if isinstance(found, Refusal):
        view = message_view("Not done", found.sentence(SlackWords()))
    elif isinstance(found, PolicyProblems):
        view = _unfit(found)
    else:
        view = await _view(call, desk, found, known_step(found.policy, step))
    await desk.update_view(call, view)
    return NOTHING


async def submit_setup(call: Call, desk: Desk) -> Answer:
    found = await _interview(call, desk)
    if isinstance(found, Refusal):
        return _shown(message_view("Not done", found.sentence(SlackWords())))
    if isinstance(found, PolicyProblems):
        return _shown(_unfit(found))
    sent = metadata(call.view)
    if sent.get("based_on") != str(found.draft.based_on):
        return _shown(message_view("Set-up", setup_form.BROKEN))
    if sent.get("step") == setup_readback.MOVED:
        return await _carry_over(call, desk, found)
    if sent.get("step") == READ_BACK:
        return await _apply(call, desk, found)
    return await _answered(call, desk, found, sent)


async def _answered(call: Call, desk: Desk, found: Interview, sent: dict[str, str]) -> Answer:
    step = known_step(found.policy, sent.get("step", ""))
    seen = replace(await _seen(call, desk, found, step), draw=sent.get("draw", "0"))
    try:
        policy = setup_form.edited(call.view, seen)
    except FormProblem as problem:
        return _errors({placed(problem.block_id, call.view): str(problem)})
    if wrong := setup_form.errors(call.view, seen, policy):
        return _errors(wrong)
    draft = replace(
        found.draft,
        answers=changes(found.base, policy),
        odd=setup_form.odd_lines(call.view, seen),
        step=setup_form.after(call.view, seen, policy),
    )
    return await _saved(call, desk, draft)


async def _saved(call: Call, desk: Desk, draft: Draft) -> Answer:
    if not await desk.drafts.save(call.desk_id, call.claim.user_id, draft):
        return await submit_setup(call, desk)  # from a second window: judged again on what that one saved
    found = await _interview(call, desk)
    if isinstance(found, Interview):
        return _shown(await _view(call, desk, found, known_step(found.policy, draft.step)))
    return _shown(_unfit(found) if isinstance(found, PolicyProblems) else message_view("Set-up", setup_form.BROKEN))


async def _apply(call: Call, desk: Desk, found: Interview) -> Answer:
    if found.draft.based_on != found.version:
        return await _moved(call, desk, found)
    if problems := problems_in(found.policy):
        return _shown(await _view(call, desk, found, step_of(problems[0], found.policy)))
    try:
        changed = await desk.policies.apply(
            call.desk_id, found.policy, by=call.claim.user_id, based_on=found.draft.based_on
        )
    except PolicyMoved:
        return await _moved(call, desk, found)
    await desk.drafts.end(call.desk_id, call.claim.user_id)
    return _shown(setup_readback.applied(changed, found.policy))


async def _moved(call: Call, desk: Desk, found: Interview) -> Answer:
    meanwhile = await desk.drafts.since(call.desk_id, found.draft.based_on)
    return _shown(setup_readback.moved(await _seen(call, desk, found, READ_BACK), meanwhile))


async def _carry_over(call: Call, desk: Desk, found: Interview) -> Answer:
    return await _saved(call, desk, replace(found.draft, based_on=found.version, step=READ_BACK))


async def _interview(call: Call, desk: Desk) -> Interview | PolicyProblems | Refusal:
    """Where this person stands with it, or why they may not."""
    version, in_force = await desk.policies.in_force(call.desk_id)
    if refused := await _refused(call, desk, in_force):
        return refused
    draft = await desk.drafts.find(call.desk_id, call.claim.user_id) or Draft(version, EMPTY)
    base = in_force if draft.based_on == version else await desk.drafts.base(call.desk_id, draft.based_on)
    base = base or first_policy(call.claim.user_id)
    try:
        policy, lost = carried(base, draft.answers)
    except PolicyProblems as unfit:
        return unfit
    return Interview(version, in_force, draft, base, policy, lost)


async def _refused(call: Call, desk: Desk, policy: Policy | None) -> Refusal | None:
    """Anybody here may set up a workspace that has no desk, and is its admin then; afterwards only admins may."""
    if policy is None:
        return await desk.service.newcomer(call.desk_id, call.claim)
    if refused := await desk.refused(call, SETTING_UP):
        return refused
    if ADMIN in policy.own_roles_of(call.claim.user_id):
        return None
    admins = tuple(policy.roles[ADMIN].members) if ADMIN in policy.roles else ()
    audited = await desk.refused(call, SETTING_UP, ADMIN)
    return away_refusals.AdminsOnly(what=SETTING_UP, can=admins) if admins or audited is None else audited


async def _seen(call: Call, desk: Desk, found: Interview, step: str) -> Seen:
    orders = await desk.reading.find_orders(call.desk_id, "", most=5) if step == "orders" else ()
    numbers = tuple(order.number for order in orders)
    file = await desk.drafts.last_file(call.desk_id) if step in OF_FILES else None
    return Seen(step, found.policy, found.draft, numbers, str(found.draft.version), file)


async def _view(call: Call, desk: Desk, found: Interview, step: str) -> View:
    seen = await _seen(call, desk, found, step)
    if step != READ_BACK:
        return setup_form.build(seen)
    people, today = await desk.drafts.people(call.desk_id)
    unhandled = [case.line for case in odd.read(found.draft.odd, found.policy) if not case.keys]
    return setup_readback.build(
        seen,
        changed=differences(found.in_force if found.draft.based_on == found.version else found.base, found.policy),
        problems=problems_in(found.policy),
        worries=worries(found.policy, people, today, unhandled),
        lost=found.lost,
    )


def _unfit(problem: PolicyProblems) -> View:
    return setup_form.broken(UNFIT.format(problem=mrkdwn(str(problem), 1000)))


def _shown(view: View) -> Answer:
    return {"response_action": "update", "view": view}


def _errors(found: dict[str, str]) -> Answer:
    return {"response_action": "errors", "errors": found}
