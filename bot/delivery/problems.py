"""What went wrong with a call to Slack, and whether trying again can help."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.delivery.trying import again
from workflows.notices import Claimed, Dead, Retry, Skipped

# Everything that a call through the SDK raises when it fails.
CALL_ERRORS: Final = (SlackClientError, aiohttp.ClientError, OSError, json.JSONDecodeError)
LONGEST_WAIT: Final = 3600
NETWORK: Final = "network"


class Kind(Enum):
    LATER = auto()  # too many calls: not before the time that Slack names
    NOT_SENT = auto()  # it certainly did not arrive
    UNCLEAR = auto()  # it may have arrived
    REFUSED = auto()  # it will be refused again until somebody changes something


CODES: Final[Mapping[str, Kind]] = {
    "ratelimited": Kind.LATER,
    "rate_limited": Kind.LATER,
    "message_limit_exceeded": Kind.NOT_SENT,
    "org_login_required": Kind.NOT_SENT,  # the workspace is being moved
    "team_added_to_org": Kind.NOT_SENT,
    "request_timeout": Kind.NOT_SENT,  # Slack did not get the whole request
    "fatal_error": Kind.UNCLEAR,
    "internal_error": Kind.UNCLEAR,
    "service_unavailable": Kind.UNCLEAR,
}
"""All other errors that Slack names are refusals."""

ADVICE: Final[Mapping[str, str]] = {
    "account_inactive": "the app was removed from the workspace; install it again",
    "cannot_dm_bot": "bots cannot be written to",
    "channel_not_found": "the channel is gone, or private and the app is not in it; invite the app or name another",
    "invalid_auth": "the bot token is wrong; set the right one",
    "invalid_blocks": "Slack refuses the message; please report this",
    "is_archived": "the channel is archived; name another",
    "is_inactive": "the channel is archived; name another",
    "messages_tab_disabled": "switch on the Messages tab of the app's Home",
    "missing_scope": "the app lacks a permission; install it again",
    "msg_too_long": "the message is too long; please report this",
    "no_permission": "the app may not post there",
    "not_in_channel": "invite the app to the channel",
    "restricted_action": "the workspace does not let the app post there",
    "token_revoked": "the bot token was revoked; install the app again",
    "user_disabled": "this person has left Slack",
    "user_not_found": "there is no such member any more",
}
# What Slack answers, in one method or another, where it is a person who is to be reached and the person is gone.
GONE_PERSON: Final = frozenset({"channel_not_found", "is_archived", "is_inactive", "user_disabled", "user_not_found"})


@dataclass(frozen=True, slots=True)
class Problem:
    kind: Kind
    code: str
    wait: timedelta | None = None

    @property
    def is_silence(self) -> bool:
        """No answer at all, as against one that says it failed."""
        return self.code.startswith(NETWORK)

    @property
    def words(self) -> str:
        return f"{self.code}: {ADVICE[self.code]}" if self.code in ADVICE else self.code


def problem_of(error: Exception) -> Problem:
    """What an exception of CALL_ERRORS means. An address or a token never gets into the words."""
    if isinstance(error, SlackApiError):
        return _answered(error.response)
    name = f"{NETWORK}: {type(error).__name__}"
    # Refused, unresolved or not connected in time: no byte of the request left.
    unconnected = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return Problem(Kind.NOT_SENT if unconnected else Kind.UNCLEAR, name)


def _answered(response: Any) -> Problem:
    """The SDK gives its own response, or the bare HTTP one where the body was not JSON."""
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, Mapping) else ""
    return judged(status, code, getattr(response, "headers", None) or {})


def judged(status: int, code: str, headers: Mapping[str, str]) -> Problem:
    if status == 429 or CODES.get(code) is Kind.LATER:
        return Problem(Kind.LATER, code or "ratelimited", retry_after(headers))
    no = bool(code or status >= 400) and status < 500 and status != 408
    return Problem(CODES.get(code, Kind.REFUSED if no else Kind.UNCLEAR), code or f"HTTP {status}")


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """At least a second, and an hour at most."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 1
    return timedelta(seconds=min(max(seconds, 1), LONGEST_WAIT))


def settled(claimed: Claimed, problem: Problem, *, repeatable: bool = False) -> Retry | Dead:
    """`repeatable`: doing it twice is the same as once, so nothing about it is unclear."""
    if problem.kind is Kind.REFUSED:
        return Dead(problem.words)
    if problem.wait is not None:
        return Retry(problem.wait, problem.words, definite=True, lane_wait=problem.wait)
    return again(claimed, problem.words, definite=repeatable or problem.kind is Kind.NOT_SENT)


def settled_with_person(claimed: Claimed, problem: Problem, *, repeatable: bool = False) -> Retry | Dead | Skipped:
    """The same, where nobody is missed who has left: there is nothing to mend, and nobody who could read it."""
    if problem.code in GONE_PERSON:
        return Skipped(f"{problem.code}: this person has left Slack, or cannot be written to")
    return settled(claimed, problem, repeatable=repeatable)
