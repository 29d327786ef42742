"""Order files through Slack: chosen in the form, previewed in a direct message, imported at a click."""

import asyncio
import dataclasses
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.imports.loop import Imports
from bot.imports.ports import CannotFetch
from store.import_jobs import ImportJobs
from store.policies import apply_policy
from tests.bot.orders_in_slack import (
    MONA,
    NEW,
    begin,
    direct,
    file_of,
    job,
    open_form,
    press,
    preview,
    said,
    until_job,
)
from tests.office import CSR, DESK, office, seen
from workflows.imports.jobs import LostLease, Settled

__all__ = ["office"]


async def test_a_file_is_previewed_confirmed_once_and_imported_by_the_one_who_said_yes(office):
    await begin(office, file_of(*NEW))
    message = await preview(office)
    assert "Nothing is imported yet" in seen(message)
    assert office.rows("select 1 from orders where number = 'ORD-900'") == []
    first, second = await asyncio.gather(
        press(office, message, "import.confirm"), press(office, message, "import.confirm")
    )
    assert (first.error, second.error) == (None, None)
    await said(office, "Import 1")
    assert office.row("select count(*) as n from imports")["n"] == 1
    assert office.row("select imported_by, file_name from imports") == {"imported_by": MONA, "file_name": "orders.csv"}
    assert job(office)["state"] == "done"
    drawn = office.workspace.message(message.channel, message.ts)
    assert "is imported" in seen(drawn)
    assert "import.confirm" not in seen(drawn)


async def test_the_preview_says_what_would_change_and_refused_rows_come_back_as_a_file(office):
    await begin(office, file_of(*NEW))
    await press(office, await preview(office), "import.confirm")
    await said(office, "Import 1")
    changed = (
        NEW[0].replace(",2,17.50", ",5,17.50"),
        NEW[1],
        NEW[0].replace("ORD-900", "ORD-902").replace(",2,", ",-2,"),
    )
    await begin(office, file_of(*changed))
    message = await preview(office)
    for words in ("ORD-900", "2", "5", "1 (1 row)", "is below zero"):
        assert words in seen(message)
    await press(office, message, "import.confirm")
    await said(office, "Import 2")
    (file,) = [office.workspace.state.files[each] for one in direct(office) for each in one.files]
    assert file.name == "orders-refused.csv"
    assert file.content.decode("utf-8-sig").splitlines()[0] == "row,column,value,reason"
    assert "is below zero" in file.content.decode()


async def test_a_file_that_holds_nothing_new_asks_nothing(office):
    await begin(office, file_of(*NEW))
    await press(office, await preview(office), "import.confirm")
    await said(office, "Import 1")
    await begin(office, file_of(*NEW))
    message = await said(office, "holds nothing new")
    assert "import.confirm" not in seen(message)


async def test_not_now_leaves_everything_as_it_is_and_a_late_yes_says_so(office):
    await begin(office, file_of(*NEW))
    message = await preview(office)
    await press(office, message, "import.decline")
    await office.settled()
    assert "said not now" in seen(office.workspace.message(message.channel, message.ts))
    await press(office, message, "import.confirm")
    await office.settled()
    assert any("said not now" in each.text for each in office.workspace.ephemerals(MONA))
    assert office.rows("select 1 from imports") == []


async def test_only_admins_and_managers_bring_orders_in_and_others_hear_who_does(office):
    answer = await office.command(CSR, "/desk import")
    assert "You cannot bring orders in" in answer.message.text
    assert f"<@{MONA}>" in answer.message.text
    await begin(office, file_of(*NEW))
    message = await preview(office)
    await press(office, message, "import.confirm", user=CSR)
    await office.settled()
    assert job(office)["state"] == "previewed"
    view = await open_form(office)
    await leave_to_admins(office)
    file = office.workspace.add_file(MONA, "orders.csv", file_of(*NEW))
    await office.workspace.submit(MONA, view.id, file=[file.id])
    assert "You cannot bring orders in" in str(office.workspace.views(MONA)[-1].body)
    assert office.row("select count(*) as n from import_jobs")["n"] == 1


async def leave_to_admins(office):
    """The manager loses the role while the form is open."""
    manager = office.policy.roles["manager"].model_copy(update={"members": ("U0ADAM",)})
    roles = {**office.policy.roles, "manager": manager}
    await apply_policy(office.parts.pool, DESK, office.policy.model_copy(update={"roles": roles}), by="test")


BAD = {
    "a PDF": (b"%PDF-1.7 ...", "This is a PDF"),
    "a workbook": (b"PK\x03\x04rest", "This is a workbook"),
    "a web page": (b"<html><body>Sign in</body></html>", "web page"),
    "nothing but a header": (file_of(), "nothing else"),
    "a few words": (b"hello there\nthis is no table\n", "was not imported"),
}


async def test_files_that_cannot_be_read_are_answered_in_one_clear_sentence(office):
    for name, (content, words) in BAD.items():
        await begin(office, content, name=f"{name}.csv")
        message = await said(office, f"*{name}.csv*")
        assert words in seen(message)
        assert "import.confirm" not in seen(message)
    view = await open_form(office)
    answer = await office.workspace.submit(
        MONA, view.id, file=[office.workspace.add_file(MONA, "orders.pdf", b"%PDF").id]
    )
    assert "file types" in answer.errors["file"]
    assert office.rows("select 1 from imports") == []


