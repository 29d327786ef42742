"""What the digest says beside its specimens: in the e-mail, in the picture, and to those who may not read it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.delivery.digest_mail import digest_mail
from bot.main.digest_values import mail_of
from bot.slack import undelivered, words
from bot.slack.digest import headline
from bot.slack.digest_chart import alt_text, bars
from bot.slack.forms import FormProblem, assign
from bot.slack.specimens import digest
from bot.slack.specimens.values import hold, sample_policy
from tests.factories import make_policy
from tools.saying import Saying
from workflows import refusals
from workflows.care_refusals import CannotTakeCare
from workflows.digest import Counts
from workflows.results import Signers
from workflows.values import HoldState

MANAGER = Signers(role="manager", label="Manager", members=("U0MONA",))


def digests() -> Iterator[Saying]:
    policy = sample_policy()
    for name, values in (("a quiet day", digest.quiet(policy)), ("a usual day", digest.usual(policy))):
        yield Saying(f"e-mail, {name}", digest_mail(mail_of(values)).text)
    yield Saying("e-mail, far too much", digest_mail(mail_of(digest.many(policy))).text[:2500])
    yield Saying("the picture, as it is read out", alt_text(digest.usual(policy)))
    yield Saying("the picture, past its ten rows", bars(digest.many(policy))[-1][0])
    single = replace(digest.usual(policy), groups=(), counts=Counts(drift=1))
    yield Saying("a single change", headline(single))
    yield Saying("nobody to take care", words.say(CannotTakeCare(order="ORD-123", hold=17, member="U0CARL", sign=())))
    for left in ("read the digest", "say who takes care of H-17"):
        yield Saying("it is left to others", words.say(refusals.NotYourRole(what=left, sign=(MANAGER,))))
    people = make_policy()
    view = assign.build(hold(people, HoldState.ACTIVE), people, {}, channel="C0CREDIT")
    yield Saying("somebody who never used the desk may take care", view)
    yield Saying("what was not delivered", ", ".join(sorted(map(undelivered.kind, undelivered.KINDS))))
    for typed in ("click Show all again", "click Reassign for H-17 again"):
        yield Saying("no view", words.say(refusals.FormNotOpened(typed=typed)))
    for view in ({}, {"private_metadata": '{"hold":"H-17","order":"ORD-123"}'}):
        try:
            assign.parse(view)
        except FormProblem as problem:
            yield Saying("under the field", str(problem))
