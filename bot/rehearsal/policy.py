"""The policy as a rehearsal plays it: nothing in it may reach anybody whom the rehearsal does not mean."""

from collections.abc import Sequence

from workflows.policy.model import Policy


def without_hooks(policy: Policy) -> Policy:
    """No refund and no webhook goes out, and no user group is looked up that the scratch desk does not have."""
    desk = policy.desk.model_copy(update={"refund_hook": None})
    roles = {name: role.model_copy(update={"user_groups": ()}) for name, role in policy.roles.items()}
    return policy.model_copy(update={"desk": desk, "roles": roles, "webhooks": ()})


def in_one_channel(policy: Policy, channel: str, emails: Sequence[str]) -> Policy:
    """Everything that a desk says goes to this channel and these addresses, and nobody is rung."""
    somewhere = {"floor_channel": channel, "managers_channel": channel, "audit_channel": channel}
    desk = policy.desk.model_copy(update={**somewhere, "floor_email": tuple(emails), "managers_email": ()})
    quiet = {"channel": channel, "notify": ()}
    roles = {
        name: role.model_copy(update={**quiet, "email": tuple(emails) if role.email else ()})
        for name, role in policy.roles.items()
    }
    return without_hooks(policy.model_copy(update={"desk": desk, "roles": roles}))


def channels_of(policy: Policy) -> set[str]:
    desk = policy.desk
    named = (desk.floor_channel, desk.managers_channel, desk.audit_channel)
    return {*filter(None, named), *(role.channel for role in policy.roles.values())}
