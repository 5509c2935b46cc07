"""Connections, and PostgreSQL going away and coming back. SPEC: [PG3], [PG5] to [PG8], [PG11]."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import time
from collections.abc import Iterator

import psycopg
import pytest

from collab.errors import AppendUnknown, OperatingError, ServerBusy, StoreUnavailable
from collab.ids import Epoch, RevisionNo, RoomId, TenantId, UserId
from collab.limits import POSTGRES_CONNECTIONS_MAX
from collab.messages import Role
from collab.ports import Claim
from collab.revision import ChangeKind, Revision
from collab.stores.postgres import PostgresStore
from collab.stores.postgres import connections as connections_module
from collab.stores.postgres.connections import Address, Connections
from collab.stores.postgres.texts import escape, unescape
from tests.postgres import Cluster
from tests.stores.postgres.door import Shut, door_to

TENANT = TenantId("ä")
ROOMS = [RoomId(TENANT, f"room-{number}") for number in range(6)]


def revision(number: int) -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, ["é😀"], b"\x00", UserId("ü"), number
    )


async def append_on(store: PostgresStore, room: RoomId, acknowledged: dict[RoomId, int]) -> None:
    """Append to *room* until the store fails, two revisions at a time."""
    if await store.room(room) is None:
        await store.create_room(room, title="größe", created_by=UserId("ü"), time_ms=1)
    claim = await store.claim(room)
    number = claim.revision
    while True:
        await store.append(room, claim.token, [revision(number + 1), revision(number + 2)])
        number += 2
        acknowledged[room] = number


async def claimed(store: PostgresStore, room: RoomId) -> Claim:
    """Claim *room* as soon as PostgreSQL, which takes a while to die of a backend, is back."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await store.claim(room)
            except StoreUnavailable:
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def durable() -> Iterator[Cluster]:
    """A cluster with fsync on, to be killed."""
    cluster = Cluster(is_durable=True)
    yield cluster
    cluster.remove()


@pytest.mark.parametrize("victim", ["backends", "server", "restart"])
async def test_acknowledged_survives_a_crash(durable: Cluster, victim: str) -> None:
    """[PG5] After kill -9 of backends or server, and after a restart, the same store goes on.

    What was acknowledged is there, whole appends only, and what nobody knew is in the log or not.
    """
    url = durable.create_database()
    store = PostgresStore(url)
    await store.open()
    acknowledged: dict[RoomId, int] = {}
    running = [asyncio.create_task(append_on(store, room, acknowledged)) for room in ROOMS]
    while len(acknowledged) < len(ROOMS) or min(acknowledged.values()) < 40:
        await asyncio.sleep(0.01)
    if victim == "backends":
        # PostgreSQL itself starts anew when a backend of it is killed.
        os.kill(durable.backends(url)[0], signal.SIGKILL)
    elif victim == "server":
        durable.stop(signal.SIGKILL)
    else:
        durable.stop()
    before = dict(acknowledged)
    if victim != "backends":
        durable.start()
    # Those whose append was not on its way go on as soon as PostgreSQL is back.
    while any(
        not task.done() and acknowledged[room] <= before[room]
        for task, room in zip(running, ROOMS, strict=True)
    ):
        await asyncio.sleep(0.01)
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert {type(end) for end in ended} <= {
        AppendUnknown,
        StoreUnavailable,
        asyncio.CancelledError,
    }
    for room in ROOMS:
        claim = await claimed(store, room)
        found = await store.revisions(room, RevisionNo(0), 100_000)
        assert [item.number for item in found] == list(range(1, claim.revision + 1))
        assert claim.revision % 2 == 0
        # At most the one append that nobody knows of is there beyond what was acknowledged.
        assert claim.revision - acknowledged[room] in {0, 2}
        await store.append(room, claim.token, [revision(claim.revision + 1)])
    await store.close()


