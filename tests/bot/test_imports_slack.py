"""Order files through Slack: chosen in the form, previewed in a direct message, imported at a click."""

import asyncio

import pytest

from tests.bot.orders_in_slack import MONA, NEW, begin, file_of, job, preview, press, said
from tests.office import CSR, DESK, office, seen

__all__ = ["office"]


async def test_a_file_is_previewed_confirmed_once_and_imported_by_the_one_who_said_yes(office):
    await begin(office, file_of(*NEW))
    message = await preview(office)
    assert "Nothing is imported yet" in seen(message)
    assert office.rows("select 1 from orders where number = 'ORD-900'") == []
    first, second = await asyncio.gather(press(office, message, "import.confirm"), press(office, message, "import.confirm"))
    assert (first.error, second.error) == (None, None)
    await said(office, "Import 1")
    assert office.row("select count(*) as n from imports")["n"] == 1
    assert office.row("select imported_by, file_name from imports") == {"imported_by": MONA, "file_name": "orders.csv"}
    assert job(office)["state"] == "done"
    drawn = office.workspace.message(message.channel, message.ts)
    assert "is imported" in seen(drawn)
    assert "import.confirm" not in seen(drawn)
