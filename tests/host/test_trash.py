"""Deleting rooms that are open, being opened, or long gone. SPEC: [HO14], [HO15]."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from collab.errors import NotFound, OperatingError
from collab.host.bounds import Bounds
from collab.host.host import Host
from collab.ids import RoomId, TenantId, UserId
from collab.messages import Principal, Role
from collab.model.registry import builtin
from collab.ports import Clock, Store
from collab.revision import Snapshot
from collab.stores.memory import MemoryStore
from collab.stores.sqlite import SqliteStore
from collab.system import SystemClock
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, refused

TENANT = TenantId("größe")
ROOM = RoomId(TENANT, "shop")
ANNA = Principal(UserId("Ännchen"), "Ännchen", "#000000", TENANT, Role.OWNER)


class _Calendar:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time_ms = 1_000_000

    def now_ms(self) -> int:
        return self.time_ms


def _host(store: Store, clock: Clock | None = None, **bounds: int) -> Host:
    return Host(store, clock or SystemClock(), builtin(), Bounds(**bounds))


def test_deleting_closes_every_socket() -> None:
    """[HO14] [RG2] whoever is in the room is told for good, and nobody else comes in."""
    with InsideServer() as server:
        for name in ("doomed", "kept"):
            assert server.request("POST", "/api/rooms", json={"name": name}).status_code == 201
        with (
            Native(server, "doomed") as native,
            open_socket(f"{server.socket_url}/yjs/doomed") as yjs,
            Native(server, "kept") as other,
        ):
            assert server.request("DELETE", "/api/rooms/doomed").status_code == 200
            assert closing(native.socket) == (4404, "the room was deleted")
            assert closing(yjs)[0] == 4404
            assert refused(server, "doomed") == ("not_found", 4404)
            assert other.fetch()[0] == 1
        server.request("POST", "/api/rooms/doomed/restore")
        with Native(server, "doomed") as native:
            assert native.fetch()[0] == 1


async def test_a_room_that_is_being_opened_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO14] An opening that began before the deletion leaves no open room behind."""
    store = MemoryStore()
    host = _host(store)
    await host.start()
    await host.create(ROOM, "é", ANNA)
    is_reading, may_go_on = asyncio.Event(), asyncio.Event()
    read = store.snapshot

    async def slow(room: RoomId) -> Snapshot | None:
        is_reading.set()
        await may_go_on.wait()
        return await read(room)

    monkeypatch.setattr(store, "snapshot", slow)
    opening = asyncio.create_task(host.room(ROOM))
    await is_reading.wait()
    deleting = asyncio.create_task(host.delete(ROOM))
    await asyncio.sleep(0)
    may_go_on.set()
    await deleting
    room = await opening
    assert room.failure is not None
    assert host.open_room(ROOM) is None
    with pytest.raises(NotFound):
        await host.room(ROOM)
    await host.stop()


async def test_what_waits_for_a_deleted_room_is_told() -> None:
    """[HO14] Somebody who is reading at the head when the room goes gets an error, not silence."""
    host = _host(MemoryStore())
    await host.start()
    await host.create(ROOM, "é", ANNA)
    room = await host.room(ROOM)
    await host.delete(ROOM)
    with pytest.raises(OperatingError, match="deleted"):
        await room.read(lambda item: item.head)
    await host.store.restore_room(ROOM)
    again = await host.room(ROOM)
    assert again is not room
    assert await again.read(lambda item: item.head) == 0
    await host.stop()


async def test_the_trash_is_emptied(tmp_path: Path) -> None:
    """[HO15] At the start and from time to time: rooms whose time is over, expired tokens."""
    clock = _Calendar()
    store = SqliteStore(tmp_path / "größe.db")
    host = _host(store, clock, trash_kept_ms=100, purge_interval_ms=0, room_idle_ms=10)
    await host.start()
    recent = RoomId(TENANT, "recent")
    for room in (ROOM, recent):
        await host.create(room, "é", ANNA)
    await host.delete(ROOM)
    clock.time_ms += 90
    await host.delete(recent)
    await store.revoke_token(TENANT, "jti-é", clock.time_ms + 5)

    async def trash() -> list[RoomId]:
        return [record.room for record in await store.rooms(TENANT, deleted=True)]

    assert await trash() == [recent, ROOM]
    clock.time_ms += 11
    async with asyncio.timeout(20):
        while await trash() != [recent] or await store.revoked_tokens():
            await asyncio.sleep(0.005)
    await host.stop()
    clock.time_ms += 200
    host = _host(store, clock, trash_kept_ms=100, purge_interval_ms=10**9, room_idle_ms=10)
    await host.start()
    async with asyncio.timeout(20):
        while await trash():
            await asyncio.sleep(0.005)
    await host.create(recent, "é", ANNA)
    await host.stop()
