"""Text on its way to Slack. Whatever somebody typed or imported is shown, and never does anything there."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from workflows.money import show_money
from workflows.systems import shown, system_name
from workflows.words import listed

SECTION: Final = 3000
FIELD: Final = 2000
HEADER: Final = 150
CUT: Final = "…"
NOTHING: Final = "–"

# Slack has no escape for these. A zero-width space does not stop it from styling, a look-alike does.
_STYLE: Final = str.maketrans({"*": "\u2217", "`": "\u02cb"})
_LOOK_ALIKE: Final = {"_": "\u02cd", "~": "\u223c"}
_EDGE: Final = re.compile(r"(?<![^\W_])[_~]|[_~](?![^\W_])")  # inside a word they style nothing: ABC_9 stays as it is
_NAMES: Final = re.compile(r"(@)(?=here|channel|everyone)|(#)(?=[^\W\d])", re.IGNORECASE)
_UNFINISHED: Final = re.compile(r"(?:&[a-z]{0,3}|<[^<>]*)$")
_USER: Final = re.compile(r"[UW][A-Z0-9]{1,30}")
_LINE_ENDS: Final = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_PROMISE: Final = re.compile(r"(clear)\W+to\W+ship", re.IGNORECASE)
# Control, format (bidi marks and zero-width characters among them) and half of a surrogate pair.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})


def storable(text: str) -> str:
    """What somebody entered, without what no database and no screen can hold; line breaks stay."""
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"}).strip()


def clean(text: str) -> str:
    """Text as it looks: nothing in it hides, turns the reading direction or breaks a line in odd ways.

    Nor does it promise what only the desk does: people go by three words, whoever wrote them.
    """
    if not text.isprintable():
        lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
        text = "".join(each for each in lines if each == "\n" or unicodedata.category(each) not in _UNSEEN)
    return _PROMISE.sub("\\1-to-ship", text).strip()


def plain(text: str, limit: int = SECTION) -> str:
    """For plain_text objects, where Slack reads no markup at all. Line breaks stay."""
    shown = clean(text)
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + CUT


def one_line(text: str, limit: int = SECTION) -> str:
    return plain(" ".join(clean(text).split()), limit)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(marked: str, limit: int) -> str:
    """Finished mrkdwn, shortened, but never inside an entity, a mention or a date."""
    if len(marked) <= limit:
        return marked
    return _UNFINISHED.sub("", marked[: limit - 1]).rstrip() + CUT


def mrkdwn(text: str, limit: int = 300) -> str:
    """Somebody's words within a line of mrkdwn: escaped, styled by nothing, pinging nobody."""
    shown = _EDGE.sub(lambda found: _LOOK_ALIKE[found[0]], one_line(text, limit).translate(_STYLE))
    shown = _NAMES.sub(lambda found: f"{found[0]}\u200b", shown)
    # A line that begins with > is a quote, even as an entity.
    return cut(escape(f"\u200b{shown}" if shown.startswith(">") else shown), limit)


def strong(text: str, limit: int = 120) -> str:
    shown = mrkdwn(text, limit)
    return f"*{shown}*" if shown else ""


def code(text: str, limit: int = 200) -> str:
    """Something to type, to be copied as it stands."""
    return f"`{cut(escape(one_line(text, limit).replace('`', '')), limit) or NOTHING}`"


def member(user_id: str) -> str:
    """A mention; an actor who is no person (an import, the clock) by name."""
    if _USER.fullmatch(user_id):
        return f"<@{user_id}>"
    system = system_name(user_id)
    return mrkdwn(shown(system) if system else user_id, 80)


def people(user_ids: Sequence[str], last: str = "or", most: int = 5) -> str:
    shown = [member(user_id) for user_id in user_ids[:most]]
    more = len(user_ids) - most
    return listed([*shown, f"{more} more"] if more > 0 else shown, last)


def when(at: datetime) -> str:
    """A moment in the reader's own time zone; where Slack cannot show that, in UTC."""
    moment = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{when_in_utc(moment)}>"


def when_in_utc(at: datetime) -> str:
    moment = at.astimezone(UTC) if at.tzinfo else at
    return f"{day(moment.date())} at {moment:%H:%M} UTC"


def day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b} {on.year}"


def age(since: datetime, now: datetime) -> str:
    """How long something has waited: `3 d`, `5 h`, `12 min`."""
    waited = max(now - since, timedelta())
    if waited.days:
        return f"{waited.days} d"
    hours, minutes = divmod(waited.seconds // 60, 60)
    return f"{hours} h" if hours else f"{minutes} min" if minutes else "just now"


def ago(at: datetime, now: datetime) -> str:
    waited = age(at, now)
    return waited if waited == "just now" else f"{waited} ago"


def money(minor: int, currency: str) -> str:
    return mrkdwn(show_money(minor, currency), 60)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
