"""`redtag desk`: the policy as a file."""

import getpass
from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.common import chosen_desk, json_option, open_database, open_desk, print_json, run, team_option
from bot.main.stop import Stop
from store.policies import apply_policy, history, policy_in_force, policy_of_version
from store.pool import Pool
from workflows.policy.check import problems_in, warnings_in
from workflows.policy.diff import differences
from workflows.policy.load import PolicyProblems, parse_policy, policy_to_json, policy_to_toml
from workflows.policy.model import Policy
from workflows.policy.template import template_toml
from workflows.ports import PolicyMoved

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def desk() -> None:
    """Show, check and apply the policy of a desk."""


@desk.command()
def template() -> None:
    """Print a complete policy with comments, to start from."""
    click.echo(template_toml(), nl=False)


@desk.command()
@team_option
@json_option
def show(*, team: str | None, as_json: bool) -> None:
    """Print the policy in force."""
    with open_desk(team) as opened:
        if as_json:
            print_json(policy_to_json(opened.policy))
        else:
            click.echo(policy_to_toml(opened.policy), nl=False)


@desk.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say whether a policy could be applied, and what is wrong where."""
    policy = read_policy(file)
    _warn(policy)
    click.echo(f"{file} is fine: {len(policy.roles)} roles, {len(policy.reasons)} reasons, {len(policy.rules)} rules.")


@desk.command()
@click.argument("file", type=FILE)
@team_option
@click.option("--yes", is_flag=True, help="Apply without asking.")
def apply(file: Path, *, team: str | None, yes: bool) -> None:
    """Make a policy the one in force, from the next command on; makes the desk where there is none."""
    policy = read_policy(file)
    _warn(policy)
    with open_database() as url:
        desk_id = run(url, lambda pool: chosen_desk(pool, team))
        _make_it_so(url, desk_id, policy, yes=yes)


@desk.command(name="rollback")
@click.argument("version", type=click.IntRange(min=1))
@team_option
@click.option("--yes", is_flag=True, help="Apply without asking.")
def roll_back(version: int, *, team: str | None, yes: bool) -> None:
    """Make an earlier VERSION the policy in force again. It becomes a new version: the history stays as it is."""
    with open_desk(team) as opened:
        policy = run(opened.url, lambda pool: policy_of_version(pool, opened.desk_id, version))
        if policy is None:
            raise Stop(f"There is no version {version} of this policy. `redtag desk history` lists them all.")
        problems = problems_in(policy)
        if problems:
            raise _refused(f"Version {version}", problems)
        _warn(policy)
        _make_it_so(opened.url, opened.desk_id, policy, yes=yes)


def _make_it_so(url: str, desk_id: str, policy: Policy, *, yes: bool) -> None:
    based_on, before = run(url, lambda pool: policy_in_force(pool, desk_id))
    if before == policy:
        click.echo("Nothing changes: this policy is in force already.")
        return
    _list(differences(before, policy) or ("This is the first policy of the desk.",))
    if not yes and not click.confirm(f"Apply this to {desk_id}?"):
        raise Stop("Nothing was applied.")
    try:
        version, _ = run(url, lambda pool: _apply(pool, desk_id, policy, based_on))
    except PolicyMoved as moved:
        raise Stop(
            f"Somebody else applied version {moved.version} meanwhile. Nothing was applied; look again."
        ) from moved
    click.echo(f"Applied as version {version}. It is in force from the next command on.")


async def _apply(pool: Pool, desk_id: str, policy: Policy, based_on: int) -> tuple[int, tuple[str, ...]]:
    return await apply_policy(pool, desk_id, policy, by=f"cli:{getpass.getuser()}", based_on=based_on)


@desk.command(name="history")
@team_option
@json_option
def show_history(*, team: str | None, as_json: bool) -> None:
    """List every version of the policy, what it changed and who applied it."""
    with open_desk(team) as opened:
        versions = run(opened.url, lambda pool: history(pool, opened.desk_id))
    if as_json:
        print_json([{name: getattr(each, name) for name in each.__slots__} for each in versions])
        return
    for each in versions:
        click.echo(f"Version {each.version}, {each.applied_at:%Y-%m-%d %H:%M} UTC, by {each.applied_by}")
        _list(each.differences or ("The first policy.",))


def read_policy(file: Path) -> Policy:
    try:
        policy = parse_policy(file.read_text(encoding="utf-8-sig"))
    except PolicyProblems as found:
        raise _refused(file, found.problems) from found
    except UnicodeDecodeError as unreadable:
        raise Stop(f"{file} cannot be read: it is not UTF-8 text. Save it as UTF-8.") from unreadable
    except OSError as unreadable:
        raise Stop(f"{file} cannot be read: {unreadable.strerror}.") from unreadable
    problems = problems_in(policy)
    if problems:
        raise _refused(file, problems)
    return policy


def _refused(file: Path | str, problems: Sequence[str]) -> Stop:
    lines = "\n".join(f"  - {problem}" for problem in problems)
    return Stop(f"{file} cannot be applied:\n{lines}")


def _warn(policy: Policy) -> None:
    for warning in warnings_in(policy):
        click.echo(f"Worth a look: {warning}", err=True)


def _list(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        click.echo(f"  - {sentence}")
