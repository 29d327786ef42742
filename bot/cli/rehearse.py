"""`redtag rehearse`: one test order for each rule of the policy, played by people, bot and workspace."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from bot.cli.common import json_option, open_desk, print_json, team_option
from bot.cli.demo_processes import end_on_signals
from bot.cli.desk import read_policy
from bot.main.stop import Stop
from bot.rehearsal.checks import RuleResult, count, is_good, lines, rule_json, summary
from workflows.policy.model import Policy

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@team_option
@click.option("--policy", "file", type=FILE, help="Rehearse this file, before it is applied.")
@click.option("--workspace", is_flag=True, help="In the Slack workspace of SLACK_BOT_TOKEN, not in a playground.")
@click.option("--channel", metavar="C…", help="With --workspace: the test channel that everything is posted in.")
@click.option("--email", metavar="ADDRESS", help="With --workspace: where the e-mails go; without it none are sent.")
@json_option
def rehearse(
    *, team: str | None, file: Path | None, workspace: bool, channel: str | None, email: str | None, as_json: bool
) -> None:
    """Play one test order for each rule of the policy, and tick a list.

    For each: the wrong people are refused, the right ones sign, the gate shuts and opens, the floor is told. It is
    played by a bot and a database of its own, so that nothing of it is left in the desk. Exit code 1 on any miss.
    """
    _check_usage(workspace=workspace, channel=channel, email=email)
    end_on_signals()
    began = time.monotonic()
    show = _silent if as_json else _show
    try:
        desk, policy, source = _desk(team, file)
        if not as_json:
            click.echo("Starting a database and a bot for the rehearsal …\n")
        results = _played(desk, policy, show, channel=channel if workspace else None, email=email)
    except KeyboardInterrupt:
        raise Stop("Stopped. Nothing of the rehearsal is left.") from None
    about = {"desk": desk, "policy": source, "where": "workspace" if workspace else "playground"}
    _end(results, time.monotonic() - began, about if as_json else None)


def _played(
    desk: str | None, policy: Policy, show: Callable[[RuleResult], None], *, channel: str | None, email: str | None
) -> list[RuleResult]:
    """In the workspace where there is a channel for it, else in a playground."""
    if channel:
        from bot.cli.rehearse_workspace import in_workspace

        return in_workspace(desk, policy, channel, [email] if email else [], show)
    from bot.cli.rehearse_playground import in_playground

    return in_playground(desk, policy, show)


def _check_usage(*, workspace: bool, channel: str | None, email: str | None) -> None:
    if workspace and not channel:
        raise click.UsageError("--workspace needs --channel: a channel for tests that the bot is in.")
    if not workspace and (channel or email):
        raise click.UsageError("--channel and --email go with --workspace.")


def _desk(team: str | None, file: Path | None) -> tuple[str | None, Policy, str]:
    """The desk, the policy to play, and where that comes from. A file needs no desk."""
    if file:
        return team, read_policy(file), str(file)
    with open_desk(team) as opened:
        return opened.desk_id, opened.policy, "in force"


def _show(result: RuleResult) -> None:
    click.echo("\n".join(lines(result)) + "\n")


def _silent(_result: RuleResult) -> None:
    """JSON is printed at the end."""


def _end(results: list[RuleResult], seconds: float, about: dict[str, str | None] | None) -> None:
    """`about`: what the JSON begins with, where JSON is wanted."""
    good = is_good(results)
    if about is None:
        click.echo(summary(results, seconds))
    else:
        counted = {name.replace(" ", "_"): number for name, number in count(results).items()}
        rules = [rule_json(result) for result in results]
        print_json({"ok": good, **about, "seconds": round(seconds, 1), "summary": counted, "rules": rules})
    sys.exit(0 if good else 1)
