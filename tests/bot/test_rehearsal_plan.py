"""What a rehearsal plays: which orders, by whom, with which numbers."""

import re

import pytest

from bot.rehearsal.casting import Company
from bot.rehearsal.orders import NoNumber, applied, numbers
from bot.rehearsal.plan import plan
from bot.rehearsal.policy import channels_of, in_one_channel, without_hooks
from tests.workflows.policies import policy
from workflows.order_numbers import normalise
from workflows.policy.model import OrderNumberFormat

EXTRAS = ("UEXTRA1", "UEXTRA2")
CREDIT = {"role": "credit"}
LEAD = {"role": "cs_lead"}


def plays(*rules, extras=EXTRAS, **changes):
    desk = policy(rules=list(rules), **changes)
    return desk, plan(desk, Company(desk, extras))


def hold_rule(**more):
    return {"kind": "place_hold", "sign": [CREDIT], **more}


def test_each_rule_gets_an_order_that_only_it_decides():
    desk, found = plays(
        hold_rule(when={"order_total_over": {"USD": 5000, "JPY": 10}, "customer": ["Vip", "Big"]}, sign=[LEAD]),
        hold_rule(when={"order_total_over": {"USD": 5000}, "stage": "packed"}),
        hold_rule(when={"order_total_over": {"USD": 100}, "reason": "credit"}),
        {"kind": "release_hold", "when": {"stage": ["picked", "shipped"]}, "sign": [CREDIT, LEAD]},
    )
    reached = [applied(desk, rule.kind, play.terms).rule for rule, play in zip(desk.rules, found, strict=False)]
    assert reached == [1, 2, 3, 4]
    assert str(found[2].terms.total) == "100.01"
    assert found[3].title == "Rule 4: release, stage picked or shipped: Credit and Customer service lead sign"


def test_a_rule_that_an_earlier_one_takes_everything_from_is_a_miss_that_names_it():
    _, found = plays(
        hold_rule(when={"order_total_over": {"USD": 5000}}),
        hold_rule(when={"reason": "credit"}, sign=[LEAD]),
        hold_rule(when={"reason": "credit", "order_total_over": {"USD": 10000}}),
    )
    assert [play.is_miss for play in found[:3]] == [False, False, True]
    assert found[2].why == "rule 3 can never be reached: rule 1 takes its orders first"


def test_rules_that_only_together_leave_nothing_over_are_all_named():
    _, found = plays(
        hold_rule(when={"stage": ["open", "allocated"]}),
        hold_rule(when={"stage": ["picked", "packed"]}),
        hold_rule(when={"reason": "credit", "customer": "Vip"}),
    )
    assert found[2].why == "rule 3 can never be reached: rule 1 and rule 2 take its orders first"


def test_a_rule_for_orders_that_have_left_the_house_can_never_be_reached():
    _, found = plays(hold_rule(when={"stage": "shipped"}))
    assert found[0].why == "rule 1 can never be reached: no order that can still be stopped is like that"
    assert found[0].is_miss


def test_cancels_and_changes_are_asked_for_while_they_can_be():
    rules = [{"kind": kind, "when": {"stage": ["picked", "packed"]}, "sign": [LEAD]} for kind in ("cancel", "change")]
    _, (cancel, change, *_) = plays(*rules, desk__cancel_blocked_from="packed", desk__change_blocked_from="picked")
    assert cancel.terms.stage == "picked"
    assert change.why == "rule 2 can never be reached: no order that can still be stopped is like that"


def test_a_cancel_of_the_whole_order_pays_back_just_more_than_a_rule_allows():
    rule = {"kind": "cancel", "when": {"refund_over": {"USD": 250}}, "sign": [CREDIT, LEAD]}
    _, (play, *_) = plays(rule)
    assert (play.terms.currency, str(play.terms.total)) == ("USD", "250.01")


def test_reasons_of_cancels_with_the_same_owner_are_played_once():
    reasons = [{"kind": "hold", "code": "credit"}, *({"kind": "cancel", "code": f"why-{at}"} for at in range(5))]
    _, found = plays(reasons=reasons)
    assert found[-1].title == "Cancel, 5 reasons without a rule of their own: Customer service lead signs"
    assert len(found) == 2


