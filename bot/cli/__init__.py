"""The command line `redtag`. Each command imports what it needs when it runs, so that `--help` is quick."""

import os
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
        "doctor": "bot.cli.doctor:doctor",
        "export": "bot.cli.export:export",
        "gate": "bot.cli.gate:gate",
        "keys": "bot.cli.keys:keys",
        "holds": "bot.cli.holds:holds",
        "manifest": "bot.cli.manifest:manifest",
        "migrate": "bot.cli.processes:migrate",
        "notices": "bot.cli.notices:notices",
        "orders": "bot.cli.orders:orders",
        "rehearse": "bot.cli.rehearse:rehearse",
        "serve": "bot.cli.processes:serve",
        "webhooks": "bot.cli.webhooks:webhooks",
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
    except Exception as unexpected:  # noqa: BLE001 - people get a sentence, the log gets the rest
        click.echo(told(unexpected), err=True)
        sys.exit(1)


def told(unexpected: Exception) -> str:
    """One line with a reference; where it happened stands in the log, or is shown at log level debug."""
    import secrets
    import traceback

    import structlog

    from bot.logs import redact

    reference = secrets.token_hex(2).upper()
    what = redact(f"{type(unexpected).__name__}: {unexpected}").strip().splitlines()[0][:300]
    if structlog.is_configured():
        structlog.get_logger().error("command.failed", exc_info=unexpected, trace=reference)
        return f"Something went wrong, reference {reference}: {what}. The log says where."
    if os.environ.get("REDTAG_LOG_LEVEL", "").lower() == "debug":
        return redact("".join(traceback.format_exception(unexpected))).rstrip()
    return f"Something went wrong: {what}. To see where, set REDTAG_LOG_LEVEL=debug and try again."
