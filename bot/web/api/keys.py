"""Who is calling, and whether they may: every endpoint names the scopes of which a key needs one."""

import math
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from bot.web.api.problems import Refused
from workflows.systems import Caller, Scope

PER_MINUTE: Final = 600
_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key made with `redtag keys create`: `rtk_<desk>_<secret>`."
)


class Keys(Protocol):
    async def check(self, key: str) -> Caller | None:
        """Whose key this is; None where it is wrong or revoked."""


class Doorkeeper:
    """Knows the keys, and how often each was used in the last minute, in this process."""

    def __init__(self, keys: Keys, per_minute: int) -> None:
        self._keys = keys
        self._limit = RateLimitItemPerMinute(per_minute)
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def admit(self, key: str) -> Caller:
        caller = await self._keys.check(key) if key else None
        if caller is None:
            raise Refused(
                401,
                "no_good_key",
                "This needs a key: Authorization: Bearer rtk_… The one that was given, if any, is wrong or revoked.",
                headers={"WWW-Authenticate": 'Bearer realm="redtag"'},
            )
        await self._count(caller)
        return caller

    async def _count(self, caller: Caller) -> None:
        who = f"{caller.desk_id}:{caller.key_id}"
        if await self._counted.hit(self._limit, who):
            return
        resets_at = (await self._counted.get_window_stats(self._limit, who)).reset_time
        wait = max(1, math.ceil(resets_at - time.time()))
        detail = f"This key has asked more than {self._limit.amount} times in a minute. Try again in {wait} s."
        raise Refused(429, "too_many_requests", detail, headers={"Retry-After": str(wait)})


def requires(*scopes: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency: `caller: Annotated[Caller, Depends(requires("gate:read"))]`. One of the scopes is enough."""

    async def caller(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        found = await doorkeeper.admit(given.credentials if given else "")
        request.state.caller = found
        if not found.scopes & set(scopes):
            raise Refused(403, "wrong_scope", f"This key may not do that: it needs the scope {' or '.join(scopes)}.")
        return found

    return caller
