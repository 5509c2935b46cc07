"""What a native client sends. SPEC: section NA."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from collab.ids import Epoch, RevisionNo, SessionId, SourceId
from collab.limits import (
    FRAME_BYTES_MAX,
    SOURCE_BYTES_MAX,
    STEP2_BYTES_MAX,
    TOKEN_BYTES_MAX,
)
from collab.messages import (
    Command,
    Fetch,
    Revert,
    StateVector,
    Submit,
    Undo,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import OpenRoom, Output
from collab.protocol.native import NativeAdapter
from collab.revision import ChangeKind
from tests.protocol.native_session import (
    HEAD,
    JOINED,
    SUBMIT,
    assert_error,
    hello,
    pack,
    unpack,
    welcomed,
)
from tests.protocol.wire import SESSION, principal


def test_hello_opens_the_room() -> None:
    """[NA1] with its token and where to go on; everything but the version may be left out."""
    assert hello(NativeAdapter()).requests == [OpenRoom("", "", None)]
    output = hello(NativeAdapter(), token="tökén", since=7, epoch=2, source="q")
    assert output.requests == [OpenRoom("", "", "tökén", RevisionNo(7), Epoch(2))]
    nothing = hello(NativeAdapter(), token=None, since=None, epoch=None, source=None)
    assert nothing.requests == [OpenRoom("", "", None)]


def test_hello_is_said_once() -> None:
    """[NA1] neither again before the welcome nor after it."""
    adapter = NativeAdapter()
    hello(adapter)
    assert_error(hello(adapter), "protocol_order", 1002)
    assert_error(hello(welcomed()), "protocol_order", 1002)


@pytest.mark.parametrize("version", [0, 2])
def test_other_versions_are_refused(version: int) -> None:
    """[NA1] with a code of its own."""
    frame = pack(type="hello", version=version)
    assert_error(NativeAdapter().receive(frame), "protocol_version", 1002)


def test_hello_is_bounded() -> None:
    """[NA1] token and source in bytes of UTF-8."""
    assert hello(NativeAdapter(), token="é" * (TOKEN_BYTES_MAX // 2)).requests
    long_token = "é" * (TOKEN_BYTES_MAX // 2) + "x"
    assert_error(hello(NativeAdapter(), token=long_token), "limit_token", 1009)
    assert hello(NativeAdapter(), source="é" * (SOURCE_BYTES_MAX // 2)).requests
    long_source = "é" * (SOURCE_BYTES_MAX // 2) + "x"
    assert_error(hello(NativeAdapter(), source=long_source), "limit_source", 1009)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        pack(type="ping")[:-1],
        pack(type="ping") + b"\x00",
        msgpack.packb([1, 2]),
        msgpack.packb("né"),
        msgpack.packb({1: "ping"}),
        msgpack.packb({b"type": "ping"}),
        b"\x81\xa4type\xa2\xff\xfe",
        pack(type="ping", x=msgpack.ExtType(5, b"x")),
        pack(type="ping", x=msgpack.Timestamp(1)),
        b"\x91" * 5000 + b"\xc0",
    ],
)
def test_malformed_frames(frame: bytes) -> None:
    """[NA2] what is no msgpack map with string keys."""
    assert_error(welcomed().receive(frame), "protocol_malformed", 1002)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": 1},
        {"type": "submit", "base": 0, "op": []},
        {"type": "submit", "seq": 0, "base": 0, "op": []},
        {"type": "submit", "seq": True, "base": 0, "op": []},
        {"type": "submit", "seq": 1.0, "base": 0, "op": []},
        {"type": "submit", "seq": 2**53 + 1, "base": 0, "op": []},
        {"type": "submit", "seq": 1, "base": -1, "op": []},
        {"type": "submit", "seq": 1, "base": 0},
        {"type": "submit", "seq": 1, "base": 0, "op": {}},
        {"type": "submit", "seq": 1, "base": 0, "op": None},
        {"type": "submit", "seq": 1, "base": 0, "del": 1},
        {"type": "submit", "seq": 1, "base": 0, "del": False},
        {"type": "submit", "seq": 1, "base": 0, "del": True, "op": []},
        {"type": "update", "seq": 1, "update": "né"},
        {"type": "update", "seq": 1, "update": b"", "answer": 1},
        {"type": "sync", "state_vector": [0]},
        {"type": "presence"},
        {"type": "presence", "state": "né"},
        {"type": "fetch", "id": "1"},
        {"type": "hello"},
        {"type": "hello", "version": "1"},
    ],
)
def test_wrong_fields(fields: dict[str, Any]) -> None:
    """[NA2] missing fields, wrong types, and booleans where an integer belongs."""
    if fields.get("type") == "hello":
        assert_error(NativeAdapter().receive(pack(**fields)), "protocol_field", 1002)
    else:
        assert_error(welcomed().receive(pack(**fields)), "protocol_field", 1002)


def test_unknown_type_and_unknown_field() -> None:
    """[NA2] an unknown type is an error, an unknown field is not."""
    assert_error(welcomed().receive(pack(type="löck")), "protocol_type", 1002)
    output = welcomed().receive(pack(type="fetch", id=1, später=True))
    assert output.requests == [Fetch(SESSION, 1)]


def test_nothing_before_the_welcome() -> None:
    """[NA3] neither before hello nor while the room opens; a ping is answered."""
    adapter = NativeAdapter()
    assert unpack(adapter.receive(pack(type="ping")).frames[0]) == {"type": "pong"}
    hello(adapter)
    assert unpack(adapter.receive(pack(type="ping")).frames[0]) == {"type": "pong"}
    adapter.opened("", SESSION, principal())
    assert_error(adapter.receive(pack(**SUBMIT)), "protocol_order", 1002)
    assert_error(NativeAdapter().receive(pack(**SUBMIT)), "protocol_order", 1002)


@pytest.mark.parametrize(
    ("change", "kind", "value"),
    [
        ({"op": [{"p": ["a", 0], "li": {"b": "né😀"}}]}, ChangeKind.OP, None),
        ({"op": []}, ChangeKind.OP, None),
        ({"create": {"a": 1.0}}, ChangeKind.CREATE, {"a": 1}),
        ({"create": None}, ChangeKind.CREATE, None),
        ({"del": True}, ChangeKind.DELETE, None),
    ],
)
def test_submit(change: dict[str, Any], kind: ChangeKind, value: object) -> None:
    """[NA5] one of the three, under the client's source or else the session's."""
    expected = change.get("op", value)
    frame = pack(type="submit", seq=2, base=3, **change)
    assert welcomed(source="quelle-é").receive(frame).requests == [
        Submit(SESSION, SourceId("quelle-é"), 2, HEAD, kind, expected)
    ]
    assert welcomed().receive(frame).requests == [
        Submit(SESSION, SourceId("s1"), 2, HEAD, kind, expected)
    ]


@pytest.mark.parametrize(
    ("component", "code", "path"),
    [
        ({"p": ["a"], "oi": float("nan")}, "value_number", [0, "oi"]),
        ({"p": ["a"], "oi": 2**53 + 1}, "value_number", [0, "oi"]),
        ({"p": ["a"], "oi": {"é": [b"x"]}}, "value_type", [0, "oi", "é", 0]),
        ({"p": ["a"], "oi": {"__proto__": 1}}, "value_key", [0, "oi"]),
    ],
)
def test_value_that_is_no_json(component: dict[str, Any], code: str, path: list[str | int]) -> None:
    """[NA6] refused by its number, and the next submit is taken."""
    adapter = welcomed()
    output = adapter.receive(pack(type="submit", seq=1, base=3, op=[component]))
    refusal = unpack(output.frames[0])
    assert (refusal["type"], refusal["seq"], refusal["code"]) == ("refuse", 1, code)
    assert refusal["path"] == path
    assert refusal["undone"] is False
    assert output.requests == []
    assert output.close is None
    assert len(adapter.receive(pack(**{**SUBMIT, "seq": 2})).requests) == 1


def test_update() -> None:
    """[NA7] live by default, the answer to a diff if it says so."""
    adapter = welcomed()
    assert adapter.receive(pack(type="update", seq=1, update=b"\x00\x00")).requests == [
        Update(SESSION, 1, b"\x00\x00", UpdateKind.LIVE)
    ]
    answer = pack(type="update", seq=2, update=b"\x00\x00", answer=True)
    assert adapter.receive(answer).requests == [Update(SESSION, 2, b"\x00\x00", UpdateKind.STEP2)]


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({"type": "sync", "state_vector": b"\x00"}, StateVector(SESSION, b"\x00")),
        ({"type": "fetch", "id": 9}, Fetch(SESSION, 9)),
    ],
)
def test_other_requests(fields: dict[str, Any], command: Command) -> None:
    """[NA8] sync and fetch reach the room."""
    assert welcomed().receive(pack(**fields)).requests == [command]


def test_taking_back() -> None:
    """[NA16] under the source of hello, and about another one only where that is named."""
    adapter = welcomed(source="quelle é")
    source = SourceId("quelle é")
    assert adapter.receive(pack(type="revert", seq=7, revision=3)).requests == [
        Revert(SESSION, source, 7, RevisionNo(3))
    ]
    assert adapter.receive(pack(type="undo", seq=8)).requests == [Undo(SESSION, source, 8, source)]
    assert adapter.receive(pack(type="redo", seq=9, source="andere ü")).requests == [
        Undo(SESSION, source, 9, SourceId("andere ü"), is_redo=True)
    ]
    long_source = pack(type="undo", seq=1, source="x" * (SOURCE_BYTES_MAX + 1))
    assert_error(adapter.receive(long_source), "limit_source", 1009)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "revert", "seq": 0, "revision": 1},
        {"type": "revert", "seq": 1},
        {"type": "revert", "seq": 1, "revision": True},
        {"type": "revert", "seq": 1, "revision": -1},
        {"type": "undo"},
        {"type": "undo", "seq": "1"},
        {"type": "redo", "seq": 1, "source": 7},
    ],
)
def test_wrong_taking_back(fields: dict[str, Any]) -> None:
    """[NA2] each field is there and of its type."""
    assert_error(welcomed().receive(pack(**fields)), "protocol_field", 1002)


def test_large_frames() -> None:
    """[NA13] only the answer to a diff may be large, and only by its bytes."""
    large = bytes(FRAME_BYTES_MAX)
    live = welcomed().receive(pack(type="update", seq=1, update=large))
    assert_error(live, "limit_frame", 1009)
    answer = pack(type="update", seq=1, update=bytes(STEP2_BYTES_MAX), answer=True)
    assert len(welcomed().receive(answer).requests) == 1
    beyond = pack(type="update", seq=1, update=bytes(STEP2_BYTES_MAX + 1), answer=True)
    assert_error(welcomed().receive(beyond), "limit_frame", 1009)
    wide = pack(type="update", seq=1, update=b"", answer=True, x=[None] * FRAME_BYTES_MAX)
    assert_error(welcomed().receive(wide), "limit_frame", 1009)
    text = pack(type="submit", seq=1, base=0, op=["é" * (FRAME_BYTES_MAX // 2)])
    assert_error(welcomed().receive(text), "limit_frame", 1009)


def test_nothing_is_received_after_the_close() -> None:
    """[NA14] what was in flight behind a bad frame is dropped."""
    adapter = welcomed()
    assert adapter.receive(b"\xc1").close is not None
    assert adapter.receive(pack(**SUBMIT)) == Output()


def test_ping() -> None:
    """[NA15] pong, asked or unasked."""
    adapter = welcomed()
    assert adapter.receive(pack(type="ping")).frames == [adapter.keepalive()]
    assert unpack(adapter.keepalive()) == {"type": "pong"}


def test_session_of_its_own_source() -> None:
    """[NA5] two sessions without a source never share one."""
    adapter = NativeAdapter()
    hello(adapter)
    adapter.opened("", SessionId("s2"), principal())
    adapter.event("", JOINED)
    request = adapter.receive(pack(**SUBMIT)).requests[0]
    assert isinstance(request, Submit)
    assert request.source == "s2"
