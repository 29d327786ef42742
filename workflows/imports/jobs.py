"""An import begun in Slack or by a schedule: what it reads, how far it is, and who hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from workflows.frozen import Value
from workflows.outcome import Notice
from workflows.policy.model import Policy
from workflows.telling import slack_lane

State = Literal["waiting", "asking", "previewed", "confirmed", "done", "declined", "failed"]
TO_DO: Final = frozenset({"waiting", "confirmed"})
# Whoever brings orders in changes what every signer looks at.
IMPORTERS: Final = ("admin", "manager")


class LostLease(Exception):
    """Somebody else does this job by now, or has done it; nothing of ours was stored."""


class Source(Value):
    """What is read: a file in Slack (`file` is its id), or a sheet of the policy by name and address.

    With `missing` nothing is read: somebody has said what became of the orders that stayed away from a file.
    """

    name: str
    file: str | None = None
    sheet: str | None = None
    url: str = ""
    scheduled: bool = False
    missing: Literal["shipped", "leave"] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """`report` is what the preview or the import came to. `channel` and `ts`: the message that was last clicked."""

    desk_id: str
    id: int
    state: State
    source: Source
    requested_by: str
    channel: str
    ts: str
    file_sha256: str
    mapping: str
    report: Mapping[str, Any]
    error: str
    token: str
    created_at: datetime
    decided_by: str
    attempts: int
    refused: int  # bytes of the file of refused rows

    @property
    def by(self) -> str:
        """Who brings the orders in, as the audit names them."""
        return self.decided_by or self.requested_by


@dataclass(frozen=True, slots=True)
class Settled:
    """How a worker leaves a job. `refused`: the rows that were not taken, as CSV."""

    state: State
    report: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    file_sha256: str = ""
    refused: bytes | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """`job` as it is now, None where there is none; `changed` says whether this was what changed it."""

    job: Job | None
    changed: bool


def managers(policy: Policy) -> str:
    """The channel that hears of what nobody asked for."""
    named = (policy.roles[role].channel for role in ("manager", "admin") if role in policy.roles)
    return policy.desk.managers_channel or next(named, "")


def news_of(job: Job, settled: Settled, policy: Policy, *, failed_before: bool) -> tuple[Notice, ...]:
    """What people are told of a job that a worker has left in another state."""
    if job.source.scheduled:
        return _of_schedule(job, settled, managers(policy), failed_before=failed_before)
    done = "decided" if job.source.missing else "nothing_new" if settled.report.get("nothing_new") else "done"
    what = done if settled.state == "done" else settled.state
    told = tuple(_told(job, person, what) for person in dict.fromkeys((job.requested_by, job.by)))
    if job.state != "confirmed":
        return told
    return (redraw(job, "finished"), *told, *_refused(job, settled, job.requested_by, job.channel))


def _of_schedule(job: Job, settled: Settled, channel: str, *, failed_before: bool) -> tuple[Notice, ...]:
    """Only what is worth a look: changes, refused and missing rows, trouble once, and its end."""
    failed = settled.state != "done"
    quiet = failed_before if failed else not (failed_before or is_news(settled.report))
    if quiet or not channel:
        return ()
    what = "recovered" if failed_before and not failed else settled.state
    return (_told(job, channel, what), *_refused(job, settled, channel, channel))


def is_news(report: Mapping[str, Any]) -> bool:
    """Whether an import came to anything that people should look at."""
    found = report.get("found", {})
    orders, missing = found.get("orders", {}), found.get("missing", {})
    counted = any(orders.get(name) for name in ("new", "changed", "refused"))
    return counted or bool(missing.get("asked")) or bool(found.get("exceptions"))


def redraw(job: Job, drawn_as: str) -> Notice:
    """The message that was clicked, drawn again. What it then shows is said here: the job may have moved on."""
    payload = {"as": drawn_as, "channel": job.channel, "job": job.id, "ts": job.ts}
    return Notice("import.redraw", slack_lane(job.requested_by), payload)


def _told(job: Job, to: str, drawn_as: str) -> Notice:
    return Notice("import", slack_lane(to), {"as": drawn_as, "job": job.id})


def _refused(job: Job, settled: Settled, to: str, channel: str) -> tuple[Notice, ...]:
    """As a file, which Slack wants to be given the id of a conversation, not of a person."""
    if not settled.refused:
        return ()
    return (Notice("import.refused", slack_lane(to), {"channel": channel, "job": job.id}),)
