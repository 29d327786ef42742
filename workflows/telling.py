"""Who is told what: the notices that go with each outcome. What they say is made when they are delivered."""

from collections.abc import Iterable

from workflows.commands import Origin
from workflows.outcome import Notice
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.results import Done, Refusal, Result
from workflows.values import Hold, Kind, Request


def slack_lane(destination: str) -> str:
    return f"slack:{destination}"


def cards(policy: Policy, order: str, request: int, roles: Iterable[str]) -> tuple[Notice, ...]:
    """A card in the channel of each role that signs."""
    return tuple(
        Notice("card", slack_lane(policy.roles[role].channel), {"role": role}, order, request)
        for role in dict.fromkeys(roles)
        if role in policy.roles
    )


def redraws(policy: Policy, request: Request) -> tuple[Notice, ...]:
    """Every card of a request again, from what is stored by then."""
    roles = (*(entry.role for entry in request.sign), request.escalated_to)
    return _redraws(policy, request.order_number, request.number, roles)


def redraw_of_placement(policy: Policy, order: str, placement: int | None, *roles: str) -> tuple[Notice, ...]:
    """The placement's card shows the state of its hold, so it is redrawn when a release changes that."""
    return _redraws(policy, order, placement, roles) if placement else ()


def _redraws(policy: Policy, order: str, request: int, roles: Iterable[str]) -> tuple[Notice, ...]:
    return tuple(
        Notice("card.redraw", slack_lane(policy.roles[role].channel), {"role": role}, order, request)
        for role in dict.fromkeys(roles)
        if role in policy.roles
    )


def reminders(policy: Policy, request: Request, roles: Iterable[str], number: int) -> tuple[Notice, ...]:
    """In the thread of the card in each channel of these roles."""
    channels = dict.fromkeys(policy.roles[role].channel for role in roles if role in policy.roles)
    return tuple(
        Notice("reminder", slack_lane(channel), {"reminder": number}, request.order_number, request.number)
        for channel in channels
    )


def nobody_to_escalate_to(policy: Policy, request: Request, to: str) -> tuple[Notice, ...]:
    """The managers, or where they have no channel those who are to sign, hear that somebody has to be named."""
    own = (policy.roles[entry.role].channel for entry in request.sign if entry.role in policy.roles)
    channel = policy.desk.managers_channel or next(own, policy.desk.floor_channel)
    return (Notice("escalation.stuck", slack_lane(channel), {"to": to}, request.order_number, request.number),)


def review(policy: Policy, hold: Hold) -> tuple[Notice, ...]:
    """The owner of a hold is asked about the date that has come."""
    payload = {"hold": hold.number, "until": hold.until.isoformat() if hold.until else ""}
    return _to_owner(policy, hold, "hold.review", payload)


def extended(policy: Policy, hold: Hold, *, until: str, by: str, note: str) -> tuple[Notice, ...]:
    """`until` "": without a date."""
    return _to_owner(policy, hold, "hold.extended", {"hold": hold.number, "until": until, "by": by, "note": note})


def nudge(policy: Policy, hold: Hold, *, by: str) -> tuple[Notice, ...]:
    """Whoever takes care of a hold, else its owner, hears that somebody waits."""
    return _to_owner(policy, hold, "hold.nudge", {"by": by, "hold": hold.number})


def _to_owner(policy: Policy, hold: Hold, kind: str, payload: dict[str, object]) -> tuple[Notice, ...]:
    role = policy.roles.get(owner_of(policy, None, hold.owner))
    channel = role.channel if role else policy.desk.managers_channel or policy.desk.floor_channel
    return (Notice(kind, slack_lane(channel), payload, hold.order_number, hold.request),)


def reply(
    origin: Origin, user_id: str, result: Result, *, order: str = "", request: int | None = None
) -> Notice | None:
    """The words to the one who acted, where the listener cannot say them itself.

    In the Home tab it is seen that a request is withdrawn: nobody gets a direct message about that.
    """
    nowhere = not (origin.channel or origin.response_url)
    if nowhere and isinstance(result, Done) and result.what == "withdrawn":
        return None
    if origin.says_refused if isinstance(result, Refusal) else origin.says_done:
        return None
    payload = {
        "channel": origin.channel,
        "replaces": origin.replaces,
        "response_url": origin.response_url,
        "result": result.dump(),
        "user": user_id,
    }
    return Notice("reply", f"reply:{user_id}", payload, order, request)


def to_person(person: str, request: Request, what: str, by: str, note: str = "") -> Notice:
    """A direct message about what somebody else did to a request, to the one who asked or a follower."""
    payload = {"by": by, "note": note, "what": what}
    return Notice("outcome", slack_lane(person), payload, request.order_number, request.number)


def floor_news(policy: Policy, request: Request, *, clear: bool, blockers: tuple[str, ...]) -> Notice:
    """What an approved cancel or change means on the floor. `clear`: what is left of the order may ship."""
    payload = {"blockers": list(blockers), "clear": clear}
    return Notice("floor", slack_lane(policy.desk.floor_channel), payload, request.order_number, request.number)


def confirmations(policy: Policy, request: Request) -> tuple[Notice, ...]:
    """E-mails to the one who asked, and to accounts receivable for a cancel or to the floor for a change."""
    order, number, user = request.order_number, request.number, request.requested_by
    office = policy.roles["ar"].email if "ar" in policy.roles else ()
    addresses = office if request.kind is Kind.CANCEL else policy.desk.floor_email
    mails = (
        Notice("request.email", f"email:{address}", {"to": address}, order, number)
        for address in dict.fromkeys(addresses)
    )
    return (Notice("requester.email", f"email:{user}", {"user": user}, order, number), *mails)


def release_announcements(
    policy: Policy, order: str, request: int, *, clear: bool, blockers: tuple[str, ...]
) -> tuple[Notice, ...]:
    """The floor's post and e-mails. `clear` and `blockers` are as the deciding transaction saw them."""
    payload = {"blockers": list(blockers), "clear": clear}
    post = Notice("floor", slack_lane(policy.desk.floor_channel), payload, order, request)
    mails = (
        Notice("floor.email", f"email:{address}", {**payload, "to": address}, order, request)
        for address in dict.fromkeys(policy.desk.floor_email)
    )
    return (post, *mails)


def only(*notices: Notice | None) -> tuple[Notice, ...]:
    return tuple(notice for notice in notices if notice is not None)
