"""What is said where Slack does not take a card."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.delivery.waiting_mail import waiting_mail
from bot.main.stranded_messages import waiting_values
from bot.slack.channel_words import channel_broken
from tests.factories import make_line, make_order, make_policy, make_request, make_view
from tools.saying import Saying
from workflows.values import Kind


def stranded() -> Iterator[Saying]:
    two = channel_broken("C0CREDIT", "the channel is archived; name another.", cards=2, others=0, unmailed=("A", "B"))
    yield Saying("two roles without an address", two)
    plenty = make_order(lines=[make_line(line=number) for number in range(1, 30)], ship_by=date(2026, 11, 23))
    nobody = make_policy(roles={"credit": {"members": []}})
    cases = (
        ("the app is not in the channel", make_view(order=plenty), "not_in_channel: invite the app to the channel"),
        ("Slack is down, and nobody can sign", make_view(policy=nobody), "network: ClientError"),
        ("a release", make_view(request=make_request(kind=Kind.RELEASE_HOLD)), "is_archived"),
    )
    together = replace(waiting_values(make_view(), "credit", "is_archived"), others=39, bulk="B-7")
    mail = waiting_mail(together)
    yield Saying("E-mail: one of many orders", {"subject": mail.subject, "text": mail.text})
    for title, view, error in cases:
        mail = waiting_mail(waiting_values(view, "credit", error))
        yield Saying(f"E-mail: {title}", {"subject": mail.subject, "text": mail.text})
