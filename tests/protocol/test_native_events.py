"""What a native client is told. SPEC: section NA."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collab.errors import DesignRoomsError, LimitExceeded, NotAllowed, ServerBusy
from collab.ids import ClientId, Epoch, RevisionNo, SourceId, UserId
from collab.limits import (
    AWARENESS_STATE_BYTES_MAX,
)
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Event,
    Joined,
    Lost,
    Problems,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SetAwareness,
    SnapshotSent,
    SyncDiff,
)
from collab.protocol.adapter import Output
from collab.protocol.native import NativeAdapter
from collab.revision import ChangeKind, Revision
from collab.values import SharedList, SharedMap, SharedText
from tests.protocol.native_session import (
    HEAD,
    JOINED,
    assert_error,
    hello,
    pack,
    unpack,
    welcomed,
)
from tests.protocol.wire import SESSION, principal, revision


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
        "locks": [],
        "waiting": [],
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
    ("event", "fields"),
    [
        (Ack(4, HEAD), {"type": "ack", "seq": 4, "revision": 3}),
        (
            Ack(4, HEAD, conflicts=(("ä", 0), ("b",))),
            {"type": "ack", "seq": 4, "revision": 3, "conflicts": [["ä", 0], ["b"]]},
        ),
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
    """[NA8] each event with all that it holds; [NA17] conflicts only where there are any."""
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
    """[NA10] both forms, no marks, the same bytes for all; [NA17] what it takes back."""
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
    reverting = one.encode_revision("", replace(marked, reverts=RevisionNo(5)))
    assert reverting is not None and unpack(reverting)["reverts"] == 5


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


def test_merged_updates_are_no_native_catch_up() -> None:
    """[NA10] merged updates name no revision, so asking for them is a bug."""
    with pytest.raises(AssertionError):
        NativeAdapter().encode_update("", b"\x00\x00")
