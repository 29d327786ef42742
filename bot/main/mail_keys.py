"""The idempotency keys of e-mails whose words follow what is stored."""

import hashlib

from workflows.notices import Claimed


def key_with(claimed: Claimed, words: str) -> str:
    """Should what is stored change between two tries, the second mail says something else and is another one."""
    return f"{claimed.key}/{hashlib.sha256(words.encode()).hexdigest()[:12]}"
