"""The address of a sheet: what is read from it, and advice where it leads to a page for people."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

GOOGLE: Final = frozenset({"docs.google.com", "drive.google.com"})
LOGIN: Final = frozenset({"accounts.google.com"})
_PUBLISHED: Final = re.compile(r"/spreadsheets(?:/u/\d+)?/d/e/[\w-]+/pub(?:html)?")
_EXPORTED: Final = re.compile(r"/spreadsheets(?:/u/\d+)?/d/[\w-]+/(?:export|gviz/tq)")
PUBLISH: Final = (
    "In Google Sheets choose File > Share > Publish to web, pick the sheet and “Comma-separated values (.csv)”, and "
    "use the link that it then shows."
)


class NotASheet(Exception):
    """Nothing can be read from this address; the message is a sentence for people."""


def sheet_address(url: str, *, allow_http: bool = False) -> str:
    """The address that gives CSV. Raises NotASheet."""
    try:
        parts = urlsplit(url.strip())
        plain = parts.username is None and parts.password is None and parts.port != 0
    except ValueError:
        raise NotASheet(_NO_ADDRESS) from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or re.search(r"[\s\x00-\x1f]", url.strip()):
        raise NotASheet(_NO_ADDRESS)
    if not plain:
        raise NotASheet("The address of a sheet may hold no user name or password: everybody who sees it could log in.")
    if parts.scheme == "http" and not allow_http:
        raise NotASheet(
            "The address of a sheet must begin with https://, so that nobody reads or changes it on the way."
        )
    return _published(url.strip()) if parts.hostname in GOOGLE else url.strip()


def _published(url: str) -> str:
    """A published sheet as CSV, also where the link of its page was copied."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if _PUBLISHED.fullmatch(parts.path):
        path = parts.path.removesuffix("html")
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode({**query, "output": _kind(query)}), ""))
    if _EXPORTED.fullmatch(parts.path) and {"csv", "tsv", "out:csv"} & set(query.values()):
        return url
    raise NotASheet(f"This is the link for people who edit the sheet, and Redtag cannot log in there. {PUBLISH}")


def _kind(query: dict[str, str]) -> str:
    return "tsv" if query.get("output") == "tsv" else "csv"


def needs_login(host: str, content_type: str) -> bool:
    """Whether the answer is a page for people instead of a table."""
    return host in LOGIN or content_type.partition(";")[0].strip().lower() in {"text/html", "application/xhtml+xml"}


_NAMED: Final = "The address of a sheet may hold no user name or password: everybody who sees it could log in."
_NOT_HTTPS: Final = "The address of a sheet must begin with https://, so that nobody reads or changes it on the way."
_NO_ADDRESS: Final = f"This is not the address of a sheet: it begins with https://. {PUBLISH}"
ASKS_TO_LOG_IN: Final = f"The sheet asks to log in, or the link shows a page instead of CSV. {PUBLISH}"
