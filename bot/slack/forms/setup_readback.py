"""The last step: the policy in plain words, what changes, what to worry about; and what others applied meanwhile."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.slack import text
from bot.slack.blocks import Block, View, chunks, divider, header, section
from bot.slack.forms.parts import Where, carried, form, message_view
from bot.slack.forms.setup import DONE, frame
from bot.slack.forms.setup_parts import Seen
from bot.slack.ids import CallbackId
from workflows.interview.draft import Meanwhile
from workflows.interview.readback import read_back, spelled, week_in_words
from workflows.interview.steps import READ_BACK, step_of, title
from workflows.policy.fields import period
from workflows.policy.model import Policy

MOVED: Final = "moved"
MOST: Final = 12_000  # characters of one list
_WORKDAYS: Final = "Desk, workdays: "
_PERIOD: Final = re.compile(r"(?<=, stale after )[0-9]+[dhm](?=, )")
_KEY: Final = re.compile(r"(?<=, )[a-z_.]+(?=:)")
# A remark of the policy's check names the place in the file; here what follows from it is enough.
_REMARK: Final = re.compile(r"[a-z_]+(?:\.[\w-]+)+: is (?:empty|not given|on)\. ")
_PERSON: Final = re.compile(r"@\u200b?([UW][A-Z0-9]{2,30})\b")


def build(
    seen: Seen, *, changed: Sequence[str], problems: Sequence[str], worries: Sequence[str], lost: Sequence[str] = ()
) -> View:
    """With problems it leads to the step of the first; without, sending it applies the policy."""
    policy = seen.policy
    listed = [
        _list("To be mended before it can apply", problems, policy),
        _list("What changes", _changes(changed) or ["Nothing: this is the policy in force."], policy),
        _list("Gone meanwhile, so not carried over", lost, policy),
        _list("Worries", [_REMARK.sub("", each) for each in worries], policy),
        [divider(), header("How it will be")],
        *(_list(name, sentences, policy, most=MOST // 2) for name, sentences in read_back(policy)),
    ]
    submit = title(step_of(problems[0], policy))[:24] if problems else "👍 Apply"
    more = {"step": READ_BACK, "based_on": str(seen.draft.based_on)}
    blocks = [*frame(seen), *(block for part in listed for block in part)]
    return form(CallbackId.SETUP_SUBMIT, title(READ_BACK), submit, blocks, carried(Where(), **more))


def moved(seen: Seen, meanwhile: Sequence[Meanwhile]) -> View:
    """Somebody else applied a policy after this interview began."""
    blocks = [section("*Somebody applied another policy meanwhile*, so nothing was applied yet.")]
    for each in meanwhile[:5]:
        who = f"{text.member(each.by)} applied version {each.version} on {text.when(each.at)}"
        blocks += _list(who, _changes(each.differences), seen.policy, strong=False)
    blocks.append(section("Your answers can be carried over onto it: they change only what you changed."))
    more = {"step": MOVED, "based_on": str(seen.draft.based_on)}
    return form(CallbackId.SETUP_SUBMIT, "Not applied yet", "Carry over", blocks, carried(Where(), **more))


def applied(changed: Sequence[str], policy: Policy) -> View:
    blocks = [section(f"*{text.mrkdwn(policy.desk.name, 75)}* is set up. {DONE}"), divider()]
    return message_view("Applied", [*blocks, *_list("What changed", _changes(changed) or ["Nothing"], policy)])


def _changes(sentences: Iterable[str]) -> list[str]:
    """`Desk, digest at: 08:30 → 09:00`, where the command line names the file's key."""
    return [_spoken(each).replace(" -> ", " → ") for each in sentences]


def _spoken(change: str) -> str:
    if change.startswith(_WORKDAYS):
        weeks = [week_in_words(days.split(", ")) for days in change.removeprefix(_WORKDAYS).split(" -> ")]
        return f"Desk, workdays: {' -> '.join(weeks)}"
    named = _KEY.sub(lambda key: key[0].replace("_", " "), change)
    return _PERIOD.sub(lambda found: spelled(period(found[0])), named)


def _list(name: str, sentences: Iterable[str], policy: Policy, *, strong: bool = True, most: int = MOST) -> list[Block]:
    lines = [f"• {_linked(sentence, policy)}" for sentence in sentences]
    if not lines:
        return []
    return [section(part) for part in chunks([f"*{name}*" if strong else name, *lines], most, "line", "lines")]


def _linked(sentence: str, policy: Policy) -> str:
    """Safe mrkdwn in which people and channels are theirs."""
    said = _PERSON.sub(r"<@\1>", text.mrkdwn(sentence, 600))
    channels = {role.channel for role in policy.roles.values()}
    desk = policy.desk
    channels |= {desk.floor_channel, desk.managers_channel, desk.audit_channel}
    known = "|".join(sorted((re.escape(each) for each in channels if each), key=len, reverse=True))
    return re.sub(rf"\b({known})\b", r"<#\1>", said) if known else said
