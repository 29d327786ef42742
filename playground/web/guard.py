"""Who may talk to the page: a browser on this machine, from the page itself.

The page acts as any demo user without a password, so other web sites must not reach it: not by a form or a script
of theirs (Origin, Sec-Fetch-Site), and not by a name of theirs that points to this machine (Host).
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
OWN_PAGE = ("same-origin", "none")  # "none": typed into the address bar

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# An e-mail brings styles of its own. It runs nothing, loads nothing, and has no origin.
MAIL_SECURITY_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

SAFETY = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


def refusal(headers: Headers) -> str | None:
    host = headers.get("host", "")
    if not LOCAL_HOST.fullmatch(host):
        return "The playground answers on localhost only."
    if headers.get("origin") not in {None, f"http://{host}"}:
        return "The playground answers to its own page only."
    if headers.get("sec-fetch-site", "none") not in OWN_PAGE:
        return "The playground answers to its own page only."
    return None


class LocalPageOnly:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = refusal(Headers(scope=scope))
        app = refused(problem) if problem else self.app
        await app(scope, receive, with_safety(send))


def refused(problem: str) -> ASGIApp:
    return JSONResponse({"ok": False, "error": "not_local", "shown": problem}, status_code=403)


def with_safety(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SAFETY.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
