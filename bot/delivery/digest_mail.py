"""The digest as an e-mail."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.delivery.mails import Words, written


@dataclass(frozen=True, slots=True)
class Item:
    """`title` stands out; `detail` is what there is to say of it. All ready to be shown, nothing escaped."""

    title: str
    detail: str
    age: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    items: Sequence[Item]
    more: int = 0  # how many there are beyond these


@dataclass(frozen=True, slots=True)
class DigestMail:
    desk: str
    day: str
    headline: str
    at_risk: str
    on_hold: str
    quiet: str = ""  # all that there is to say on a quiet day
    parts: Sequence[Part] = ()


def digest_mail(values: DigestMail) -> Words:
    return written("digest", {**asdict(values), "customer": "", "order": f"Digest of {values.day}"})
