"""Errors as answers: ``application/problem+json`` (RFC 9457) with a stable code.

What somebody may not see is not said in an error either. SPEC: section RS. Called by ``door``.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from runtime.access import Access
from runtime.data.errors import DataError, RecordConflict, RecordInvalid, RecordRestricted
from runtime.errors import PreviewDenied, PreviewError
from runtime.expressions.errors import ExpressionError

__all__ = [
    "PROBLEM_JSON",
    "on_error",
    "on_http_error",
    "on_unforeseen",
    "problem",
    "without_hidden",
]

PROBLEM_JSON: Final = "application/problem+json"
_log = structlog.get_logger()


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """Return the answer that says what is wrong."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **(extra or {}),
    }
    return Response(
        orjson.dumps(body),
        status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type=PROBLEM_JSON,
    )


async def on_error(_request: Request, error: Exception) -> Response:
    """Answer an error of the runtime."""
    assert isinstance(error, PreviewError)
    headers = {"retry-after": "1"} if error.http_status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if isinstance(error, RecordConflict):
        headers["etag"] = f'"{error.version}"'
    return problem(
        error.http_status, error.code, error.message, headers=headers, extra=_extra(error)
    )


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such address, no such method."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, error.detail, headers=error.headers)


async def on_unforeseen(_request: Request, error: Exception) -> Response:
    """Answer our own bug: the log holds what happened, the answer nothing of it."""
    _log.error("preview.failed", exc_info=error)
    return problem(500, "internal", "something went wrong in the preview; its log says what")


def without_hidden(error: DataError, access: Access, model: str) -> PreviewError:
    """Return *error* as somebody with *access* may see it, who asked something of *model*."""
    if access.is_unrestricted:
        return error
    if isinstance(error, RecordInvalid):
        hidden = access.model(model).hidden
        shown = {name: faults for name, faults in error.fields.items() if name not in hidden}
        if len(shown) == len(error.fields):
            return error
        if shown:
            return RecordInvalid(shown)
        return PreviewDenied("a field that this role may not see refuses this", code="forbidden")
    if isinstance(error, RecordRestricted):
        at = access.application.model(error.model)
        if at is None or error.field not in access.model(at.id).readable:
            return RecordRestricted(
                "other records refer to this one", model="", field="", records=(), count=0
            )
        if access.model(at.id).of_data("read").restrict:
            return RecordRestricted(
                f"records of {error.model} refer to this one by {error.field}",
                model=error.model,
                field=error.field,
                records=(),
                count=0,
            )
    return error


def _extra(error: PreviewError) -> dict[str, Any]:
    if isinstance(error, RecordInvalid):
        return {
            "errors": [
                {"field": name, "code": fault.code, "message": fault.message}
                for name, faults in error.fields.items()
                for fault in faults
            ]
        }
    if isinstance(error, RecordRestricted) and error.model:
        return {
            "restrictedBy": {
                "model": error.model,
                "field": error.field,
                "records": list(error.records),
                "count": error.count,
            }
        }
    if isinstance(error, ExpressionError):
        return {"source": error.source, "start": error.start, "end": error.end}
    return {}
