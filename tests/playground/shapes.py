"""Key names and types of what Slack sends, noted down from its published samples and type definitions.

A type stands for its values; a dict for an object with these keys; a list for a list of such things; a tuple for any of
its members. A key that ends in "?" may be absent. ANY is not looked into.
"""

ANY = object()
NONE = type(None)

ENTERPRISE = (NONE, {"id": str, "name": str})
TEAM = (NONE, {"id": str, "domain": str, "enterprise_id?": str, "enterprise_name?": str})
USER = {"id": str, "username?": str, "name?": str, "team_id?": str}
CHANNEL = {"id": str, "name": str}
TEXT = {"type": str, "text": str, "emoji?": bool}

INTERACTION = {
    "type": str,
    "enterprise?": ENTERPRISE,
    "team": TEAM,
    "user": USER,
    "api_app_id": str,
    "token": str,
    "is_enterprise_install?": bool,
}
VIEW = {
    "id": str,
    "team_id": str,
    "type": str,
    "blocks": [dict],
    "title": TEXT,
    "submit": (NONE, TEXT),
    "close": (NONE, TEXT),
    "private_metadata": str,
    "callback_id": str,
    "external_id": str,
    "state": {"values": dict},
    "hash": str,
    "clear_on_close": bool,
    "notify_on_close": bool,
    "submit_disabled?": bool,
    "root_view_id": str,
    "previous_view_id": (NONE, str),
    "app_id": str,
    "app_installed_team_id?": str,
    "bot_id": str,
}
BOT_PROFILE = {
    "alt_txt?": str,
    "id": str,
    "deleted": bool,
    "name": str,
    "updated": int,
    "app_id": str,
    "user_id?": str,
    "icons": dict,
    "team_id": str,
}
MESSAGE = {
    "type": str,
    "subtype?": str,
    "team?": str,
    "user": str,
    "text": str,
    "ts": str,
    "blocks?": [dict],
    "attachments?": [dict],
    "files?": [dict],
    "bot_id?": str,
    "app_id?": str,
    "bot_profile?": BOT_PROFILE,
    "client_msg_id?": str,
    "thread_ts?": str,
    "parent_user_id?": str,
    "reply_count?": int,
    "reply_users?": [str],
    "reply_users_count?": int,
    "latest_reply?": str,
    "subscribed?": bool,
    "is_locked?": bool,
    "edited?": {"user": str, "ts": str},
    "metadata?": {"event_type": str, "event_payload": dict},
}
MESSAGE_CONTAINER = {
    "type": str,
    "message_ts": str,
    "channel_id": str,
    "is_ephemeral": bool,
    "thread_ts?": str,
    "attachment_id?": int,
    "is_app_unfurl?": bool,
}
VIEW_CONTAINER = {"type": str, "view_id": str}
OPTION = {"text": TEXT, "value": str, "description?": TEXT, "url?": str}
ACTION = {
    "action_id": str,
    "block_id": str,
    "type": str,
    "action_ts": str,
    "text?": TEXT,
    "value?": (NONE, str),
    "style?": str,
    "url?": str,
    "confirm?": dict,
    "placeholder?": TEXT,
    "initial_option?": OPTION,
    "selected_option?": (NONE, OPTION),
    "selected_options?": [OPTION],
    "selected_user?": (NONE, str),
    "selected_date?": (NONE, str),
}

