"""Queries in ShareDB's words: what a client asks of a collection, and how it is told.

The adapter hands the messages ``qf``, ``qs`` and ``qu`` over to ``read_query_request``; what is
asked for is carried out by ``collab.host.listening``, which answers with the frames made here. A
live query's client holds a list of documents: it is told what comes, goes and moves in it by
indexes, so every difference has to arrive, in order. SPEC: section SQ. Called by the ShareDB
adapter and the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from collab.errors import LimitExceeded, ProtocolError, Refused
from collab.ids import RevisionNo
from collab.limits import FREE_NAME_BYTES_MAX, INTEGER_MAX, QUERY_BYTES_MAX, QUERY_DOCUMENTS_MAX
from collab.model.query import Query, read_query
from collab.protocol.sharedb_frames import Message
from collab.protocol.sharedb_presence import is_name

__all__ = [
    "QUERY_ACTIONS",
    "CloseQuery",
    "Difference",
    "Found",
    "Insert",
    "Known",
    "Move",
    "OpenQuery",
    "QueryRequest",
    "Remove",
    "encode_closed",
    "encode_count",
    "encode_difference",
    "encode_opened",
    "encode_query_error",
    "read_query_request",
]

QUERY_ACTIONS: Final = frozenset({"qf", "qs", "qu"})


@dataclass(frozen=True, slots=True)
class Known:
    """A document that a client has from an earlier answer; ``revision`` None if it has it not."""

    document: str
    revision: RevisionNo | None


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """Answer a query, and go on answering it if ``is_live``.

    ``known`` is what the client holds as its result already, None if it holds none. ``message`` is
    the client's, to be echoed with a refusal.
    """

    id: int
    collection: str
    query: Query
    is_live: bool
    known: tuple[Known, ...] | None
    message: Message


@dataclass(frozen=True, slots=True)
class CloseQuery:
    """Answer a live query no longer."""

    id: int


QueryRequest: TypeAlias = OpenQuery | CloseQuery


@dataclass(frozen=True, slots=True)
class Found:
    """One document of a result: its name, and its content as JSON text at a revision.

    ``type`` is the URI of its type, empty for json0.
    """

    document: str
    revision: RevisionNo
    json: bytes
    type: str = ""


@dataclass(frozen=True, slots=True)
class Insert:
    """Documents come into the list at ``index``."""

    index: int
    documents: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """``count`` documents from ``index`` on leave the list."""

    index: int
    count: int


@dataclass(frozen=True, slots=True)
class Move:
    """One document is taken out at ``start`` and put in again at ``end``."""

    start: int
    end: int


Difference: TypeAlias = Insert | Remove | Move


def read_query_request(message: Message) -> QueryRequest:
    """Return what a message with one of ``QUERY_ACTIONS`` asks for.

    Raises ``ProtocolError`` (``protocol_field``), ``LimitExceeded`` (``limit_query``) and
    what ``read_query`` raises.
    """
    identity = message.value("id")
    if isinstance(identity, bool) or not isinstance(identity, int) or abs(identity) > INTEGER_MAX:
        raise _malformed("Missing query ID")
    action = message.action
    if len(message.frame) > QUERY_BYTES_MAX:
        raise LimitExceeded(f"a query may have {QUERY_BYTES_MAX} bytes", code="limit_query")
    if action == "qu":
        return CloseQuery(identity)
    collection = message.value("c")
    if not is_name(collection) or len(collection.encode()) > FREE_NAME_BYTES_MAX:
        raise _malformed("Invalid collection")
    known = _read_known(message.value("r")) if action == "qs" else None
    options = message.value("o")
    if isinstance(options, dict) and options.get("db") is not None:
        raise Refused("query_unsupported", "there is one database here: leave the option db out")
    query = read_query(message.value("q"))
    return OpenQuery(identity, collection, query, action == "qs", known, message)


def encode_opened(
    request: OpenQuery,
    found: Sequence[Found] | None,
    count: int | None,
    loaded: Sequence[Found] = (),
) -> bytes:
    """Return the answer to a query; *found* None says that the client's list stands.

    *count* is told in the place of documents, where it was asked for. *loaded* are documents of
    the list that stands, which the client has by name only.
    """
    frame: dict[str, Any] = {"a": request.message.action, "id": request.id}
    if found is not None:
        frame["data"] = [_document(item) for item in found]
    elif loaded:
        frame["data"] = {item.document: _document(item) for item in loaded}
    if count is not None:
        frame["extra"] = count
    return orjson.dumps(frame)


def encode_closed(request: CloseQuery) -> bytes:
    """Return the answer to the end of a query."""
    return orjson.dumps({"a": "qu", "id": request.id})


def encode_difference(query_id: int, difference: Sequence[Difference]) -> bytes:
    """Return the frame that changes the list of a live query."""
    return orjson.dumps({"a": "q", "id": query_id, "diff": [_change(item) for item in difference]})


def encode_count(query_id: int, count: int) -> bytes:
    """Return the frame with the new number of documents of a live query."""
    return orjson.dumps({"a": "q", "id": query_id, "extra": count})


def encode_query_error(query_id: int, code: str, reason: str) -> bytes:
    """Return the frame that ends a live query which cannot be answered any more."""
    return orjson.dumps({"a": "q", "id": query_id, "error": {"code": code, "message": reason}})


def _read_known(value: object) -> tuple[Known, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise _malformed("Invalid query results")
    if len(value) > QUERY_DOCUMENTS_MAX:
        raise LimitExceeded(
            f"a query may bring {QUERY_DOCUMENTS_MAX} known documents", code="limit_query"
        )
    known: dict[str, Known] = {}
    for item in value:
        if not isinstance(item, list) or len(item) != 2:
            raise _malformed("Invalid query results")
        document, revision = item
        if not is_name(document) or document in known:
            raise _malformed("Invalid id")
        is_number = isinstance(revision, int) and not isinstance(revision, bool)
        if revision is not None and not (is_number and 0 <= revision <= INTEGER_MAX):
            raise _malformed("Invalid version")
        known[document] = Known(document, revision)
    return tuple(known.values())


def _document(found: Found) -> dict[str, Any]:
    data: dict[str, Any] = {"v": found.revision, "data": orjson.Fragment(found.json)}
    if found.type:
        data["type"] = found.type
    data["d"] = found.document
    return data


def _change(item: Difference) -> dict[str, Any]:
    match item:
        case Insert():
            values = [_document(found) for found in item.documents]
            return {"type": "insert", "index": item.index, "values": values}
        case Remove():
            return {"type": "remove", "index": item.index, "howMany": item.count}
        case Move():
            return {"type": "move", "from": item.start, "to": item.end, "howMany": 1}


def _malformed(reason: str) -> ProtocolError:
    return ProtocolError(reason, code="protocol_field")
