"""From a claimed notice to its destination."""

from bot.delivery.email import MailSender
from bot.delivery.ports import Calls, Mail, Nothing, Post, Renderer, Reply
from bot.delivery.slack import SlackSender
from workflows.notices import Claimed, Settlement, Skipped


class Sender:
    """See `bot.delivery.ports.Sends`."""

    def __init__(self, renderer: Renderer, slack: SlackSender, mail: MailSender) -> None:
        self._renderer = renderer
        self._slack = slack
        self._mail = mail

    async def prepare(self, claimed: Claimed) -> Calls:
        return await self._renderer.render(claimed)

    async def send(self, claimed: Claimed, calls: Calls) -> Settlement:
        match calls:
            case Post():
                return await self._slack.post(claimed, calls)
            case Reply():
                return await self._slack.reply(claimed, calls)
            case Mail():
                return await self._mail.send(claimed, calls)
            case Nothing(why):
                return Skipped(why)
            case _:
                return await self._slack.update(claimed, calls)
