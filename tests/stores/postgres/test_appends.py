"""Appends to PostgreSQL: groups, refusals, errors and broken connections. SPEC: [PG1] to [PG3]."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from collab.errors import (
    AppendUnknown,
    Fenced,
    NotFound,
    RevisionConflict,
    ServerBusy,
    StorageFull,
    StoreUnavailable,
)
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.revision import ChangeKind, Revision
from collab.stores.postgres import PostgresStore, appends
from tests.postgres import Cluster
from tests.stores.postgres.door import Shut, door_to

ROOMS = [RoomId(TenantId("ä"), f"größe-{number}") for number in range(6)]
ROOM = ROOMS[0]


def revision(number: int, size: int = 20) -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, ["é"], b"\xff" * size, UserId("ü"), number
    )


async def create(store: PostgresStore, *rooms: RoomId) -> FencingToken:
    """Create *rooms* and claim each once; all have the same token then."""
    for room in rooms:
        await store.create_room(room, title="Größe 😀", created_by=UserId("ü"), time_ms=1)
        token = (await store.claim(room)).token
    return token


async def kept(store: PostgresStore, room: RoomId = ROOM) -> list[int]:
    return [found.number for found in await store.revisions(room, RevisionNo(0), 1_000)]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(database_url)
    await store.open()
    yield store
    await store.close()


async def test_what_gathers_goes_in_one_statement(store: PostgresStore) -> None:
    """[PG1] Good and bad appends in one: each gets its own answer, the good ones are stored."""
    token = await create(store, *ROOMS[:5])
    await store.append(ROOMS[3], token, [revision(1)])
    stale = FencingToken(token + 7)
    before = store.commits
    # The first goes alone; the others gather behind it.
    results = await asyncio.gather(
        store.append(ROOMS[0], token, [revision(1)]),
        store.append(ROOMS[1], token, [revision(1), revision(2)]),
        store.append(ROOMS[2], stale, [revision(1)]),
        store.append(ROOMS[3], token, [revision(1)]),
        store.append(ROOMS[4], token, [revision(1)]),
        store.append(ROOMS[5], token, [revision(1)]),
        return_exceptions=True,
    )
    kinds = [type(result) for result in results]
    none = type(None)
    assert kinds == [none, none, Fenced, RevisionConflict, none, NotFound]
    assert store.commits - before <= 2
    assert [await kept(store, room) for room in ROOMS] == [[1], [1, 2], [], [1], [1], []]


async def test_a_room_is_in_a_statement_once(store: PostgresStore) -> None:
    """[PG1] Appends of one room that were submitted at once are stored in their order."""
    token = await create(store, *ROOMS[:2])
    await asyncio.gather(
        *(store.append(room, token, [revision(n)]) for n in range(1, 9) for room in ROOMS[:2])
    )
    assert [await kept(store, room) for room in ROOMS[:2]] == [list(range(1, 9))] * 2


async def test_a_claim_does_not_overtake_its_own_appends(store: PostgresStore) -> None:
    """[PG1] What a node has begun to append is stored before its own next claim or deletion."""
    for room in ROOMS:
        token = await create(store, room)
        append = asyncio.ensure_future(store.append(room, token, [revision(1)]))
        await asyncio.sleep(0)
        assert (await store.claim(room)).revision == 1
        await append


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53100", StorageFull),
        ("23505", RevisionConflict),
        ("57014", StoreUnavailable),
        ("55P03", StoreUnavailable),
        ("40P01", StoreUnavailable),
        ("XX000", StoreUnavailable),
    ],
)
async def test_an_error_of_the_server(
    store: PostgresStore, database_url: str, code: str, kind: type[Exception]
) -> None:
    """[PG2] The append that it is about is told its kind, is not stored, and the others are."""
    token = await create(store, *ROOMS[:4])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION design_rooms.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF length(NEW.record) > 500 THEN RAISE 'größe' USING ERRCODE = '{code}'; END IF;"
            " RETURN NEW; END $$;"
            "CREATE TRIGGER fail BEFORE INSERT ON design_rooms.revisions"
            " FOR EACH ROW EXECUTE FUNCTION design_rooms.fail()"
        )
    try:
        results = await asyncio.gather(
            store.append(ROOMS[0], token, [revision(1)]),
            store.append(ROOMS[1], token, [revision(1)]),
            store.append(ROOMS[2], token, [revision(1), revision(2, 1_000)]),
            store.append(ROOMS[3], token, [revision(1)]),
            return_exceptions=True,
        )
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP FUNCTION design_rooms.fail() CASCADE")
    assert [type(result) for result in results] == [type(None), type(None), kind, type(None)]
    assert [await kept(store, room) for room in ROOMS[:4]] == [[1], [1], [], [1]]
    await store.append(ROOMS[2], token, [revision(1)])


async def test_a_number_beyond_64_bits(store: PostgresStore) -> None:
    """[PG2] What cannot be sent fails its own caller alone."""
    token = await create(store, *ROOMS[:2])
    odd = Revision(RevisionNo(1), Epoch(1), ChangeKind.NONE, None, b"", UserId("ü"), 2**70)
    results = await asyncio.gather(
        store.append(ROOMS[0], token, [odd]),
        store.append(ROOMS[1], token, [revision(1)]),
        return_exceptions=True,
    )
    assert isinstance(results[0], Exception) and results[1] is None
    assert await kept(store) == []


@pytest.mark.parametrize("shut", [Shut.BEFORE, Shut.AFTER])
async def test_a_connection_breaks_during_an_append(
    postgres: Cluster, database_url: str, shut: Shut
) -> None:
    """[PG3] Nobody knows whether it is stored but the log, which has all of it or nothing."""
    name = database_url.partition("@/")[2].partition("?")[0]
    async with door_to(postgres.folder) as (door, folder):
        store = PostgresStore(postgres.url(name, host=folder))
        await store.open()
        token = await create(store, ROOM)
        await store.append(ROOM, token, [revision(1)])
        door.shut = shut
        with pytest.raises(AppendUnknown):
            await store.append(ROOM, token, [revision(2), revision(3)])
        door.shut = Shut.OPEN
        is_stored = shut is Shut.AFTER
        claim = await store.claim(ROOM)
        assert claim.revision == (3 if is_stored else 1)
        assert await kept(store) == ([1, 2, 3] if is_stored else [1])
        await store.append(ROOM, claim.token, [revision(claim.revision + 1)])
        await store.close()


async def test_a_cancelled_caller(store: PostgresStore) -> None:
    """[ST17] Its append is stored all the same, and so are those that went with it."""
    token = await create(store, *ROOMS[:3])
    calls = [asyncio.ensure_future(store.append(r, token, [revision(1)])) for r in ROOMS[:3]]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert calls[1].cancelled()
    assert [await kept(store, room) for room in ROOMS[:3]] == [[1], [1], [1]]


async def test_waiting_appends_are_bounded(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[ST18] One more than may wait is told that the server is busy; the others are stored."""
    monkeypatch.setattr(appends, "APPEND_QUEUE_MAX", 2)
    token = await create(store, *ROOMS)
    results = await asyncio.gather(
        *(store.append(room, token, [revision(1)]) for room in ROOMS), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None)] * 2 + [ServerBusy] * 4


async def test_statements_are_bounded(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PG1] What comes to more than a statement takes goes in several, a large append alone."""
    monkeypatch.setattr(appends, "APPEND_BATCH_BYTES_MAX", 5_000)
    token = await create(store, *ROOMS)
    before = store.commits
    await asyncio.gather(*(store.append(room, token, [revision(1, 2_000)]) for room in ROOMS))
    assert store.commits - before == 3
    await store.append(ROOM, token, [revision(2, 9_000)])
    assert await kept(store) == [1, 2]


async def test_closing_finishes_what_was_accepted(database_url: str) -> None:
    """[ST25] Appends and snapshots that were begun are stored; later calls are refused."""
    store = PostgresStore(database_url)
    await store.open()
    token = await create(store, *ROOMS)
    begun = [asyncio.ensure_future(store.append(r, token, [revision(1)])) for r in ROOMS]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*begun)
    with pytest.raises(StoreUnavailable):
        await store.append(ROOM, token, [revision(2)])
    await store.open()
    assert [await kept(store, room) for room in ROOMS] == [[1]] * 6
    await store.close()
