"""Why somebody cannot be a deputy, or an absence not begun or ended."""

from datetime import date
from typing import Final

from workflows.results import Refusal
from workflows.words import Words, listed

UNFIT: Final = {
    "self": "You cannot stand in for yourself. Name somebody else.",
    "past": "That day is over. Name the last day of the absence, for example `until 2026-12-05`.",
    "far": "That is more than a year ahead. Name the last day of the absence.",
    "standing": "{deputy} is not an active member of this workspace, so they cannot sign. Name somebody else.",
    "circle": "{deputy} is away, and whoever signs for {deputy} leads back here: nobody would be there to sign. Name "
    "somebody else.",
    "away": "{deputy} is away until {until}. Name somebody who is there.",
}


class DeputyUnfit(Refusal):
    deputy: str
    why: str
    until: date | None = None

    def sentence(self, words: Words) -> str:
        until = self.until.isoformat() if self.until else ""
        return UNFIT[self.why].format(deputy=words.member(self.deputy), until=until)


class NothingToCover(Refusal):
    member: str

    def sentence(self, words: Words) -> str:
        return f"{words.member(self.member)} has no role on this desk, so there is nothing to sign in their name."


class NotAway(Refusal):
    member: str
    own: bool

    def sentence(self, words: Words) -> str:
        return "You are not away." if self.own else f"{words.member(self.member)} is not away."


class AdminsOnly(Refusal):
    """`can`: who may."""

    what: str
    can: tuple[str, ...]

    def sentence(self, words: Words) -> str:
        people = listed([words.member(member) for member in self.can])
        return f"Only an admin of the desk can {self.what}. {f'Ask {people}.' if people else 'Nobody is one yet.'}"
