"""Why a hold is not nudged, or not given into somebody's care."""

from datetime import datetime

from workflows.results import Refusal, Signers, who_can
from workflows.words import Words, listed


class NudgedLately(Refusal):
    hold: int
    at: datetime

    def sentence(self, words: Words) -> str:
        return (
            f"H-{self.hold} was nudged already, {words.when(self.at)}. "
            "One nudge an hour is enough: try again later, or ask in person."
        )


class NotYoursToAssign(Refusal):
    order: str
    hold: int
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        return f"Who takes care of H-{self.hold} is not yours to say. {who_can(self.sign, words)} can."


class CannotTakeCare(Refusal):
    order: str
    hold: int
    member: str
    sign: tuple[Signers, ...]

    @property
    def field(self) -> str:
        return "member"

    def sentence(self, words: Words) -> str:
        others = listed([words.member(member) for group in self.sign for member in group.members])
        choose = f"Choose {others}." if others else "Nobody is there who could."
        return f"{words.member(self.member)} cannot act on H-{self.hold} today. {choose}"
