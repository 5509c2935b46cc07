"""Feeds of real rooms: a server process, and the runtime's rooms in this one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import collab.client
from runtime import feed as feed_module
from runtime import rooms as rooms_module
from runtime.errors import PreviewBusy, PreviewNotFound
from runtime.feed import FeedState, RoomFeed
from runtime.limits import ROOM_IDLE_S
from runtime.metrics import Metrics
from runtime.rooms import Rooms
from runtime.service_token import ServiceTokens
from runtime.tenants import Tenants
from runtime.workers import Workers
from tests.api.server import Server
from tests.client.relay import Relay
from tests.runtime.feed_reader import events_of

PATIENCE_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("feed")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


@pytest.fixture
async def relay(server: Server) -> AsyncIterator[Relay]:
    async with Relay(server.port) as relay:
        yield relay


@pytest.fixture
async def rooms(relay: Relay, tmp_path: Path) -> AsyncIterator[Rooms]:
    async with following(relay.url, tmp_path) as rooms:
        yield rooms


@asynccontextmanager
async def following(url: str, directory: Path) -> AsyncIterator[Rooms]:
    """The rooms of a server. There is no engine, hence no data: designing goes on without."""
    workers = Workers()
    tokens = ServiceTokens(b"k" * 32)
    rooms = Rooms(url, tokens, Tenants(directory, None), workers, Metrics())
    rooms.start()
    yield rooms
    await rooms.stop()
    workers.stop()


class Watcher:
    """A player: keeps the model by the feed's events."""

    def __init__(self, feed: RoomFeed) -> None:
        self._chunks = feed.watch()
        self._events = events_of(self._chunks)
        self.model: dict[str, Any] = {}
        self.states: list[str] = []
        self.revisions: list[int] = []
        self.models = 0
        self.schemas = 0

    async def until(self, revision: int = 0, state: str = "") -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not self._is_there(revision, state):
                self._take(*await anext(self._events))

    def _is_there(self, revision: int, state: str) -> bool:
        is_at = self.model.get("revision", -1) >= revision
        return is_at and (not state or self.states[-1:] == [state])

    def _take(self, name: str, data: Any) -> None:
        if name == "state":
            self.states.append(data["state"])
        elif name == "model":
            self.models += 1
            self.model = data
        elif name == "schema":
            self.schemas += 1
        else:
            self.revisions.append(data["revision"])
            self.model["revision"] = data["revision"]
            self.model["application"] = data.get("application", self.model["application"])
            for node, value in data["nodes"].items():
                if value is None:
                    self.model["nodes"].pop(node, None)
                else:
                    self.model["nodes"][node] = value

    def is_equal_to(self, document: Any) -> bool:
        return {key: self.model[key] for key in ("application", "nodes")} == document

    async def close(self) -> None:
        await self._chunks.aclose()


def button(room: collab.client.Room) -> str:
    return next(key for key, node in room.document["nodes"].items() if node["type"] == "Button@1")


def label(room: collab.client.Room, text: str) -> asyncio.Future[Any]:
    return room.submit_nowait([{"p": ["nodes", button(room), "props", "label"], "oi": text}])


async def test_model_then_every_revision(server: Server, rooms: Rooms) -> None:
    """[PV2] A viewer gets the model first and then every revision in order."""
    watcher = Watcher((await rooms.open("local", "orders")).feed)
    async with collab.client.connect(server.url, "orders") as room:
        start = room.revision
        await watcher.until(start)
        assert watcher.models == 1
        assert watcher.is_equal_to(room.document)
        for number in range(20):
            await label(room, f"Größe 😀 {number}")
        await watcher.until(start + 20)
        assert watcher.revisions == list(range(start + 1, start + 21))
        assert watcher.models == 1
        assert watcher.is_equal_to(room.document)
    await watcher.close()


async def test_connection_lost_and_found(server: Server, relay: Relay, rooms: Rooms) -> None:
    """[PV4] While the server is away viewers are told so; then they get what they missed, once."""
    watcher = Watcher((await rooms.open("local", "orders")).feed)
    async with collab.client.connect(server.url, "orders") as room:
        start = room.revision
        await watcher.until(start, "live")
        relay.is_open = False
        relay.cut()
        await watcher.until(state="waiting")
        for number in range(5):
            await label(room, f"meanwhile {number} é")
        relay.is_open = True
        await watcher.until(start + 5, "live")
        assert watcher.revisions == list(range(start + 1, start + 6))
        assert watcher.models == 1
        assert watcher.is_equal_to(room.document)
    await watcher.close()


async def test_server_restart(tmp_path: Path) -> None:
    """[PV4] A server that is killed and comes back costs its viewers nothing."""
    with Server(tmp_path) as server:
        server.import_sample("order-management.json", "orders")
        async with following(server.url, tmp_path / "preview") as rooms:
            watcher = Watcher((await rooms.open("local", "orders")).feed)
            await watcher.until(1, "live")
            await asyncio.to_thread(server.kill)
            await watcher.until(state="waiting")
            late = Watcher((await rooms.open("local", "orders")).feed)
            await late.until(1, "waiting")
            await asyncio.to_thread(server.start)
            async with collab.client.connect(server.url, "orders") as room:
                await label(room, "zurück 😀")
                for each in (watcher, late):
                    await each.until(room.revision, "live")
                    assert each.is_equal_to(room.document)
                    await each.close()


