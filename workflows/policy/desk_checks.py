"""What is wrong with [desk] and [stages]."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from workflows.policy.fields import folded
from workflows.policy.model import OrderNumberFormat, Policy
from workflows.policy.patterns import literal_prefixes, problem_of
from workflows.policy.sentences import meant, shown
from workflows.values import Stage
from workflows.words import listed

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,30}")
EMAIL: Final = re.compile(r"[^@\s<>\"',;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def problems(policy: Policy) -> Iterator[str]:
    desk = policy.desk
    if not desk.name.strip():
        yield "desk.name: is empty. Give the desk a name."
    yield from _timezone(desk.timezone)
    yield from _times(desk.workdays, desk.digest_at)
    yield from _hours(desk.work_hours, desk.ship_cutoff)
    yield from channel_problem("desk.floor_channel", desk.floor_channel)
    for key in ("managers_channel", "audit_channel"):
        if getattr(desk, key):
            yield from channel_problem(f"desk.{key}", getattr(desk, key))
    yield from email_problems("desk.floor_email", desk.floor_email)
    yield from email_problems("desk.managers_email", desk.managers_email)
    yield from _order_number(desk.order_number)
    yield from _stages(policy.stages)


def channel_problem(where: str, channel: str) -> Iterator[str]:
    if not channel:
        yield f"{where}: is empty. Give the id of a Slack channel, such as C0CREDIT."
    elif not CHANNEL.fullmatch(channel):
        yield (
            f"{where}: “{shown(channel)}” is not the id of a channel. Ids begin with C or G; "
            "Slack shows it at the end of the channel's details."
        )


def email_problems(where: str, addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        if not EMAIL.fullmatch(address):
            yield f"{where}: “{shown(address)}” is not an e-mail address. Write it as floor@acme.example."


def _timezone(name: str) -> Iterator[str]:
    if not name:
        yield "desk.timezone: is empty. Name the desk's timezone, such as America/Chicago."
    elif not is_timezone(name):
        how = meant(name, available_timezones()) or " Write it as America/Chicago or Europe/Berlin."
        yield f"desk.timezone: “{shown(name)}” is not a timezone.{how}"


@lru_cache(maxsize=256)
def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _times(workdays: tuple[str, ...], digest_at: str) -> Iterator[str]:
    if not workdays:
        yield f"desk.workdays: is empty. List some of {listed(WEEK)}."
    for day in workdays:
        if day not in WEEK:
            yield f"desk.workdays: “{shown(day)}” is not a day. Write {listed(WEEK)}."
    if not _CLOCK.fullmatch(digest_at):
        yield f"desk.digest_at: “{shown(digest_at)}” is not a time of day. Write it as 08:30."


def _hours(hours: tuple[str, ...], cutoff: str) -> Iterator[str]:
    clocks = all(_CLOCK.fullmatch(clock) for clock in hours)
    if hours and not (len(hours) == 2 and clocks and hours[0] < hours[1]):
        yield (
            "desk.work_hours: must be two times of one day, the earlier first. "
            'Write them as ["08:00", "17:00"], or [] for all day.'
        )
    if cutoff and not _CLOCK.fullmatch(cutoff):
        yield f"desk.ship_cutoff: “{shown(cutoff)}” is not a time of day. Write it as 15:30."


def _order_number(fmt: OrderNumberFormat) -> Iterator[str]:
    where = "desk.order_number.pattern"
    if any(character.isalnum() for character in fmt.strip):
        yield "desk.order_number.strip: holds letters or digits, which belong to numbers. Leave only signs, such as #."
    if fmt.pattern is None:
        return
    problem = problem_of(fmt.pattern)
    if problem:
        yield f"{where}: {problem}. Write it as ORD-\\d+ (in TOML \"ORD-\\\\d+\", or 'ORD-\\d+' in single quotes)."
        return
    for prefix in literal_prefixes(fmt.pattern):
        if fmt.uppercase and prefix != prefix.upper():
            yield f"{where}: begins with “{prefix}”, but uppercase = true, so nothing matches. Write {prefix.upper()}."
        elif prefix.lstrip(f"{fmt.strip} ") != prefix:
            yield f"{where}: begins with “{prefix}”, which `strip` takes away, so nothing matches. Leave it out."


def _stages(stages: Mapping[str, str]) -> Iterator[str]:
    for word, ours in stages.items():
        where = f"stages.{shown(word)}"
        if ours not in set(Stage):
            yield f"{where}: “{shown(ours)}” is not a stage. Use {listed(tuple(Stage))}.{meant(ours, Stage)}"
        own = folded(word)
        if not own:
            yield "stages: has an empty word. Take it out."
        elif own in set(Stage) and own != ours:
            yield f"{where}: is a stage word of Redtag itself and cannot mean {shown(ours)}. Take it out."
    words = [folded(word) for word in stages]
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        yield f"stages: “{shown(word)}” stands there twice; large and small letters are the same. Take one out."
