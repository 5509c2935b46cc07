"""The application: every door of the server on one port.

SPEC: section AP. Called by ``main``.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from collab.api.login import Login
from collab.api.metrics import Metrics
from collab.api.openapi import describe
from collab.api.pages import page_routes
from collab.api.problem import JsonResponse, on_bug, on_error, on_http_error
from collab.api.requests import Origins
from collab.api.routes import Routes
from collab.api.session import SessionRoutes
from collab.api.sockets import socket_handler
from collab.auth.access import Access
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.local import LocalAuthenticator
from collab.auth.revocations import Revocations
from collab.errors import DesignRoomsError
from collab.host.forum import Forum
from collab.host.host import Host
from collab.host.pace import Paces
from collab.messages import Dialect

__all__ = ["access_to", "build_app"]


def build_app(
    host: Host,
    authenticator: LocalAuthenticator | TokenAuthenticator,
    web_dir: Path,
    *,
    access: Access | None = None,
    public_url: str | None = None,
    source_key: bytes | None = None,
    extra_routes: Sequence[BaseRoute] = (),
    around: Sequence[AbstractAsyncContextManager[object]] = (),
) -> Starlette:
    """Return the ASGI application; *host* is started and stopped with it.

    ``app.state.failure`` is the ``DesignRoomsError`` that kept it from starting, or None.

    *access* is the judge of the rooms of *host*, made here unless *extra_routes* need it too;
    *public_url* is the server's address in front of a proxy. *source_key* signs the ids of ShareDB
    clients; without one they do not outlast this application, nor do the ops that are resent.

    *extra_routes* come before the pages (the preview's proxy); *around* are entered after the host
    has started: what has to be there first, and processes that need a server to talk to.
    """
    if access is None:
        access = access_to(host, authenticator)
    forum = Forum(host, access)
    key = secrets.token_bytes() if source_key is None else source_key
    paces = Paces(host.bounds, time.monotonic, is_local=authenticator.is_local)
    sockets = {
        "/yjs/{room:path}": Dialect.YJS,
        "/hocuspocus": Dialect.HOCUSPOCUS,
        "/sharedb": Dialect.SHAREDB,
        "/rooms/{room}/socket": Dialect.NATIVE,
        "/free/{collection}/{document:path}/socket": Dialect.NATIVE,
    }
    routes: list[BaseRoute] = [
        Route("/healthz", _healthy),
        Route("/readyz", _ready),
        Route("/metrics", Metrics(host).handle),
        Route("/api/openapi.json", _openapi),
        *Routes(host, authenticator, access, paces).all(),
        *SessionRoutes(authenticator).routes(),
        *Login(authenticator, access).routes(),
        *(
            WebSocketRoute(path, socket_handler(forum, authenticator, dialect, key, paces))
            for path, dialect in sockets.items()
        ),
        *extra_routes,
        *page_routes(web_dir, authenticator),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await host.start()
                await access.start()
                stack.push_async_callback(access.stop)
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
    app.state.origins = Origins(is_local=authenticator.is_local, public_url=public_url)
    return app


def access_to(host: Host, authenticator: LocalAuthenticator | TokenAuthenticator) -> Access:
    """Return the judge of the rooms of *host* for whom *authenticator* knows."""
    if isinstance(authenticator, TokenAuthenticator):
        revocations = authenticator.revocations
    else:
        revocations = Revocations(host.clock)
    return Access(host.store, host.clock, revocations, is_local=authenticator.is_local)


async def _healthy(_request: Request) -> Response:
    """The process answers."""
    return JsonResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """The store is open and rooms can be joined."""
    is_ready = request.app.state.is_ready
    return JsonResponse({"status": "ready" if is_ready else "starting"}, 200 if is_ready else 503)


async def _openapi(_request: Request) -> Response:
    return JsonResponse(describe())
