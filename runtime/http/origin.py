"""Cross-origin answers: the player's page has an opaque origin, and nobody else is let in.

A page in a sandbox sends ``Origin: null``; so does any sandboxed page of anybody, but only this
one has a token. No answer allows credentials, so a cookie never opens a thing to a script.
SPEC: section RS. Wraps the application in ``preview``.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["OpaqueOrigin"]

_ORIGIN: Final = b"origin"
_VARY: Final = (b"vary", b"origin, x-view-as")
_ALLOWED: Final = (
    (b"access-control-allow-origin", b"null"),
    (b"access-control-expose-headers", b"etag, location, retry-after"),
)
_PREFLIGHT: Final = (
    (b"access-control-allow-origin", b"null"),
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"content-type, if-match, if-none-match, idempotency-key, x-preview-token, x-view-as",
    ),
    # As long as browsers believe it; every address is asked about on its own.
    (b"access-control-max-age", b"7200"),
    (b"vary", b"origin"),
    (b"content-length", b"0"),
)


class OpaqueOrigin:
    """Wraps *app*: answers preflights, and lets pages of an opaque origin read answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_opaque = headers.get(_ORIGIN) == b"null"
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            # A browser asks this without a token; the answer holds nothing of any room.
            allowed = list(_PREFLIGHT if is_opaque else _PREFLIGHT[-2:])
            await send({"type": "http.response.start", "status": 204, "headers": allowed})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = (*_ALLOWED, _VARY) if is_opaque else (_VARY,)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, send_with_origin)
