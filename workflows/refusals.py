"""Every way the desk says no, each with its own sentence."""

from datetime import date, datetime

from workflows.results import Refusal, Signers, who_can
from workflows.words import Words, listed


class NotSetUp(Refusal):
    def sentence(self, words: Words) -> str:
        return "Redtag is not set up for this workspace yet. Any full member here can do it: type `/desk setup`."


STANDINGS = {
    "guest": "Guests of this workspace cannot use the order desk. Ask a full member to do it for you.",
    "bot": "Only people can act on orders, not apps or bots.",
    "stranger": "You belong to another workspace, so you cannot act on orders here. Ask a member of this one.",
    "deactivated": "Your account is deactivated here, so nothing was done.",
    "unknown": "Slack could not tell me who you are just now, so nothing was done. Please try again in a minute.",
}


class NotAMember(Refusal):
    standing: str

    def sentence(self, words: Words) -> str:
        return STANDINGS[self.standing]


class MayNotAsk(Refusal):
    what: str
    roles: tuple[str, ...]

    def sentence(self, words: Words) -> str:
        roles = listed([words.text(role) for role in self.roles])
        return f"You cannot ask to {self.what}: this desk leaves that to {roles}. Ask one of them to do it."


class NotYourRole(Refusal):
    """Something that is left to some roles, such as bringing orders in."""

    what: str
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        start = f"You cannot {words.text(self.what)}: this desk leaves that to"
        return f"{start} {who_can(self.sign, words)}. Ask one of them to do it."


class OrderUnknown(Refusal):
    typed: str
    close: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        start = f"There is no order {words.strong(self.typed)} on this desk."
        if not self.close:
            return f"{start} Check the number, or ask for the newest order file to be imported."
        return f"{start} Did you mean {listed([words.strong(number) for number in self.close])}?"


class OrderNumberMalformed(Refusal):
    typed: str
    problem: str

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        return words.text(self.problem)


class ReasonUnknown(Refusal):
    typed: str
    reasons: tuple[tuple[str, str], ...]

    @property
    def field(self) -> str:
        return "reason"

    def sentence(self, words: Words) -> str:
        known = ", ".join(f"{words.strong(code)} ({words.text(label)})" for code, label in self.reasons)
        start = f"{words.strong(self.typed)} is not a reason here." if self.typed else "A reason is missing."
        return f"{start} Choose one of: {known}."


class NoteMissing(Refusal):
    why: str

    @property
    def field(self) -> str:
        return "note"

    def sentence(self, words: Words) -> str:
        return f"{words.text(self.why)} needs a note: add a few words that say why."


class UntilIsPast(Refusal):
    until: date
    today: date

    @property
    def field(self) -> str:
        return "until"

    def sentence(self, words: Words) -> str:
        return f"{self.until} is past: today is {self.today}. Give a later date, or none."


class NotLater(Refusal):
    """Asked about a hold today, its owner can only give a later day."""

    until: date
    today: date

    @property
    def field(self) -> str:
        return "until"

    def sentence(self, words: Words) -> str:
        return f"{self.until} is not later than today, {self.today}. Give a later date, or none to keep it without."


class NotYoursToExtend(Refusal):
    hold: int
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        return f"H-{self.hold} is not yours to extend. {who_can(self.sign, words)} can, who owns its reason."


class NothingToHold(Refusal):
    order: str
    stage: str

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} is already {self.stage}, so there is nothing left to hold."


class AlreadyHeld(Refusal):
    order: str
    hold: int
    request: int | None
    reason: str
    state: str
    by: str
    at: datetime

    @property
    def field(self) -> str:
        return "reason"

    def sentence(self, words: Words) -> str:
        order, hold = words.strong(self.order), f"(H-{self.hold}, {words.text(self.reason)})"
        by = f"asked for by {words.member(self.by)}, {words.when(self.at)}"
        if self.state == "requested":
            return f"{order} already has this hold {hold}, {by}. It waits for a signature: R-{self.request}."
        return f"{order} already has this hold {hold}, {by}. The order is stopped: there is nothing to do."


class AlreadyAsked(Refusal):
    order: str
    hold: int
    request: int
    by: str
    at: datetime
    sign: tuple[Signers, ...]

    @property
    def field(self) -> str:
        return "hold"

    def sentence(self, words: Words) -> str:
        return (
            f"{words.member(self.by)} asked for the release of H-{self.hold} already, {words.when(self.at)}. "
            f"R-{self.request} waits for {who_can(self.sign, words, 'and')}."
        )


class NoOpenHold(Refusal):
    order: str

    @property
    def field(self) -> str:
        return "order"

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} has no open hold, so there is nothing to release."


class HoldUnknown(Refusal):
    order: str
    typed: str
    holds: tuple[tuple[int, str], ...]

    @property
    def field(self) -> str:
        return "hold"

    def sentence(self, words: Words) -> str:
        known = listed([f"H-{number} ({words.text(reason)})" for number, reason in self.holds])
        return f"{words.strong(self.typed)} is not an open hold of {words.strong(self.order)}. Open now: {known}."


