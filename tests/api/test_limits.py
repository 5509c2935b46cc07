"""What is too much is refused clearly, and everybody else goes on. Bounds are made small here."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from collab.errors import LimitExceeded
from collab.host.bounds import Bounds
from collab.limits import ADDRESSES_PER_SOCKET_MAX
from collab.protocol import hocuspocus
from collab.room import attendance
from collab.room import room as room_module
from collab.stores.memory import MemoryStore
from tests.api.frames import STEP1, address, auth, step1, sync, update_of
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, refused, wait_for_frame
from tests.api.server import wait_until

_SAMPLE = "order-management.json"


def test_rooms_of_a_tenant() -> None:
    """[LM1] one room more than a tenant may have is refused by name, at every door."""
    with InsideServer(MemoryStore(rooms_per_tenant_max=2)) as server:
        server.import_sample(_SAMPLE, "one")
        with Native(server, "free/two") as inside:
            response = server.request("POST", "/api/rooms", json={"name": "three"})
            assert (response.status_code, response.json()["code"]) == (413, "limit_rooms")
            code, close = refused(server, "free/three")
            assert (code, close) == ("limit_rooms", 1013)
            assert inside.answer(inside.submit({}, 0, kind="create"))["type"] == "ack"


def test_open_rooms() -> None:
    """[LM2] one open room more than a server may have is refused until another has closed."""
    bounds = Bounds(rooms_open_max=2, room_idle_ms=200)
    with InsideServer(bounds=bounds) as server:
        first, second = Native(server, "free/one"), Native(server, "free/zwei")
        code, close = refused(server, "free/three")
        assert (code, close) == ("limit_rooms_open", 1013)
        with open_socket(f"{server.socket_url}/yjs/free/three") as socket:
            assert closing(socket)[0] == 1013
        assert second.answer(second.submit({}, 0, kind="create"))["type"] == "ack"
        with first:
            pass
        wait_until(lambda: server.call(lambda: len(list(server.host))) == 1, "the room to close")
        with Native(server, "free/three"), second:
            assert second.edit("é", 1)["type"] == "ack"


def test_sessions_of_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """[LM3] one session more than a room holds is closed with 1013 and the reason."""
    monkeypatch.setattr(attendance, "SESSIONS_PER_ROOM_MAX", 2)
    with (
        InsideServer() as server,
        Native(server, "free/ä") as one,
        Native(server, "free/ä"),
        open_socket(f"{server.socket_url}/yjs/free/ä") as third,
    ):
        code, reason = closing(third)
        assert (code, "full" in reason) == (1013, True)
        assert one.answer(one.submit({}, 0, kind="create"))["type"] == "ack"


class _Slow(MemoryStore):
    """A store whose appends wait until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_append = True

    async def append(self, room: Any, token: Any, revisions: Any) -> None:
        while not self.may_append:
            await asyncio.sleep(0.01)
        await super().append(room, token, revisions)


def test_pending_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """[LM4] what the disk cannot follow is refused as busy; what was taken is acknowledged."""
    monkeypatch.setattr(room_module, "PENDING_REVISIONS_MAX", 5)
    store = _Slow()
    with (
        InsideServer(store) as server,
        Native(server, "free/ö") as author,
        open_socket(f"{server.socket_url}/yjs/free/ö") as yjs,
    ):
        author.answer(author.submit({}, 0, kind="create"))
        yjs.send(STEP1)
        yjs.recv(timeout=10)
        store.may_append = False
        seqs = [author.submit([{"p": [f"k{n}"], "oi": "é"}], 1) for n in range(8)]
        # An update cannot be refused without losing it, so that connection has to come back.
        wait_until(lambda: server.call(lambda: next(iter(server.host)).room.head) == 6, "the edits")
        yjs.send(sync(2, update_of({"yjs": 1}, 905)))
        assert closing(yjs)[0] == 1013
        store.may_append = True
        answers = [author.answer(seq) for seq in seqs]
        assert [item["type"] for item in answers] == ["ack"] * 5 + ["refuse"] * 3
        assert {item.get("code") for item in answers[5:]} == {"limit_pending"}
        assert author.edit("after", 1)["type"] == "ack"


def test_documents_of_a_socket() -> None:
    """[LM5] one document more than a Hocuspocus socket carries is denied, and the others stay."""
    with InsideServer() as server, open_socket(f"{server.socket_url}/hocuspocus") as socket:
        for number in range(ADDRESSES_PER_SOCKET_MAX):
            socket.send(auth(f"many/ä{number}"))
        socket.send(auth("many/more"))
        wait_for_frame(socket, address("many/more") + b"\x02\x01")
        socket.send(step1("many/ä0"))
        wait_for_frame(socket, address("many/ä0") + b"\x00\x01")


def test_acknowledgements_that_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """[LM6] a provider whose edits wait for ever for its step 2 is closed beyond a bound."""
    monkeypatch.setattr(hocuspocus, "HELD_ACKS_MAX", 50)
    with InsideServer() as server, open_socket(f"{server.socket_url}/hocuspocus") as socket:
        socket.send(auth("held/ä"))
        with pytest.raises(ConnectionClosed) as closed:
            for number in range(200):
                socket.send(address("held/ä") + sync(2, update_of({f"k{number}": 1}, 1000)))
            while True:
                socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == LimitExceeded.close_code
