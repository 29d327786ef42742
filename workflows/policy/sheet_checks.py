"""What is wrong with [[sheets]]."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from workflows.imports.sheet import NotASheet, sheet_address
from workflows.policy.fields import folded
from workflows.policy.model import Policy, Sheet
from workflows.policy.sentences import shown

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SHORTEST: Final = timedelta(minutes=5)  # a published sheet is brought up to date about as often
MOST_TIMES: Final = 48
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def problems(policy: Policy) -> Iterator[str]:
    names = [folded(sheet.name) for sheet in policy.sheets]
    for at, sheet in enumerate(policy.sheets, 1):
        where = f"sheets[{at}]"
        if not NAME.fullmatch(sheet.name):
            yield f"{where}.name: “{shown(sheet.name)}” is not a name for a sheet. Write it as web-orders."
        if folded(sheet.name) in names[: at - 1]:
            yield f"{where}.name: “{shown(sheet.name)}” stands there twice. Rename one."
        yield from _address(where, sheet)
        yield from _times(where, sheet)


def _address(where: str, sheet: Sheet) -> Iterator[str]:
    """Whether http may be used depends on the machine that reads it, which says so in its own words."""
    try:
        sheet_address(sheet.url, allow_http=True)
    except NotASheet as wrong:
        yield f"{where}.url: cannot be read. {wrong}"


def _times(where: str, sheet: Sheet) -> Iterator[str]:
    if sheet.every and sheet.at:
        yield f"{where}: has both every and at. Keep one."
    if sheet.every and sheet.every < SHORTEST:
        yield f"{where}.every: is too often. The shortest is 5m."
    if len(sheet.at) > MOST_TIMES:
        yield f"{where}.at: has more than {MOST_TIMES} times. Use every instead."
    for time in sheet.at:
        if not _CLOCK.fullmatch(time):
            yield f"{where}.at: “{shown(time)}” is not a time of day. Write it as 06:00."
