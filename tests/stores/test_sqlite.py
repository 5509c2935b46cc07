"""The SQLite store: bounds of the file, damage, schema. SPEC: section ST."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from collab.errors import NotFound, StorageFull, StoreUnavailable
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.messages import Role
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores import trash
from collab.stores.schema import APPLICATION_ID, MIGRATIONS, connect_writer, migrate
from collab.stores.sqlite import SqliteStore

ROOM = RoomId(TenantId("ä"), "größe")
OTHER = RoomId(TenantId("ä"), "caf%C3%A9/%F0%9F%98%80")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "größe.db"


def revision(number: int, *, size: int = 20) -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, ["é"], b"\xff" * size, UserId("ü"), number
    )


async def create(store: SqliteStore, room: RoomId = ROOM) -> FencingToken:
    await store.create_room(room, title="Größe 😀", created_by=UserId("ü"), time_ms=1)
    return (await store.claim(room)).token


async def fill(path: Path) -> None:
    """Write two rooms of ten revisions and a snapshot each into the file."""
    store = SqliteStore(path)
    await store.open()
    for room in (ROOM, OTHER):
        token = await create(store, room)
        await store.append(room, token, [revision(number) for number in range(1, 11)])
        await store.save_snapshot(
            room, token, Snapshot(RevisionNo(10), Epoch(1), True, {"é": 1}, b"")
        )
    await store.close()


def execute(path: Path, sql: str) -> None:
    """Do something to the file behind the store's back."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(sql)
    connection.close()


async def test_concurrent_appends_share_commits(path: Path) -> None:
    """[ST13] Sixty-four rooms that append at once need far fewer commits than appends."""
    store = SqliteStore(path)
    await store.open()
    rooms = [RoomId(ROOM.tenant, f"room-{number}") for number in range(64)]
    tokens = await asyncio.gather(*(create(store, room) for room in rooms))

    async def edit(room: RoomId, token: FencingToken) -> None:
        for number in range(1, 11):
            await store.append(room, token, [revision(number)])

    before = store.commits
    await asyncio.gather(*map(edit, rooms, tokens))
    assert store.commits - before <= 320
    await store.close()


async def test_a_full_file_takes_no_more(path: Path) -> None:
    """[ST15] At the bound nothing is stored, reads go on, and a larger bound lets writing go on."""
    store = SqliteStore(path, bytes_max=256 << 10)
    await store.open()
    token = await create(store)
    stored = 0
    with pytest.raises(StorageFull, match=r"größe\.db"):
        for number in range(1, 1_000):
            await store.append(ROOM, token, [revision(number, size=3_000)])
            stored = number
    assert 20 < stored < 90
    assert len(await store.revisions(ROOM, RevisionNo(0), 1_000)) == stored
    record = await store.room(ROOM)
    assert record is not None
    assert record.revision == stored
    with pytest.raises(StorageFull):
        for number in range(1_000):
            room = RoomId(ROOM.tenant, f"{number}")
            await store.create_room(room, title="é" * 500, created_by=UserId("ü"), time_ms=1)
    await store.close()
    assert path.stat().st_size <= 256 << 10
    store = SqliteStore(path, bytes_max=512 << 10)
    await store.open()
    await store.append(ROOM, token, [revision(stored + 1, size=3_000)])
    assert len(await store.revisions(ROOM, RevisionNo(0), 1_000)) == stored + 1
    await store.close()


async def test_a_full_file_refuses_snapshots(path: Path) -> None:
    """[ST15] A snapshot that does not fit is refused, and small appends still fit."""
    store = SqliteStore(path, bytes_max=128 << 10)
    await store.open()
    token = await create(store)
    too_large = Snapshot(RevisionNo(0), Epoch(1), True, [str(n**9) for n in range(20_000)], b"")
    with pytest.raises(StorageFull):
        await store.save_snapshot(ROOM, token, too_large)
    assert await store.snapshot(ROOM) is None
    await store.append(ROOM, token, [revision(1)])
    fitting = Snapshot(RevisionNo(1), Epoch(1), True, ["größe"] * 20_000, b"")
    await store.save_snapshot(ROOM, token, fitting)
    assert await store.snapshot(ROOM) == fitting
    await store.close()


@pytest.mark.parametrize(
    ("table", "number"), [("revisions", 5), ("snapshots", 10)], ids=["revision", "snapshot"]
)
async def test_a_damaged_record_is_not_served(path: Path, table: str, number: int) -> None:
    """[ST20] The error names room and revision; what lies around it and other rooms are read."""
    await fill(path)
    execute(
        path,
        f"UPDATE {table} SET record = zeroblob(60) WHERE revision = {number}"
        f" AND room_key = (SELECT room_key FROM rooms WHERE name = '{ROOM.name}')",
    )
    store = SqliteStore(path)
    await store.open()
    with pytest.raises(StoreUnavailable, match=f"{number} of ä/größe is damaged"):
        if table == "snapshots":
            await store.snapshot(ROOM)
        else:
            await store.revisions(ROOM, RevisionNo(0), 10)
    assert len(await store.revisions(ROOM, RevisionNo(5), 10)) == 5
    assert len(await store.revisions(OTHER, RevisionNo(0), 10)) == 10
    assert await store.snapshot(OTHER) is not None
    await store.close()


