"""How messages, views, people and channels look in Slack's JSON."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from playground.slack.core import Core
from playground.slack.model import Blocks, Channel, File, Message, User, View
from playground.slack.state import replies

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_CONTROL = re.compile(r"<(?:[@#!][^<>\n]+|(?:https?|mailto|tel|slack):[^<>\n]+)>")


def escaped(text: str) -> str:
    """Text as Slack hands it back: & < > are entities, except in what Slack reads as a mention or a link."""
    kept: list[str] = []
    end = 0
    for match in _CONTROL.finditer(text):
        kept += [_entities(text[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*kept, _entities(text[end:])])


def _entities(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def escaped_blocks(value: Any) -> Any:
    """Blocks with the text of every text object escaped; ids and values stay as they were sent."""
    if isinstance(value, list):
        return [escaped_blocks(one) for one in value]
    if not isinstance(value, dict):
        return value
    copy = {key: escaped_blocks(held) for key, held in value.items()}
    if value.get("type") == "mrkdwn":
        copy["text"] = escaped(str(value.get("text", "")))
    elif value.get("type") == "plain_text":
        copy["text"] = _entities(str(value.get("text", "")))
    return copy


def with_ids(blocks: Blocks) -> Blocks:
    """Blocks as Slack stores them: each has a block id, each interactive element an action id."""
    return [_with_ids(block) for block in blocks]


_INTERACTIVE = re.compile(r"button|_select|picker|_input|checkboxes|radio_buttons|overflow")


def _with_ids(block: dict[str, Any]) -> dict[str, Any]:
    stored = {"block_id": secrets.token_urlsafe(4)[:5], **block}
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            stored[key] = _with_action_id(block[key])
    if isinstance(block.get("elements"), list):
        stored["elements"] = [_with_action_id(one) for one in block["elements"]]
    return stored


def _with_action_id(element: Any) -> Any:
    if isinstance(element, dict) and _INTERACTIVE.search(str(element.get("type"))):
        return {"action_id": secrets.token_urlsafe(4)[:5], **element}
    return element


def message_json(core: Core, message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": escaped(message.text),
        "team": core.seed.team_id,
    }
    if message.from_bot:
        shown |= _bot_parts(core)
    if message.blocks:
        shown["blocks"] = escaped_blocks(message.blocks)
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.files:
        shown["files"] = [file_json(core, core.state.files[file]) for file in message.files]
    if message.metadata:
        shown["metadata"] = message.metadata
    if message.edited_ts and not message.blocks:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    return shown | _thread_parts(core, message)


def _bot_parts(core: Core) -> dict[str, Any]:
    seed = core.seed
    profile = {
        "id": seed.bot_id,
        "app_id": seed.app_id,
        "user_id": seed.bot_user,
        "name": seed.bot_name,
        "icons": {},
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": seed.team_id,
    }
    return {"bot_id": seed.bot_id, "app_id": seed.app_id, "bot_profile": profile}


def _thread_parts(core: Core, message: Message) -> dict[str, Any]:
    if message.is_reply:
        extra = {"subtype": "thread_broadcast"} if message.broadcast else {}
        return {"thread_ts": message.thread_ts, **extra}
    answers = replies(core.state, message.channel, message.ts)
    if not answers:
        return {}
    people = list(dict.fromkeys(one.user for one in answers))
    return {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": answers[-1].ts,
        "subscribed": False,
    }


def view_json(core: Core, view: View) -> dict[str, Any]:
    body = view.body
    return {
        "id": view.id,
        "team_id": core.seed.team_id,
        "type": view.type,
        "blocks": escaped_blocks(view.blocks),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": view.callback_id,
        "state": {"values": view.values},
        "hash": view.hash,
        "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": bool(body.get("clear_on_close", False)),
        "notify_on_close": bool(body.get("notify_on_close", False)),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id or view.id,
        "app_id": core.seed.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": core.seed.team_id,
        "bot_id": core.seed.bot_id,
    }


def user_json(user: User, scopes: list[str]) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "real_name": user.real_name,
        "display_name": user.name,
        "title": user.title,
        "team": user.team_id,
        "email": user.email,
    }
    shown: dict[str, Any] = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz_label,
        "tz_offset": user.tz_offset,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    hidden = {*user.absent, *(() if "users:read.email" in scopes and user.email else ("email",))}
    if user.deleted:  # a deactivated person has no zone and no rights left to tell of
        hidden |= {"tz", "tz_label", "tz_offset", "is_admin", "is_restricted", "is_ultra_restricted"}
    if user.is_bot:
        profile["bot_id"] = user.bot_id
    return _without({**shown, "profile": _without(profile, hidden)}, hidden)


def _without(held: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in held.items() if key not in keys}


def group_json(core: Core, group: str, members: list[str]) -> dict[str, Any]:
    """A user group; its handle and name are made from its id."""
    creator, made = core.seed.creator, 1_700_000_000
    return {
        "id": group,
        "team_id": core.seed.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "is_external": False,
        "name": group.title(),
        "handle": group.lower(),
        "description": "",
        "date_create": made,
        "date_update": made,
        "date_delete": 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": creator,
        "updated_by": creator,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "users": list(members),
        "user_count": len(members),
    }


def channel_json(core: Core, channel: Channel) -> dict[str, Any]:
    if channel.is_im:
        return {"id": channel.id, "created": channel.created, "is_im": True, "user": channel.im_user, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": core.seed.bot_user in channel.members,
        "created": channel.created,
        "creator": core.seed.creator,
        "context_team_id": core.seed.team_id,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def file_json(core: Core, file: File) -> dict[str, Any]:
    url = f"{core.base_url}/files-pri/{core.seed.team_id}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        **({"alt_txt": file.alt} if file.alt else {}),
        "mimetype": file.mimetype,
        "filetype": file.name.rsplit(".", 1)[-1].lower() if "." in file.name else "text",
        "user": file.user,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(file.channels),
        "url_private": url,
        "url_private_download": f"{url}?download=1",
        "permalink": f"{core.base_url}/files/{file.user}/{file.id}/{file.name}",
        "channels": list(file.channels),
    }
