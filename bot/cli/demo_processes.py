"""The processes of a demo. Each holds the lock on a file of its own, so that a later start knows what still runs.

The kernel drops a lock however its holder ends; the number of a process alone could be somebody else's by now.
"""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.main.stop import Stop
from store.embedded_cluster import dies_with_parent
from store.embedded_files import EXCLUSIVE, is_free, open_private, try_lock, waited

STOP_SECONDS: Final = 12.0  # `redtag serve` takes up to ten to finish what it holds
KILL_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Child:
    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def has_ended(self) -> bool:
        return self.process.poll() is not None


@contextlib.contextmanager
def taken(lock: Path) -> Iterator[int | None]:
    """Hold a lock; None where somebody else does."""
    descriptor = open_private(lock)
    try:
        yield descriptor if try_lock(descriptor, EXCLUSIVE) else None
    finally:
        os.close(descriptor)  # a child that was given it keeps the lock


def note(lock: Path, **facts: Any) -> None:
    """What others may know of the holder. Written in place: the lock is on this very file."""
    with contextlib.suppress(OSError), lock.open("r+") as file:
        file.truncate()
        json.dump(facts, file)


def noted(lock: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(lock.read_text()))
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def child(
    folder: Path, name: str, command: Sequence[str], environment: Mapping[str, str], *files: int
) -> Iterator[Child]:
    """A process in a session of its own, so that Ctrl-C reaches it through us and in order. It gets the open files."""
    log = _new_log(folder / f"{name}.log")
    process = _started(folder / f"{name}.lock", command, environment, log, files)
    try:
        yield Child(name, log, process)
    finally:
        _end(process)


def _started(
    lock: Path, command: Sequence[str], environment: Mapping[str, str], log: Path, files: Sequence[int]
) -> subprocess.Popen[bytes]:
    with taken(lock) as descriptor, log.open("wb") as output:
        if descriptor is None:
            raise Stop(f"{lock} is held by another process: end it, or start over with `redtag demo --reset`.")
        note(lock)
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(descriptor, *files),
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread yet
        )
        note(lock, pid=process.pid)
        return process


def _new_log(log: Path) -> Path:
    """The one before is kept: it says why the last run ended."""
    with contextlib.suppress(FileNotFoundError):
        log.replace(log.with_name(f"{log.name}.1"))
    return log


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_holder(lock: Path, *, seconds: float = STOP_SECONDS) -> bool:
    """Stop the process that holds this lock, wait for its end, and say whether there was one."""
    if not lock.exists() or is_free(lock):
        return False
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, KILL_SECONDS)):
        _signal(noted(lock).get("pid"), number)
        if waited(lambda: is_free(lock), seconds=patience):
            return True
    raise Stop(f"What holds {lock} does not end: end it yourself, then try again.")


def _signal(pid: object, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if isinstance(pid, int):
            os.kill(pid, number)
