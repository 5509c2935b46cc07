"""The bytes of File fields. SPEC: section DA. Called by ``writing`` and ``room``.

A file travels once, as base64 within the record that is written. It is stored under the digest of
its bytes; records hold its description alone, and name the digest to keep a file that is there.

The bytes of an encrypted field are sealed, and stored under a mark of the digest: the digest itself
would tell whoever has a file whether it is here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, MetaData, delete, insert, select

from runtime.data.catalog import FILES, Catalog, FieldRow, ModelRow
from runtime.data.encryption import Cipher
from runtime.data.layout import bare_table
from runtime.data.sealing import opened
from runtime.data.values import BadValue
from runtime.expressions.values import Value
from runtime.limits import FILE_BYTES_MAX, FILE_NAME_CHARACTERS_MAX
from runtime.parts import FieldType

__all__ = ["move_files", "read_file", "reseal_files", "stored_bytes"]

_KEYS = frozenset({"name", "type", "size", "digest", "data"})
# What a mark begins with, which no digest does.
_SEALED: Final = "sealed:"


def read_file(connection: Connection, room: int, raw: Any, cipher: Cipher | None) -> Value:
    """Store the bytes of a file and return its description, or raise ``BadValue``.

    With a *cipher*, that of an encrypted field, they are sealed.
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
        _store(connection, room, digest, data, cipher)
    else:
        digest = str(raw.get("digest"))
        found = stored_bytes(connection, room, digest, cipher)
        if found is None:
            raise BadValue("file", "a file with its data: it was not stored before")
        data = found
    return {"name": name, "type": type_, "size": len(data), "digest": digest}


def stored_bytes(
    connection: Connection, room: int, digest: str, cipher: Cipher | None
) -> bytes | None:
    """Return the bytes of a file, or None if there is none of this digest.

    With a *cipher* it is looked for among those that are sealed, without among the others.
    """
    if cipher is None:
        return _data(connection, room, digest)
    for name in _sealed_names(cipher, digest):
        data = _data(connection, room, name)
        if data is not None:
            return cipher.open(_place(name), data)
    return None


def move_files(
    connection: Connection,
    catalog: Catalog,
    model: ModelRow,
    old: FieldRow,
    new: FieldRow,
    cipher: Cipher,
) -> None:
    """Seal or open the files of a column whose values are about to go to another one.

    Once they are sealed, files that no other column names stay nowhere as they are.
    """
    is_file = old.shape.type is FieldType.FILE and new.shape.type is FieldType.FILE
    if not is_file or old.shape.is_encrypted == new.shape.is_encrypted:
        return
    room = catalog.room
    source = cipher if old.shape.is_encrypted else None
    goal = cipher if new.shape.is_encrypted else None
    for digest in _digests(connection, catalog, model, old, cipher):
        data = stored_bytes(connection, room, digest, source)
        if data is not None:
            _store(connection, room, digest, data, goal)
    if goal is not None:
        _forget_others(connection, catalog, old, cipher)


def reseal_files(connection: Connection, room: int, cipher: Cipher) -> None:
    """Seal the files anew that were sealed under a key of before."""
    of_room = FILES.c.room == room
    query = select(FILES.c.digest).where(of_room, FILES.c.digest.startswith(_SEALED))
    for name in connection.scalars(query).all():
        data = _data(connection, room, name)
        if data is not None and not cipher.is_current(data):
            plain = cipher.open(_place(name), data)
            connection.execute(delete(FILES).where(of_room, FILES.c.digest == name))
            _store(connection, room, hashlib.sha256(plain).hexdigest(), plain, cipher)


def _store(
    connection: Connection, room: int, digest: str, data: bytes, cipher: Cipher | None
) -> None:
    if stored_bytes(connection, room, digest, cipher) is not None:
        return
    name, kept = digest, data
    if cipher is not None:
        name = _sealed_names(cipher, digest)[0]
        kept = cipher.seal(_place(name), data)
    connection.execute(insert(FILES).values(room=room, digest=name, data=kept))


def _data(connection: Connection, room: int, name: str) -> bytes | None:
    query = select(FILES.c.data).where(FILES.c.room == room, FILES.c.digest == name)
    return connection.scalar(query)


def _digests(
    connection: Connection, catalog: Catalog, model: ModelRow, row: FieldRow, cipher: Cipher
) -> set[str]:
    """Return the digests of the files that a column names."""
    table = bare_table(model, catalog.columns(model), MetaData())
    column = table.c[row.column_name]
    found = set()
    for record, stored in connection.execute(select(table.c.id, column).where(column.is_not(None))):
        value = opened(cipher, row.shape, row.node, record, stored)
        if isinstance(value, Mapping):
            found.add(str(value.get("digest")))
    return found


def _forget_others(
    connection: Connection, catalog: Catalog, left: FieldRow, cipher: Cipher
) -> None:
    """Delete the files as they are that no column but *left* names."""
    named: set[str] = set()
    by_id = {model.id: model for model in catalog.models}
    for row in catalog.fields:
        is_file = row.shape.type is FieldType.FILE and not row.shape.is_encrypted
        if is_file and row.id != left.id:
            named |= _digests(connection, catalog, by_id[row.model], row, cipher)
    is_plain = (FILES.c.room == catalog.room, ~FILES.c.digest.startswith(_SEALED))
    for digest in connection.scalars(select(FILES.c.digest).where(*is_plain)).all():
        if digest not in named:
            connection.execute(delete(FILES).where(*is_plain, FILES.c.digest == digest))


def _sealed_names(cipher: Cipher, digest: str) -> list[str]:
    return [_SEALED + mark for mark in cipher.marks(digest)]


def _place(name: str) -> bytes:
    return orjson.dumps(["file", name])


def _decoded(raw: Any) -> bytes:
    if not isinstance(raw, str):
        raise BadValue("file", "a file whose data is base64")
    if len(raw) > FILE_BYTES_MAX * 4 // 3 + 4:
        raise BadValue("file", f"a file of at most {FILE_BYTES_MAX // 1024} KiB")
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        raise BadValue("file", "a file whose data is base64") from None
