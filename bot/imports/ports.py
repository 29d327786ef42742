"""What the import loop needs from outside, as shapes. `bot.main` supplies them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from workflows.imports.jobs import Job, Settled


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it lies on disk. `etag` is what its server calls this version of it."""

    path: Path
    sha256: str
    size: int
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that nothing changed since the last look."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the last pull of a sheet brought in, where importing it again changes nothing. `report` is its job's."""

    sha256: str
    report: Mapping[str, Any]

    @property
    def etag(self) -> str:
        return str(self.report.get("etag") or "")


class CannotFetch(Exception):
    """The sentence is for people. `again`: it may come right by itself in a while."""

    def __init__(self, sentence: str, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.again = again


class Interrupted(Exception):
    """This process is told to stop, or the job is somebody else's by now; nothing was stored."""


class Jobs(Protocol):
    async def claim(self, lease: timedelta) -> Job | None: ...

    async def keep(self, job: Job, lease: timedelta) -> bool:
        """Hold it longer; False where it is not ours any more."""

    async def later(self, job: Job, delay: timedelta, error: str) -> bool:
        """Let go of it, to be tried again."""

    async def settle(self, job: Job, settled: Settled) -> None: ...


class Fetching(Protocol):
    async def fetch(self, job: Job, folder: Path, *, etag: str) -> Fetched | Unchanged:
        """The job's file into this folder. Raises CannotFetch."""


class Books(Protocol):
    """The desk's orders, and how its files are read. Both raise UnreadableFile, and Interrupted out of `progress`."""

    async def known(self, job: Job) -> Known | None:
        """Of a scheduled pull; None where its file is to be read in any case."""

    async def preview(self, job: Job, file: Fetched, progress: Callable[[int], None]) -> Settled: ...

    async def decide_missing(self, job: Job) -> Settled:
        """Say of the orders that stayed away from the files what became of them. Twice is once."""

    async def take_in(self, job: Job, file: Fetched, progress: Callable[[int], None]) -> None:
        """Import it and settle the job, in one transaction. Raises LostLease as well."""


class Clients(Protocol):
    def client_for(self, desk_id: str) -> AsyncWebClient | None: ...
