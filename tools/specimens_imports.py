"""What is said around imports from Slack and from sheets, beside their own messages."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

from bot.imports import fetching, loop
from bot.slack import import_words, words
from bot.slack.forms import import_
from bot.slack.ids import job_value
from bot.slack.listeners import importing
from tools.saying import Saying, problem
from workflows import refusals
from workflows.imports import sheet
from workflows.imports.differences import ADDED, GONE, OTHER
from workflows.imports.report import ImportReport
from workflows.results import Signers

MANAGER: Final = Signers(role="manager", label="Manager", members=("U0MONA",))
ADDRESSES: Final = (
    ("for people who edit", "https://docs.google.com/spreadsheets/d/1AbC/edit"),
    ("with a password", "https://me:secret@acme.example/orders.csv"),
    ("not https", "http://acme.example/orders.csv"),
    ("no address", "orders.csv"),
)


def imports() -> Iterator[Saying]:
    yield Saying("not one of those who may", words.say(refusals.NotYourRole(what=importing.BRING, sign=(MANAGER,))))
    again = refusals.FormNotOpened(typed="click Match the columns again")
    yield Saying("no form for the columns", words.say(again))
    yield Saying("no form for a file", words.say(refusals.FormNotOpened(typed=importing.TYPE_IT)))
    yield Saying("an import that is gone", importing.MISSING)
    yield Saying("no sheet at all", importing.NO_SHEET)
    yield Saying("which sheet", importing.which_sheet(["web-orders", "marketplace"]))
    yield Saying("a sheet is being read", importing.begun("web-orders"))
    for name, address in ADDRESSES:
        yield Saying(f"an address: {name}", _address(address))
    for name, sentence in _fetching():
        yield Saying(name, sentence)
    yield Saying("what changed, where it is no field", f"{ADDED}, {GONE}, {OTHER}")
    yield Saying("what the lists leave out", _unlisted())
    yield Saying("did they really ship", import_words.are_you_sure(17))
    yield Saying("the name of a mapping, where the file has none", import_.name_of(".csv"))
    yield from _mistakes()


def _unlisted() -> str:
    full: Any = SimpleNamespace(exception_count=1_200, exceptions=range(1_000), heard={"not_taken_over": 3}, drift=())
    return str(ImportReport.unlisted.__get__(full))


def _address(address: str) -> str:
    try:
        return sheet.sheet_address(address)
    except sheet.NotASheet as wrong:
        return str(wrong)


def _fetching() -> Iterator[tuple[str, str]]:
    yield "the sheet asks to log in", sheet.ASKS_TO_LOG_IN
    yield "the file lies elsewhere", fetching.ELSEWHERE
    yield "Slack asks to log in", fetching.LOGIN
    yield "too large", fetching.TOO_LARGE
    yield from ((f"Slack says {code}", sentence) for code, sentence in fetching.GONE.items())
    yield "another file than the one of the preview", loop.OTHER_FILE
    yield "it stopped each time", loop.GAVE_UP.format(reference="7")
    yield "something went wrong", loop.BROKEN.format(reference="7-7F3K")


def _mistakes() -> Iterator[Saying]:
    yield Saying("no file", problem(_parse, {}))
    yield Saying("a file without an id", problem(_parse, _file("", "orders.csv")))
    yield Saying("a file of the wrong type", problem(_parse, _file("F0ORDERS", "orders.pdf")))
    yield Saying("a form for columns that was tampered with", _matching({}, job=""))
    yield Saying("columns without a name", _matching({}))
    twice = {key: {key: {"selected_option": {"value": "0"}}} for key in ("column.number", "column.sku")}
    yield Saying("a column that is two things", _matching({**twice, "name": {"name": {"value": "Our ERP"}}}))


def _parse(view: Any, _origin: Any) -> Any:
    return import_.parse(view)


def _file(file: str, name: str) -> dict[str, Any]:
    return {"file": {"file": {"files": [{"id": file, "name": name}]}}}


def _matching(values: dict[str, Any], *, job: str = job_value(7)) -> str:
    view = {"state": {"values": values}, "private_metadata": f'{{"job": "{job}"}}'}
    try:
        import_.answers_of(view)
    except import_.FormProblem as found:
        return str(found)
    raise AssertionError(values)
