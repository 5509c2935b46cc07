"""Rates: buckets on their own, and what sockets and requests meet on a real server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from collab.errors import TooManyRequests
from collab.host import pace as pace_module
from collab.host.bounds import Bounds
from collab.host.pace import Bucket, Paces
from collab.ids import SessionId, TenantId, UserId
from collab.limits import RATE_BURST_S
from collab.messages import Principal, Role
from tests.api.frames import STEP1, address, auth, step1, sync, update_of
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, wait_for_frame
from tests.api.server import wait_until

_SECRET = b"a secret of more than thirty-two bytes"


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 300)), min_size=1, max_size=60))
def test_a_bucket_keeps_its_rate(steps: list[tuple[float, int]]) -> None:
    """[LM7] who waits as told never gets more than the burst and the rate over any time."""
    now, spent, bucket = 0.0, 0, Bucket(100, 0.0)
    for pause, amount in steps:
        now += pause
        wait = bucket.spend(amount, now)
        spent += amount
        now += wait
        assert spent <= 100 * (RATE_BURST_S + now) + 1e-6
        # Once it has waited a bucket is not in debt.
        assert bucket.spend(0, now) < 1e-6


def test_a_bucket_waits_for_no_longer_than_it_has_to() -> None:
    """[LM7] a burst is free, what follows is paid for, and a pause fills it to its rim only."""
    bucket = Bucket(10, 5.0)
    assert bucket.spend(10 * RATE_BURST_S, 5.0) == 0
    assert bucket.spend(5, 5.0) == pytest.approx(0.5)
    assert bucket.spend(0, 5.5) == pytest.approx(0)
    assert bucket.spend(10 * RATE_BURST_S + 1, 10_000.0) == pytest.approx(0.1)


def _principal(user: str) -> Principal:
    return Principal(UserId(user), "Ülrike", "#123456", TenantId("größe"), Role.EDITOR)


def test_a_user_is_forgotten_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """[LM9] who was heard of least recently is forgotten first; in local mode nobody is kept."""
    monkeypatch.setattr(pace_module, "PACED_PRINCIPALS_MAX", 2)
    paces = Paces(Bounds(user_changes_per_s=1), lambda: 0.0, is_local=False)
    anna = paces.of_principal(_principal("anna"))
    bo = paces.of_principal(_principal("bo"))
    assert paces.of_principal(_principal("anna")) is anna
    paces.of_principal(_principal("ülrike"))
    assert paces.of_principal(_principal("anna")) is anna
    assert paces.of_principal(_principal("bo")) is not bo
    local = Paces(Bounds(user_changes_per_s=1), lambda: 0.0, is_local=True)
    assert local.of_principal(_principal("anna")) is None
    for _ in range(100):
        local.check_request(_principal("anna"), 1 << 30)


def test_a_request_in_debt_is_refused() -> None:
    """[LM10] a refused request costs nothing, so that waiting as told is enough."""
    now = 0.0
    paces = Paces(Bounds(user_changes_per_s=1), lambda: now, is_local=False)
    for _ in range(RATE_BURST_S + 1):
        paces.check_request(_principal("anna"), 100)
    for _ in range(5):
        with pytest.raises(TooManyRequests) as caught:
            paces.check_request(_principal("anna"), 100)
        assert caught.value.code == "limit_rate"
        assert caught.value.wait_s == pytest.approx(1)
    paces.check_request(_principal("bo"), 100)
    now = 1.0
    paces.check_request(_principal("anna"), 100)


@pytest.fixture(scope="module")
def slow() -> Iterator[InsideServer]:
    """A server that lets a socket make 20 changes a second, 200 at once, by local guests."""
    with InsideServer(bounds=Bounds(session_changes_per_s=20)) as server:
        yield server


def test_a_fast_writer_is_slowed_down(slow: InsideServer) -> None:
    """[LM8] beyond the burst edits come at the rate, none is lost, and another's come at once."""
    with Native(slow, "rate/é") as fast, Native(slow, "rate/é", token="other") as other:
        fast.answer(fast.submit({}, 0, kind="create"))
        begin = time.monotonic()
        seqs = [fast.submit([{"p": [f"k{n}"], "oi": "é"}], 1) for n in range(219)]
        assert other.edit("größe", 1)["type"] == "ack"
        assert time.monotonic() - begin < 0.9
        assert [fast.answer(seq)["type"] for seq in seqs] == ["ack"] * 219
        # 220 changes with the create: 20 of them were waited for.
        assert time.monotonic() - begin > 0.9


