"""Which rule applies: first match, strict thresholds, and the owner of the reason where none does."""

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.policies import policy
from workflows.policy.model import Policy
from workflows.policy.rules import Applied, rule_for
from workflows.values import Kind, Stage


def applied(policy: Policy, **facts: Any) -> Applied:
    kind = facts.pop("kind", "cancel")
    code = facts.pop("reason", {"cancel": "duplicate", "change": "entry-error"}.get(kind, "credit"))
    reason = policy.reason(kind if kind in {"cancel", "change"} else "hold", code)
    given = {"order_total": 1000, "currency": "USD", "stage": "open", "customer": "Initech", **facts}
    return rule_for(policy, kind=kind, reason=reason, **given)


def rules(*rules: dict[str, Any]) -> Policy:
    reasons = [
        {"kind": "hold", "code": "credit"},
        {"kind": "cancel", "code": "duplicate"},
        {"kind": "cancel", "code": "other"},
        {"kind": "change", "code": "entry-error"},
    ]
    return policy(rules=list(rules), reasons=reasons)


def over(key: str, **amounts: Any) -> Policy:
    return rules({"kind": "cancel", "when": {key: amounts}, "sign": [{"role": "manager"}]})


def roles(applied: Applied) -> list[tuple[str, int]]:
    return [(each.role, each.approvals) for each in applied.sign]


@pytest.mark.parametrize(
    ("kind", "signer"),
    [("place_hold", "credit"), ("release_hold", "credit"), ("cancel", "cs_lead"), ("change", "cs_lead")],
)
def test_without_a_rule_the_owner_of_the_reason_signs(kind, signer):
    found = applied(policy(), kind=kind)
    assert (found.rule, found.ask, roles(found)) == ("default", None, [(signer, 1)])
    assert (found.remind_after, found.escalate_after) == (timedelta(hours=2), timedelta(days=1))
    assert found.escalate_to == "manager"


@pytest.mark.parametrize(
    ("kind", "expires"),
    [("place_hold", None), *((kind, timedelta(days=7)) for kind in ("release_hold", "cancel", "change"))],
)
def test_a_placement_never_expires(kind, expires):
    assert applied(policy(), kind=kind).expire_after == expires
    assert applied(rules({"kind": kind, "expire_after": "7d"}), kind=kind).expire_after == expires


def test_a_cancel_reason_of_another_owner_is_signed_by_that_owner():
    changed = policy(reasons=[{"kind": "cancel", "code": "duplicate", "owner": "credit"}])
    assert roles(applied(changed)) == [("credit", 1)]


def test_the_first_rule_that_matches_wins():
    two = rules({"kind": "cancel", "sign": [{"role": "credit"}]}, {"kind": "cancel", "sign": [{"role": "manager"}]})
    assert (applied(two).rule, roles(applied(two))) == (1, [("credit", 1)])


def test_a_rule_of_another_kind_never_matches():
    assert applied(rules({"kind": "change"})).rule == "default"


@pytest.mark.parametrize("kind", list(Kind))
def test_the_kinds_of_requests_are_the_kinds_of_rules(kind):
    found = applied(rules(*({"kind": str(kind)} for kind in Kind)), kind=kind, stage=Stage.OPEN)
    assert found.rule == list(Kind).index(kind) + 1


@pytest.mark.parametrize(
    ("limit", "currency", "total", "matches"),
    [
        (5000, "USD", 499_999, False),
        (5000, "USD", 500_000, False),
        (5000, "USD", 500_001, True),
        ("5000.50", "USD", 500_050, False),
        ("5000.50", "USD", 500_051, True),
        (5000, "JPY", 5000, False),
        (5000, "JPY", 5001, True),
        (5000, "KWD", 5_000_000, False),
        (5000, "KWD", 5_000_001, True),
        (0, "USD", 0, False),
        (0, "USD", 1, True),
    ],
)
def test_a_total_must_be_strictly_over_its_limit(limit, currency, total, matches):
    found = applied(over("order_total_over", **{currency: limit}), order_total=total, currency=currency)
    assert (found.rule == 1) is matches


