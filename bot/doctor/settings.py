"""Are the settings there, and do they look like what they should be? No value is ever repeated."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from cryptography.fernet import Fernet

from bot.doctor.finding import Finding, ok, problem, warning
from bot.settings import NEEDED, Settings, SettingsProblem, read_settings

CHECK: Final = "settings"
SLACK: Final = "https://slack.com/api/"
TOKENS: Final = {
    "SLACK_BOT_TOKEN": ("xoxb-", "the Bot User OAuth Token under OAuth & Permissions"),
    "SLACK_APP_TOKEN": ("xapp-", "an app-level token with connections:write, under Basic Information"),
    "RESEND_API_KEY": ("re_", "an API key of Resend"),
}
"""What each begins with, and where it is found."""
SIGNING_SECRET: Final = re.compile(r"[0-9a-f]{32}")
SECRETS: Final = (*TOKENS, "SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET_PREVIOUS", "SLACK_CLIENT_SECRET")


def readable(environment: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings without those that cannot be read, and a sentence about each of those."""
    try:
        return read_settings(environment), ()
    except SettingsProblem as found:
        broken = {line.split()[0] for line in found.lines}
        kept = {name: value for name, value in environment.items() if name not in broken}
        return read_settings(kept), found.lines


def check_settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    settings, broken = readable(environment)
    found = [
        *(problem(CHECK, *_told(line)) for line in broken),
        *_missing(settings),
        *(each for name in SECRETS for each in _shape(name, environment.get(name, ""))),
        *_signing_secrets(settings),
        *_addresses(settings),
        *_keys(environment),
    ]
    yield from found
    if not found:
        yield ok(CHECK, _summary(settings))


def _told(line: str) -> tuple[str, str]:
    """A sentence of `read_settings`: what is wrong, then what to do."""
    found, _, mend = line.partition(": ")
    return f"{found}.", f"{mend[:1].upper()}{mend[1:]}"


def _summary(settings: Settings) -> str:
    how = "Socket Mode" if settings.app_token else f"HTTP, port {settings.port}"
    where = "" if settings.slack_api_url == SLACK else f"; the Web API is that of {settings.slack_api_url}"
    return f"{how}; what Slack needs is set{where}."


def _missing(settings: Settings) -> Iterator[Finding]:
    needed = {"SLACK_BOT_TOKEN": settings.bot_token}
    if not settings.app_token:
        needed["SLACK_SIGNING_SECRET"] = settings.signing_secret
    for name, value in needed.items():
        if not value:
            yield problem(CHECK, f"{name} is missing.", f"Set {name} to {NEEDED[name]}.")


def _shape(name: str, value: str) -> Iterator[Finding]:
    if value != value.strip() or value[:1] in {"'", '"'}:
        yield problem(CHECK, f"{name} has spaces or quotes around it.", f"Set {name} without them.")
        return
    begins, where = TOKENS.get(name, ("", ""))
    if value and not value.startswith(begins):
        yield problem(CHECK, f"{name} does not begin with {begins}.", f"Set it to {where}.")


def _signing_secrets(settings: Settings) -> Iterator[Finding]:
    """Those of Slack are 32 hexadecimal digits; a stand-in may have others."""
    where = NEEDED["SLACK_SIGNING_SECRET"]
    pairs = {
        "SLACK_SIGNING_SECRET": settings.signing_secret,
        "SLACK_SIGNING_SECRET_PREVIOUS": settings.signing_secret_previous,
    }
    for name, value in pairs.items():
        if value and settings.slack_api_url == SLACK and not SIGNING_SECRET.fullmatch(value.strip("'\" ")):
            yield problem(CHECK, f"{name} is not 32 hexadecimal digits.", f"Set it to {where}.")
    if settings.signing_secret and settings.signing_secret == settings.signing_secret_previous:
        yield warning(
            CHECK,
            "SLACK_SIGNING_SECRET_PREVIOUS is the same as SLACK_SIGNING_SECRET.",
            "Take the previous one away: it is only for the days in which the secret changes.",
        )


def _addresses(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if url and not url.startswith("https://"):
        yield problem(
            CHECK, "REDTAG_PUBLIC_URL does not begin with https://.", "Slack calls https addresses only: give that one."
        )


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    key, oauth = environment.get("REDTAG_SECRET_KEY", ""), environment.get("SLACK_CLIENT_ID", "")
    if oauth and not key:
        yield problem(
            CHECK,
            "SLACK_CLIENT_ID is set, REDTAG_SECRET_KEY is not.",
            "Installing by OAuth encrypts tokens with it: set REDTAG_SECRET_KEY, or take SLACK_CLIENT_ID away.",
        )
    if key and not all(_is_key(each.strip()) for each in key.split(",")):
        yield problem(
            CHECK,
            "REDTAG_SECRET_KEY is not a list of Fernet keys.",
            "Give one or more, separated by commas, the newest first; each is 32 bytes as URL-safe base64.",
        )
    elif key and not oauth:
        yield warning(
            CHECK,
            "REDTAG_SECRET_KEY is set and not used.",
            "It is needed only where workspaces install by OAuth: take it away, or set SLACK_CLIENT_ID.",
        )


def _is_key(value: str) -> bool:
    try:
        Fernet(value)
    except ValueError:
        return False
    return True
