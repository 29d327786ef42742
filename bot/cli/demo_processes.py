"""The processes of a demo. Each holds the lock on a file of its own, so that a later start knows what still runs.

The kernel drops a lock however its holder ends; the number of a process alone could be somebody else's by now.
"""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bot.main.stop import Stop
from store.embedded_cluster import dies_with_parent
from store.embedded_files import EXCLUSIVE, is_free, open_private, try_lock, waited

HOST: Final = "127.0.0.1"
ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What would lead the bot to the real Slack or Resend, or, as a proxy, away from this machine.
NOT_PASSED_ON: Final = ("SLACK_", "RESEND_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
START_SECONDS: Final = 60
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
    with contextlib.ExitStack() as known:
        with held_back():
            process = _started(folder / f"{name}.lock", command, environment, log, files)
            known.callback(_end, process)
        yield Child(name, log, process)


def ran(command: Sequence[str], environment: Mapping[str, str], *, output: int | None = None) -> tuple[int, str]:
    """A command to its end, which comes with ours: its exit code, and what it said of problems if `output` is PIPE."""
    with contextlib.ExitStack() as known:
        with held_back():
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is one thread yet
            )
            known.enter_context(process)
            known.callback(_end, process)
        _, problems = process.communicate()
        return process.returncode, (problems or b"").decode(errors="replace")


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


def end_on_signals() -> None:
    """Also where a shell started us with Ctrl-C ignored, as it does in the background; `nohup` is respected."""
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    """Once: a second Ctrl-C must not cut off the stopping."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """What ends us waits for the end of the block: nobody would know of a child that was just being started."""
    came: list[int] = []
    before = {number: handler for number in ENDING if callable(handler := signal.getsignal(number))}
    for number in before:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def kept_environment() -> dict[str, str]:
    """Ours, without what a process of a demo must not be led by."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_PASSED_ON)}


def bot_environment(url: str, port: int, *, socket_mode: bool = False) -> dict[str, str]:
    """What a bot is told whose workspace and mail service is a playground on this port."""
    base = f"http://{HOST}:{port}"
    return {
        **kept_environment(),
        "DATABASE_URL": url,
        "PORT": str(any_port()),
        "REDTAG_HOST": HOST,
        "REDTAG_ALLOW_PRIVATE_HOOKS": "1",
        "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
        "RESEND_API_KEY": f"re_{secrets.token_hex(8)}",
        "RESEND_API_URL": f"{base}/resend",
        "SLACK_API_URL": f"{base}/api/",
        "SLACK_APP_TOKEN": f"xapp-{secrets.token_hex(8)}" if socket_mode else "",
        "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(8)}",
        "SLACK_SIGNING_SECRET": secrets.token_hex(16),
    }


def answering(address: str, started: Child) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.has_ended():
            raise Stop(f"The {started.name} ended while it was starting: {started.log} says why.")
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _status(address) == 200:
                return
        time.sleep(0.05)
    raise Stop(f"The {started.name} did not answer within {START_SECONDS} s: {started.log} may say why.")


def _status(address: str) -> int:
    """Asked with the least there is: asking costs the same processor on which the other is starting."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.netloc, timeout=5)
    try:
        connection.request("GET", place.path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def any_port() -> int:
    """One that the system picks; nobody types it."""
    with socket.create_server(("", 0)) as listener:
        return int(listener.getsockname()[1])
