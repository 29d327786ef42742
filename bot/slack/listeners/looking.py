"""The one order that was typed behind a command."""

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.listeners import Answer
from bot.slack.typed import first_word
from workflows import refusals
from workflows.views import OrderView


async def looked_up(call: Call, desk: Desk, text: str, command: str) -> OrderView | Answer:
    """The order, or what to answer instead."""
    typed, _ = first_word(text)
    refused = await desk.refused(call, f"{command} {typed}")
    if refused:
        return words.answer(refused)
    if not typed:
        return words.private(f"Which order? Type its number, for example `/desk {command} ORD-123`.")
    found = await desk.reading.order(call.desk_id, typed)
    if found is None:
        close = await desk.reading.similar(call.desk_id, typed)
        return words.answer(refusals.OrderUnknown(typed=typed, close=close))
    return found
