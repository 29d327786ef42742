"""From a claimed notice to its destination."""

from bot.delivery.email import EmailSender
from bot.delivery.ports import Call, Mail, Nothing, Post, Publish, Renderer, Reply
from bot.delivery.slack import SlackSender
from workflows.notices import Claimed, Settlement, Skipped


class Sender:
    """See `bot.delivery.ports.Sends`."""

    def __init__(self, renderer: Renderer, slack: SlackSender, email: EmailSender) -> None:
        self._renderer = renderer
        self._slack = slack
        self._email = email

    async def prepare(self, claimed: Claimed) -> Call:
        return await self._renderer.render(claimed)

    async def send(self, claimed: Claimed, call: Call) -> Settlement:
        match call:
            case Post():
                return await self._slack.post(claimed, call)
            case Reply():
                return await self._slack.reply(claimed, call)
            case Mail():
                return await self._email.send(claimed, call)
            case Publish():
                return await self._slack.publish(claimed, call)
            case Nothing(why):
                return Skipped(why)
            case _:
                return await self._slack.update(claimed, call)
