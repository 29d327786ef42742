"""What is said of deputies and roles where something typed or entered is no use."""

from collections.abc import Iterator
from typing import Any, Final

from bot.slack import words
from bot.slack.forms import FormProblem, away, role
from bot.slack.listeners import away as typed_away
from bot.slack.listeners import roles
from bot.slack.role_words import roles_message
from bot.slack.typed_parts import NotUnderstood
from tests.factories import make_policy
from tools.saying import Saying
from workflows import away_refusals
from workflows.commands import Origin
from workflows.results import Refusal

TYPED: Final = ("for a while", "@nobody until 2026-12-05", "<@U0WALT> until 2026-13-40")
CHOSEN: Final = {"deputy": {"deputy": {"selected_user": "U0WALT"}}}
PLACE: Final = {"channel": {"channel": {"selected_conversation": "C0CREDIT"}}}


def deputies() -> Iterator[Saying]:
    for text in TYPED:
        try:
            typed_away.understood(text, {}, Origin())
        except NotUnderstood as problem:
            yield Saying(f"/desk away {text}", f"{problem} {typed_away.HOW}")
    yield Saying("no deputy", _problem(away, {}))
    yield Saying("no day", _problem(away, CHOSEN))


def about_roles() -> Iterator[Saying]:
    plenty = make_policy(roles={f"role{number}": {"channel": "C0CREDIT", "members": []} for number in range(30)})
    yield Saying("more roles than fit", roles_message(plenty, admin=False))
    yield Saying("no channel", _problem(role, {}))
    yield Saying("a broken form", _problem(role, PLACE))
    yield Saying("another policy meanwhile", roles.MOVED)
    refused: Refusal = away_refusals.AdminsOnly(what=roles.EDITING, can=("U0ADAM",))
    yield Saying("not an admin", words.say(refused))


def _problem(form: Any, values: dict[str, Any]) -> str:
    try:
        form.parse({"state": {"values": values}}, Origin())
    except FormProblem as problem:
        return str(problem)
    raise LookupError("this form is fine")
