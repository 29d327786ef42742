"""`/desk export`: a file for those who keep the books, once, and again on demand."""

import csv
import io

import pytest

from bot.slack.export_words import ExportWords, export_words
from tests.office import CSR, LENA, office

__all__ = ["office"]
ARNO = "U0ARNO"


async def cancel_two_units(office):
    await office.command(CSR, "/cancel ORD-123 line 1 qty 2 duplicate =SUM(1)")
    await office.settled()
    (card,) = office.cards("C0CSLEAD")
    await office.workspace.click(LENA, card, "request.approve")
    await office.settled()


def files(office, user):
    """What lies in somebody's direct messages, by name."""
    state = office.workspace.state
    found = [state.files[each] for message in office.workspace.messages(user) for each in message.files]
    return [(file.name, file.content) for file in found]


async def ask(office, text):
    answer = await office.command(ARNO, f"/desk export {text}")
    await office.settled()
    return answer


def last_words(office):
    return [message.text for message in office.workspace.messages(ARNO) if message.text][-1]


async def test_a_batch_comes_as_a_file_to_the_one_who_asked_and_again_on_demand(office):
    await cancel_two_units(office)

    await office.command(CSR, "/desk export cancellations")
    assert "You cannot take an export: this desk leaves that to" in office.workspace.ephemerals(CSR)[-1].text
    assert office.rows("select 1 from notices where kind = 'export.file'") == []

    await ask(office, "cancellations peek")
    assert "would hold 1 change. Nothing was taken" in last_words(office)
    assert office.rows("select 1 from export_batches") == []

    await ask(office, "cancellations")
    assert last_words(office).startswith("Batch 1 of cancellations: 1 change.")
    (looked, (name, content)) = files(office, ARNO)
    assert (looked[0], name) == ("cancellations-next.csv", "cancellations-batch-1.csv")
    assert content == bytes(office.row("select content from export_batches")["content"])
    (row,) = csv.DictReader(io.StringIO(content.decode()))
    assert (row["quantity_cancelled"], row["refund_amount"], row["note"]) == ("2", "35.00", "'=SUM(1)")
    assert row["approved_by"] == "Lena Fischer"

    await ask(office, "cancellations")
    assert "Nothing new" in last_words(office)
    await ask(office, "cancellations batch 1")
    assert files(office, ARNO)[-1] == (name, content)
    await ask(office, "holds batch 1")
    assert "There is no batch 1 of holds" in last_words(office)
    await ask(office, "everything")
    assert "Which export?" in office.workspace.ephemerals(ARNO)[-1].text
    taken = [entry for entry in office.audit("") if entry["action"] == "export.taken"]
    assert [(entry["actor"], entry["facts"]["batch"]) for entry in taken] == [(ARNO, 1)]


async def test_a_file_that_slack_refuses_at_first_is_the_same_batch_at_the_next_try(office):
    await cancel_two_units(office)
    office.workspace.fail("files.completeUploadExternal", error="internal_error")
    await ask(office, "refunds")
    assert [name for name, _ in files(office, ARNO)] == ["refunds-batch-1.csv"]
    assert office.row("select count(*) from export_batches")["count"] == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("holds", ExportWords("holds")),
        ("Refunds --peek", ExportWords("refunds", peek=True)),
        ("changes batch #12", ExportWords("changes", batch=12)),
        ("changes --batch 12", ExportWords("changes", batch=12)),
        ("changes batch 0", None),
        ("changes batch", None),
        ("", None),
        ("orders", None),
        ("holds and more", None),
    ],
)
def test_what_is_typed_is_read(typed, meant):
    assert export_words(typed) == meant
