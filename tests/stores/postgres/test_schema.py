"""The schema: migrations, and databases that cannot be used. SPEC: [PG9], [PG10]."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from alembic.script import ScriptDirectory

from collab.errors import StoreUnavailable
from collab.ids import RoomId, TenantId, UserId
from collab.stores.postgres import PostgresStore, schema
from tests.postgres import Cluster

ROOM = RoomId(TenantId("ä"), "größe")


async def test_many_nodes_start_at_once(postgres: Cluster) -> None:
    """[PG9] One migrates, the others find it done, and all of them serve."""
    url = postgres.create_database()
    stores = [PostgresStore(url) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    await stores[0].create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
    tokens = [(await store.claim(ROOM)).token for store in stores]
    assert tokens == [1, 2, 3, 4]
    await asyncio.gather(*(store.close() for store in stores))
    with psycopg.connect(url) as connection:
        [(version,)] = connection.execute("SELECT version_num FROM design_rooms.alembic_version")
    assert version == schema.HEAD


async def test_a_newer_database_is_refused(postgres: Cluster) -> None:
    """[PG9] Its version is named, and nothing of it is changed."""
    url = postgres.create_database()
    store = PostgresStore(url)
    await store.open()
    await store.create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
    await store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE design_rooms.alembic_version SET version_num = '9999-größe'")
        with pytest.raises(StoreUnavailable, match=r"schema version 9999-größe.*or a newer one"):
            await store.open()
        [(version,)] = connection.execute("SELECT version_num FROM design_rooms.alembic_version")
        assert version == "9999-größe"
        connection.execute(
            "UPDATE design_rooms.alembic_version SET version_num = %s", (schema.HEAD,)
        )
    await store.open()
    assert await store.room(ROOM) is not None
    await store.close()


async def test_other_databases_are_left_alone(postgres: Cluster) -> None:
    """[PG9] One of another encoding, an unknown one and an unknown user are refused."""
    latin = postgres.create_database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    for url, reason in (
        (latin, "encoding LATIN1"),
        (postgres.url("absent"), "absent"),
        (postgres.url().replace("postgres@", "niemand@"), "niemand"),
    ):
        with pytest.raises(StoreUnavailable, match=reason):
            await PostgresStore(url).open()


async def test_other_tables_are_left_alone(postgres: Cluster) -> None:
    """[PG9] The database may hold other things, of the same names too."""
    url = postgres.create_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE rooms (x int); INSERT INTO rooms VALUES (7)")
        store = PostgresStore(url)
        await store.open()
        await store.create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
        await store.close()
        assert connection.execute("SELECT x FROM public.rooms").fetchall() == [(7,)]


def test_the_program_knows_its_newest_version() -> None:
    """[PG10] ``HEAD`` is the version that the migrations end with, in one line without branches."""
    scripts = ScriptDirectory(str(schema._MIGRATIONS))
    assert scripts.get_heads() == [schema.HEAD]
    assert scripts.get_bases() == ["0001"]