async def test_slack_trouble_with_the_file_is_told_or_waited_for(office):
    office.workspace.fail("files.info", "internal_error")
    await begin(office, file_of(*NEW))
    await until_job(office, lambda row: row["error"])
    office.rows("update import_jobs set free_at = now()")
    office.parts.imports.wake()
    await preview(office)
    office.workspace.state.scopes.remove("files:read")
    await begin(office, file_of(*NEW), name="second.csv")
    assert "lacks the scope files:read" in seen(await said(office, "second.csv"))


async def test_the_token_goes_to_slacks_own_host_only(office):
    content = file_of(*NEW)
    office.workspace.add_file(MONA, "warmup.csv", content)
    elsewhere = []

    async def spy(reader, writer):
        elsewhere.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(spy, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/orders.csv"
        fetcher = office.parts.imports._fetching
        with pytest.raises(CannotFetch, match="does not lie in Slack"):
            await fetcher._download({"url_private_download": address}, "xoxb-secret", Path("never"))
    assert elsewhere == []


async def test_a_file_that_changed_since_its_preview_is_not_imported(office):
    file = await begin(office, file_of(*NEW))
    message = await preview(office)
    kept = office.workspace.state.files[file.id]
    office.workspace.state.files[file.id] = dataclasses.replace(kept, content=file_of(NEW[0]))
    await press(office, message, "import.confirm")
    assert "not the one of the preview" in seen(await said(office, "not the one of the preview"))
    assert office.rows("select 1 from imports") == []


async def test_columns_that_nobody_matched_yet_are_asked_for_and_kept(office):
    strange = b"Bestellung;Kunde;Artikel;Menge;Lage\nORD-950;Nordwind;ABC-1;4;offen\nORD-951;Huber;ABC-2;1;versandt\n"
    await begin(office, strange, name="bestellungen.csv")
    message = await said(office, "has not matched its columns")
    await press(office, message, "import.match")
    for _ in range(5):
        views = office.workspace.views(MONA)
        if not views:
            break
        await office.workspace.submit(MONA, views[-1].id, **answered(views[-1]))
    assert office.workspace.views(MONA) == []
    assert office.row("select name, saved_by from mappings") == {"name": "bestellungen", "saved_by": MONA}
    await press(office, await preview(office), "import.confirm")
    await said(office, "Import 1")
    line = office.row("select sku, ordered, shipped from order_lines where order_number = 'ORD-951'")
    assert line == {"sku": "ABC-2", "ordered": 1, "shipped": 1}


WANTED = {
    "column.number": "0", "column.customer": "1", "column.sku": "2", "column.ordered": "3", "column.status": "4",
    "word.offen": "open", "word.versandt": "shipped",
}  # fmt: skip


def answered(view):
    """Each question as somebody answers it who knows the file; what is not in it is left out."""
    asked = [block["block_id"] for block in view.blocks if block["type"] == "input" and block["block_id"] != "name"]
    return {key: WANTED.get(key, "-") for key in asked}


async def test_of_two_workers_one_imports_and_the_next_takes_over_what_a_dead_one_left(office):
    await begin(office, file_of(*NEW))
    message = await preview(office)
    office.parts.imports.stop()
    await press(office, message, "import.confirm")
    jobs = ImportJobs(office.parts.pool)
    dead = await jobs.claim(timedelta(seconds=60))
    assert dead.state == "confirmed"
    assert await jobs.claim(timedelta(seconds=60)) is None
    office.rows("update import_jobs set free_at = now()")
    anew = again(office)
    assert await anew.once()
    assert office.row("select count(*) as n from imports")["n"] == 1
    with pytest.raises(LostLease):
        await jobs.settle(dead, Settled("failed", error="too late"))
    assert not await anew.once()
    await said(office, "Import 1")
    assert len([each for each in direct(office) if "Import 1" in seen(each)]) == 1


async def test_a_worker_that_lost_its_lease_takes_its_import_back(office):
    await begin(office, file_of(*NEW))
    message = await preview(office)
    office.parts.imports.stop()
    await press(office, message, "import.confirm")
    jobs = ImportJobs(office.parts.pool)
    slow = await jobs.claim(timedelta(seconds=60))
    office.rows("update import_jobs set token = 'of another'")
    fetched = await office.parts.imports._fetching.fetch(slow, Path(tempfile.mkdtemp()), etag="")
    with pytest.raises(LostLease):
        await office.parts.imports._books.take_in(slow, fetched, lambda _count: None)
    assert office.rows("select 1 from imports") == []
    assert office.rows("select 1 from orders where number = 'ORD-900'") == []


def again(office):
    """Another worker on the same database."""
    first = office.parts.imports
    return Imports(first._jobs, first._fetching, first._books, first._clients, first._draw)


async def test_what_became_of_orders_that_a_file_misses_is_said_once_by_somebody_who_may(office):
    await begin(office, file_of(*NEW))
    await press(office, await preview(office), "import.confirm")
    await said(office, "Import 1")
    await begin(office, file_of(NEW[0]))
    await press(office, await preview(office), "import.confirm")
    result = await said(office, "Import 2")
    assert "ORD-901" in seen(result)
    await press(office, result, "missing.shipped", user=CSR)
    await office.settled()
    assert office.row("select shipped from order_lines where order_number = 'ORD-901'")["shipped"] == 0
    await asyncio.gather(*(press(office, result, "missing.shipped") for _ in range(2)))
    await said(office, "counts as shipped now")
    assert office.row("select shipped from order_lines where order_number = 'ORD-901'")["shipped"] == 1
    assert "missing.shipped" not in seen(office.workspace.message(result.channel, result.ts))
    assert any("what became of these orders" in each.text for each in office.workspace.ephemerals(MONA))
