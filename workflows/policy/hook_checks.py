"""What is wrong with [desk.refund_hook] and [[webhooks]]."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from workflows.endpoints import REFUND, Endpoint, endpoints
from workflows.policy.model import WEBHOOK_TYPES, Policy
from workflows.policy.sentences import shown
from workflows.words import listed

_SECRET: Final = re.compile(r"env:REDTAG_HOOK_[A-Z0-9_]{1,40}")
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")


def problems(policy: Policy) -> Iterator[str]:
    for each in endpoints(policy):
        yield from _address(each)
    names = [webhook.name for webhook in policy.webhooks]
    for at, webhook in enumerate(policy.webhooks, 1):
        yield from _name(f"webhooks[{at}]", webhook.name, names[: at - 1])
        if webhook.types == ():
            yield f"webhooks[{at}].types: is empty. Leave it out for all, or list some of {listed(WEBHOOK_TYPES)}."


def _address(endpoint: Endpoint) -> Iterator[str]:
    example = "refunds" if endpoint.name == REFUND else "redtag"
    if not _is_web_address(endpoint.url):
        yield (
            f"{endpoint.where}.url: must be a web address, without a user name or password in it. "
            f"Write it as https://erp.acme.example/{example}."
        )
    if not _SECRET.fullmatch(endpoint.secret):
        # The value is not repeated: it may be the secret itself.
        variable = "REDTAG_HOOK_REFUNDS" if endpoint.name == REFUND else "REDTAG_HOOK_ERP"
        yield (
            f"{endpoint.where}.secret: must name an environment variable, never hold the secret. "
            f"Write it as env:{variable}."
        )


def _name(where: str, name: str, earlier: list[str]) -> Iterator[str]:
    if name == REFUND:
        yield f"{where}.name: “{REFUND}” is the refund hook's own name. Give the webhook another one, such as erp."
    elif not _NAME.fullmatch(name):
        yield (
            f"{where}.name: “{shown(name)}” is not a name for a webhook. "
            "Use up to 30 small letters, digits and hyphens, such as erp."
        )
    elif name in earlier:
        yield f"{where}.name: “{name}” stands there twice. Rename one."


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        return False
    return plain and parts.scheme in {"https", "http"} and bool(parts.hostname) and not re.search(r"\s", url)
