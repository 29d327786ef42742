"""The payloads that Slack sends, with the key names and types of Slack's own samples."""

from typing import Any

from playground.slack.core import Core
from playground.slack.elements import Place, option, starting_value, typed_value, value_key
from playground.slack.model import Message, View
from playground.slack.state import ResponseUrl, im_channel, next_id
from playground.slack.wire import escaped_blocks, message_json, user_json, view_json

VERIFICATION_TOKEN = "playground-verification-token"  # noqa: S105 — deprecated by Slack, sent all the same
Payload = dict[str, Any]


def command(core: Core, user_id: str, channel_id: str, typed: str) -> Payload:
    """A slash command's form fields: the text is everything after the first space, as it was typed."""
    name, _, text = typed.partition(" ")
    channel = core.channel(channel_id)
    seed = core.seed
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": seed.team_id,
        "team_domain": seed.team_domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user_id,
        "user_name": core.state.users[user_id].name,
        "command": name,
        "text": text,
        "api_app_id": seed.app_id,
        "is_enterprise_install": "false",
        "response_url": core.new_response_url("commands", ResponseUrl(channel.id, user_id, core.clock())),
        "trigger_id": core.new_trigger(user_id),
    }


def _common(core: Core, kind: str, user_id: str) -> Payload:
    """What all interactions have. `team` is where the app is installed; `user.team_id` is the person's own."""
    user = core.state.users[user_id]
    return {
        "type": kind,
        "team": {"id": core.seed.team_id, "domain": core.seed.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": core.seed.app_id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_click(
    core: Core, user_id: str, message: Message, place: Place, *, value: Payload, state: Payload
) -> Payload:
    """block_actions from a message. An ephemeral message is not repeated in the payload, only its container."""
    channel = core.channel(message.channel)
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    leads_to = ResponseUrl(
        channel.id, user_id, core.clock(), message.ts, message.ephemeral_to is not None, _reply_thread(message)
    )
    shown = {} if message.ephemeral_to else {"message": message_json(core, message)}
    return {
        **_common(core, "block_actions", user_id),
        "container": container,
        "trigger_id": core.new_trigger(user_id),
        "channel": {"id": channel.id, "name": channel.name},
        **shown,
        "state": {"values": state},
        "response_url": core.new_response_url("actions", leads_to),
        "actions": [_action(core, place, value)],
    }


def _reply_thread(message: Message) -> str | None:
    return message.thread_ts if message.is_reply else None


def view_click(core: Core, user_id: str, view: View, place: Place, value: Payload) -> Payload:
    """block_actions from a modal or the Home tab."""
    return {
        **_common(core, "block_actions", user_id),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": core.new_trigger(user_id),
        "view": view_json(core, view),
        "actions": [_action(core, place, value)],
    }


_SHOWN = ("text", "value", "style", "url", "placeholder", "confirm")


def _action(core: Core, place: Place, value: Payload) -> Payload:
    element = place.element
    kept = {key: escaped_blocks(element[key]) for key in _SHOWN if key in element}
    kept |= {key: held for key, held in element.items() if key.startswith("initial_")}
    return {
        "action_id": place.action_id,
        "block_id": place.block_id,
        **kept,
        **value,
        "type": element["type"],
        "action_ts": core.new_ts(),
    }


def chosen(place: Place, selected: Any) -> Payload:
    """The value that a click on this element carries: nothing for a button."""
    if not value_key(place.element):
        return {}
    if isinstance(selected, dict):
        return {"type": place.element["type"], **selected}
    if selected is None:
        return starting_value(place.element)
    if place.element["type"] == "overflow":
        return {"type": "overflow", "selected_option": option(place.element, str(selected))}
    return typed_value(place.element, selected)


def submission(core: Core, user_id: str, view: View) -> Payload:
    return {
        **_common(core, "view_submission", user_id),
        "trigger_id": core.new_trigger(user_id),
        "view": view_json(core, view),
        "response_urls": [],
    }


def closing(core: Core, user_id: str, view: View, *, cleared: bool) -> Payload:
    return {**_common(core, "view_closed", user_id), "view": view_json(core, view), "is_cleared": cleared}


def suggestion(core: Core, user_id: str, source: View | Message, place: Place, typed: str) -> Payload:
    if isinstance(source, View):
        where: Payload = {"container": {"type": "view", "view_id": source.id}, "view": view_json(core, source)}
    else:
        channel = core.channel(source.channel)
        held = {"type": "message", "message_ts": source.ts, "channel_id": channel.id}
        where = {
            "container": {**held, "is_ephemeral": source.ephemeral_to is not None},
            "channel": {"id": channel.id, "name": channel.name},
            "message": message_json(core, source),
        }
    return {
        **_common(core, "block_suggestion", user_id),
        "action_id": place.action_id,
        "block_id": place.block_id,
        "value": typed,
        **where,
    }


def message_shortcut(core: Core, user_id: str, callback_id: str, message: Message) -> Payload:
    channel = core.channel(message.channel)
    leads_to = ResponseUrl(channel.id, user_id, core.clock(), message.ts, thread_ts=_reply_thread(message))
    return {
        **_common(core, "message_action", user_id),
        "action_ts": core.new_ts(),
        "callback_id": callback_id,
        "trigger_id": core.new_trigger(user_id),
        "response_url": core.new_response_url("actions", leads_to),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message_json(core, message),
    }


def global_shortcut(core: Core, user_id: str, callback_id: str) -> Payload:
    return {
        **_common(core, "shortcut", user_id),
        "action_ts": core.new_ts(),
        "callback_id": callback_id,
        "trigger_id": core.new_trigger(user_id),
    }


def event(core: Core, inner: Payload) -> Payload:
    seed = core.seed
    bot = {"enterprise_id": None, "team_id": seed.team_id, "user_id": seed.bot_user}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": seed.team_id,
        "context_team_id": seed.team_id,
        "context_enterprise_id": None,
        "api_app_id": seed.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": next_id(core.state, "Ev"),
        "event_time": int(core.clock()),
        "authorizations": [{**bot, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{next_id(core.state, '')}",
    }


def url_verification(challenge: str) -> Payload:
    return {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}


def user_event(core: Core, kind: str, user_id: str) -> Payload:
    """user_change or team_join, with the whole person. `cache_ts` is there for changes only."""
    shown = {"type": kind, "user": user_json(core.state.users[user_id], core.state.scopes), "event_ts": core.new_ts()}
    return shown | ({"cache_ts": int(core.clock())} if kind == "user_change" else {})


def member_joined(core: Core, user_id: str, channel_id: str) -> Payload:
    return {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel_id,
        "channel_type": "G" if core.state.channels[channel_id].is_private else "C",
        "team": core.seed.team_id,
        "event_ts": core.new_ts(),
    }


def home_opened(core: Core, user_id: str) -> Payload:
    """The event holds the view only after it was first published."""
    channel = im_channel(core.state, user_id, core.seed.bot_user)
    view = core.state.homes.get(user_id)
    inner: Payload = {"type": "app_home_opened", "user": user_id, "channel": channel.id, "tab": "home"}
    shown = {"view": view_json(core, view)} if view else {}
    return {**inner, **shown, "event_ts": core.new_ts()}
