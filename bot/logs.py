"""JSON logs, a line an event. `trace` is the same from a request to the last notice it caused."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

SECRET: Final = re.compile(
    r"x(?:ox[a-z]|app)-[\w-]+|\bre_\w{8,}|whsec_[\w+/=]+|rtk_\w+|v0=[0-9a-f]{64}"
    r"|(?<=Bearer )[\w.~+/=-]+|https?://\S*/(?:services|commands|actions|response)/\S+|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)"
)
Event = MutableMapping[str, Any]
# Bolt warns that it does not use the token of the environment, which is as we want it.
CHATTY: Final = {
    "aiohttp": logging.WARNING,
    "alembic": logging.WARNING,
    "httpx": logging.WARNING,
    "psycopg.pool": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "uvicorn": logging.WARNING,
}


def redact(text: str) -> str:
    """Tokens, signatures, keys, passwords in addresses and response URLs, wherever they stand."""
    return SECRET.sub("[secret]", text)


def configure_logs(level: str) -> None:
    """Everything goes through here, also what Bolt, uvicorn and the SDK log."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty, least in CHATTY.items():
        logging.getLogger(chatty).setLevel(max(least, root.level))


def _without_secrets(_logger: Any, _method: str, event: Event) -> Event:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}
