"""The list of refused rows: a CSV that people open in a spreadsheet."""

import csv
import re
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from bot.main.stop import Stop
from workflows.formulas import harmless
from workflows.imports.values import RefusedRow

HEADER: Final = ("row", "column", "value", "reason")
FIRST: Final = 5
NUMBER: Final = re.compile(r"[+-]?[0-9][0-9.,]*")


class ErrorsFile:
    """Made when the first row is refused, put in its place by `keep`. `always`: also when none is."""

    def __init__(self, path: Path, *, always: bool) -> None:
        self.path = path
        self.count = 0
        self.first: list[RefusedRow] = []
        self._always = always
        self._file: IO[str] | None = None
        self._writer: Any = None

    @property
    def written(self) -> Path | None:
        return self.path if self.count else None

    def add(self, row: RefusedRow) -> None:
        self.count += 1
        self.first += [row] if len(self.first) < FIRST and not row.sound else []
        self._open()
        self._writer.writerow([row.row, *(_cell(text) for text in (row.column, row.value, row.reason))])

    def keep(self) -> None:
        if self._always:
            self._open()
        if self._file is not None:
            self._file.close()
            Path(self._file.name).replace(self.path)

    def _open(self) -> None:
        if self._file is None:
            try:
                self._file = self._draft()
            except OSError as problem:
                raise Stop(
                    f"Refused rows cannot be written to {self.path}: {problem.strerror}. Nothing was imported; "
                    "name another place with --errors."
                ) from problem
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)

    def _draft(self) -> IO[str]:
        return tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", prefix=f".{self.path.name}.", dir=self.path.parent, delete=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None and not self._file.closed:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)


def _cell(text: str) -> str:
    """What stood in a refused cell may be a number, which may begin with a sign."""
    return text if NUMBER.fullmatch(text) else harmless(text)
