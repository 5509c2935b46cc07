"""Errors on their way out over HTTP, as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from collab.errors import DesignRoomsError, InvalidModel, NotAuthenticated, TooManyRequests

__all__ = ["JsonResponse", "on_bug", "on_error", "on_http_error"]


class JsonResponse(Response):
    """JSON by orjson: exact, quick, UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


async def on_error(_request: Request, error: Exception) -> Response:
    """Answer a typed error with its status, code and text."""
    assert isinstance(error, DesignRoomsError)
    problem = _problem(error.http_status, error.code, error.message)
    if isinstance(error, InvalidModel):
        problem["errors"] = [asdict(item) for item in error.errors]
    path = getattr(error, "path", ())
    if path:
        problem["path"] = list(path)
    response = _response(problem)
    if isinstance(error, NotAuthenticated):
        response.headers["www-authenticate"] = "Bearer"  # RFC 9110, section 11.6.1.
    if isinstance(error, TooManyRequests):
        response.headers["retry-after"] = str(ceil(error.wait_s))  # RFC 9110, section 10.2.3.
    return response


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses (no such path, wrong method) in the same form."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    response = _response(_problem(error.status_code, code, error.detail))
    response.headers.update(error.headers or {})
    return response


async def on_bug(_request: Request, _error: Exception) -> Response:
    """Answer what nobody expected in the same form; the log has the rest."""
    return _response(_problem(500, DesignRoomsError.default_code, "the server failed on this"))


def _problem(status: int, code: str, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}


def _response(problem: dict[str, Any]) -> Response:
    return Response(orjson.dumps(problem), problem["status"], media_type="application/problem+json")
