"""Specimens of what is said of roles, and of the form that edits one."""

from collections.abc import Iterator

from bot.slack.forms import role as role_form
from bot.slack.role_words import role_empty, roles_message
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.policy.model import Policy
from workflows.policy.people import Absence, People, staffed


def specimens(policy: Policy) -> Iterator[Specimen]:
    name = values.owner(policy)
    role = policy.roles[name]
    away = People((Absence(values.SIGNER, values.ASKER, values.TODAY),), {"S0CREDIT": (values.SIGNER, values.SECOND)})
    grouped = {**policy.roles, name: role.model_copy(update={"user_groups": ("S0CREDIT",)})}
    today = staffed(policy.model_copy(update={"roles": grouped}), away, values.TODAY)
    nobody = policy.model_copy(update={"roles": {**policy.roles, name: role.model_copy(update={"members": ()})}})
    yield Specimen("roles.list", "message", roles_message(today, admin=False))
    yield Specimen("roles.admin", "message", roles_message(nobody, admin=True))
    yield Specimen("roles.empty", "message", role_empty(nobody, name))
    yield Specimen("form.role", "modal", role_form.build(name, role, 3))
