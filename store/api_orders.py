"""Orders that other systems write: through the same import as files, one order or a whole file of them."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO, Final

from store.import_session import Session
from store.imports import import_orders
from store.line_moves import check_version, move_line
from store.mappings import Mappings
from store.pool import Pool
from store.reading import Reading
from workflows.imports.files import open_orders
from workflows.imports.one_order import PRESET
from workflows.imports.report import ImportReport
from workflows.imports.rules import rules_of
from workflows.imports.values import RefusedRow
from workflows.policy.model import Policy
from workflows.ports import Unavailable
from workflows.systems import Caller

MOST_REFUSED: Final = 1_000


class ApiOrders(Reading):
    """See `bot.web.api.ports.WritableOrders`."""

    def __init__(self, pool: Pool, url: str) -> None:
        super().__init__(pool)
        self._url = url
        self._mappings = Mappings(pool)

    async def put(
        self, caller: Caller, number: str, file: bytes, version: int | None
    ) -> tuple[ImportReport, Sequence[RefusedRow]]:
        """One order in the `redtag` shape. Says nothing of any other. Raises OrderNotThere and VersionMoved."""
        rules = replace(rules_of(await self._policy(caller)), literal=True)
        stored = rules.number(number) or number

        def same_version(session: Session) -> None:
            if version is not None:
                check_version(session, stored, version)

        def run() -> tuple[ImportReport, Sequence[RefusedRow]]:
            refused: list[RefusedRow] = []
            found = open_orders(io.BytesIO(file), caller.name, rules, preset=PRESET)
            report = import_orders(
                self._url,
                caller.desk_id,
                found,
                by=caller.actor,
                refused=refused.append,
                whole=False,
                alone=same_version,
            )
            return report, refused

        return await asyncio.to_thread(run)

    async def import_file(
        self, caller: Caller, file: BinaryIO, name: str, preset: str | None, *, dry_run: bool
    ) -> tuple[ImportReport, Sequence[RefusedRow]]:
        """With the first refused rows. Raises UnreadableFile."""
        policy = await self._policy(caller)
        mappings = await self._mappings.all(caller.desk_id)

        def run() -> tuple[ImportReport, Sequence[RefusedRow]]:
            refused: list[RefusedRow] = []
            found = open_orders(file, name, rules_of(policy), preset=preset, mappings=mappings)
            report = import_orders(
                self._url,
                caller.desk_id,
                found,
                by=caller.actor,
                dry_run=dry_run,
                refused=lambda row: refused.append(row) if len(refused) < MOST_REFUSED else None,
            )
            return report, refused

        return await asyncio.to_thread(run)

    async def move(
        self, caller: Caller, place: tuple[str, int], wanted: Mapping[str, int], *, version: int | None
    ) -> bool:
        """Raises OrderNotThere, VersionMoved and Contradiction."""
        return await asyncio.to_thread(move_line, self._url, caller, place, wanted, version=version)

    async def _policy(self, caller: Caller) -> Policy:
        policy = await self.policy(caller.desk_id)
        if policy is None:
            raise Unavailable("the desk has no policy")
        return policy
