"""From an operation and its input to a request. Sans-I/O.

Names in braces in the path (``/reservations/{id}``) are filled from the input; the rest of it is
the query of a GET, HEAD or DELETE and the JSON body of anything else. SPEC: section CT. Called by
``connectors``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson

from runtime.connectors.errors import CallRefused
from runtime.limits import CALL_REQUEST_BYTES_MAX
from runtime.parts import Operation
from runtime.reading import text

__all__ = ["KEY_HEADER", "Request", "build_request", "check_header"]

KEY_HEADER: Final = "Idempotency-Key"
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "DELETE"})
_PLACE: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]{0,2048}")
# What the client itself decides, and what would let a model speak to another host or as another.
_RESERVED: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
    | {"proxy-authorization", "authorization", "idempotency-key", "expect", "cookie"}
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request without the address in front of *path* and without authentication."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


def build_request(
    operation: Operation, value: Any, headers: Mapping[str, str], key: str
) -> Request:
    """Return the request that carries *operation* out with the input *value* (plain JSON).

    Raises ``CallRefused`` (``input_invalid``) if a part of the path is missing or no part, or for
    a header that may not be set.
    """
    method = text(operation.props, "method") or "POST"
    if method not in _METHODS:
        raise CallRefused("connector_unsupported", f"there is no method {method!r}")
    rest = dict(value) if isinstance(value, Mapping) else value
    path = _filled(text(operation.props, "path") or "/", rest)
    sent = {name: check_header(name, item) for name, item in headers.items()}
    sent[KEY_HEADER] = check_header("x-key", key)
    query: tuple[tuple[str, str], ...] = ()
    body = b""
    if method in _WITHOUT_BODY:
        query = _query(rest)
    elif value is not None:
        body = orjson.dumps(rest)
        sent["Content-Type"] = "application/json"
        if len(body) > CALL_REQUEST_BYTES_MAX:
            raise CallRefused("input_invalid", f"the input has more than {CALL_REQUEST_BYTES_MAX}")
    return Request(method, path, query, sent, body)


def check_header(name: str, value: Any) -> str:
    """Return a header's value as text, or raise ``CallRefused`` (``input_invalid``)."""
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _RESERVED:
        raise CallRefused("input_invalid", f"the header {name!r} may not be set")
    sent = value if isinstance(value, str) else _plain(value)
    if not _HEADER_VALUE.fullmatch(sent):
        raise CallRefused("input_invalid", f"no value for the header {name!r}: not plain ASCII")
    return sent


def _filled(path: str, value: Any) -> str:
    def part(match: re.Match[str]) -> str:
        name = match[1]
        found = value.pop(name, None) if isinstance(value, dict) else None
        if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
            raise CallRefused("input_invalid", f"{name} is missing", ((f"/{name}", "is missing"),))
        if str(found) in (".", ".."):
            # Clients shorten such parts away: the path would be another operation's.
            raise CallRefused("input_invalid", f"{name} is no part of a path")
        return quote(str(found), safe="")

    if not path.startswith("/"):
        raise CallRefused("connector_unsupported", f"the path {path!r} does not begin with /")
    # Fixed parts keep what they have; spaces and letters outside ASCII are encoded.
    pieces = _PLACE.split(path)
    places = list(_PLACE.finditer(path))
    filled = [quote(pieces[0], safe="/%:@!$&'()*+,;=~-._")]
    for index, place in enumerate(places):
        filled.append(part(place))
        filled.append(quote(pieces[2 * index + 2], safe="/%:@!$&'()*+,;=~-._"))
    return "".join(filled)


def _query(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        return ()
    return tuple(
        (str(name), entry if isinstance(entry, str) else _plain(entry))
        for name, item in value.items()
        for entry in (item if isinstance(item, list) else [item])
        if entry is not None
    )


def _plain(value: Any) -> str:
    return orjson.dumps(value).decode()
