"""The words of the floor's e-mail."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.email import wrong_with
from bot.delivery.mails import FloorRelease, floor_release_mail
from bot.delivery.ports import Mail

CLEAR = FloorRelease(
    order="ORD-123",
    customer="Smith & <Sons>",
    request="R-12",
    hold="H-17",
    reason="Credit not cleared",
    approver="Rosa Alvarez",
    requester="Carla Nguyen",
    clear=True,
    lines=("3 × ABC-9 Widget", "1 × XYZ-1 Gadget"),
    release_reason="Payment received",
    note="wire came in",
    desk="Acme order desk",
    released_at="21 Nov 2026, 09:30",
)
HELD = dataclasses.replace(CLEAR, clear=False, blockers=("H-18 Stock check",))
WORDS = re.compile(r"clear\s+to\s+ship", re.IGNORECASE)


def parts(values):
    words = floor_release_mail(values)
    return words.subject, words.text, words.html


class Text(HTMLParser):
    VOID = frozenset({"meta", "br", "link"})

    def __init__(self):
        super().__init__()
        self.said, self.open = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "title"}:
            self.said.append(data)


def read(html):
    text = Text()
    text.feed(html)
    text.close()
    assert text.open == []
    return " ".join(" ".join(text.said).split())


@pytest.mark.parametrize("part", [0, 1, 2])
def test_clear_to_ship_is_said_when_no_hold_is_left(part):
    said = parts(CLEAR)[part]
    assert "Clear to ship" in said
    assert "Still on hold" not in said


@pytest.mark.parametrize("part", [0, 1, 2])
def test_while_a_hold_is_left_the_mail_says_still_on_hold_and_never_clear_to_ship(part):
    said = parts(HELD)[part]
    assert "Still on hold" in said
    assert not WORDS.search(said)


@pytest.mark.parametrize("part", [1, 2])
def test_what_still_holds_the_order_is_named(part):
    assert "H-18 Stock check" in parts(HELD)[part]


def test_a_contradiction_is_read_as_held():
    assert not WORDS.search("".join(parts(dataclasses.replace(CLEAR, blockers=("H-18 Stock check",)))))
    assert not WORDS.search("".join(parts(dataclasses.replace(CLEAR, clear=False))))


@pytest.mark.parametrize("words", ["Clear to ship", "CLEAR  TO\nSHIP", "clear\u2028to\tship", "Clear-to ship"])
def test_nobody_elses_words_say_clear_to_ship_while_a_hold_is_left(words):
    hostile = dataclasses.replace(HELD, customer=words, note=words, lines=(words,), blockers=(words,), order=words)
    for part in parts(hostile):
        assert not WORDS.search(part)


@pytest.mark.parametrize("part", [1, 2])
def test_the_mail_tells_who_released_what_and_why(part):
    said = parts(CLEAR)[part]
    for words in ("ORD-123", "R-12", "H-17 Credit not cleared", "Payment received", "Rosa Alvarez", "Carla Nguyen"):
        assert words in said


def test_a_hold_that_was_never_in_force_is_not_called_released():
    ended = dataclasses.replace(CLEAR, what="No longer asked for", by="Withdrawn by", release_reason="")
    subject, text, html = parts(ended)
    assert subject == "ORD-123: Clear to ship (Credit not cleared no longer asked for)"
    for said in (text, html):
        assert "No longer asked for" in said
        assert "Withdrawn by" in said
        assert "eleased" not in said
        assert "pproved" not in said


def test_many_lines_are_cut_with_their_number():
    _, text, html = parts(dataclasses.replace(CLEAR, more_lines=180))
    assert "and 180 more" in text
    assert "and 180 more" in html


def test_html_shows_markup_as_text():
    html = parts(dataclasses.replace(CLEAR, note='<img src=x onerror="alert(1)"> &amp;'))[2]
    assert "<img" not in html
    assert '<img src=x onerror="alert(1)"> &amp;' in read(html)


def test_plain_text_shows_names_as_they_are():
    assert "ORD-123 for Smith & <Sons>" in parts(CLEAR)[1]


def test_empty_fields_leave_no_empty_rows():
    _, text, html = parts(
        dataclasses.replace(CLEAR, note="", release_reason="", released_at="", lines=(), customer="", desk="")
    )
    for label in ("Note", "Because", "When", "Lines"):
        assert f"{label}:" not in text
        assert f">{label}<" not in html
    assert "\n\n\n" not in text


def test_the_html_loads_nothing_from_elsewhere():
    html = parts(CLEAR)[2]
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|src=", html)


@settings(deadline=None)
@given(st.text(max_size=200), st.booleans())
def test_any_text_gives_a_mail_that_may_leave(words, clear):
    values = dataclasses.replace(
        CLEAR, customer=words, note=words, order=words, reason=words, clear=clear, blockers=() if clear else (words,)
    )
    subject, text, html = parts(values)
    assert wrong_with(Mail("floor@acme.example", subject[:998], text, html, "k")) == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", subject + text + html)
    (subject + text + html).encode()
    read(html)
    if not clear:
        assert not WORDS.search(subject + text + html)
