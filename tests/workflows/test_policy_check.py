"""What stops a policy from being applied, and what is only worth saying."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.policies import SMALL, policy
from workflows.policy.check import problems_in, warnings_in
from workflows.policy.load import parse_policy, policy_from_json
from workflows.policy.patterns import literal_prefixes, problem_of
from workflows.policy.template import template_toml

ROOT = Path(__file__).parents[2]
HOLD = {"kind": "hold", "code": "credit"}


def one_problem(changed: Any) -> str:
    found = problems_in(changed)
    assert len(found) == 1, found
    return found[0]


def with_rules(*rules: Any, **changes: Any) -> Any:
    return policy(rules=list(rules), **changes)


def with_reasons(*reasons: Any) -> Any:
    return policy(reasons=[HOLD, *reasons])


def test_a_small_policy_can_be_applied():
    assert problems_in(policy()) == ()


@pytest.mark.parametrize(
    ("changes", "start", "contains"),
    [
        ({"desk__name": " "}, "desk.name: is empty", ""),
        (
            {"desk__timezone": "America/Chicgo"},
            "desk.timezone: “America/Chicgo” is not",
            "Did you mean America/Chicago?",
        ),
        ({"desk__timezone": "../../etc/passwd"}, "desk.timezone: “../../etc/passwd” is not", ""),
        ({"desk__timezone": "America"}, "desk.timezone: “America” is not", ""),
        ({"desk__timezone": ""}, "desk.timezone: is empty", ""),
        ({"desk__workdays": []}, "desk.workdays: is empty", "mon, tue"),
        ({"desk__workdays": ["mon", "Tuesday"]}, "desk.workdays: “Tuesday” is not a day", "mon, tue"),
        ({"desk__digest_at": "8:30"}, "desk.digest_at: “8:30” is not a time", "08:30"),
        ({"desk__digest_at": "24:00"}, "desk.digest_at: “24:00” is not a time", ""),
        ({"desk__work_hours": ["17:00", "08:00"]}, "desk.work_hours: must be two times", "08:00"),
        ({"desk__work_hours": ["08:00"]}, "desk.work_hours: must be two times", "08:00"),
        ({"desk__work_hours": ["8", "17"]}, "desk.work_hours: must be two times", "08:00"),
        ({"desk__ship_cutoff": "half past"}, "desk.ship_cutoff: “half past” is not a time", "15:30"),
        ({"desk__floor_channel": ""}, "desk.floor_channel: is empty", ""),
        ({"desk__floor_channel": "#floor"}, "desk.floor_channel: “#floor” is not the id", "C or G"),
        ({"desk__managers_channel": "U0ROSA"}, "desk.managers_channel: “U0ROSA” is not the id", ""),
        ({"desk__audit_channel": "c0audit"}, "desk.audit_channel: “c0audit” is not the id", ""),
        ({"desk__floor_email": ["floor"]}, "desk.floor_email: “floor” is not an e-mail", ""),
        ({"desk__managers_email": ["Boss <boss@acme.example>"]}, "desk.managers_email:", "is not an e-mail"),
        ({"desk__order_number": {"pattern": "ORD-("}}, "desk.order_number.pattern: is not a regular", "ORD-\\d+"),
        ({"desk__order_number": {"pattern": "(A+)+"}}, "desk.order_number.pattern: repeats a group", ""),
        ({"desk__order_number": {"pattern": "ord-\\d+"}}, "desk.order_number.pattern: begins with “ord-”", "ORD-"),
        ({"desk__order_number": {"pattern": "#\\d+"}}, "desk.order_number.pattern: begins with “#”", "strip"),
        ({"desk__order_number": {"strip": "ORD"}}, "desk.order_number.strip: holds letters", ""),
        ({"desk__refund_hook": {"url": "ftp://x.example", "secret": "env:REDTAG_HOOK_A"}}, "desk.refund_hook.url:", ""),
        (
            {"desk__refund_hook": {"url": "https://a:b@x.example", "secret": "env:REDTAG_HOOK_A"}},
            "desk.refund_hook.url",
            "",
        ),
        (
            {"desk__refund_hook": {"url": "https://x.example", "secret": "env:PATH"}},
            "desk.refund_hook.secret:",
            "REDTAG_",
        ),
        ({"stages": {"Awaiting": "opne"}}, "stages.Awaiting: “opne” is not a stage", "Did you mean open?"),
        ({"stages": {"Shipped": "open"}}, "stages.Shipped: is a stage word of Redtag itself", ""),
        ({"stages": {"Wait ing": "open", "wait  ING": "open"}}, "stages: “wait ing” stands there twice", ""),
        ({"stages": {" ": "open"}}, "stages: has an empty word", ""),
        ({"roles__Bad": {"channel": "C0X"}}, "roles.Bad: is not a name for a role", "cs_lead"),
        ({"roles__csr__channel": ""}, "roles.csr.channel: is empty", ""),
        ({"roles__csr__members": ["@carla"]}, "roles.csr.members: “@carla” is not the Slack id of a person", ""),
        ({"roles__csr__members": ["C0ORDERS"]}, "roles.csr.members: “C0ORDERS” is not the Slack id", "U or W"),
        ({"roles__csr__user_groups": ["U0CARL"]}, "roles.csr.user_groups: “U0CARL” is not", "user group"),
        ({"roles__csr__notify": ["U0SAMI"]}, "roles.csr.notify: U0SAMI is not among the members", ""),
        ({"roles__csr__email": ["a@b@c"]}, "roles.csr.email: “a@b@c” is not an e-mail address", ""),
    ],
)
def test_a_value_that_cannot_work_is_named_with_what_to_write(changes, start, contains):
    problem = one_problem(policy(**changes))
    assert problem.startswith(start)
    assert contains in problem


@pytest.mark.parametrize(
    ("reason", "start"),
    [
        ({"kind": "hold", "code": "x", "owner": "credt"}, "reasons[2].owner (hold x): there is no role “credt”"),
        ({"kind": "cancel", "code": "x", "owner": "boss"}, "reasons[2].owner (cancel x): there is no role “boss”"),
        ({"kind": "release", "code": "paid", "owner": "credit"}, "reasons[2].owner (release paid): a release has no"),
        (
            {"kind": "hold", "code": "CREDIT", "label": "x", "owner": "credit"},
            "reasons[2]: “credit” already stands for",
        ),
        (
            {"kind": "hold", "code": "x", "label": "credit", "owner": "credit"},
            "reasons[2]: “credit” already stands for",
        ),
        ({"kind": "release", "code": "two words"}, "reasons[2].code (release two words): must be one word"),
        ({"kind": "release", "code": ""}, "reasons[2].code (release ): must be one word"),
        ({"kind": "release", "code": "until"}, "reasons[2].code (release until): means something else"),
        ({"kind": "release", "code": "h-17"}, "reasons[2].code (release h-17): means something else"),
        ({"kind": "release", "code": "x", "label": " "}, "reasons[2].label (release x): is empty"),
    ],
)
def test_a_reason_that_cannot_work_is_named(reason, start):
    assert any(problem.startswith(start) for problem in problems_in(with_reasons(reason)))


def test_a_role_that_is_nearly_right_is_suggested():
    assert "Did you mean credit?" in one_problem(with_reasons({"kind": "hold", "code": "x", "owner": "credt"}))


def test_the_same_code_may_stand_for_a_hold_and_a_cancel():
    assert problems_in(with_reasons({"kind": "cancel", "code": "credit"})) == ()


def test_a_policy_without_a_hold_reason_is_refused():
    assert one_problem(policy(reasons=[])).startswith('reasons: has none of kind "hold"')


def test_more_reasons_than_a_menu_holds_are_refused():
    many = [{"kind": "release", "code": f"r{n}"} for n in range(101)]
    assert one_problem(with_reasons(*many)).startswith("reasons: has more than 100 of kind release")


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ({"ask": []}, "rules[1].ask: is empty"),
        ({"ask": ["csr", "sales"]}, "rules[1].ask: there is no role “sales”"),
        ({"sign": [{"role": "cs_leed"}]}, "rules[1].sign: there is no role “cs_leed”"),
        ({"escalate_to": "boss"}, "rules[1].escalate_to: there is no role “boss”"),
        ({"when": {"order_total_over": {"USX": 1}}}, "rules[1].when.order_total_over: “USX” is not a currency"),
        ({"when": {"order_total_over": {"usd": 1}}}, "rules[1].when.order_total_over: “usd” is not a currency"),
        ({"when": {"order_total_over": {"JPY": "1.5"}}}, "rules[1].when.order_total_over: JPY has 0 decimals"),
        ({"when": {"refund_over": {"USD": "1.234"}}}, "rules[1].when.refund_over: USD has 2 decimals"),
        ({"when": {"reason": "duplicat"}}, "rules[1].when.reason: there is no cancel reason “duplicat”"),
        ({"when": {"reason": "credit"}}, "rules[1].when.reason: there is no cancel reason “credit”"),
        ({"when": {"stage": "shiped"}}, "rules[1].when.stage: “shiped” is not a stage"),
        ({"when": {"customer": ""}}, "rules[1].when.customer: holds an empty name"),
    ],
)
def test_a_rule_that_cannot_work_is_named(rule, start):
    assert any(problem.startswith(start) for problem in problems_in(with_rules({"kind": "cancel", **rule})))


def test_a_hold_has_no_refund_to_compare():
    rule = {"kind": "release_hold", "when": {"refund_over": {"USD": 1}}}
    assert "a hold pays nothing back" in one_problem(with_rules(rule))


def test_a_rule_behind_one_without_conditions_is_never_reached():
    rules = [{"kind": "cancel"}, {"kind": "change"}, {"kind": "cancel", "when": {"stage": "open"}}]
    assert one_problem(with_rules(*rules)).startswith("rules[3]: is never reached, because rules[1] (cancel)")


def test_a_rule_behind_one_with_the_same_conditions_is_never_reached():
    rules = [{"kind": "cancel", "when": {"order_total_over": {"USD": amount}}} for amount in (5000, "5000.00")]
    assert one_problem(with_rules(*rules)).startswith("rules[2]: is never reached, because rules[1]")


@pytest.mark.parametrize(
    ("first", "then", "reached"),
    [
        ({"order_total_over": {"USD": 1000}}, {"order_total_over": {"USD": 5000}}, False),
        ({"order_total_over": {"USD": 5000}}, {"order_total_over": {"USD": 1000}}, True),
        ({"order_total_over": {"USD": 1000}}, {"order_total_over": {"EUR": 5000}}, True),
        ({"order_total_over": {"USD": 1000}}, {"order_total_over": {"USD": 1000, "EUR": 5000}}, False),
        ({"order_total_over": {"USD": 1000, "EUR": 5000}}, {"order_total_over": {"USD": 1000}}, True),
        ({"stage": ["open", "picked"]}, {"stage": "Picked", "customer": "Acme"}, False),
        ({"stage": "open"}, {"stage": ["open", "picked"]}, True),
        ({"stage": "open"}, {"customer": "Acme"}, True),
        ({"stage": "open", "customer": "Acme"}, {"stage": "open"}, True),
    ],
)
def test_a_rule_behind_a_wider_one_is_never_reached(first, then, reached):
    rules = [{"kind": "cancel", "when": when} for when in (first, then)]
    assert any("is never reached" in problem for problem in problems_in(with_rules(*rules))) is not reached


def test_a_rule_behind_one_of_another_kind_is_reached():
    assert problems_in(with_rules({"kind": "cancel"}, {"kind": "change"}, {"kind": "place_hold"})) == ()


def test_an_owner_role_without_members_is_refused_once_with_all_that_it_blocks():
    problem = one_problem(policy(roles__credit__members=[]))
    assert problem.startswith("roles.credit.members: is empty, so nobody can sign as Credit")
    assert "place_hold for reason credit and release_hold for reason credit" in problem


def test_a_role_that_never_signs_may_be_empty():
    assert problems_in(policy(roles__csr__members=[])) == ()


def test_a_role_that_only_signs_by_a_rule_is_checked_too():
    rule = {"kind": "cancel", "sign": [{"role": "fraud"}]}
    empty = with_rules(rule, roles__fraud={"channel": "C0FRAUD"})
    assert one_problem(empty).startswith(
        "roles.fraud.members: is empty, so nobody can sign as Fraud (rules[1] (cancel)"
    )


def test_a_role_behind_a_rule_for_every_reason_need_not_sign():
    """cs_lead owns the cancel and change reasons, but rules send both to credit."""
    rules = [{"kind": kind, "sign": [{"role": "credit"}]} for kind in ("cancel", "change")]
    assert problems_in(with_rules(*rules, roles__cs_lead__members=[])) == ()


def test_the_only_signer_may_not_be_the_only_one_who_may_ask():
    rule = {"kind": "release_hold", "ask": ["credit"]}
    problem = one_problem(with_rules(rule, roles__credit__members=["U0ROSA"]))
    assert problem.startswith("rules[1] (release_hold): can never be approved. Credit signs")
    assert "there is only U0ROSA" in problem
    assert "Add a person to roles.credit.members" in problem


def test_a_second_person_who_may_ask_or_sign_is_enough():
    rule = {"kind": "release_hold", "ask": ["credit"]}
    assert problems_in(with_rules(rule, roles__credit__members=["U0ROSA", "U0IVAN"])) == ()
    asked_by_others = {"kind": "release_hold", "ask": ["credit", "csr"]}
    assert problems_in(with_rules(asked_by_others, roles__credit__members=["U0ROSA"])) == ()


def test_an_owner_alone_can_place_because_placing_signs():
    rule = {"kind": "place_hold", "ask": ["credit"]}
    alone = {"roles__credit__members": ["U0ROSA"]}
    assert problems_in(with_rules(rule, **alone)) == ()
    assert "can never be approved" in one_problem(with_rules(rule, desk__owner_placement_signs=False, **alone))


def test_self_approval_lets_a_lone_lead_cancel_but_never_release():
    alone = {"roles__cs_lead__members": ["U0LENA"], "desk__self_approval": True}
    assert problems_in(with_rules({"kind": "cancel", "ask": ["cs_lead"]}, **alone)) == ()
    release = {"kind": "release_hold", "ask": ["credit"]}
    alone = {"roles__credit__members": ["U0ROSA"], "desk__self_approval": True}
    assert "can never be approved" in one_problem(with_rules(release, **alone))


def test_a_rule_that_nobody_may_ask_by_is_refused():
    problem = one_problem(with_rules({"kind": "cancel", "ask": ["csr"]}, roles__csr__members=[]))
    assert problem == (
        "rules[1] (cancel): only Customer service may ask, and nobody has that role. Add a member, or leave `ask` out."
    )


def test_more_signatures_than_people_are_refused():
    rule = {"kind": "cancel", "sign": [{"role": "credit", "approvals": 3}]}
    problem = one_problem(with_rules(rule))
    assert "3 of Credit sign" in problem
    assert "there are only U0ROSA and U0IVAN" in problem


@pytest.mark.parametrize(
    ("credit", "fraud", "possible"),
    [
        (["U0A"], ["U0A"], False),
        (["U0A"], ["U0A", "U0B"], True),
        (["U0A", "U0B"], ["U0A"], True),
        (["U0A", "U0B"], ["U0A", "U0B"], True),
    ],
)
def test_two_entries_need_two_people_whoever_is_in_both_roles(credit, fraud, possible):
    rule = {"kind": "cancel", "sign": [{"role": "credit"}, {"role": "fraud"}]}
    roles = {"roles__credit__members": credit, "roles__fraud": {"channel": "C0FRAUD", "members": fraud}}
    assert (problems_in(with_rules(rule, **roles)) == ()) is possible


def test_user_groups_alone_do_not_sign():
    changed = policy(roles__credit__members=[], roles__credit__user_groups=["S0CREDIT"])
    assert "nobody can sign as Credit" in one_problem(changed)


@pytest.mark.parametrize(
    ("export", "start"),
    [
        ({"columns": [{"header": "a", "field": "line"}]}, "exports[1].columns[1].field: there is no field “line”"),
        ({"columns": [{"header": "a", "field": "hold"}] * 2}, "exports[1].columns[2].header: “a” stands there twice"),
        ({"date_format": "%Q"}, "exports[1].date_format: “%Q” is not a date format"),
        ({"date_format": ""}, "exports[1].date_format: “” is not a date format"),
    ],
)
def test_an_export_that_cannot_work_is_named(export, start):
    assert one_problem(policy(exports=[{"kind": "holds", **export}])).startswith(start)


def test_one_export_of_a_kind_is_enough():
    assert one_problem(policy(exports=[{"kind": "holds"}] * 2)).startswith("exports[2]: there is an export of holds")


def test_a_secret_written_into_the_file_is_refused_and_never_repeated():
    hook = {"url": "https://erp.acme.example/refunds", "secret": "hunter2-hunter2"}
    problem = one_problem(policy(desk__refund_hook=hook))
    assert problem.startswith("desk.refund_hook.secret: must name an environment variable")
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "pattern",
    [r"ORD-\d+", r"^ORD-\d{4,8}$", r"(?:ORD|WEB)-\d+", r"\d{4}-\d{6}", r"SO\d+(-\d+)?", r"[A-Z]{2}[(+*]\d+", r"A\+\d*"],
)
def test_patterns_of_real_order_numbers_are_accepted(pattern):
    assert problem_of(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$", "(a*)*", "(a|aa)+", "(?:a|b|ab){1,60}", "((a)+)?", r"\d+\d+\d+\d+\d+X", "a?" * 30, "(?=a)b", "(?i)a",
        r"(\d)\1", "(?P<n>a)", "(", "[", "a{3,2}", "[[a]", "*", "x" * 201, "(?<=a)b", "(?#", r"a\8",
    ],
)  # fmt: skip
def test_patterns_that_do_not_compile_or_could_run_for_minutes_are_refused(pattern):
    assert problem_of(pattern)


@given(st.text(alphabet="aA1-+*?(){}[]|\\d,.^$5", max_size=16))
@settings(max_examples=200, deadline=None)
def test_an_accepted_pattern_is_quick_on_the_longest_number(pattern):
    import re

    if problem_of(pattern) is None:
        started = time.process_time()
        re.compile(pattern, re.ASCII).fullmatch("a" * 59 + "!")
        assert time.process_time() - started < 1
        literal_prefixes(pattern)


@pytest.mark.parametrize(
    ("pattern", "prefixes"),
    [
        (r"ORD-\d+", ("ORD-",)),
        (r"^ORD-\d+$", ("ORD-",)),
        (r"ORD-\d+|WEB\d*|\d+", ("ORD-", "WEB")),
        (r"A\.B\|\d+", ("A.B|",)),
        (r"ORD?\d", ("OR",)),
        (r"(?:ORD|WEB)-\d+", ()),
        (r"SO(?:A|B)\d+", ("SO",)),
        (r"\d+", ()),
        (r"X\bY", ("X",)),
        ("", ()),
    ],
)
def test_what_numbers_begin_with_is_read_from_the_pattern(pattern, prefixes):
    assert literal_prefixes(pattern) == prefixes


def test_the_template_can_be_read_and_lacks_only_what_has_to_be_filled_in():
    found = problems_in(parse_policy(template_toml()))
    assert found
    assert all(": is empty" in problem for problem in found)


def test_the_template_is_the_default_policy_of_an_order_desk():
    template = parse_policy(template_toml())
    assert list(template.roles) == [
        "csr",
        "credit",
        "warehouse",
        "cs_lead",
        "fraud",
        "pricing",
        "ar",
        "manager",
        "admin",
    ]
    assert {reason.code: reason.owner for reason in template.reasons_of("hold")} == {
        "credit": "credit",
        "stock": "warehouse",
        "customer": "cs_lead",
        "fraud": "fraud",
        "pricing": "pricing",
    }
    assert {reason.owner for kind in ("cancel", "change") for reason in template.reasons_of(kind)} == {"cs_lead"}
    assert {reason.code for reason in template.reasons if reason.note == "required" and reason.kind == "cancel"} == {
        "other"
    }


ERP = {"name": "erp", "url": "https://erp.acme.example/redtag", "secret": "env:REDTAG_HOOK_ERP"}


@pytest.mark.parametrize(
    ("webhooks", "said"),
    [
        ([{**ERP, "name": "refund"}], "webhooks[1].name: “refund” is the refund hook's own name"),
        ([{**ERP, "name": "My ERP"}], "webhooks[1].name: “My ERP” is not a name for a webhook"),
        ([ERP, ERP], "webhooks[2].name: “erp” stands there twice"),
        ([{**ERP, "url": "ftp://erp.acme.example"}], "webhooks[1].url: must be a web address"),
        ([{**ERP, "secret": "hunter2-hunter2"}], "webhooks[1].secret: must name an environment variable"),
        ([{**ERP, "types": []}], "webhooks[1].types: is empty"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_said(webhooks, said):
    problem = one_problem(policy(webhooks=webhooks))
    assert problem.startswith(said)
    assert "hunter2" not in problem


def test_the_template_says_the_defaults_that_are_taken_when_a_key_is_left_out():
    template = parse_policy(template_toml())
    small = policy(desk__name="", desk__timezone="Etc/UTC", desk__floor_channel="")
    assert small.desk == template.desk


def test_the_commented_examples_of_the_template_are_a_valid_policy_too():
    lines = template_toml().split("\n")
    keys = ("[", "kind =", "when =", "ask =", "sign =", "remind", "escalate", "expire", "columns =", "date_format =")
    keys += ("time_format =", "amounts =", "decimal_sign =", "people =")
    keys += ("delimiter =", "line_ends =", "encoding =", "codes =")
    more = (*keys, "pattern =", "name =", "url =", "secret =", "types =", "tax =", "shipping =", '"')
    opened = [line[2:] if line.startswith("# ") and line[2:].startswith(more) else line for line in lines]
    full = parse_policy("\n".join(opened))
    assert (len(full.rules), len(full.exports), full.desk.order_number.pattern) == (1, 1, "ORD-\\d+")
    assert full.desk.refund_hook is not None
    assert full.exports[0].codes == {"customer-request": "C07", "out-of-stock": "C02"}
    assert full.webhooks[0].types == ("hold.placed", "hold.released")
    assert all("is empty" in problem for problem in problems_in(full))


def test_the_demo_desk_can_be_applied_without_a_warning():
    demo = parse_policy((ROOT / "playground" / "demo_policy.toml").read_text(encoding="utf-8"))
    assert (problems_in(demo), warnings_in(demo)) == ((), ())


def test_in_the_demo_every_signer_has_somebody_who_can_sign_for_them():
    demo = parse_policy((ROOT / "playground" / "demo_policy.toml").read_text(encoding="utf-8"))
    owners = {reason.owner for reason in demo.reasons if reason.owner}
    assert all(len(demo.roles[owner].members) >= 2 for owner in owners)


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        (policy(), "desk.floor_email: is empty"),
        (policy(), "desk.managers_channel: is not given"),
        (policy(), "desk.audit_channel: is not given"),
        (policy(), "roles.credit.email: is empty. Credit gets no e-mail"),
        (policy(), "roles.credit.notify: is empty"),
        (policy(roles__credit__members=["U0ROSA"]), "roles.credit: has one member"),
        (policy(roles__csr__members=[]), "roles.csr.members: is empty. Nobody acts as Customer service"),
        (policy(desk__self_approval=True), "desk.self_approval: is on"),
        (with_rules({"kind": "place_hold", "expire_after": "1h"}), "rules[1].expire_after: has no effect"),
        (with_rules({"kind": "cancel", "expire_after": "1d"}), "rules[1].escalate_after: has no effect"),
        (with_rules({"kind": "cancel", "when": {"stage": ["shipped", "cancelled"]}}), "rules[1].when.stage: has no"),
        (with_reasons({"kind": "release", "code": "credit"}), "reasons: “credit” is a hold and a release reason"),
        (
            policy(desk__refund_hook={"url": "http://erp.acme.example", "secret": "env:REDTAG_HOOK_A"}),
            "desk.refund_hook.url: is not https",
        ),
    ],
)
def test_what_is_worth_saying_is_said_and_not_refused(changed, warning):
    assert problems_in(changed) == ()
    assert any(said.startswith(warning) for said in warnings_in(changed))


def test_nothing_escalates_without_a_role_to_escalate_to():
    data = {**SMALL, "roles": {name: role for name, role in SMALL["roles"].items() if name != "manager"}}
    changed = policy_from_json({**data, "rules": [{"kind": "cancel"}]})
    assert any(said.startswith("rules[1].escalate_to: is not given") for said in warnings_in(changed))


def test_a_stored_policy_warns_of_no_more_than_its_file():
    changed = with_rules({"kind": "place_hold"})
    assert not any("expire_after" in said for said in warnings_in(changed))
