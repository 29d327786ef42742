"""Every Web API method that this workspace knows, with its scope and its rate limit tier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playground.slack import methods_chat, methods_conversations, methods_files, methods_people, methods_views
from playground.slack.arguments import Arguments
from playground.slack.core import Core

SPECIAL = 0


@dataclass(frozen=True)
class Method:
    run: Callable[[Core, Arguments], dict[str, Any]]
    scope: str = ""
    tier: int = 4
    token: str = "bot"  # noqa: S105 — the kind of token
    """bot, app, or empty where none is needed."""
    json: bool = True
    """Whether a JSON body is read; Slack's reading methods take form fields only."""


METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(methods_people.open_socket, tier=3, token="app"),  # noqa: S106
    "auth.test": Method(methods_people.auth_test, tier=SPECIAL),
    "blocks.validate": Method(methods_views.validate, tier=SPECIAL, token=""),
    "chat.delete": Method(methods_chat.delete, "chat:write", 3),
    "chat.getPermalink": Method(methods_chat.permalink, tier=SPECIAL, json=False),
    "chat.postEphemeral": Method(methods_chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(methods_chat.post_message, "chat:write", SPECIAL),
    "chat.update": Method(methods_chat.update, "chat:write", 3),
    "conversations.history": Method(methods_conversations.history, tier=3, json=False),
    "conversations.info": Method(methods_conversations.info, tier=3, json=False),
    "conversations.join": Method(methods_conversations.join, "channels:join", 3),
    "conversations.list": Method(methods_conversations.listed, tier=2, json=False),
    "conversations.members": Method(methods_conversations.members, json=False),
    "conversations.open": Method(methods_conversations.open_direct, "im:write", 3),
    "conversations.replies": Method(methods_conversations.thread, tier=3, json=False),
    "files.completeUploadExternal": Method(methods_files.complete, "files:write"),
    "files.getUploadURLExternal": Method(methods_files.upload_url, "files:write", json=False),
    "files.info": Method(methods_files.info, "files:read", json=False),
    "usergroups.list": Method(methods_people.groups, "usergroups:read", 2, json=False),
    "usergroups.users.list": Method(methods_people.group_members, "usergroups:read", 2, json=False),
    "users.info": Method(methods_people.users_info, "users:read", json=False),
    "users.list": Method(methods_people.users_list, "users:read", 2, json=False),
    "users.lookupByEmail": Method(methods_people.users_by_email, "users:read.email", 3, json=False),
    "views.open": Method(methods_views.open_view),
    "views.publish": Method(methods_views.publish),
    "views.push": Method(methods_views.push),
    "views.update": Method(methods_views.update),
}
