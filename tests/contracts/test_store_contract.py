"""The contract of the ``Store`` port, held by every store. SPEC: section ST."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from collab.errors import (
    AlreadyExists,
    Fenced,
    LimitExceeded,
    NotFound,
    RevisionConflict,
    StoreUnavailable,
)
from collab.ids import ClientId, Epoch, FencingToken, RevisionNo, RoomId, SourceId, TenantId
from collab.ports import Store
from collab.revision import ChangeKind, Mark, Revision, Snapshot
from collab.values import SharedList, SharedMap, SharedText, marked_equal
from tests.contracts.stores import ANNA, ROOM, TENANT, MakeStore, create, make_store, store

__all__ = ["make_store", "store"]

OTHER_ROOM = RoomId(TENANT, "caf%C3%A9/%F0%9F%98%80")


def revision(number: int, *, epoch: int = 1, text: str = "né 😀") -> Revision:
    return Revision(
        number=RevisionNo(number),
        epoch=Epoch(epoch),
        kind=ChangeKind.OP,
        change=[{"p": ["nodes", "größe"], "oi": SharedMap(label=SharedText(text), width=3)}],
        update=bytes((number % 256, 0, 255)),
        author=ANNA,
        time_ms=1_000 + number,
        source=SourceId("src-ß"),
        seq=number,
        clients=((ClientId(2**32 + number), ANNA),),
    )


def revisions(first: int, last: int) -> list[Revision]:
    return [revision(number) for number in range(first, last + 1)]


def snapshot(at: int, *, label: str = "Übersicht 😀", size: int = 1) -> Snapshot:
    return Snapshot(
        revision=RevisionNo(at),
        epoch=Epoch(1),
        exists=True,
        document=SharedMap(
            nodes=SharedMap({f"n{i}": SharedList([SharedText(label), 1.5]) for i in range(size)}),
            plain={"größe": [None, True]},
        ),
        state=b"\x00\xff" * size,
        marks={SourceId("src-ß"): Mark(7, RevisionNo(at), ANNA)},
        clients={ClientId(2**40): ANNA},
    )


async def read_all(store: Store, room: RoomId = ROOM) -> list[int]:
    return [found.number for found in await store.revisions(room, RevisionNo(0), 10_000)]


async def test_a_new_room_is_empty(store: Store) -> None:
    """[ST1] A created room is at revision 0 of epoch 1 and holds nothing."""
    created = await store.create_room(ROOM, title="Kaffee ☕", created_by=ANNA, time_ms=1_234)
    assert await store.room(ROOM) == created
    assert (created.room, created.title, created.created_by) == (ROOM, "Kaffee ☕", ANNA)
    assert (created.created_ms, created.updated_ms) == (1_234, 1_234)
    assert (created.revision, created.epoch) == (0, 1)
    assert await store.revisions(ROOM, RevisionNo(0), 10) == []
    assert await store.snapshot(ROOM) is None


async def test_a_room_is_created_once(store: Store) -> None:
    """[ST2] The second creation is refused and changes nothing, even when both come at once."""
    made = await asyncio.gather(
        *(
            store.create_room(ROOM, title=title, created_by=ANNA, time_ms=1)
            for title in ("é", "ö", "ü")
        ),
        return_exceptions=True,
    )
    assert [type(result) for result in made[1:]] == [AlreadyExists, AlreadyExists]
    assert await store.room(ROOM) == made[0]


async def test_rooms_of_a_tenant_are_bounded(make_store: MakeStore) -> None:
    """[ST3] The room beyond the bound is refused; another tenant has a bound of its own."""
    store = make_store(rooms_per_tenant_max=2)
    await store.open()
    for name in ("a", "b"):
        await store.create_room(RoomId(TENANT, name), title="é", created_by=ANNA, time_ms=1)
    with pytest.raises(LimitExceeded) as caught:
        await store.create_room(RoomId(TENANT, "c"), title="é", created_by=ANNA, time_ms=1)
    assert caught.value.code == "limit_rooms"
    with pytest.raises(AlreadyExists):
        await store.create_room(RoomId(TENANT, "a"), title="é", created_by=ANNA, time_ms=1)
    await store.create_room(RoomId(TenantId("b"), "c"), title="é", created_by=ANNA, time_ms=1)
    assert [found.room.name for found in await store.rooms(TENANT)] == ["a", "b"]
    await store.close()


async def test_rooms_are_listed_by_name(store: Store) -> None:
    """[ST4] The list is in the order of code points and holds the tenant's rooms only."""
    names = ["b", "a", "Z", "caf%C3%A9/%F0%9F%98%80", "a-b", "a.b"]
    for name in names:
        await store.create_room(RoomId(TENANT, name), title=name, created_by=ANNA, time_ms=1)
    await store.create_room(RoomId(TenantId("other"), "x"), title="é", created_by=ANNA, time_ms=1)
    assert [found.room.name for found in await store.rooms(TENANT)] == sorted(names)
    assert await store.rooms(TenantId("nobody")) == []


