"""A PostgreSQL of our own in the data folder, shared by every process that uses the folder.

The first user starts a keeper (`store.embedded_keeper`), which runs the server; later users join. Each user holds
a shared lock on a file, which the kernel drops however the process ends; the keeper stops the server as soon as it
can take that lock for itself.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from store.embedded_cluster import SUPERUSER
from store.embedded_files import (
    EXCLUSIVE,
    SHARED,
    START_SECONDS,
    EmbeddedProblem,
    Folder,
    is_free,
    locked,
    open_folder,
    open_private,
    read_state,
    try_lock,
    unlock,
    wait_until,
)

__all__ = ["EmbeddedProblem", "EmbeddedServer", "Lease", "start_embedded"]

DATABASE = "postgres"
CODE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class EmbeddedServer:
    url: str  # of the superuser
    data_dir: Path


class Lease:
    """The right to use the server until closed. The last user's `close` returns when the server has stopped."""

    def __init__(self, server: EmbeddedServer, folder: Folder, users: int) -> None:
        self.server = server
        self._folder = folder
        self._users: int | None = users

    @property
    def url(self) -> str:
        return self.server.url

    def close(self) -> None:
        if self._users is None:
            return
        users, self._users = self._users, None
        if not self._folder.root.exists():  # deleted while it ran
            unlock(users)
            return
        with locked(self._folder.start, EXCLUSIVE, _busy(self._folder)):
            last = _is_last(users)
            unlock(users)
            if last:
                wait_until(lambda: is_free(self._folder.keeper), _not_stopping(self._folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_embedded(
    data_dir: Path, *, settings: Mapping[str, str] | None = None, say: Callable[[str], None] = lambda _words: None
) -> Lease:
    """Start the server of this folder, or join the one that runs.

    `settings` are server parameters, taken by whoever starts it. Blocks; raises EmbeddedProblem.
    """
    folder = open_folder(data_dir)
    with locked(folder.start, EXCLUSIVE, _busy(folder)):
        users = open_private(folder.users)
        try:
            wait_until(lambda: try_lock(users, SHARED), _not_stopping(folder))
            port = _join(folder) or _start(folder, settings or {}, say)
            return Lease(EmbeddedServer(_url(folder, port), folder.root), folder, users)
        except BaseException:
            unlock(users)
            raise


def _is_last(users: int) -> bool:
    """Nobody else holds the lock, or the keeper already took it in the moment between two kinds of lock."""
    return try_lock(users, EXCLUSIVE) or not try_lock(users, SHARED)


def _join(folder: Folder) -> int | None:
    """The port of the running server; None when no keeper is left. A keeper whose starter died may be starting."""
    deadline = time.monotonic() + START_SECONDS
    while not is_free(folder.keeper):
        if state := read_state(folder):
            return int(state["port"])
        if time.monotonic() > deadline:
            raise EmbeddedProblem(_busy(folder))
        time.sleep(0.02)
    return None


def _start(folder: Folder, settings: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Start a keeper that holds its lock from its first instruction on, and hear how it went."""
    folder.state.unlink(missing_ok=True)
    lock = open_private(folder.keeper)
    try:
        wait_until(lambda: try_lock(lock, EXCLUSIVE), _busy(folder))
        keeper = _spawn(folder, lock, settings)
    finally:
        os.close(lock)  # the keeper has it now; closing does not unlock what another process has open
    with keeper:
        _hear(keeper.stdout, say)
    state = read_state(folder)
    if state is None:
        raise EmbeddedProblem(f"The embedded PostgreSQL ended while it started: see {folder.log}.")
    return int(state["port"])


def _spawn(folder: Folder, lock: int, settings: Mapping[str, str]) -> subprocess.Popen[str]:
    log = _new_log(folder)
    path = (str(CODE), os.environ.get("PYTHONPATH"))
    words = [sys.executable, "-P", "-m", "store.embedded_keeper", str(folder.root), str(lock)]
    try:
        return subprocess.Popen(  # noqa: S603
            [*words, json.dumps(dict(settings))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            pass_fds=(lock,),
            start_new_session=True,
        )
    finally:
        os.close(log)


def _new_log(folder: Folder) -> int:
    with contextlib.suppress(FileNotFoundError):
        folder.log.replace(folder.log.with_name("postgres.log.1"))
    return open_private(folder.log, os.O_WRONLY | os.O_APPEND)


def _hear(lines: IO[str] | None, say: Callable[[str], None]) -> None:
    for line in lines or ():
        words = json.loads(line)
        if "problem" in words:
            raise EmbeddedProblem(words["problem"])
        if "say" in words:
            say(words["say"])


def _url(folder: Folder, port: int) -> str:
    password = folder.password.read_text().strip()
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{DATABASE}"


def _busy(folder: Folder) -> str:
    return f"Another process is starting or stopping PostgreSQL in {folder.root}, and does not get done."


def _not_stopping(folder: Folder) -> str:
    return f"PostgreSQL in {folder.root} does not stop: see {folder.log}."
