"""A card that does not reach its channel: the role is written to, and admins hear which channel to mend."""

import asyncio
import dataclasses

import pytest

from bot.clock.falling_back import fall_back
from bot.delivery.waiting_mail import waiting_mail
from bot.main.stranded_messages import waiting_values
from bot.slack.channel_words import channel_broken
from store.outbox import retry_dead
from store.stranded import Stranded
from tests.bot.test_delivery_mails import WORDS, read
from tests.factories import make_order, make_view
from tests.notices import until
from tests.office import ADAM, CREDIT_CHANNEL, CSR, DESK, IVAN, STOCK_CHANNEL, seen

MANAGERS = "C0MGRS"
CREDIT = "credit@acme.example"


async def asked(office, order="ORD-123", reason="credit"):
    await office.command(CSR, f"/hold {order} {reason} wire is missing")
    await office.settled()


async def told(office):
    """Several processes look at the same time."""
    rounds = [fall_back(Stranded(office.parts.pool), office.parts.delivery.wake) for _ in range(3)]
    found = sum(await asyncio.gather(*rounds))
    await office.settled()
    return found


def mails(office, to=CREDIT):
    return [mail for mail in office.workspace.mails if to in mail.to]


def news(office, channel=MANAGERS):
    return [seen(each) for each in office.workspace.messages(channel) if "do not reach" in seen(each)]


async def role_with(office, **changes):
    roles = {**office.policy.roles, "credit": office.policy.roles["credit"].model_copy(update=changes)}
    office.policy = office.policy.model_copy(update={"roles": roles})
    await office.apply()


async def test_the_role_is_written_to_once_and_admins_hear_once_which_channel_to_mend(office):
    office.add_order("ORD-124")
    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=True)
    await asked(office)
    await asked(office, "ORD-124")
    assert await told(office) == 3
    assert await told(office) == 0
    first, _ = mails(office)
    assert first.subject == "R-1 waits for Credit: Hold ORD-123?"
    for words in (
        "Brightwater Foods",
        "1,250.00",
        "wire is missing",
        "Carla",
        "U0ROSA or U0IVAN",
        "archived",
        "/desk queue credit",
    ):
        assert words in first.text
    (said,) = news(office)
    assert f"<#{CREDIT_CHANNEL}>" in said
    assert "2 cards could not be posted" in said
    assert "request.mailed" in office.actions()
    assert [each["facts"]["channel"] for each in office.audit("") if each["action"] == "channel.broken"] == [
        CREDIT_CHANNEL
    ]

    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=False)
    assert await retry_dead(office.parts.pool, DESK) == 2
    await office.settled()
    assert len(office.cards(CREDIT_CHANNEL)) == 2
    office.workspace.change_user(CSR, deleted=True)  # who asked leaves before it is signed
    await office.workspace.click(IVAN, office.cards(CREDIT_CHANNEL)[0], "request.approve")
    await office.settled()
    assert office.row("select state from requests where number = 1")["state"] == "approved"
    assert await told(office) == 0
    assert len(mails(office)) == 2


async def test_a_channel_that_breaks_again_is_told_of_again_and_another_gets_its_cards(office):
    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=True)
    await asked(office)
    assert await told(office) == 2
    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=False)
    await retry_dead(office.parts.pool, DESK)
    await office.settled()
    office.add_order("ORD-124")
    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=True)
    await asked(office, "ORD-124")
    assert await told(office) == 2
    assert len(news(office)) == 2

    await role_with(office, channel=STOCK_CHANNEL)
    await retry_dead(office.parts.pool, DESK)
    await office.settled()
    assert "ORD-124" in seen(office.cards(STOCK_CHANNEL)[-1])


async def test_slack_that_is_silent_for_a_quarter_of_an_hour_is_replaced_by_an_e_mail(office):
    office.workspace.fail("chat.postMessage", status=503, times=-1)
    await office.command(CSR, "/hold ORD-123 credit")
    await until(lambda: office.rows("select 1 from notices where kind = 'card' and error <> ''"))
    look = Stranded(office.parts.pool)
    assert await look.tell() == 0
    office.rows("update notices set created_at = created_at - interval '16 minutes'")
    assert await look.tell() == 1
    assert await look.tell() == 0
    office.parts.delivery.wake()
    (mail,) = await until(lambda: mails(office))
    assert "it has not answered for a while" in mail.text
    assert news(office) == []
    office.workspace.heal()
    office.rows("update notices set due_at = now() where state = 'ready'")
    await office.settled()
    assert len(office.cards(CREDIT_CHANNEL)) == 1
    assert await look.tell() == 0


async def test_a_card_that_nothing_failed_before_only_waits_for_us(office):
    """After an outage of our own, what has waited long is about to be posted."""
    await asked(office)
    office.rows(
        """update notices set state = 'ready', settled_at = null, due_at = now() + interval '1 hour',
           created_at = now() - interval '1 day' where kind = 'card'"""
    )
    assert await Stranded(office.parts.pool).tell() == 0


async def test_each_admin_is_told_where_it_is_the_managers_channel_and_a_role_without_address_is_named(office):
    await role_with(office, channel=MANAGERS, email=())
    office.workspace.change_channel(MANAGERS, is_archived=True)
    await asked(office)
    assert await told(office) == 1
    direct = office.rows("select lane, payload from notices where kind = 'channel.broken'")
    assert [each["lane"] for each in direct] == [f"slack:{ADAM}"]
    assert direct[0]["payload"]["unmailed"] == ["Credit"]
    assert "request.mailed" not in office.actions()
    await role_with(office, email=(CREDIT,))
    assert await told(office) == 1
    assert len(mails(office)) == 1


@pytest.mark.parametrize("words", ["Clear to ship", "<b>&amp;", "a\u2028b\x00"])
def test_nobody_elses_words_promise_anything_or_break_the_mail(words):
    order = dataclasses.replace(make_order(), customer=words, number=words)
    mail = waiting_mail(waiting_values(make_view(order=order), "credit", "is_archived"))
    assert not WORDS.search(mail.subject + mail.text + mail.html)
    assert "\n" not in mail.subject
    read(mail.html)


def test_messages_that_are_no_cards_ask_nobody_to_sign():
    said = seen_words(channel_broken("C0FLOOR", "invite the app.", cards=0, others=2, unmailed=()))
    assert "2 other messages could not be posted there" in said
    assert "e-mail" not in said


def seen_words(message):
    return f"{message['text']} {message['blocks']}"