async def test_tenants_are_kept_apart(store: Store) -> None:
    """[ST4] Two tenants' rooms of one name share neither log nor token nor snapshot."""
    twin = RoomId(TenantId("other"), ROOM.name)
    token = await create(store)
    await store.append(ROOM, token, revisions(1, 2))
    await store.save_snapshot(ROOM, token, snapshot(2))
    with pytest.raises(NotFound):
        await store.claim(twin)
    assert await store.room(twin) is None
    twin_token = await create(store, twin)
    assert await read_all(store, twin) == []
    assert await store.snapshot(twin) is None
    await store.append(twin, twin_token, revisions(1, 1))
    assert await read_all(store) == [1, 2]
    assert await read_all(store, twin) == [1]


async def test_each_claim_is_higher(store: Store) -> None:
    """[ST5] Concurrent claims get different rising tokens, and the room's revision and epoch."""
    token = await create(store)
    await store.append(ROOM, token, [revision(1), revision(2, epoch=3)])
    claims = await asyncio.gather(*(store.claim(ROOM) for _ in range(20)))
    assert [claim.token for claim in claims] == list(range(token + 1, token + 21))
    assert {(claim.revision, claim.epoch) for claim in claims} == {(2, 3)}


async def test_an_unknown_room_is_not_found(store: Store) -> None:
    """[ST6] Writes to a room that is not there raise, reads of it find nothing."""
    with pytest.raises(NotFound):
        await store.claim(ROOM)
    with pytest.raises(NotFound):
        await store.append(ROOM, FencingToken(1), revisions(1, 1))
    with pytest.raises(NotFound):
        await store.save_snapshot(ROOM, FencingToken(1), snapshot(0))
    assert await store.room(ROOM) is None
    assert await store.revisions(ROOM, RevisionNo(0), 10) == []
    assert await store.snapshot(ROOM) is None


async def test_an_append_is_read_back_equal(store: Store) -> None:
    """[ST7] Every field comes back, and every mark of a shared type."""
    token = await create(store)
    written = [
        revision(1),
        Revision(RevisionNo(2), Epoch(1), ChangeKind.NONE, None, b"", ANNA, 5),
        Revision(RevisionNo(3), Epoch(1), ChangeKind.DELETE, None, b"\x00", ANNA, 5),
        Revision(
            RevisionNo(4), Epoch(1), ChangeKind.CREATE, SharedMap(ä={"b": [1]}), b"\x01", ANNA, 6
        ),
    ]
    await store.append(ROOM, token, written[:1])
    await store.append(ROOM, token, written[1:])
    found = await store.revisions(ROOM, RevisionNo(0), 10)
    assert found == written
    assert all(
        marked_equal(here.change, there.change) for here, there in zip(found, written, strict=True)
    )


async def test_revisions_are_read_in_slices(store: Store) -> None:
    """[ST7] ``after`` excludes its own number, ``limit`` bounds the slice, neither may be odd."""
    token = await create(store)
    await store.append(ROOM, token, revisions(1, 7))
    for after, limit, expected in (
        (0, 3, [1, 2, 3]),
        (3, 3, [4, 5, 6]),
        (6, 3, [7]),
        (7, 3, []),
        (99, 3, []),
        (-5, 2, [1, 2]),
        (0, 0, []),
        (0, -1, []),
    ):
        found = await store.revisions(ROOM, RevisionNo(after), limit)
        assert [item.number for item in found] == expected


