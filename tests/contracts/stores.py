"""The stores under contract, and the room that most of its tests write to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from collab.ids import FencingToken, RoomId, TenantId, UserId
from collab.ports import Store
from collab.stores.memory import MemoryStore
from collab.stores.postgres import PostgresStore
from collab.stores.sqlite import SqliteStore

__all__ = ["ANNA", "BORIS", "ROOM", "TENANT", "MakeStore", "create", "make_store", "store"]

MakeStore: TypeAlias = Callable[..., Store]

TENANT = TenantId("Zürich-🏔")
ROOM = RoomId(TENANT, "shop")
ANNA = UserId("Ännchen")
BORIS = UserId("Борис")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Return a function that makes a store of the kind under test, with the options given."""
    url = request.getfixturevalue("database_url") if request.param == "postgres" else ""

    def make(**options: Any) -> Store:
        if request.param == "memory":
            return MemoryStore(**options)
        if request.param == "postgres":
            return PostgresStore(url, **options)
        return SqliteStore(tmp_path / "größe.db", **options)

    return make


@pytest.fixture
async def store(make_store: MakeStore) -> AsyncIterator[Store]:
    store = make_store()
    await store.open()
    yield store
    await store.close()


async def create(store: Store, room: RoomId = ROOM) -> FencingToken:
    """Create *room* and claim it."""
    await store.create_room(room, title="Kaffee ☕", created_by=ANNA, time_ms=1_000)
    return (await store.claim(room)).token
