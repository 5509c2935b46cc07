"""Arrays as PostgreSQL's wire has them: what a statement that serves many rooms is given.

psycopg writes a list item by item, with a look at each one's type; for the statement that stores
edits that cost more than everything else about it, the commit included. These are put together in
one go. Source: ``array_recv`` in PostgreSQL's ``arrayfuncs.c``. Called by ``appends``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from psycopg.adapt import AdaptersMap, Buffer, Dumper
from psycopg.postgres import types
from psycopg.pq import Format

from collab.stores.postgres.texts import escape

__all__ = ["ByteaArray", "Int8Array", "TextArray", "register_arrays"]

_INT8: Final = types["int8"]
_TEXT: Final = types["text"]
_BYTEA: Final = types["bytea"]
# How many dimensions, whether any is null, of what; then how many, counted from 1.
_HEAD: Final = struct.Struct(">iiIii")
_LENGTH: Final = struct.Struct(">i")
_INT8_ITEM: Final = struct.Struct(">iq")


class Int8Array(bytes):
    """An ``int8[]``; ``of`` raises ``struct.error`` for a number beyond 64 bits."""

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Int8Array:
        """Return the array of *numbers*."""
        items = [_INT8_ITEM.pack(8, number) for number in numbers]
        return cls(_HEAD.pack(1, 0, _INT8.oid, len(items), 1) + b"".join(items))


class TextArray(bytes):
    """A ``text[]``; ``of`` raises ``UnicodeEncodeError`` for half a surrogate."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextArray:
        """Return the array of *texts*, escaped."""
        return cls(_joined(_TEXT.oid, [escape(text).encode() for text in texts]))


class ByteaArray(bytes):
    """A ``bytea[]``."""

    @classmethod
    def of(cls, records: Sequence[bytes]) -> ByteaArray:
        """Return the array of *records*."""
        return cls(_joined(_BYTEA.oid, records))


def register_arrays(adapters: AdaptersMap) -> None:
    """Let psycopg send arrays of these classes."""
    for cls, dumper in (
        (Int8Array, _Int8ArrayDumper),
        (TextArray, _TextArrayDumper),
        (ByteaArray, _ByteaArrayDumper),
    ):
        adapters.register_dumper(cls, dumper)


def _joined(oid: int, items: Sequence[bytes]) -> bytes:
    parts = [_HEAD.pack(1, 0, oid, len(items), 1)]
    for item in items:
        parts += (_LENGTH.pack(len(item)), item)
    return b"".join(parts)


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer | None:
        return obj


class _Int8ArrayDumper(_ArrayDumper):
    oid = _INT8.array_oid


class _TextArrayDumper(_ArrayDumper):
    oid = _TEXT.array_oid


class _ByteaArrayDumper(_ArrayDumper):
    oid = _BYTEA.array_oid
