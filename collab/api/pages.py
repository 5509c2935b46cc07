"""The designer's files: one page for every room, and assets whose names change with their content.

SPEC: section AP. Called by ``app``.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from collab.api.requests import check_host
from collab.errors import NotFound

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


def page_routes(web_dir: Path) -> list[BaseRoute]:
    """Return the routes of the designer built in *web_dir*."""

    async def page(request: Request) -> Response:
        check_host(request)
        path = web_dir / "index.html"
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

    return [
        Route("/", page),
        Route("/rooms/{room}", page),
        Mount("/assets", _Assets(directory=web_dir / "assets", check_dir=False)),
    ]
