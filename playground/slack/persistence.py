"""The state in a file: written beside it and renamed, so that a stop in the middle leaves the old one."""

import json
import os
from pathlib import Path

from pydantic import TypeAdapter

from playground.slack.state import State

_STATE: TypeAdapter[State] = TypeAdapter(State)


def write(state: State, path: Path) -> None:
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