async def test_idle_connections_that_were_cut(database_url: str, postgres: Cluster) -> None:
    """[PG5] No call fails for them, neither a read nor an append."""
    store = PostgresStore(database_url)
    await store.open()
    await store.create_room(ROOMS[0], title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(ROOMS[0])).token
    await store.append(ROOMS[0], token, [revision(1)])
    await asyncio.gather(*(store.room(ROOMS[0]) for _ in range(20)))
    gone = postgres.backends(database_url)
    assert len(gone) > 2
    with psycopg.connect(database_url, autocommit=True) as connection:
        for pid in gone:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    await store.append(ROOMS[0], token, [revision(2)])
    record, *_ = await asyncio.gather(*(store.room(ROOMS[0]) for _ in range(20)))
    assert record is not None and record.revision == 2
    await store.close()


async def test_connections_are_bounded(database_url: str, postgres: Cluster) -> None:
    """[PG6] A storm of calls opens no more than so many, and each of them is answered."""
    store = PostgresStore(database_url)
    await store.open()
    await store.create_room(ROOMS[0], title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(ROOMS[0])).token
    calls = [asyncio.ensure_future(store.room(ROOMS[0])) for _ in range(200)]
    await store.append(ROOMS[0], token, [revision(1)])
    assert None not in await asyncio.gather(*calls)
    assert 2 <= len(postgres.backends(database_url)) <= POSTGRES_CONNECTIONS_MAX + 1
    await store.close()
    assert postgres.backends(database_url) == []


