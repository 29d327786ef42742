"""Who plays whom: somebody who may ask, somebody who may not sign, and a person for each signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workflows.policy.model import Policy
from workflows.policy.rules import Applied
from workflows.policy.signable import people_for
from workflows.signers import fillable, members_of

NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """`outsider` may not ask and `bystander` may not sign; empty where everybody may.

    `signed_by_asking` is the role for which the asker has signed already, `signers` who signs for which role, in turn.
    """

    asker: str
    outsider: str
    bystander: str
    signed_by_asking: str
    signers: tuple[tuple[str, str], ...]


class Company:
    """Everybody whom the policy names, and `extras`: active members without any role, where there are such."""

    def __init__(self, policy: Policy, extras: Sequence[str] = ()) -> None:
        self._policy = policy
        self._extras = tuple(extras)
        named = (member for role in policy.roles.values() for member in role.members)
        self._people = tuple(dict.fromkeys((*self._extras, *named)))

    def cast(self, kind: str, applied: Applied) -> Cast | None:
        """None where nobody could ask for this and have it signed."""
        places = [entry.role for entry in applied.sign for _ in range(entry.approvals)]
        for asker in self._askers(kind, applied, set(places)):
            signed = self._signs_by_asking(kind, asker, places)
            signers = self._signers(kind, asker, signed, places)
            if signers is not None:
                outsiders = (user for user in self._people if not self._may_ask(applied, user))
                bystanders = (user for user in self._people if user != asker and not self._signs(user, places))
                return Cast(asker, next(outsiders, NOBODY), next(bystanders, NOBODY), signed, signers)
        return None

    def named(self, user: str, applied: Applied) -> str:
        """The person with a role that tells who it is, if possible one that this request is about."""
        about = (*(entry.role for entry in applied.sign), *sorted(applied.ask or ()))
        roles = (role for role in (*about, *self._policy.roles) if user in members_of(self._policy, role))
        role = next(roles, NOBODY)
        return f"{user} ({self._policy.role_label(role) if role else 'no role'})"

    def _askers(self, kind: str, applied: Applied, signing: set[str]) -> list[str]:
        """A placement is best asked for by somebody whose asking is not yet a signature.

        Everything else by somebody who might sign: only then is the refusal of their own click worth anything.
        """
        may = [user for user in self._people if self._may_ask(applied, user)]
        signs_last = kind == "place_hold" or self.signs_own(kind)
        return sorted(may, key=lambda user: self._signs(user, list(signing)) is signs_last)

    def _may_ask(self, applied: Applied, user: str) -> bool:
        return applied.ask is None or bool(applied.ask & self._policy.roles_of(user))

    def _signs(self, user: str, places: Sequence[str]) -> bool:
        return not self._policy.roles_of(user).isdisjoint(places)

    def signs_own(self, kind: str) -> bool:
        """Whether a click on one's own request may count. A release always needs a second person."""
        return self._policy.desk.self_approval and kind != "release_hold"

    def _signs_by_asking(self, kind: str, asker: str, places: Sequence[str]) -> str:
        if kind != "place_hold" or not self._policy.desk.owner_placement_signs:
            return NOBODY
        return fillable(places, self._policy.roles_of(asker)) or NOBODY

    def _signers(self, kind: str, asker: str, signed: str, places: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
        """For the signatures in their order: each click then fills the first one that is missing."""
        left = list(places)
        if signed:
            left.remove(signed)
        may_click = self.signs_own(kind) and not signed
        candidates = [[user for user in members_of(self._policy, role) if may_click or user != asker] for role in left]
        people = people_for([[user for user in each if user != asker] for each in candidates]) or people_for(candidates)
        return None if people is None else tuple(zip(left, people, strict=True))
