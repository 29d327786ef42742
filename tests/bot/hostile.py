"""Text that nobody should be able to do harm with, and what must hold of everything that is sent to Slack."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from playground.slack.blockkit import check_message, check_view, total_text

quick = settings(deadline=None, max_examples=40)  # each example draws many messages

HOSTILE = (
    "<!channel> <!here> <!everyone>",
    "<@U0ADAM> <@U0EVIL|boss>",
    "<#C0FLOOR> <!subteam^S0ALL>",
    "<https://evil.example|Approve here>",
    "<!date^0^{date}|now>",
    "*bold* _it_ ~gone~ `code` ```block```",
    "> quoted\n>>> all of it",
    "&lt;!channel&gt; & &amp;",
    "@here @channel #floor",
    "“smart” ‘quotes’ „low“",
    "\u202egnirts desrever\u202c\u2066\u200b\u200f",
    "\x00nul\x07bell\x1b[31m",
    "\ud800lone\udfff",
    "😀👩\u200d💻🇩🇪",
    "x" * 4000,
    "<" * 4000,
    "&" * 4000,
    "*_" * 2000,
    "\n" * 4000 + "x",
    "",
    "   ",
)
hostile_text = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.text(alphabet="<>&!@#|*_`~ \nab", max_size=60),
)

OURS = re.compile(
    r"<@[UW][A-Z0-9]+>|<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\w{3} \d{1,2} \w{3} \d{4} at \d\d:\d\d UTC>"
)
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def texts(value: Any, kind: str) -> Iterator[str]:
    """The text of every text object of a kind: mrkdwn or plain_text."""
    if isinstance(value, list):
        for each in value:
            yield from texts(each, kind)
    elif isinstance(value, dict):
        if value.get("type") == kind:
            yield value["text"]
        for each in value.values():
            yield from texts(each, kind)


def marked(message: dict[str, Any]) -> list[str]:
    """Everything in which Slack reads markup."""
    said = [message["text"]] if "text" in message else []
    return [*said, *texts(message["blocks"], "mrkdwn")]


def all_text(message: dict[str, Any]) -> str:
    return "\n".join([*marked(message), *texts(message["blocks"], "plain_text")])


def assert_harmless(said: str, known: frozenset[str]) -> None:
    """No token but ours, no mention but of people of ours, nothing that hides."""
    mentioned = set(re.findall(r"<@([A-Z0-9]+)>", said))
    assert mentioned <= known, mentioned - known
    rest = OURS.sub("", said)
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert not re.search(r"&(?!(?:amp|lt|gt);)", rest), rest
    assert "```" not in rest, rest
    assert not UNSEEN.search(said), ascii(said)


def assert_message(message: dict[str, Any], known: frozenset[str]) -> None:
    assert check_message(message) == []
    assert total_text(message["blocks"]) <= 10_000
    assert 0 < len(message["text"]) <= 3000
    for said in marked(message):
        assert_harmless(said, known)
    for said in texts(message["blocks"], "plain_text"):
        assert not UNSEEN.search(said), ascii(said)


def assert_view(view: dict[str, Any], known: frozenset[str] = frozenset()) -> None:
    assert check_view(view) == []
    for said in texts(view["blocks"], "mrkdwn"):
        assert_harmless(said, known)
