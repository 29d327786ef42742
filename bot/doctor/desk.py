"""Which desk is it, and can its policy be lived by?"""

from collections.abc import Iterator, Sized
from typing import Final

from bot.doctor.finding import Finding, Findings, ok, problem, skipped, warning
from store.checkup import outbox_state
from store.policies import desks, policy_in_force
from store.pool import Pool
from workflows.policy.check import problems_in, warnings_in
from workflows.policy.load import PolicyProblems
from workflows.policy.model import Policy

DESK: Final = "desk"
POLICY: Final = "policy"
OUTBOX: Final = "outbox"
LATE: Final = 60  # seconds that a notice may be due
TOO_LATE: Final = 300
APPLY: Final = "Correct the policy file, then `redtag desk apply FILE`."


async def find_desk(pool: Pool, team: str | None) -> tuple[str, Findings]:
    """The desk's id, empty where it is not clear, and what there is to say of it."""
    known = await desks(pool)
    shown = ", ".join(known)
    if team and team not in known:
        return "", [problem(DESK, f"There is no desk {team}. Known: {shown or 'none'}.", _make(team))]
    if not known:
        return "", [
            problem(
                DESK,
                "There is no desk yet.",
                "Make it with `redtag desk apply FILE --team T…`; the line slack names its id.",
            )
        ]
    if not team and len(known) > 1:
        return "", [problem(DESK, f"There are several desks: {shown}.", "Say which with --team.")]
    more = f" The database has these: {shown}." if len(known) > 1 else ""
    return team or known[0], [ok(DESK, f"{team or known[0]}.{more}")]


def _make(team: str) -> str:
    return f"Make it with `redtag desk apply FILE --team {team}`."


async def read_policy(pool: Pool, desk_id: str) -> tuple[Policy | None, Findings]:
    try:
        version, policy = await policy_in_force(pool, desk_id)
    except PolicyProblems as unreadable:
        return None, [problem(POLICY, each, APPLY) for each in unreadable.problems]
    if policy is None:
        return None, [problem(POLICY, "The desk has no policy.", _make(desk_id))]
    found = [problem(POLICY, each, APPLY) for each in problems_in(policy)]
    found += [warning(POLICY, each, APPLY) for each in warnings_in(policy) if not _said_elsewhere(each)]
    counted = f"{_count(policy.roles, 'role')}, {_count(policy.reasons, 'reason')}, {_count(policy.rules, 'rule')}"
    return policy, found or [ok(POLICY, f"Version {version} is in force: {counted}; `desk check` finds nothing.")]


def _count(things: Sized, what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"


def _said_elsewhere(sentence: str) -> bool:
    """Members and addresses of roles have a check of their own."""
    where = sentence.partition(":")[0]
    return where.startswith("roles.") and where.endswith((".email", ".members"))


async def check_outbox(pool: Pool, desk_id: str) -> Findings:
    state = await outbox_state(pool, desk_id)
    due = state.oldest_due.total_seconds() if state.oldest_due else 0.0
    found = [*_late(due), *_dead(state.dead)]
    last = f"the last one was sent {state.last_sent:%Y-%m-%d %H:%M} UTC" if state.last_sent else "none was sent yet"
    return found or [ok(OUTBOX, f"Nothing is late or given up: {state.ready} waiting, {last}.")]


def _late(seconds: float) -> Iterator[Finding]:
    if seconds > LATE:
        found = f"A notice has been due for {int(seconds // 60)} min: cards, posts and e-mails come late."
        mend = "Is `redtag serve` or `redtag worker` running? Their log says what keeps them."
        yield (problem if seconds > TOO_LATE else warning)(OUTBOX, found, mend)


def _dead(count: int) -> Iterator[Finding]:
    if count:
        found = f"{count} notice{'s were' if count > 1 else ' was'} given up."
        mend = "`redtag notices dead` says why. When that is mended: `redtag notices retry --all`."
        yield problem(OUTBOX, found, mend)


def no_desk(check: str) -> Finding:
    return skipped(check, "It is not known which desk to look at.")
