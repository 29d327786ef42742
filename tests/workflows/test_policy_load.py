"""Reading a policy: every key, every mistake that people make, and both forms there and back."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.workflows.policies import SMALL, document, policy
from workflows.policy.fields import UNREADABLE
from workflows.policy.load import (
    LONGEST,
    PolicyProblems,
    parse_policy,
    policy_from_json,
    policy_to_json,
    policy_to_toml,
)
from workflows.policy.model import Policy

FULL = Path(__file__).parent / "full_policy.toml"


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyProblems) as caught:
        parse_policy(text)
    return caught.value.problems


def problems_of(**changes: Any) -> tuple[str, ...]:
    return problems(tomli_w.dumps(document(**changes)))


def test_every_key_of_the_document_is_read():
    policy = parse_policy(FULL.read_text())
    desk, credit, reason, rule = policy.desk, policy.roles["credit"], policy.reasons[0], policy.rules[0]
    assert (desk.name, desk.timezone, desk.digest_at) == ("Acme order desk", "Europe/Berlin", "07:15")
    assert desk.workdays == ("mon", "sat")
    assert (desk.floor_channel, desk.managers_channel, desk.audit_channel) == ("C0FLOOR", "C0MGRS", "C0AUDIT")
    assert (desk.floor_email, desk.managers_email) == (("floor@acme.example",), ("boss@acme.example",))
    assert desk.order_number.model_dump() == {"pattern": "ORD-\\d+", "strip": "#*", "uppercase": False, "pad": 6}
    assert (desk.cancel_blocked_from, desk.change_blocked_from) == ("packed", "allocated")
    assert (desk.self_approval, desk.owner_placement_signs) == (True, False)
    assert (desk.gate_blocks_requested, desk.gate_blocks_pending) == (False, False)
    assert (desk.gate_unknown_order, desk.missing_orders) == ("404", "shipped")
    assert desk.refund_hook is not None
    assert desk.refund_hook.model_dump() == {
        "url": "https://erp.acme.example/refunds",
        "secret": "env:REDTAG_HOOK_REFUNDS",
        "tax": "never",
        "shipping": "proportional",
    }
    assert policy.stages == {"Awaiting fulfilment": "open"}
    assert credit.model_dump() == {
        "label": "Credit desk",
        "channel": "C0CREDIT",
        "members": ("U0ROSA", "U0IVAN"),
        "user_groups": ("S0CREDIT",),
        "notify": ("U0ROSA",),
        "email": ("credit@acme.example",),
    }
    assert (reason.kind, reason.code, reason.label) == ("hold", "credit", "Credit not cleared")
    assert (reason.owner, reason.stale_after, reason.note) == ("credit", timedelta(days=3), "required")
    assert (rule.kind, rule.ask) == ("cancel", ("csr", "manager"))
    assert rule.when.order_total_over == {"USD": 5000, "EUR": Decimal("4500.50")}
    assert rule.when.refund_over == {"USD": 100}
    assert (rule.when.reason, rule.when.stage, rule.when.customer) == (("duplicate",), ("open", "picked"), ("Initech",))
    assert [(each.role, each.approvals) for each in rule.sign] == [("cs_lead", 2), ("credit", 1)]
    assert (rule.remind_after, rule.escalate_after) == (timedelta(minutes=90), None)
    assert (rule.escalate_to, rule.expire_after) == ("manager", timedelta(weeks=1))
    export = policy.exports[0]
    assert (export.kind, export.date_format) == ("cancellations", "%d/%m/%Y")
    assert [(column.header, column.field) for column in export.columns] == [("Order No", "order_number")]


def test_what_is_left_out_has_the_default_of_the_template():
    small = policy()
    desk, rule = small.desk, policy(rules=[{"kind": "cancel"}]).rules[0]
    assert (desk.workdays, desk.digest_at) == (("mon", "tue", "wed", "thu", "fri"), "08:30")
    assert desk.order_number.model_dump() == {"pattern": None, "strip": "#", "uppercase": True, "pad": 0}
    assert (desk.cancel_blocked_from, desk.change_blocked_from) == ("shipped", "picked")
    assert (desk.self_approval, desk.owner_placement_signs) == (False, True)
    assert (desk.gate_blocks_requested, desk.gate_blocks_pending) == (True, True)
    assert (desk.gate_unknown_order, desk.missing_orders, desk.refund_hook) == ("no", "ask", None)
    assert small.reasons[0].stale_after == timedelta(days=2)
    assert (rule.remind_after, rule.escalate_after) == (timedelta(hours=2), timedelta(days=1))
    assert (rule.expire_after, rule.escalate_to, rule.ask, rule.sign) == (timedelta(days=7), None, None, ())


@pytest.mark.parametrize(
    ("kind", "code", "label", "owner"),
    [
        ("hold", "credit", "Credit", "credit"),
        ("hold", "stock", "Stock", "warehouse"),
        ("hold", "customer", "Customer", "cs_lead"),
        ("hold", "export-control", "Export control", "export-control"),
        ("release", "stock-arrived", "Stock arrived", None),
        ("cancel", "out_of_stock", "Out of stock", "cs_lead"),
        ("change", "other", "Other", "cs_lead"),
    ],
)
def test_a_reason_without_label_or_owner_gets_the_default_ones(kind, code, label, owner):
    reason = policy(reasons=[{"kind": kind, "code": code}]).reasons[0]
    assert (reason.label, reason.owner) == (label, owner)


def test_a_role_without_a_label_is_named_after_itself():
    labels = {name: role.label for name, role in policy(roles__night_shift={"channel": "C0NIGHT"}).roles.items()}
    assert labels["cs_lead"] == "Customer service lead"
    assert labels["night_shift"] == "Night shift"


def test_a_person_listed_twice_stands_there_once():
    assert policy(roles__csr__members=["U0CARL", "U0SAMI", "U0CARL"]).roles["csr"].members == ("U0CARL", "U0SAMI")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"desk__floor_chanel": "C0X"}, "desk.floor_chanel: is not a known key. Did you mean floor_channel?"),
        ({"desk__order_number": {"patern": "x"}}, "desk.order_number.patern: is not a known key. Did you mean pattern"),
        ({"desk__refund_hook": {"url": "x", "secret": "x", "taxes": "x"}}, "desk.refund_hook.taxes: .* mean tax?"),
        ({"roles__credit__member": []}, "roles.credit.member: is not a known key. Did you mean members?"),
        ({"reasons": [{"kind": "hold", "code": "a", "ower": "b"}]}, r"reasons\[1\].ower: .* Did you mean owner?"),
        ({"rules": [{"kind": "cancel", "signs": []}]}, r"rules\[1\].signs: .* Did you mean sign?"),
        ({"rules": [{"kind": "cancel", "when": {"stages": []}}]}, r"rules\[1\].when.stages: .* Did you mean stage?"),
        (
            {"rules": [{"kind": "cancel"}, {"kind": "cancel", "sign": [{"role": "a"}, {"rol": "b", "role": "b"}]}]},
            r"rules\[2\].sign\[2\].rol: .* Did you mean role?",
        ),
        ({"exports": [{"kind": "holds", "colums": []}]}, r"exports\[1\].colums: .* Did you mean columns?"),
        (
            {"exports": [{"kind": "holds", "columns": [{"header": "a", "field": "b", "head": "c"}]}]},
            r"exports\[1\].columns\[1\].head: .* Did you mean header?",
        ),
        ({"rule": []}, "rule: is not a known key. Did you mean rules?"),
        (
            {"zebra": 1},
            "zebra: is not a known key. Known here: desk, stages, roles, reasons, rules, exports, webhooks and sheets.",
        ),
        ({"desk__holidays": []}, "desk.holidays: is a key of a later version of Redtag. Take it out for now."),
    ],
)
def test_an_unknown_key_is_named_with_the_known_one_that_is_close(changes, problem):
    with pytest.raises(PolicyProblems, match=problem.replace("?", r"\?").replace(". ", r"\. ")):
        parse_policy(tomli_w.dumps(document(**changes)))


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"desk__name": 5}, "desk.name", "must be text in quotes"),
        ({"desk__name": "x" * 76}, "desk.name", "is longer than 75 characters"),
        ({"desk__workdays": "mon"}, "desk.workdays", "must be a list in brackets"),
        ({"desk__self_approval": "yes"}, "desk.self_approval", "must be true or false"),
        ({"desk__self_approval": 1}, "desk.self_approval", "must be true or false"),
        ({"desk__order_number": "ORD"}, "desk.order_number", "must be a table"),
        ({"desk__order_number": {"pad": "6"}}, "desk.order_number.pad", "must be a whole number"),
        ({"desk__order_number": {"pad": -1}}, "desk.order_number.pad", "must be at least 0"),
        ({"desk__order_number": {"pad": 21}}, "desk.order_number.pad", "must be at most 20"),
        ({"desk__cancel_blocked_from": "shiped"}, "desk.cancel_blocked_from", "Did you mean shipped?"),
        ({"desk__cancel_blocked_from": "cancelled"}, "desk.cancel_blocked_from", 'must be "open", "allocated"'),
        ({"desk__gate_unknown_order": 404}, "desk.gate_unknown_order", 'must be "no" or "404"'),
        ({"desk__missing_orders": "delete"}, "desk.missing_orders", 'must be "leave", "ask" or "shipped"'),
        ({"desk__refund_hook": {"url": "x"}}, "desk.refund_hook.secret", "is missing. Name the environment variable"),
        (
            {"webhooks": [{"name": "erp", "url": "x", "secret": "x", "types": ["hold.place"]}]},
            "webhooks[1].types[1]",
            "Did you mean hold.placed?",
        ),
        ({"webhooks": [{"url": "x", "secret": "x"}]}, "webhooks[1].name", "is missing. Give the webhook a name"),
        ({"stages": ["open"]}, "stages", "must be a table"),
        ({"roles__credit": "U0ROSA"}, "roles.credit", "must be a table"),
        ({"roles__ar": {}}, "roles.ar.channel", "is missing. Give the id of the Slack channel"),
        ({"roles__credit__members": ["U0ROSA", 5]}, "roles.credit.members[2]", "must be text"),
        ({"roles__credit__members": [f"U{n}" for n in range(501)]}, "roles.credit.members", "more than 500"),
        ({"reasons": [{"kind": "hodl", "code": "x"}]}, "reasons[1].kind", "Did you mean hold?"),
        ({"reasons": [{"kind": "hold"}]}, "reasons[1].code", "is missing. Give the word that people type"),
        ({"reasons": [{"code": "x"}]}, "reasons[1].kind", "is missing"),
        ({"reasons": [{"kind": "hold", "code": "x", "note": True}]}, "reasons[1].note", '"optional" or "required"'),
        ({"reasons": [{"kind": "hold", "code": "x", "stale_after": "2 days"}]}, "reasons[1].stale_after", "duration"),
        ({"reasons": [{"kind": "hold", "code": "x", "stale_after": 2}]}, "reasons[1].stale_after", "duration"),
        ({"reasons": [{"kind": "hold", "code": "x", "stale_after": "0h"}]}, "reasons[1].stale_after", 'from "1m"'),
        ({"reasons": [{"kind": "hold", "code": "x", "stale_after": "367d"}]}, "reasons[1].stale_after", '"366d"'),
        ({"rules": {"kind": "cancel"}}, "rules", "must be a list"),
        ({"rules": [{"kind": "release"}]}, "rules[1].kind", 'must be "place_hold", "release_hold", "cancel" or "cha'),
        ({"rules": [{"kind": "cancel", "sign": ["credit"]}]}, "rules[1].sign[1]", "must be a table"),
        ({"rules": [{"kind": "cancel", "sign": [{"role": "a", "approvals": 0}]}]}, "rules[1].sign[1].approvals", "1"),
        ({"rules": [{"kind": "cancel", "when": {"order_total_over": 5}}]}, "rules[1].when.order_total_over", "table"),
        (
            {"rules": [{"kind": "cancel", "when": {"order_total_over": {"USD": "much"}}}]},
            "rules[1].when.order_total_over.USD",
            "must be an amount in major units",
        ),
        (
            {"rules": [{"kind": "cancel", "when": {"refund_over": {"USD": -1}}}]},
            "rules[1].when.refund_over.USD",
            "from 0 to",
        ),
        (
            {"rules": [{"kind": "cancel", "when": {"refund_over": {"USD": True}}}]},
            "rules[1].when.refund_over.USD",
            "must be an amount",
        ),
        ({"exports": [{"kind": "orders"}]}, "exports[1].kind", '"holds", "cancellations", "changes" or "refunds"'),
        ({"exports": [{"kind": "holds", "columns": [{}]}]}, "exports[1].columns[1].header", "is missing"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_says_where_and_what(changes, where, what):
    found = problems_of(**changes)
    assert any(problem.startswith(f"{where}: ") and what in problem for problem in found), found
    assert all(problem.endswith((".", "?")) for problem in found)


@pytest.mark.parametrize("key", ["name", "timezone", "floor_channel"])
def test_a_missing_key_of_the_desk_says_what_to_write(key):
    data = document()
    del data["desk"][key]
    (problem,) = problems(tomli_w.dumps(data))
    assert problem.startswith(f"desk.{key}: is missing. Give" if key != "timezone" else "desk.timezone: is missing. N")


def test_every_problem_is_told_at_once():
    found = problems_of(desk__self_approval=1, roles__ar={}, rules=[{}])
    assert [problem.split(":")[0] for problem in found] == ["desk.self_approval", "roles.ar.channel", "rules[1].kind"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[desk]\nname = Acme\n", "line 2, column 8"),
        ('[desk]\nname = "a"\nname = "b"\n', "line 3"),
        ("[desk\n", "line 1"),
        ("a = [1, 2", "the end"),
        ("[desk]\nname = “Acme”\n", "line 2, column 8"),
        ('[desk]\nname = "\x00"\n', "line 2"),
        ('[desk]\nname = "\\ud800"\n', "line 2"),
    ],
)
def test_a_mistake_in_the_toml_names_its_line(text, where):
    (problem,) = problems(text)
    assert problem.startswith(where)
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[" * 20_000, "nested"),
        ("a = " + "[" * 20_000 + "]" * 20_000, "nested too deeply"),
        ("a = " + "9" * 6000, "out of range"),
        ("#" * (LONGEST + 1), "is longer than"),
        ("", "desk: is missing"),
        ("\ud800", "line 1"),
    ],
)
def test_hostile_files_come_back_with_a_sentence(text, what):
    found = problems(text)
    assert len(found) == 1
    assert what in found[0] or found[0].startswith("line 1")


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\n", "\x7f", "\x85", "\u2028", "\u202e", "\ud800"])
@pytest.mark.parametrize(
    "path",
    ["desk__name", "desk__floor_channel", "roles__credit__label", "roles__credit__email", "stages"],
)
def test_characters_that_nobody_can_read_are_refused_everywhere(bad, path):
    text = f"a{bad}b"
    value: Any = {"roles__credit__email": [text], "stages": {text: "open"}}.get(path, text)
    with pytest.raises(PolicyProblems) as caught:
        policy(**{path: value})
    assert all(problem.isprintable() for problem in caught.value.problems)


def test_emoji_and_every_script_are_welcome():
    text = "Büro 📦 資材 👩‍🚒 عربي"
    assert policy(desk__name=text).desk.name == text


@pytest.mark.parametrize("data", [None, [], "x", 5, {"roles": [{}]}, {"roles": 5}, {"stages": [1]}, {"stages": "abc"}])
def test_a_stored_document_of_another_shape_is_refused_with_a_sentence(data):
    with pytest.raises(PolicyProblems):
        policy_from_json(data)


def test_a_file_saved_on_windows_is_read():
    text = tomli_w.dumps(SMALL).replace("\n", "\r\n")
    assert parse_policy("\ufeff" + text) == policy()


def test_a_policy_never_changes_and_its_parts_can_be_hashed():
    small = policy()
    with pytest.raises(ValidationError):
        small.desk.name = "Other"
    assert len({small.desk, small.roles["credit"], small.reasons[0]}) == 3


def test_the_stored_form_keeps_the_order_that_people_chose():
    stored = policy_to_json(parse_policy(FULL.read_text()))
    assert [role["name"] for role in stored["roles"]] == ["credit", "cs_lead", "csr", "manager"]
    assert stored["stages"] == [["Awaiting fulfilment", "open"]]


@pytest.mark.parametrize(
    ("written", "meant"), [("48h", "2d"), ("7d", "7d"), ("1w", "7d"), ("90m", "90m"), ("never",) * 2]
)
def test_durations_are_shown_in_their_shortest_form(written, meant):
    stored = policy_to_json(policy(reasons=[{"kind": "hold", "code": "x", "stale_after": written}]))
    assert stored["reasons"][0]["stale_after"] == meant


@pytest.mark.parametrize("typed", ["credit", "CREDIT", " Credit ", "credit not cleared", "Credit  Not Cleared"])
def test_a_reason_is_found_by_code_and_by_label_in_any_case(typed):
    found = policy().reason("hold", typed)
    assert found is not None
    assert found.code == "credit"


@pytest.mark.parametrize(
    ("kind", "typed"), [("hold", "paid"), ("hold", ""), ("hold", "x" * 5000), ("nothing", "credit")]
)
def test_an_unknown_reason_is_none(kind, typed):
    assert policy().reason(kind, typed) is None


def test_a_code_wins_over_the_label_of_another_reason():
    reasons = [{"kind": "hold", "code": "a", "label": "b"}, {"kind": "hold", "code": "b", "label": "c"}]
    found = policy(reasons=reasons).reason("hold", "B")
    assert found is not None
    assert found.code == "b"


def test_roles_and_reasons_are_read_from_the_policy_alone():
    small = policy()
    assert small.roles_of("U0MONA") == {"cs_lead", "manager"}
    assert small.roles_of("U0NEW") == frozenset()
    assert [reason.code for reason in small.reasons_of("cancel")] == ["duplicate"]
    assert (small.role_label("cs_lead"), small.role_label("gone_role")) == ("Customer service lead", "Gone role")


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
periods = st.one_of(
    st.just("never"), st.builds("{}{}".format, st.integers(1, 400), st.sampled_from("mh")), st.just("366d")
)
amounts = st.dictionaries(
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.decimals(0, 10**12, places=2) | st.integers(0, 10**12),
    max_size=3,
)
roles = st.fixed_dictionaries(
    {"channel": words},
    optional={"label": words, "members": st.lists(words, max_size=4), "email": st.lists(words, max_size=2)},
)
reasons = st.fixed_dictionaries(
    {"kind": st.sampled_from(["hold", "release", "cancel", "change"]), "code": words},
    optional={
        "label": words,
        "owner": names,
        "stale_after": periods,
        "note": st.sampled_from(["optional", "required"]),
    },
)
rules = st.fixed_dictionaries(
    {"kind": st.sampled_from(["place_hold", "release_hold", "cancel", "change"])},
    optional={
        "when": st.fixed_dictionaries(
            {},
            optional={"order_total_over": amounts, "refund_over": amounts, "reason": words, "stage": st.lists(words)},
        ),
        "ask": st.lists(names, max_size=3),
        "sign": st.lists(
            st.fixed_dictionaries({"role": names}, optional={"approvals": st.integers(1, 20)}), max_size=3
        ),
        "remind_after": periods,
        "expire_after": periods,
        "escalate_to": names,
    },
)
documents = st.fixed_dictionaries(
    {
        "desk": st.fixed_dictionaries(
            {"name": words, "timezone": words, "floor_channel": words},
            optional={
                "self_approval": st.booleans(),
                "floor_email": st.lists(words, max_size=3),
                "order_number": st.fixed_dictionaries({}, optional={"pattern": words, "pad": st.integers(0, 20)}),
                "refund_hook": st.fixed_dictionaries({"url": words, "secret": words}),
            },
        )
    },
    optional={
        "stages": st.dictionaries(words, words, max_size=4),
        "roles": st.dictionaries(names, roles, max_size=4),
        "reasons": st.lists(reasons, max_size=5),
        "rules": st.lists(rules, max_size=4),
    },
)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_both_forms_come_back_exactly(data):
    policy = Policy.model_validate(data)
    assert policy_from_json(policy_to_json(policy)) == policy
    assert parse_policy(policy_to_toml(policy)) == policy
    assert list(parse_policy(policy_to_toml(policy)).roles) == list(policy.roles)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(["desk", "stages", "roles", "reasons", "rules", "exports"]), json_values)
@settings(max_examples=300, deadline=None)
def test_any_stored_value_is_a_policy_or_a_list_of_readable_sentences(key, value):
    try:
        policy_from_json({**SMALL, key: value})
    except PolicyProblems as refused:
        found = refused.problems
    else:
        return
    assert found
    assert not any(UNREADABLE.search(problem) or len(problem) > 1000 for problem in found)