def test_a_currency_without_a_limit_matches():
    assert applied(over("order_total_over", USD=5000), order_total=1, currency="EUR").rule == 1


@pytest.mark.parametrize(("refund", "matches"), [(9999, False), (10_000, False), (10_001, True), (None, True)])
def test_a_refund_is_compared_strictly_and_an_unknown_one_matches(refund, matches):
    assert (applied(over("refund_over", USD=100), refund=refund).rule == 1) is matches


@pytest.mark.parametrize(
    ("when", "facts", "matches"),
    [
        ({"reason": "duplicate"}, {"reason": "duplicate"}, True),
        ({"reason": ["DUPLICATE", "x"]}, {"reason": "duplicate"}, True),
        ({"reason": "duplicate"}, {"reason": "other"}, False),
        ({"reason": "duplicate"}, {"reason": "no such reason"}, False),
        ({"stage": "open"}, {"stage": Stage.OPEN}, True),
        ({"stage": ["picked", "packed"]}, {"stage": "packed"}, True),
        ({"stage": ["picked", "packed"]}, {"stage": "open"}, False),
        ({"customer": "initech"}, {"customer": " INITECH "}, True),
        ({"customer": "Initech"}, {"customer": "Initech Ltd"}, False),
        ({"stage": "open", "customer": "Initech"}, {"stage": "open", "customer": "Initrode"}, False),
        ({"order_total_over": {"USD": 5}, "stage": "open"}, {"order_total": 501, "stage": "open"}, True),
        ({"order_total_over": {"USD": 5}, "stage": "open"}, {"order_total": 501, "stage": "packed"}, False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(when, facts, matches):
    assert (applied(rules({"kind": "cancel", "when": when}), **facts).rule == 1) is matches


def test_a_rule_gives_who_may_ask_who_signs_and_the_periods():
    rule = {
        "kind": "cancel",
        "ask": ["csr"],
        "sign": [{"role": "cs_lead", "approvals": 2}, {"role": "credit"}],
        "remind_after": "30m",
        "escalate_after": "never",
        "escalate_to": "credit",
        "expire_after": "1d",
    }
    found = applied(rules(rule))
    assert (found.ask, roles(found)) == (frozenset({"csr"}), [("cs_lead", 2), ("credit", 1)])
    assert (found.remind_after, found.escalate_after) == (timedelta(minutes=30), None)
    assert (found.escalate_to, found.expire_after) == ("credit", timedelta(days=1))


def test_a_rule_without_signers_keeps_the_owner():
    assert roles(applied(rules({"kind": "release_hold", "ask": ["csr"]}), kind="release_hold")) == [("credit", 1)]


def test_a_hold_whose_reason_left_the_policy_is_signed_by_its_stored_owner():
    found = applied(policy(), kind="release_hold", reason="gone", fallback_owner="credit")
    assert roles(found) == [("credit", 1)]


def test_managers_stand_in_for_an_owner_whose_role_left_the_policy():
    found = applied(policy(), kind="release_hold", reason="gone", fallback_owner="fraud")
    assert roles(found) == [("manager", 1)]


@pytest.mark.parametrize(
    ("changed", "explanation"),
    [
        (rules(), "no rule matches, the owner of the reason signs: Customer service lead signs"),
        (rules({"kind": "cancel"}), "rule 1, always: Customer service lead signs"),
        (
            rules(
                {"kind": "change"},
                {
                    "kind": "cancel",
                    "when": {"order_total_over": {"USD": "5.50", "EUR": 5000}, "stage": ["open", "picked"]},
                    "sign": [{"role": "cs_lead"}, {"role": "credit", "approvals": 2}],
                },
            ),
            (
                "rule 2, order total over EUR 5,000 or USD 5.50 and stage open or picked: "
                "Customer service lead and 2 of Credit sign"
            ),
        ),
    ],
)
def test_the_explanation_says_which_rule_and_why(changed, explanation):
    assert applied(changed).explanation == explanation


def test_what_applies_can_be_hashed():
    assert len({applied(policy()), applied(policy()), applied(policy(), kind="place_hold")}) == 2
