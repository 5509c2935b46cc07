"""ShareDB's messages: JSON objects in text frames, protocol 1.2.

A request is kept as the text it came in: an error reply is that text with ``error`` added, so
nothing is lost or rounded on the way back. Documents are spliced into replies as the JSON text
that the room has made for everybody. SPEC: section SD. Called by the ShareDB adapter and its parts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, assert_never

import orjson

from collab.errors import LimitExceeded, ProtocolError
from collab.ids import RevisionNo, SourceId
from collab.limits import FRAME_BYTES_MAX, INTEGER_MAX, SHAREDB_TEXT_BYTES_MAX
from collab.ot.types import JSON0, OTType, find_type
from collab.revision import ChangeKind, Revision
from collab.values import FORBIDDEN_KEYS

__all__ = [
    "Message",
    "acknowledgement",
    "deletion",
    "encode",
    "failure",
    "handshake",
    "member",
    "past_snapshot",
    "pushed_op",
    "read_message",
    "reply",
    "reply_to_some",
    "snapshot_data",
    "with_text",
]

# Who made what no OT client sent. No handshake gives this id, so no client takes such an op as an
# acknowledgement of its own.
_SERVER_SOURCE: Final = SourceId("yjs")

_MAJOR: Final = 1
_MINOR: Final = 2

# What tells a client which of its requests failed, where the request is too large to be echoed.
_HEAD_FIELDS: Final = ("a", "c", "d", "v", "seq", "src", "id", "ch")
_HEAD_TEXT_MAX: Final = 1_024

_WHITE_SPACE: Final = b" \t\r\n"


class Message:
    """One request: its fields, and the text it came in.

    Each reader raises ``ProtocolError`` (``protocol_field``), which is answered, not closed for.
    """

    __slots__ = ("action", "fields", "frame")

    def __init__(self, fields: dict[str, Any], frame: bytes) -> None:
        self.fields = fields
        self.frame = frame
        action = fields.get("a")
        self.action = action if isinstance(action, str) else ""

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def value(self, name: str) -> Any:
        """Return the field as it came, None if it is not there."""
        return self.fields.get(name)

    def name(self, field: str) -> str:
        """Return the name of a collection, a document or a channel; it must be there."""
        return check_name(self.fields.get(field), field)

    def integer(self, field: str, minimum: int = 0) -> int:
        """Return an integer of at least *minimum* and at most 2^53; it must be there."""
        return check_integer(self.fields.get(field), field, minimum)

    def version(self, field: str = "v") -> RevisionNo | None:
        """Return a version, None where it is null or left out."""
        value = self.fields.get(field)
        return None if value is None else RevisionNo(check_integer(value, field))

    def versions(self) -> dict[str, RevisionNo | None]:
        """Return the documents of a bulk request, each with the version that the client has."""
        value = self.fields.get("b")
        if isinstance(value, list):
            return {check_name(item, "b"): None for item in value}
        if not isinstance(value, dict):
            raise ProtocolError("Invalid bulk subscribe data", code="protocol_field")
        return {
            check_name(key, "b"): None if item is None else RevisionNo(check_integer(item, "b"))
            for key, item in value.items()
        }


def check_name(value: object, field: str) -> str:
    """Return *value* if it can name something: a text that is no member of an object's prototype.

    A client keeps documents in plain objects under these names.
    """
    if isinstance(value, str) and value not in FORBIDDEN_KEYS:
        try:
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    raise ProtocolError(f"Invalid {field}", code="protocol_field")


def check_integer(value: object, field: str, minimum: int = 0) -> int:
    """Return *value* if it is an integer from *minimum* to 2^53; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= INTEGER_MAX:
        raise ProtocolError(f"Invalid {field}", code="protocol_field")
    return value


def read_message(frame: bytes) -> Message:
    """Return the request in *frame*.

    Raises ``ProtocolError`` (``protocol_malformed``) for what is no JSON object, and
    ``LimitExceeded`` (``limit_frame``) for what is too large even to be refused.
    """
    if len(frame) > SHAREDB_TEXT_BYTES_MAX:
        raise LimitExceeded(
            f"a message of {len(frame)} bytes exceeds {SHAREDB_TEXT_BYTES_MAX}", code="limit_frame"
        )
    try:
        value = orjson.loads(frame)
    except orjson.JSONDecodeError:
        value = _read_unusual(frame)
    if not isinstance(value, dict):
        raise ProtocolError("a message is a JSON object", code="protocol_malformed")
    return Message(value, frame)


