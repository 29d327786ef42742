"""`/desk roles`: who holds what, and an admin's change of it."""

from bot.slack import forms, role_words, words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import role as role_form
from bot.slack.ids import BlockId
from bot.slack.listeners import NOTHING, Answer
from bot.slack.text import escape
from bot.slack.words import SlackWords
from workflows import away_refusals, refusals
from workflows.absences import ADMIN
from workflows.policy.check import problems_in
from workflows.policy.model import Policy
from workflows.ports import PolicyMoved
from workflows.results import Refusal

EDITING = "edit roles"
MOVED = "Somebody else changed the policy meanwhile, so nothing was applied. Type `/desk roles` again."


async def roles(call: Call, desk: Desk, text: str) -> Answer:  # noqa: ARG001 - a subcommand like the others
    refused = await desk.refused(call, "roles")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    return words.as_private(role_words.roles_message(policy, admin=_may_edit(policy, call) is None))


async def edit_role(call: Call, desk: Desk) -> Answer:
    refused = await desk.refused(call, EDITING)
    version, policy = await desk.policies.in_force(call.desk_id)
    refused = refused or (refusals.NotSetUp() if policy is None else _may_edit(policy, call))
    name = str(call.action.get("value") or "")
    if refused or policy is None or name not in policy.roles:
        await desk.telling.tell(call, refused or refusals.ButtonUnknown())
        return NOTHING
    if not await desk.open_view(call, role_form.build(name, policy.roles[name], version)):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="/desk roles"))
    return NOTHING


async def submit_role(call: Call, desk: Desk) -> Answer:
    """Judged against the policy that it is applied on: where another is in force by then, nothing is applied."""
    refused = await desk.refused(call, EDITING)
    if refused:
        return _told(refused)
    try:
        edit = role_form.parse(call.view)
        version, policy = await desk.policies.in_force(call.desk_id)
        if policy is None or edit.version != version or edit.role not in policy.roles:
            raise PolicyMoved(version)
        if not_admin := _may_edit(policy, call):
            return _told(not_admin)
        after = edit.on(policy)
        if problems := [each for each in problems_in(after) if each not in problems_in(policy)]:
            raise FormProblem(BlockId.MEMBERS, " ".join(problems)[:1000])
        await desk.policies.apply(call.desk_id, after, by=call.claim.user_id, based_on=version)
    except FormProblem as problem:
        block = forms.placed(problem.block_id, call.view)
        return {"response_action": "errors", "errors": {block: str(problem)}} if block else _said(str(problem))
    except PolicyMoved:
        return _said(MOVED)
    return NOTHING


def _may_edit(policy: Policy, call: Call) -> Refusal | None:
    if ADMIN in policy.own_roles_of(call.claim.user_id):
        return None
    can = policy.roles[ADMIN].members if ADMIN in policy.roles else ()
    return away_refusals.AdminsOnly(what=EDITING, can=tuple(can))


def _told(refusal: Refusal) -> Answer:
    return {"response_action": "update", "view": message_view("Not done", refusal.sentence(SlackWords()))}


def _said(sentence: str) -> Answer:
    return {"response_action": "update", "view": message_view("Not done", escape(sentence))}
