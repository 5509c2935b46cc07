"""The host under faults of its store and bugs of its rooms, with real clients."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from collab.errors import AppendUnknown, Fenced, StorageFull, StoreUnavailable
from collab.host.bounds import Bounds
from collab.host.drain import has_drained
from collab.host.host import Host
from collab.ids import FencingToken, RoomId, TenantId
from collab.limits import APPEND_PAUSE_MS
from collab.messages import Submit
from collab.model.registry import builtin
from collab.revision import Revision
from collab.room.room import Room
from collab.stores.memory import MemoryStore, Moment
from tests.api.frames import auth
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, refused
from tests.api.server import wait_until

_ROOM = "fault/größe"


class _Faulty:
    """Raises what the test says at the next append."""

    def __init__(self) -> None:
        self.moment = Moment.BEFORE
        self.error: Exception | None = None

    def __call__(self, moment: Moment, room: RoomId, revisions: Sequence[Revision]) -> None:
        if self.error is not None and moment is self.moment:
            error, self.error = self.error, None
            raise error


def _created(server: InsideServer, source: str = "sdk") -> Native:
    client = Native(server, _ROOM, source=source)
    if not client.welcome["exists"]:
        assert client.answer(client.submit({}, 0, kind="create"))["type"] == "ack"
    return client


def _closed(client: Native) -> tuple[int, str]:
    code, reason = closing(client.socket)
    return code, reason


@pytest.mark.parametrize(
    ("moment", "error"),
    [
        (Moment.BEFORE, Fenced("somebody else has the room")),
        (Moment.BEFORE, AppendUnknown("the disk failed")),
        (Moment.AFTER, AppendUnknown("the disk failed")),
        # No error that a store may raise: a bug in encoding, say.
        (Moment.BEFORE, OverflowError("größe")),
    ],
)
def test_a_refused_append_reopens_the_room(moment: Moment, error: Exception) -> None:
    """[HO9] what the store does not take closes with 1012; what is sent again is there once."""
    faults = _Faulty()
    with InsideServer(MemoryStore(faults=faults)) as server:
        with _created(server) as author, Native(server, _ROOM) as reader:
            faults.moment, faults.error = moment, error
            author.submit([{"p": ["é"], "oi": 1}], 1, seq=2)
            assert _closed(author)[0] == 1012
            assert _closed(reader)[0] == 1012
            assert not [item for item in reader.seen if item["type"] == "revision"]
        with _created(server) as author:
            assert author.answer(author.submit([{"p": ["é"], "oi": 1}], 1, seq=2))["revision"] == 2
            assert author.fetch() == (2, {"é": 1})


def test_a_bug_in_a_room_costs_that_room_a_reopening(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO10] a room that fails on a command is reopened from the log; other rooms go on."""
    receive = Room.receive

    def broken(room: Room, command: Any, now_ms: int) -> Any:
        if isinstance(command, Submit) and command.seq == 666:
            raise _Panic("größe")
        return receive(room, command, now_ms)

    monkeypatch.setattr(Room, "receive", broken)
    with InsideServer() as server, Native(server, "other/room") as other:
        with _created(server) as author:
            author.submit([{"p": ["é"], "oi": 1}], 1, seq=666)
            assert _closed(author)[0] == 1012
        with _created(server) as author:
            assert author.edit("é", 1)["type"] == "ack"
        assert other.answer(other.submit({}, 0, kind="create"))["type"] == "ack"


class _TimedStore(MemoryStore):
    """Takes a moment for each append, and notes its size, its beginning and its end."""

    def __init__(self) -> None:
        super().__init__()
        self.appends: list[tuple[int, float, float]] = []

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        begin = time.monotonic()
        await asyncio.sleep(0.005)
        await super().append(room, token, revisions)
        self.appends.append((len(revisions), begin, time.monotonic()))


def test_edits_that_come_faster_than_commits_share_them() -> None:
    """[RM18] an append of several is followed by a pause, a lone one by none; all is stored."""
    store = _TimedStore()
    with InsideServer(store) as server, _created(server) as author:
        for number in range(40):
            author.submit([{"p": [f"é{number}"], "oi": number}], 1, seq=number + 2)
        for number in range(40):
            author.answer(number + 2)
        assert len(author.fetch()[1]) == 40
        # Alone again, an edit waits for nobody.
        assert author.edit("é", 1)["type"] == "ack"
    assert sum(size for size, _, _ in store.appends) == 42
    assert any(size > 1 for size, _, _ in store.appends)
    for (size, _, end), (_, begin, _) in pairwise(store.appends):
        if size > 1:
            assert begin - end >= APPEND_PAUSE_MS / 1000 - 0.001


class _Panic(BaseException):
    """As pycrdt's, which is no ``Exception``."""


