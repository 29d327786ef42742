"""What a cancel gives back, exactly: units times price, and tax and shipping as the policy says."""

from collections.abc import Iterable
from fractions import Fraction

from workflows.asked import Cancellation
from workflows.policy.model import DeskSettings
from workflows.values import Order

TAX, SHIPPING = "proportional", "never"  # where the policy names no refund hook


def value(order: Order) -> int:
    """What the units that are left cost, without tax and shipping."""
    return sum(line.remaining * line.unit_price for line in order.lines)


def refund_of(
    order: Order, desk: DeskSettings, amount: int, units: int, pending: Iterable[Cancellation] = ()
) -> tuple[int, int]:
    """Tax and shipping that go back with these units: minor units, never more than there is left of them.

    What the order's pending cancels would give back is not given a second time, also where all of them are approved.
    """
    hook, asked = desk.refund_hook, tuple(pending)
    left = sum(line.remaining for line in order.lines) - sum(line.units for each in asked for line in each.lines)
    of, whole = value(order) - sum(each.amount for each in asked), units >= left
    tax, shipping = order.tax - sum(each.tax for each in asked), order.shipping - sum(each.shipping for each in asked)
    return (
        _share(tax, hook.tax if hook else TAX, amount, of, whole=whole),
        _share(shipping, hook.shipping if hook else SHIPPING, amount, of, whole=whole),
    )


def _share(left: int, how: str, amount: int, of: int, *, whole: bool) -> int:
    if how == "never" or left <= 0:
        return 0
    if whole:
        return left
    # round() goes to the even one of two halves, so that many small cancels do not add up to one side.
    return max(0, min(left, round(Fraction(left * amount, of)))) if of > 0 else 0
