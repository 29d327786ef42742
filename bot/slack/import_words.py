"""What is said of an import: its preview, its questions, what it came to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter

from bot.slack import text
from bot.slack.blocks import Block, Message, actions, button, chunks, context, fields, message, plain_text, section
from bot.slack.ids import ActionId, job_value
from workflows.contradictions import CANCEL_UNDONE
from workflows.imports.jobs import Job
from workflows.imports.report import Drift, ExceptionFound, FieldChange, ImportReport, Missing
from workflows.imports.values import Guess
from workflows.words import listed

_REPORT: Final = TypeAdapter(ImportReport)
MOST: Final = 1200  # characters of one list; together they stay below what Slack takes
SHOWN: Final = 5  # refused rows, exceptions and changes not taken over that are shown one by one


def report_of(job: Job) -> ImportReport | None:
    """What the preview or the import came to, where there was one."""
    found = job.report.get("found")
    return _REPORT.validate_python(found) if found else None


def import_message(job: Job, drawn_as: str) -> Message:
    """The message about a job, drawn as it was at one moment: `previewed`, `confirmed`, `done` …"""
    return _DRAWN[drawn_as](job)


def _previewed(job: Job) -> Message:
    report = report_of(job)
    if report is None:
        return _failed(job)
    said = f"Preview of {_file(job)}, read as {text.mrkdwn(report.preset)}. Nothing is imported yet."
    value = job_value(job.id)
    buttons = [
        button("Import", ActionId.IMPORT_CONFIRM, value, style="primary", label=f"Import {job.source.name}"),
        button("Not now", ActionId.IMPORT_DECLINE, value, label=f"Do not import {job.source.name}"),
    ]
    if report.rows.accepted:
        return message(said, [section(said), *_found(job, report, done=False), actions(buttons)])
    nothing = f"Nothing of {_file(job)} can be imported: every order in it is refused."
    return message(nothing, [section(nothing), *_found(job, report, done=False)])


def _nothing_new(job: Job) -> Message:
    said = f"{_file(job)} holds nothing new: every order in it stands here just so."
    return message(said, [section(said)])


def _asking(job: Job) -> Message:
    said = f"{_file(job)} is a table, but this desk has not matched its columns yet."
    header = [str(each) for each in job.report.get("header", ())]
    columns = ", ".join(text.code(title, 40) for title in header[:20] if title) or "none"
    asked = button("Match the columns", ActionId.IMPORT_MATCH, job_value(job.id), style="primary")
    return message(said, [section(said), context(f"Its columns: {columns}"), actions([asked])])


def _matched(job: Job) -> Message:
    return _line(f"{text.member(job.decided_by)} matched the columns of {_file(job)}. The preview follows.")


def _confirmed(job: Job) -> Message:
    return _line(f"{text.member(job.decided_by)} said yes. {_file(job)} is being imported …")


def _declined(job: Job) -> Message:
    return _line(f"{_file(job)} was not imported: {text.member(job.decided_by)} said not now.")


def _failed(job: Job) -> Message:
    return _line(f"{_file(job)} was not imported. {text.mrkdwn(job.error, 1000)}")


def _done(job: Job, opening: str = "") -> Message:
    report = report_of(job)
    if report is None:
        return _nothing_new(job)
    number = f"Import {report.number}" if report.number else "Nothing was imported"
    said = f"{opening}{number}: {_file(job)}, read as {text.mrkdwn(report.preset)}{_whose(job)}."
    return message(said, [section(said), *_found(job, report, done=True)])


def _recovered(job: Job) -> Message:
    return _done(job, f"The sheet {text.strong(job.source.name)} can be read again. ")


def _finished(job: Job) -> Message:
    """What stands where the buttons were."""
    number = job.report.get("import")
    said = f"{_file(job)} is imported" if number else f"Nothing of {_file(job)} was imported"
    return _line(f"{said}{_whose(job)}.")


def progress(job: Job, percent: int, rate: int) -> Message:
    """While it is being imported. `rate`: rows a second, 0 where nobody can tell."""
    speed = f", {rate:,} rows/s" if rate else ""
    return _line(f"{_file(job)} is being imported: {percent} %{speed}")


def saving(job: Job) -> Message:
    return _line(f"{_file(job)} is read to its end and is being saved …")


def refused_comment(job: Job) -> str:
    return f"These rows of {_file(job)} were not taken, each with its reason. Correct them and import the file again."


def _line(said: str) -> Message:
    return message(said, [section(said)])


def _file(job: Job) -> str:
    name = text.strong(job.source.name)
    return f"The sheet {name}" if job.source.sheet else name


def _whose(job: Job) -> str:
    return "" if job.source.scheduled else f", by {text.member(job.by)}"


def _found(job: Job, report: ImportReport, *, done: bool) -> Iterator[Block]:
    yield _counts(report)
    if report.guess and report.guess.words:
        yield context(_guess(report.guess))
    yield from _block(_changes(report))
    yield from _block(_touched(report))
    yield from _block(_missing(job, report.missing, done=done))
    if done and report.missing.policy == "ask" and report.missing.asked and "missing_decided" not in job.report:
        yield actions(_what_became(job, report.missing.asked))
    yield from _block(_exceptions(report.exceptions, report.exception_count))
    yield from _block(_drift(report))
    yield from _block(_refused(job, report, done=done))


def _guess(guess: Guess) -> str:
    words = ", ".join(f"“{text.mrkdwn(word)}”" for word in guess.words)
    return (
        f"Its letters are read as {guess.encoding}, which is a guess: {words}. "
        "If they look wrong, save the file as CSV (UTF-8) and import that."
    )


def _block(lines: Sequence[str]) -> list[Block]:
    return [section(part) for part in chunks(lines, MOST, "line", "lines")] if lines else []


def _counts(report: ImportReport) -> Block:
    orders, rows = report.orders, report.rows
    refused = f"{orders.refused:,} ({text.count(rows.refused, 'row')})" if orders.refused else "0"
    return fields(
        [
            ("Rows read", f"{rows.read:,}"),
            ("New orders", f"{orders.new:,}"),
            ("Changed", f"{orders.changed:,}"),
            ("Unchanged", f"{orders.unchanged:,}"),
            ("Not in the file", f"{orders.missing:,}"),
            ("Refused", refused),
        ]
    )


def _changes(report: ImportReport) -> list[str]:
    if not report.changes:
        return []
    lines = [f"• {text.strong(each.number)}: {_fields(each.fields, each.more)}" for each in report.changes]
    more = report.orders.changed - len(report.changes)
    named = [f"{text.mrkdwn(name)} ({count:,})" for name, count in report.fields.items()]
    title = f"*What changes*: {listed(named, 'and')}" if named else "*What changes*"
    return [title, *lines, *([f"and {text.count(more, 'more order')}"] if more > 0 else [])]


def _fields(changes: Iterable[FieldChange], more: int) -> str:
    said = [
        f"{_place(each.line)}{text.mrkdwn(each.field)} {_value(each.before)} → {_value(each.after)}" for each in changes
    ]
    return "; ".join([*said, *([f"{more} more"] if more else [])])


def _place(line: int | None) -> str:
    return "" if line is None else f"line {line} "


def _value(shown: str) -> str:
    return text.mrkdwn(shown, 80) or text.NOTHING


def _touched(report: ImportReport) -> list[str]:
    if not report.touched:
        return []
    lines = [
        f"• {each.name} on {text.strong(each.order)}, asked by {text.member(each.requested_by)}: "
        f"{text.mrkdwn('; '.join(each.moves), 300)}"
        for each in report.touched
    ]
    more = report.touched_count - len(report.touched)
    return [
        "*Requests that wait for a signature while their order moves*",
        *lines,
        *([f"and {more:,} more"] if more else []),
    ]


def _what_became(job: Job, count: int) -> list[Block]:
    value = job_value(job.id)
    sure = {
        "title": plain_text("They shipped", 100),
        "text": plain_text(are_you_sure(count)),
        "confirm": plain_text("They shipped", 30),
        "deny": plain_text("Not yet", 30),
    }
    shipped = button("They shipped", ActionId.MISSING_SHIPPED, value, label="The missing orders shipped")
    leave = button("Leave them", ActionId.MISSING_LEAVE, value, label="Leave the missing orders as they are")
    return [{**shipped, "confirm": sure}, leave]


def are_you_sure(count: int) -> str:
    orders = text.count(count, "order")
    return f"What is left of every order that stayed away from the files counts as shipped: {orders} since this file."


def _decided(job: Job) -> Message:
    count = int(job.report.get("decided", 0))
    orders = text.count(count, "order")
    if job.source.missing == "shipped":
        return _line(f"{orders} that stayed away from the file: what was left of them counts as shipped now.")
    return _line(f"{orders} that stayed away from the file: left as they are, and nobody is asked again.")


def _missing(job: Job, missing: Missing, *, done: bool) -> list[str]:
    if not missing.open or missing.policy == "leave":
        return []
    some = listed([text.strong(number) for number in missing.sample], "and")
    more = missing.open - len(missing.sample)
    names = f"{some}{f' and {more:,} more' if more > 0 else ''}"
    said = _MISSING[missing.policy, done]
    if decided := job.report.get("missing_decided"):
        said = f"{text.member(decided['by'])} said: {_SAID[decided['what']]}."
    return [f"*{text.count(missing.open, 'open order')} not in the file*: {names}", said]


_SAID: Final[Mapping[str, str]] = {"leave": "leave them as they are", "shipped": "they shipped"}
_MISSING: Final[Mapping[tuple[str, bool], str]] = {
    ("ask", False): "They are left as they are until somebody says what became of them.",
    ("ask", True): "They are left as they are until somebody says what became of them.",
    ("shipped", False): "They will be taken for shipped, as the policy says.",
    ("shipped", True): "They were taken for shipped, as the policy says.",
}


def _exceptions(found: Sequence[ExceptionFound], count: int) -> list[str]:
    if not found:
        return []
    lines = [
        f"• {text.strong(each.order)} line {each.line} ({text.mrkdwn(each.sku, 80)}): {text.count(each.units, 'unit')} "
        f"{'back in the file' if each.kind == CANCEL_UNDONE else 'shipped'} although R-{each.request} took them off"
        for each in found[:SHOWN]
    ]
    return [f"*{text.count(count or len(found), 'exception')}*: shipped or back after a cancel", *lines]


def _drift(report: ImportReport) -> list[str]:
    behind = [each for each in report.drift if each.heard == "not_taken_over"]
    taken = report.heard.get("taken_over", 0)
    lines = (
        [f"{text.count(taken, 'change')} of this desk taken over by the system that writes the file"] if taken else []
    )
    if not behind:
        return lines
    count = report.heard.get("not_taken_over", len(behind))
    title = f"*{text.count(count, 'change')} of this desk that the file does not show yet*: what the desk decided stays"
    return [*lines, title, *(_behind(each) for each in behind[:SHOWN])]


def _behind(drift: Drift) -> str:
    since = f"exported in batch {drift.batch}" if drift.batch else "not exported yet"
    return f"• {text.strong(drift.order)}, R-{drift.request}: {text.mrkdwn(drift.what, 200)} ({since})"


def _refused(job: Job, report: ImportReport, *, done: bool) -> list[str]:
    first = [str(each) for each in job.report.get("first_refused", ())][:SHOWN]
    if not first:
        return []
    more = report.rows.refused - len(first)
    rest = "All of them come as a file." if done else "After the import all of them come as a file."
    lines = [f"• {text.mrkdwn(each, 250)}" for each in first]
    return ["*Refused, with the whole order*", *lines, *([rest] if done or (more > 0 and report.rows.accepted) else [])]


_DRAWN: Final[Mapping[str, Callable[[Job], Message]]] = {
    "asking": _asking,
    "confirmed": _confirmed,
    "decided": _decided,
    "declined": _declined,
    "done": _done,
    "failed": _failed,
    "finished": _finished,
    "matched": _matched,
    "nothing_new": _nothing_new,
    "previewed": _previewed,
    "recovered": _recovered,
}
