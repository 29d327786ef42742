"""Everything that the bot says, on one page: `make docs` writes docs/sentences.md with it."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from bot.slack.specimens import Specimen, specimens
from tests.factories import NAMES
from tools.saying import Saying
from tools.specimens import DEMO, GROUPS
from workflows.results import Refusal

MOST_ROWS: Final = 30
LONGEST: Final = 400

OPENING: Final = """
# Everything that the bot says

Drawn by the code that draws it for Slack, with sample values, and written by `make docs`; a test holds that the page is
current and that nothing is missing. People are shown as @Name, moments in UTC. `[Approve]` is a button, `‹Type …›` a
placeholder. A good sentence says what happened, why, what to do next or who can, and is short.
"""


def document() -> str:
    parts = [OPENING.strip()]
    for title, about, *_ in GROUPS:
        parts += [f"## {title}", *([about] if about else []), *map(shown, sayings(title))]
    return "\n\n".join(parts) + "\n"


def sayings(title: str) -> list[Saying]:
    """Those of a group: the specimens that the bot itself has, then the rest."""
    prefix, more = next((prefix, more) for name, _, prefix, more in GROUPS if name == title)
    own = [Saying(each.name, each.payload) for each in _drawn() if each.name.startswith(prefix)]
    own = sorted(own, key=_place_in_code) if prefix == "refused." else own
    return [*own, *(more() if more else ())]


@cache
def _drawn() -> tuple[Specimen, ...]:
    """All of the bot's own, drawn once for all groups."""
    return tuple(specimens(DEMO))


def _place_in_code(refusal: Saying) -> tuple[str, int]:
    """Refusals in the order in which they stand there, whatever was imported first."""
    kind = Refusal.KINDS[refusal.name.split(".")[1]]
    return kind.__module__, inspect.getsourcelines(kind)[1]


def everything() -> str:
    """All that is said, before it is made fit for a page: what the completeness of the page is judged by."""
    every = [each.said for title, *_ in GROUPS for each in sayings(title)]
    said = (" ".join([*lines(each), *aloud(each)]) for each in every)
    return " ".join(" ".join(each.split()) for each in said)


def aloud(said: Any) -> Iterator[str]:
    """What only a screen reader says."""
    if isinstance(said, Mapping):
        yield str(said.get("accessibility_label", ""))
    for each in said.values() if isinstance(said, Mapping) else said if isinstance(said, list | tuple) else ():
        yield from aloud(each)


def shown(saying: Saying) -> str:
    return "\n".join([f"**{saying.name}**", "", *(f"> {line}" for line in _paragraphs(lines(saying.said)))])


def _paragraphs(said: Sequence[str]) -> Iterator[str]:
    """Each line on its own, as Markdown would otherwise run them together; like lines once, long ones not whole."""
    rows = list(dict.fromkeys(short(row) for text in said for row in readable(text).split("\n") if row.strip()))
    rows = [*rows[:MOST_ROWS], f"… and {len(rows) - MOST_ROWS} more lines"] if len(rows) > MOST_ROWS + 1 else rows
    return (f"{row}\\" if row is not rows[-1] else row for row in rows)


def short(row: str) -> str:
    return row if len(row) <= LONGEST else f"{row[:LONGEST]} …"


def lines(said: str | Mapping[str, Any]) -> list[str]:
    if isinstance(said, str):
        return [said]
    if "subject" in said:
        return [f"Subject: {said['subject']}", said["text"]]
    title = [f"{said['title']['text']}"] if "title" in said else []
    foot = [f"[{said[name]['text']}]" for name in ("submit", "close") if name in said]
    body = [line for block in said["blocks"] for line in block_lines(block)]
    told = [f"(on a phone's lock screen) {said['text']}"] if said.get("text") not in (None, *body) else []
    return [*title, *body, *foot, *told]


def block_lines(block: Mapping[str, Any]) -> Iterator[str]:
    """What stands in one block, in reading order."""
    if "label" in block:
        yield f"{block['label']['text']}{' (optional)' if block.get('optional') else ''}"
        yield from element_lines(block["element"])
    if "text" in block:
        yield block["text"]["text"]
    yield from (field["text"].replace("\n", ": ") for field in block.get("fields", ()))
    for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]:
        yield from element_lines(element)
    if "hint" in block:
        yield f"({block['hint']['text']})"


def element_lines(element: Mapping[str, Any]) -> Iterator[str]:
    if element["type"] == "button":
        yield f"[{element['text']['text']}]"
        yield from asked_first(element.get("confirm"))
    elif element["type"] in ("mrkdwn", "plain_text"):
        yield element["text"]
    if "placeholder" in element:
        yield f"‹{element['placeholder']['text']}›"
    for option in element.get("options", ()):
        about = f" ({option['description']['text']})" if "description" in option else ""
        yield f"◦ {option['text']['text']}{about}"


def asked_first(confirm: Mapping[str, Any] | None) -> Iterator[str]:
    """The dialog that a button opens before anything is sent."""
    if confirm:
        said = {name: each["text"] for name, each in confirm.items() if name != "style"}
        yield f"(asked first) {said['title']} {said['text']} [{said['confirm']}] [{said['deny']}]"


MEMBER: Final = re.compile(r"<@(U[A-Z0-9]+)>")
MOMENT: Final = re.compile(r"<!date\^[^|]*\|([^>]*)>")
STRONG: Final = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def readable(text: str) -> str:
    """Slack's mrkdwn as Markdown."""
    text = MEMBER.sub(lambda found: f"@{NAMES.get(found[1], found[1]).split()[0]}", MOMENT.sub(r"\1", text))
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return STRONG.sub(r"**\1**", text).replace(":warning:", "⚠")


if __name__ == "__main__":
    sys.stdout.write(document())
