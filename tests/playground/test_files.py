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


async def test_several_files_go_with_one_message(client, workspace):
    named = {"orders.csv": b"order_number\n", "photo.png": b"\x89PNG"}
    message = await workspace.share_files("U0CARL", "C0ORDERS", named, "see these", thread_ts="1.000001")
    assert (message.text, message.thread_ts, len(message.files)) == ("see these", "1.000001", 2)
    found = [(await client.files_info(file=one))["file"] for one in message.files]
    assert [(one["name"], one["size"], one["channels"]) for one in found] == [
        ("orders.csv", 13, ["C0ORDERS"]),
        ("photo.png", 4, ["C0ORDERS"]),
    ]


async def test_a_file_in_a_channel_without_the_app_is_hidden_from_it(client, workspace, session):
    message = await workspace.share_file("U0CARL", "C0RANDOM", "orders.csv", b"secret")
    assert await refused(client.files_info(file=message.files[0])) == "not_visible"
    url = f"{workspace.base_url}/files-pri/T0ACME-{message.files[0]}/orders.csv"
    async with session.get(url, headers={"Authorization": f"Bearer {workspace.bot_token}"}) as got:
        assert got.content_type == "text/html"
        assert b"secret" not in await got.read()


async def test_a_download_has_a_name_of_its_own(client, workspace, session):
    message = await workspace.share_file("U0CARL", "C0ORDERS", "Aufträge.csv", b"x")
    url = (await client.files_info(file=message.files[0]))["file"]["url_private_download"]
    async with session.get(url, headers={"Authorization": f"Bearer {workspace.bot_token}"}) as got:
        assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Auftr%C3%A4ge.csv"
        assert await got.read() == b"x"


@pytest.mark.parametrize(
    ("limits", "files", "said"),
    [
        ({"max_files": 1}, {"a.csv": b"x", "b.csv": b"x"}, "Add at most 1 file."),
        ({}, {f"{number}.csv": b"x" for number in range(11)}, "Add at most 10 files."),
        ({"filetypes": ["csv", "xlsx"]}, {"a.exe": b"x"}, "Only these file types are allowed: csv, xlsx."),
        ({}, {"a.csv": b"x" * (10 * 1024 * 1024 + 1)}, "A file can have at most 10 MB."),
    ],
)
async def test_files_that_a_form_does_not_take_are_not_sent(client, workspace, bot, limits, files, said):
    await workspace.shortcut("U0CARL", "import.open")
    view = modal(input_of("orders", {"type": "file_input", **limits}))
    opened = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=view)
    given = [workspace.add_file("U0CARL", name, content).id for name, content in files.items()]
    answer = await workspace.submit("U0CARL", opened["view"]["id"], orders=given)
    assert answer.errors == {"orders": said}
    assert bot.got[-1]["type"] == "shortcut"
