"""Which state follows which: the whole life of a hold and of a request, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workflows.values import HoldState, Kind, RequestState


class Action(StrEnum):
    """What can happen to a pending request."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    VOID = "void"


REQUEST: Final[Mapping[tuple[RequestState, Action], RequestState]] = MappingProxyType(
    {
        (RequestState.PENDING, Action.APPROVE): RequestState.APPROVED,
        (RequestState.PENDING, Action.REJECT): RequestState.REJECTED,
        (RequestState.PENDING, Action.WITHDRAW): RequestState.WITHDRAWN,
        (RequestState.PENDING, Action.EXPIRE): RequestState.EXPIRED,
        (RequestState.PENDING, Action.VOID): RequestState.VOID,
    }
)

# A placement that came to nothing closes its hold; a release that came to nothing leaves it standing.
HOLD: Final[Mapping[tuple[Kind, HoldState, Action], HoldState]] = MappingProxyType(
    {
        (Kind.PLACE_HOLD, HoldState.REQUESTED, Action.APPROVE): HoldState.ACTIVE,
        (Kind.PLACE_HOLD, HoldState.REQUESTED, Action.REJECT): HoldState.REJECTED,
        (Kind.PLACE_HOLD, HoldState.REQUESTED, Action.WITHDRAW): HoldState.WITHDRAWN,
        (Kind.PLACE_HOLD, HoldState.REQUESTED, Action.VOID): HoldState.WITHDRAWN,
        (Kind.RELEASE_HOLD, HoldState.RELEASE_REQUESTED, Action.APPROVE): HoldState.RELEASED,
        (Kind.RELEASE_HOLD, HoldState.RELEASE_REQUESTED, Action.REJECT): HoldState.ACTIVE,
        (Kind.RELEASE_HOLD, HoldState.RELEASE_REQUESTED, Action.WITHDRAW): HoldState.ACTIVE,
        (Kind.RELEASE_HOLD, HoldState.RELEASE_REQUESTED, Action.EXPIRE): HoldState.ACTIVE,
        (Kind.RELEASE_HOLD, HoldState.RELEASE_REQUESTED, Action.VOID): HoldState.ACTIVE,
    }
)


# A cancel of all that is left closes what held the order.
CLOSED_BY_CANCEL: Final[Mapping[HoldState, HoldState]] = MappingProxyType(
    {
        HoldState.REQUESTED: HoldState.WITHDRAWN,
        HoldState.ACTIVE: HoldState.RELEASED,
        HoldState.RELEASE_REQUESTED: HoldState.RELEASED,
    }
)


def next_request_state(state: RequestState, action: Action) -> RequestState | None:
    """The state that follows, or None where the action does not apply."""
    return REQUEST.get((state, action))


def next_hold_state(kind: Kind, state: HoldState, action: Action) -> HoldState | None:
    return HOLD.get((kind, state, action))
