"""What the managers read on the morning of each workday: what has waited for too long, and what nobody has seen to.

Holds are ranked by the day since which they are open, the oldest first, and within a day by the value of their order.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from workflows.clocks import calendar_of, later
from workflows.contradictions import DriftedChange, OpenException
from workflows.outcome import Notice
from workflows.policy.model import Policy, Reason
from workflows.seals import Seal
from workflows.values import Hold
from workflows.views import QueueItem, TimelineEntry

JOB: Final = "digest"
LONGEST: Final = timedelta(days=3650)  # a hold that is older than this is stale, whatever its reason says
AGES: Final = (1, 3, 7, 14)  # days: where the next bucket of the chart begins
BUCKETS: Final = ("under 1 day", "1 to 3 days", "3 to 7 days", "7 to 14 days", "14 days and more")


@dataclass(frozen=True, slots=True)
class Held:
    """A hold in force with its order. `since`: when it came into force; `day`: by which it is ranked."""

    hold: Hold
    customer: str
    currency: str
    total: int
    since: datetime
    day: date
    last: TimelineEntry | None = None  # what was last done about the order


@dataclass(frozen=True, slots=True)
class Group:
    """The stale holds of one owner role; `worth`: their orders' value, each once, by currency; `rows`: the first."""

    owner: str
    count: int
    worth: Mapping[str, int]
    rows: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Released:
    at: datetime
    by: str
    order_number: str
    hold: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadNews:
    """A message that never arrived."""

    id: int
    kind: str
    lane: str
    order_number: str
    request: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Of all there is, where the digest lists the first ones only. `ages`: owner -> holds in each of BUCKETS."""

    holds: int = 0  # in force
    past_due: int = 0
    reviews: int = 0
    drift: int = 0
    exceptions: int = 0
    dead: int = 0
    released: int = 0
    at_risk: Mapping[str, int] = field(default_factory=dict)  # orders with a stale hold, each once, by currency
    on_hold: Mapping[str, int] = field(default_factory=dict)  # orders on hold, each once, by currency
    ages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Digest:
    """As of `now`; `since`: the digest before. `day` is the desk's."""

    day: date
    now: datetime
    since: datetime
    policy: Policy
    counts: Counts
    groups: tuple[Group, ...] = ()
    past_due: tuple[QueueItem, ...] = ()
    reviews: tuple[Held, ...] = ()
    drift: tuple[DriftedChange, ...] = ()
    exceptions: tuple[OpenException, ...] = ()
    dead: tuple[DeadNews, ...] = ()
    released: tuple[Released, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    seal: Seal | None = None

    @property
    def stale(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def is_quiet(self) -> bool:
        """Nothing waits for anybody."""
        counts = self.counts
        waits = (counts.past_due, counts.reviews, counts.drift, counts.exceptions, counts.dead)
        return not self.stale and not any(waits)


@dataclass(frozen=True, slots=True)
class After:
    """The row that a page of held orders follows."""

    day: date
    total: int
    hold: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of held orders: the stale ones of one owner role, of all (""), or those whose date has come."""

    reviews: bool = False
    owner: str = ""
    after: After | None = None


@dataclass(frozen=True, slots=True)
class HeldPage:
    rows: tuple[Held, ...]
    more: bool
    policy: Policy
    now: datetime


def after(held: Held) -> After:
    return After(held.day, held.total, held.hold.number)


def stale_since(policy: Policy, now: datetime) -> tuple[dict[str, datetime | None], datetime | None]:
    """By reason, since when a hold must be in force to be stale now; None: it never is. And for other reasons."""
    known = {reason.code: reason.stale_after for reason in policy.reasons_of("hold")}
    usual = Reason.model_fields["stale_after"].default
    ends = {period: _latest(policy, period, now) for period in {*known.values(), usual}}
    return {code: ends[period] for code, period in known.items()}, ends[usual]


def _latest(policy: Policy, period: timedelta | None, now: datetime) -> datetime | None:
    """The last second from which this period of working time has passed by now."""
    if period is None:
        return None
    calendar, begin = calendar_of(policy.desk), now.astimezone(UTC) - LONGEST
    seconds = range(int(LONGEST.total_seconds()) + 1)
    ended = bisect_right(seconds, now, key=lambda at: later(calendar, begin + timedelta(seconds=at), period))
    return begin + timedelta(seconds=max(ended - 1, 0))


def groups_of(
    rows: Iterable[Held], counts: Mapping[str, int], worth: Mapping[str, Mapping[str, int]]
) -> tuple[Group, ...]:
    """By owner role, the one with the oldest hold first."""
    owned: dict[str, list[Held]] = {}
    for row in rows:
        owned.setdefault(row.hold.owner, []).append(row)
    return tuple(Group(owner, counts[owner], worth.get(owner, {}), tuple(held)) for owner, held in owned.items())


def digest_notices(policy: Policy, day: date, since: datetime) -> Sequence[Notice]:
    """The digest, its chart in the thread, and an e-mail to each address; nothing where no place is named.

    The audit's channel gets the seal.
    """
    told: dict[str, Any] = {"day": day.isoformat(), "since": since.isoformat()}
    channel = policy.desk.managers_channel
    posts = [Notice(kind, f"slack:{channel}", told) for kind in ("digest", "digest.chart")] if channel else []
    addresses, audit = dict.fromkeys(policy.desk.managers_email), policy.desk.audit_channel
    posts += [Notice("seal", f"slack:{audit}", {})] if audit else []
    return [*posts, *(Notice("digest.email", f"email:{each}", {**told, "to": each}) for each in addresses)]
