"""A file of an export for one person, in Slack."""

from dataclasses import asdict
from typing import Final, cast

from bot.delivery.ports import Call, Post, Upload
from bot.slack.export_words import ExportWords, export_news
from store.exports import Batch, Exports
from workflows.notices import Claimed
from workflows.outcome import Notice
from workflows.policy.model import ExportKind

KIND: Final = "export.file"


def export_notice(user: str, asked: ExportWords) -> Notice:
    return Notice(KIND, f"slack:{user}", {"asked": asdict(asked), "user": user})


async def export_file(exports: Exports, claimed: Claimed) -> Call:
    """The batch is taken at the first try and noted with the notice: each further try brings the same."""
    asked, user = ExportWords(**claimed.payload["asked"]), str(claimed.payload["user"])
    found = await _batch(exports, claimed, asked, user)
    news = export_news(asked, *((found.number, found.changes) if found else (None, 0)), more=bool(found and found.more))
    if found is None or not found.changes:
        return Post(user, news["text"], news["blocks"])
    place = f"batch-{found.number}" if found.number else "next"
    return Upload(user, f"{asked.kind}-{place}.csv", found.content, news["text"])


async def _batch(exports: Exports, claimed: Claimed, asked: ExportWords, user: str) -> Batch | None:
    desk, kind = claimed.desk_id, cast("ExportKind", asked.kind)
    if asked.batch is not None:
        return await exports.again(desk, asked.batch, kind)
    if asked.peek:
        return await exports.peek(desk, kind)
    return await exports.take(desk, kind, user, notice=claimed.id)
