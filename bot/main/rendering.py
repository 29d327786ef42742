"""From a notice to what is sent: cards, posts and e-mails, drawn from what is stored at this moment."""

from collections.abc import Mapping
from typing import Final

from bot.delivery.mails import FloorRelease, Signed, floor_release_mail, signed_mail
from bot.delivery.ports import Call, Hook, Mail, Nothing, Post, Publish, Reply, Update
from bot.main.bulk_messages import ABOUT_BULKS, bulk_drawn, bulk_message
from bot.main.export_files import KIND as EXPORT
from bot.main.export_files import export_file
from bot.main.hold_messages import ABOUT_HOLDS, hold_message
from bot.main.import_messages import ABOUT_IMPORTS, import_message
from bot.main.mail_keys import key_with
from bot.main.stranded_messages import broken, card_email
from bot.slack import asked, cards, clock_words, words
from bot.slack.away_words import absence_dm
from bot.slack.facts import line_words
from bot.slack.floor import floor_post
from bot.slack.home import home_view
from bot.slack.refund_news import refund_news
from bot.slack.reminder import reminder
from bot.slack.role_words import role_empty
from bot.slack.webhook_news import webhook_news
from store.exports import Exports
from store.hook_calls import HookCalls
from store.reading import Reading
from workflows.asked import Asked, Cancellation, Change
from workflows.endpoints import REFUND, endpoint, label_of
from workflows.hook_calls import key_of
from workflows.notices import Claimed
from workflows.outcome import NEW
from workflows.reasons import block_label
from workflows.results import Done, read_result
from workflows.systems import shown, system_name
from workflows.values import Kind, RequestState
from workflows.views import RequestView
from workflows.words import listed


