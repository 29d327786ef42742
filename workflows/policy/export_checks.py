"""What is wrong with [[exports]], and what is odd about them."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from workflows.exports.fields import FIELDS, REASON_KINDS, WORDS
from workflows.formulas import harmless
from workflows.policy.model import Export, Policy
from workflows.policy.sentences import meant, shown
from workflows.words import listed

_FORMAT: Final = re.compile(r"(?:%[YymdbBHMSjaA]|[^%])+")
# What systems of record read. Python knows more, and not all of them are encodings of text.
ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "ascii"),
    *(f"windows-{page}" for page in range(1250, 1259)),
    *(f"iso-8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)),
    *("cp437", "cp850", "cp852", "cp858", "cp866", "cp874", "mac-roman", "koi8-r", "koi8-u"),
    *("shift_jis", "cp932", "euc-jp", "gb2312", "gbk", "gb18030", "big5", "cp949", "euc-kr"),
)
COMMON: Final = ("utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-1", "cp850", "shift_jis")


def problems(policy: Policy) -> Iterator[str]:
    kinds = [export.kind for export in policy.exports]
    for at, export in enumerate(policy.exports, 1):
        where = f"exports[{at}]"
        if export.kind in kinds[: at - 1]:
            yield f"{where}: there is an export of {export.kind} already. Keep one."
        yield from _formats(where, export)
        yield from _columns(where, export)
        yield from _codes(where, export)


def warnings(policy: Policy) -> Iterator[str]:
    """A reason that has left the policy may still wait to be exported, so its code is no mistake."""
    for at, export in enumerate(policy.exports, 1):
        known = {*WORDS[export.kind], *(reason.code for reason in policy.reasons_of(REASON_KINDS[export.kind]))}
        for word in export.codes:
            if word not in known:
                hint = meant(word, known) or f" Known: {', '.join(sorted(known))}."
                yield f"exports[{at}].codes.{shown(word)}: is no word of this export.{hint}"


def _formats(where: str, export: Export) -> Iterator[str]:
    if not _FORMAT.fullmatch(export.date_format):
        yield f"{where}.date_format: “{shown(export.date_format)}” is not a date format. Write it as %d/%m/%Y."
    if export.time_format and not _FORMAT.fullmatch(export.time_format):
        yield f"{where}.time_format: “{shown(export.time_format)}” is not a format. Write it as %d/%m/%Y %H:%M."
    if not _is_encoding(export.encoding):
        yield (
            f"{where}.encoding: “{shown(export.encoding)}” is not an encoding that is known here. "
            f"Use one such as {listed(COMMON)}.{meant(export.encoding, ENCODINGS)}"
        )
    if export.decimal_sign == export.delimiter:
        yield f'{where}.decimal_sign: is the delimiter too. Every amount would stand in quotes; use delimiter = ";".'


def _is_encoding(name: str) -> bool:
    """Under any of its names."""
    try:
        return codecs.lookup(name).name in {codecs.lookup(each).name for each in ENCODINGS}
    except (LookupError, ValueError):
        return False


def _columns(where: str, export: Export) -> Iterator[str]:
    known = FIELDS[export.kind]
    headers = [column.header for column in export.columns]
    for at, column in enumerate(export.columns, 1):
        place = f"{where}.columns[{at}]"
        if column.field not in known:
            close = meant(column.field, known)
            yield (
                f"{place}.field: there is no field “{shown(column.field)}”.{close} "
                f"Known for {export.kind}: {', '.join(known)}."
            )
        if column.header in headers[: at - 1]:
            yield f"{place}.header: “{shown(column.header)}” stands there twice. Rename one."
        yield from _written(f"{place}.header", column.header, export)


def _codes(where: str, export: Export) -> Iterator[str]:
    for word, theirs in export.codes.items():
        yield from _written(f"{where}.codes.{shown(word)}", theirs, export)


def _written(where: str, text: str, export: Export) -> Iterator[str]:
    """The desk's own words must arrive as they are."""
    if harmless(text) != text:
        yield f"{where}: “{shown(text)}” begins like a formula, which spreadsheets would run. Begin with a letter."
    if _is_encoding(export.encoding) and not _fits(text, export.encoding):
        yield f"{where}: “{shown(text)}” cannot be written in {shown(export.encoding)}. Use other letters."


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
