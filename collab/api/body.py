"""Bodies and parameters: what a request carries, read within bounds and with clear errors.

SPEC: section AP. Called by the routes.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from collab.errors import InvalidValue, LimitExceeded, PeerError
from collab.limits import MODEL_FILE_BYTES_MAX, ROOM_TITLE_UTF16_MAX
from collab.values import check_text, utf16_length

__all__ = ["flag_of", "number_of", "read_body", "read_bytes", "text_in", "title_in"]


async def read_bytes(request: Request, maximum: int) -> bytes:
    """Return the body; ``LimitExceeded`` (``limit_body``) beyond *maximum* bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > maximum:
            raise LimitExceeded(f"a body has at most {maximum} bytes", code="limit_body")
    return bytes(body)


async def read_body(request: Request) -> dict[str, Any]:
    """Return the body, a JSON object; ``PeerError`` (``bad_json``) if it is none."""
    try:
        body = orjson.loads(await read_bytes(request, MODEL_FILE_BYTES_MAX))
    except orjson.JSONDecodeError as error:
        raise PeerError(f"the body is not JSON: {error}", code="bad_json") from None
    if not isinstance(body, dict):
        raise PeerError("the body is not a JSON object", code="bad_json")
    return body


def text_in(body: dict[str, Any], key: str, code: str, default: str | None = None) -> str:
    """Return the string under *key*; ``InvalidValue`` with *code* if it is none, or missing."""
    value = body.get(key, default)
    if not isinstance(value, str):
        raise InvalidValue(code, f"{key} is a string", (key,))
    return check_text(value)


def title_in(body: dict[str, Any], default: str | None = None) -> str:
    """Return a room's title from *body*; ``LimitExceeded`` (``limit_title``) if it is too long."""
    title = text_in(body, "title", "room_title", default).strip()
    if utf16_length(title) > ROOM_TITLE_UTF16_MAX:
        raise LimitExceeded(
            f"a title has at most {ROOM_TITLE_UTF16_MAX} characters", code="limit_title"
        )
    return title


def number_of(request: Request, name: str, default: int, maximum: int) -> int:
    """Return the query's *name*, a whole number from 0 to *maximum*."""
    text = request.query_params.get(name, str(default))
    # int() refuses thousands of digits, with an error of its own.
    if not text.isascii() or not text.isdigit() or len(text) > 20 or int(text) > maximum:
        raise PeerError(f"{name} is a number from 0 to {maximum}", code="bad_parameter")
    return int(text)


def flag_of(request: Request, name: str) -> bool:
    """Return the query's *name*: ``true``, ``false``, or false if it is not there."""
    text = request.query_params.get(name, "false")
    if text not in {"true", "false"}:
        raise PeerError(f"{name} is true or false", code="bad_parameter")
    return text == "true"
