"""E-mail, the refund hook and the webhooks: can what is to leave this house leave it?"""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from resend.exceptions import ResendError

from bot.delivery.email import sender_domains
from bot.delivery.hooks import signed
from bot.delivery.ports import Hook
from bot.doctor.finding import Finding, Findings, ok, problem, skipped, warning
from bot.outbound import is_public
from bot.settings import Settings
from workflows.endpoints import Endpoint, endpoints
from workflows.policy.model import Policy

EMAIL: Final = "e-mail"
WEBHOOK: Final = "webhook"
RESTRICTED: Final = "restricted_api_key"
UNKNOWN: Final = frozenset({404, 405, 501})


async def check_email(settings: Settings, session: aiohttp.ClientSession) -> Findings:
    if not settings.resend_api_key or not settings.email_from:
        missing = "REDTAG_EMAIL_FROM" if settings.resend_api_key else "RESEND_API_KEY"
        mend = f"Set {missing}, if e-mails are wanted."
        return [warning(EMAIL, f"{missing} is not set: every e-mail is recorded as skipped.", mend)]
    domain = parseaddr(settings.email_from)[1].rpartition("@")[2].lower()
    if not domain or "." not in domain:
        mend = "Write it as Redtag <redtag@acme.example>."
        return [problem(EMAIL, "REDTAG_EMAIL_FROM cannot be read as a sender.", mend)]
    try:
        domains = await sender_domains(session, settings.resend_api_key, settings.resend_api_url)
    except ResendError as refused:
        return [_refused(refused)]
    return [_domain(domain, domains.get(domain))]


def _refused(refused: ResendError) -> Finding:
    status, name = int(refused.code), refused.error_type
    if name == RESTRICTED:
        return skipped(
            EMAIL, "The key may only send, which is good: so it cannot be asked whether the domain is verified."
        )
    if status in UNKNOWN:
        return skipped(EMAIL, "The mail service does not say which domains are verified.")
    if status in {400, 401, 403}:
        return problem(EMAIL, f"Resend refuses the key ({name}).", "Set RESEND_API_KEY to a key that is valid.")
    return problem(
        EMAIL, f"Resend was not reached ({name}, {status}).", "Try again; is there a way out to RESEND_API_URL?"
    )


def _domain(domain: str, state: str | None) -> Finding:
    if state == "verified":
        return ok(EMAIL, f"Resend takes the key, and {domain} is verified.")
    if state is None:
        found = f"The sender's domain {domain} is not in the Resend account."
        return problem(
            EMAIL, found, "Add it under Domains in Resend, or change REDTAG_EMAIL_FROM to one that is there."
        )
    found = f"The sender's domain {domain} is not verified ({state})."
    return problem(EMAIL, found, "Set the DNS records that Resend shows under Domains, then let it verify them.")


async def check_hook(settings: Settings, policy: Policy, environment: Mapping[str, str]) -> Findings:
    """The refund hook and the webhooks. Nothing is sent."""
    known = endpoints(policy)
    if not known:
        return [ok(WEBHOOK, "The policy has none.")]
    return [finding for each in known for finding in await _check(each, settings, environment)]


async def _check(endpoint: Endpoint, settings: Settings, environment: Mapping[str, str]) -> Findings:
    found = [*_secret(endpoint, environment), *await _address(endpoint, settings)]
    the = _the(endpoint)
    return found or [ok(WEBHOOK, f"{the}'s address is public, and its secret can sign. Nothing was sent.")]


def _the(endpoint: Endpoint) -> str:
    return f"The {endpoint.label}"


def _secret(endpoint: Endpoint, environment: Mapping[str, str]) -> Iterator[Finding]:
    name = endpoint.secret_name
    secret = environment.get(name, "")
    if not secret:
        why = f"{name} is not set, so the {endpoint.label} cannot be signed."
        yield problem(WEBHOOK, why, f"Set {name} to its secret.")
    elif not _can_sign(secret):
        mend = f"Set {name} to a secret of Standard Webhooks: whsec_ and then base64 of 24 to 64 random bytes."
        yield problem(WEBHOOK, f"{name} is not a secret that can sign.", mend)


def _can_sign(secret: str) -> bool:
    try:
        signed(Hook("", "", secret, "msg_check", "{}"), datetime.now(UTC))
    except ValueError:
        return False
    return secret.startswith("whsec_")


async def _address(endpoint: Endpoint, settings: Settings) -> Findings:
    parts, the, where = urlsplit(endpoint.url), _the(endpoint), f"{endpoint.where}.url"
    if parts.scheme != "https" and not settings.allow_private_hooks:
        mend = f"Give an https address as {where} in the policy."
        return [problem(WEBHOOK, f"{the}'s address is not https.", mend)]
    host = parts.hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        mend = f"Correct {where} in the policy, or the name server of this machine."
        return [problem(WEBHOOK, f"{the}'s host {host} is not found.", mend)]
    private = [str(address[0]) for *_, address in found if not is_public(str(address[0]))]
    if not private or settings.allow_private_hooks:
        return []
    mend = f"Correct {where} in the policy, or set REDTAG_ALLOW_PRIVATE_HOOKS=1 where this is meant."
    return [problem(WEBHOOK, f"{the}'s host {host} leads to {private[0]}, a private address.", mend)]
