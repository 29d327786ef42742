"""All plays of a rehearsal: beside each other where there is room for it, shown in the policy's order."""

import asyncio
from collections.abc import Callable, Sequence

from bot.rehearsal.checks import Check, RuleResult
from bot.rehearsal.orders import Terms
from bot.rehearsal.plan import Play
from bot.rehearsal.playing import played
from bot.rehearsal.scene import World


async def perform(
    world: World, plays: Sequence[tuple[Play, str]], *, at_once: int, show: Callable[[RuleResult], None]
) -> list[RuleResult]:
    """`plays` with the numbers of their orders."""
    room = asyncio.Semaphore(at_once)

    async def one(play: Play, number: str) -> tuple[Check, ...]:
        async with room:
            return await played(world, play, number)

    results: list[RuleResult] = []
    tasks = [asyncio.ensure_future(one(play, number)) for play, number in plays]
    try:
        for (play, number), task in zip(plays, tasks, strict=True):
            results.append(RuleResult(play.rule, play.title, _order(number, play.terms), await task))
            show(results[-1])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return results


def _order(number: str, terms: Terms | None) -> str:
    return f"{number}: {terms.currency} {terms.total:,f}, {terms.stage}, {terms.customer}" if terms else ""
