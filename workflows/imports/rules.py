"""What a desk's policy says about order files."""

from functools import lru_cache

from workflows.imports.fields import Rules
from workflows.money import minor_units
from workflows.order_numbers import BadOrderNumber, normalise
from workflows.policy.model import Policy


def rules_of(policy: Policy) -> Rules:
    form = policy.desk.order_number

    def number(typed: str) -> str | None:
        try:
            return normalise(typed, form)
        except BadOrderNumber:
            return None

    # Prices repeat: most files hold fewer amounts than rows.
    return Rules(number, lru_cache(maxsize=8192)(minor_units), policy.stages, form.pattern or "")