def test_a_fast_yjs_writer_is_slowed_down(slow: InsideServer) -> None:
    """[LM8] the same for updates, which are not refused but read later."""
    with (
        Native(slow, "rate/y") as author,
        open_socket(f"{slow.socket_url}/yjs/rate/y") as fast,
    ):
        author.answer(author.submit({}, 0, kind="create"))
        fast.send(STEP1)
        fast.recv(timeout=10)
        begin = time.monotonic()
        for number in range(220):
            fast.send(sync(2, update_of({f"k{number}": "é"}, 1_000 + number)))
        (room,) = slow.call(lambda: [r for r in slow.host if r.id.name == "rate/y"])
        wait_until(lambda: slow.call(lambda: room.room.durable) == 221, "every update")
        assert time.monotonic() - begin > 0.9


def _fill_hocuspocus(socket: ClientConnection, room: str, edits: int) -> None:
    for number in range(edits):
        frame = sync(2, update_of({f"k{number}": "é"}, 1_000 + number))
        socket.send(address(room) + frame)


def _fill_sharedb(socket: ClientConnection, room: str, edits: int) -> None:
    collection, _, name = room.partition("/")
    for number in range(edits):
        op = {"op": [{"p": [f"k{number}"], "oi": "é"}], "v": 1, "seq": number + 1, "x": {}}
        socket.send(json.dumps({"a": "op", "c": collection, "d": name, "src": None, **op}))


def _fetch_sharedb(socket: ClientConnection, room: str) -> None:
    """Wait until *room* is open: of what comes before, only some may wait for it."""
    collection, _, name = room.partition("/")
    socket.send(json.dumps({"a": "f", "c": collection, "d": name}))
    while json.loads(socket.recv(timeout=20))["a"] != "f":
        pass