class StoredRenderer:
    """See `bot.delivery.ports.Renderer`."""

    def __init__(self, reading: Reading, calls: HookCalls, secrets: Mapping[str, str], exports: Exports) -> None:
        """`secrets`: the environment variables that a policy may name as a hook's secret, `env:REDTAG_HOOK_…`."""
        self._reading = reading
        self._calls = calls
        self._secrets = secrets
        self._exports = exports

    async def render(self, claimed: Claimed) -> Call:
        if claimed.kind in BY_ITSELF:
            return BY_ITSELF[claimed.kind](claimed)
        if "bulk" in claimed.payload and claimed.kind in ABOUT_BULKS:
            return await bulk_message(self._reading, claimed)
        if claimed.kind == EXPORT:
            return await export_file(self._exports, claimed)
        if claimed.kind in FROM_STORE:
            return await FROM_STORE[claimed.kind](self._reading, claimed)
        view = await self._reading.request(claimed.desk_id, claimed.request or NEW)
        if view is None:
            return Nothing("the request is not there")
        return await RENDERERS[claimed.kind](self, claimed, view)

    async def stuck(self, claimed: Claimed, view: RequestView) -> Call:
        said = clock_words.nobody_to_escalate_to(view, str(claimed.payload["to"]))
        return Post(_destination(claimed), said["text"], said["blocks"]) if said else Nothing("it is decided")

    async def card(self, claimed: Claimed, view: RequestView) -> Call:
        channel = _destination(claimed)
        message = cards.approval_card(view, str(claimed.payload["role"]))
        thread = await self._thread(claimed.desk_id, view, channel)
        return Post(channel, message["text"], message["blocks"], thread_ts=thread, broadcast=thread is not None)

    async def card_email(self, claimed: Claimed, view: RequestView) -> Call:
        number = view.request.bulk
        bulk = await self._reading.bulk(claimed.desk_id, number) if number else None
        return card_email(claimed, view, await self._reading.cards(claimed.desk_id, view.request.number), bulk)

    async def redraw(self, claimed: Claimed, view: RequestView) -> Call:
        bulk = await self._reading.bulk(claimed.desk_id, view.request.bulk) if view.request.bulk else None
        if bulk:
            return await bulk_drawn(self._reading, claimed, bulk)
        channel = _destination(claimed)
        message = cards.approval_card(view, str(claimed.payload["role"]))
        posted = await self._reading.cards(claimed.desk_id, view.request.number)
        anew = Post(channel, message["text"], message["blocks"])
        found = tuple(
            Update(channel, ts, message["text"], message["blocks"], fallback=anew)
            for where, ts in posted
            if where == channel
        )
        return found or Nothing("its card was never posted")

    async def outcome(self, claimed: Claimed, view: RequestView) -> Call:
        payload = claimed.payload
        message = words.outcome_dm(view, payload["what"], payload["by"], payload["note"])
        return Post(_destination(claimed), message["text"], message["blocks"])

    async def floor(self, claimed: Claimed, view: RequestView) -> Call:
        clear, blockers = await self._may_ship(claimed, view)
        message = floor_post(view, clear, blockers)
        return Post(_destination(claimed), message["text"], message["blocks"])

    async def floor_email(self, claimed: Claimed, view: RequestView) -> Call:
        clear, blockers = await self._may_ship(claimed, view)
        words = floor_release_mail(mail_values(view, clear=clear, blockers=blockers))
        return Mail(str(claimed.payload["to"]), words.subject, words.text, words.html, key_with(claimed, words.text))

    async def hook(self, claimed: Claimed, view: RequestView) -> Call:
        key = key_of(claimed.payload, claimed.request)
        to = endpoint(view.policy, key.endpoint)
        if to is None:
            return Nothing(f"the policy has no {label_of(key.endpoint)} any more")
        taken = await self._calls.take(claimed.desk_id, key)
        if taken is None:
            return Nothing("it was accepted already")
        return Hook(to.url, to.secret_name, self._secrets.get(to.secret_name, ""), taken.webhook_id, taken.body)

    async def request_email(self, claimed: Claimed, view: RequestView) -> Call:
        return _signed(claimed, view, str(claimed.payload["to"]))

    async def requester_email(self, claimed: Claimed, view: RequestView) -> Call:
        """The address comes from Slack, where the installation may read it and the person has one."""
        address = await self._reading.email(claimed.desk_id, str(claimed.payload["user"]))
        return _signed(claimed, view, address) if address else Nothing("no e-mail address in Slack")

    async def hook_state(self, claimed: Claimed, view: RequestView) -> Call:
        key = key_of(claimed.payload, claimed.request)
        call = await self._calls.one(claimed.desk_id, key)
        if call is None:
            return Nothing("the call is not there")
        channel = _destination(claimed)
        news = refund_news(view, call) if key.endpoint == REFUND else webhook_news(view, call)
        if news is None:
            return Nothing("it was accepted meanwhile")
        posted = await self._reading.cards(claimed.desk_id, view.request.number)
        in_thread = claimed.payload["place"] == "thread"
        thread = next((ts for where, ts in posted if where == channel and in_thread), None)
        return Post(channel, news["text"], news["blocks"], thread_ts=thread)

    async def reminder(self, claimed: Claimed, view: RequestView) -> Call:
        channel = _destination(claimed)
        said = reminder(view, channel)
        posted = await self._reading.cards(claimed.desk_id, view.request.number)
        thread = next((ts for where, ts in posted if where == channel), None)
        if said is None or thread is None:
            return Nothing("nobody here has still to sign")
        return Post(channel, said["text"], said["blocks"], thread_ts=thread)

    async def _thread(self, desk_id: str, view: RequestView, channel: str) -> str | None:
        """A release stands in the thread of its hold's placement."""
        if view.request.kind is not Kind.RELEASE_HOLD or view.hold is None or view.hold.request is None:
            return None
        posted = await self._reading.cards(desk_id, view.hold.request)
        return next((ts for where, ts in posted if where == channel), None)

    async def _may_ship(self, claimed: Claimed, view: RequestView) -> tuple[bool, list[str]]:
        """Clear when the release was committed, and still clear now: a hold placed since must not be talked over."""
        order = await self._reading.order(claimed.desk_id, view.order.number)
        blocks = order.gate.blocks if order else ()
        if claimed.payload["clear"] and blocks:
            return False, [f"{block_label(view.policy, block.reason)} ({block.id})" for block in blocks]
        return bool(claimed.payload["clear"]), list(claimed.payload["blockers"])


async def _role_empty(reading: Reading, claimed: Claimed) -> Call:
    policy, role = await reading.policy(claimed.desk_id), str(claimed.payload["role"])
    if policy is None or role not in policy.roles or policy.roles[role].members:
        return Nothing("somebody holds the role again")
    said = role_empty(policy, role)
    return Post(_destination(claimed), said["text"], said["blocks"])


async def _home(reading: Reading, claimed: Claimed) -> Call:
    user = str(claimed.payload["user"])
    home = await reading.home(claimed.desk_id, user)
    return Publish(user, home_view(home)) if home else Nothing("there is no desk")


def _reply(claimed: Claimed) -> Call:
    payload = claimed.payload
    result = read_result({**payload["result"], "numbers": payload.get("numbers", (0, 0))})
    message = words.answer(result)
    return Reply(
        payload["response_url"],
        payload["channel"],
        payload["user"],
        message["text"],
        message.get("blocks", []),
        replace_original=bool(payload.get("replaces")),
    )


