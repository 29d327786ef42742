"""Specimens of what is said of deputies, and of their form."""

from collections.abc import Iterator
from datetime import timedelta

from bot.slack import words
from bot.slack.away_words import SENTENCES, absence_dm
from bot.slack.forms import away as away_form
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.policy.model import Policy
from workflows.policy.people import Absence
from workflows.results import Done

UNTIL = values.TODAY + timedelta(days=12)


def specimens(policy: Policy) -> Iterator[Specimen]:
    roles = (policy.role_label(values.owner(policy)),)
    for what, kind in SENTENCES:
        done = Done(what=what, kind=kind, request=0, hold=0, order="", reason="", by=values.SIGNER)
        done = done.model_copy(update={"deputy": values.SECOND, "until": UNTIL, "roles": roles})
        yield Specimen(f"done.{what}", "message", words.answer(done))
        for name, to in (("deputy", values.SECOND), ("member", values.SIGNER)):
            yield Specimen(f"away.{what}.{name}", "message", absence_dm(done, to, values.ASKER))
    absence = Absence(values.SIGNER, values.SECOND, UNTIL)
    for name, now, admin in (("present", None, False), ("away", absence, True)):
        yield Specimen(f"form.away.{name}", "modal", away_form.build(now, today=values.TODAY, admin=admin))
