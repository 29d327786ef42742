"""From a claimed notice to its destination."""

from bot.delivery.email import EmailSender
from bot.delivery.hooks import HookSender
from bot.delivery.ports import Call, Hook, Mail, Nothing, Post, Publish, Renderer, Reply, Upload
from bot.delivery.slack import SlackSender
from workflows.notices import Claimed, Settlement, Skipped


class Sender:
    """See `bot.delivery.ports.Sends`."""

    def __init__(self, renderer: Renderer, slack: SlackSender, email: EmailSender, hooks: HookSender) -> None:
        self._renderer = renderer
        self._slack = slack
        self._email = email
        self._hooks = hooks

    async def prepare(self, claimed: Claimed) -> Call:
        return await self._renderer.render(claimed)

    async def send(self, claimed: Claimed, call: Call) -> Settlement:
        match call:
            case Post():
                sending = self._slack.post(claimed, call)
            case Reply():
                sending = self._slack.reply(claimed, call)
            case Mail():
                sending = self._email.send(claimed, call)
            case Hook():
                sending = self._hooks.send(claimed, call)
            case Publish():
                sending = self._slack.publish(claimed, call)
            case Upload():
                sending = self._slack.upload(claimed, call)
            case Nothing(why):
                return Skipped(why)
            case _:
                sending = self._slack.update(claimed, call)
        return await sending
