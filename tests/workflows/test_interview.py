"""The interview without Slack: answers as changes, steps, odd cases, amounts, the read-back and its worries."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from workflows.interview import odd
from workflows.interview.answers import EMPTY, carried, changes, first_policy
from workflows.interview.last_file import LastFile, formats_of, pattern_of, unknown_words
from workflows.interview.readback import read_back, week_in_words, worries
from workflows.interview.signing import THRESHOLDS, amounts_of, read_amounts, second, threshold, with_threshold
from workflows.interview.steps import following, known_step, new_problems, step_of, steps
from workflows.interview.waiting import KINDS, usual, with_times
from workflows.policy.check import problems_in
from workflows.policy.load import parse_policy
from workflows.policy.model import Reason, Role, Rule
from workflows.policy.people import Absence, People

POLICY = parse_policy((Path(__file__).parents[2] / "playground" / "demo_policy.toml").read_text())
TODAY = date(2026, 11, 23)
NOBODY_AWAY = People()


def desk(policy, **changed):
    return policy.model_copy(update={"desk": policy.desk.model_copy(update=changed)})


def role(policy, name, **changed):
    return policy.model_copy(update={"roles": {**policy.roles, name: policy.roles[name].model_copy(update=changed)}})


def without_role(policy, name):
    return policy.model_copy(update={"roles": {key: each for key, each in policy.roles.items() if key != name}})


LEGAL = POLICY.model_copy(
    update={
        "roles": {**POLICY.roles, "legal": Role(label="Legal", channel="C0MGRS", members=("U0LENA",))},
        "reasons": (*POLICY.reasons, Reason(kind="hold", code="export-licence", owner="legal")),
    }
)
EDITS = {
    "a setting": desk(POLICY, name="Night desk", workdays=("mon",)),
    "one key of a number": desk(POLICY, order_number=POLICY.desk.order_number.model_copy(update={"pad": 5})),
    "a setting taken away": desk(POLICY, refund_hook=None, managers_channel=""),
    "people": role(POLICY, "credit", members=("U0WALT",), notify=()),
    "a role and its reason": LEGAL,
    "a reason less": POLICY.model_copy(update={"reasons": POLICY.reasons[1:]}),
    "stage words": POLICY.model_copy(update={"stages": {"Away": "shipped"}}),
    "no rules": POLICY.model_copy(update={"rules": ()}),
    "a rule": with_threshold(POLICY, "cancel", "order_total_over", {"EUR": "900.50"}, "manager"),
    "when a cancel is waited for": with_times(POLICY, "cancel", {"remind_after": None}),
    "nothing": POLICY,
}


@pytest.mark.parametrize("name", EDITS)
def test_answers_make_the_policy_that_was_edited(name):
    answers = changes(POLICY, EDITS[name])
    assert carried(POLICY, answers) == (EDITS[name], ())
    assert (answers == EMPTY) is (name == "nothing")


def test_answers_carried_onto_a_newer_policy_change_only_what_was_changed():
    newer = role(desk(POLICY, digest_at="07:15"), "credit", members=("U0ROSA",))
    mine = desk(role(POLICY, "fraud", members=("U0WALT",)), name="Night desk")
    policy, lost = carried(newer, changes(POLICY, mine))
    assert lost == ()
    assert (policy.desk.name, policy.desk.digest_at) == ("Night desk", "07:15")
    assert (policy.roles["credit"].members, policy.roles["fraud"].members) == (("U0ROSA",), ("U0WALT",))


def test_an_answer_about_a_role_that_has_gone_meanwhile_is_named_and_left_out():
    mine = role(POLICY, "fraud", members=("U0WALT",))
    policy, lost = carried(without_role(POLICY, "fraud"), changes(POLICY, mine))
    assert "fraud" not in policy.roles
    assert lost == ("roles.fraud.members",)


def test_a_rule_that_is_replaced_keeps_its_place():
    first = Rule(kind="cancel", when={"reason": "customer-request"})
    base = POLICY.model_copy(update={"rules": (first, *POLICY.rules)})
    edited = with_threshold(base, "cancel", "order_total_over", {"USD": "9000"}, "credit")
    assert edited.rules[0] == first
    assert carried(base, changes(base, edited))[0] == edited


def test_new_periods_are_for_every_request_of_a_kind_but_those_set_apart():
    high = with_threshold(POLICY, "cancel", "order_total_over", {"USD": "5000"}, "manager")
    apart = high.rules[0].model_copy(update={"expire_after": timedelta(days=1)})
    policy = high.model_copy(update={"rules": (apart, *high.rules[1:])})
    times = {"remind_after": timedelta(hours=1), "escalate_to": "credit", "expire_after": None}
    moved = with_times(policy, "cancel", times)
    assert {name: getattr(usual(moved, "cancel"), name) for name in times} == times
    assert (moved.rules[0].remind_after, moved.rules[0].expire_after) == (times["remind_after"], timedelta(days=1))
    for kind in set(KINDS) - {"cancel"}:
        assert usual(moved, kind) == usual(policy, kind)
    assert with_times(moved, "cancel", times) == moved
    assert problems_in(moved) == ()
    assert carried(policy, changes(policy, moved)) == (moved, ())
    meanwhile = with_times(policy, "cancel", {"remind_after": timedelta(minutes=5)})
    assert carried(meanwhile, changes(policy, moved))[0].rules == moved.rules
    amount = with_threshold(moved, "cancel", "order_total_over", {"USD": "900"}, "manager")
    assert carried(policy, changes(policy, amount)) == (amount, ())


@pytest.mark.parametrize(
    ("numbers", "pattern"),
    [
        (["ORD-1", "ORD-22"], r"ORD-\d+"),
        (["1042", "SO 7/3", "(7)"], r"SO \d+/\d+|\(\d+\)|\d+"),
        ([], ""),
        (["A1", "B1", "C1", "D1", "E1"], ""),
    ],
)
def test_a_pattern_is_read_from_the_numbers_that_there_are(numbers, pattern):
    assert pattern_of(numbers) == pattern
    assert all(re.fullmatch(pattern, number) for number in numbers if pattern)


def test_words_of_the_last_file_are_unknown_until_the_policy_explains_them():
    file = LastFile("orders.csv", datetime(2026, 11, 23, tzinfo=UTC), "ours", ("awaiting pickup", "Shipped"))
    assert unknown_words(POLICY, file) == ("awaiting pickup",)
    assert unknown_words(POLICY.model_copy(update={"stages": {"Awaiting pickup": "packed"}}), file) == ()
    assert unknown_words(POLICY, None) == formats_of(file) == ()
    assert formats_of(replace(file, decimal=",", day_first=True, currency="EUR")) == (
        "a comma stands before the cents",
        "03/04 is the 3rd of April",
        "prices are in EUR",
    )


def test_the_first_policy_has_its_maker_as_admin_and_nothing_else():
    policy = first_policy("U0ROSA")
    assert {name: each.members for name, each in policy.roles.items() if each.members} == {"admin": ("U0ROSA",)}


def test_long_lists_are_asked_about_page_by_page():
    many = POLICY.model_copy(update={"roles": {f"r{at}": Role(channel="C0CREDIT") for at in range(41)}})
    assert [step for step in steps(many) if step.startswith("roles")] == ["roles", "roles.2", "roles.3"]
    assert [following(many, step) for step in ("roles.3", "contacts", "contacts.3")] == [
        "contacts", "contacts.2", "reasons",
    ]  # fmt: skip
    assert known_step(POLICY, "roles.3") == "desk"
    assert step_of("roles.r40.members: is empty", many) == "roles.3"
    none = POLICY.model_copy(update={"roles": {}, "reasons": ()})
    assert (len(steps(none)), following(none, "readback")) == (10, "readback")


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        ("desk.timezone: is", "desk"),
        ("desk.order_number.pattern: is", "orders"),
        ("stages.Gone: is", "stages"),
        ("reasons[3].owner (hold x): there", "reasons"),
        ("rules[1].sign: there", "signing"),
        ("roles.credit.user_groups: is", "contacts"),
        ("cancel for reason late: can never be approved", "roles"),
    ],
)
def test_a_problem_is_mended_in_the_step_that_asks_for_it(problem, step):
    assert step_of(problem, POLICY) == step


def test_only_what_an_answer_breaks_is_said_at_a_step():
    broken = desk(POLICY, timezone="Mars/Olympus")
    assert len(new_problems(POLICY, broken)) == 1
    assert new_problems(broken, desk(broken, name="x")) == ()
    assert new_problems(POLICY, role(POLICY, "fraud", members=(), notify=())) == ()


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("We work on Saturdays", {"workdays": (*POLICY.desk.workdays, "sat")}),
        ("We never work on Sundays", {"workdays": POLICY.desk.workdays}),
        ("The last truck leaves at 9:30", {"ship_cutoff": "09:30"}),
        ("Digest at 07:45 please", {"digest_at": "07:45"}),
        ("Our hours are 8:00 to 17:00", {"work_hours": ("08:00", "17:00")}),
        ("Nobody may approve their own requests", {"self_approval": False}),
        ("People can sign their own cancels", {"self_approval": True}),
        ("Missing orders count as shipped", {"missing_orders": "shipped"}),
        ("An unknown order answers 404", {"gate_unknown_order": "404"}),
        ("A requested hold does not block shipping", {"gate_blocks_requested": False}),
        ("A pending cancel blocks the gate", {"gate_blocks_pending": True}),
        ("Gift cards are never cancelled", {}),
    ],
)
def test_an_odd_case_is_a_key_of_the_policy_or_not_handled(line, keys):
    (case,) = odd.read([line, " ", line], POLICY)
    assert case.keys == keys
    assert odd.applied(POLICY, [case]) == desk(POLICY, **keys)


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [("", {}), ("usd 5000", {"USD": "5000"}), ("USD 5000, EUR 4500.50", {"USD": "5000", "EUR": "4500.5"})],
)
def test_amounts_are_read_by_currency(typed, amounts):
    assert {key: Decimal(value) for key, value in read_amounts(typed).items()} == {
        key: Decimal(value) for key, value in amounts.items()
    }


@pytest.mark.parametrize("typed", ["5000", "USD", "USD 5,000", "USD -5", "USD nan", "USD five"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError, match=r"\S"):
        read_amounts(typed)


def test_a_second_signature_over_an_amount_is_made_shown_and_taken_away():
    for kind, measure, _ in THRESHOLDS:
        made = with_threshold(POLICY, kind, measure, {"USD": "7500"}, "manager")
        rule = threshold(made, kind, measure)
        assert (amounts_of(rule, measure), second(rule)) == ("USD 7500", "manager")
        assert threshold(with_threshold(made, kind, measure, {}, ""), kind, measure) is None
    twice = with_threshold(POLICY, "change", "order_total_over", {"USD": "7500"}, "cs_lead")
    assert [(each.role, each.approvals) for each in twice.rules[0].sign] == [("cs_lead", 2)]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((), "every day"),
        (("sun", "mon", "tue", "wed", "thu", "fri", "sat"), "every day"),
        (("tue", "mon", "wed"), "from Monday to Wednesday"),
        (("sat", "sun"), "on Saturday and Sunday"),
        (("mon", "tue", "thu"), "on Monday, Tuesday and Thursday"),
        (("fri",), "on Friday"),
    ],
)
def test_a_week_is_told_by_its_days(days, said):
    assert week_in_words(days) == said


def test_the_read_back_names_who_signs_each_hold_and_the_worries_who_is_missing():
    said = "\n".join(each for _, sentences in read_back(LEGAL) for each in sentences)
    assert "“Export licence” (export-licence): Legal signs" in said
    assert "it is stale after 2 days" in said
    assert "order total over USD 5,000" in said
    away = People((Absence("U0PRIA", "", date(2026, 12, 5)),))
    pricing = role(LEGAL, "pricing", members=("U0PRIA",))
    worried = worries(pricing, away, TODAY, ["Gift cards are never cancelled"])
    assert "Nobody can release pricing holds now: @U0PRIA is away until 2026-12-05." in worried
    assert "Nobody can release export-licence holds while @U0LENA is away, or what @U0LENA asks for." in worried
    assert "Not handled: Gift cards are never cancelled" in worried
    two = role(LEGAL, "pricing", members=("U0PRIA", "U0ROSA"))
    assert not any("pricing holds" in each for each in worries(two, away, TODAY, ()))
    assert not any("now:" in each for each in worries(pricing, NOBODY_AWAY, TODAY, ()))
