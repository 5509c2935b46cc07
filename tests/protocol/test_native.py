"""The native adapter. SPEC: section NA."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from collab.errors import DesignRoomsError, LimitExceeded, NotAllowed, ServerBusy
from collab.ids import ClientId, Epoch, RevisionNo, SessionId, SourceId, UserId
from collab.limits import (
    AWARENESS_STATE_BYTES_MAX,
    FRAME_BYTES_MAX,
    SOURCE_BYTES_MAX,
    STEP2_BYTES_MAX,
    TOKEN_BYTES_MAX,
)
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Command,
    Event,
    Fetch,
    Joined,
    Lost,
    Problems,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SetAwareness,
    SnapshotSent,
    StateVector,
    Submit,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import OpenRoom, Output
from collab.protocol.native import NativeAdapter
from collab.revision import ChangeKind, Revision
from collab.values import SharedList, SharedMap, SharedText
from tests.protocol.wire import SESSION, principal, revision

HEAD = RevisionNo(3)
JOINED = Joined(SESSION, Epoch(1), HEAD, True, '{"a":"né😀"}'.encode(), ClientId(2**40 + 1))
SUBMIT = {"type": "submit", "seq": 1, "base": 3, "op": [{"p": ["a"], "oi": "né😀"}]}


def pack(**fields: Any) -> bytes:
    packed: bytes = msgpack.packb(fields)
    return packed


def unpack(frame: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = msgpack.unpackb(frame)
    return fields


def hello(adapter: NativeAdapter, **fields: Any) -> Output:
    return adapter.receive(pack(type="hello", version=1, **fields))


def welcomed(**fields: Any) -> NativeAdapter:
    adapter = NativeAdapter()
    assert len(hello(adapter, **fields).requests) == 1
    assert adapter.opened("", SESSION, principal()) == Output()
    adapter.event("", JOINED)
    return adapter


def assert_error(output: Output, code: str, close: int) -> None:
    assert output.close is not None
    error = unpack(output.frames[-1])
    assert (error["type"], error["code"], output.close.code) == ("error", code, close)
    assert error["reason"] == output.close.reason
    assert output.requests == []


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


def test_welcome_with_a_snapshot() -> None:
    """[NA4] the document is JSON text in bytes, encoded once for all."""
    adapter = NativeAdapter()
    hello(adapter)
    adapter.opened("", SESSION, principal())
    (frame,) = adapter.event("", JOINED).frames
    assert unpack(frame) == {
        "type": "welcome",
        "session": "s1",
        "epoch": 1,
        "revision": 3,
        "exists": True,
        "client": 2**40 + 1,
        "read_only": "",
        "snapshot": JOINED.json,
    }


def test_welcome_with_revisions() -> None:
    """[NA4] a client that goes on gets what it missed, and no snapshot."""
    adapter = NativeAdapter()
    hello(adapter, since=6)
    adapter.opened("", SESSION, principal())
    joined = Joined(
        SESSION,
        Epoch(1),
        RevisionNo(7),
        True,
        b"",
        ClientId(5),
        revisions=(revision(7),),
        is_resumed=True,
        read_only="kein Platz",
    )
    fields = unpack(adapter.event("", joined).frames[0])
    pushed = adapter.encode_revision("", revision(7))
    assert pushed is not None
    assert fields["revisions"] == [
        {name: value for name, value in unpack(pushed).items() if name != "type"}
    ]
    assert "snapshot" not in fields
    assert fields["read_only"] == "kein Platz"


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


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (Ack(4, HEAD), {"type": "ack", "seq": 4, "revision": 3}),
        (
            Refusal(4, "check_type", "kein Text 😀", ("a", 0), ("n1",), is_undone=True),
            {
                "type": "refuse",
                "seq": 4,
                "code": "check_type",
                "reason": "kein Text 😀",
                "path": ["a", 0],
                "nodes": ["n1"],
                "undone": True,
            },
        ),
        (Resync(4), {"type": "resync", "seq": 4}),
        (
            Lost(4, HEAD, ("né😀",)),
            {"type": "lost", "seq": 4, "revision": 3, "texts": ["né😀"]},
        ),
        (
            ReadOnly("storage_full", "kein Platz"),
            {"type": "read_only", "code": "storage_full", "reason": "kein Platz"},
        ),
        (
            SyncDiff(HEAD, b"\x00\x00", b"\x00"),
            {"type": "diff", "revision": 3, "update": b"\x00\x00", "state_vector": b"\x00"},
        ),
        (
            SnapshotSent(9, Epoch(1), HEAD, False, b"null"),
            {
                "type": "snapshot",
                "id": 9,
                "epoch": 1,
                "revision": 3,
                "exists": False,
                "snapshot": b"null",
            },
        ),
        (
            Problems(HEAD, (SharedMap(path=SharedList([SharedText("é")])),)),
            {"type": "problems", "revision": 3, "problems": [{"path": ["é"]}]},
        ),
    ],
)
def test_events(event: Event, fields: dict[str, Any]) -> None:
    """[NA8] each event with all that it holds."""
    output = welcomed().event("", event)
    assert [unpack(frame) for frame in output.frames] == [fields]
    assert output.requests == []
    assert output.close is None


def test_unacceptable_content_closes() -> None:
    """[NA9] the refusal by its number, then the error, then 4422."""
    adapter = welcomed()
    output = adapter.event("", Refusal(4, "update_client", "fremd", is_fatal=True))
    assert [unpack(frame)["type"] for frame in output.frames] == ["refuse", "error"]
    assert output.close is not None
    assert output.close.code == 4422
    assert adapter.receive(pack(type="ping")) == Output()
    assert adapter.event("", Ack(5, HEAD)) == Output()


def test_revision() -> None:
    """[NA10] both forms, no marks, the same bytes for all."""
    marked = Revision(
        number=RevisionNo(8),
        epoch=Epoch(1),
        kind=ChangeKind.CREATE,
        change=SharedMap(title=SharedText("né😀"), items=SharedList([1, {"a": None}])),
        update=b"\x00\x00",
        author=UserId("zoë"),
        time_ms=1_700_000_000_000,
        source=SourceId("quelle"),
        seq=4,
    )
    one, other = welcomed(), welcomed()
    assert one.revision_key("") == other.revision_key("")
    frame = one.encode_revision("", marked)
    assert frame is not None
    assert frame == other.encode_revision("", marked)
    assert unpack(frame) == {
        "type": "revision",
        "revision": 8,
        "kind": "create",
        "create": {"title": "né😀", "items": [1, {"a": None}]},
        "update": b"\x00\x00",
        "author": "zoë",
        "time": 1_700_000_000_000,
        "source": "quelle",
        "seq": 4,
    }


@pytest.mark.parametrize("kind", [ChangeKind.DELETE, ChangeKind.NONE])
def test_revision_without_a_change_is_pushed(kind: ChangeKind) -> None:
    """[NA10] a client that counts revisions must not see a gap."""
    empty = Revision(RevisionNo(9), Epoch(1), kind, None, b"", UserId("zoë"), 0)
    frame = NativeAdapter().encode_revision("", empty)
    assert frame is not None
    fields = unpack(frame)
    assert (fields["revision"], fields["kind"], fields["update"]) == (9, str(kind), b"")
    assert not {"op", "create", "source", "seq"} & fields.keys()


def test_presence() -> None:
    """[NA11] the client id of the welcome, a growing clock; nil for who has left."""
    adapter = welcomed()
    state = {"user": {"name": "Zoë 😀"}}
    for clock, sent in enumerate([state, None], start=1):
        entry = AwarenessEntry(ClientId(2**40 + 1), clock, sent)
        output = adapter.receive(pack(type="presence", state=sent))
        assert output.requests == [SetAwareness(SESSION, (entry,))]
    event = AwarenessChanged(
        (AwarenessEntry(ClientId(5), 1, state), AwarenessEntry(ClientId(6), 2, None))
    )
    frame = adapter.encode_awareness("", event)
    assert adapter.event("", event).frames == [frame]
    assert unpack(frame) == {
        "type": "presence",
        "clients": [{"client": 5, "state": state}, {"client": 6, "state": None}],
    }
    assert adapter.event("", AwarenessChanged(())) == Output()
    assert adapter.event("", ServerStateVector(HEAD, b"\x00")) == Output()


def test_presence_is_bounded() -> None:
    """[NA11] in bytes of JSON, and only JSON."""
    frame = len('{"a":""}')
    fits = "é" * ((AWARENESS_STATE_BYTES_MAX - frame) // 2)
    assert welcomed().receive(pack(type="presence", state={"a": fits})).requests
    beyond = welcomed().receive(pack(type="presence", state={"a": fits + "x"}))
    assert_error(beyond, "limit_awareness", 1009)
    no_json = welcomed().receive(pack(type="presence", state={"a": b"x"}))
    assert_error(no_json, "value_type", 1008)


@pytest.mark.parametrize(
    ("error", "code", "close"),
    [
        (NotAllowed("darf nicht 😀"), "auth_denied", 4403),
        (ServerBusy("busy"), "server_busy", 1013),
        (LimitExceeded("voll", code="limit_sessions"), "limit_sessions", 1013),
    ],
)
def test_denial(error: DesignRoomsError, code: str, close: int) -> None:
    """[NA12] the error's own code, and a close code that says whether to come back."""
    adapter = NativeAdapter()
    hello(adapter)
    assert_error(adapter.denied("", error), code, close)


def test_room_closes() -> None:
    """[NA12] the room's close code and reason."""
    assert_error(welcomed().closed_by_room("", 1012, "öffnet neu"), "room_closed", 1012)


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


def test_merged_updates_are_no_native_catch_up() -> None:
    """[NA10] merged updates name no revision, so asking for them is a bug."""
    with pytest.raises(AssertionError):
        NativeAdapter().encode_update("", b"\x00\x00")


def test_session_of_its_own_source() -> None:
    """[NA5] two sessions without a source never share one."""
    adapter = NativeAdapter()
    hello(adapter)
    adapter.opened("", SessionId("s2"), principal())
    adapter.event("", JOINED)
    request = adapter.receive(pack(**SUBMIT)).requests[0]
    assert isinstance(request, Submit)
    assert request.source == "s2"
