"""What the embedded PostgreSQL keeps in the data folder, and the locks by which processes share it."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX
START_SECONDS = 120.0  # recovery after a power loss may replay a lot of log


class EmbeddedProblem(Exception):
    """Why the embedded PostgreSQL cannot be used, in one sentence for the person who started it."""


@dataclass(frozen=True)
class Folder:
    """The data folder. Every file and folder of ours in it starts with `postgres`."""

    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def users(self) -> Path:
        """Locked shared by every process that uses the server, exclusively by the keeper when it stops it."""
        return self.root / "postgres.users"

    @property
    def start(self) -> Path:
        """Locked exclusively by whoever joins or leaves."""
        return self.root / "postgres.start"

    @property
    def keeper(self) -> Path:
        """Locked exclusively by the keeper for as long as it lives."""
        return self.root / "postgres.keeper"

    @property
    def state(self) -> Path:
        """Where the running server listens; written when it is ready."""
        return self.root / "postgres.json"

    @property
    def password(self) -> Path:
        return self.root / "postgres.password"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"


def open_folder(data_dir: Path) -> Folder:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Folder(data_dir.resolve(strict=True))
        os.close(open_private(folder.start))
    except OSError as error:
        raise EmbeddedProblem(
            f"The data folder {data_dir} cannot be written ({error.strerror}): "
            "name another one in REDTAG_DATA_DIR, or set DATABASE_URL.",
        ) from error
    return folder


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    """Open a file for its owner alone, made if missing; root leaves it to the owner of the folder."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Give the lock up also where a forked child still has the file open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


@contextmanager
def locked(path: Path, kind: int, otherwise: str) -> Iterator[int]:
    descriptor = open_private(path)
    try:
        wait_until(lambda: try_lock(descriptor, kind), otherwise)
        yield descriptor
    finally:
        unlock(descriptor)


def is_free(path: Path) -> bool:
    """Nobody holds this lock exclusively."""
    descriptor = open_private(path)
    try:
        return try_lock(descriptor, SHARED)
    finally:
        unlock(descriptor)


def waited(condition: Callable[[], bool], *, seconds: float = START_SECONDS) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    if not waited(condition):
        raise EmbeddedProblem(otherwise)


def read_state(folder: Folder) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads(folder.state.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return state


def write_state(folder: Folder, state: dict[str, Any]) -> None:
    """Whole or not at all: the file appears by a rename."""
    draft = folder.state.with_name("postgres.json.new")
    with os.fdopen(open_private(draft), "w") as file:
        file.truncate()
        json.dump(state, file)
    draft.replace(folder.state)
