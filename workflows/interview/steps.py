"""The steps of the interview, and the step in which a problem can be mended."""

from typing import Final

from workflows.policy import desk_checks, role_checks, rule_checks
from workflows.policy.model import Policy

PAGE: Final = 20  # roles, or reasons, that one form asks about
READ_BACK: Final = "readback"
TITLES: Final = {
    "desk": "The desk",
    "orders": "Order data",
    "stages": "Stages",
    "roles": "Roles",
    "contacts": "E-mail and groups",
    "reasons": "Hold reasons",
    "signing": "Who else signs",
    "waiting": "Reminders",
    "odd": "Odd cases",
    READ_BACK: "Read back",
}
_ORDERS: Final = ("desk.order_number", "desk.missing_orders", "desk.gate_")
_STAGES: Final = ("stages", "desk.cancel_blocked_from", "desk.change_blocked_from")
_CONTACTS: Final = ("email", "user_groups")
_PARTS: Final = (desk_checks, role_checks, rule_checks)


def steps(policy: Policy) -> tuple[str, ...]:
    """`roles`, `roles.2` …: long lists are asked about page by page."""
    counts = {"roles": len(policy.roles), "contacts": len(policy.roles), "reasons": len(policy.reasons_of("hold"))}
    return tuple(page for step in TITLES for page in _pages(step, counts.get(step, 0)))


def _pages(step: str, count: int) -> tuple[str, ...]:
    return (step, *(f"{step}.{page}" for page in range(2, -(-count // PAGE) + 1)))


def following(policy: Policy, step: str) -> str:
    known = steps(policy)
    at = known.index(step) if step in known else -1
    return known[min(at + 1, len(known) - 1)]


def known_step(policy: Policy, step: str) -> str:
    """The step, or the first one where there is no such step (any more)."""
    known = steps(policy)
    return step if step in known else known[0]


def title(step: str) -> str:
    name, _, page = step.partition(".")
    return f"{TITLES.get(name, name)} ({page})" if page else TITLES.get(name, name)


def page_of(step: str) -> slice:
    _, _, page = step.partition(".")
    start = (int(page) - 1 if page.isdecimal() else 0) * PAGE
    return slice(start, start + PAGE)


def new_problems(before: Policy, after: Policy) -> tuple[str, ...]:
    """What an answer breaks by itself. Whether everything can be signed is judged at the end."""
    known = {problem for part in _PARTS for problem in part.problems(before)}
    return tuple(problem for part in _PARTS for problem in part.problems(after) if problem not in known)


def step_of(problem: str, policy: Policy) -> str:
    """Where a problem of the whole policy is mended."""
    place = problem.partition(":")[0]
    if place.startswith(_ORDERS):
        return "orders"
    if place.startswith(_STAGES):
        return "stages"
    if place.startswith("roles."):
        names = list(policy.roles)
        name, field = [*place.split("."), ""][1:3]
        step = "contacts" if field.startswith(_CONTACTS) else "roles"
        page = names.index(name) // PAGE + 1 if name in names else 1
        return step if page == 1 else f"{step}.{page}"
    part = place.split("[")[0].split(" ")[0].split(".")[0]
    return {"reasons": "reasons", "rules": "signing", "desk": "desk"}.get(part, "roles")
