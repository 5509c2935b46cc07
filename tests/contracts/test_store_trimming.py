"""The contract of the ``Store`` port: trimming. SPEC: [ST45] and [ST46]."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from collab.errors import NotFound
from collab.ids import Epoch, RevisionNo, RoomId, TenantId
from collab.ports import Store
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores.postgres import PostgresStore, trash
from collab.stores.postgres.connections import Address, Connections
from collab.stores.schema import connect_writer
from collab.stores.sqlite import SqliteStore
from collab.stores.trimming import mark_trimmed
from tests.contracts.stores import ANNA, ROOM, create, make_store, store

__all__ = ["make_store", "store"]

LAST = 2_500


async def _fill(store: Store, room: RoomId = ROOM, snapshots: tuple[int, ...] = (4, 8)) -> None:
    token = await create(store, room)
    revisions = [
        Revision(RevisionNo(number), Epoch(1), ChangeKind.OP, ["né"], b"\xff", ANNA, 1_000 + number)
        for number in range(1, LAST + 1)
    ]
    await store.append(room, token, revisions)
    for at in snapshots:
        snapshot = Snapshot(RevisionNo(at), Epoch(1), True, {"größe": at}, b"\x00")
        await store.save_snapshot(room, token, snapshot)


async def _kept(store: Store, room: RoomId = ROOM) -> list[int]:
    numbers: list[int] = []
    while True:
        after = RevisionNo(numbers[-1] if numbers else 0)
        chunk = await store.revisions(room, after, 1_000)
        if not chunk:
            return numbers
        numbers += [revision.number for revision in chunk]


@pytest.mark.parametrize(
    ("before", "start"), [(3, 0), (4, 4), (7, 4), (8, 8), (LAST - 1, 8), (LAST + 99, 8)]
)
async def test_the_oldest_revisions_go(store: Store, before: int, start: int) -> None:
    """[ST45] Up to a snapshot, so that every later document can still be had."""
    twin = RoomId(TenantId("other"), ROOM.name)
    await _fill(store)
    await _fill(store, twin)
    assert await store.trim_history(ROOM, RevisionNo(before)) == start
    assert await _kept(store) == list(range(start + 1, LAST + 1))
    assert await _kept(store, twin) == list(range(1, LAST + 1))
    record = await store.room(ROOM)
    assert record is not None
    assert (record.history_start, record.revision) == (start, LAST)
    oldest = await store.snapshot(ROOM, RevisionNo(7))
    assert (oldest is None) == (start == 8)
    if start:
        snapshot = await store.snapshot(ROOM, RevisionNo(start))
        assert snapshot is not None and snapshot.document == {"größe": start}


async def test_a_trim_is_never_taken_back(store: Store) -> None:
    """[ST45] A later trim of less forgets nothing more, and appends go on behind it."""
    await _fill(store)
    assert await store.trim_history(ROOM, RevisionNo(8)) == 8
    assert await store.trim_history(ROOM, RevisionNo(4)) == 8
    claim = await store.claim(ROOM)
    following = Revision(RevisionNo(LAST + 1), Epoch(1), ChangeKind.OP, ["日"], b"", ANNA, 9_999)
    await store.append(ROOM, claim.token, [following])
    assert await _kept(store) == list(range(9, LAST + 2))


async def test_what_is_not_there_is_not_trimmed(store: Store) -> None:
    """[ST45] An unknown room, and one in the trash, are not found."""
    with pytest.raises(NotFound):
        await store.trim_history(ROOM, RevisionNo(1))
    await _fill(store)
    await store.delete_room(ROOM, 5)
    with pytest.raises(NotFound):
        await store.trim_history(ROOM, RevisionNo(4))


@pytest.fixture(params=["sqlite", "postgres"])
def cut_off(request: pytest.FixtureRequest, tmp_path: Path) -> CutOff:
    """A store on the disk, how its trims are cut off in the middle, and what it still has."""
    if request.param == "postgres":
        url = request.getfixturevalue("database_url")
        return CutOff(PostgresStore(url), lambda at: _mark(url, at), lambda: _least(url))
    path = tmp_path / "größe.db"

    async def mark(at: int) -> int:
        connection = connect_writer(path, None)
        start = mark_trimmed(connection, ROOM, RevisionNo(at))
        connection.close()
        return start

    def least() -> int:
        connection = connect_writer(path, None)
        found: int = connection.execute("SELECT min(revision) FROM revisions").fetchone()[0]
        connection.close()
        return found

    return CutOff(SqliteStore(path), mark, least)


@dataclass
class CutOff:
    store: Store
    mark: Callable[[int], Awaitable[int]]
    least: Callable[[], int]


async def _mark(url: str, at: int) -> int:
    connections = Connections(Address(url), 1)
    start = await connections.write(
        lambda database: trash.mark_trimmed(database, ROOM, RevisionNo(at))
    )
    await connections.close()
    return start


def _least(url: str) -> int:
    with psycopg.connect(url) as connection:
        [(least,)] = connection.execute("SELECT min(revision) FROM design_rooms.revisions")
    return int(least)


async def test_a_trim_that_was_cut_off(cut_off: CutOff) -> None:
    """[ST46] What it has marked and not removed is not there, and goes with the next one."""
    store = cut_off.store
    await store.open()
    await _fill(store)
    await store.close()
    assert await cut_off.mark(8) == 8
    await store.open()
    assert (await _kept(store))[:2] == [9, 10]
    assert await store.trim_history(ROOM, RevisionNo(1)) == 8
    await store.close()
    assert cut_off.least() == 9


async def test_what_a_history_begins_at_is_never_thinned(cut_off: CutOff) -> None:
    """[ST48] However many snapshots follow a trim that was cut off, the first document stays."""
    store = cut_off.store
    await store.open()
    await _fill(store, snapshots=(4, 8, 12))
    await store.close()
    assert await cut_off.mark(8) == 8
    await store.open()
    token = (await store.claim(ROOM)).token
    for at in (*range(16, LAST, 250), LAST):
        await store.save_snapshot(
            ROOM, token, Snapshot(RevisionNo(at), Epoch(1), True, {"größe": at}, b"\x00")
        )
    oldest = await store.snapshot(ROOM, RevisionNo(9))
    assert oldest is not None and oldest.revision == 8
    await store.close()
