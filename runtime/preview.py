"""The preview's HTTP side: the page of a room, its feed, and what operators look at.

SPEC: section PV. Called by ``main``; browsers reach it through the server's proxy.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from runtime.errors import PreviewDenied, PreviewError
from runtime.metrics import Metrics
from runtime.page import PlayerPage, content_policy, error_page, origin_of
from runtime.rooms import Rooms
from runtime.stream import EventStream
from runtime.tokens import PageTokens

__all__ = ["build_preview"]


class _Preview:
    def __init__(self, rooms: Rooms, tokens: PageTokens, page: PlayerPage) -> None:
        self._rooms = rooms
        self._tokens = tokens
        self._page = page

    async def page(self, request: Request) -> Response:
        """Serve the player for a room that is there, or a page that says what is wrong."""
        room = request.path_params["room"]
        scheme = request.headers.get("x-forwarded-proto", "http")
        origin = origin_of(scheme, request.headers.get("host", ""))
        try:
            if not origin:
                raise PreviewDenied("the address of this page names no host", code="preview_host")
            await self._rooms.open(room)
            text = self._page.render(room, self._tokens.issue(room))
            status, policy = 200, content_policy(origin, room)
        except PreviewError as error:
            text, policy = error_page(error)
            status = error.http_status
        return HTMLResponse(
            text,
            status,
            headers={
                "content-security-policy": policy,
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
            },
        )

    async def redirect(self, request: Request) -> Response:
        """Give the page the address that its own links count on."""
        return RedirectResponse(f"/preview/{quote(request.path_params['room'], safe='')}/", 308)

    async def feed(self, request: Request) -> Response:
        """Stream what is committed, to whoever shows the token of this room's page."""
        room = request.path_params["room"]
        self._tokens.check(request.query_params.get("token", ""), room)
        feed = await self._rooms.open(room)
        feed.check_space()
        return EventStream(feed.watch())


def build_preview(
    server: str, web_dir: Path, *, token_key: bytes, service_token: str | None = None
) -> Starlette:
    """Return the application that previews the rooms of *server*.

    *web_dir* holds the web build, *token_key* signs the pages' tokens, *service_token* is what the
    runtime itself shows to the server.
    """
    metrics = Metrics()
    rooms = Rooms(server, service_token, metrics)
    preview = _Preview(rooms, PageTokens(token_key), PlayerPage(web_dir))

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def show_metrics(_request: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        rooms.start()
        try:
            yield
        finally:
            await rooms.stop()

    return Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/metrics", show_metrics),
            Route("/preview/{room}", preview.redirect),
            Route("/preview/{room}/", preview.page),
            Route("/preview/{room}/feed", preview.feed),
        ],
        exception_handlers={PreviewError: _on_error},
        lifespan=lifespan,
    )


async def _on_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PreviewError)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "code": error.code,
        "detail": error.message,
    }
    return Response(
        orjson.dumps(problem),
        error.http_status,
        # The player, whose origin is opaque, is to learn why it gets no feed.
        headers={"access-control-allow-origin": "*", "cache-control": "no-store"},
        media_type="application/problem+json",
    )
