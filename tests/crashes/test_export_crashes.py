"""kill -9 while an export is taken: no batch, or a batch that comes again byte for byte."""

import os
import signal
import subprocess
import sys

import pytest

from store.desk import PostgresStore
from store.exports import Exports
from store.pool import make_pool
from tests.crashes.processes import OURS, ROOT, town
from tests.office import DESK, ROSA
from tests.races.apps import NobodyToAsk
from workflows.commands import PlaceHold
from workflows.services import Claim, DeskService

__all__ = ["town"]


def export(town, *words, crash_at=""):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = {**kept, "DATABASE_URL": town.url, "REDTAG_CRASH_AT": crash_at}
    command = [sys.executable, "-m", "bot", "export", "holds", *map(str, words)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("point", "kept"),
    [pytest.param("before_export_commit", 0, marks=pytest.mark.slow), ("after_export_commit", 1)],
)
async def test_an_export_killed_before_its_file_is_written_is_not_lost(town, tmp_path, point, kept):
    out = tmp_path / "holds.csv"
    async with make_pool(town.url) as pool:
        await DeskService(PostgresStore(pool), NobodyToAsk()).handle(DESK, Claim(ROSA), PlaceHold("ORD-123", "credit"))
        killed = export(town, "--out", out, crash_at=point)
        assert killed.returncode == -signal.SIGKILL
        assert not out.exists()
        stored = town.rows("select content from export_batches")
        assert len(stored) == kept
        if not kept:
            assert (await Exports(pool).take(DESK, "holds", "cli:test")).number == 1
            return
        again = export(town, "--batch", 1, "--out", out)
        assert (again.returncode, again.stderr.decode()) == (0, "batch 1: 1 change\n")
        assert out.read_bytes() == bytes(stored[0]["content"])
        assert b"ORD-123" in out.read_bytes()
        assert (await Exports(pool).take(DESK, "holds", "cli:test")).number is None
