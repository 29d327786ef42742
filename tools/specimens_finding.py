"""What is said of a search that cannot be made."""

from collections.abc import Iterator

from bot.slack.forms import FormProblem, find
from bot.slack.listeners.finding import understood
from bot.slack.typed_parts import NotUnderstood
from tools.saying import Saying


def mistaken_searches() -> Iterator[Saying]:
    try:
        understood("@nobody", {})
    except NotUnderstood as problem:
        yield Saying("order, no such person", str(problem))
    try:
        find.parse({})
    except FormProblem as problem:
        yield Saying("find an order, nothing entered", str(problem))
