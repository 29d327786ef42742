"""E-mail through Resend. Every attempt carries the notice's own idempotency key, so twice is once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

import aiohttp
import resend
import structlog
from resend.exceptions import ResendError
from resend.http_client_async import AsyncHTTPClient

from bot.delivery.ports import Mail
from bot.delivery.problems import retry_after
from bot.delivery.trying import again
from workflows.notices import Claimed, Dead, Retry, Sent, Settlement, Skipped

LONGEST_ADDRESS: Final = 320
LONGEST_SUBJECT: Final = 998
QUOTA_WAIT: Final = timedelta(hours=1)
QUOTAS: Final = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})

log = structlog.get_logger(__name__)


class EmailSender:
    """Without a key or a sender's address every mail is skipped."""

    def __init__(self, session: aiohttp.ClientSession, api_key: str, api_url: str, sender: str) -> None:
        self._http = _Http(session)
        self._api_key = api_key
        self._api_url = api_url.rstrip("/")
        self._sender = sender

    async def send(self, claimed: Claimed, mail: Mail) -> Settlement:
        missing = [name for name, value in self._needs() if not value]
        if missing:
            return Skipped(f"no {missing[0]}")
        if wrong := wrong_with(mail):
            return Dead(wrong)
        try:
            answer = await self._send(mail)
        except ResendError as error:
            return judged(claimed, error)
        return Sent(facts={"mail": str(answer.get("id", ""))})

    def _needs(self) -> tuple[tuple[str, str], ...]:
        return ("RESEND_API_KEY", self._api_key), ("REDTAG_EMAIL_FROM", self._sender)

    async def _send(self, mail: Mail) -> dict[str, Any]:
        # The SDK keeps these in its module and reads them before it first waits for anything. Set right here, they
        # are ours for this call, however many senders there are.
        resend.api_key = self._api_key
        resend.api_url = self._api_url
        resend.default_async_http_client = self._http
        parameters: resend.Emails.SendParams = {
            "from": self._sender,
            "html": mail.html,
            "subject": mail.subject,
            "text": mail.text,
            "to": [mail.to],
        }
        answer = await resend.Emails.send_async(parameters, {"idempotency_key": mail.key})
        return cast("dict[str, Any]", answer)


class _Http(AsyncHTTPClient):
    """The SDK's own makes a new connection, and a new TLS context, for each mail."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(  # noqa: PLR0917 - the SDK's signature
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,  # noqa: ARG002
        data: dict[str, str] | None = None,  # noqa: ARG002
    ) -> tuple[bytes, int, Mapping[str, str]]:
        async with self._session.request(method, url, headers=headers, json=json, allow_redirects=False) as answer:
            return await answer.read(), answer.status, answer.headers


def wrong_with(mail: Mail) -> str:
    """What makes this a mail that must not leave, or an empty string."""
    if any(not char.isprintable() for char in mail.to) or mail.to.count("@") != 1 or " " in mail.to:
        return "the recipient is not an e-mail address"
    if len(mail.to) > LONGEST_ADDRESS:
        return "the recipient's address is too long"
    if "\r" in mail.subject or "\n" in mail.subject or len(mail.subject) > LONGEST_SUBJECT:
        return "the subject is not one line"
    return ""


def judged(claimed: Claimed, error: ResendError) -> Retry | Dead:
    """Nothing is ever unclear about a mail: the key makes another try the same as the first."""
    status, name = int(error.code), error.error_type
    words = f"{name} (HTTP {status}): {error.message}"
    if name in QUOTAS:
        log.error("mail.quota_used_up", error=name)
        return Retry(QUOTA_WAIT, words, definite=True, lane_wait=QUOTA_WAIT)
    if status == 429:
        wait = retry_after(error.headers)
        return Retry(wait, words, definite=True, lane_wait=wait)
    if status >= 500 or status == 408 or name == "concurrent_idempotent_requests":
        return again(claimed, words, definite=True)
    if name == "invalid_idempotent_request":
        log.error("mail.changed_between_attempts", notice=claimed.id, trace=claimed.trace)
    return Dead(words)


async def sender_domains(session: aiohttp.ClientSession, api_key: str, api_url: str) -> Mapping[str, str]:
    """The domains of the account, each with its state, as `verified`. Raises ResendError."""
    resend.api_key = api_key
    resend.api_url = api_url.rstrip("/")
    resend.default_async_http_client = _Http(session)
    answer = await resend.Domains.list_async({"limit": 100})
    return {str(domain["name"]).lower(): str(domain["status"]) for domain in answer["data"]}
