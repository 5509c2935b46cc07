"""The designer's files: one page for every room, and assets whose names change with their content.

SPEC: section AP. Called by ``app``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from collab.api.login import login_address
from collab.api.requests import principal_of
from collab.errors import NotAuthenticated, NotFound
from collab.ports import Authenticator

__all__ = ["page_routes"]

_CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; "
    "connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; "
    "object-src 'none'; form-action 'self'"
)


class _Assets(StaticFiles):
    """Hashed files: kept for ever, and readable by the preview's page, whose origin is opaque."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["access-control-allow-origin"] = "*"
        return response


def page_routes(web_dir: Path, authenticator: Authenticator) -> list[BaseRoute]:
    """Return the routes of the designer built in *web_dir*.

    A browser that *authenticator* does not know is sent to sign in, and comes back from there.
    """

    def page(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            try:
                principal_of(authenticator, request)
            except NotAuthenticated:
                return RedirectResponse(login_address(request), 303, {"cache-control": "no-store"})
            path = web_dir / name
            if not path.is_file():
                raise NotFound(
                    f"the designer is not built: {path} is missing; run `make build`",
                    code="designer_not_built",
                )
            return FileResponse(
                path,
                headers={
                    "content-security-policy": _CONTENT_POLICY,
                    "cache-control": "no-cache",
                    "referrer-policy": "same-origin",
                    "x-content-type-options": "nosniff",
                },
            )

        return show

    return [
        Route("/", page("index.html")),
        Route("/rooms/{room}", page("index.html")),
        Route("/gallery", page("gallery.html")),
        Mount("/assets", _Assets(directory=web_dir / "assets", check_dir=False)),
    ]