async def test_slow_viewer(server: Server, rooms: Rooms) -> None:
    """[PV3] A viewer that does not read gets one fresh model and goes on; others do not wait."""
    feed = (await rooms.open("local", "orders")).feed
    slow, quick = Watcher(feed), Watcher(feed)
    async with collab.client.connect(server.url, "orders") as room:
        start = room.revision
        await slow.until(start, "live")
        reading = asyncio.create_task(quick.until(start + 300))
        for number in range(300):
            await label(room, f"{number} é")
        await reading
        assert quick.models == 1
        assert slow.models == 1
        await slow.until(room.revision)
        assert slow.models == 2
        assert slow.revisions == []
        await label(room, "nachher")
        await slow.until(room.revision)
        assert slow.models == 2
        assert slow.is_equal_to(room.document)
        assert slow.schemas == 1, "who was behind has missed events about data, too"
        assert quick.schemas == 0
    await slow.close()
    await quick.close()


async def test_heartbeats(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV10] Silence is broken by heartbeats."""
    monkeypatch.setattr(feed_module, "HEARTBEAT_S", 0.01)
    feed = (await rooms.open("local", "orders")).feed
    chunks = []
    async with asyncio.timeout(PATIENCE_S), aclosing(feed.watch()) as stream:
        async for chunk in stream:
            chunks.append(chunk)
            if chunks.count(b": \n\n") == 3:
                break
    assert feed.is_idle


async def test_missing_room(rooms: Rooms) -> None:
    """[PV5] A room that is not there is not found, also one whose name is none."""
    for name in ("missing", "é", "a b", ".."):
        with pytest.raises(PreviewNotFound):
            await rooms.open("local", name)
    assert rooms._open == {}


async def test_server_away_from_the_start(relay: Relay, rooms: Rooms) -> None:
    """[PV4] A preview that is opened while the server is away waits, and begins when it is back."""
    relay.is_open = False
    feed = (await rooms.open("local", "orders")).feed
    assert feed.state is FeedState.WAITING
    watcher = Watcher(feed)
    await_waiting = asyncio.create_task(watcher.until(0, "live"))
    await asyncio.sleep(0)
    relay.is_open = True
    await await_waiting
    assert watcher.states[0] == "waiting"
    assert watcher.model["nodes"]
    await watcher.close()


async def test_rooms_are_closed_when_idle(rooms: Rooms) -> None:
    """[PV6] A room is closed when nobody has watched it for a while, and not before."""
    feed = (await rooms.open("local", "orders")).feed
    assert (await rooms.open("local", "orders")).feed is feed
    watcher = Watcher(feed)
    await watcher.until(1)
    await rooms.close_idle(time.monotonic() + ROOM_IDLE_S + 1)
    assert (await rooms.open("local", "orders")).feed is feed
    await watcher.close()
    await rooms.close_idle(time.monotonic() + ROOM_IDLE_S - 1)
    assert (await rooms.open("local", "orders")).feed is feed
    await rooms.close_idle(time.monotonic() + ROOM_IDLE_S + 1)
    assert (await rooms.open("local", "orders")).feed is not feed


async def test_rooms_and_viewers_are_bounded(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PV6] Past the bound a room or a viewer is told to come later."""
    feed = (await rooms.open("local", "orders")).feed
    monkeypatch.setattr(rooms_module, "ROOMS_PER_TENANT_MAX", 1)
    with pytest.raises(PreviewBusy):
        await rooms.open("local", "another")
    with pytest.raises(PreviewNotFound):
        await rooms.open("müller", "another")
    monkeypatch.setattr(rooms_module, "ROOMS_MAX", 1)
    with pytest.raises(PreviewBusy):
        await rooms.open("müller", "another")
    monkeypatch.setattr(feed_module, "VIEWERS_PER_ROOM_MAX", 1)
    feed.check_space()
    watcher = Watcher(feed)
    await watcher.until(1)
    with pytest.raises(PreviewBusy):
        feed.check_space()
    await watcher.close()


async def test_edit_reaches_the_viewers_soon(server: Server, rooms: Rooms) -> None:
    """[PV13] From an edit's submit to its patch at a viewer the median is below 100 ms."""
    watcher = Watcher((await rooms.open("local", "orders")).feed)
    async with collab.client.connect(server.url, "orders") as room:
        await watcher.until(room.revision, "live")
        times = []
        for number in range(50):
            started = time.perf_counter()
            answer = label(room, f"Größe {number}")
            await watcher.until(room.revision + 1)
            times.append(time.perf_counter() - started)
            await answer
    assert sorted(times)[25] < 0.1
    await watcher.close()
