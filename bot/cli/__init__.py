"""The command line `redtag`. Each command imports what it needs when it runs, so that `--help` is quick."""

import sys

import click

from bot.cli.common import Lazy
from bot.main.stop import Stop
from bot.settings import SettingsProblem


@click.group(
    cls=Lazy,
    commands={
        "audit": "bot.cli.audit:audit",
        "demo": "bot.cli.demo:demo",
        "desk": "bot.cli.desk:desk",
        "gate": "bot.cli.gate:gate",
        "manifest": "bot.cli.manifest:manifest",
        "migrate": "bot.cli.processes:migrate",
        "notices": "bot.cli.notices:notices",
        "orders": "bot.cli.orders:orders",
        "serve": "bot.cli.processes:serve",
        "worker": "bot.cli.processes:worker",
    },
)
@click.version_option(package_name="redtag")
def group() -> None:
    """Redtag: holds and releases for order desks, signed in Slack."""


def main() -> None:
    """Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""
    try:
        group()
    except SettingsProblem as problem:
        click.echo("\n".join(problem.lines), err=True)
        sys.exit(2)
    except Stop as stop:
        click.echo(str(stop), err=True)
        sys.exit(1)
