"""What a new version changes, as people read it before they say yes."""

import pytest
from hypothesis import given, settings

from tests.workflows.policies import policy
from tests.workflows.test_policy_load import documents
from workflows.policy.diff import differences
from workflows.policy.model import Policy

REASONS = [{"kind": "hold", "code": "credit"}, {"kind": "hold", "code": "fraud", "owner": "cs_lead"}]
RULE = {"kind": "cancel", "when": {"order_total_over": {"USD": 5000}}, "ask": ["csr"], "sign": [{"role": "credit"}]}
RULE_WORDS = (
    "cancel, order total over USD 5,000: Customer service may ask, Credit signs, "
    "remind 2h, expire 7d, escalate 1d to manager"
)


def test_equal_policies_differ_in_nothing():
    assert differences(policy(), policy()) == ()


def test_the_first_policy_is_counted():
    said = "First policy of Acme: 4 roles, 4 reasons, 0 rules and 0 exports"
    assert differences(None, policy()) == (said,)


ERP = {"name": "erp", "url": "https://erp.acme.example", "secret": "env:REDTAG_HOOK_ERP"}
ERP_AT = "at https://erp.acme.example, signed with env:REDTAG_HOOK_ERP"


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        ({}, {"desk__digest_at": "09:00"}, ["Desk, digest_at: 08:30 -> 09:00"]),
        ({}, {"desk__self_approval": True}, ["Desk, self_approval: no -> yes"]),
        ({}, {"desk__floor_email": ["a@b.example"]}, ["Desk, floor_email: none -> a@b.example"]),
        ({}, {"desk__order_number": {"pattern": "A\\d+"}}, ["Desk, order_number.pattern: none -> A\\d+"]),
        (
            {},
            {"desk__refund_hook": {"url": "https://x.example", "secret": "env:REDTAG_HOOK_A"}},
            [
                (
                    "Desk, refund_hook: none -> url https://x.example; secret env:REDTAG_HOOK_A; "
                    "tax proportional; shipping never"
                )
            ],
        ),
        (
            {"webhooks": [ERP]},
            {"webhooks": [{**ERP, "types": ["hold.placed", "hold.released"]}]},
            [
                f"- webhook 1: erp hears of every committed change {ERP_AT}",
                f"+ webhook 1: erp hears of hold.placed and hold.released {ERP_AT}",
            ],
        ),
        ({}, {"stages": {"Awaiting": "open"}}, ["Stage word “Awaiting”: none -> open"]),
        (
            {"stages": {"Awaiting": "open"}},
            {"stages": {"Awaiting": "packed"}},
            ["Stage word “Awaiting”: open -> packed"],
        ),
        (
            {"roles__credit__members": ["U0ROSA", "U0MONA"]},
            {"roles__credit__members": ["U0MONA", "U0IVAN"]},
            ["Credit: + @U0IVAN, - @U0ROSA"],
        ),
        ({}, {"roles__credit__members": ["U0IVAN", "U0ROSA"]}, ["Credit: in another order"]),
        ({}, {"roles__credit__channel": "C0NEW"}, ["Credit, channel: C0CREDIT -> C0NEW"]),
        ({}, {"roles__credit__label": "Loans"}, ["Loans, label: Credit -> Loans"]),
        ({}, {"roles__credit__notify": ["U0ROSA"]}, ["Credit, notify: + @U0ROSA"]),
        ({}, {"roles__credit__email": ["c@x.example"]}, ["Credit, email: + c@x.example"]),
        (
            {},
            {"roles__ar": {"channel": "C0AR", "members": ["U0ARNO"]}},
            ["New role Accounts receivable (ar), channel C0AR: @U0ARNO"],
        ),
        (
            {"roles__ar": {"channel": "C0AR", "members": ["U0ARNO"]}},
            {},
            ["Role Accounts receivable (ar) removed: @U0ARNO"],
        ),
        (
            {"reasons": REASONS},
            {"reasons": [REASONS[0], {**REASONS[1], "owner": "credit", "stale_after": "never"}]},
            ["Hold reason fraud: owner cs_lead -> credit, stale_after 2d -> never"],
        ),
        (
            {"reasons": REASONS[:1]},
            {"reasons": REASONS},
            ["New hold reason fraud: “Fraud”, owner cs_lead, stale after 2d, note optional"],
        ),
        (
            {"reasons": REASONS},
            {"reasons": REASONS[:1]},
            ["Hold reason fraud removed: “Fraud”, owner cs_lead, stale after 2d, note optional"],
        ),
        ({"reasons": REASONS}, {"reasons": REASONS[::-1]}, ["Reasons are listed in another order"]),
        ({}, {"rules": [RULE]}, [f"+ rule 1: {RULE_WORDS}"]),
        ({"rules": [RULE]}, {}, [f"- rule 1: {RULE_WORDS}"]),
        (
            {"rules": [RULE]},
            {"rules": [{**RULE, "ask": None}]},
            [
                f"- rule 1: {RULE_WORDS}",
                f"+ rule 1: {RULE_WORDS.replace('Customer service may', 'any active member may')}",
            ],
        ),
        (
            {},
            {"exports": [{"kind": "holds", "columns": [{"header": "No", "field": "order_number"}]}]},
            ["+ export 1: kind holds; columns No = order_number; date_format %Y-%m-%d"],
        ),
    ],
)
def test_every_change_is_one_plain_sentence(before, after, sentences):
    assert list(differences(policy(**before), policy(**after))) == sentences


@given(documents, documents)
@settings(max_examples=100, deadline=None)
def test_something_is_said_if_and_only_if_something_differs(old, new):
    before, after = Policy.model_validate(old), Policy.model_validate(new)
    assert bool(differences(before, after)) is (before != after)
    assert differences(before, before) == ()
