"""The clocks, and the folder of the embedded database."""

import shutil
import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.doctor.finding import Findings, ok, problem, skipped, warning
from bot.settings import Settings

CLOCK: Final = "clock"
FOLDER: Final = "data folder"
SKEW: Final = 60  # seconds; Slack's signatures are refused at 300
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
LITTLE_ROOM: Final = 1024**3  # bytes
NO_ROOM: Final = 128 * 1024**2


def check_clock(readings: Sequence[tuple[str, datetime, datetime]]) -> Findings:
    """Of each other clock: whose it is, what this machine's said in the same moment, and what it said."""
    if not readings:
        return [skipped(CLOCK, "There is no other clock to compare with.")]
    mend = "Let a time service (chrony, systemd-timesyncd) set the clocks. Slack's calls are refused from 5 min on."
    skews = {name: round((here - there).total_seconds()) for name, here, there in readings}
    found = [
        problem(CLOCK, f"This machine is {abs(skew)} s {'ahead of' if skew > 0 else 'behind'} {name}.", mend)
        for name, skew in skews.items()
        if abs(skew) > SKEW
    ]
    return found or [ok(CLOCK, f"Agrees with {' and '.join(skews)}.")]


def check_folder(settings: Settings) -> Findings:
    if settings.database_url:
        return [ok(FOLDER, "Not used: DATABASE_URL names a server.")]
    folder = settings.data_dir
    if not folder.exists():
        return [ok(FOLDER, f"{folder} is made when the database starts for the first time.")]
    if open_to_others(folder):
        found = f"Others on this machine can get into {folder}, where the database and its password are."
        return [problem(FOLDER, found, f"Run: chmod 700 {folder}")]
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        found = f"Only {free // 1024**2} MiB are free where {folder} is."
        return [(problem if free < NO_ROOM else warning)(FOLDER, found, "Make room there: a full disk stops the desk.")]
    return [ok(FOLDER, f"{folder} is for its owner alone; {free // 1024**3} GiB are free.")]


def open_to_others(folder: Path) -> bool:
    return bool(folder.stat().st_mode & OTHERS)
