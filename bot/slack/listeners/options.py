"""Typeahead of orders."""

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.listeners import Answer
from bot.slack.options import order_options
from bot.slack.typed import tidy
from workflows.commands import Look
from workflows.results import Refusal


async def run_options(call: Call, desk: Desk) -> Answer:
    result = await desk.service.handle(call.desk_id, call.claim, Look("orders", call.typed()))
    typed = tidy(str(call.payload.get("value") or ""))
    found = () if isinstance(result, Refusal) else await desk.reading.find_orders(call.desk_id, typed)
    return order_options(found)
