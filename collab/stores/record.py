"""Records: revisions and snapshots as the bytes that a store keeps.

What ``revision`` encodes is wrapped in an envelope: one byte that says whether the rest is
compressed, four bytes of CRC-32, the payload. SQLite has no checksum of its own, and a flipped bit
inside a msgpack string is still msgpack: without the checksum a damaged disk would be served as
somebody's edit. SPEC: [ST20], [ST21]. Called by every store.
"""

from __future__ import annotations

import zlib
from typing import Final

from collab.errors import StoreUnavailable
from collab.ids import RevisionNo, RoomId
from collab.revision import (
    Revision,
    Snapshot,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)

__all__ = ["read_revision", "read_snapshot", "write_revision", "write_snapshot"]

_PLAIN: Final = 0
_COMPRESSED: Final = 1
_HEADER_BYTES: Final = 5

# Level 1 shrinks a design and its Yjs state to a quarter at 70 MB/s; level 6 takes two and a half
# times as long for another tenth. Less to write means that a snapshot holds up the commits behind
# it for a shorter time, which is worth the milliseconds that it costs to inflate on opening.
_COMPRESSION_LEVEL: Final = 1

# Below this the record fits into a page or two whatever is done to it.
_COMPRESSED_BYTES_MIN: Final = 4_096


def write_revision(revision: Revision) -> bytes:
    """Return the record of *revision*; its number is kept beside it, not in it.

    Revisions are small and many: they are not compressed.
    """
    return _seal(_PLAIN, encode_revision(revision))


def read_revision(room: RoomId, number: RevisionNo, record: bytes) -> Revision:
    """Return the revision *number*, or raise ``StoreUnavailable`` if its record is damaged."""
    try:
        return decode_revision(number, _unseal(record))
    except _DAMAGE as error:
        raise StoreUnavailable(f"revision {number} of {room} is damaged: {error}") from error


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Return the record of *snapshot*, compressed if that is worth it."""
    payload = encode_snapshot(snapshot)
    if len(payload) >= _COMPRESSED_BYTES_MIN:
        compressed = zlib.compress(payload, _COMPRESSION_LEVEL)
        if len(compressed) < len(payload):
            return _seal(_COMPRESSED, compressed)
    return _seal(_PLAIN, payload)


def read_snapshot(room: RoomId, revision: RevisionNo, record: bytes) -> Snapshot:
    """Return the snapshot at *revision*, or raise ``StoreUnavailable`` if it is damaged.

    The caller may go on with an older one and a longer tail.
    """
    try:
        return decode_snapshot(revision, _unseal(record))
    except _DAMAGE as error:
        raise StoreUnavailable(f"the snapshot {revision} of {room} is damaged: {error}") from error


# A record whose checksum holds can still be one that this version does not understand: then fields
# are missing or of another type.
_DAMAGE: Final = (StoreUnavailable, KeyError, TypeError, ValueError, AttributeError, zlib.error)


def _seal(form: int, payload: bytes) -> bytes:
    head = bytes((form,))
    return b"".join((head, zlib.crc32(payload, zlib.crc32(head)).to_bytes(4, "big"), payload))


def _unseal(record: bytes) -> bytes:
    payload = memoryview(record)[_HEADER_BYTES:]
    checksum = zlib.crc32(payload, zlib.crc32(record[:1])).to_bytes(4, "big")
    if record[1:_HEADER_BYTES] != checksum:
        raise ValueError("its checksum does not hold")
    if record[0] == _COMPRESSED:
        return zlib.decompress(payload)
    if record[0] == _PLAIN:
        return bytes(payload)
    raise ValueError(f"it has the unknown form {record[0]}")