async def test_a_damaged_page_is_not_served(path: Path) -> None:
    """[ST20] A file whose pages are overwritten is unavailable, not empty."""
    await fill(path)
    content = bytearray(path.read_bytes())
    content[4_096:] = b"\xff" * (len(content) - 4_096)
    path.write_bytes(content)
    store = SqliteStore(path)
    await store.open()
    for read in (
        store.room(ROOM),
        store.rooms(ROOM.tenant),
        store.revisions(ROOM, RevisionNo(0), 1),
        store.snapshot(ROOM),
        store.claim(ROOM),
    ):
        with pytest.raises(StoreUnavailable, match=r"größe\.db"):
            await read
    await store.close()


def test_the_file_is_durable(path: Path) -> None:
    """[ST32] The writing connection syncs every commit and enforces foreign keys."""
    connection = connect_writer(path, None)
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
    }
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO revisions VALUES (99, 1, x'00')")
    connection.close()


async def test_a_newer_schema_is_refused(path: Path) -> None:
    """[ST30] A file of a later version is left alone; the same version is opened."""
    await fill(path)
    execute(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store = SqliteStore(path)
    with pytest.raises(StoreUnavailable, match=r"größe\.db has schema version"):
        await store.open()
    execute(path, f"PRAGMA user_version = {len(MIGRATIONS)}")
    await store.open()
    assert len(await store.rooms(ROOM.tenant)) == 2
    await store.close()


async def test_another_programs_file_is_refused(path: Path) -> None:
    """[ST30] A database that is not ours, and a file that is no database, stay as they are."""
    execute(path, "CREATE TABLE größen (wert INTEGER)")
    with pytest.raises(StoreUnavailable, match=r"größe\.db is a database of another program"):
        await SqliteStore(path).open()
    text = path.with_name("größe.txt")
    text.write_text("kein Datenbankfile: é😀\n" * 100)
    with pytest.raises(StoreUnavailable, match=r"größe\.txt"):
        await SqliteStore(text).open()
    assert text.read_text() == "kein Datenbankfile: é😀\n" * 100
    with pytest.raises(StoreUnavailable, match="nirgends"):
        await SqliteStore(path.parent / "nirgends" / "größe.db").open()
    with pytest.raises(StoreUnavailable):
        await SqliteStore(path.parent).open()


def test_an_older_schema_is_migrated(path: Path) -> None:
    """[ST29] Each version that is missing is applied once, in order, and rows are kept."""
    connection = connect_writer(path, None)
    connection.execute("INSERT INTO rooms VALUES (1, 'ä', 'größe', '', '', 0, 0, 0, 0, 1, NULL, 0)")
    script = "ALTER TABLE rooms ADD COLUMN note TEXT NOT NULL DEFAULT 'é; ö'"
    newer = (*MIGRATIONS, script)
    migrate(connection, path, newer)
    migrate(connection, path, newer)
    assert connection.execute("SELECT name, note FROM rooms").fetchall() == [("größe", "é; ö")]
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(newer)
    assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    connection.close()


async def test_a_file_of_the_first_schema_is_opened(path: Path) -> None:
    """[ST29] Rooms, log and snapshots that an older server wrote are there, and go on."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))
    connection.close()
    store = SqliteStore(path)
    await store.open()
    tenant = TenantId("Zürich-🏔")
    records = await store.rooms(tenant)
    assert [record.room.name for record in records] == [OTHER.name, ROOM.name]
    room = records[1].room
    assert (records[1].title, records[1].revision, records[1].deleted_ms) == ("Kaffee ☕", 3, None)
    assert [item.seq for item in await store.revisions(room, RevisionNo(0), 9)] == [1, 2, 3]
    kept = await store.snapshot(room)
    assert kept is not None
    assert kept.document == {"größe": "né"}
    await store.set_member(room, UserId("Борис"), Role.EDITOR)
    await store.delete_room(room, 5)
    assert [record.room for record in await store.rooms(tenant)] == [records[0].room]
    await store.restore_room(room)
    claim = await store.claim(room)
    await store.append(room, claim.token, [revision(4)])
    await store.close()


async def test_a_purge_that_was_cut_off_is_finished(path: Path) -> None:
    """[ST37] What the process left half removed is nobody's, and the next purge takes it."""
    await fill(path)
    store = SqliteStore(path)
    await store.open()
    await store.delete_room(ROOM, 5)
    await store.close()
    connection = connect_writer(path, None)
    assert trash.expel_deleted(connection, 6) == [ROOM]
    connection.close()
    await store.open()
    with pytest.raises(NotFound):
        await store.restore_room(ROOM)
    await create(store, ROOM)
    assert await store.purge_deleted(0) == []
    assert [record.room for record in await store.rooms(ROOM.tenant)] == [OTHER, ROOM]
    assert len(await store.revisions(OTHER, RevisionNo(0), 99)) == 10
    await store.close()
    connection = sqlite3.connect(path)
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("rooms", "revisions", "snapshots")
    ]
    connection.close()
    assert counts == [2, 10, 1]


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    """[ST29] A script that fails half-way leaves schema and version as they were."""
    connection = connect_writer(path, None)
    broken = (*MIGRATIONS, "ALTER TABLE rooms ADD COLUMN note TEXT; SELECT 1 FROM größen")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, broken)
    assert not connection.in_transaction
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(rooms)")]
    assert "note" not in columns
    connection.close()
