"""The e-mail to a role whose card Slack does not show."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.mails import Words, unpromised_mail


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a role, and where to sign it; all ready to be shown, nothing escaped."""

    order: str
    customer: str
    request: str
    headline: str  # Cancel ORD-123?
    role: str  # its label
    code: str  # its name in the policy, as `/desk queue` takes it
    why: str  # what keeps the card from its channel
    reason: str  # its label
    requester: str
    signers: str  # Rosa Alvarez or Ivan Petrov
    value: str
    lines: Sequence[str]  # of the order, or what is to be cancelled or changed
    more_lines: int = 0
    ship_by: str = ""
    note: str = ""
    desk: str = ""
    others: int = 0  # orders asked about together with this one, for which the same holds
    bulk: str = ""  # B-7


def waiting_mail(values: Waiting) -> Words:
    return unpromised_mail("waiting", values)
