"""Messages about what an import found: to managers, and to whoever asked for something that it moved."""

from typing import Final

from bot.delivery.ports import Call, Nothing, Post
from bot.slack.contradictions import import_news, moved_dm
from store.reading import Reading
from workflows.imports.news import KIND, MOVED
from workflows.notices import Claimed

ABOUT_IMPORTS: Final = frozenset({KIND, MOVED})


async def import_message(reading: Reading, claimed: Claimed) -> Call:
    channel = claimed.lane.removeprefix("slack:")
    if claimed.kind == KIND:
        said = import_news(claimed.payload)
        return Post(channel, said["text"], said["blocks"])
    view = await reading.request(claimed.desk_id, claimed.request or 0)
    if view is None or not view.request.is_pending:
        return Nothing("it is decided by now")
    payload = claimed.payload
    said = moved_dm(view, str(payload["note"]), int(payload["import"]), str(payload.get("by", "")))
    return Post(channel, said["text"], said["blocks"])
