"""Rows to the bytes of a CSV file, a stretch at a time, in the desk's columns, signs and encoding."""

import codecs
import csv
from collections.abc import Iterable, Sequence
from typing import Final, get_args
from zoneinfo import ZoneInfo

from workflows.exports.cells import cell_text
from workflows.exports.changes import Row
from workflows.exports.fields import FIELDS
from workflows.formulas import harmless
from workflows.policy.model import Column, Export, ExportKind, Policy

KINDS: Final[tuple[ExportKind, ...]] = get_args(ExportKind)
DELIMITERS: Final = {"tab": "\t"}
LINE_ENDS: Final = {"crlf": "\r\n", "lf": "\n"}


def form_of(policy: Policy, kind: ExportKind) -> Export:
    """How the desk wants its export of this kind; every column there is where it does not say."""
    form = next((each for each in policy.exports if each.kind == kind), None) or Export(kind=kind)
    if form.columns:
        return form
    every = tuple(Column(header=field, field=field) for field in FIELDS[kind])
    return form.model_copy(update={"columns": every})


class ExportFile:
    """Bytes of the header, then of stretches of rows; in this order, because some encodings begin with a mark.

    A character that the encoding lacks becomes a question mark.
    """

    def __init__(self, form: Export, timezone: str) -> None:
        self._form = form
        self._shown = cell_text(form, ZoneInfo(timezone))
        self._encoder = codecs.getincrementalencoder(form.encoding)("replace")

    def header(self) -> bytes:
        return self._encoded([[harmless(column.header) for column in self._form.columns]])

    def rows(self, rows: Iterable[Row]) -> bytes:
        fields = [column.field for column in self._form.columns]
        return self._encoded([self._shown(field, row.get(field)) for field in fields] for row in rows)

    def _encoded(self, rows: Iterable[Sequence[str]]) -> bytes:
        lines = _Lines(LINE_ENDS[self._form.line_ends])
        delimiter = DELIMITERS.get(self._form.delimiter, self._form.delimiter)
        csv.writer(lines, delimiter=delimiter, lineterminator=_END).writerows(rows)
        return self._encoder.encode("".join(lines.written))


_END: Final = "\r\n"


class _Lines:
    """What the writer writes, with ends of our own: it quotes exactly those line ends that it ends lines with."""

    def __init__(self, end: str) -> None:
        self._end = end
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line.removesuffix(_END) + self._end)
