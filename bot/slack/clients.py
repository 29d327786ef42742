"""Slack's Web API, one client a workspace over one shared session."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient


class OneWorkspace:
    """One bot token for whatever desk there is. Retries are the outbox's business, so the SDK makes none."""

    def __init__(self, token: str, base_url: str, session: aiohttp.ClientSession) -> None:
        self._client = AsyncWebClient(
            token=token, base_url=base_url, session=session, retry_handlers=[], timeout=30, trust_env_in_session=False
        )

    def client_for(self, desk_id: str) -> AsyncWebClient:  # noqa: ARG002
        return self._client
