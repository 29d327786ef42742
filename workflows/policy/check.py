"""Whether a policy that can be read can also be applied."""

from collections.abc import Iterator

from workflows.endpoints import endpoints
from workflows.policy import desk_checks, export_checks, hook_checks, role_checks, rule_checks, sheet_checks, signable
from workflows.policy.model import Policy
from workflows.policy.rules import default_rule
from workflows.values import GONE
from workflows.words import listed


def problems_in(policy: Policy) -> tuple[str, ...]:
    """What stops it from being applied; each one sentence or two: where, what, what to do."""
    parts = (desk_checks, role_checks, rule_checks, export_checks, hook_checks, sheet_checks, signable)
    return tuple(dict.fromkeys(problem for part in parts for problem in part.problems(policy)))


def warnings_in(policy: Policy) -> tuple[str, ...]:
    """Worth saying, and not refused."""
    parts = (
        signable.alone,
        _silent_desk,
        _silent_roles,
        _risks,
        _rules_without_effect,
        _two_meanings,
        export_checks.warnings,
    )
    return tuple(dict.fromkeys(warning for part in parts for warning in part(policy)))


def _silent_desk(policy: Policy) -> Iterator[str]:
    desk = policy.desk
    if not desk.floor_email:
        yield "desk.floor_email: is empty. Releases are announced in Slack alone."
    if not desk.managers_channel:
        yield "desk.managers_channel: is not given. Digest, escalations and exceptions have no channel."
    if not desk.audit_channel:
        yield "desk.audit_channel: is not given. Seals are not published in Slack, where others could witness them."


def _silent_roles(policy: Policy) -> Iterator[str]:
    signing = {each.role for path in signable.paths(policy) for each in path.applied.sign}
    for name, role in policy.roles.items():
        if not role.members and name not in signing:
            yield f"roles.{name}.members: is empty. Nobody acts as {role.label}."
        if not role.email and name in signing:
            yield f"roles.{name}.email: is empty. {role.label} gets no e-mail."
        if role.members and not role.notify and name in signing:
            yield f"roles.{name}.notify: is empty. Cards for {role.label} mention nobody."


def _risks(policy: Policy) -> Iterator[str]:
    if policy.desk.self_approval:
        yield "desk.self_approval: is on. People can approve what they ask for themselves, except a release."
    for each in endpoints(policy):
        if each.url.startswith("http:"):
            yield f"{each.where}.url: is not https. What is sent can be read on the way."


def _rules_without_effect(policy: Policy) -> Iterator[str]:
    for at, rule in enumerate(policy.rules, 1):
        if rule.kind == "place_hold" and rule.expire_after not in {None, default_rule(rule.kind).expire_after}:
            yield f"rules[{at}].expire_after: has no effect. A placement never expires, it escalates."
        if rule.kind != "release_hold" and rule.when.stage and GONE.issuperset(rule.when.stage):
            gone = listed(rule.when.stage)
            yield f"rules[{at}].when.stage: has no effect. Nothing is asked for once an order is {gone}, but a release."
        expires = rule.expire_after if rule.kind != "place_hold" else None
        if expires and rule.escalate_after and rule.escalate_after >= expires:
            yield f"rules[{at}].escalate_after: has no effect. The request expires before."
        if rule.escalate_after and rule.escalate_to is None and "manager" not in policy.roles:
            yield f"rules[{at}].escalate_to: is not given, and there is no role manager. Nothing escalates."


def _two_meanings(policy: Policy) -> Iterator[str]:
    """In `/release ORDER` a hold reason is looked for first, then a release reason."""
    for reason in policy.reasons_of("release"):
        if policy.reason("hold", reason.code):
            yield f"reasons: “{reason.code}” is a hold and a release reason. After /release it is read as the hold."
