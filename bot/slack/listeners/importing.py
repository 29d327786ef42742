"""Bringing orders in: the form, its file, the buttons of the preview, the columns of an unknown file."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import import_ as form
from bot.slack.ids import parse_job_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.text import one_line
from bot.slack.typed import first_word
from workflows import refusals
from workflows.commands import Look
from workflows.imports.jobs import IMPORTERS, Decided, Job, Source
from workflows.imports.proposal import propose
from workflows.imports.rules import rules_of
from workflows.imports.shapes import PRESETS
from workflows.policy.fields import folded
from workflows.policy.model import Policy
from workflows.results import Refusal
from workflows.words import listed

BRING: Final = "bring orders in"
TYPE_IT: Final = "/desk import"
MISSING: Final = "This import is not there any more. Begin again with `/desk import`."


async def import_(call: Call, desk: Desk, text: str) -> Answer:
    """`/desk import` opens the form, `/desk import sheet NAME` reads a sheet of the policy."""
    refused = await desk.refused(call, BRING, *IMPORTERS)
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    what, name = first_word(text)
    if what.lower() == "sheet":
        return await _sheet(call, desk, policy, name)
    view = form.build(await desk.imports.mappings(call.desk_id), sorted(PRESETS), channel=call.channel)
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed=TYPE_IT))


async def _sheet(call: Call, desk: Desk, policy: Policy, name: str) -> Answer:
    found = next((each for each in policy.sheets if folded(each.name) == folded(name)), None)
    if found is None:
        return words.private(which_sheet([each.name for each in policy.sheets]) if policy.sheets else NO_SHEET)
    source = Source(name=found.name, sheet=found.name, url=found.url)
    await desk.imports.start(call.desk_id, source, by=call.claim.user_id, key=call.key, mapping=found.mapping)
    return words.private(begun(found.name))


def which_sheet(names: Sequence[str]) -> str:
    return f"Which sheet? {listed([f'`/desk import sheet {one_line(name, 75)}`' for name in names])}."


def begun(name: str) -> str:
    return f"The sheet {words.safe(name)} is being read. The preview comes as a direct message."


async def submitted(call: Call, desk: Desk) -> Answer:
    """The file is fetched after the form has closed; that somebody chose it is stored before."""
    refused = await _refused(call, desk)
    if refused:
        return refused
    try:
        asked = form.parse(call.view)
    except FormProblem as problem:
        return {"response_action": "errors", "errors": {problem.block_id: str(problem)}}
    source = Source(name=asked.name, file=asked.file)
    await desk.imports.start(call.desk_id, source, by=call.claim.user_id, key=call.key, mapping=asked.mapping)
    return NOTHING


async def _refused(call: Call, desk: Desk) -> Answer:
    """Roles count when it is sent, not when the form was opened."""
    refused = await desk.refused(call, BRING, *IMPORTERS)
    return _not_done(refused.sentence(words.SlackWords())) if refused else NOTHING


def _not_done(sentence: str) -> Answer:
    return {"response_action": "update", "view": message_view("Not done", sentence)}


async def confirm(call: Call, desk: Desk) -> Answer:
    return await _decide(call, desk, "confirmed")


async def decline(call: Call, desk: Desk) -> Answer:
    return await _decide(call, desk, "declined")


async def _decide(call: Call, desk: Desk, state: str) -> Answer:
    job = _job_of(call)
    if job is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    if not await _may(call, desk):
        return NOTHING
    where = {"channel": call.channel, "ts": _ts(call)}
    decided = await desk.imports.decide(call.desk_id, job, state, by=call.claim.user_id, **where)
    if not decided.changed:
        await desk.telling.tell(call, _too_late(decided))
    return NOTHING


async def missing_shipped(call: Call, desk: Desk) -> Answer:
    return await _missing(call, desk, "shipped")


async def missing_leave(call: Call, desk: Desk) -> Answer:
    return await _missing(call, desk, "leave")


async def _missing(call: Call, desk: Desk, what: str) -> Answer:
    """What became of the orders that were not in a file."""
    job = _job_of(call)
    if job is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    if not await _may(call, desk):
        return NOTHING
    where = {"channel": call.channel, "ts": _ts(call), "key": call.key}
    decided = await desk.imports.decide_missing(call.desk_id, job, what, by=call.claim.user_id, **where)
    if not decided.changed:
        by = str(decided.job.report.get("missing_decided", {}).get("by", "")) if decided.job else ""
        await desk.telling.tell(call, refusals.MissingDecided(by=by))
    return NOTHING


async def match(call: Call, desk: Desk) -> Answer:
    """Open the form for the columns of a file that nobody has matched yet."""
    number = _job_of(call)
    job = await desk.imports.find(call.desk_id, number) if number else None
    policy = await desk.reading.policy(call.desk_id)
    if job is None or policy is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    if not await _may(call, desk):
        return NOTHING
    if job.state != "asking":
        await desk.telling.tell(call, _too_late(Decided(job, changed=False)))
        return NOTHING
    if not await desk.open_view(call, _match_form(job, policy, {}, place=(call.channel, _ts(call)))):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="click Match the columns again"))
    return NOTHING


async def matched(call: Call, desk: Desk) -> Answer:
    """Answers may leave further questions, which come in the same form."""
    refused = await _refused(call, desk)
    if refused:
        return refused
    try:
        given = form.answers_of(call.view)
    except FormProblem as problem:
        return {"response_action": "errors", "errors": {problem.block_id: str(problem)}}
    job = await desk.imports.find(call.desk_id, given.job)
    policy = await desk.reading.policy(call.desk_id)
    if job is None or policy is None or job.state != "asking":
        return _not_done(MISSING)
    place = form.opened_from(call.view)
    answers = {**job.report.get("answers", {}), **given.answers}
    proposal = propose(job.report["header"], job.report["samples"], rules_of(policy), answers)
    if proposal.unsure:
        await desk.imports.answered(call.desk_id, job.id, answers)
        return {"response_action": "update", "view": _match_form(job, policy, answers, name=given.name, place=place)}
    try:
        mapping = proposal.mapping(given.name)
    except ValidationError as wrong:
        lacking = f"{one_line(str(wrong.errors()[0]['msg']).partition(', ')[2], 200)}."
        view = _match_form(job, policy, answers, name=given.name, problem=lacking, place=place)
        return {"response_action": "update", "view": view}
    await desk.imports.save_mapping(call.desk_id, mapping, call.claim.user_id)
    more = {"by": call.claim.user_id, "channel": place[0], "mapping": mapping.name, "ts": place[1]}
    await desk.imports.decide(call.desk_id, job.id, "waiting", **more)
    return NOTHING


def _match_form(
    job: Job,
    policy: Policy,
    answers: Mapping[str, str],
    *,
    name: str = "",
    problem: str = "",
    place: tuple[str, str] = ("", ""),
) -> Mapping[str, Any]:
    known = {**job.report.get("answers", {}), **answers}
    proposal = propose(job.report["header"], job.report["samples"], rules_of(policy), known)
    channel, ts = place
    shown = {"channel": channel, "file": job.source.name, "name": name, "problem": problem, "ts": ts}
    return form.match(job.id, proposal, **shown)


async def _may(call: Call, desk: Desk) -> bool:
    """Judged at the click; the words of a refusal go out as a notice."""
    look = Look(BRING, call.clicked(), only=IMPORTERS)
    return not isinstance(await desk.service.handle(call.desk_id, call.claim, look), Refusal)


def _too_late(decided: Decided) -> Refusal:
    if decided.job is None:
        return refusals.ButtonUnknown()
    return refusals.ImportDecided(file=decided.job.source.name, state=decided.job.state, by=decided.job.decided_by)


def _job_of(call: Call) -> int | None:
    try:
        return parse_job_value(str(call.action.get("value") or ""))
    except ValueError:
        return None


def _ts(call: Call) -> str:
    container = call.payload.get("container")
    return str(container.get("message_ts") or "") if isinstance(container, Mapping) else ""


NO_SHEET: Final = "This desk has no sheet yet. An admin adds one to the policy, under `[[sheets]]`."