async def test_revisions_are_read_within_bytes(store: Store) -> None:
    """[ST47] the one that reaches the bound is the last one; a tiny bound still gives one."""
    token = await create(store)
    large = [replace(item, update=bytes(1_000)) for item in revisions(1, 7)]
    await store.append(ROOM, token, large)
    for bytes_max, count in ((1, 1), (2_000, 2), (3_000, 3), (1 << 20, 7)):
        found = await store.revisions(ROOM, RevisionNo(0), 9, bytes_max)
        assert [item.number for item in found] == [*range(1, count + 1)]
    assert len(await store.revisions(ROOM, RevisionNo(0), 2, 1 << 20)) == 2
    assert await store.revisions(ROOM, RevisionNo(7), 9, 1) == []


async def test_an_empty_append_stores_nothing(store: Store) -> None:
    """[ST7] Appending nothing succeeds and leaves the record as it was."""
    token = await create(store)
    before = await store.room(ROOM)
    await store.append(ROOM, token, [])
    assert await store.room(ROOM) == before


async def test_what_cannot_be_stored_stores_nothing(store: Store) -> None:
    """[ST7] A value that is no JSON fails its own append, and the room goes on."""
    token = await create(store)
    odd = Revision(RevisionNo(2), Epoch(1), ChangeKind.OP, [{1, 2}], b"", ANNA, 5)
    with pytest.raises(TypeError):
        await store.append(ROOM, token, [revision(1), odd])
    assert await read_all(store) == []
    await store.append(ROOM, token, revisions(1, 2))
    assert await read_all(store) == [1, 2]


async def test_a_stale_owner_is_fenced(store: Store) -> None:
    """[ST8] After another claim the old token is refused, and nothing of its append is stored."""
    old = await create(store)
    await store.append(ROOM, old, revisions(1, 1))
    new = (await store.claim(ROOM)).token
    with pytest.raises(Fenced):
        await store.append(ROOM, old, revisions(2, 3))
    with pytest.raises(Fenced):
        await store.append(ROOM, old, revisions(9, 9))
    with pytest.raises(Fenced):
        await store.append(ROOM, FencingToken(new + 1), revisions(2, 2))
    assert await read_all(store) == [1]
    await store.append(ROOM, new, revisions(2, 2))
    assert await read_all(store) == [1, 2]


@pytest.mark.parametrize("numbers", [[2], [4], [1], [3, 5], [3, 3], [3, 2]], ids=str)
async def test_an_append_follows_the_last_revision(store: Store, numbers: list[int]) -> None:
    """[ST9] A repeated, skipped or falling number is a conflict and stores nothing."""
    token = await create(store)
    await store.append(ROOM, token, revisions(1, 2))
    with pytest.raises(RevisionConflict):
        await store.append(ROOM, token, [revision(number, text="ö") for number in numbers])
    assert await store.revisions(ROOM, RevisionNo(0), 10) == revisions(1, 2)
    await store.append(ROOM, token, revisions(3, 3))


async def test_epochs_do_not_fall(store: Store) -> None:
    """[ST9] A revision of an older epoch is a conflict, within an append and after one."""
    token = await create(store)
    await store.append(ROOM, token, [revision(1), revision(2, epoch=2)])
    with pytest.raises(RevisionConflict):
        await store.append(ROOM, token, [revision(3, epoch=1)])
    with pytest.raises(RevisionConflict):
        await store.append(ROOM, token, [revision(3, epoch=3), revision(4, epoch=2)])
    await store.append(ROOM, token, [revision(3, epoch=2)])
    assert await read_all(store) == [1, 2, 3]


