"""The one way in: a command and who gives it, in; a stored result, out."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from workflows import refusals
from workflows.bulk import gathered
from workflows.chasing import CLOCK, wanted_by_clock
from workflows.commands import Clocked, ComeBack, Command, Decide, GoAway, Join, Look, RetryCall
from workflows.decide import decide, refused
from workflows.entering import entered
from workflows.homes import concerned
from workflows.order_numbers import BadOrderNumber, candidates
from workflows.outcome import Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.policy.people import Absence, Known
from workflows.ports import Directory, Loaded, Store, UnitOfWork, Wanted
from workflows.results import Result, numbered
from workflows.systems import SYSTEM, shown
from workflows.values import Actor, Standing

# People seen this recently go on when Slack does not answer.
FRESH: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a signed payload says is acting. `foreign`: the person belongs to another workspace (Slack Connect).

    `system`: the name of the API key that asks, as `key:NAME` or for the member with this id.
    """

    user_id: str
    foreign: bool = False
    clock: bool = False  # the desk's own clock, which nothing that arrives can claim to be
    system: str = ""


BY_CLOCK: Final = Claim(CLOCK, clock=True)


class _UnknownMember(Exception):
    """Slack has to be asked who this is, which no open transaction may wait for."""


class _PolicyChanged(Exception):
    """The policy that the attempt began with is not the one in force, which may read order numbers differently."""


class DeskService:
    """Commands of any desk. Holds the policies in force, by version, and nothing else."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._policies: dict[str, Known] = {}

    async def handle(self, desk_id: str, claim: Claim, command: Command) -> Result:
        """Decide and commit. The result is durable when this returns, a refusal as well as a success."""
        asked = False
        while True:
            try:
                return await self._attempt(desk_id, claim, command, asked=asked)
            except _UnknownMember:
                asked = True
                await self._ask_slack(desk_id, claim.user_id, *_named(command))
            except _PolicyChanged:
                continue

    async def newcomer(self, desk_id: str, claim: Claim) -> refusals.NotAMember | None:
        """Why this person may not set up a workspace that has no desk yet, if so; nothing is kept of them."""
        member = None if claim.foreign else await self._directory.look_up(desk_id, claim.user_id)
        standing = Standing.STRANGER if claim.foreign else member.standing if member else Standing.UNKNOWN
        return None if standing is Standing.ACTIVE else refusals.NotAMember(standing=standing)

    async def _attempt(self, desk_id: str, claim: Claim, command: Command, *, asked: bool) -> Result:
        known = self._policies.get(desk_id)
        wanted, malformed = _wanted(claim, command, known.policy if known else None)
        async with self._store.begin(desk_id) as work:
            loaded = await work.load(wanted)
            if loaded.policy_version == 0:
                return refusals.NotSetUp()
            if loaded.earlier is not None:
                return loaded.earlier
            if known is None or known.versions != (loaded.policy_version, loaded.people_version):
                await self._learn(desk_id, loaded, work)
                raise _PolicyChanged
            policy = known.on(loaded.now)
            actor = _actor(claim, loaded, asked=asked)
            snapshot = _snapshot(
                desk_id, loaded, actor, known.people.absences, _other(loaded, asked=asked, wanted=wanted)
            )
            if malformed and actor.standing is Standing.ACTIVE:
                outcome = refused(snapshot, command, malformed)
            else:
                outcome = await _with_suggestions(decide(snapshot, command, policy), snapshot, command, wanted, work)
            outcome = gathered(entered(outcome, actor), snapshot, command)
            outcome = replace(outcome, homes=concerned(outcome, snapshot, policy))
            numbers = await work.save(outcome, snapshot, key=wanted.key, trace=command.origin.trace)
        return numbered(outcome.result, numbers.request, numbers.hold)

    async def _learn(self, desk_id: str, loaded: Loaded, work: UnitOfWork) -> None:
        """Keep this policy and its people, unless another attempt has done so while this one waited."""
        versions = (loaded.policy_version, loaded.people_version)
        known = self._policies.get(desk_id)
        if known is None or known.versions != versions:
            self._policies[desk_id] = Known(versions, await work.policy(loaded.policy_version), await work.people())

    async def _ask_slack(self, desk_id: str, *user_ids: str) -> None:
        for user_id in user_ids:
            member = await self._directory.look_up(desk_id, user_id)
            if member:
                await self._store.keep_member(desk_id, member)


def _wanted(
    claim: Claim, command: Command, policy: Policy | None
) -> tuple[Wanted, refusals.OrderNumberMalformed | None]:
    # A look changes nothing and may go before a command with the same key, so it leaves none.
    key = "" if isinstance(command, Look) else command.origin.key
    if isinstance(command, Decide | Join | RetryCall | Look):
        request = command.reject if isinstance(command, Look) else command.request
        return Wanted(claim.user_id, request=request, key=key), None
    if isinstance(command, Clocked):
        return wanted_by_clock(command), None
    if policy is None or isinstance(command, GoAway | ComeBack):
        return Wanted(claim.user_id, key=key, other=next(iter(_named(command)), "")), None
    try:
        return Wanted(claim.user_id, numbers=candidates(command.order, policy.desk.order_number), key=key), None
    except BadOrderNumber as bad:
        malformed = refusals.OrderNumberMalformed(typed=command.order, problem=str(bad))
        return Wanted(claim.user_id, key=key), malformed


def _actor(claim: Claim, loaded: Loaded, *, asked: bool) -> Actor:
    if claim.clock:
        return Actor(CLOCK, Standing.ACTIVE)
    if claim.foreign:
        return Actor(claim.user_id, Standing.STRANGER)
    if claim.system and claim.user_id == f"{SYSTEM}{claim.system}":
        return Actor(claim.user_id, Standing.ACTIVE, shown(claim.system), claim.system)
    member = loaded.member
    if member and loaded.now - member.checked_at < FRESH:
        return Actor(claim.user_id, member.standing, member.name, claim.system)
    if not asked:
        raise _UnknownMember
    return Actor(claim.user_id, Standing.UNKNOWN, system=claim.system)


def _named(command: Command) -> tuple[str, ...]:
    return (command.deputy,) if isinstance(command, GoAway) else ()


def _other(loaded: Loaded, *, asked: bool, wanted: Wanted) -> Actor | None:
    if not wanted.other:
        return None
    if loaded.other is None and not asked:
        raise _UnknownMember
    return Actor(wanted.other, loaded.other.standing, loaded.other.name) if loaded.other else None


def _snapshot(
    desk_id: str, loaded: Loaded, actor: Actor, absences: tuple[Absence, ...], other: Actor | None
) -> Snapshot:
    return Snapshot(
        now=loaded.now,
        actor=actor,
        order=loaded.order,
        holds=loaded.holds,
        requests=loaded.requests,
        recent_refusals=loaded.recent_refusals,
        names={**loaded.names, actor.user_id: actor.name},
        desk_id=desk_id,
        open_calls=loaded.open_calls,
        absences=absences,
        other=other,
    )


async def _with_suggestions(
    outcome: Outcome, snapshot: Snapshot, command: Command, wanted: Wanted, work: UnitOfWork
) -> Outcome:
    if not isinstance(outcome.result, refusals.OrderUnknown) or isinstance(command, Look):
        return outcome
    close = await work.similar(wanted.numbers)
    return refused(snapshot, command, outcome.result.model_copy(update={"close": close}))
