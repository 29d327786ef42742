"""The process that owns the embedded server: starts it, stops it when its last user is gone, takes it down with it.

Started by `store.embedded`, in a session of its own so that a Ctrl-C meant for a user does not reach it. It tells
its starter how it goes in JSON lines on standard output, then closes that.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from store.embedded_cluster import (
    choose_runner,
    clean_environment,
    dies_with_parent,
    find_binaries,
    prepare,
    stop,
)
from store.embedded_files import (
    EXCLUSIVE,
    START_SECONDS,
    EmbeddedProblem,
    Folder,
    open_private,
    try_lock,
    waited,
    write_state,
)

LOOK_EVERY = 0.25
LOG_LIMIT = 16 * 1024 * 1024
ATTEMPTS = 5
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    # Neither statements nor the values in them belong in a log file.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
TRY_ANOTHER_PORT = re.compile(r"could not bind|could not create any TCP/IP sockets")
TRY_AGAIN = re.compile(r"pre-existing shared memory block|the database system is")


def tell(**words: str) -> None:
    """To the starter, which may be gone."""
    with contextlib.suppress(OSError):
        os.write(1, (json.dumps(words) + "\n").encode())


def keep(folder: Folder, settings: Mapping[str, str]) -> None:
    binaries = find_binaries()
    runner = choose_runner(folder, binaries)
    sync = settings.get("fsync") != "off"
    prepare(folder, binaries, runner, lambda words: tell(say=words), sync=sync)
    server, port = _start(folder, [*runner.prefix, str(binaries / "postgres")], settings)
    try:
        write_state(folder, {"port": port, "keeper": os.getpid(), "postgres": server.pid})
        tell(ready="yes")
        _close_output()
        _wait_for_last_user(folder, server)
    finally:
        folder.state.unlink(missing_ok=True)
        stop(server.pid, lambda: server.poll() is not None)


def _start(folder: Folder, words: list[str], settings: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """Try until a port is ours and nobody is left of a server that died."""
    for attempt in range(ATTEMPTS):
        port = _free_port()
        begin = folder.log.stat().st_size
        server = _launch(folder, words, {**SETTINGS, **settings, "port": str(port)})
        if _is_ready(folder, server):
            return server, port
        said = folder.log.read_bytes()[begin:].decode(errors="replace")
        if attempt + 1 == ATTEMPTS or not (TRY_ANOTHER_PORT.search(said) or TRY_AGAIN.search(said)):
            raise EmbeddedProblem(_why_not_started(folder, said))
        time.sleep(0.0 if TRY_ANOTHER_PORT.search(said) else 1.0)
    raise AssertionError


def _launch(folder: Folder, words: list[str], settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in settings.items()]
    log = open_private(folder.log, os.O_WRONLY | os.O_APPEND)
    try:
        return subprocess.Popen(  # noqa: S603
            [*words, "-D", str(folder.cluster), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=clean_environment(os.environ),
            preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - the keeper has one thread
        )
    finally:
        os.close(log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_ready(folder: Folder, server: subprocess.Popen[bytes]) -> bool:
    """Read the server's own word for it: the eighth line of its pid file."""
    pid_file = folder.cluster / "postmaster.pid"

    def settled() -> bool:
        return server.poll() is not None or _says_ready(pid_file, server.pid)

    if not waited(settled, seconds=START_SECONDS - 10):
        stop(server.pid, lambda: server.poll() is not None)
        raise EmbeddedProblem(f"PostgreSQL did not get ready in time: see {folder.log}.")
    return server.poll() is None


def _says_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].startswith("ready")


def _why_not_started(folder: Folder, said: str) -> str:
    if "No space left on device" in said:
        return f"The disk of {folder.root} is full: PostgreSQL cannot start."
    lines = [line for line in said.splitlines() if re.search(r"FATAL|PANIC|error|invalid", line)]
    reason = re.sub(r"^.*?(FATAL|PANIC|LOG): +", "", lines[-1]) if lines else "it gave no reason"
    return f"PostgreSQL could not start in {folder.cluster}: {reason} (its log is {folder.log})."


def _wait_for_last_user(folder: Folder, server: subprocess.Popen[bytes]) -> None:
    """Return with the users' lock held, or when the server has ended by itself."""
    users = open_private(folder.users)
    while server.poll() is None and not try_lock(users, EXCLUSIVE):
        _cut_log(folder.log)
        time.sleep(LOOK_EVERY)


def _cut_log(log: Path) -> None:
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            os.truncate(log, 0)


def _close_output() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.close(nothing)


def _ignore(_number: int, _frame: object) -> None:
    """Only the absence of users stops the keeper. A handler, not SIG_IGN, which the server would inherit."""


def main(arguments: list[str]) -> int:
    data_dir, lock, settings = arguments
    os.set_inheritable(int(lock), False)
    if os.fork():
        os._exit(0)  # nobody's child: it belongs to all its users
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ignore)
    try:
        keep(Folder(Path(data_dir)), json.loads(settings))
    except EmbeddedProblem as problem:
        tell(problem=str(problem))
        return 1
    except OSError as error:
        tell(problem=f"The embedded PostgreSQL in {data_dir} could not start: {error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