async def test_the_record_follows_the_log(store: Store) -> None:
    """[ST10] Number, epoch and time are those of the last revision; the rest stays."""
    token = await create(store)
    await store.append(ROOM, token, [revision(1), revision(2, epoch=4)])
    record = await store.room(ROOM)
    assert record is not None
    assert (record.revision, record.epoch, record.updated_ms) == (2, 4, 1_002)
    assert (record.title, record.created_ms) == ("Kaffee ☕", 1_000)
    assert await store.rooms(TENANT) == [record]


async def test_reads_see_what_was_acknowledged(store: Store) -> None:
    """[ST11] Many rooms append at once, and each reads its own revision right after its ack."""
    rooms = [RoomId(TENANT, f"room-{number}") for number in range(32)]
    tokens = await asyncio.gather(*(create(store, room) for room in rooms))

    async def edit(room: RoomId, token: FencingToken) -> None:
        for number in range(1, 11):
            await store.append(room, token, [revision(number, text=f"{room} é")])
            found = await store.revisions(room, RevisionNo(number - 1), 10)
            assert found == [revision(number, text=f"{room} é")]

    await asyncio.gather(*map(edit, rooms, tokens))
    for room in rooms:
        assert await read_all(store, room) == list(range(1, 11))


async def test_one_of_two_writers_wins(store: Store) -> None:
    """[ST9] Of two appends of one number under one token exactly one is stored."""
    token = await create(store)
    results = await asyncio.gather(
        store.append(ROOM, token, [revision(1, text="é")]),
        store.append(ROOM, token, [revision(1, text="ö")]),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), RevisionConflict]
    assert await store.revisions(ROOM, RevisionNo(0), 9) == [revision(1, text="é")]


async def test_nothing_is_shared(store: Store) -> None:
    """[ST12] Changing what went in or what came out changes nothing in the store."""
    token = await create(store)
    given, saved = revision(1), snapshot(1)
    await store.append(ROOM, token, [given])
    await store.save_snapshot(ROOM, token, saved)
    given.change.clear()
    saved.document["nodes"].clear()
    assert isinstance(saved.marks, dict)
    saved.marks.clear()
    for _ in range(2):
        (found,) = await store.revisions(ROOM, RevisionNo(0), 1)
        assert found == revision(1)
        found.change.clear()
        kept = await store.snapshot(ROOM)
        assert kept == snapshot(1)
        kept.document.clear()
        assert isinstance(kept.clients, dict)
        kept.clients.clear()


@pytest.mark.parametrize("size", [0, 1, 2_000])
async def test_a_snapshot_is_read_back_equal(store: Store, size: int) -> None:
    """[ST21] Small and large snapshots come back with every field and mark."""
    token = await create(store)
    await store.append(ROOM, token, revisions(1, 1))
    written = snapshot(1, size=size)
    await store.save_snapshot(ROOM, token, written)
    found = await store.snapshot(ROOM)
    assert found == written
    assert marked_equal(found.document, written.document)


async def test_the_newest_snapshot_is_returned(store: Store) -> None:
    """[ST22] With a bound the newest not above it; saved again, the later one."""
    token = await create(store)
    await store.append(ROOM, token, revisions(1, 60))
    for at in (10, 30, 20):
        await store.save_snapshot(ROOM, token, snapshot(at, label=f"é{at}"))
    await store.save_snapshot(ROOM, token, snapshot(20, label="ersetzt"))
    for at_most, expected in ((None, 30), (99, 30), (30, 30), (29, 20), (10, 10), (9, None)):
        found = await store.snapshot(ROOM, None if at_most is None else RevisionNo(at_most))
        assert (found and found.revision) == expected
    assert await store.snapshot(ROOM, RevisionNo(20)) == snapshot(20, label="ersetzt")


async def test_a_snapshot_is_of_a_durable_revision(store: Store) -> None:
    """[ST23] A stale token is fenced; a revision ahead of the log is a conflict; 0 is allowed."""
    old = await create(store)
    await store.append(ROOM, old, revisions(1, 2))
    token = (await store.claim(ROOM)).token
    with pytest.raises(Fenced):
        await store.save_snapshot(ROOM, old, snapshot(2))
    with pytest.raises(RevisionConflict):
        await store.save_snapshot(ROOM, token, snapshot(3))
    assert await store.snapshot(ROOM) is None
    await store.save_snapshot(ROOM, token, snapshot(0))
    assert await store.snapshot(ROOM) == snapshot(0)