def _read_on(socket: ClientConnection) -> None:
    """Read *socket* to its end."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv()


@pytest.mark.parametrize("dialect", ["hocuspocus", "sharedb"])
def test_documents_of_a_socket_have_rates_of_their_own(slow: InsideServer, dialect: str) -> None:
    """[LM11] one document's burst takes nothing from another's."""
    rooms = [f"rate/{dialect}-{name}" for name in "äö"]
    fill = _fill_hocuspocus if dialect == "hocuspocus" else _fill_sharedb
    burst = 20 * RATE_BURST_S
    for name in rooms:
        with Native(slow, name) as author:
            author.answer(author.submit({}, 0, kind="create"))

    with open_socket(f"{slow.socket_url}/{dialect}") as socket:
        for name in rooms:
            if dialect == "hocuspocus":
                socket.send(auth(name))
                socket.send(step1(name))
                wait_for_frame(socket, address(name) + b"\x00\x01")
            else:
                _fetch_sharedb(socket, name)
        # Whoever reads no answers is not read either.
        threading.Thread(target=_read_on, args=(socket,), daemon=True).start()
        begin = time.monotonic()
        for name in rooms:
            fill(socket, name, burst)
        wait_until(
            lambda: slow.call(
                lambda: (
                    [room.room.durable for room in slow.host if unquote(room.id.name) in rooms]
                    == [burst + 1] * len(rooms)
                )
            ),
            "all edits of both",
        )
        # Together they are 200 changes beyond what one session may make at once.
        assert time.monotonic() - begin < 200 / 20 - 1


def test_sessions_of_one_socket_share_a_user_s_rate() -> None:
    """[LM9] in local mode, where nobody is known, a socket is paced as a user is elsewhere."""
    now = 0.0
    bounds = Bounds(session_changes_per_s=5, user_changes_per_s=8, user_bytes_per_s=1_000)
    paces = Paces(bounds, lambda: now, is_local=True)
    throttle, other = paces.throttle(), paces.throttle()
    for name in ("one", "two"):
        throttle.enter(SessionId(name), _principal("anna"))
        for _ in range(4 * RATE_BURST_S):
            throttle.note(SessionId(name), 1, 0)
    assert not throttle.is_on
    throttle.note(SessionId("two"), 1, 0)
    assert throttle.is_on
    other.enter(SessionId("three"), _principal("anna"))
    other.note(SessionId("three"), 5 * RATE_BURST_S, 0)
    assert not other.is_on
    # What belongs to no session counts as well.
    other.hear(1_000 * RATE_BURST_S)
    assert not other.is_on
    other.hear(1)
    assert other.is_on


async def test_a_session_that_left_leaves_its_debt() -> None:
    """[LM11] a wait that was told is kept; a session that comes anew begins with a full bucket."""
    now = 0.0
    paces = Paces(Bounds(session_changes_per_s=1), lambda: now, is_local=False)
    throttle = paces.throttle()
    throttle.enter(SessionId("one"), _principal("anna"))
    throttle.note(SessionId("one"), RATE_BURST_S + 60, 0)
    throttle.leave(SessionId("one"))
    throttle.note(SessionId("one"), 1_000, 0)
    with pytest.raises(TooManyRequests) as caught:
        await throttle.rest()
    assert caught.value.wait_s == pytest.approx(60)
    now = 60.0
    await throttle.rest()
    assert not throttle.is_on
    throttle.enter(SessionId("two"), _principal("anna"))
    throttle.note(SessionId("two"), RATE_BURST_S, 0)
    assert not throttle.is_on


def test_sockets_of_one_user_share_a_rate() -> None:
    """[LM9] many sockets help nobody; who would have to wait too long is closed with 1013."""
    bounds = Bounds(user_changes_per_s=10, rate_wait_ms_max=300)
    with InsideServer(bounds=bounds, secret=_SECRET) as server:
        anna = server.token("anna", Role.OWNER)
        bo = server.token("bo", Role.OWNER)
        with Native(server, "rate/ö", token=anna) as one, Native(server, "rate/ö", token=bo) as bos:
            one.answer(one.submit({}, 0, kind="create"))
            for number in range(98):
                assert one.edit(f"k{number}", "é")["type"] == "ack"
            others = [Native(server, "rate/ö", token=anna) for _ in range(10)]
            for number, other in enumerate(others):
                other.__enter__()
                other.submit([{"p": [f"o{number}"], "oi": 1}], 1)
            for other in others:
                other.submit([{"p": ["again"], "oi": 1}], 1)
            told = others[-1].wait("error")
            assert (told["code"], closing(others[-1].socket)[0]) == ("limit_rate", 1013)
            assert bos.edit("größe", 1)["type"] == "ack"
            for other in others:
                other.__exit__(None, None, None)


def test_requests_that_come_too_fast() -> None:
    """[LM10] 429 with the code and when to come again; reading goes on, and so do others."""
    with InsideServer(bounds=Bounds(user_changes_per_s=1), secret=_SECRET) as server:
        token = server.token("anna", Role.OWNER)
        headers = {"authorization": f"Bearer {token}"}
        responses = [
            server.request("POST", "/api/rooms", json={"name": f"r{n}"}, headers=headers)
            for n in range(RATE_BURST_S + 3)
        ]
        assert {item.status_code for item in responses[:RATE_BURST_S]} == {201}
        problem = responses[-1].json()
        assert (responses[-1].status_code, problem["code"]) == (429, "limit_rate")
        assert 1 <= int(responses[-1].headers["retry-after"]) <= 2
        rooms = server.request("GET", "/api/rooms", headers=headers).json()
        made = sum(item.status_code == 201 for item in responses)
        assert len(rooms["rooms"]) == made < len(responses)
        other = {"authorization": f"Bearer {server.token('bo', Role.OWNER)}"}
        reply = server.request("POST", "/api/rooms", json={"name": "bos"}, headers=other)
        assert reply.status_code == 201
