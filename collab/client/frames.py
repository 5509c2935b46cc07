"""The frames of the native protocol, as a client reads and writes them.

A server is trusted with content but not with form: a frame that lacks a field, or has one of a
wrong type, raises ``ProtocolError``, and the client connects again.
SPEC: section NA is the protocol; section CL this side of it. Called by ``exchange``.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final

import msgpack

from collab.errors import ProtocolError
from collab.ids import Epoch, RevisionNo, SourceId, UserId
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json, Path

__all__ = [
    "NATIVE_VERSION",
    "Message",
    "conflicts_of",
    "pack",
    "path_of",
    "read",
    "revision_from_api",
    "revision_of",
    "type_of",
]

NATIVE_VERSION: Final = 1


class Message:
    """One frame from the server. Each reader raises ``ProtocolError`` (``protocol_field``)."""

    __slots__ = ("_fields", "kind")

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self.kind = self.text("type")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def value(self, name: str) -> Json:
        if name not in self._fields:
            raise _wrong(name)
        return self._fields[name]

    def integer(self, name: str) -> int:
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name)
        return value

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str):
            raise _wrong(name)
        return value

    def data(self, name: str) -> bytes:
        value = self.value(name)
        if not isinstance(value, bytes):
            raise _wrong(name)
        return value

    def flag(self, name: str) -> bool:
        value = self.value(name)
        if not isinstance(value, bool):
            raise _wrong(name)
        return value

    def items(self, name: str) -> list[Any]:
        value = self.value(name)
        if not isinstance(value, list):
            raise _wrong(name)
        return value

    def nested(self, name: str) -> list[Message]:
        """Return a list of maps, each as a message of the kind *name*."""
        return [Message({**_map(item, name), "type": name}) for item in self.items(name)]


def read(frame: bytes | str) -> Message:
    """Return the message in *frame*; ``ProtocolError`` (``protocol_malformed``) if it is none."""
    if isinstance(frame, str):
        raise ProtocolError("a text frame came", code="protocol_malformed")
    try:
        fields = msgpack.unpackb(frame)
    except (ValueError, msgpack.UnpackException) as error:
        raise ProtocolError(f"no msgpack came: {error}", code="protocol_malformed") from error
    return Message(_map(fields, "type"))


def pack(fields: dict[str, Json]) -> bytes:
    """Return *fields* as one frame."""
    packed: bytes = msgpack.packb(fields)
    return packed


def revision_of(message: Message, epoch: Epoch) -> Revision:
    """Return the revision that a push, or one item of a welcome, carries."""
    _check_type(message)
    kind = _kind(message.text("kind"))
    has_change = kind in (ChangeKind.OP, ChangeKind.CREATE)
    has_source = "source" in message
    return Revision(
        number=RevisionNo(message.integer("revision")),
        epoch=epoch,
        kind=kind,
        change=message.value(str(kind)) if has_change else None,
        update=message.data("update"),
        author=UserId(message.text("author")),
        time_ms=message.integer("time"),
        source=SourceId(message.text("source")) if has_source else None,
        seq=message.integer("seq") if has_source else None,
        reverts=RevisionNo(message.integer("reverts")) if "reverts" in message else None,
    )


def revision_from_api(fields: Any, epoch: Epoch) -> Revision:
    """Return the revision that one item of the HTTP history of *epoch* is."""
    message = Message({**_map(fields, "revisions"), "type": "revision"})
    _check_type(message)
    has_source = "source" in message and message.value("source") is not None
    is_reverting = "reverts" in message and message.value("reverts") is not None
    if "epoch" in message and message.integer("epoch") != epoch:
        raise ProtocolError("a revision is of another epoch", code="protocol_field")
    try:
        update = base64.b64decode(message.text("update"), validate=True)
        moment = datetime.fromisoformat(message.text("time"))
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"a revision is damaged: {error}", code="protocol_field") from error
    return Revision(
        number=RevisionNo(message.integer("revision")),
        epoch=epoch,
        kind=_kind(message.text("kind")),
        change=message.value("change"),
        update=update,
        author=UserId(message.text("author")),
        time_ms=round(moment.timestamp() * 1000),
        source=SourceId(message.text("source")) if has_source else None,
        seq=message.integer("seq") if has_source else None,
        reverts=RevisionNo(message.integer("reverts")) if is_reverting else None,
    )


def path_of(message: Message) -> Path:
    """Return the path of a refusal."""
    return _path(message.value("path"), "path")


def conflicts_of(message: Message) -> tuple[Path, ...]:
    """Return the paths at which, says an ack, something was not taken back."""
    if "conflicts" not in message:
        return ()
    return tuple(_path(path, "conflicts") for path in message.items("conflicts"))


def type_of(message: Message) -> str:
    """Return the name of the document's type, which is told where it is not JSON."""
    return message.text("doctype") if "doctype" in message else DEFAULT_TYPE


def _check_type(message: Message) -> None:
    if type_of(message) != DEFAULT_TYPE:
        # A new welcome tells whether the document is still of that type.
        raise ProtocolError("a revision is of another type of document", code="client_doctype")


def _kind(text: str) -> ChangeKind:
    try:
        return ChangeKind(text)
    except ValueError:
        raise _wrong("kind") from None


def _path(value: Any, name: str) -> Path:
    if not isinstance(value, list) or not all(isinstance(step, (str, int)) for step in value):
        raise _wrong(name)
    return tuple(value)


def _map(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name)
    return value


def _wrong(name: str) -> ProtocolError:
    return ProtocolError(f"the field {name!r} is missing or of a wrong type", code="protocol_field")
