"""Where a desk's committed changes are sent: the refund hook and the webhooks of its policy, in one shape."""

from dataclasses import dataclass
from typing import Final

from workflows.policy.model import WEBHOOK_TYPES, Policy

REFUND: Final = "refund"
CANCELLED: Final = "cancellation.approved"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`where` is its place in the policy file, `label` what people call it."""

    name: str
    url: str
    secret: str  # env:REDTAG_HOOK_…
    types: tuple[str, ...]
    where: str
    label: str

    @property
    def secret_name(self) -> str:
        return self.secret.removeprefix("env:")


def endpoints(policy: Policy) -> tuple[Endpoint, ...]:
    """The refund hook first."""
    hook = policy.desk.refund_hook
    refund = (
        (Endpoint(REFUND, hook.url, hook.secret, (CANCELLED,), "desk.refund_hook", label_of(REFUND)),) if hook else ()
    )
    webhooks = (
        Endpoint(
            each.name,
            each.url,
            each.secret,
            WEBHOOK_TYPES if each.types is None else each.types,
            f"webhooks[{at}]",
            label_of(each.name),
        )
        for at, each in enumerate(policy.webhooks, 1)
    )
    return (*refund, *webhooks)


def endpoint(policy: Policy, name: str) -> Endpoint | None:
    return next((each for each in endpoints(policy) if each.name == name), None)


def label_of(name: str) -> str:
    """Also for an endpoint that has left the policy."""
    return "refund hook" if name == REFUND else f"webhook {name}"
