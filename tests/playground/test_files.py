import pytest

from tests.playground.blocks import input_of, modal
from tests.playground.conftest import refused


async def test_a_file_is_uploaded_and_shared(client, workspace, session):
    answer = await client.files_upload_v2(
        filename="orders.csv", content="order_number\nORD-1\n", channel="C0MGRS", initial_comment="Bad rows"
    )
    [message] = workspace.messages("C0MGRS")
    assert (message.text, message.files) == ("Bad rows", (answer["file"]["id"],))
    found = (await client.files_info(file=answer["file"]["id"]))["file"]
    assert (found["name"], found["mimetype"], found["size"]) == ("orders.csv", "text/csv", 19)
    async with session.get(found["url_private"], headers={"Authorization": f"Bearer {workspace.bot_token}"}) as got:
        assert await got.read() == b"order_number\nORD-1\n"


async def test_a_wrong_token_gets_the_log_in_page(client, workspace, session):
    file = workspace.add_file("U0CARL", "orders.csv", b"x")
    url = (await client.files_info(file=file.id))["file"]["url_private"]
    async with session.get(url, headers={"Authorization": "Bearer wrong"}) as got:
        assert (got.status, got.content_type) == (200, "text/html")


async def test_refusals(client, session):
    assert await refused(client.files_info(file="F0NONE")) == "file_not_found"
    assert await refused(client.files_getUploadURLExternal(filename="a.csv", length=0)) == "missing_argument"
    ticket = await client.files_getUploadURLExternal(filename="a.csv", length=1)
    unsent = [{"id": ticket["file_id"]}]
    assert await refused(client.files_completeUploadExternal(files=unsent)) == "file_not_found"
    async with session.post(ticket["upload_url"], data=b"x") as got:
        assert (got.status, await got.text()) == (200, "OK - 1")
    assert await refused(client.files_completeUploadExternal(files=unsent, channel_id="C0NONE")) == "channel_not_found"
    assert await refused(client.files_completeUploadExternal(files=unsent, channel_id="C0RANDOM")) == "not_in_channel"
    assert (await client.files_completeUploadExternal(files=unsent, channel_id="C0MGRS"))["ok"] is True
    assert await refused(client.files_completeUploadExternal(files=unsent)) == "file_not_found"


async def test_a_person_shares_a_file(client, workspace):
    message = await workspace.share_file("U0CARL", "C0ORDERS", "orders.csv", b"order_number\n")
    assert workspace.messages("C0ORDERS") == [message]
    assert (await client.files_info(file=message.files[0]))["file"]["user"] == "U0CARL"


@pytest.mark.parametrize("name", ["upload", "orders"])
async def test_a_file_goes_into_a_form(client, workspace, bot, name):
    await workspace.shortcut("U0CARL", "import.open")
    view = modal(input_of(name, {"type": "file_input", "filetypes": ["csv"]}))
    opened = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=view)
    file = workspace.add_file("U0CARL", "orders.csv", b"order_number\n")
    assert (await workspace.submit("U0CARL", opened["view"]["id"])).errors
    await workspace.submit("U0CARL", opened["view"]["id"], **{name: [file.id]})
    [sent] = bot.got[-1]["view"]["state"]["values"][name][name]["files"]
    assert (sent["id"], sent["name"]) == (file.id, "orders.csv")
    assert sent["url_private"]
