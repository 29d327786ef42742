"""What the API needs from outside, as shapes. The store and the desk's service supply them."""

from typing import Protocol

from workflows.views import OrderView


class Orders(Protocol):
    async def order(self, desk_id: str, typed: str) -> OrderView | None:
        """An order by the number as somebody typed it; None where the desk has none."""
