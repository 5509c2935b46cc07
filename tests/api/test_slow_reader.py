"""Slow readers, and those that never read, on real sockets with small bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from collab.host.bounds import Bounds
from tests.api.frames import STEP1, YjsReader, address, auth, step1
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket
from tests.api.server import Editor, wait_until
from tests.api.sharedb_client import ShareDbClient

_BIG = "größer 😀 " * 4000
# Some 20 MB in each form of the change: far more than the kernel's buffers hold.
_ROUNDS = 400
_BUFFERED_MAX = 2 << 20


def _bounds(stall_ms: int, close_timeout_ms: int = 1_000) -> Bounds:
    return Bounds(
        connection_bytes_max=256 << 10,
        connection_stall_ms=stall_ms,
        close_timeout_ms=close_timeout_ms,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[InsideServer]:
    """A server with small buffers and the usual patience."""
    with InsideServer(bounds=_bounds(30_000)) as server:
        yield server


@pytest.fixture(scope="module")
def strict() -> Iterator[InsideServer]:
    """A server with small buffers and little patience."""
    with InsideServer(bounds=_bounds(1_000)) as server:
        yield server


@pytest.fixture(scope="module")
def polite() -> Iterator[InsideServer]:
    """A server with small buffers and little patience, which leaves time to read its farewell."""
    with InsideServer(bounds=_bounds(1_000, 60_000)) as server:
        yield server


def _create(server: InsideServer, room: str) -> None:
    with Native(server, room) as author:
        assert author.answer(author.submit({}, 0, kind="create"))["type"] == "ack"


def _write_much(author: Native, base: int = 1, rounds: int = _ROUNDS) -> int:
    """Write *rounds* large revisions after *base*; return the last revision."""
    for number in range(rounds):
        op = [{"p": ["big"], "oi": f"{number} {_BIG}"}]
        answer = author.answer(author.submit(op, base + number))
        assert answer["type"] == "ack", answer
    return base + rounds


def _sessions(server: InsideServer) -> int:
    return server.call(lambda: sum(len(room.outlets) for room in server.host))


def test_native_reader_catches_up_with_every_revision(server: InsideServer) -> None:
    """[FO1] [FO2] a slow native reader: bounded memory, each revision in order, then the ack."""
    _create(server, "slow/native")
    with Native(server, "slow/native") as slow, Native(server, "slow/native") as author:
        last = _write_much(author)
        assert server.buffered_bytes() < _BUFFERED_MAX
        seq = slow.submit([{"p": ["é"], "oi": "mine"}], last)
        assert slow.answer(seq)["revision"] == last + 1
        revisions = [item["revision"] for item in slow.seen if item["type"] == "revision"]
        assert revisions == list(range(2, last + 2))
        _write_much(author, last + 1, rounds=1)
        assert slow.wait("revision")["revision"] == last + 2


def test_sharedb_reader_catches_up_with_every_revision(server: InsideServer) -> None:
    """[FO1] [FO2] a slow ShareDB reader: each revision in order, then what it asked for."""
    _create(server, "slow/sharedb")
    with ShareDbClient(server) as slow, Native(server, "slow/sharedb") as author:
        assert slow.ask({"a": "s", "c": "slow", "d": "sharedb", "v": None})["data"]["v"] == 1
        slow.frames.clear()
        last = _write_much(author)
        assert server.buffered_bytes() < _BUFFERED_MAX
        op = [{"p": ["é"], "oi": "mine"}]
        slow.send(a="op", c="slow", d="sharedb", v=last, seq=1, op=op)
        slow.wait(a="op", src=slow.source, seq=1)
        assert [frame["v"] for frame in slow.frames] == list(range(1, last + 1))
        slow.send(a="u", c="slow", d="sharedb")
        slow.wait(a="u")
        _write_much(author, last + 1, rounds=1)
        # Nothing was pushed since: the next thing that it hears is the answer to what it asks.
        slow.frames.clear()
        slow.send(a="f", c="slow", d="sharedb", v=last + 1)
        slow.wait(a="f")
        assert [frame["a"] for frame in slow.frames] == ["op", "f"]


def test_yjs_reader_catches_up_by_merged_updates(
    server: InsideServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[FO1] [FO3] a slow y-websocket reader gets merged updates; others are not disturbed."""
    monkeypatch.setattr("collab.host.audience.CATCH_UP_STATE_BYTES_MAX", 0)
    _create(server, "slow/yjs")
    with (
        Editor("y-websocket", server, "slow/yjs") as other,
        open_socket(f"{server.socket_url}/yjs/slow/yjs") as slow,
        Native(server, "slow/yjs") as author,
    ):
        other.wait_synced()
        slow.send(STEP1)
        reader = YjsReader()
        reader.take(slow.recv(timeout=10))
        _write_much(author)
        assert server.buffered_bytes() < _BUFFERED_MAX
        other.wait(
            lambda state: state["roots"]["model"]["big"].startswith(f"{_ROUNDS - 1} "),
            "the last change to reach those who read",
        )
        _, document = author.fetch()
        while reader.value != document:
            reader.take(slow.recv(timeout=10))
        assert 0 < reader.updates < _ROUNDS