async def test_old_snapshots_are_thinned(store: Store) -> None:
    """[ST24] Of a hundred snapshots few stay: the newest, the oldest, and ever sparser ones."""
    token = await create(store)
    other_token = await create(store, OTHER_ROOM)
    await store.append(OTHER_ROOM, other_token, revisions(1, 3))
    for at in (1, 2, 3):
        await store.save_snapshot(OTHER_ROOM, other_token, snapshot(at))
    await store.append(ROOM, token, revisions(1, 100))
    for at in range(1, 101):
        await store.save_snapshot(ROOM, token, snapshot(at))
    kept = []
    found = await store.snapshot(ROOM)
    while found is not None:
        kept.append(int(found.revision))
        found = await store.snapshot(ROOM, RevisionNo(found.revision - 1))
    assert kept[:3] == [100, 99, 98]
    assert kept[-1] == 1
    assert len(kept) < 17
    assert all(newer - older <= max(1, 100 - newer) for newer, older in pairwise(kept))
    for at in (1, 2, 3):
        assert await store.snapshot(OTHER_ROOM, RevisionNo(at)) == snapshot(at)


async def test_close_finishes_what_was_accepted(store: Store) -> None:
    """[ST25] Writes and reads that were begun before ``close`` end well."""
    rooms = [RoomId(TENANT, f"room-{number}") for number in range(20)]
    tokens = await asyncio.gather(*(create(store, room) for room in rooms))
    await store.append(rooms[0], tokens[0], revisions(1, 5))
    begun = [
        asyncio.create_task(store.append(room, token, revisions(1, 5)))
        for room, token in zip(rooms[1:], tokens[1:], strict=True)
    ]
    saving = asyncio.create_task(store.save_snapshot(rooms[0], tokens[0], snapshot(5, size=500)))
    reading = asyncio.create_task(store.revisions(rooms[0], RevisionNo(0), 9))
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*begun, saving)
    assert await reading == revisions(1, 5)
    await store.open()
    for room in rooms:
        assert await read_all(store, room) == [1, 2, 3, 4, 5]
    assert await store.snapshot(rooms[0]) == snapshot(5, size=500)


@pytest.mark.parametrize("was_open", [False, True])
async def test_a_closed_store_is_unavailable(make_store: MakeStore, was_open: bool) -> None:
    """[ST25] Before ``open`` and after ``close`` every call raises; ``close`` itself does not."""
    store = make_store()
    if was_open:
        await store.open()
    await store.close()
    await store.close()
    for call in (
        store.create_room(ROOM, title="é", created_by=ANNA, time_ms=1),
        store.room(ROOM),
        store.rooms(TENANT),
        store.claim(ROOM),
        store.append(ROOM, FencingToken(1), revisions(1, 1)),
        store.append(ROOM, FencingToken(1), []),
        store.revisions(ROOM, RevisionNo(0), 1),
        store.save_snapshot(ROOM, FencingToken(1), snapshot(0)),
        store.snapshot(ROOM),
    ):
        with pytest.raises(StoreUnavailable):
            await call


async def test_what_was_stored_is_there_after_reopening(store: Store) -> None:
    """[ST26] Rooms, log, snapshots and epoch stay, and the next token is above the last."""
    token = await create(store)
    await store.append(ROOM, token, [*revisions(1, 3), revision(4, epoch=2)])
    await store.save_snapshot(ROOM, token, snapshot(3))
    record = await store.room(ROOM)
    await store.close()
    await store.open()
    assert await store.rooms(TENANT) == [record]
    assert await read_all(store) == [1, 2, 3, 4]
    assert await store.snapshot(ROOM) == snapshot(3)
    claim = await store.claim(ROOM)
    assert (claim.token, claim.revision, claim.epoch) == (token + 1, 4, 2)
    with pytest.raises(Fenced):
        await store.append(ROOM, token, [revision(5, epoch=2)])
