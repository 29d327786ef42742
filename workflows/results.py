"""What a service answers: `Done`, or a refusal that writes its own sentence. Both are stored, sent and read back."""

from datetime import date
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import Field

from workflows.asked import Cancellation, Change
from workflows.frozen import Value
from workflows.words import Words, listed


class Signers(Value):
    """A role whose signature is needed, and the people who can give it now."""

    role: str
    label: str
    members: tuple[str, ...]

    def sentence(self, words: Words) -> str:
        people = listed([*dict.fromkeys(words.member(member) for member in self.members)])
        return f"{words.text(self.label)} ({people})" if people else f"{words.text(self.label)} (nobody at the moment)"


def who_can(signers: tuple[Signers, ...], words: Words, last: str = "or") -> str:
    return listed([group.sentence(words) for group in signers], last)


class Done(Value):
    """What came about. `request` and `hold` are numbers; 0 until the store has given them."""

    what: str  # placed | requested | release_requested | signed | approved | rejected | withdrawn | joined
    kind: str
    request: int
    hold: int
    order: str
    reason: str
    sign: tuple[Signers, ...] = ()  # who has still to sign
    blockers: tuple[str, ...] = ()  # after a release: what still stops the order
    by: str = ""
    asked: Annotated[Cancellation | Change, Field(discriminator="kind")] | None = None
    blocked: tuple[str, ...] = ()  # units of the lines asked about that stay as they are, and why
    rule: str = ""  # which rule applies, and who signs by it
    deputy: str = ""
    until: date | None = None  # the last day of an absence
    roles: tuple[str, ...] = ()  # labels of what a deputy signs as

    def dump(self) -> dict[str, Any]:
        return {"done": self.model_dump(mode="json")}


class Refusal(Value):
    """Why something did not happen. A subclass is a noun phrase; its sentence says what, why, and what to do."""

    KINDS: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.KINDS[cls.__name__] = cls

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def field(self) -> str:
        """The form field to blame, where there is one."""
        return ""

    def sentence(self, words: Words) -> str:
        raise NotImplementedError

    def facts(self) -> dict[str, Any]:
        """What the check saw, for the audit."""
        return self.model_dump(mode="json")

    def dump(self) -> dict[str, Any]:
        return {"refused": self.name, "facts": self.facts()}

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        return cast("Self", cls.KINDS[data["refused"]].model_validate(data["facts"]))


Result = Done | Refusal


def read_result(data: dict[str, Any]) -> Result:
    """The result that `dump` wrote, with the numbers that the store put beside it."""
    if "done" not in data:
        return Refusal.read(data)
    done = Done.model_validate(data["done"])
    return numbered(done, *data.get("numbers", (0, 0)))


def numbered(result: Result, request: int, hold: int) -> Result:
    """The result with the numbers of what the command made."""
    if isinstance(result, Refusal):
        return result
    return result.model_copy(update={"request": result.request or request, "hold": result.hold or hold})