@pytest.mark.parametrize("dialect", ["yjs", "hocuspocus"])
def test_yjs_reader_far_behind_is_sent_the_state(
    server: InsideServer, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    """[FO3] where the state is smaller than what was missed it comes in its place, once durable."""
    monkeypatch.setattr("collab.room.ledger.TAIL_BYTES_MAX", 1 << 20)
    room = f"slow/far-{dialect}"
    _create(server, room)
    path = f"yjs/{room}" if dialect == "yjs" else "hocuspocus"
    name = room.encode()
    prefix = b"" if dialect == "yjs" else bytes((len(name),)) + name
    with open_socket(f"{server.socket_url}/{path}") as slow, Native(server, room) as author:
        if prefix:
            slow.send(auth(room))
        slow.send(prefix + STEP1)
        reader, received = YjsReader(prefix), 0
        while reader.value is None or not received:
            frame = slow.recv(timeout=10)
            reader.take(frame)
            received += len(frame)
        _write_much(author)
        assert server.call(lambda: _tail_bytes(server, room)) <= 2 << 20
        _, document = author.fetch()
        while reader.value != document:
            frame = slow.recv(timeout=10)
            reader.take(frame)
            received += len(frame)
        assert received < _ROUNDS * len(_BIG.encode()) // 2
        # And it is pushed to again.
        author.submit([{"p": ["é"], "oi": "größe"}], _ROUNDS + 1)
        while "é" not in reader.value:
            reader.take(slow.recv(timeout=10))


def test_history_that_is_too_large_is_not_read(
    server: InsideServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[HO19] an op from before it is refused, who asks is given the document; all else goes on."""
    monkeypatch.setattr("collab.room.ledger.TAIL_BYTES_MAX", 1 << 20)
    monkeypatch.setattr("collab.host.room_host.HISTORY_BYTES_MAX", 5 << 20)
    _create(server, "slow/history")
    with Native(server, "slow/history") as author, ShareDbClient(server) as reader:
        last = _write_much(author, rounds=100)
        refusal = author.answer(author.submit([{"p": ["é"], "oi": 1}], 2))
        assert (refusal["type"], refusal["code"]) == ("refuse", "op_base_old")
        answer = reader.ask({"a": "f", "c": "slow", "d": "history", "v": 2})
        assert answer["data"]["v"] == last and answer["data"]["data"]["big"].startswith("99 ")
        assert author.answer(author.submit([{"p": ["é"], "oi": 1}], last - 2))["type"] == "ack"
        # What is read is not too large where less is asked for.
        monkeypatch.setattr("collab.host.room_host.HISTORY_BYTES_MAX", 64 << 20)
        assert author.edit("größe", 1)["type"] == "ack"


def _tail_bytes(server: InsideServer, room: str) -> int:
    (found,) = [item for item in server.host if item.id.name == room]
    return found.room.committer.ledger.tail_bytes


def test_who_never_reads_is_cut_off(strict: InsideServer) -> None:
    """[FO4] one that never reads leaves the room, and its memory is free; the room goes on."""
    _create(strict, "slow/never")
    with Native(strict, "slow/never") as author, Native(strict, "slow/never"):
        last = _write_much(author)
        wait_until(lambda: _sessions(strict) == 1, "the session to be closed")
        wait_until(lambda: strict.buffered_bytes() == 0, "its memory to be free")
        assert author.answer(author.submit([{"p": ["é"], "oi": 1}], last))["type"] == "ack"


def test_late_reader_is_told_why(polite: InsideServer) -> None:
    """[FO4] a reader that comes back before it is cut off finds the close code 1013."""
    _create(polite, "slow/late")
    with Native(polite, "slow/late") as author, Native(polite, "slow/late") as late:
        _write_much(author)
        wait_until(lambda: _sessions(polite) == 1, "the session to be closed")
        code, reason = closing(late.socket)
        assert (code, "slow" in reason) == (1013, True)


def test_questions_without_reading_stay_bounded(strict: InsideServer) -> None:
    """[FO5] who asks for the document again and again and reads nothing is not listened to."""
    _create(strict, "slow/asking")
    with Native(strict, "slow/asking") as author:
        _write_much(author, rounds=1)
        with Native(strict, "slow/asking") as asking:
            peak = 0
            try:
                for number in range(2000):
                    asking.send(type="fetch", id=number)
                    peak = max(peak, strict.buffered_bytes() if number % 100 == 0 else 0)
            except ConnectionClosed:
                pass  # Cut off already, which is one way to be bounded.
            deadline = time.monotonic() + 10
            while _sessions(strict) == 2 and time.monotonic() < deadline:
                peak = max(peak, strict.buffered_bytes())
                time.sleep(0.05)
            assert _sessions(strict) == 1
            assert peak < _BUFFERED_MAX
            assert author.edit("after", "é")["type"] == "ack"


def test_awareness_of_a_slow_reader_is_the_newest(server: InsideServer) -> None:
    """[FO6] of awareness a slow reader gets each client's newest entry, who left included."""
    _create(server, "slow/aware")
    with Native(server, "slow/aware") as slow, Native(server, "slow/aware") as author:
        with Native(server, "slow/aware") as guest:
            guest.send(type="presence", state={"cursor": 0})
            slow.wait("presence")
            _write_much(author)
            for number in range(50):
                author.send(type="presence", state={"cursor": number, "name": "Zoë"})
        wait_until(lambda: _sessions(server) == 2, "the guest to leave")
        me, gone = author.welcome["client"], guest.welcome["client"]
        states: dict[int, Any] = {}
        while me not in states or states.get(gone, "there") is not None:
            entries = slow.wait("presence")["clients"]
            states.update((entry["client"], entry["state"]) for entry in entries)
        assert states[me] == {"cursor": 49, "name": "Zoë"}
        told = [item for item in slow.seen if item["type"] == "presence"]
        assert len(told) < 25


def test_two_documents_share_one_budget(server: InsideServer) -> None:
    """[FO7] a state that waited for the socket is followed by every revision since."""
    for name in ("one", "two"):
        _create(server, f"shared/{name}")
        with Native(server, f"shared/{name}") as author:
            _write_much(author, rounds=1)
            author.answer(author.submit([{"p": ["more"], "oi": _BIG * 12}], 2))
    with open_socket(f"{server.socket_url}/hocuspocus") as socket:
        for name in ("shared/one", "shared/two"):
            socket.send(auth(name))
            for _ in range(12):
                socket.send(step1(name))
        with Native(server, "shared/two") as author:
            for number in range(20):
                author.answer(author.submit([{"p": ["n"], "oi": number}], 3 + number))
        reader = YjsReader(address("shared/two"))
        while reader.value.get("n") != 19:
            reader.take(socket.recv(timeout=10))
        assert reader.value["more"] == _BIG * 12
