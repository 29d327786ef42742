"""What the floor's e-mail says of the whole path: who signed, and what became of the hold."""

from tests.office import CSR, IVAN, LENA, ROSA, STOCK_CHANNEL, WALT
from workflows.policy.model import Rule
from workflows.policy.model import Signature as PolicySignature


async def clicked(office, user, card, action="request.approve"):
    await office.workspace.click(user, card, action)
    await office.settled()


async def asked(office, user, text):
    answer = await office.command(user, text)
    await office.settled()
    return answer.message


async def test_everyone_who_signed_a_release_is_named(office):
    both = (PolicySignature(role="credit"), PolicySignature(role="warehouse"))
    office.policy = office.policy.model_copy(update={"rules": (Rule(kind="release_hold", sign=both),)})
    await office.apply()
    await asked(office, ROSA, "/hold ORD-123 credit")
    await asked(office, CSR, "/release ORD-123 paid")
    await clicked(office, WALT, office.cards(STOCK_CHANNEL)[-1])
    assert office.workspace.mails == []
    await clicked(office, IVAN, office.cards()[-1])

    (mail,) = office.workspace.mails
    assert "Approved by: Walt Brandt and Ivan Petrov" in mail.text
    assert "Because: Paid" in mail.text


async def test_a_hold_that_came_to_nothing_is_not_called_released(office):
    await asked(office, ROSA, "/hold ORD-123 credit")
    doubt = await asked(office, CSR, "/hold ORD-123 stock")
    await asked(office, LENA, "/release ORD-123 credit")
    await clicked(office, IVAN, office.cards()[-1])
    await clicked(office, CSR, doubt, "request.withdraw")

    held, clear = office.workspace.mails
    assert "Still on hold" in held.subject
    assert clear.subject == "ORD-123: Clear to ship (Stock missing or in doubt no longer asked for)"
    assert "No longer asked for: H-2" in clear.text
    assert "Withdrawn by: Carla Nguyen" in clear.text
    assert "Released:" not in clear.text
    assert "Because:" not in clear.text
