"""Files from Slack and sheets from the web, onto this disk. A token goes to Slack's own host and nowhere else."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from yarl import URL

from bot.imports.ports import CannotFetch, Clients, Fetched, Unchanged
from workflows.imports.jobs import Job
from workflows.imports.sheet import ASKS_TO_LOG_IN, NotASheet, needs_login, sheet_address

MOST_BYTES: Final = 64 * 1024 * 1024
SECONDS: Final = 120.0  # for one whole fetch
CHUNK: Final = 1 << 18
MOST_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
BUSY: Final = frozenset({408, 425, 429})
# What Slack answers where the file cannot be had, ever.
GONE: Final[Mapping[str, str]] = {
    "file_not_found": "The file is not in Slack any more. Choose it again with /desk import.",
    "file_deleted": "The file is not in Slack any more. Choose it again with /desk import.",
    "not_visible": "Redtag may not see this file. Choose it with /desk import instead of sharing it.",
    "missing_scope": "The Slack app lacks the scope files:read. An admin adds it and installs the app again.",
}
ELSEWHERE: Final = "This file does not lie in Slack itself. Download it and choose it with /desk import."
LOGIN: Final = (
    "Slack answered with its log-in page: the app may not read this file. An admin checks the scope files:read."
)
TOO_LARGE: Final = (
    f"It is larger than {MOST_BYTES // (1024 * 1024)} MB. Import it with redtag orders import, which has no limit."
)


class Fetcher:
    """See `bot.imports.ports.Fetching`."""

    def __init__(
        self,
        clients: Clients,
        slack: aiohttp.ClientSession,
        web: aiohttp.ClientSession,
        *,
        slack_api_url: str,
        allow_http: bool = False,
    ) -> None:
        """`web` is a guarded session: it does not lead to private addresses."""
        self._clients = clients
        self._slack = slack
        self._web = web
        self._api = URL(slack_api_url)
        self._allow_http = allow_http

    async def fetch(self, job: Job, folder: Path, *, etag: str) -> Fetched | Unchanged:
        into = folder / "orders"
        if job.source.file:
            with _in_words():
                return await self._from_slack(job.desk_id, job.source.file, into)
        return await fetch_sheet(self._web, job.source.url, into, etag=etag, allow_http=self._allow_http)

    async def _from_slack(self, desk_id: str, file_id: str, into: Path) -> Fetched:
        client = self._clients.client_for(desk_id)
        if client is None:
            raise CannotFetch("The Slack app is not installed in this workspace any more.")
        try:
            answer = await client.files_info(file=file_id)
        except SlackApiError as refused:
            raise _refused(refused) from refused
        except SlackClientError as failed:
            raise CannotFetch(f"Slack did not answer ({type(failed).__name__}).", again=True) from failed
        return await self._download(answer.get("file") or {}, str(client.token or ""), into)

    async def _download(self, file: Mapping[str, Any], token: str, into: Path) -> Fetched:
        address = URL(str(file.get("url_private_download") or file.get("url_private") or ""))
        if file.get("is_external") or address.user is not None or not self._is_slacks(address):
            raise CannotFetch(ELSEWHERE)
        if int(file.get("size") or 0) > MOST_BYTES:
            raise CannotFetch(TOO_LARGE)
        headers = {"Authorization": f"Bearer {token}"}
        # A redirect would take the token elsewhere; Slack makes one to its log-in page.
        async with self._slack.get(address, headers=headers, allow_redirects=False, timeout=_timeout()) as answer:
            if answer.status in REDIRECTS or answer.content_type == "text/html":
                raise CannotFetch(LOGIN)
            _check(answer)
            return await _kept(answer, into)

    def _is_slacks(self, address: URL) -> bool:
        origin = self._api.origin()
        files = origin.with_host(f"files.{origin.host}")
        return address.absolute and address.origin() in {origin, files}


async def fetch_sheet(
    session: aiohttp.ClientSession, url: str, into: Path, *, etag: str = "", allow_http: bool = False
) -> Fetched | Unchanged:
    """What a published sheet holds now. Raises CannotFetch."""
    with _in_words():
        return await _fetch_sheet(session, _address(url, allow_http=allow_http), into, etag, allow_http=allow_http)


async def _fetch_sheet(
    session: aiohttp.ClientSession, address: URL, into: Path, etag: str, *, allow_http: bool
) -> Fetched | Unchanged:
    headers = {"Accept": "text/csv, text/*;q=0.5", "User-Agent": "redtag", **({"If-None-Match": etag} if etag else {})}
    for _ in range(MOST_REDIRECTS + 1):
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status == 304:
                return Unchanged()
            if answer.status not in REDIRECTS:
                if needs_login(address.host or "", answer.headers.get("Content-Type", "")):
                    raise CannotFetch(ASKS_TO_LOG_IN)
                _check(answer)
                return await _kept(answer, into, etag=answer.headers.get("ETag", "")[:200])
            address = _next(address, answer, allow_http=allow_http)
    raise CannotFetch("The address of the sheet leads from one place to the next without end.")


def _address(url: str, *, allow_http: bool) -> URL:
    try:
        return URL(sheet_address(url, allow_http=allow_http))
    except NotASheet as wrong:
        raise CannotFetch(str(wrong)) from wrong


def _next(address: URL, answer: aiohttp.ClientResponse, *, allow_http: bool) -> URL:
    try:
        found = address.join(URL(answer.headers.get("Location", "")))
    except ValueError:
        raise CannotFetch("The address of the sheet leads nowhere.") from None
    if needs_login(found.host or "", ""):
        raise CannotFetch(ASKS_TO_LOG_IN)
    if found.scheme not in ({"https", "http"} if allow_http else {"https"}) or found.user is not None:
        raise CannotFetch("The address of the sheet leads to a place that is not https.")
    return found


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status in BUSY or answer.status >= 500:
        raise CannotFetch(f"Its server answers with HTTP {answer.status}.", again=True)
    if answer.status in {401, 403}:
        raise CannotFetch(ASKS_TO_LOG_IN)
    if answer.status != 200:
        raise CannotFetch(f"Its server answers with HTTP {answer.status}: there is no file at this address.")


async def _kept(answer: aiohttp.ClientResponse, into: Path, *, etag: str = "") -> Fetched:
    hashed, size = hashlib.sha256(), 0
    with into.open("wb") as file:
        async for chunk in answer.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise CannotFetch(TOO_LARGE)
            hashed.update(chunk)
            file.write(chunk)
    return Fetched(into, hashed.hexdigest(), size, etag)


def _refused(refused: SlackApiError) -> CannotFetch:
    data = getattr(refused.response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, Mapping) else ""
    if code in GONE:
        return CannotFetch(GONE[code])
    return CannotFetch(f"Slack does not give the file ({code or 'no answer'}).", again=True)


def _not_connected(failed: aiohttp.ClientConnectorError) -> CannotFetch:
    if "which is not public" in str(failed.os_error):
        return CannotFetch(_upper(f"{failed.os_error}."))
    return CannotFetch("Its server cannot be reached.", again=True)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except aiohttp.ClientConnectorError as failed:
        raise _not_connected(failed) from failed
    except (aiohttp.ClientError, TimeoutError, OSError) as failed:
        raise CannotFetch(f"It could not be fetched ({type(failed).__name__}).", again=True) from failed


def _timeout() -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=SECONDS)


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
