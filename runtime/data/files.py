"""The bytes of File fields. SPEC: section DA. Called by ``writing`` and ``room``.

A file travels once, as base64 within the record that is written. It is stored under the digest of
its bytes; records hold its description alone, and name the digest to keep a file that is there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from runtime.data.catalog import FILES
from runtime.data.values import BadValue
from runtime.expressions.values import Value
from runtime.limits import FILE_BYTES_MAX, FILE_NAME_CHARACTERS_MAX

__all__ = ["read_file", "stored_bytes"]

_KEYS = frozenset({"name", "type", "size", "digest", "data"})


def read_file(connection: Connection, room: int, raw: Any) -> Value:
    """Store the bytes of a file and return its description, or raise ``BadValue``.

    *raw* is ``{"name", "type", "data"}`` with base64, or a description as it was read before.
    """
    if not isinstance(raw, Mapping) or not raw.keys() <= _KEYS:
        raise BadValue("file", 'a file: {"name", "type", "data" in base64}')
    name, type_ = raw.get("name"), raw.get("type") or "application/octet-stream"
    if not isinstance(name, str) or not 0 < len(name) <= FILE_NAME_CHARACTERS_MAX:
        raise BadValue("file", f"a file with a name of up to {FILE_NAME_CHARACTERS_MAX} characters")
    if not isinstance(type_, str) or len(type_) > FILE_NAME_CHARACTERS_MAX:
        raise BadValue("file", "a file with a media type such as image/png")
    if not (name + type_).isprintable() or "/" in name or "\\" in name:
        raise BadValue("file", "a file with a name without slashes and control characters")
    if "data" in raw:
        data = _decoded(raw["data"])
        digest = hashlib.sha256(data).hexdigest()
        if stored_bytes(connection, room, digest) is None:
            connection.execute(insert(FILES).values(room=room, digest=digest, data=data))
    else:
        digest = str(raw.get("digest"))
        found = stored_bytes(connection, room, digest)
        if found is None:
            raise BadValue("file", "a file with its data: it was not stored before")
        data = found
    return {"name": name, "type": type_, "size": len(data), "digest": digest}


def stored_bytes(connection: Connection, room: int, digest: str) -> bytes | None:
    """Return the bytes of a file, or None if there is none of this digest."""
    query = select(FILES.c.data).where(FILES.c.room == room, FILES.c.digest == digest)
    return connection.scalar(query)


def _decoded(raw: Any) -> bytes:
    if not isinstance(raw, str):
        raise BadValue("file", "a file whose data is base64")
    if len(raw) > FILE_BYTES_MAX * 4 // 3 + 4:
        raise BadValue("file", f"a file of at most {FILE_BYTES_MAX // 1024} KiB")
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        raise BadValue("file", "a file whose data is base64") from None
