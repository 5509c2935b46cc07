"""The proxy: hands requests for ``/preview/`` to the preview process behind its Unix socket.

The preview runs untrusted designs, so nothing of the designer's goes there: no cookie, no
authorization, and none comes back. Bodies stream both ways, and a feed's events pass one by one;
when the browser goes, the request behind it is closed. When the process is away, the answer is 502
and says that editing goes on. SPEC: section PX. Called by ``app``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx
import orjson
import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from collab.api.requests import check_host

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
_KEPT_BACK: Final = frozenset({b"cookie", b"authorization", b"x-forwarded-proto"})
_NOT_RETURNED: Final = frozenset({b"set-cookie", b"clear-site-data", b"strict-transport-security"})
# The process is on this machine: a connection takes a millisecond or does not come.
_CONNECT_TIMEOUT_S: Final = 2.0
# A feed may be silent for as long as it likes; the process sends heartbeats.
_TIMEOUT: Final = httpx.Timeout(None, connect=_CONNECT_TIMEOUT_S, pool=_CONNECT_TIMEOUT_S)
# How long a page waits for a process that is starting, and how often it looks.
_PATIENCE_S: Final = 3.0
_RETRY_S: Final = 0.05
# Each feed holds one.
_CONNECTIONS_MAX: Final = 2_000
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class PreviewProxy:
    """An ASGI application that forwards to *socket_path*. ``close`` at the end."""

    def __init__(self, socket_path: Path, *, patience_s: float = _PATIENCE_S) -> None:
        self._patience_s = patience_s
        # The bare transport: a client would keep cookies and follow redirects.
        self._transport = httpx.AsyncHTTPTransport(
            uds=str(socket_path),
            limits=httpx.Limits(max_connections=_CONNECTIONS_MAX, max_keepalive_connections=20),
        )

    async def close(self) -> None:
        """Close every connection to the process."""
        await self._transport.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        check_host(HTTPConnection(scope))
        gone = asyncio.Event()
        forwarding = asyncio.create_task(self._forward(scope, _body(receive, gone), send))
        watching = asyncio.create_task(_watch(receive, gone, has_body=_has_body(scope)))
        try:
            await asyncio.wait({forwarding, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (forwarding, watching):
                task.cancel()
            results = await asyncio.gather(forwarding, watching, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    async def _forward(self, scope: Scope, body: AsyncIterator[bytes], send: Send) -> None:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        path = raw_path.partition(b"?")[0]
        request = httpx.Request(
            scope["method"],
            httpx.URL("http://preview", raw_path=path + (b"?" + query if query else b"")),
            headers=_request_headers(scope),
            content=body if _has_body(scope) else None,
            extensions={"timeout": _TIMEOUT.as_dict()},
        )
        is_started = False
        try:
            response = await self._send(request)
            try:
                await send(
                    {
                        "type": "http.response.start",
                        "status": response.status_code,
                        "headers": _response_headers(response),
                    }
                )
                is_started = True
                # Raw: a compressed body stays as it is, and nothing is held back.
                async for chunk in response.aiter_raw():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            _log.info("preview.away", reason=str(error) or type(error).__name__)
            if not is_started:
                await _away()(scope, _nothing, send)
                return
            # The process died in the middle: what was sent is all there is, and a browser that
            # reads a feed comes back for the rest.
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send *request*; a process that is just starting is waited for, unless a body is gone."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                return await self._transport.handle_async_request(request)
            except httpx.ConnectError:
                if request.method in _BODY_METHODS or time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(_RETRY_S)


def preview_routes(proxy: PreviewProxy) -> list[BaseRoute]:
    """Return the routes that lead to the preview; whatever is below ``/preview/``."""
    return [Route("/preview/{path:path}", proxy)]


def _has_body(scope: Scope) -> bool:
    return scope["method"] in _BODY_METHODS


async def _body(receive: Receive, gone: asyncio.Event) -> AsyncIterator[bytes]:
    while not gone.is_set():
        message = await receive()
        if message["type"] == "http.disconnect":
            gone.set()
            return
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return


async def _watch(receive: Receive, gone: asyncio.Event, *, has_body: bool) -> None:
    """Return when the browser is gone. While a body is read, its reader is who notices."""
    if has_body:
        await gone.wait()
        return
    while (await receive())["type"] != "http.disconnect":
        pass


async def _nothing() -> dict[str, str]:
    return {"type": "http.disconnect"}


def _request_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = _end_to_end(scope["headers"])
    kept = [(name, value) for name, value in headers if name not in _KEPT_BACK]
    # Uncompressed as long as it is on this machine; events must not wait in a compressor.
    kept = [(name, value) for name, value in kept if name != b"accept-encoding"]
    return [
        *kept,
        (b"accept-encoding", b"identity"),
        (b"x-forwarded-proto", scope["scheme"].encode()),
    ]


def _response_headers(response: httpx.Response) -> list[tuple[bytes, bytes]]:
    headers = _end_to_end([(name.lower(), value) for name, value in response.headers.raw])
    return [(name, value) for name, value in headers if name not in _NOT_RETURNED]


def _end_to_end(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Leave out what belongs to one hop, also what its ``Connection`` header names."""
    dropped = set(_HOP_BY_HOP)
    for name, value in headers:
        if name == b"connection":
            dropped |= {item.strip().lower() for item in value.split(b",")}
    return [(name, value) for name, value in headers if name not in dropped]


def _away() -> Response:
    problem = {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "preview_away",
        "detail": "the preview is restarting, editing goes on",
    }
    return Response(
        orjson.dumps(problem),
        502,
        headers={"retry-after": "1", "cache-control": "no-store"},
        media_type="application/problem+json",
    )
