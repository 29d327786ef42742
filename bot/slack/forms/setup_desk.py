"""First step: the desk, its week and its channels."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack.blocks import Block, choice, field
from bot.slack.forms.parts import written
from bot.slack.forms.setup_parts import Seen, channel_field, picked, text_field, ticks_field
from workflows.interview.readback import DAYS
from workflows.policy.desk_checks import WEEK
from workflows.policy.model import Policy

CHANNELS: Final = ("floor_channel", "managers_channel", "audit_channel")


def blocks(seen: Seen) -> list[Block]:
    desk = seen.policy.desk
    days = [choice(name, day) for name, day in zip(DAYS, WEEK, strict=True)]
    digest: Block = {"type": "timepicker", "initial_time": desk.digest_at}
    return [
        text_field("desk.name", "Name of the desk", desk.name, optional=False, hint="Such as Acme order desk."),
        text_field(
            "desk.timezone", "Timezone", desk.timezone, optional=False, hint="Such as America/Chicago.", most=40
        ),
        ticks_field("desk.workdays", "Workdays", days, desk.workdays, hint="None ticked: the desk works every day."),
        field("desk.digest_at", "Time of the digest, on each workday", digest),
        channel_field("desk.floor_channel", "Channel of the floor: releases are announced here", desk.floor_channel),
        channel_field(
            "desk.managers_channel",
            "Channel of the managers: digest and escalations",
            desk.managers_channel,
            optional=True,
        ),
        channel_field(
            "desk.audit_channel", "Channel for the seals of the audit trail", desk.audit_channel, optional=True
        ),
        text_field("desk.floor_email", "E-mail of the floor", ", ".join(desk.floor_email), most=500),
    ]


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    desk = seen.policy.desk
    emails = tuple(each.strip() for each in written(view, "desk.floor_email").split(",") if each.strip())
    days = picked(view, "desk.workdays", "selected_options")
    channels = {key: written(view, f"desk.{key}", "selected_conversation") for key in CHANNELS}
    changed = {
        "name": written(view, "desk.name").strip(),
        "timezone": written(view, "desk.timezone").strip(),
        "workdays": desk.workdays if set(days) == set(desk.workdays) else days,
        "digest_at": written(view, "desk.digest_at", "selected_time") or desk.digest_at,
        "floor_email": emails,
        **channels,
    }
    return seen.policy.model_copy(update={"desk": desk.model_copy(update=changed)})
