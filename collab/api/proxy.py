"""The proxy: hands requests for ``/preview/`` to the preview process behind its Unix socket.

The preview runs untrusted designs, so nothing of the designer's goes there: no cookie, no token of
any kind, and no cookie comes back. Who asks is judged here (``preview_gate``) and told in a signed
header. Bodies stream both ways, and a feed's events pass one by one; when the browser goes, the
request behind it is closed, and when the browser's right to be there goes, so does its stream. When
the process is away, the answer is 502 and says that editing goes on. SPEC: section PX. Called by
``app``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from collab.api.html import notice_page, waiting_page
from collab.api.login import login_address
from collab.api.preview_gate import (
    IDENTITY_HEADER,
    Admission,
    PreviewGate,
    is_room_address,
    without_token,
)
from collab.api.problem import on_error
from collab.api.requests import origins_of
from collab.api.upstream import Answer, Headers, Upstream, UpstreamAway
from collab.auth.access import Access
from collab.auth.sessions import Stay
from collab.errors import DesignRoomsError, NotAuthenticated

__all__ = ["PreviewProxy", "preview_routes"]

_log = structlog.get_logger()

# RFC 9110, section 7.6.1, and what names a length or a coding that this proxy redoes.
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What is for this server, what it says itself, and what it has answered already (``expect``).
_KEPT_BACK: Final = frozenset(
    {
        b"accept-encoding",
        b"authorization",
        b"cookie",
        b"expect",
        b"forwarded",
        b"host",
        b"x-preview-token",
    }
)
_KEPT_BACK_PREFIXES: Final = (b"x-design-rooms-", b"x-forwarded-")
_NOT_RETURNED: Final = frozenset({b"set-cookie", b"clear-site-data", b"strict-transport-security"})
# How long a page waits for a process that is starting, and how often it looks.
_PATIENCE_S: Final = 5.0
_LOOK_AGAIN_S: Final = 1
_RETRY_S: Final = 0.05
# What a page may send besides what every page may; the page's origin is opaque.
_PREFLIGHT: Final = {
    "access-control-allow-origin": "null",
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "content-type, idempotency-key, if-match, if-none-match, "
    "x-preview-token, x-view-as",
    "access-control-max-age": "600",
    "vary": "origin",
}
_PAGE_CORS: Final = {"access-control-allow-origin": "null", "vary": "origin"}


class PreviewProxy:
    """An ASGI application that forwards to *socket_path* what *gate* lets through.

    ``close`` at the end.
    """

    def __init__(
        self,
        socket_path: Path,
        gate: PreviewGate,
        access: Access,
        *,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._gate = gate
        self._access = access
        self._patience_s = patience_s
        self._upstream = Upstream(socket_path)

    def close(self) -> None:
        """Close the connections to the process."""
        self._upstream.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = Request(scope)
        if _is_preflight(request):
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
            return
        try:
            admission = await self._gate.admit(request)
        except DesignRoomsError as error:
            await (await _refusal(request, error))(scope, receive, send)
            return
        await _Exchange(request, receive, send, admission).run(self, self._access)

    async def answer(
        self, method: bytes, target: bytes, headers: Headers, body: AsyncIterator[bytes] | None
    ) -> Answer:
        """Ask the process; one that is just starting is waited for."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                return await self._upstream.send(method, target, headers, body)
            except UpstreamAway as error:
                if not error.is_untouched or time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(_RETRY_S)


class _BrowserGone(Exception):
    """The browser went away in the middle of its request's body."""