COMMAND = {
    "token": str,
    "team_id": str,
    "team_domain": str,
    "enterprise_id?": str,
    "enterprise_name?": str,
    "channel_id": str,
    "channel_name": str,
    "user_id": str,
    "user_name": str,
    "command": str,
    "text": str,
    "api_app_id": str,
    "is_enterprise_install": str,
    "response_url": str,
    "trigger_id": str,
}
CLICK_IN_MESSAGE = {
    **INTERACTION,
    "container": MESSAGE_CONTAINER,
    "trigger_id": str,
    "channel": CHANNEL,
    "message?": MESSAGE,
    "state": {"values": dict},
    "response_url": str,
    "actions": [ACTION],
}
CLICK_IN_VIEW = {
    **INTERACTION,
    "container": VIEW_CONTAINER,
    "trigger_id": str,
    "view": VIEW,
    "actions": [ACTION],
}
VIEW_SUBMISSION = {
    **INTERACTION,
    "trigger_id": str,
    "view": VIEW,
    "response_urls": [{"block_id": str, "action_id": str, "channel_id": str, "response_url": str}],
}
VIEW_CLOSED = {**INTERACTION, "view": VIEW, "is_cleared": bool}
SUGGESTION = {
    **INTERACTION,
    "action_id": str,
    "block_id": str,
    "value": str,
    "container": (VIEW_CONTAINER, MESSAGE_CONTAINER),
    "view?": VIEW,
    "channel?": CHANNEL,
    "message?": MESSAGE,
}
SHORTCUT = {
    key: shape for key, shape in INTERACTION.items() if key != "api_app_id"
} | {"api_app_id?": str, "action_ts": str, "callback_id": str, "trigger_id": str}  # fmt: skip
MESSAGE_ACTION = {
    **SHORTCUT,
    "response_url": str,
    "message_ts": str,
    "channel": CHANNEL,
    "message": MESSAGE,
}

PROFILE = {
    "real_name": str,
    "display_name": str,
    "title?": str,
    "team": str,
    "email?": str,
    "bot_id?": str,
}
PERSON = {
    "id": str,
    "team_id": str,
    "name": str,
    "deleted": bool,
    "real_name": str,
    "tz?": str,
    "tz_label?": str,
    "tz_offset?": int,
    "profile": PROFILE,
    "is_admin?": bool,
    "is_owner?": bool,
    "is_primary_owner?": bool,
    "is_restricted?": bool,
    "is_ultra_restricted?": bool,
    "is_bot": bool,
    "is_app_user": bool,
    "is_stranger?": bool,
    "locale?": str,
    "updated": int,
}
EVENT = {
    "token": str,
    "team_id": str,
    "context_team_id?": str,
    "context_enterprise_id?": (NONE, str),
    "api_app_id": str,
    "type": str,
    "event_id": str,
    "event_time": int,
    "authorizations": [
        {
            "enterprise_id": (NONE, str),
            "team_id": str,
            "user_id": str,
            "is_bot": bool,
            "is_enterprise_install": bool,
        }
    ],
    "is_ext_shared_channel": bool,
    "event_context": str,
}
HOME_OPENED = {
    **EVENT,
    "event": {"type": str, "user": str, "channel": str, "tab": str, "view?": VIEW, "event_ts": str},
}
USER_CHANGE = {**EVENT, "event": {"type": str, "user": PERSON, "cache_ts": int, "event_ts": str}}
TEAM_JOIN = {**EVENT, "event": {"type": str, "user": PERSON, "event_ts": str}}
MEMBER_JOINED = {
    **EVENT,
    "event": {
        "type": str,
        "user": str,
        "channel": str,
        "channel_type": str,
        "team": str,
        "inviter?": str,
        "enterprise?": str,
        "event_ts": str,
    },
}
URL_VERIFICATION = {"token": str, "challenge": str, "type": str}

HELLO = {
    "type": str,
    "num_connections": int,
    "debug_info": {"host": str, "started?": str, "build_number": int, "approximate_connection_time": int},
    "connection_info": {"app_id": str},
}
ENVELOPE = {
    "envelope_id": str,
    "type": str,
    "payload": dict,
    "accepts_response_payload": bool,
}
EVENT_ENVELOPE = {**ENVELOPE, "retry_attempt": int, "retry_reason": str}
DISCONNECT = {"type": str, "reason": str, "debug_info": dict}