async def test_waiting_calls_are_bounded(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[ST18] One more than may wait for a connection is told that the server is busy."""
    monkeypatch.setattr(connections_module, "READ_QUEUE_MAX", 3)
    connections = Connections(Address(database_url), 1)
    results: list[str] = []

    async def call(name: str) -> None:
        async with connections.lent():
            results.append(name)
            await asyncio.sleep(0)

    names = [f"é{number}" for number in range(6)]
    ended = await asyncio.gather(*map(call, names), return_exceptions=True)
    assert [type(end) for end in ended[-2:]] == [ServerBusy, ServerBusy]
    assert results == names[:4]
    await connections.close()


async def test_postgres_is_away(durable: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PG6] A call fails within its time, with the reason; when it is back, calls succeed."""
    monkeypatch.setattr(connections_module, "POSTGRES_CONNECT_TIMEOUT_MS", 300)
    store = PostgresStore(durable.create_database())
    await store.open()
    await store.create_room(ROOMS[0], title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(ROOMS[0])).token
    durable.stop()
    for call in (
        lambda: store.room(ROOMS[0]),
        lambda: store.append(ROOMS[0], token, [revision(1)]),
    ):
        start = time.monotonic()
        with pytest.raises(OperatingError, match="PostgreSQL at") as caught:
            await call()
        assert isinstance(caught.value, StoreUnavailable)
        assert time.monotonic() - start < 3
    # What is asked for while it starts waits for it.
    monkeypatch.setattr(connections_module, "POSTGRES_CONNECT_TIMEOUT_MS", 30_000)
    asked = asyncio.ensure_future(store.append(ROOMS[0], token, [revision(1)]))
    await asyncio.sleep(0.1)
    assert not asked.done()
    durable.start()
    await asked
    assert len(await store.revisions(ROOMS[0], RevisionNo(0), 9)) == 1
    await store.close()


async def test_a_server_that_says_nothing(
    postgres: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PG7] An append that is not answered in time is unknown; then the store goes on."""
    name = database_url.partition("@/")[2].partition("?")[0]
    async with door_to(postgres.folder) as (door, folder):
        store = PostgresStore(postgres.url(name, host=folder))
        await store.open()
        await store.create_room(ROOMS[0], title="é", created_by=UserId("ü"), time_ms=1)
        token = (await store.claim(ROOMS[0])).token
        await store.append(ROOMS[0], token, [revision(1)])
        monkeypatch.setattr(connections_module, "POSTGRES_CALL_TIMEOUT_MS", 200)
        door.shut = Shut.SILENT
        with pytest.raises(AppendUnknown):
            await store.append(ROOMS[0], token, [revision(2)])
        door.shut = Shut.OPEN
        assert (await store.claim(ROOMS[0])).revision == 2
        await store.close()


async def test_a_node_that_stopped_holding_a_lock(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PG7] Who waits for its lock is told so in time; edits of the room do not wait at all."""
    monkeypatch.setattr(connections_module, "POSTGRES_LOCK_TIMEOUT_MS", 200)
    store = PostgresStore(database_url)
    await store.open()
    room = ROOMS[0]
    await store.create_room(room, title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(room)).token
    with psycopg.connect(database_url) as stopped:
        # What a node holds in the middle of a change of members.
        stopped.execute("SET search_path = design_rooms")
        stopped.execute("SELECT pg_advisory_xact_lock(%s)", (_people_lock(room),))
        stopped.execute(
            "INSERT INTO members SELECT room_key, 'x', 'viewer' FROM rooms WHERE tenant = %s",
            (TENANT,),
        )
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await store.set_member(room, UserId("ö"), Role.VIEWER)
        await store.append(room, token, [revision(1)])
        assert (await store.claim(room)).revision == 1
        stopped.rollback()
    await store.set_member(room, UserId("ö"), Role.VIEWER)
    await store.close()


def _people_lock(room: RoomId) -> int:
    text = f"people\0{room.tenant}\0{room.name}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


async def test_commits_are_durable(database_url: str) -> None:
    """[PG12] Whatever the database's default, a commit waits for the disk; never for less."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        for default, expected in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = {default}")
            connections = Connections(Address(database_url), 1)
            async with connections.lent() as lent:
                cursor = await lent.execute("SHOW synchronous_commit")
                assert await cursor.fetchone() == (expected,)
            await connections.close()
        connection.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:geheim@127.0.0.1:1/größe",
        "postgresql://anna:geheim@127.0.0.1:1/x?connect_timeout=2",
        "postgresql://anna:ge:heim@127.0.0.1:geheim/x",
        "postgresql://anna:geheim@/x?host=/tmp/absent",
        "postgresql://anna:geheim@127.0.0.1/x?geheim=1",
        "postgresql://anna:%geheim@127.0.0.1/x",
        "postgresql://anna:1@geheim@127.0.0.1/x",
        "postgresql://anna:1/geheim@127.0.0.1/x",
        "postgresql://anna:1?geheim@127.0.0.1/x",
    ],
)
async def test_a_password_is_not_shown(
    url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """[PG11] Neither in an error nor in a log, whatever is wrong with the address."""
    monkeypatch.setattr(connections_module, "POSTGRES_CONNECT_TIMEOUT_MS", 200)
    with pytest.raises(StoreUnavailable) as caught:
        store = PostgresStore(url)
        try:
            await store.open()
        finally:
            with pytest.raises(StoreUnavailable) as closed:
                await store.rooms(TENANT)
    shown = [caught.value.message, str(caught.value.__cause__)]
    if "closed" in locals():
        shown.append(closed.value.message)
    shown += capfd.readouterr()
    assert "heim" not in " ".join(shown)


@pytest.mark.parametrize(
    "text", ["", "é", "\x00", "\x01", "\x00\x00\x01", "\x01\x01\x02", "a\x01\x02\x00", "\x02", "😀"]
)
def test_texts_are_escaped(text: str) -> None:
    """[PG8] No text that is stored holds U+0000, and each comes back as it was."""
    assert "\x00" not in escape(text)
    assert unescape(escape(text)) == text


def test_escaped_texts_keep_their_order() -> None:
    """[PG8] Texts sort as what is stored of them does."""
    texts = [
        first + last
        for first in ("", "\x00", "\x01", "\x02", "é")
        for last in ("", "\x00", "\x01", "a")
    ]
    assert sorted(texts, key=escape) == sorted(texts)
    assert len(set(map(escape, texts))) == len(set(texts))