class _Exchange:
    """One request on its way through, and its answer back."""

    def __init__(
        self, request: Request, receive: Receive, send: Send, admission: Admission
    ) -> None:
        self._request = request
        self._receive = receive
        self._send = send
        self._admission = admission
        self._body_read = asyncio.Event()
        self._task = asyncio.current_task()
        self._is_started = False
        self._is_over = False
        self._is_stopped = False
        if not _has_body(request):
            self._body_read.set()

    async def run(self, proxy: PreviewProxy, access: Access) -> None:
        """Forward until the answer ends, the browser goes, or its right to be here ends."""
        principal, room = self._admission.principal, self._admission.room
        stay = Stay(principal, room, principal.role, lambda code, reason: self._stop())
        access.sessions.enter(stay)
        watcher = asyncio.create_task(self._watch())
        try:
            await self._forward(proxy)
        except asyncio.CancelledError:
            # Cancelled from outside, as at the end of the process, it must stay cancelled.
            if not self._is_stopped or self._task is None or self._task.uncancel() > 0:
                raise
            await self._end()
        except _BrowserGone:
            return
        finally:
            self._is_over = True
            watcher.cancel()
            access.sessions.leave(stay)

    async def _forward(self, proxy: PreviewProxy) -> None:
        scope = self._request.scope
        try:
            answer = await proxy.answer(
                scope["method"].encode(),
                _target(scope),
                _request_headers(self._request, self._admission),
                self._body() if _has_body(self._request) else None,
            )
            try:
                await self._begin(answer)
                async for chunk in answer.chunks():
                    await self._send(
                        {"type": "http.response.body", "body": chunk, "more_body": True}
                    )
            finally:
                answer.close()
        except UpstreamAway as error:
            _log.info("preview.away", reason=str(error))
            if not self._is_started:
                await _away(self._request)(scope, _nothing, self._send)
                return
            # The process died in the middle: what was sent is all there is, and a browser that
            # reads a feed comes back for the rest.
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self, answer: Answer) -> None:
        headers = [item for item in _end_to_end(answer.headers) if item[0] not in _NOT_RETURNED]
        self._is_started = True
        await self._send(
            {"type": "http.response.start", "status": answer.status, "headers": headers}
        )

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                # Ending here in silence would make half a body look like a whole one.
                raise _BrowserGone
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                self._body_read.set()
                return

    async def _watch(self) -> None:
        """Stop when the browser is gone. While a body is read, its reader is who notices."""
        await self._body_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_started = True  # Nobody is there to be answered.
        self._stop()

    def _stop(self) -> None:
        if not self._is_over and not self._is_stopped and self._task is not None:
            self._is_stopped = True
            self._task.cancel()

    async def _end(self) -> None:
        """End what was begun, so that a reader comes back and is judged anew."""
        if self._is_started:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        error = NotAuthenticated("your rights have changed: ask again", code="auth_changed")
        response = await _refusal(self._request, error)
        await response(self._request.scope, _nothing, self._send)


def preview_routes(proxy: PreviewProxy) -> list[BaseRoute]:
    """Return the routes that lead to the preview; whatever is below ``/preview/``."""
    return [Route("/preview/{path:path}", proxy)]


def _is_preflight(request: Request) -> bool:
    """Return whether a preview page asks what it may send; it cannot show its token with that."""
    headers = request.headers
    return (
        request.method == "OPTIONS"
        and headers.get("origin") == "null"
        and "access-control-request-method" in headers
    )


def _has_body(request: Request) -> bool:
    headers = request.headers
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _target(scope: Scope) -> bytes:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw_path.partition(b"?")[0]
    query = without_token(scope["query_string"])
    return path + (b"?" + query if query else b"")


def _request_headers(request: Request, admission: Admission) -> Headers:
    kept = [
        (name, value)
        for name, value in _end_to_end(request.scope["headers"])
        if name not in _KEPT_BACK and not name.startswith(_KEPT_BACK_PREFIXES)
    ]
    scheme, _, host = origins_of(request).origin(request).partition("://")
    return [
        *kept,
        (b"host", host.encode("latin-1")),
        (b"x-forwarded-proto", scheme.encode()),
        # Uncompressed as long as it is on this machine; events must not wait in a compressor.
        (b"accept-encoding", b"identity"),
        (IDENTITY_HEADER, admission.identity),
    ]


def _end_to_end(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Leave out what belongs to one hop, also what its ``Connection`` header names."""
    dropped = set(_HOP_BY_HOP)
    for name, value in headers:
        if name == b"connection":
            dropped |= {item.strip().lower() for item in value.split(b",")}
    return [(name, value) for name, value in headers if name not in dropped]


async def _refusal(request: Request, error: DesignRoomsError) -> Response:
    """Answer a person with a page, a program with a problem."""
    is_visit = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get(
        "accept", ""
    )
    if is_visit and is_room_address(request.scope):
        is_framed = request.headers.get("sec-fetch-dest", "document") != "document"
        if isinstance(error, NotAuthenticated) and not is_framed:
            return RedirectResponse(login_address(request), 303, {"cache-control": "no-store"})
        is_missing = error.http_status == 404
        title = "There is no such room" if is_missing else "The preview is not there"
        return notice_page(
            title, error.message[:1].upper() + error.message[1:] + ".", error.http_status
        )
    response = await on_error(request, error)
    _allow_page(request, response)
    return response


def _allow_page(request: Request, response: Response) -> None:
    """Let a preview page read why it was refused."""
    if request.headers.get("origin") == "null":
        response.headers.update(_PAGE_CORS)


def _away(request: Request) -> Response:
    if _wants_page(request):
        # The page comes back by itself: somebody who has just started the server is here early.
        return waiting_page(
            "The preview is starting",
            "It is there in a moment; this page looks again by itself. Editing goes on meanwhile.",
            _LOOK_AGAIN_S,
        )
    problem = {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "preview_away",
        "detail": "the preview is restarting, editing goes on",
    }
    response = Response(
        orjson.dumps(problem),
        502,
        headers={"retry-after": "1", "cache-control": "no-store"},
        media_type="application/problem+json",
    )
    _allow_page(request, response)
    return response


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.method == "GET" and accepted.startswith("text/html")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