def test_a_rule_that_nobody_can_ask_for_and_have_signed_is_a_miss():
    _, found = plays(
        hold_rule(ask=["credit"], sign=[{"role": "credit", "approvals": 2}]), roles__credit__members=["U0ROSA"]
    )
    assert found[0].is_miss
    assert found[0].why.startswith("nobody could ask for it and have it signed")


def test_a_hold_reason_that_no_rule_takes_is_played_by_the_default():
    _, found = plays()
    title = "Hold and release, reason credit, no rule of its own: Credit signs"
    assert found[0].title == title
    assert [act.applied.rule for act in found[0].acts] == ["default", "default"]


def test_where_a_rule_takes_the_placements_only_the_release_is_left_to_the_default():
    _, found = plays(hold_rule())
    assert [play.title for play in found[:2]] == [
        "Rule 1: hold, always: Credit signs",
        "Release, reason credit, no rule of its own: Credit signs",
    ]


def test_who_asks_for_a_hold_cannot_sign_it_and_who_asks_for_a_release_could():
    _, (play, *_) = plays()
    placed, released = (act.cast for act in play.acts)
    assert (placed.asker, placed.signed_by_asking, placed.signers) == ("UEXTRA1", "", (("credit", "U0ROSA"),))
    assert placed.bystander == "UEXTRA2"
    assert (released.asker, released.signers) == ("U0ROSA", (("credit", "U0IVAN"),))


def test_without_anybody_else_an_owner_asks_and_has_thereby_signed():
    _, (play, *_) = plays(hold_rule(ask=["credit"], sign=[CREDIT, LEAD]))
    cast = play.acts[0].cast
    assert (cast.asker, cast.signed_by_asking, cast.signers) == ("U0ROSA", "credit", (("cs_lead", "U0LENA"),))
    assert cast.outsider == "UEXTRA1"


def test_every_signature_is_given_by_a_person_of_its_own():
    both = {"roles__credit__members": ["U0MONA", "U0ROSA"], "roles__cs_lead__members": ["U0MONA"]}
    _, (play, *_) = plays(hold_rule(sign=[CREDIT, LEAD]), **both)
    assert play.acts[0].cast.signers == (("credit", "U0ROSA"), ("cs_lead", "U0MONA"))


def test_in_a_real_workspace_only_people_of_the_policy_play():
    desk, (play, *_) = plays(extras=())
    people = {member for role in desk.roles.values() for member in role.members}
    for act in play.acts:
        assert {act.cast.asker, act.cast.bystander, *(user for _, user in act.cast.signers)} <= people


def test_in_a_real_workspace_every_channel_and_address_is_the_one_for_tests():
    desk = policy(desk__floor_email=["floor@acme.example"], roles__credit__email=["credit@acme.example"])
    with_mail, without = (in_one_channel(desk, "C0TEST", emails) for emails in (["me@acme.example"], []))
    assert channels_of(with_mail) == channels_of(without) == {"C0TEST"}
    assert (with_mail.desk.floor_email, with_mail.roles["credit"].email) == (("me@acme.example",),) * 2
    assert (without.desk.floor_email, without.roles["credit"].email) == ((), ())
    assert not any(role.notify for role in with_mail.roles.values())


def test_a_rehearsal_calls_no_hook():
    hook = {"url": "https://erp.acme.example/refunds", "secret": "env:REDTAG_HOOK_REFUNDS"}
    assert without_hooks(policy(desk__refund_hook=hook)).desk.refund_hook is None


@pytest.mark.parametrize(
    ("pattern", "like"),
    [
        (None, r"REHEARSAL-\d+"),
        (r"[A-Z]+-\d+", r"REHEARSAL-\d+"),
        (r"ORD-\d+", r"ORD-9999\d+"),
        (r"SO\d{6}", r"SO9\d{5}"),
        (r"\d{3}-\d{7}-\d{7}", r"\d{3}-\d{7}-\d{7}"),
        (r"(?:A|B)/[0-9]{2,5}[A-F]?", r"[AB]/.*"),
    ],
)
def test_order_numbers_are_no_real_ones_and_fit_the_desk(pattern, like):
    fmt = OrderNumberFormat(pattern=pattern)
    found = numbers(fmt, 30)
    assert len(set(found)) == 30
    assert all(re.fullmatch(like, number) and normalise(number, fmt) == number for number in found)


def test_a_pattern_with_too_few_numbers_is_said():
    with pytest.raises(NoNumber, match="needs 5 order numbers, and found 3"):
        numbers(OrderNumberFormat(pattern="[ABC]"), 5)
