"""The digest on its way out: the post, its chart in the thread, the e-mails. Each as things are when it is sent."""

import asyncio
from datetime import datetime
from typing import Final

from bot.delivery.digest_mail import digest_mail
from bot.delivery.ports import Call, Mail, Nothing, Post, Renderer, Upload
from bot.main.digest_values import mail_of
from bot.main.mail_keys import key_with
from bot.slack.digest import digest_message
from bot.slack.digest_chart import alt_text, chart
from bot.slack.seal_words import seal_message
from store.digest import Digests
from workflows.digest import Digest
from workflows.notices import Claimed

KINDS: Final = frozenset({"digest", "digest.chart", "digest.email"})


class WithDigests:
    """See `bot.delivery.ports.Renderer`: digests, and everything else as `others` draw it."""

    def __init__(self, others: Renderer, digests: Digests) -> None:
        self._others = others
        self._digests = digests

    async def render(self, claimed: Claimed) -> Call:
        if claimed.kind == "seal":
            return await self._seal(claimed)
        if claimed.kind not in KINDS:
            return await self._others.render(claimed)
        since = datetime.fromisoformat(claimed.payload["since"])
        # As of the moment at which it was due, so that a second try says the same.
        digest = await self._digests.read(claimed.desk_id, since=since, now=claimed.created_at)
        if digest is None:
            return Nothing("there is no desk")
        if claimed.kind == "digest.chart":
            return await self._chart(claimed, digest)
        return _mail(claimed, digest) if claimed.kind == "digest.email" else _post(claimed, digest)

    async def _seal(self, claimed: Claimed) -> Call:
        seal = await self._digests.seal(claimed.desk_id, claimed.created_at)
        if seal is None:
            return Nothing("nothing is sealed yet")
        said = seal_message(seal)
        return Post(claimed.lane.removeprefix("slack:"), said["text"], said["blocks"])

    async def _chart(self, claimed: Claimed, digest: Digest) -> Call:
        if digest.is_quiet or not digest.counts.ages:
            return Nothing("nothing to draw on a quiet day")
        day = str(claimed.payload["day"])
        thread = await self._digests.posted(claimed.desk_id, claimed.lane, day, claimed.created_at)
        if not thread:
            return Nothing("its digest was not posted")
        drawn = await asyncio.to_thread(chart, digest)
        name, channel = f"holds-by-age-{day}.png", claimed.lane.removeprefix("slack:")
        return Upload(channel, name, drawn, thread_ts=thread, alt=alt_text(digest))


def _post(claimed: Claimed, digest: Digest) -> Post:
    said = digest_message(digest)
    return Post(claimed.lane.removeprefix("slack:"), said["text"], said["blocks"])


def _mail(claimed: Claimed, digest: Digest) -> Mail:
    mail = digest_mail(mail_of(digest))
    return Mail(str(claimed.payload["to"]), mail.subject, mail.text, mail.html, key_with(claimed, mail.text))
