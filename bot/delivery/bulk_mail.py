"""The e-mails about many orders at once: to the floor, to accounts receivable, to the one who asked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.delivery.mails import Words, written


@dataclass(frozen=True, slots=True)
class BulkMail:
    """All ready to be shown, nothing escaped. The lists have a line for each order.

    `clear` may ship and `held` may not, for the floor; `done` are those that were decided, for everybody else.
    """

    bulk: str  # B-7
    headline: str  # Release of 38 orders
    summary: str  # 38 released by Rosa Alvarez
    held_for: str  # labels
    because: str
    requester: str
    value: str  # of the orders, by currency
    clear: Sequence[str] = ()
    held: Sequence[str] = ()
    done: Sequence[str] = ()
    stops: Sequence[str] = ()  # what somebody has to put back
    refund: str = ""
    note: str = ""
    desk: str = ""


def bulk_mail(values: BulkMail) -> Words:
    """The words "Clear to ship" stand in it if something may ship, above those orders, and nowhere otherwise."""
    return written("bulk", asdict(values))
