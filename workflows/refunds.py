"""What a cancel gives back, exactly: units times price, and tax and shipping as the policy says."""

from fractions import Fraction

from workflows.policy.model import DeskSettings
from workflows.values import Order

TAX, SHIPPING = "proportional", "never"  # where the policy names no refund hook


def value(order: Order) -> int:
    """What the units that are left cost, without tax and shipping."""
    return sum(line.remaining * line.unit_price for line in order.lines)


def refund_of(order: Order, desk: DeskSettings, amount: int, *, whole: bool) -> tuple[int, int]:
    """Tax and shipping that go back with units worth `amount`: minor units, never more than there is left of them."""
    hook = desk.refund_hook
    tax = _share(order.tax, hook.tax if hook else TAX, amount, value(order), whole=whole)
    shipping = _share(order.shipping, hook.shipping if hook else SHIPPING, amount, value(order), whole=whole)
    return tax, shipping


def _share(left: int, how: str, amount: int, of: int, *, whole: bool) -> int:
    if how == "never" or left <= 0:
        return 0
    if whole:
        return left
    # round() goes to the even one of two halves, so that many small cancels do not add up to one side.
    return min(left, round(Fraction(left * amount, of))) if of > 0 else 0
