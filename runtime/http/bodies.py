"""What a request carries, within bounds: a body of JSON and a query.

SPEC: section RS. Called by the handlers of ``http``.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request

from runtime.errors import PreviewError, PreviewInvalid
from runtime.limits import (
    BODY_BYTES_MAX,
    BODY_TIMEOUT_S,
    QUERY_BYTES_MAX,
    QUERY_PARAMETERS_MAX,
)

__all__ = ["RequestTooLarge", "UnsupportedMedia", "json_object", "query_of"]

_JSON: Final = frozenset({"application/json", "application/merge-patch+json"})


class RequestTooLarge(PreviewError):
    """The body or the query is larger than a preview takes."""

    default_code = "request_too_large"
    http_status = 413


class UnsupportedMedia(PreviewError):
    """The body says that it is something else than JSON: simple forms of other pages are not."""

    default_code = "media_type"
    http_status = 415


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body.

    Raises ``UnsupportedMedia``, ``RequestTooLarge``, or ``PreviewInvalid`` (``body_invalid``) for
    what is no JSON, no object, or does not come within ``BODY_TIMEOUT_S``.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _JSON:
        raise UnsupportedMedia("the body must be application/json")
    try:
        value = orjson.loads(await _body(request))
    except orjson.JSONDecodeError as error:
        raise PreviewInvalid(f"the body is not JSON: {error}", code="body_invalid") from None
    if not isinstance(value, dict):
        raise PreviewInvalid("the body must be a JSON object", code="body_invalid")
    return value


def query_of(request: Request) -> list[tuple[str, str]]:
    """Return the names and values in the query; UTF-8, within bounds."""
    raw: bytes = request.scope["query_string"]
    if not raw:
        return []
    if len(raw) > QUERY_BYTES_MAX:
        raise RequestTooLarge(f"the query is longer than {QUERY_BYTES_MAX} bytes")
    try:
        return parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=QUERY_PARAMETERS_MAX,
        )
    except ValueError:
        raise PreviewInvalid(
            f"the query must be UTF-8 with at most {QUERY_PARAMETERS_MAX} parameters",
            code="query_invalid",
        ) from None


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                size += len(part)
                if size > BODY_BYTES_MAX:
                    raise RequestTooLarge(f"the body is larger than {BODY_BYTES_MAX} bytes")
                parts.append(part)
    except TimeoutError:
        raise PreviewInvalid("the body did not come", code="body_invalid") from None
    except ClientDisconnect:
        raise PreviewInvalid("the body broke off", code="body_invalid") from None
    return b"".join(parts)
