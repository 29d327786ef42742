"""The state in a file: a small SQLite database with a row for each thing, so that saving costs what has changed.

A stop in the middle of a save leaves the state as it was before.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from playground.slack.model import Channel, File, Mail, Message, User, View
from playground.slack.state import Posted, ResponseUrl, State, Trigger, Values, age, grouped

TICKETS_SECONDS = 3600.0
WAIT_SECONDS = 0.5
"""For somebody else who reads the file; the workspace stands still meanwhile."""
_MAGIC = b"SQLite format 3\0"
_TABLE = "CREATE TABLE entries (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
_PUT = "INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"
_DROP = "DELETE FROM entries WHERE kind = ? AND key = ?"

_STATE: TypeAdapter[State] = TypeAdapter(State)
_BY_ID: dict[str, TypeAdapter[Any]] = {
    "users": TypeAdapter(User),
    "channels": TypeAdapter(Channel),
    "views": TypeAdapter(View),
    "homes": TypeAdapter(View),
    "message_values": TypeAdapter(Values),
    "files": TypeAdapter(File),
    "posted": TypeAdapter(Posted),
    "triggers": TypeAdapter(Trigger),
    "response_urls": TypeAdapter(ResponseUrl),
}
_IN_ORDER: dict[str, TypeAdapter[Any]] = {
    "messages": TypeAdapter(Message),
    "ephemerals": TypeAdapter(Message),
    "mails": TypeAdapter(Mail),
}
_KINDS = _BY_ID | _IN_ORDER
_REST = tuple(one.name for one in fields(State) if one.name not in {*_KINDS, "threads"})

Entries = dict[tuple[str, str], Any]


class StateFile:
    """Remembers what it wrote last: the next time it writes what differs. Its values are frozen or never changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: Entries | None = None

    def write(self, state: State, now: float) -> None:
        """Raises OSError, and then keeps the file as it was."""
        _forget_old_tickets(state, now)
        entries = dict(_entries(state))
        try:
            if self._kept is None or not self.path.exists():
                self._write_anew(entries)
            else:
                _bring_up_to_date(self.path, self._kept, entries)
        except sqlite3.Error as problem:
            raise OSError(str(problem)) from problem
        self._kept = entries

    def _write_anew(self, entries: Entries) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.unlink(missing_ok=True)
        with closing(sqlite3.connect(beside)) as database:
            database.execute(_TABLE)
        _bring_up_to_date(beside, {}, entries)
        beside.replace(self.path)


def _bring_up_to_date(path: Path, old: Entries, new: Entries) -> None:
    changed = [(*name, _text(name[0], value)) for name, value in new.items() if _differs(old.get(name), value)]
    gone = [name for name in old if name not in new]
    if changed or gone:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database, database:
            database.executemany(_PUT, changed)
            database.executemany(_DROP, gone)


def _differs(old: Any, new: Any) -> bool:
    return old is not new and old != new


def _text(kind: str, value: Any) -> str:
    """JSON with escapes: half an emoji that somebody sent breaks nothing."""
    return json.dumps(_KINDS[kind].dump_python(value, mode="json") if kind in _KINDS else json.loads(value))


def _entries(state: State) -> Iterator[tuple[tuple[str, str], Any]]:
    for kind in _BY_ID:
        for key, value in getattr(state, kind).items():
            yield (kind, key), value
    for message in (one for held in state.messages.values() for one in held):
        yield ("messages", f"{message.channel} {message.ts}"), message
    for message in state.ephemerals:
        yield ("ephemerals", f"{message.channel} {message.ts}"), message
    for mail in state.mails:
        yield ("mails", mail.id), mail
    for name in _REST:
        yield ("rest", name), json.dumps(getattr(state, name))


def read(path: Path) -> State:
    """Raises ValueError when it is no saved state, and OSError."""
    with path.open("rb") as file:
        is_database = file.read(len(_MAGIC)) == _MAGIC
    state = _state_of_rows(path) if is_database else _STATE.validate_python(json.loads(path.read_text()))
    state.threads = grouped(one for held in state.messages.values() for one in held)
    return state


def _state_of_rows(path: Path) -> State:
    parts: dict[str, Any] = {kind: {} for kind in _BY_ID} | {kind: [] for kind in _IN_ORDER}
    for kind, key, text in _rows(path):
        value = json.loads(text)
        if kind in _BY_ID:
            parts[kind][key] = _BY_ID[kind].validate_python(value)
        elif kind in _IN_ORDER:
            parts[kind].append(_IN_ORDER[kind].validate_python(value))
        else:
            parts[key] = value
    if missing := set(_REST) - parts.keys():
        raise ValueError(f"{path} lacks {sorted(missing)}")
    return State(**parts | {"messages": _by_channel(parts["messages"])})


def _by_channel(messages: list[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in sorted(messages, key=lambda one: age(one.ts)):
        found.setdefault(message.channel, []).append(message)
    return found


def _rows(path: Path) -> list[tuple[str, str, str]]:
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
            return database.execute("SELECT kind, key, value FROM entries ORDER BY rowid").fetchall()
    except sqlite3.Error as problem:
        raise ValueError(str(problem)) from problem


def _forget_old_tickets(state: State, now: float) -> None:
    state.triggers = {key: one for key, one in state.triggers.items() if now - one.at <= TICKETS_SECONDS}
    state.response_urls = {key: one for key, one in state.response_urls.items() if now - one.at <= TICKETS_SECONDS}
