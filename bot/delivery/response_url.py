"""The address that Slack hands out with a click or a command, good for five answers in 30 minutes."""

import json
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.delivery.ports import Reply
from bot.delivery.problems import CALL_ERRORS, Kind, Problem, judged, problem_of

HOOKS: Final = URL("https://hooks.slack.com")


class ResponseUrls:
    def __init__(self, session: aiohttp.ClientSession, slack_api_url: str) -> None:
        self._session = session
        self._origins = {HOOKS, URL(slack_api_url).origin()}

    async def answer(self, reply: Reply) -> Problem | None:
        """None when Slack took it; a refusal where the address is missing, foreign, used up or expired."""
        if not self._is_slacks(reply.response_url):
            return Problem(Kind.REFUSED, "no response_url")
        try:
            # A redirect would lead away from the one place that was checked.
            async with self._session.post(reply.response_url, json=_body(reply), allow_redirects=False) as answer:
                return _judged(answer, await answer.text(errors="replace"))
        except CALL_ERRORS as error:
            return problem_of(error)

    def _is_slacks(self, address: str) -> bool:
        """It came in a signed payload, yet nothing but Slack's own host is ever called."""
        try:
            url = URL(address)
            return url.user is None and url.origin() in self._origins
        except ValueError:
            return False


def _body(reply: Reply) -> dict[str, Any]:
    body: dict[str, Any] = {
        "replace_original": reply.replace_original,
        "response_type": "ephemeral",
        "text": reply.text,
    }
    return body | {"blocks": [*reply.blocks]} if reply.blocks else body


def _judged(answer: aiohttp.ClientResponse, text: str) -> Problem | None:
    """The good answer is the word `ok`; a refusal is JSON, or no more than a status."""
    code = _error(text)
    if answer.status == 200 and not code:
        return None
    return judged(answer.status, code, answer.headers)


def _error(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said.get("error") or "") if isinstance(said, dict) and not said.get("ok") else ""
