"""The frames of the native protocol: msgpack maps keyed by ``type``, read with bounds.

Reading allocates nothing beyond what the limits allow; a frame that is larger than a live one may
only hold one large byte string, so that sixteen megabytes of tiny values are never built.
SPEC: section NA. Called by the native adapter.
"""

from __future__ import annotations

from typing import Any, Final

import msgpack

from collab.errors import LimitExceeded, ProtocolError
from collab.limits import FRAME_BYTES_MAX, INTEGER_MAX, STEP2_BYTES_MAX
from collab.messages import (
    Ack,
    AwarenessChanged,
    Joined,
    Lost,
    Problems,
    ReadOnly,
    Refusal,
    SnapshotSent,
    SyncDiff,
)
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json

__all__ = [
    "Fields",
    "ack",
    "diff",
    "error_frame",
    "lost",
    "pack",
    "presence",
    "problems",
    "read_frame",
    "read_only",
    "refusal",
    "revision_frame",
    "snapshot",
    "welcome",
]

# What a frame may hold that is too large for a live one: the map of one update.
_LARGE_MAP_KEYS_MAX: Final = 8
_LARGE_TEXT_BYTES_MAX: Final = 64


class Fields:
    """The fields of one frame. Each reader raises ``ProtocolError`` (``protocol_field``)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def value(self, name: str) -> object:
        """Return the field as it came; it must be there."""
        if name not in self._fields:
            raise ProtocolError(f"the field {name!r} is missing", code="protocol_field")
        return self._fields[name]

    def integer(self, name: str, minimum: int = 0) -> int:
        """Return an integer of at least *minimum* and at most 2^53; a boolean is none."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name, "an integer")
        if not minimum <= value <= INTEGER_MAX:
            raise _wrong(name, f"an integer from {minimum} to 2^53")
        return value

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str):
            raise _wrong(name, "a string")
        return value

    def data(self, name: str) -> bytes:
        value = self.value(name)
        if not isinstance(value, bytes):
            raise _wrong(name, "a byte string")
        return value

    def optional_integer(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.integer(name)

    def optional_text(self, name: str) -> str | None:
        return None if self._fields.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """Return a boolean, false where it is left out."""
        value = self._fields.get(name, False)
        if not isinstance(value, bool):
            raise _wrong(name, "a boolean")
        return value


def read_frame(frame: bytes) -> Fields:
    """Return the fields of *frame*.

    Raises ``ProtocolError`` (``protocol_malformed``) for what is no msgpack map with string keys,
    and ``LimitExceeded`` (``limit_frame``) for a frame that is too large for what it holds.
    Source: [NA2].
    """
    is_large = len(frame) > FRAME_BYTES_MAX
    try:
        value = msgpack.unpackb(
            frame,
            raw=False,
            strict_map_key=True,
            max_bin_len=min(len(frame), STEP2_BYTES_MAX),
            max_str_len=_LARGE_TEXT_BYTES_MAX if is_large else len(frame),
            max_array_len=0 if is_large else len(frame),
            max_map_len=_LARGE_MAP_KEYS_MAX if is_large else len(frame),
            max_ext_len=0,
        )
    except (ValueError, msgpack.UnpackException) as error:
        if is_large:
            raise _too_large(frame) from error
        raise ProtocolError(
            f"the message is no msgpack: {error}", code="protocol_malformed"
        ) from error
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ProtocolError("a message is a map with string keys", code="protocol_malformed")
    fields = Fields(value)
    if is_large and not (value.get("type") == "update" and fields.flag("answer")):
        raise _too_large(frame)
    return fields


def pack(fields: dict[str, Json]) -> bytes:
    """Return *fields* as one frame; marks of shared types are left out."""
    packed: bytes = msgpack.packb(fields)
    return packed


def welcome(event: Joined, locks: dict[str, Json]) -> bytes:
    """Return the answer to ``hello``, with the document or the revisions since, and *locks*."""
    fields: dict[str, Json] = {
        "type": "welcome",
        "session": event.session,
        "epoch": event.epoch,
        "revision": event.revision,
        "exists": event.exists,
        "client": event.client,
        "read_only": event.read_only,
        **locks,
    }
    if event.type != DEFAULT_TYPE:
        fields["doctype"] = event.type
    if event.is_resumed:
        fields["revisions"] = [_revision_fields(revision) for revision in event.revisions]
    else:
        fields["snapshot"] = event.json
    return pack(fields)


def revision_frame(revision: Revision) -> bytes:
    """Return the push of one revision, the same for every session."""
    return pack({"type": "revision", **_revision_fields(revision)})


def snapshot(event: SnapshotSent) -> bytes:
    """Return the answer to ``fetch``."""
    fields: dict[str, Json] = {
        "type": "snapshot",
        "id": event.request,
        "epoch": event.epoch,
        "revision": event.revision,
        "exists": event.exists,
        "snapshot": event.json,
    }
    if event.type != DEFAULT_TYPE:
        fields["doctype"] = event.type
    return pack(fields)


def diff(event: SyncDiff) -> bytes:
    """Return the answer to ``sync``."""
    return pack(
        {
            "type": "diff",
            "revision": event.revision,
            "update": event.update,
            "state_vector": event.state_vector,
        }
    )


def ack(event: Ack) -> bytes:
    """Return the acknowledgement of one change, with the conflicts of a revert if it had any."""
    fields: dict[str, Json] = {"type": "ack", "seq": event.seq, "revision": event.revision}
    if event.conflicts:
        fields["conflicts"] = event.conflicts
    return pack(fields)


def refusal(event: Refusal) -> bytes:
    """Return the refusal of one change."""
    return pack(
        {
            "type": "refuse",
            "seq": event.seq,
            "code": event.code,
            "reason": event.reason,
            "path": event.path,
            "nodes": event.nodes,
            "undone": event.is_undone,
        }
    )


def lost(event: Lost) -> bytes:
    """Return what tells the author which of its texts went with something deleted."""
    return pack(
        {
            "type": "lost",
            "seq": event.seq,
            "revision": event.revision,
            "texts": event.texts,
        }
    )


def read_only(event: ReadOnly) -> bytes:
    """Return what tells that the room takes no edits for now."""
    return pack({"type": "read_only", "code": event.code, "reason": event.reason})


def presence(event: AwarenessChanged) -> bytes:
    """Return the spread of awareness; the state of whoever has left is nil."""
    clients = [{"client": entry.client, "state": entry.state} for entry in event.entries]
    return pack({"type": "presence", "clients": clients})


def problems(event: Problems) -> bytes:
    """Return the list of everything that is accepted but not right."""
    return pack({"type": "problems", "revision": event.revision, "problems": event.problems})


def error_frame(code: str, reason: str) -> bytes:
    """Return what is said before a socket is closed."""
    return pack({"type": "error", "code": code, "reason": reason})


def _revision_fields(revision: Revision) -> dict[str, Json]:
    fields: dict[str, Json] = {
        "revision": revision.number,
        "kind": str(revision.kind),
        "update": revision.update,
        "author": revision.author,
        "time": revision.time_ms,
    }
    if revision.kind is ChangeKind.OP:
        fields["op"] = revision.change
    elif revision.kind is ChangeKind.CREATE:
        fields["create"] = revision.change
    if revision.type != DEFAULT_TYPE:
        fields["doctype"] = revision.type
    if revision.source is not None:
        fields["source"] = revision.source
        fields["seq"] = revision.seq
    if revision.reverts is not None:
        fields["reverts"] = revision.reverts
    return fields


def _wrong(name: str, wanted: str) -> ProtocolError:
    return ProtocolError(f"the field {name!r} must be {wanted}", code="protocol_field")


def _too_large(frame: bytes) -> LimitExceeded:
    return LimitExceeded(
        f"a message of {len(frame)} bytes exceeds {FRAME_BYTES_MAX}", code="limit_frame"
    )
