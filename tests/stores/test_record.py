"""Records and their envelope. SPEC: [ST20], [ST21]."""

from __future__ import annotations

import zlib

import pytest

from collab.errors import StoreUnavailable
from collab.ids import Epoch, RevisionNo, RoomId, TenantId, UserId
from collab.marks import pack
from collab.revision import ChangeKind, Revision, Snapshot, encode_snapshot
from collab.stores.record import read_revision, read_snapshot, write_revision, write_snapshot
from collab.values import SharedText

ROOM = RoomId(TenantId("ä"), "größe")
REVISION = Revision(
    RevisionNo(7),
    Epoch(1),
    ChangeKind.OP,
    [{"p": [], "oi": SharedText("é😀")}],
    b"\x00",
    UserId("ü"),
    5,
)


def _snapshot(text: str) -> Snapshot:
    return Snapshot(RevisionNo(7), Epoch(1), True, {"größe": SharedText(text)}, b"")


def _sealed(form: int, payload: bytes) -> bytes:
    return bytes([form]) + zlib.crc32(bytes([form]) + payload).to_bytes(4, "big") + payload


def test_every_flipped_bit_is_noticed() -> None:
    """[ST20] One flipped bit anywhere in a record, or a lost end, makes it damaged."""
    record = write_revision(REVISION)
    assert read_revision(ROOM, RevisionNo(7), record) == REVISION
    for position in range(len(record)):
        for bit in range(8):
            damaged = bytearray(record)
            damaged[position] ^= 1 << bit
            with pytest.raises(StoreUnavailable, match="revision 7 of ä/größe is damaged"):
                read_revision(ROOM, RevisionNo(7), bytes(damaged))
        with pytest.raises(StoreUnavailable):
            read_revision(ROOM, RevisionNo(7), record[:position])


@pytest.mark.parametrize(
    "record",
    [
        _sealed(9, pack({})),
        _sealed(1, b"no zlib"),
        _sealed(0, pack({"e": 1})),
        _sealed(0, pack([1, "é"])),
        _sealed(0, pack(7)),
        _sealed(0, b"\xc1"),
    ],
    ids=["form", "inflation", "fields", "list", "number", "msgpack"],
)
def test_what_is_not_understood_is_damaged(record: bytes) -> None:
    """[ST20] A record with a good checksum and odd content is damaged too, of either kind."""
    with pytest.raises(StoreUnavailable, match="revision 7"):
        read_revision(ROOM, RevisionNo(7), record)
    with pytest.raises(StoreUnavailable, match="snapshot 7 of ä/größe"):
        read_snapshot(ROOM, RevisionNo(7), record)


@pytest.mark.parametrize(("length", "is_smaller"), [(100, False), (100_000, True)])
def test_large_snapshots_are_compressed(length: int, is_smaller: bool) -> None:
    """[ST21] A large snapshot takes less than its encoding; both are read back equal."""
    snapshot = _snapshot("é😀" * length)
    record = write_snapshot(snapshot)
    assert (len(record) < len(encode_snapshot(snapshot)) // 10) == is_smaller
    assert read_snapshot(ROOM, RevisionNo(7), record) == snapshot


def test_what_does_not_shrink_is_not_compressed() -> None:
    """[ST21] State without any repetition is kept as it is."""
    noise = b"".join(
        zlib.crc32(bytes([n % 251, n // 251])).to_bytes(4, "big") for n in range(9_000)
    )
    snapshot = Snapshot(RevisionNo(7), Epoch(1), True, None, noise)
    record = write_snapshot(snapshot)
    assert len(record) == len(encode_snapshot(snapshot)) + 5
    assert read_snapshot(ROOM, RevisionNo(7), record) == snapshot
