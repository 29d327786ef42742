"""Every message, form and Home tab that the bot can show, drawn from sample values.

Whatever is drawn for people has a specimen here; a test fails where a card, form, refusal or sentence has none. New
ones are added to the module of their kind: `messages`, `replies`, `forms`, and `asked` for cancels and
changes.
"""

from collections.abc import Iterator

from bot.slack.specimens import (
    asked,
    away,
    bulk,
    channels,
    clock,
    contradictions,
    digest,
    finding,
    forms,
    homes,
    importing,
    messages,
    replies,
    roles,
    setup,
)
from bot.slack.specimens.values import Specimen, sample_policy
from workflows.policy.model import Policy

__all__ = ["Specimen", "specimens"]

KINDS = (
    messages.specimens,
    replies.specimens,
    forms.specimens,
    finding.specimens,
    homes.specimens,
    importing.specimens,
    asked.specimens,
    away.specimens,
    bulk.specimens,
    roles.specimens,
    setup.specimens,
    channels.specimens,
    clock.specimens,
    contradictions.specimens,
    digest.specimens,
)


def specimens(policy: Policy | None = None) -> Iterator[Specimen]:
    """All of them, with this policy's words; without one in those of the template. Names are unique."""
    used = policy or sample_policy()
    for kind in KINDS:
        yield from kind(used)
