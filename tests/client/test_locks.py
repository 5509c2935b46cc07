"""Locks by the Python client, against a real server and over connections that break."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest

import collab.client
from collab.client import ClientRefused, LocksChanged, Room
from collab.client import locks as client_locks
from tests.api.server import Server
from tests.client.relay import Relay

_NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("locks")) as server:
        yield server


@pytest.fixture
def name(server: Server) -> str:
    """Return the name of a room that no other test uses."""
    name = f"held{next(_NUMBERS)}"
    server.import_sample("order-management.json", name)
    return name


def _component(room: Room, type_: str = "Page@1") -> str:
    nodes = room.document["nodes"]
    return next(key for key, node in nodes.items() if node["type"] == type_)


async def _until(room: Room, look: Any) -> None:
    """Wait, event by event, until *look* is true of the room's locks."""
    changed = asyncio.Event()
    stop = room.listen(lambda event: changed.set() if isinstance(event, LocksChanged) else None)
    try:
        async with asyncio.timeout(60):
            while not look(room.locks):
                await changed.wait()
                changed.clear()
    finally:
        stop()


def _rename(room: Room, node: str, name: str) -> list[dict[str, Any]]:
    old = room.document["nodes"][node]["props"]["name"]
    return [{"p": ["nodes", node, "props", "name"], "od": old, "oi": name}]


async def test_holding(server: Server, name: str) -> None:
    """[CL18] within the block nobody else changes it; what was done is durable before it ends."""
    async with (
        collab.client.connect(server.url, name, token="anna") as anna,
        collab.client.connect(server.url, name, token="ben") as ben,
    ):
        page = _component(anna)
        async with anna.lock(page) as lock:
            assert lock.is_held
            await _until(ben, lambda locks: locks.held)
            assert [held.component for held in ben.locks.held] == [page]
            with pytest.raises(ClientRefused) as caught:
                await ben.submit(_rename(ben, page, "Bens"))
            assert caught.value.code == "lock_held" and caught.value.nodes == (page,)
            with pytest.raises(ClientRefused) as caught:
                async with ben.lock(page, waits=False):
                    raise AssertionError("it is held")
            assert caught.value.code == "lock_held"
            edit = anna.submit_nowait(_rename(anna, page, "Ännes é"))
        assert edit.done() and not anna.locks.held and not lock.is_held
        await ben.wait_for(edit.result())
        await ben.submit(_rename(ben, page, "Bens"))


async def test_waiting(server: Server, name: str) -> None:
    """[CL18] who waits gets it when it is given back; who stops waiting gives the place back."""
    async with (
        collab.client.connect(server.url, name, token="anna") as anna,
        collab.client.connect(server.url, name, token="ben") as ben,
        collab.client.connect(server.url, name, token="cy") as cy,
    ):
        page = _component(anna)

        async def hold(room: Room) -> None:
            async with room.lock(page):
                await room.submit(_rename(room, page, "x"))

        async with anna.lock(page):
            impatient = asyncio.create_task(hold(ben))
            await _until(anna, lambda locks: len(locks.waiting) == 1)
            patient = asyncio.create_task(hold(cy))
            await _until(anna, lambda locks: len(locks.waiting) == 2)
            impatient.cancel()
            await asyncio.gather(impatient, return_exceptions=True)
            await _until(anna, lambda locks: len(locks.waiting) == 1)
        async with asyncio.timeout(60):
            await patient
        await _until(anna, lambda locks: not locks.held)


async def test_a_broken_connection(server: Server, name: str) -> None:
    """[CL19] what was asked is asked again, and the locks are told anew with the welcome."""
    async with (
        Relay(server.port) as relay,
        collab.client.connect(relay.url, name, token="anna") as anna,
        collab.client.connect(server.url, name, token="ben") as ben,
    ):
        page = _component(anna)
        relay.hold_answers()
        holding = anna.lock(page)
        entered = asyncio.create_task(holding.__aenter__())
        await _until(ben, lambda locks: locks.held)
        relay.cut()
        relay.release_answers()
        async with asyncio.timeout(60):
            await entered
        assert holding.is_held and [held.component for held in anna.locks.held] == [page]
        assert anna.locks.held[0].token == holding.token == ben.locks.held[0].token
        await holding.__aexit__(None, None, None)
        await _until(ben, lambda locks: not locks.held)


async def test_losing_it(server: Server, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[CL19] a lock that an owner broke is not held any more, as the next renewal finds."""
    monkeypatch.setattr(client_locks, "_RENEWED_EVERY_S", 0.05)
    async with collab.client.connect(server.url, name, token="anna") as anna:
        page = _component(anna)
        async with anna.lock(page) as lock:
            async with httpx.AsyncClient(trust_env=False) as http:
                answer = await http.delete(f"{server.url}/api/rooms/{name}/locks/{page}")
            assert answer.status_code == 200
            async with asyncio.timeout(60):
                while lock.is_held:
                    await asyncio.sleep(0.01)
        await anna.submit(_rename(anna, page, "still anybody's"))


async def test_leaving_a_closed_room(server: Server, name: str) -> None:
    """[CL18] a room that was left meanwhile keeps the block from nothing: the lock runs out."""
    async with collab.client.connect(server.url, name, token="anna") as anna:
        async with anna.lock(_component(anna)) as lock:
            await anna.close()
        assert not lock.is_held
