"""What the clock does beside delivery, in whichever process delivers; in several of them as well."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.clock import chasing, digesting, falling_back, mirroring, pulling, roll_call, tidying
from bot.main.groups import SlackGroups
from bot.main.parts import Parts
from store.attic import Attic
from store.clocks import Clocks
from store.people import RoleHolders
from store.pulls import Pulls
from store.stranded import Stranded


@dataclass(frozen=True, slots=True)
class Job:
    """`every`: seconds between its rounds."""

    name: str
    run: Callable[[], Awaitable[int]]
    every: float


def jobs_of(parts: Parts) -> tuple[Job, ...]:
    called = partial(roll_call.roll_call, RoleHolders(parts.pool), parts.directory, asyncio.sleep)
    chased = partial(chasing.chase, Clocks(parts.pool, parts.reading), parts.service)
    fell_back = partial(falling_back.fall_back, Stranded(parts.pool), parts.delivery.wake)
    return (
        Job("roll_call", called, roll_call.EVERY_SECONDS),
        Job("mirrored", partial(mirroring.mirror, SlackGroups(parts.pool, parts.clients)), mirroring.EVERY_SECONDS),
        Job("chased", chased, chasing.EVERY_SECONDS),
        Job("fell_back", fell_back, falling_back.EVERY_SECONDS),
        Job("digested", partial(digesting.digest, parts.digests, parts.committed), digesting.EVERY_SECONDS),
        Job("pulled", partial(pulling.pull, Pulls(parts.pool), parts.imports.wake), pulling.EVERY_SECONDS),
        Job("tidied", Attic(parts.pool).tidy, tidying.EVERY_SECONDS),
    )
