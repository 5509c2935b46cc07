"""The preview's HTTP side: the page of a room, its feed, its data, and what operators look at.

Browsers reach it through the server's proxy, which says who they are; nothing but health and
metrics is answered without that. SPEC: section PV. Called by ``main``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from runtime.errors import PreviewDenied, PreviewError
from runtime.http.door import Door
from runtime.http.origin import OpaqueOrigin
from runtime.http.problems import on_error, on_http_error, on_unforeseen
from runtime.http.routes import data_routes
from runtime.identity import Identities
from runtime.installation import Installation
from runtime.page import PlayerPage, content_policy, error_page, origin_of
from runtime.stream import EventStream

__all__ = ["build_preview"]


class _Preview:
    def __init__(self, door: Door, page: PlayerPage) -> None:
        self._door = door
        self._page = page

    async def page(self, request: Request) -> Response:
        """Serve the player for a room that is there, or a page that says what is wrong."""
        scheme = request.headers.get("x-forwarded-proto", "http")
        origin = origin_of(scheme, request.headers.get("host", ""))
        try:
            if not origin:
                raise PreviewDenied("the address of this page names no host", code="preview_host")
            call = await self._door.enter(request)
            text = self._page.render(call.identity)
            status, policy = 200, content_policy(origin, call.identity.room)
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
        room = self._door.identify(request).room
        return RedirectResponse(f"/preview/{quote(room, safe='')}/", 308)

    async def feed(self, request: Request) -> Response:
        """Stream what is committed and what records change."""
        feed = (await self._door.enter(request)).space.feed
        feed.check_space()
        return EventStream(feed.watch())


def build_preview(
    server: str,
    web_dir: Path,
    data_dir: Path,
    *,
    token_key: bytes,
    service_key: bytes | None = None,
) -> Starlette:
    """Return the application that previews the rooms of *server*.

    *web_dir* holds the web build, *data_dir* the installation's data, of which ``preview/`` is the
    runtime's own. With *token_key* the server's proxy signs who asks; with *service_key* the
    runtime signs what it shows to the server, which needs nothing in local mode.
    """
    installation = Installation(server, web_dir, data_dir / "preview", service_key)
    door = Door(installation.rooms, Identities(token_key), installation.metrics)
    preview = _Preview(door, PlayerPage(web_dir))

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def show_metrics(_request: Request) -> Response:
        return Response(installation.metrics.text(), media_type="text/plain; version=0.0.4")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await installation.start()
        try:
            yield
        finally:
            await installation.stop()

    app = Starlette(
        routes=[
            *data_routes(door, installation),
            Route("/healthz", healthy),
            Route("/metrics", show_metrics),
            Route("/preview/{room}", preview.redirect),
            Route("/preview/{room}/", preview.page),
            Route("/preview/{room}/feed", preview.feed),
        ],
        middleware=[Middleware(OpaqueOrigin)],
        exception_handlers={
            PreviewError: on_error,
            HTTPException: on_http_error,
            Exception: on_unforeseen,
        },
        lifespan=lifespan,
    )
    app.state.rooms = installation.rooms
    return app
