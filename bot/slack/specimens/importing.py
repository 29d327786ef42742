"""Specimens of imports: the forms, the preview, its questions, and what came of it."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Final

from bot.slack import import_words
from bot.slack.forms import import_
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.imports.jobs import Job, Source
from workflows.imports.proposal import propose
from workflows.imports.report import (
    ChangedOrder,
    Drift,
    ExceptionFound,
    FieldChange,
    ImportReport,
    Missing,
    OrderCounts,
    RowCounts,
    Touched,
)
from workflows.imports.rules import rules_of
from workflows.imports.shapes import PRESETS
from workflows.imports.values import Guess
from workflows.policy.model import Policy

MONA: Final = "U0MONA"
HEADER: Final = ("Bestellung", "Kunde", "Artikel", "Menge", "Lage")
ROWS: Final = (("ORD-950", "Nordwind", "ABC-1", "4", "offen"), ("ORD-951", "Huber", "ABC-2", "1", "versandt"))


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _forms(policy)
    shown = job()
    for name in ("previewed", "confirmed", "declined", "matched", "finished", "done", "recovered"):
        yield Specimen(f"import.{name}", "message", import_words.import_message(shown, name))
    for name, changed, drawn_as in _special():
        yield Specimen(f"import.{name}", "message", import_words.import_message(changed, drawn_as))
    yield Specimen("import.progress", "message", import_words.progress(shown, 45, 12_000))
    yield Specimen("import.saving", "message", import_words.saving(shown))
    comment = import_words.refused_comment(shown)
    yield Specimen("import.refused_file", "message", {"text": comment, "blocks": []})


def job(**changes: Any) -> Job:
    plain = Job(
        desk_id="T0ACME",
        id=7,
        state="previewed",
        source=Source(name="orders.csv", file="F0ORDERS"),
        requested_by=MONA,
        channel="D0MONA",
        ts="1.000001",
        file_sha256="",
        mapping="",
        report=_report(report()),
        error="",
        token="",
        created_at=values.NOW,
        decided_by=MONA,
        attempts=1,
        refused=0,
    )
    return replace(plain, **changes)


def report(**changes: Any) -> ImportReport:
    """With everything that one can say."""
    fields = (FieldChange(2, "quantity", "5", "3"), FieldChange(None, "ship-by", "", "2026-12-01"))
    full = ImportReport(
        number=8,
        preset="shopify",
        rows=RowCounts(1_204, 1_200, 4),
        orders=OrderCounts(12, 34, 1_100, 17, 2),
        changes=(ChangedOrder(values.NUMBER, fields, more=3), ChangedOrder("ORD-124", fields[:1])),
        fields={"quantity": 30, "ship-by": 6},
        touched=(Touched(12, "cancel", values.NUMBER, values.ASKER, ("line 2: 2 of 3 units picked",)),),
        touched_count=4,
        missing=Missing("ask", 17, 17, ("ORD-7", "ORD-8")),
        exceptions=(ExceptionFound("shipped_after_cancel", "ORD-9", 2, "ABC-9", 3, 5, 4),),
        exception_count=1,
        drift=(
            Drift("ORD-10", 6, "cancel 3 of ABC-9 (line 2)", "not_taken_over", 4),
            Drift("ORD-11", 9, "cancel 1 of ABC-1 (line 1)", "not_taken_over", None),
        ),
        heard={"not_taken_over": 2, "taken_over": 5},
        guess=Guess("Windows-1252", ("Müller", "Sjöberg")),
    )
    return replace(full, **changes)


def _report(found: ImportReport) -> dict[str, Any]:
    refused = ["row 2: quantity “-3” is below zero", "row 9: status “layaway” is no stage here"]
    return {"found": asdict(found), "first_refused": refused, "import": found.number}


def _special() -> Iterator[tuple[str, Job, str]]:
    nothing = report(number=None, rows=RowCounts(4, 0, 4), orders=OrderCounts(0, 0, 0, 0, 2), changes=(), touched=())
    shipped = report(missing=Missing("shipped", 3, 0, ("ORD-7",)), exceptions=(), drift=(), heard={})
    refused = job(report=_report(replace(nothing, missing=Missing("leave"), exceptions=(), drift=(), heard={})))
    yield "nothing_accepted", refused, "previewed"
    yield "nothing_imported", replace(refused, report={**refused.report, "import": None}), "finished"
    yield "nothing_imported.result", refused, "done"
    yield "shipped.preview", job(report=_report(shipped)), "previewed"
    yield "shipped.done", job(report=_report(shipped)), "done"
    for what in ("shipped", "leave"):
        said = {**job().report, "missing_decided": {"by": MONA, "what": what}}
        yield f"missing.{what}.said", job(report=said), "done"
        source = Source.model_validate({"name": "missing orders", "missing": what})
        yield f"missing.{what}", job(source=source, report={"decided": 17}), "decided"
    yield "nothing_new", job(report={}), "nothing_new"
    yield "asking", job(report={"header": list(HEADER)}), "asking"
    yield "failed", job(error="This is a PDF. Export the orders as CSV (UTF-8) and import that."), "failed"
    sheet = Source(name="web-orders", sheet="web-orders", scheduled=True)
    yield "sheet", job(source=sheet, requested_by="sheet:web-orders", decided_by=""), "done"


def _forms(policy: Policy) -> Iterator[Specimen]:
    rules, presets = rules_of(policy), sorted(PRESETS)
    first = propose(HEADER, ROWS, rules)
    later = propose(HEADER, ROWS, rules, {"column.number": "0", "column.ordered": "3", "column.sku": "2"})
    yield Specimen("form.import", "modal", import_.build(["Our ERP"], presets, channel="C0ORDERS"))
    yield Specimen("form.import.match", "modal", import_.match(7, first, file="bestellungen.csv"))
    yield Specimen("form.import.match.later", "modal", import_.match(7, later, file="bestellungen.csv", name="Huber"))
    problem = "columns: must name the column of sku or description."
    yield Specimen("form.import.match.problem", "modal", import_.match(7, first, file="b.csv", problem=problem))