class SeveralHolds(Refusal):
    order: str
    holds: tuple[tuple[int, str], ...]

    @property
    def field(self) -> str:
        return "hold"

    def sentence(self, words: Words) -> str:
        known = listed([f"H-{number} ({words.text(reason)})" for number, reason in self.holds], "and")
        return (
            f"{words.strong(self.order)} has {len(self.holds)} open holds: {known}. "
            f"Say which one, for example `/release {words.text(self.order)} H-{self.holds[0][0]}`."
        )


class HoldNotYetActive(Refusal):
    order: str
    hold: int
    request: int | None
    by: str

    @property
    def field(self) -> str:
        return "hold"

    def sentence(self, words: Words) -> str:
        return (
            f"H-{self.hold} on {words.strong(self.order)} is only asked for (R-{self.request}), not in force. "
            f"{words.member(self.by)} can withdraw it, or its signer can reject it."
        )


class RequestUnknown(Refusal):
    request: int

    def sentence(self, words: Words) -> str:
        return (
            f"There is no request R-{self.request} on this desk. `/order` with its order's number lists what there is."
        )


ENDS = {
    "approved": "was approved by {who}, {when}",
    "rejected": "was rejected by {who}, {when}",
    "withdrawn": "was withdrawn by {who}, {when}",
    "expired": "has expired, {when}",
    "void": "is void: {who} found, {when}, that the order had moved on",
}


class AlreadyDecided(Refusal):
    request: int
    state: str
    by: str | None
    at: datetime

    def sentence(self, words: Words) -> str:
        who = words.member(self.by) if self.by else "somebody"
        ended = ENDS[self.state].format(who=who, when=words.when(self.at))
        return f"R-{self.request} {ended}. Your click changed nothing."


class NotYoursToSign(Refusal):
    request: int
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        if not any(group.members for group in self.sign):
            return f"R-{self.request} is not yours to sign, and nobody else can sign it now: please tell an admin."
        return f"R-{self.request} is not yours to sign. {who_can(self.sign, words)} can."


class OwnRequest(Refusal):
    request: int
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        return (
            f"R-{self.request} is your own request, so somebody else signs it: {who_can(self.sign, words)}. "
            "If you no longer need it, withdraw it."
        )


class AlreadySigned(Refusal):
    request: int
    at: datetime
    sign: tuple[Signers, ...]

    def sentence(self, words: Words) -> str:
        return (
            f"You signed R-{self.request} already, {words.when(self.at)}. "
            f"It still needs {who_can(self.sign, words, 'and')}: each signature comes from another person."
        )


class OrderMoved(Refusal):
    request: int
    order: str
    moves: tuple[str, ...]
    by: str  # who had asked

    def sentence(self, words: Words) -> str:
        moved = "; ".join(words.text(move) for move in self.moves[:5])
        more = f"; and {len(self.moves) - 5} more" if len(self.moves) > 5 else ""
        return (
            f"{words.strong(self.order)} moved on since R-{self.request} was asked: {moved}{more}. "
            f"The request is void. {words.member(self.by)} can ask again with today's values."
        )


class CardOutdated(Refusal):
    request: int

    def sentence(self, words: Words) -> str:
        return f"This card shows an older version of R-{self.request}. Please look at the newest one, then decide."


class NotYoursToWithdraw(Refusal):
    request: int
    by: str

    def sentence(self, words: Words) -> str:
        return f"Only {words.member(self.by)}, who asked for R-{self.request}, can withdraw it. A signer can reject it."


class FormNotOpened(Refusal):
    typed: str

    def sentence(self, words: Words) -> str:
        do = f"Type it instead: `{self.typed}`" if self.typed.startswith("/") else f"Please {self.typed}."
        return f"Slack did not open the form just now. {do}"


IMPORTS = {
    "waiting": "{file} is being read again. Its preview follows.",
    "asking": "The columns of {file} have to be matched first.",
    "previewed": "{file} waits for a yes or no. Use the newest preview.",
    "confirmed": "{by} said yes already: {file} is being imported.",
    "done": "{file} was imported already, by {by}.",
    "declined": "{by} said not now: {file} was not imported. To try again, use `/desk import`.",
    "failed": "{file} could not be imported. To try again, use `/desk import`.",
}


class ImportDecided(Refusal):
    """A button of a preview whose import has gone on since."""

    file: str
    state: str
    by: str

    def sentence(self, words: Words) -> str:
        by = words.member(self.by) if self.by else "somebody"
        return IMPORTS.get(self.state, IMPORTS["waiting"]).format(file=words.strong(self.file), by=by)


class MissingDecided(Refusal):
    """What became of the orders that were not in a file has been said."""

    by: str

    def sentence(self, words: Words) -> str:
        who = words.member(self.by) if self.by else "Somebody"
        return f"{who} has said already what became of these orders."


class OrderOutOfReach(Refusal):
    """A step of a bulk that could not be done in several tries."""

    order: str

    def sentence(self, words: Words) -> str:
        return f"{words.strong(self.order)} could not be reached for a while, so nothing was done. Please try it alone."


class ButtonUnknown(Refusal):
    def sentence(self, words: Words) -> str:
        return "This button is from an older version of Redtag and does nothing any more. See `/desk help`."
