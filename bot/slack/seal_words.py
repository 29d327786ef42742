"""How a seal of the audit is shown to people, who are its witnesses."""

from typing import Final

from bot.slack import text
from bot.slack.blocks import Message, message, section
from workflows.seals import Seal

KEEP: Final = "Whoever keeps this can tell later whether the record was rewritten: redtag audit verify --seal SEAL"


def sealed(seal: Seal) -> str:
    entries = "1 entry" if seal.entries == 1 else f"{seal.entries:,} entries"
    what = f"{entries} in {text.count(seal.chains, 'chain')}"
    return f"Seal of the audit, {what}: {text.code(str(seal), 100)}. `redtag audit verify --seal` takes it."


def seal_message(seal: Seal) -> Message:
    said = sealed(seal)
    return message(said, [section(said)])
