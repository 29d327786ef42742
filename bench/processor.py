"""Processor time that processes have used, from /proc; None where there is none."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")


def seconds_of(pids: Iterable[int]) -> float | None:
    found = [_seconds(pid) for pid in pids]
    known = [seconds for seconds in found if seconds is not None]
    return sum(known) if known and len(known) == len(found) else None


def family(pid: int) -> list[int]:
    """A process and its children: a PostgreSQL server and its backends."""
    return [pid, *(child for child in _processes() if _parent(child) == pid)]


def _processes() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, which may have blanks in it; the third of all comes first."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _parent(pid: int) -> int | None:
    fields = _fields(pid)
    return int(fields[1]) if fields else None


def _seconds(pid: int) -> float | None:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else None
