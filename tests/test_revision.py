"""Records of revisions and snapshots, and the marks in them. SPEC: section RV."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import StoreUnavailable
from collab.ids import ClientId, Epoch, RevisionNo, SourceId, UserId
from collab.limits import NESTING_MAX
from collab.lock_records import HeldLock, LockDeed, LockRecord, LockState, Waiter
from collab.marks import pack, unpack
from collab.revision import (
    ChangeKind,
    Mark,
    Revision,
    Snapshot,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)
from collab.values import SharedList, SharedMap, SharedText, marked_equal

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "é", "日本", "😀", "Größe\0", "ﬀ"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | TEXTS.map(SharedText)
)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    maps, lists = st.dictionaries(TEXTS, children, max_size=4), st.lists(children, max_size=4)
    return maps | maps.map(SharedMap) | lists | lists.map(SharedList)


MARKED = st.recursive(SCALARS, _containers, max_leaves=30)

REVISION = Revision(
    number=RevisionNo(7),
    epoch=Epoch(2),
    kind=ChangeKind.OP,
    change=[
        {
            "p": ["nodes", "größe"],
            "oi": SharedMap(
                name=SharedText("é😀"), tags=SharedList([["日", 2**53, -0.1], {"p": None}])
            ),
        }
    ],
    update=b"\x00\xff",
    author=UserId("zoë"),
    time_ms=1_700_000_000_000,
    source=SourceId("k3x9"),
    seq=4,
    clients=((ClientId(2**32 - 1), UserId("zoë")), (ClientId(1), UserId("\0server"))),
    locks=(
        LockRecord(LockDeed.RELEASE, "größe", UserId("zoë"), "Zoë"),
        LockRecord(LockDeed.GRANT, "größe", UserId("ben"), "Ben", "#c0ffee", 2**41),
    ),
)
SNAPSHOT = Snapshot(
    revision=RevisionNo(7),
    epoch=Epoch(2),
    exists=True,
    document={"application": SharedMap(name=SharedText("Läden")), "nodes": SharedMap()},
    state=b"\x00\x01",
    marks={SourceId("k3x9"): Mark(4, RevisionNo(6), UserId("zoë"))},
    clients={ClientId(2**53 - 1): UserId("zoë")},
    locks=LockState(
        (HeldLock("größe", UserId("ben"), "Ben", "#c0ffee", RevisionNo(7), 5, 2**41),),
        (Waiter("größe", UserId("zoë"), "Zoë", "", 6, 2**41),),
    ),
)


@given(MARKED)
def test_marks_come_back(value: Any) -> None:
    """[RV1] Marked JSON comes back equal, the mark of every container and text included."""
    assert marked_equal(unpack(pack(value)), value)


@given(MARKED)
def test_floats_and_kinds_of_numbers_come_back(value: Any) -> None:
    """[RV1] What JSON holds equal (1 and 1.0) is kept apart, to the last bit."""
    assert repr(unpack(pack(value))) == repr(value)


def test_the_input_is_not_changed() -> None:
    """[RV1] Packing leaves the value with its own containers."""
    inner: list[Any] = [SharedText("é")]
    value = SharedMap(list=inner, map=SharedMap(deep={"é": 1}))
    pack(value)
    assert value["list"] is inner
    assert type(value["map"]["deep"]) is dict


@pytest.mark.parametrize("kinds", [(SharedMap,), (dict,), (SharedMap, dict), (dict, SharedMap)])
def test_the_deepest_document_comes_back(kinds: tuple[type, ...]) -> None:
    """[RV1] As deep as a document may be, even if every second level changes the reading."""
    value: Any = SharedText("é")
    for level in range(NESTING_MAX + 4):
        value = kinds[level % len(kinds)]({"é": value, "n": level})
    assert marked_equal(unpack(pack(value)), value)


@pytest.mark.parametrize("value", [{"é"}, object(), SharedMap(a={"b": {1}}), SharedList([{1}])])
def test_what_is_no_json_is_not_stored(value: Any) -> None:
    """[RV1] A value that is no JSON is its writer's bug and never reaches the log."""
    with pytest.raises(TypeError, match="cannot be stored"):
        pack(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x92\x01",
        b"\x01\x02",
        b"\xa1\xff",
        b"\xc7\x00\x09",
        b"\xd4\x03\xff",
        b"\xd4\x02\xc1",
        b"\xd5\x02\x81\x01",
        b"\xc7\x03\x02\x81\x01\x01",
        b"\x81\x90\x01",
        b"\x91" * 2_000,
    ],
    ids=[
        "nothing",
        "never used",
        "cut off",
        "too long",
        "no UTF-8",
        "unknown extension",
        "text no UTF-8",
        "shared damaged",
        "shared cut off",
        "shared key no text",
        "key a list",
        "too deep",
    ],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    """[RV2] Bytes that no writer wrote are a damaged record, whatever is wrong with them."""
    with pytest.raises(StoreUnavailable, match="damaged"):
        unpack(data)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 255))
def test_damage_never_escapes(noise: bytes, position: int, byte: int) -> None:
    """[RV2] Noise and overwritten bytes give a value or ``StoreUnavailable``, nothing else."""
    record = bytearray(encode_revision(REVISION))
    record[position % len(record)] = byte
    for data in (noise, bytes(record), bytes(record[:position])):
        try:
            unpack(data)
        except StoreUnavailable as error:
            assert error.code == "store_unavailable"


def test_deeply_nested_extensions_are_damage() -> None:
    """[RV2] Extensions within extensions end in ``StoreUnavailable``, not in a full stack."""
    data = b"\x90"
    for level in range(5_000):
        data = b"\xc9" + len(data).to_bytes(4, "big") + bytes([1 + level % 2]) + data
    with pytest.raises(StoreUnavailable):
        unpack(data)


def test_a_revision_comes_back() -> None:
    """[RV3] A revision comes back whole; its number is given by whoever kept it."""
    read = decode_revision(RevisionNo(7), encode_revision(REVISION))
    assert read == REVISION
    assert marked_equal(read.change, REVISION.change)
    assert decode_revision(RevisionNo(8), encode_revision(REVISION)).number == 8


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (ChangeKind.NONE, None),
        (ChangeKind.DELETE, None),
        (ChangeKind.CREATE, SharedMap(é=SharedText("日"))),
        (ChangeKind.CREATE, {}),
    ],
)
def test_every_kind_of_revision_comes_back(kind: ChangeKind, change: Any) -> None:
    """[RV3] So does one without an op, source or client ids."""
    revision = Revision(RevisionNo(1), Epoch(1), kind, change, b"", UserId("ü"), 0)
    read = decode_revision(RevisionNo(1), encode_revision(revision))
    assert read == revision
    assert marked_equal(read.change, change)


def test_a_snapshot_comes_back() -> None:
    """[RV4] A snapshot comes back whole, with the marks of its document and of its sources."""
    read = decode_snapshot(RevisionNo(7), encode_snapshot(SNAPSHOT))
    assert read == SNAPSHOT
    assert marked_equal(read.document, SNAPSHOT.document)


@given(MARKED, st.binary(max_size=20))
def test_any_document_comes_back(document: Any, state: bytes) -> None:
    """[RV4] Whatever the document is."""
    snapshot = Snapshot(RevisionNo(3), Epoch(1), False, document, state)
    read = decode_snapshot(RevisionNo(3), encode_snapshot(snapshot))
    assert marked_equal(read.document, document)
    assert (read.state, read.exists) == (state, False)
