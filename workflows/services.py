"""The one way in: a command and who gives it, in; a stored result, out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from workflows import refusals
from workflows.commands import Command, Decide, Join, Look, RetryCall
from workflows.decide import decide, refused
from workflows.order_numbers import BadOrderNumber, candidates
from workflows.outcome import Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.ports import Directory, Loaded, Store, UnitOfWork, Wanted
from workflows.results import Result, numbered
from workflows.values import Actor, Standing

# People seen this recently go on when Slack does not answer.
FRESH: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a signed payload says is acting. `foreign`: the person belongs to another workspace (Slack Connect)."""

    user_id: str
    foreign: bool = False


class _UnknownMember(Exception):
    """Slack has to be asked who this is, which no open transaction may wait for."""


class _PolicyChanged(Exception):
    """The policy that the attempt began with is not the one in force, which may read order numbers differently."""


class DeskService:
    """Commands of any desk. Holds the policies in force, by version, and nothing else."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._policies: dict[str, tuple[int, Policy]] = {}

    async def handle(self, desk_id: str, claim: Claim, command: Command) -> Result:
        """Decide and commit. The result is durable when this returns, a refusal as well as a success."""
        asked = False
        while True:
            try:
                return await self._attempt(desk_id, claim, command, asked=asked)
            except _UnknownMember:
                asked = True
                await self._ask_slack(desk_id, claim.user_id)
            except _PolicyChanged:
                continue

    async def _attempt(self, desk_id: str, claim: Claim, command: Command, *, asked: bool) -> Result:
        known = self._policies.get(desk_id)
        wanted, malformed = _wanted(claim, command, known[1] if known else None)
        async with self._store.begin(desk_id) as work:
            loaded = await work.load(wanted)
            if loaded.policy_version == 0:
                return refusals.NotSetUp()
            if loaded.earlier is not None:
                return loaded.earlier
            policy = known[1] if known and known[0] == loaded.policy_version else None
            if policy is None:
                await self._learn(desk_id, loaded.policy_version, work)
                raise _PolicyChanged
            actor = _actor(claim, loaded, asked=asked)
            snapshot = _snapshot(desk_id, loaded, actor)
            if malformed and actor.standing is Standing.ACTIVE:
                outcome = refused(snapshot, command, malformed)
            else:
                outcome = await _with_suggestions(decide(snapshot, command, policy), snapshot, command, wanted, work)
            numbers = await work.save(outcome, snapshot, key=wanted.key, trace=command.origin.trace)
        return numbered(outcome.result, numbers.request, numbers.hold)

    async def _learn(self, desk_id: str, version: int, work: UnitOfWork) -> None:
        """Keep this policy, unless another attempt has done so while this one waited."""
        known = self._policies.get(desk_id)
        if known is None or known[0] != version:
            self._policies[desk_id] = (version, await work.policy(version))

    async def _ask_slack(self, desk_id: str, user_id: str) -> None:
        member = await self._directory.look_up(desk_id, user_id)
        if member:
            await self._store.keep_member(desk_id, member)


def _wanted(
    claim: Claim, command: Command, policy: Policy | None
) -> tuple[Wanted, refusals.OrderNumberMalformed | None]:
    # A look changes nothing and may go before a command with the same key, so it leaves none.
    key = "" if isinstance(command, Look) else command.origin.key
    if isinstance(command, Decide | Join | RetryCall):
        return Wanted(claim.user_id, request=command.request, key=key), None
    if isinstance(command, Look):
        return Wanted(claim.user_id, request=command.reject, key=key), None
    if policy is None:
        return Wanted(claim.user_id, key=key), None
    try:
        return Wanted(claim.user_id, numbers=candidates(command.order, policy.desk.order_number), key=key), None
    except BadOrderNumber as bad:
        malformed = refusals.OrderNumberMalformed(typed=command.order, problem=str(bad))
        return Wanted(claim.user_id, key=key), malformed


def _actor(claim: Claim, loaded: Loaded, *, asked: bool) -> Actor:
    if claim.foreign:
        return Actor(claim.user_id, Standing.STRANGER)
    member = loaded.member
    if member and loaded.now - member.checked_at < FRESH:
        return Actor(claim.user_id, member.standing, member.name)
    if not asked:
        raise _UnknownMember
    return Actor(claim.user_id, Standing.UNKNOWN)


def _snapshot(desk_id: str, loaded: Loaded, actor: Actor) -> Snapshot:
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
    )


async def _with_suggestions(
    outcome: Outcome, snapshot: Snapshot, command: Command, wanted: Wanted, work: UnitOfWork
) -> Outcome:
    if not isinstance(outcome.result, refusals.OrderUnknown) or isinstance(command, Look):
        return outcome
    close = await work.similar(wanted.numbers)
    return refused(snapshot, command, outcome.result.model_copy(update={"close": close}))
