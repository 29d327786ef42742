"""auth.*, users.*, usergroups.*, apps.*"""

import secrets
from typing import Any

from playground.slack.arguments import Arguments, flag, required, text
from playground.slack.core import Core, SlackError
from playground.slack.paging import limit, metadata, page
from playground.slack.wire import group_json, user_json

EVERYBODY = 1_000_000
"""Without a limit users.list answers with all at once."""


def auth_test(core: Core, _arguments: Arguments) -> dict[str, Any]:
    seed = core.seed
    return {
        "url": f"{core.base_url}/",
        "team": seed.team_name,
        "user": seed.bot_name,
        "team_id": seed.team_id,
        "user_id": seed.bot_user,
        "bot_id": seed.bot_id,
        "is_enterprise_install": False,
    }


def users_info(core: Core, arguments: Arguments) -> dict[str, Any]:
    user = core.state.users.get(text(arguments, "user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(user, core.state.scopes)}


def users_list(core: Core, arguments: Arguments) -> dict[str, Any]:
    size = limit(arguments, EVERYBODY, EVERYBODY, "invalid_arguments")
    everybody = list(core.state.users.values())
    shown, cursor = page(everybody, arguments, kind="user", name_of=lambda one: one.id, size=size)
    members = [user_json(user, core.state.scopes) for user in shown]
    return {"members": members, "cache_ts": int(core.clock()), **metadata(cursor)}


def users_by_email(core: Core, arguments: Arguments) -> dict[str, Any]:
    wanted = required(arguments, "email", "users_not_found").lower()
    for user in core.state.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(user, core.state.scopes)}
    raise SlackError("users_not_found")


def group_members(core: Core, arguments: Arguments) -> dict[str, Any]:
    members = core.state.user_groups.get(text(arguments, "usergroup"))
    if members is None:
        raise SlackError("no_such_subteam")
    return {"users": list(members)}


def groups(core: Core, arguments: Arguments) -> dict[str, Any]:
    shown = [group_json(core, group, members) for group, members in core.state.user_groups.items()]
    hidden = {
        name
        for name, asked in (("users", "include_users"), ("user_count", "include_count"))
        if not flag(arguments, asked)
    }
    return {"usergroups": [{key: value for key, value in one.items() if key not in hidden} for one in shown]}


def open_socket(core: Core, _arguments: Arguments) -> dict[str, Any]:
    base, ticket = core.base_url.replace("http", "ws", 1), secrets.token_hex(8)
    core.socket_tickets.add(ticket)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={core.seed.app_id}"}
