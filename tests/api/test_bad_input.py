"""Bad frames and bad changes at every door of a real socket; the room goes on for the others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from collab.limits import FRAME_BYTES_MAX, SOCKET_FRAME_BYTES_MAX, STEP2_BYTES_MAX
from tests.api.frames import STEP1, address, auth, step1, sync, update_of
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, wait_for_frame

_ROOM = "bad/größe"
_PATHS = {
    "yjs": "/yjs/bad/gr%C3%B6%C3%9Fe",
    "hocuspocus": "/hocuspocus",
    "native": "/free/bad/gr%C3%B6%C3%9Fe/socket",
}


@pytest.fixture(scope="module")
def server() -> Iterator[InsideServer]:
    with InsideServer() as server:
        with Native(server, _ROOM) as author:
            document = {"text": "a😀b", "list": [1], "number": 1, "é": {}}
            assert author.answer(author.submit(document, 0, kind="create"))["type"] == "ack"
        yield server


@pytest.fixture(autouse=True)
def _witness(server: InsideServer) -> Iterator[None]:
    """Somebody who was in the room before is still in it afterwards, and edits."""
    with Native(server, _ROOM, token="witness") as witness:
        yield
        count = random.randrange(1 << 30)
        assert witness.edit("count", count)["type"] == "ack"
        with Native(server, _ROOM) as newcomer:
            assert newcomer.document["count"] == count


def _hello() -> bytes:
    packed: bytes = msgpack.packb({"type": "hello", "version": 1})
    return packed


_OPENING = {"yjs": [], "hocuspocus": [auth(_ROOM), step1(_ROOM)], "native": [_hello()]}


def _code_after(server: InsideServer, door: str, *frames: Any) -> int:
    """Open *door*, send *frames* after what opens the room, and return the close code."""
    with open_socket(f"{server.socket_url}{_PATHS[door]}") as socket:
        for frame in _OPENING[door]:
            socket.send(frame)
        if door == "native":
            socket.recv(timeout=10)
        for frame in frames:
            socket.send(frame)
        return closing(socket)[0]


@pytest.mark.parametrize("door", _PATHS)
def test_text_frame_is_refused(server: InsideServer, door: str) -> None:
    """[CN1] a text message closes with 1003."""
    assert _code_after(server, door, "größe") == 1003


@pytest.mark.parametrize("door", _PATHS)
def test_any_bytes_are_answered(server: InsideServer, door: str) -> None:
    """[CN2] random and truncated bytes cost their sender the connection, and nobody else."""
    source = random.Random(7)
    whole = {
        "yjs": [STEP1, sync(2, update_of({"é": 1}, 77))],
        "hocuspocus": [auth(_ROOM), step1(_ROOM), address(_ROOM) + sync(2, b"\x01" * 9)],
        "native": [_hello(), msgpack.packb({"type": "submit", "seq": 1, "base": 1, "op": []})],
    }[door]
    frames = [source.randbytes(source.randrange(1, 60)) for _ in range(25)]
    frames += [frame[: source.randrange(1, len(frame))] for frame in whole for _ in range(4)]
    codes = set()
    for frame in frames:
        with open_socket(f"{server.socket_url}{_PATHS[door]}") as socket:
            socket.send(frame)
            # Ends those that were understood, or that wait for more.
            with suppress(ConnectionClosed):
                socket.send("end")
            codes.add(closing(socket)[0])
    assert codes <= {1002, 1003, 1008, 1009, 4400, 4422}
    assert codes & {1002, 1008}


def test_malformed_ops_are_refused_by_code(server: InsideServer) -> None:
    """[HO1] each malformed op is refused with its code and path, and the connection goes on."""
    cases: list[tuple[Any, str]] = [
        ([{}], "op_malformed"),
        ([{"p": "a", "oi": 1}], "op_malformed"),
        ([{"p": ["a"], "oi": 1, "li": 1}], "op_malformed"),
        ([{"p": [-1], "oi": 1}], "op_path"),
        ([{"p": ["list", 5], "li": 1}], "op_path"),
        ([{"p": ["absent", "é"], "oi": 1}], "op_path"),
        ([{"p": ["text", "é"], "oi": 1}], "op_mismatch"),
        ([{"p": ["number", 0], "si": "é"}], "op_mismatch"),
        ([{"p": ["é"], "na": "1"}], "op_number"),
        ([{"p": [], "od": {}}], "op_root"),
        ([{"p": [], "oi": [1]}], "op_root"),
        ([{"p": ["text"], "t": "rich", "o": []}], "op_subtype"),
        ([{"p": ["text", 2], "si": "é"}], "op_text_offset"),
        ([{"p": ["text", 9], "si": "é"}], "op_text_offset"),
        ([{"p": ["text", 0], "sd": "é"}], "op_text_delete"),
        ([{"p": ["__proto__"], "oi": 1}], "value_key"),
        ([{"p": ["k" * 600], "oi": 1}], "value_key"),
        ([{"p": ["é"], "oi": float("nan")}], "value_number"),
        ([{"p": ["é"], "oi": 2**60}], "value_number"),
        ([{"p": ["é"], "oi": b"bytes"}], "value_type"),
        ([{"p": ["a"] * 80, "oi": 1}], "op_path"),
    ]
    with Native(server, _ROOM) as client:
        revision, before = client.fetch()
        for op, code in cases:
            answer = client.answer(client.submit(op, revision))
            assert (answer["type"], answer["code"]) == ("refuse", code), (op, answer)
            assert answer["reason"]
        nested: Any = 1
        for _ in range(80):
            nested = [nested]
        assert client.answer(client.submit([{"p": ["é"], "oi": nested}], revision))["code"] == (
            "value_nesting"
        )
        base = client.answer(client.submit([{"p": ["é", "x"], "oi": 1}], revision + 9))
        assert base["code"] == "op_base_future"
        created = client.answer(client.submit({}, revision, kind="create"))
        assert created["code"] == "op_doc_created"
        assert client.fetch() == (revision, before)
        assert client.edit("good", "größe 😀")["type"] == "ack"


def test_malformed_updates(server: InsideServer) -> None:
    """[HO2] an update that no room can take is refused with its code and closes with 4422."""
    good = update_of({"k": "é"}, 901)
    forbidden = update_of({"__proto__": 1}, 902)
    cases = [
        (b"\xff" * 12, "update_malformed"),
        (good[:-3], "update_malformed"),
        (good + b"\x00", "update_malformed"),
        (forbidden, "update_key"),
    ]
    for update, code in cases:
        with Native(server, _ROOM) as client:
            client.send(type="update", seq=1, update=update)
            assert client.answer(1)["code"] == code
            assert closing(client.socket)[0] == 4422
    assert _code_after(server, "yjs", STEP1, sync(2, b"\xff" * 12)) == 4422


def test_client_id_of_somebody_else(server: InsideServer) -> None:
    """[HO3] a Yjs client id belongs to who used it first; under another it is refused."""
    with Native(server, _ROOM, token="owner") as owner:
        owner.send(type="update", seq=1, update=update_of({"mine": 1}, 4711))
        assert owner.answer(1)["type"] == "ack"
    with Native(server, _ROOM, token="thief") as thief:
        thief.send(type="update", seq=1, update=update_of({"mine": 1, "yours": 2}, 4711))
        assert thief.answer(1)["code"] == "update_foreign_client"
        assert closing(thief.socket)[0] == 4422
    with Native(server, _ROOM, token="owner") as owner:
        owner.send(type="update", seq=1, update=update_of({"mine": 1, "more": 2}, 4711))
        assert owner.answer(1)["type"] == "ack"


def test_source_of_somebody_else(server: InsideServer) -> None:
    """[HO4] a source belongs to who used it first: nobody can swallow another's next op."""
    with Native(server, _ROOM, token="owner", source="laptop") as owner:
        assert owner.edit("a", 1)["type"] == "ack"
        revision, _ = owner.fetch()
        with Native(server, _ROOM, token="thief", source="laptop") as thief:
            answer = thief.answer(thief.submit([{"p": ["b"], "oi": 1}], revision, seq=2))
            assert answer["code"] == "op_source_foreign"
        answer = owner.answer(owner.submit([{"p": ["b"], "oi": "é"}], revision, seq=2))
        assert answer["type"] == "ack"
        again = owner.answer(owner.submit([{"p": ["b"], "oi": "é"}], revision, seq=2))
        assert again["revision"] == answer["revision"]
        stale = owner.answer(owner.submit([{"p": ["b"], "oi": "é"}], revision, seq=1))
        assert stale["code"] == "op_seq_stale"


