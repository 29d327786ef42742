"""`redtag doctor`: is everything there that the desk needs, and how is it mended where it is not?"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import click

from bot.cli.common import json_option, print_json, team_option
from bot.doctor.finding import Finding, State

MARKS: Final = {State.OK: "✓", State.WARNING: "!", State.PROBLEM: "✗", State.SKIPPED: "–"}
COLOURS: Final = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "red", State.SKIPPED: "bright_black"}
STATE_WIDTH: Final = 8
CHECK_WIDTH: Final = 19


@click.command()
@team_option
@json_option
def doctor(*, team: str | None, as_json: bool) -> None:
    """Check settings, database, Slack, people, e-mail and clocks, and say how to mend what is wrong.

    Nothing is posted, sent or changed. Exit code 1 where anything is a problem.
    """
    from bot.doctor.examination import examine

    findings = asyncio.run(examine(os.environ, team, show=_silent if as_json else _show))
    good = all(finding.state is not State.PROBLEM for finding in findings)
    if as_json:
        print_json({"ok": good, "checks": [asdict(finding) for finding in findings]})
    else:
        click.echo(f"\n{summary(findings)}")
    sys.exit(0 if good else 1)


def _silent(_finding: Finding) -> None:
    """JSON is printed at the end."""


def _show(finding: Finding) -> None:
    state = click.style(f"{MARKS[finding.state]} {finding.state:<{STATE_WIDTH}}", fg=COLOURS[finding.state])
    click.echo(f"{state} {finding.check:<{CHECK_WIDTH}} {finding.found}")
    if finding.mend:
        click.echo(f"{'':<{2 + STATE_WIDTH + 1 + CHECK_WIDTH + 1}}→ {finding.mend}")


def summary(findings: Sequence[Finding]) -> str:
    """`✗ 2 problems, 1 warning; 14 ok, 3 skipped.`"""
    count = Counter(finding.state for finding in findings)
    problems, warnings = count[State.PROBLEM], count[State.WARNING]
    rest = f"{count[State.OK]} ok, {count[State.SKIPPED]} skipped"
    if not problems and not warnings:
        return f"✓ Nothing is wrong: {rest}."
    mark = MARKS[State.PROBLEM if problems else State.WARNING]
    return f"{mark} {_counted(problems, 'problem')}, {_counted(warnings, 'warning')}; {rest}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
