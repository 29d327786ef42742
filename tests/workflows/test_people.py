"""Who may act for a role today: groups, leavers, deputies, and deputies of deputies."""

from datetime import date

import pytest

from tests.factories import make_decision, make_policy, make_request
from workflows.policy.people import Absence, People, makes_a_circle, present_deputy, staffed
from workflows.signers import barred_from, members_of, rung, signing_roles, waiting_for
from workflows.values import Kind, Signature

TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)


def credit(people, **role):
    policy = make_policy()
    changed = policy.roles["credit"].model_copy(update={"members": ("U0ROSA", "U0IVAN"), **role})
    return staffed(policy.model_copy(update={"roles": {**policy.roles, "credit": changed}}), people, TODAY)


def away(member, deputy, until=TODAY):
    return Absence(member, deputy, until)


def test_a_user_group_adds_its_members_once():
    policy = credit(People(groups={"S0CREDIT": ("U0IVAN", "U0NINA")}), user_groups=("S0CREDIT", "S0OTHER"))
    assert policy.roles["credit"].members == ("U0ROSA", "U0IVAN", "U0NINA")


def test_who_has_left_holds_no_role_even_through_a_group_or_as_a_deputy():
    people = People((away("U0ROSA", "U0LEFT"),), {"S0CREDIT": ("U0LEFT",)}, frozenset({"U0LEFT", "U0IVAN"}))
    assert credit(people, user_groups=("S0CREDIT",)).roles["credit"].members == ("U0ROSA",)


def test_a_deputy_joins_and_the_one_who_is_away_may_still_sign_but_is_not_waited_for():
    policy = credit(People((away("U0ROSA", "U0WALT"),)))
    assert policy.roles["credit"].members == ("U0ROSA", "U0IVAN", "U0WALT")
    assert members_of(policy, "credit") == ("U0IVAN", "U0WALT")
    assert policy.in_whose_name("credit", "U0WALT") == "U0ROSA"
    assert "credit" in policy.roles_of("U0WALT")
    assert "credit" not in policy.own_roles_of("U0WALT")
    assert policy.own_roles_of("U0ROSA") >= {"credit"}


@pytest.mark.parametrize(
    ("absences", "gone", "rung"),
    [
        ((), (), ("U0ROSA",)),
        ((away("U0ROSA", "U0WALT"),), (), ("U0WALT",)),
        ((away("U0ROSA", "U0IVAN"),), (), ("U0IVAN",)),
        ((away("U0ROSA", "U0WALT"), away("U0WALT", "U0MONA")), (), ("U0MONA",)),
        ((away("U0ROSA", "U0WALT"),), ("U0WALT",), ("U0IVAN",)),
        ((), ("U0ROSA",), ("U0IVAN",)),
    ],
)
def test_cards_ring_somebody_who_is_there(absences, gone, rung):
    people = People(absences, gone=frozenset(gone))
    assert credit(people, notify=("U0ROSA",)).roles["credit"].notify == rung
    assert credit(people, notify=()).roles["credit"].notify == ()


def waited_for(policy, **changes):
    return [group.members for group in waiting_for(policy, make_request(**{"requested_by": "U0CARL", **changes}))]


def test_only_those_are_waited_for_whose_signature_would_count():
    policy = credit(People((away("U0ROSA", "U0WALT"),)))
    assert waited_for(policy) == [("U0IVAN", "U0WALT")]
    assert waited_for(policy, requested_by="U0ROSA") == [("U0IVAN",)]  # a deputy does not sign what they asked
    two = {"sign": (Signature("credit", 2),)}
    assert waited_for(policy, **two, decisions=(make_decision(member="U0IVAN"),)) == [("U0WALT",)]
    assert waited_for(policy, **two, decisions=(make_decision(member="U0ROSA"),)) == [("U0IVAN",)]
    own = policy.model_copy(update={"desk": policy.desk.model_copy(update={"self_approval": True})})
    assert waited_for(own, requested_by="U0IVAN") == [("U0IVAN", "U0WALT")]
    assert waited_for(own, requested_by="U0IVAN", kind=Kind.RELEASE_HOLD) == [("U0WALT",)]


@pytest.mark.parametrize(("asker", "found"), [("U0CARL", ("U0WALT",)), ("U0ROSA", ()), ("U0WALT", ())])
def test_nobody_is_rung_who_cannot_sign_this_one(asker, found):
    policy = credit(People((away("U0ROSA", "U0WALT"),)), notify=("U0ROSA",))
    request = make_request(requested_by=asker, kind=Kind.RELEASE_HOLD)
    (group,) = waiting_for(policy, request)
    assert rung(policy, request, group) == found


def test_who_stands_in_for_two_signs_for_the_one_who_did_not_ask():
    policy = credit(People((away("U0ROSA", "U0WALT"), away("U0IVAN", "U0WALT"))))
    for asked, other in (("U0ROSA", "U0IVAN"), ("U0IVAN", "U0ROSA")):
        request = make_request(requested_by=asked)
        assert policy.in_whose_name("credit", "U0WALT", barred_from(request)) == other
        assert "credit" in signing_roles(policy, request, "U0WALT")
        assert waited_for(policy, requested_by=asked) == [("U0WALT",)]


def test_an_absence_counts_through_its_last_day():
    assert "U0WALT" in credit(People((away("U0ROSA", "U0WALT", TODAY),))).roles["credit"].members
    assert "U0WALT" not in credit(People((away("U0ROSA", "U0WALT", YESTERDAY),))).roles["credit"].members


def test_a_colleague_of_the_role_signs_for_themselves():
    policy = credit(People((away("U0ROSA", "U0IVAN"),)))
    assert policy.in_whose_name("credit", "U0IVAN") == ""
    assert members_of(policy, "credit") == ("U0IVAN",)


@pytest.mark.parametrize(
    ("deputies", "found"),
    [
        ({"A": "B"}, "B"),
        ({"A": "B", "B": "C"}, "C"),
        ({"A": "B", "B": "A"}, ""),
        ({"A": "B", "B": "C", "C": "B"}, ""),
        ({"A": "B", "B": "C", "C": "A"}, ""),
    ],
)
def test_a_deputy_who_is_away_is_stood_in_for_and_a_circle_leads_nowhere(deputies, found):
    assert present_deputy("A", deputies) == found


def test_a_circle_is_seen_before_it_is_closed():
    absences = [away("B", "C")]
    assert makes_a_circle("C", "B", absences)
    assert not makes_a_circle("A", "B", absences)


@pytest.mark.parametrize(("asker", "may"), [("U0CARL", True), ("U0ROSA", False), ("U0WALT", True)])
def test_nobody_signs_in_the_name_of_the_one_who_asked(asker, may):
    policy = credit(People((away("U0ROSA", "U0WALT"),)))
    assert ("credit" in signing_roles(policy, make_request(requested_by=asker), "U0WALT")) is may