def _absence(claimed: Claimed) -> Call:
    payload = claimed.payload
    done = Done.model_validate(payload["result"]["done"])
    message = absence_dm(done, str(payload["to"]), str(payload["by"]))
    return Post(_destination(claimed), message["text"], message["blocks"])


def _signed(claimed: Claimed, view: RequestView, address: str) -> Call:
    if view.request.asked is None:
        return Nothing("the request asks for nothing")
    mail = signed_mail(signed_values(view, view.request.asked))
    return Mail(address, mail.subject, mail.text, mail.html, key_with(claimed, mail.text))


def _destination(claimed: Claimed) -> str:
    return claimed.lane.removeprefix("slack:")


def mail_values(view: RequestView, *, clear: bool, blockers: list[str]) -> FloorRelease:
    """What the floor's e-mail says. Names stand in for mentions."""
    request, done = view.request, view.request.state is RequestState.APPROVED
    released = request.kind is Kind.RELEASE_HOLD
    what = "Released" if released else request.kind.capitalize() if done else "No longer asked for"
    return FloorRelease(
        order=view.order.number,
        customer=view.order.customer,
        request=view.request.name,
        hold=view.hold.name if view.hold else "",
        reason=view.reason_label,
        approver=listed([_name(view, user) for user in view.deciders], "and") or "the desk",
        requester=_name(view, view.request.requested_by),
        clear=clear,
        blockers=tuple(blockers),
        lines=tuple(line_words(line) for line in view.order.lines[:MOST_LINES]),
        more_lines=max(0, len(view.order.lines) - MOST_LINES),
        release_reason=view.release_reason_label,
        note=view.request.decision_note or view.request.note,
        desk=view.policy.desk.name,
        what=what,
        by="Approved by" if released else _ended(view),
    )


def signed_values(view: RequestView, found: Asked) -> Signed:
    """What the e-mails about an approved cancel or change say."""
    cancel = found if isinstance(found, Cancellation) else None
    detail, back, order = asked.detail(found), asked.returns(found), view.order
    return Signed(
        order=order.number,
        customer=order.customer,
        request=view.request.name,
        headline="Changed" if cancel is None else "Cancelled" if cancel.whole else "Partly cancelled",
        summary=asked.brief(found),
        reason=view.reason_label,
        approver=listed([_name(view, user) for user in view.deciders], "and") or "the desk",
        requester=_name(view, view.request.requested_by),
        lines=tuple(detail[:MOST_CHANGES]),
        more_lines=max(0, len(detail) - MOST_CHANGES),
        value=asked.money(order.total, order.currency),
        stops=tuple(f"STOP: put back {each}." for each in back[:MOST_CHANGES]),
        refund=asked.refund(cancel) if cancel else "",
        total=asked.money(cancel.total, cancel.currency) if cancel and cancel.total else "",
        change="" if cancel or not isinstance(found, Change) else asked.signed(found.amount, found.currency),
        note=view.request.note,
        answer=view.request.decision_note,
        desk=view.policy.desk.name,
    )


def _ended(view: RequestView) -> str:
    """A hold that was only asked for came to nothing."""
    state = view.request.state
    return "Found void by" if state is RequestState.VOID else f"{state.capitalize()} by"


def _name(view: RequestView, user_id: str | None) -> str:
    system = system_name(user_id or "")
    return shown(system) if system else view.names.get(user_id or "") or user_id or ""


MOST_LINES: Final = 20
MOST_CHANGES: Final = 40
# All that is said stands in the notice.
BY_ITSELF: Final = {"absence": _absence, "channel.broken": broken, "reply": _reply}
FROM_STORE: Final = {
    "home": _home,
    "role.empty": _role_empty,
    **dict.fromkeys(ABOUT_HOLDS, hold_message),
    **dict.fromkeys(ABOUT_IMPORTS, import_message),
}
RENDERERS: Final = {
    "card": StoredRenderer.card,
    "card.email": StoredRenderer.card_email,
    "card.redraw": StoredRenderer.redraw,
    "escalation.stuck": StoredRenderer.stuck,
    "floor": StoredRenderer.floor,
    "floor.email": StoredRenderer.floor_email,
    "hook": StoredRenderer.hook,
    "hook.state": StoredRenderer.hook_state,
    "outcome": StoredRenderer.outcome,
    "reminder": StoredRenderer.reminder,
    "request.email": StoredRenderer.request_email,
    "requester.email": StoredRenderer.requester_email,
}