def test_large_live_frames(server: InsideServer) -> None:
    """[CN3] a live message beyond its limit closes with 1009, whatever the door."""
    large = b"\x00" * FRAME_BYTES_MAX
    assert _code_after(server, "yjs", sync(2, large)) == 1009
    assert _code_after(server, "hocuspocus", address(_ROOM) + sync(2, large)) == 1009
    submit = {"type": "submit", "seq": 1, "base": 1, "op": [{"p": ["x"], "oi": "é" * (1 << 20)}]}
    assert _code_after(server, "native", msgpack.packb(submit)) == 1009
    assert _code_after(server, "native", msgpack.packb({"type": "é" * (1 << 20)})) == 1009


def test_step2_has_a_limit_of_its_own(server: InsideServer) -> None:
    """[CN4] a step 2 may be larger; beyond its own limit it closes with 4413."""
    large = update_of({"large": "é" * (1 << 20)}, 903)
    with Native(server, _ROOM) as client:
        client.send(type="update", seq=1, update=large, answer=True)
        assert client.answer(1)["type"] == "ack"
    too_large = sync(1, b"\x00" * (STEP2_BYTES_MAX + 1))
    assert _code_after(server, "yjs", STEP1, too_large) == 4413
    # A Hocuspocus socket has other documents: this one is denied, with the reason.
    with open_socket(f"{server.socket_url}{_PATHS['hocuspocus']}") as socket:
        for frame in (auth(_ROOM), step1(_ROOM), address(_ROOM) + too_large):
            socket.send(frame)
        wait_for_frame(socket, address(_ROOM) + b"\x02\x01")


@pytest.mark.parametrize("door", _PATHS)
def test_frames_beyond_what_is_read(server: InsideServer, door: str) -> None:
    """[CN5] a message beyond what a socket reads at all closes with 1009 or is cut off."""
    with open_socket(f"{server.socket_url}{_PATHS[door]}") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(b"\x00" * (SOCKET_FRAME_BYTES_MAX + 1))
            while True:
                socket.recv(timeout=10)
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def test_fragments_count_together(server: InsideServer) -> None:
    """[CN5] a message in many fragments is as large as all of them."""
    with open_socket(f"{server.socket_url}{_PATHS['yjs']}") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(b"\x00" * (1 << 20) for _ in range(18))
            while True:
                socket.recv(timeout=10)
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