def _read_unusual(frame: bytes) -> object:
    """Read what orjson refuses and JavaScript writes: half a surrogate pair in a string.

    The check of values refuses it with its path, which costs the client that change; closing the
    socket would make it send the same for ever.
    """
    try:
        return json.loads(frame.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a message is a JSON object", code="protocol_malformed") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def encode(fields: Mapping[str, object]) -> bytes:
    """Return *fields* as one message; marks of shared types are left out."""
    try:
        return orjson.dumps(fields)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, which only what is echoed can hold.
        return json.dumps(fields).encode()


def handshake(action: str, source: SourceId) -> bytes:
    """Return the answer to ``hs``, or the ``init`` that is sent first."""
    return encode(
        {"a": action, "protocol": _MAJOR, "protocolMinor": _MINOR, "id": source, "type": JSON0.uri}
    )


def reply(message: Message, data: bytes = b"") -> bytes:
    """Return the success of *message*: what it was about, and *data* as JSON text."""
    fields: dict[str, object] = {"a": message.action}
    if message.value("id"):
        fields["id"] = message.value("id")
    else:
        names = ("c", "d") if data else ("c", "d", "b")
        fields.update((name, message.value(name)) for name in names if message.value(name))
    return with_text(encode(fields), b"data", data) if data else encode(fields)


def reply_to_some(message: Message, documents: Collection[str]) -> bytes:
    """Return the bare success of the bulk request *message*, for some of what it names."""
    asked = message.value("b")
    some: object = list(documents)
    if isinstance(asked, dict):
        some = {name: asked[name] for name in documents}
    return encode({"a": message.action, "c": message.value("c"), "b": some})


def member(name: str, value: bytes) -> bytes:
    """Return one member of a JSON object, whose *value* is JSON text already."""
    return b"%b:%b" % (orjson.dumps(name), value)


def failure(message: Message, error: Mapping[str, object]) -> bytes:
    """Return the failure of *message*: the whole request with ``error``.

    Of a request that is larger than a live message only what tells it from others is echoed.
    """
    if len(message.frame) > FRAME_BYTES_MAX:
        request = encode(_head(message))
    else:
        request = message.frame.rstrip(_WHITE_SPACE)
    return with_text(request, b"error", encode(error))


def with_text(record: bytes, name: bytes, value: bytes) -> bytes:
    """Return the JSON object *record* with one more member, whose *value* is JSON text already."""
    body = record[:-1]
    comma = b"" if body.rstrip(_WHITE_SPACE) == b"{" else b","
    return b'%b%b"%b":%b}' % (body, comma, name, value)


def _head(message: Message) -> dict[str, object]:
    head: dict[str, object] = {}
    for name in _HEAD_FIELDS:
        value = message.value(name)
        if isinstance(value, int) or (isinstance(value, str) and len(value) <= _HEAD_TEXT_MAX):
            head[name] = value
    return head


# --- what is told of documents ------------------------------------------------------------------


def snapshot_data(revision: RevisionNo, exists: bool, document: bytes, ot_type: OTType) -> bytes:
    """Return a snapshot as replies hold it; the type is left out where it is json0."""
    if not exists:
        return b'{"v":%d,"type":null}' % revision
    if ot_type is JSON0:
        return b'{"v":%d,"data":%b}' % (revision, document)
    data = b'{"v":%d,"data":%b}' % (revision, ot_type.text_to_wire(document))
    return with_text(data, b"type", orjson.dumps(ot_type.uri))


def past_snapshot(
    message: Message, revision: RevisionNo, document: bytes | None, ot_type: OTType
) -> bytes:
    """Return the answer to ``nf`` and ``nt``, in which the type is always told.

    *document* is None where there was none.
    """
    fields: dict[str, object] = {
        "a": message.action,
        "id": message.value("id"),
        "v": revision,
        "type": None if document is None else ot_type.uri,
        "m": None,
    }
    if document is None:
        return encode(fields)
    return with_text(encode(fields), b"data", ot_type.text_to_wire(document))


def _source_of(revision: Revision) -> tuple[SourceId, int]:
    """Return the ``src`` and ``seq`` under which clients are told *revision*."""
    if revision.source is None or revision.seq is None:
        return _SERVER_SOURCE, revision.number
    return revision.source, revision.seq


def pushed_op(collection: str, document: str, revision: Revision) -> bytes:
    """Return the push of *revision*; one that changed nothing still counts a version."""
    source, seq = _source_of(revision)
    fields: dict[str, object] = {
        "a": "op",
        "c": collection,
        "d": document,
        "v": revision.number - 1,
        "src": source,
        "seq": seq,
    }
    ot_type = find_type(revision.type)
    match revision.kind:
        case ChangeKind.OP:
            fields["op"] = ot_type.to_wire(revision.change)
        case ChangeKind.CREATE:
            data = ot_type.to_wire(revision.change)
            fields["create"] = {"type": ot_type.uri, "data": data}
        case ChangeKind.DELETE:
            fields["del"] = True
        case ChangeKind.NONE:
            pass
        case _:
            assert_never(revision.kind)
    return encode(fields)


def deletion(collection: str, document: str, version: RevisionNo) -> bytes:
    """Return a push that takes the document from a client at *version*, whose history is gone."""
    return encode(
        {
            "a": "op",
            "c": collection,
            "d": document,
            "v": version,
            "src": _SERVER_SOURCE,
            "seq": version + 1,
            "del": True,
        }
    )


def acknowledgement(message: Message, source: SourceId, revision: RevisionNo) -> bytes:
    """Return the ack of an ``op``: it was committed as *revision*, so at the version before."""
    return encode(
        {
            "src": source,
            "seq": message.value("seq"),
            "v": revision - 1,
            "a": message.action,
            "c": message.value("c"),
            "d": message.value("d"),
        }
    )
