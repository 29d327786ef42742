"""`/desk export`: committed changes as a file, for those who keep the books."""

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.export_words import COMING, USAGE, export_words
from bot.slack.listeners import Answer
from workflows.commands import Look
from workflows.exports.fields import MAY_EXPORT
from workflows.results import Refusal


async def export(call: Call, desk: Desk, text: str) -> Answer:
    """The batch is taken where the file is sent: a large one takes longer than Slack waits for an answer."""
    look = Look("take an export", call.typed(), only=MAY_EXPORT)
    result = await desk.service.handle(call.desk_id, call.claim, look)
    if isinstance(result, Refusal):
        return words.answer(result)
    asked = export_words(text)
    if asked is None:
        return words.private(USAGE)
    await desk.telling.bring_export(call, asked)
    return words.private(COMING)
