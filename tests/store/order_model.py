"""What the random play of orders knows of an order: values, and what each decision makes of them."""

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

from workflows.policy.load import parse_policy
from workflows.policy.model import RefundHook

ORDER, DEAR, EXTRAS, TAX = "ORD-1", 120_00, 500, 77
CSR, LEAD, LEAD2, CREDIT, CREDIT2 = "U0CARL", "U0LENA", "U0MONA", "U0ROSA", "U0IVAN"
PEOPLE = (CSR, LEAD, LEAD2, CREDIT, CREDIT2)
OPEN = {"requested", "active", "release_requested"}


def make_policy():
    """Orders over 120 USD need two roles for a cancel; anybody may ask."""
    policy = parse_policy((Path(__file__).parents[2] / "playground" / "demo_policy.toml").read_text())
    rule = next(each for each in policy.rules if each.kind == "cancel")
    when = rule.when.model_copy(update={"order_total_over": {"USD": Decimal(DEAR // 100)}})
    hook = RefundHook(url="https://erp.acme.example/refunds", secret="env:REDTAG_HOOK_REFUNDS")
    return policy.model_copy(
        update={
            "desk": policy.desk.model_copy(update={"refund_hook": hook}),
            "rules": (rule.model_copy(update={"when": when, "ask": None}),),
        }
    )


POLICY = make_policy()


@dataclasses.dataclass
class Line:
    line: int
    sku: str
    ordered: int
    price: int
    cancelled: int = 0
    picked: int = 0
    shipped: int = 0
    added: bool = False

    @property
    def left(self):
        return self.ordered - self.cancelled

    @property
    def quantities(self):
        return (self.ordered, self.cancelled, self.picked, self.shipped)


@dataclasses.dataclass
class Ask:
    """A request as the model knows it. `stands_on`: what its signers looked at."""

    kind: str
    by: str
    roles: list
    stands_on: object
    asked: object = None
    hold: str = ""
    keys: tuple = ()
    state: str = "pending"
    signed: set = dataclasses.field(default_factory=set)


class Model:
    """An order of three lines, its holds and its requests."""

    def begin(self):
        self.lines = {"1": Line(1, "A", 12, 1000), "2": Line(2, "B", 9, 250), "3": Line(3, "C", 7, 333)}
        self.holds = {}
        self.asks = []
        self.extras, self.tax, self.ship_by = EXTRAS, 0, date(2031, 1, 1)
        self.waiting = False  # the floor was told that the order must wait

    @property
    def live(self):
        return {key: line for key, line in self.lines.items() if line.left > 0}

    @property
    def gone(self):
        return all(line.shipped >= line.left for line in self.live.values())

    @property
    def total(self):
        return self.extras + sum(line.left * line.price for line in self.lines.values())

    @property
    def pending(self):
        return [ask for ask in self.asks if ask.state == "pending"]

    @property
    def doubts(self):
        """What keeps the order from shipping."""
        held = [reason for reason, state in self.holds.items() if state in OPEN]
        return held + [ask for ask in self.pending if ask.asked]

    def whole(self):
        return {key: line.quantities for key, line in self.lines.items()}, self.total

    def of(self, keys, *, dates):
        lines = {key: (*line.quantities, line.sku, line.price) for key, line in self.lines.items() if key in keys}
        return lines, self.ship_by if dates else None

    def stands(self, ask):
        if ask.asked is None or (ask.kind == "cancel" and ask.asked.whole):
            return ask.stands_on == self.whole()
        moved = ask.kind == "change" and self.gone
        return not moved and ask.stands_on == self.of(ask.keys, dates=getattr(ask.asked, "ship_by", None) is not None)

    def key_of(self, number):
        return next((key for key, line in self.lines.items() if line.line == number), None)

    def free(self, keys):
        return not any(set(keys) & set(ask.keys) for ask in self.pending)

    def roles(self):
        return ["cs_lead", "credit"] if self.total > DEAR else ["cs_lead"]

    def apply(self, ask):
        """The units, once; and nothing that has gone further than the policy lets it."""
        if ask.kind == "cancel":
            for wanted in ask.asked.lines:
                line = self.lines[wanted.key]
                line.cancelled += wanted.units
                assert line.shipped <= line.left
            self.tax -= ask.asked.tax
            self.extras -= ask.asked.tax
        else:
            self.change(ask)
        for other in self.pending:
            if not other.asked:
                other.stands_on = self.whole()

    def change(self, ask):
        for wanted in ask.asked.lines:
            line = self.lines[wanted.key]
            assert line.picked == 0 or wanted.new_sku == line.sku
            line.ordered, line.sku = line.cancelled + wanted.after, wanted.new_sku
            assert line.picked <= line.left
        number = self.asks.index(ask) + 1
        for place, added in enumerate(ask.asked.added, 1):
            last = max(line.line for line in self.lines.values()) if self.lines else 0
            self.lines[f"R-{number}/{place}"] = Line(last + 1, added.sku, added.quantity, 250, added=True)
        if ask.asked.ship_by:
            self.ship_by = ask.asked.ship_by.after

    def over(self, ask, state):
        ask.state = state
        if ask.kind == "place_hold" and state != "approved":
            self.holds[ask.hold] = "rejected" if state == "rejected" else "withdrawn"
        if ask.kind == "release_hold" and state != "approved":
            self.holds[ask.hold] = "active"
        if ask.asked and state == "approved" and not self.live:
            self.cancelled()

    def cancelled(self):
        """Nothing is left: holds close, and whoever waits for something waits no more."""
        for ask in self.pending:
            ask.state = "void"
        after = {"requested": "withdrawn", "active": "released", "release_requested": "released"}
        self.holds = {reason: after.get(state, state) for reason, state in self.holds.items()}
        self.waiting = False
