"""Calls to other systems, as Standard Webhooks has them: signed, one id for all tries, the same bytes each time."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import aiohttp
from aiohttp.connector import AddrInfoType
from standardwebhooks import Webhook

from bot.delivery.ports import Hook
from bot.delivery.trying import again
from workflows.notices import Claimed, Dead, Retry, Sent, Settlement

SECONDS: Final = 15.0  # for one whole try; whoever takes longer may have accepted it, and gets it again
GONE: Final = 410  # the one answer that says: never again
READ: Final = 2000  # of an answer, whose content does not matter
# Ranges that carry an IPv4 address within an IPv6 one, and so lead past a look at the outer address.
_TUNNELS: Final = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "2002::/16", "2001::/32"))


class PrivateAddressError(OSError):
    """The hook's host is on this machine, in its network, or nowhere that the internet reaches."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"the address leads to {address}, which is not public: correct it in the policy, or set "
            "REDTAG_ALLOW_PRIVATE_HOOKS=1 where this is meant"
        )


def is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not any(found in net for net in _TUNNELS)


def _public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for an address that is connected to right away, so that no second look-up can lead elsewhere."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError(str(address[0]))
    return socket.socket(family, kind, protocol)


@asynccontextmanager
async def hook_session(*, allow_private: bool) -> AsyncIterator[aiohttp.ClientSession]:
    """No proxy, no cookies, no redirects: nothing leads away from the address that was looked at."""
    connector = aiohttp.TCPConnector(
        socket_factory=None if allow_private else _public_socket, use_dns_cache=False, limit=50, force_close=True
    )
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar, trust_env=False) as session:
        yield session


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
