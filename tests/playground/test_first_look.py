from playground.slack.model import Message


async def test_a_command_reaches_the_app_signed_and_its_answer_is_shown(workspace, bot):
    bot.answer = "R-1 is waiting for Credit."
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-123 credit")
    assert answer.error is None
    assert answer.message.text == "R-1 is waiting for Credit."
    assert answer.message.ephemeral_to == "U0CARL"
    assert workspace.ephemerals("U0CARL", "C0ORDERS") == [answer.message]
    assert bot.got[0]["command"] == "/hold"


async def test_a_posted_card_is_seen_and_clicked(workspace, client, bot):
    button = {
        "type": "button",
        "action_id": "request.approve",
        "text": {"type": "plain_text", "text": "Approve"},
        "value": "R-1",
    }
    blocks = [{"type": "actions", "elements": [button]}]
    sent = await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=blocks)
    [card] = workspace.messages("C0CREDIT")
    assert isinstance(card, Message)
    assert card.ts == sent["ts"]
    answer = await workspace.click("U0ROSA", card, "request.approve")
    assert answer.error is None
    assert bot.got[0]["actions"][0]["value"] == "R-1"
