"""What the API needs from outside, as shapes. The store and the desk's service supply them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from workflows.commands import Command
from workflows.imports.report import ImportReport
from workflows.imports.values import RefusedRow
from workflows.results import Result
from workflows.services import Claim
from workflows.systems import Caller
from workflows.values import Hold
from workflows.views import OrderView, RequestView


class Orders(Protocol):
    async def order(self, desk_id: str, typed: str) -> OrderView | None:
        """An order by the number as somebody typed it; None where the desk has none."""

    async def request(self, desk_id: str, number: int) -> RequestView | None: ...


class WritableOrders(Orders, Protocol):
    """Refused rows name the cells of a file; see `workflows.imports.values`."""

    async def put(
        self, caller: Caller, number: str, file: bytes, version: int | None
    ) -> tuple[ImportReport, Sequence[RefusedRow]]:
        """Import one order in the `redtag` shape. Raises OrderNotThere and VersionMoved."""

    async def import_file(
        self, caller: Caller, file: BinaryIO, name: str, preset: str | None, *, dry_run: bool
    ) -> tuple[ImportReport, Sequence[RefusedRow]]:
        """With the first refused rows. Raises UnreadableFile."""

    async def move(
        self, caller: Caller, place: tuple[str, int], wanted: Mapping[str, int], *, version: int | None
    ) -> bool:
        """Whether units of a line moved. Raises OrderNotThere, VersionMoved and Contradiction."""


class Lists(Protocol):
    async def holds(
        self, desk_id: str, filters: Mapping[str, Any], *, after: int | None, most: int, only_open: bool
    ) -> Sequence[Hold]:
        """By number. `filters`: order, reason, role, states; None leaves one out."""

    async def audit(
        self,
        desk_id: str,
        *,
        order: str | None,
        since: datetime | None,
        after: tuple[datetime, str, int] | None,
        most: int,
    ) -> Sequence[Mapping[str, Any]]:
        """Entries by time. A `since` without a time zone is meant in the desk's."""


class Service(Protocol):
    async def handle(self, desk_id: str, claim: Claim, command: Command) -> Result: ...
