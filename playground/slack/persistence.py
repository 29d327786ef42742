"""The state in a file: written beside it and renamed, so that a stop in the middle leaves the old one."""

import json
import os
from pathlib import Path

from pydantic import TypeAdapter

from playground.slack.state import State

TICKETS_SECONDS = 3600.0
_STATE: TypeAdapter[State] = TypeAdapter(State)


def write(state: State, path: Path, now: float) -> None:
    _forget_old_tickets(state, now)
    text = json.dumps(_STATE.dump_python(state, mode="json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> State:
    return _STATE.validate_python(json.loads(path.read_text()))


def _forget_old_tickets(state: State, now: float) -> None:
    state.triggers = {key: one for key, one in state.triggers.items() if now - one.at <= TICKETS_SECONDS}
    state.response_urls = {key: one for key, one in state.response_urls.items() if now - one.at <= TICKETS_SECONDS}
