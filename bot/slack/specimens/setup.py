"""Specimens of the interview: each step, also with no and one role and reason, the read-back, and what ends it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.forms import setup as setup_form
from bot.slack.forms import setup_readback
from bot.slack.forms.setup_parts import Seen
from bot.slack.listeners.setup import UNFIT
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.interview.answers import EMPTY
from workflows.interview.draft import Draft, Meanwhile
from workflows.interview.last_file import LastFile
from workflows.interview.readback import worries
from workflows.interview.steps import READ_BACK, steps
from workflows.policy.check import problems_in
from workflows.policy.model import Policy, Reason, Role
from workflows.policy.people import Absence, People

LISTS = ("roles", "contacts", "reasons", "signing", "waiting")
FILE = LastFile("orders.csv", values.NOW, "erp", ("Awaiting pickup",), (values.NUMBER,), ",", "EUR", day_first=True)


def specimens(policy: Policy) -> Iterator[Specimen]:
    for step in steps(policy):
        if step != READ_BACK:
            yield _step(f"form.setup.{step}", policy, step)
    yield _step("form.setup.orders.file", policy, "orders", FILE)
    yield _step("form.setup.stages.words", policy, "stages", FILE)
    for count in (0, 1):
        sized = of_size(policy, count)
        for step in (step for step in steps(sized) if step.partition(".")[0] in LISTS):
            yield _step(f"form.setup.{step}.of_{count}", sized, step)
        yield Specimen(f"form.setup.readback.of_{count}", "modal", _read_back(sized))
    yield Specimen("form.setup.readback.same", "modal", _read_back(policy, changed=()))
    yield Specimen("form.setup.readback.lost", "modal", _read_back(policy, lost=("roles.fraud.channel",)))
    yield from _ends(policy)


def _ends(policy: Policy) -> Iterator[Specimen]:
    yield Specimen("form.setup.resume", "modal", setup_form.resume("roles", policy))
    yield Specimen("form.setup.unfit", "modal", setup_form.broken(UNFIT.format(problem="roles.x: is gone.")))
    meanwhile = [Meanwhile(4, values.SECOND, values.NOW, ("Credit: + @U0CARL",))]
    yield Specimen("form.setup.moved", "modal", setup_readback.moved(_seen(policy, READ_BACK), meanwhile))
    yield Specimen("form.setup.applied", "modal", setup_readback.applied(("Credit: + @U0CARL",), policy))
    yield Specimen("form.setup.applied.same", "modal", setup_readback.applied((), policy))


def _seen(policy: Policy, step: str, file: LastFile | None = None) -> Seen:
    examples = (values.NUMBER,) if step == "orders" else ()
    return Seen(step, policy, Draft(3, EMPTY, odd=("We work on Saturdays",)), examples, file=file)


def _step(name: str, policy: Policy, step: str, file: LastFile | None = None) -> Specimen:
    return Specimen(name, "modal", setup_form.build(_seen(policy, step, file)))


def _read_back(policy: Policy, **more: Any) -> dict[str, Any]:
    people = People((Absence(values.SIGNER, "", values.TODAY),))
    worried = worries(policy, people, values.TODAY, ["Gift cards are never cancelled"])
    given: Mapping[str, Any] = {"changed": ("Credit: + @U0CARL",), "problems": problems_in(policy), "worries": worried}
    return setup_readback.build(_seen(policy, READ_BACK), **{**given, **more})


def of_size(policy: Policy, count: int) -> Policy:
    roles = {f"role_{at}": Role(label=f"Role {at}", channel="C0CREDIT", members=("U0ROSA",)) for at in range(count)}
    reasons = [Reason(kind="hold", code=f"reason-{at}", owner=f"role_{at}") for at in range(count)]
    return policy.model_copy(update={"roles": roles, "reasons": tuple(reasons), "rules": ()})
