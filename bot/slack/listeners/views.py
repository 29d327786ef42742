"""Forms that come back. A refusal shows under the field it is about; success closes the form and is told by notice."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.slack import forms
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import assign as assign_form
from bot.slack.forms import away as away_form
from bot.slack.forms import cancel as cancel_form
from bot.slack.forms import change as change_form
from bot.slack.forms import extend as extend_form
from bot.slack.forms import hold as hold_form
from bot.slack.forms import reject as reject_form
from bot.slack.forms import release as release_form
from bot.slack.ids import CallbackId
from bot.slack.listeners import NOTHING, Answer, Listener, bulk, finding, importing, roles, setup
from bot.slack.text import escape
from bot.slack.words import SlackWords
from workflows.commands import Command, Origin
from workflows.results import Refusal

Parse = Callable[[Mapping[str, Any], Origin], Command]


async def run_view(call: Call, desk: Desk) -> Answer:
    if listener := LISTENERS.get(call.name):
        return await listener(call, desk)
    parse = FORMS.get(call.name)
    if parse is None:
        return NOTHING
    try:
        command = parse(call.view, call.submitted(forms.channel_of(call.view)))
    except FormProblem as problem:
        return _problem(problem, call.view)
    result = await desk.service.handle(call.desk_id, call.claim, command)
    return _refused(result, call.view, await _names(call, desk, result)) if isinstance(result, Refusal) else NOTHING


async def _names(call: Call, desk: Desk, refusal: Refusal) -> Mapping[str, str]:
    """Under a field nobody can be mentioned, so people are named."""
    found = await desk.reading.order(call.desk_id, str(getattr(refusal, "order", "")))
    return found.names if found else {}


def _problem(problem: FormProblem, view: Mapping[str, Any]) -> Answer:
    block_id = forms.placed(problem.block_id, view)
    if block_id:
        return {"response_action": "errors", "errors": {block_id: str(problem)}}
    return {"response_action": "update", "view": message_view("Not done", escape(str(problem)))}


def _refused(refusal: Refusal, view: Mapping[str, Any], names: Mapping[str, str]) -> Answer:
    errors = forms.errors(refusal, view, names)
    if errors:
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "update", "view": message_view("Not done", refusal.sentence(SlackWords()))}


LISTENERS: Final[Mapping[str, Listener]] = {
    CallbackId.ROLE_SUBMIT: roles.submit_role,
    CallbackId.SETUP_SUBMIT: setup.submit_setup,
    **bulk.FORMS,
    CallbackId.FIND_SUBMIT: finding.submitted,
    CallbackId.IMPORT_MATCHED: importing.matched,
    CallbackId.IMPORT_SUBMIT: importing.submitted,
}
FORMS: Final[Mapping[str, Parse]] = {
    CallbackId.ASSIGN_SUBMIT: assign_form.parse,
    CallbackId.AWAY_SUBMIT: away_form.parse,
    CallbackId.CANCEL_SUBMIT: cancel_form.parse,
    CallbackId.CHANGE_SUBMIT: change_form.parse,
    CallbackId.EXTEND_SUBMIT: extend_form.parse,
    CallbackId.HOLD_SUBMIT: hold_form.parse,
    CallbackId.REJECT_SUBMIT: reject_form.parse,
    CallbackId.RELEASE_SUBMIT: release_form.parse,
}
