"""What the environment says. Read once, by the command that needs it; nothing reads it at import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


class SettingsProblem(Exception):
    """One line for each setting that is missing or wrong; never its value."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """`repr` is left out so that no secret reaches a log."""

    database_url: str
    data_dir: Path
    signing_secret: str
    signing_secret_previous: str
    bot_token: str
    app_token: str
    slack_api_url: str
    resend_api_key: str
    resend_api_url: str
    email_from: str
    public_url: str
    host: str
    port: int
    log_level: str
    lease_seconds: float
    allow_private_hooks: bool
    hook_secrets: Mapping[str, str]
    api_per_minute: int


NAMES: Final = {
    "database_url": ("DATABASE_URL", ""),
    "signing_secret": ("SLACK_SIGNING_SECRET", ""),
    "signing_secret_previous": ("SLACK_SIGNING_SECRET_PREVIOUS", ""),
    "bot_token": ("SLACK_BOT_TOKEN", ""),
    "app_token": ("SLACK_APP_TOKEN", ""),
    "slack_api_url": ("SLACK_API_URL", "https://slack.com/api/"),
    "resend_api_key": ("RESEND_API_KEY", ""),
    "resend_api_url": ("RESEND_API_URL", "https://api.resend.com"),
    "email_from": ("REDTAG_EMAIL_FROM", ""),
    "public_url": ("REDTAG_PUBLIC_URL", ""),
    "host": ("REDTAG_HOST", "0.0.0.0"),  # noqa: S104 - Slack comes from outside
    "log_level": ("REDTAG_LOG_LEVEL", "info"),
}
NEEDED: Final = {
    "SLACK_SIGNING_SECRET": "the signing secret, under Basic Information of the Slack app",
    "SLACK_BOT_TOKEN": "the bot token (xoxb-…), under OAuth & Permissions of the Slack app",
}
LEASE: Final = re.compile(r"\d{1,5}(\.\d{1,3})?")
PER_MINUTE: Final = re.compile(r"[1-9]\d{0,6}")
LEVELS: Final = frozenset({"debug", "info", "warning", "error"})


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises `SettingsProblem` for values that cannot be right."""
    values = {name: environment.get(variable, "") or default for name, (variable, default) in NAMES.items()}
    problems = tuple(_problems(values, environment))
    if problems:
        raise SettingsProblem(problems)
    return Settings(
        **values,
        data_dir=Path(environment.get("REDTAG_DATA_DIR") or ".redtag").absolute(),
        port=int(environment.get("PORT") or 3000),
        lease_seconds=float(environment.get("REDTAG_LEASE_SECONDS") or 60),
        allow_private_hooks=environment.get("REDTAG_ALLOW_PRIVATE_HOOKS") == "1",
        hook_secrets={name: value for name, value in environment.items() if name.startswith("REDTAG_HOOK_")},
        api_per_minute=int(environment.get("REDTAG_API_PER_MINUTE") or 600),
    )


def _problems(values: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    found = []
    port = environment.get("PORT") or "3000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        found.append("PORT is not a port number: use one between 1 and 65535.")
    if values["database_url"] and not values["database_url"].startswith(("postgresql://", "postgres://")):
        found.append("DATABASE_URL is not a PostgreSQL address: it begins with postgresql://.")
    if not values["slack_api_url"].endswith("/api/"):
        found.append("SLACK_API_URL does not end in /api/: give the base address of the Web API.")
    if not LEASE.fullmatch(environment.get("REDTAG_LEASE_SECONDS") or "60"):
        found.append("REDTAG_LEASE_SECONDS is not a number of seconds: use 60, or leave it out.")
    if not PER_MINUTE.fullmatch(environment.get("REDTAG_API_PER_MINUTE") or "600"):
        found.append("REDTAG_API_PER_MINUTE is not a number of requests: use 600, or leave it out.")
    if values["log_level"].lower() not in LEVELS:
        found.append("REDTAG_LOG_LEVEL is not a level: use debug, info, warning or error.")
    return found


def check_for_slack(settings: Settings) -> None:
    """What talking to Slack needs: over HTTP a signing secret, over Socket Mode the app token that chooses it."""
    needs_secret = not settings.app_token
    _refuse(SLACK_BOT_TOKEN=settings.bot_token, SLACK_SIGNING_SECRET=settings.signing_secret or not needs_secret)


def check_for_worker(settings: Settings) -> None:
    _refuse(SLACK_BOT_TOKEN=settings.bot_token)


def _refuse(**given: str | bool) -> None:
    lines = tuple(f"{name} is missing: {NEEDED[name]}." for name in sorted(given) if not given[name])
    if lines:
        raise SettingsProblem(lines)