TOPIC = {"value": str, "creator": str, "last_set": int}
CONVERSATION = {
    "id": str,
    "name": str,
    "name_normalized": str,
    "is_channel": bool,
    "is_group": bool,
    "is_im": bool,
    "is_mpim": bool,
    "is_private": bool,
    "is_archived": bool,
    "is_general": bool,
    "is_shared": bool,
    "is_ext_shared": bool,
    "is_org_shared": bool,
    "is_member": bool,
    "created": int,
    "creator": str,
    "context_team_id": str,
    "num_members?": int,
    "topic": TOPIC,
    "purpose": TOPIC,
    "unlinked?": int,
    "updated?": int,
}
FILE = {
    "id": str,
    "created": int,
    "timestamp": int,
    "name": str,
    "title": str,
    "mimetype": str,
    "filetype": str,
    "user": str,
    "size": int,
    "mode": str,
    "is_external": bool,
    "is_public": bool,
    "url_private": str,
    "url_private_download": str,
    "permalink": str,
    "channels": [str],
}
GROUP = {
    "id": str,
    "team_id": str,
    "is_usergroup": bool,
    "is_subteam": bool,
    "is_external": bool,
    "name": str,
    "handle": str,
    "description": str,
    "date_create": int,
    "date_update": int,
    "date_delete": int,
    "auto_type": (NONE, str),
    "auto_provision": bool,
    "enterprise_subteam_id": str,
    "created_by": str,
    "updated_by": str,
    "deleted_by": (NONE, str),
    "prefs": {"channels": [str], "groups": [str]},
    "users?": [str],
    "user_count?": int,
}
CURSOR = {"next_cursor": str}
ANSWERS = {
    "auth.test": {
        "ok": bool,
        "url": str,
        "team": str,
        "user": str,
        "team_id": str,
        "user_id": str,
        "bot_id": str,
        "is_enterprise_install": bool,
    },
    "apps.connections.open": {"ok": bool, "url": str},
    "chat.postMessage": {"ok": bool, "channel": str, "ts": str, "message": MESSAGE},
    "chat.update": {"ok": bool, "channel": str, "ts": str, "text": str, "message": MESSAGE},
    "chat.postEphemeral": {"ok": bool, "message_ts": str},
    "chat.getPermalink": {"ok": bool, "permalink": str, "channel": str},
    "chat.delete": {"ok": bool, "channel": str, "ts": str},
    "conversations.info": {"ok": bool, "channel": CONVERSATION},
    "conversations.list": {"ok": bool, "channels": [CONVERSATION], "response_metadata": CURSOR},
    "conversations.members": {"ok": bool, "members": [str], "response_metadata": CURSOR},
    "conversations.join": {"ok": bool, "channel": CONVERSATION},
    "conversations.open": {
        "ok": bool,
        "channel": {"id": str},
        "no_op?": bool,
        "already_open?": bool,
    },
    "conversations.history": {
        "ok": bool,
        "messages": [MESSAGE],
        "has_more": bool,
        "response_metadata?": CURSOR,
    },
    "conversations.replies": {
        "ok": bool,
        "messages": [MESSAGE],
        "has_more": bool,
        "response_metadata?": CURSOR,
    },
    "files.getUploadURLExternal": {"ok": bool, "upload_url": str, "file_id": str},
    "files.info": {"ok": bool, "file": FILE, "comments": [dict], "response_metadata": CURSOR},
    "usergroups.list": {"ok": bool, "usergroups": [GROUP]},
    "usergroups.users.list": {"ok": bool, "users": [str]},
    "users.info": {"ok": bool, "user": PERSON},
    "users.list": {"ok": bool, "members": [PERSON], "cache_ts": int, "response_metadata": CURSOR},
    "users.lookupByEmail": {"ok": bool, "user": PERSON},
    "views.publish": {"ok": bool, "view": VIEW},
}


def differences(shape, value, at=""):
    """What is not as in the shape, each with its place."""
    if shape is ANY:
        return []
    if isinstance(shape, tuple):
        found = [differences(one, value, at) for one in shape if one is not NONE or value is None]
        return [] if [] in found else min(found, key=len)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at}: {type(value).__name__} instead of a list"]
        return [one for index, held in enumerate(value) for one in differences(shape[0], held, f"{at}/{index}")]
    if isinstance(shape, dict):
        return _keys(shape, value, at)
    # a bool is an int in Python, but not in JSON
    fits = isinstance(value, shape) and not (shape is int and isinstance(value, bool))
    return [] if fits else [f"{at}: {type(value).__name__} instead of {shape.__name__}"]


def _keys(shape, value, at):
    if not isinstance(value, dict):
        return [f"{at}: {type(value).__name__} instead of an object"]
    known = {key.removesuffix("?"): held for key, held in shape.items()}
    missing = [f"{at}/{key}: missing" for key in shape if not key.endswith("?") and key not in value]
    unknown = [f"{at}/{key}: unknown to Slack's samples" for key in value if key not in known]
    deeper = [one for key in known if key in value for one in differences(known[key], value[key], f"{at}/{key}")]
    return missing + unknown + deeper
