"""The application: every door of the server on one port.

SPEC: section AP. Called by ``main``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from collab.api.metrics import Metrics
from collab.api.openapi import describe
from collab.api.pages import page_routes
from collab.api.problem import JsonResponse, on_bug, on_error, on_http_error
from collab.api.routes import Routes
from collab.api.sockets import socket_handler
from collab.auth.local import LocalAuthenticator
from collab.errors import DesignRoomsError
from collab.host.host import Host
from collab.messages import Dialect

__all__ = ["build_app"]


def build_app(
    host: Host,
    authenticator: LocalAuthenticator,
    web_dir: Path,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    around: Sequence[AbstractAsyncContextManager[object]] = (),
) -> Starlette:
    """Return the ASGI application; *host* is started and stopped with it.

    ``app.state.failure`` is the ``DesignRoomsError`` that kept it from starting, or None.

    *extra_routes* come before the pages (the preview's proxy); *around* are entered after the host
    has started: what has to be there first, and processes that need a server to talk to.
    """
    sockets = {
        "/yjs/{room:path}": Dialect.YJS,
        "/hocuspocus": Dialect.HOCUSPOCUS,
        "/rooms/{room}/socket": Dialect.NATIVE,
        "/free/{collection}/{document:path}/socket": Dialect.NATIVE,
    }
    routes: list[BaseRoute] = [
        Route("/healthz", _healthy),
        Route("/readyz", _ready),
        Route("/metrics", Metrics(host).handle),
        Route("/api/openapi.json", _openapi),
        *Routes(host, authenticator).all(),
        *(
            WebSocketRoute(path, socket_handler(host, authenticator, dialect))
            for path, dialect in sockets.items()
        ),
        *extra_routes,
        *page_routes(web_dir),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await host.start()
                for manager in around:
                    await stack.enter_async_context(manager)
                app.state.is_ready = True
                yield
            except DesignRoomsError as error:
                app.state.failure = error
                raise
            finally:
                app.state.is_ready = False
                # Before the processes around it: what was accepted is worth more than a preview.
                await host.stop()

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            DesignRoomsError: on_error,
            HTTPException: on_http_error,
            Exception: on_bug,
        },
    )
    app.state.is_ready = False
    app.state.failure = None
    return app


async def _healthy(_request: Request) -> Response:
    """The process answers."""
    return JsonResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """The store is open and rooms can be joined."""
    is_ready = request.app.state.is_ready
    return JsonResponse({"status": "ready" if is_ready else "starting"}, 200 if is_ready else 503)


async def _openapi(_request: Request) -> Response:
    return JsonResponse(describe())
