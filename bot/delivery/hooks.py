"""Calls to other systems, as Standard Webhooks has them: signed, one id for all tries, the same bytes each time."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook

from bot.delivery.ports import Hook
from bot.delivery.trying import again
from bot.outbound import guarded_session
from workflows.notices import Claimed, Dead, Retry, Sent, Settlement

SECONDS: Final = 15.0  # for one whole try; whoever takes longer may have accepted it, and gets it again
GONE: Final = 410  # the one answer that says: never again
READ: Final = 2000  # of an answer, whose content does not matter


def hook_session(*, allow_private: bool) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
    return guarded_session(allow_private=allow_private, seconds=SECONDS)


class HookSender:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, claimed: Claimed, hook: Hook) -> Settlement:
        if not hook.secret:
            return Dead(f"the environment variable {hook.secret_name}, which holds the hook's secret, is not set")
        try:
            headers = signed(hook, datetime.now(UTC))
        except ValueError:
            return Dead(f"the hook's secret in {hook.secret_name} cannot be read: it is base64, as in whsec_…")
        try:
            async with self._session.post(
                hook.url, data=hook.body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(READ)
                return judged(claimed, answer.status)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return Dead("the hook's address in the policy is not a URL")
        except aiohttp.ClientConnectorError as failed:
            return _not_connected(claimed, failed)
        except (aiohttp.ClientError, TimeoutError, OSError) as failed:
            # It may have arrived and been accepted. The next try carries the same id, so that twice is once.
            return again(claimed, f"no answer ({type(failed).__name__})", definite=False)


def signed(hook: Hook, at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks. Raises ValueError for a secret that is none."""
    at = at.replace(microsecond=0)
    try:
        signature = Webhook(hook.secret).sign(hook.webhook_id, at, hook.body)
    except Exception as bad:  # the library's own error is no ValueError, and base64's is
        raise ValueError("secret") from bad
    return {
        "content-type": "application/json",
        "user-agent": "redtag",
        "webhook-id": hook.webhook_id,
        "webhook-signature": signature,
        "webhook-timestamp": str(int(at.timestamp())),
    }


def judged(claimed: Claimed, status: int) -> Settlement:
    """Everything but a 2xx is tried again: whoever answers 404 during a deployment still owes somebody money."""
    if 200 <= status < 300:
        return Sent(facts={"status": status})
    if status == GONE:
        return Dead("HTTP 410: the receiver wants no more calls")
    moved = ", a redirect, which is not followed" if 300 <= status < 400 else ""
    return again(claimed, f"HTTP {status}{moved}", definite=True)


def _not_connected(claimed: Claimed, failed: aiohttp.ClientConnectorError) -> Retry | Dead:
    words = str(failed.os_error)
    if "which is not public" in words:
        return Dead(words)
    return again(claimed, f"cannot connect: {words}"[:300], definite=True)
