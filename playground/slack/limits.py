"""Rate limits: a bucket for each method, and one for each channel that is posted to."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

CHANNEL_BURST = 3
"""Slack allows "short bursts" over one message a second in a channel and does not publish their size."""

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute."""
SPECIAL = 300
"""Calls a minute of methods with special limits: "several hundred"."""


@dataclass
class _Bucket:
    size: float
    per_second: float
    left: float
    at: float


class Limits:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait_for_method(self, method: str, tier: int) -> int:
        """Seconds to wait; 0 when the call may go on."""
        per_minute = TIERS.get(tier, SPECIAL)
        return self._take(f"method {method}", per_minute, per_minute / 60)

    def wait_for_channel(self, channel: str) -> int:
        return self._take(f"channel {channel}", CHANNEL_BURST, 1.0)

    def _take(self, key: str, size: float, per_second: float) -> int:
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(size, per_second, size, now))
        bucket.left = min(bucket.size, bucket.left + max(0.0, now - bucket.at) * bucket.per_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return max(1, ceil((1 - bucket.left) / bucket.per_second))
