"""Addresses that people write into a policy or a command, and how far they may lead: to the public internet only."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp.connector import AddrInfoType

# Ranges that carry an IPv4 address within an IPv6 one, and so lead past a look at the outer address.
_TUNNELS: Final = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "2002::/16", "2001::/32"))


class PrivateAddressError(OSError):
    """The host is on this machine, in its network, or nowhere that the internet reaches."""

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
async def guarded_session(*, allow_private: bool, seconds: float) -> AsyncIterator[aiohttp.ClientSession]:
    """No proxy, no cookies: nothing leads away from the address that was looked at. `seconds`: for one whole call."""
    connector = aiohttp.TCPConnector(
        socket_factory=None if allow_private else _public_socket, use_dns_cache=False, limit=50, force_close=True
    )
    timeout = aiohttp.ClientTimeout(total=seconds)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar, trust_env=False) as session:
        yield session