def test_a_room_that_cannot_be_opened_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO11] whatever keeps a room shut, its clients are told to come back."""
    with InsideServer() as server:

        async def failing(*_: object) -> None:
            raise ValueError("a damaged record: größe")

        monkeypatch.setattr(server.host.store, "snapshot", failing)
        with open_socket(f"{server.socket_url}/yjs/{_ROOM}") as socket:
            assert closing(socket)[0] == 1012
        with open_socket(f"{server.socket_url}/hocuspocus") as socket:
            socket.send(auth(_ROOM))
            assert closing(socket)[0] == 1012
        assert refused(server, _ROOM)[1] == 1012
        monkeypatch.undo()
        with _created(server) as author:
            assert author.edit("é", 1)["type"] == "ack"


def test_a_catch_up_without_its_store_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """[FO8] a slow reader whose revisions cannot be read is closed, never left behind."""
    bounds = Bounds(connection_bytes_max=100_000)
    with InsideServer(bounds=bounds) as server, _created(server) as author:
        monkeypatch.setattr("collab.room.ledger.TAIL_REVISIONS_MAX", 5)

        async def failing(*_: object) -> list[Revision]:
            raise StoreUnavailable("the disk is gone")

        with Native(server, _ROOM, token="slow") as slow:
            monkeypatch.setattr(server.host.store, "revisions", failing)
            for number in range(300):
                op = [{"p": ["big"], "oi": f"{number}" + "größe 😀" * 5000}]
                assert author.answer(author.submit(op, number + 1))["type"] == "ack"
            code, reason = _closed(slow)
            assert (code, reason) == (1012, "what you missed cannot be read now")
        monkeypatch.undo()
        assert author.edit("é", 1)["type"] == "ack"


def test_idle_rooms_close_and_come_back() -> None:
    """[HO12] a room that nobody is in is closed with a snapshot, and opened where it was."""
    with InsideServer(bounds=Bounds(room_idle_ms=100)) as server:
        with _created(server) as author:
            assert author.edit("é", "größe 😀")["type"] == "ack"
        wait_until(lambda: not server.call(lambda: list(server.host)), "the room to close")
        room = RoomId.parse(TenantId("local"), _ROOM)
        snapshot = asyncio.run(server.host.store.snapshot(room))
        assert snapshot is not None
        assert (snapshot.revision, snapshot.document) == (2, {"é": "größe 😀"})
        with _created(server) as author:
            assert author.fetch() == (2, {"é": "größe 😀"})


def test_closed_rooms_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO20] once enough were closed nothing of them is left in memory."""
    monkeypatch.setattr("collab.host.host.RELEASE_ROOMS_MIN", 3)
    with InsideServer(bounds=Bounds(room_idle_ms=100)) as server:
        for number in range(3):
            with Native(server, f"free/é{number}") as author:
                author.answer(author.submit({}, 0, kind="create"))
                assert author.edit("é", "größe 😀")["type"] == "ack"
        held = server.call(lambda: [weakref.ref(room.room) for room in server.host])
        assert held
        wait_until(lambda: not any(item() for item in held), "the rooms to be freed")


class _Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def now_ms(self) -> int:
        return self.ms


class _NoSpace(MemoryStore):
    """A store that takes small writes only, as a disk that is almost full does."""

    async def append(self, room: Any, token: Any, revisions: Any) -> None:
        raise StorageFull("no space")


async def test_a_disk_that_fills_again_is_tried_less_often() -> None:
    """[HO7] a room that fills again soon stays read-only for twice as long, within a bound."""
    clock = _Clock()
    host = Host(_NoSpace(), clock, builtin(), Bounds(read_only_retry_ms=1_000))
    await host.start()
    room = RoomId.free(TenantId("t"), "größe", "1")
    pauses = []
    await host.room(room)
    for _ in range(12):
        host._note_full(room)
        pauses.append(host._full[room].length_ms)
        clock.ms += pauses[-1] - 1
        await host._try_full_rooms()
        assert room in host._full
        clock.ms += 1
        await host._try_full_rooms()
        assert room not in host._full
    assert pauses[:4] == [1_000, 2_000, 4_000, 8_000]
    assert pauses[-1] == pauses[-2] == 300_000
    clock.ms += 10_000_000
    host._note_full(room)
    assert host._full[room].length_ms == 1_000
    await host.stop()


async def test_one_janitor_failure_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO13] a bug in looking after one room does not end looking after rooms."""
    host = Host(MemoryStore(), _Clock(), builtin(), Bounds(room_idle_ms=1))
    calls = []

    async def failing() -> None:
        calls.append(1)
        raise ValueError("größe")

    monkeypatch.setattr(host, "_try_full_rooms", failing)
    await host.start()
    async with asyncio.timeout(10):
        while len(calls) < 3:
            await asyncio.sleep(0.01)
    await host.stop()


class _Pipe:
    def __init__(self, sizes: list[int]) -> None:
        self._sizes = sizes
        self.is_closed = False

    @property
    def buffered_bytes(self) -> int:
        return self._sizes.pop(0) if len(self._sizes) > 1 else self._sizes[0]

    def send(self, frame: bytes) -> None:
        raise AssertionError

    def send_parts(self, parts: Sequence[bytes]) -> None:
        raise AssertionError

    def pack(self, frames: Sequence[bytes]) -> bytes:
        raise AssertionError

    def send_packed(self, block: bytes) -> None:
        raise AssertionError

    def close(self, code: int, reason: str) -> None:
        raise AssertionError


async def test_patience_lasts_as_long_as_something_moves() -> None:
    """[FO4] a reader that reads slowly is waited for; one that has stopped is not."""
    moving = [*range(2_000, 0, -100)]
    assert await has_drained(_Pipe(moving), 150, stall_ms=40)
    assert not await has_drained(_Pipe([500]), 150, stall_ms=100)
    assert await has_drained(_Pipe([150]), 150, stall_ms=0)
    closed = _Pipe([500])
    closed.is_closed = True
    assert await has_drained(closed, 150, stall_ms=0)
