"""What nodes say to each other, written and read again."""

from __future__ import annotations

import pytest

from collab.errors import ProtocolError
from collab.ids import (
    ClientId,
    Epoch,
    RevisionNo,
    RoomId,
    SessionId,
    SourceId,
    TenantId,
    UserId,
)
from collab.marks import pack
from collab.messages import (
    Ack,
    AwarenessEntry,
    Leave,
    Lock,
    LockAction,
    LockAnswer,
    LockStanding,
    Lost,
    Principal,
    ReadOnly,
    Refusal,
    Resync,
    Revert,
    Role,
    RoomGrant,
    SetAwareness,
    Submit,
    Undo,
    Update,
    UpdateKind,
)
from collab.protocol.peer import (
    Aware,
    Closed,
    Enter,
    Expel,
    NotOwner,
    PeerMessage,
    Perform,
    Published,
    Told,
    Unwatch,
    Watch,
    Watched,
    decode_message,
    encode_message,
)
from collab.revision import ChangeKind, Revision
from collab.values import SharedMap, SharedText, marked_equal

_ROOM = RoomId(TenantId("Zürich"), "größe/x")
_S = SessionId("s-1")
_SOURCE = SourceId("src 😀")
_ENTRIES = (
    AwarenessEntry(ClientId(2**52), 7, {"user": {"name": "Zoë"}, "cursor": [1, None, 2.5]}),
    AwarenessEntry(ClientId(1), 8, None),
)
_ANNA = Principal(
    UserId("anna"),
    "Anna é",
    "#123456",
    TenantId("Zürich"),
    Role.EDITOR,
    frozenset({Role.EDITOR, Role.VIEWER}),
    "token",
    1_700_000_000_000,
    RoomGrant("größe/x", Role.EDITOR, "share", reads_history=True),
)
_BEN = Principal(UserId("ben"), "Ben", "#fff", TenantId("t"), Role.OWNER)
_OP = [{"p": ["a", 0], "li": {"b": [None, True, 1.5, "ü"]}}]
_BASE = RevisionNo(3)
_REVISION = Revision(
    RevisionNo(4),
    Epoch(1),
    ChangeKind.OP,
    [{"p": ["é"], "oi": SharedMap(text=SharedText("ß"))}],
    b"\x01\x02",
    UserId("anna"),
    1_700_000_000_000,
    clients=((ClientId(5), UserId("anna")),),
)

_MESSAGES: list[PeerMessage] = [
    Watch(_ROOM),
    Unwatch(_ROOM),
    NotOwner(_ROOM),
    Enter(_ROOM, _S, _ANNA),
    Enter(_ROOM, _S, _BEN),
    Perform(_ROOM, Submit(_S, _SOURCE, 1, _BASE, ChangeKind.OP, _OP)),
    Perform(_ROOM, Submit(_S, _SOURCE, 1, None, ChangeKind.CREATE, "text", "text-unicode", _BASE)),
    Perform(_ROOM, Revert(_S, _SOURCE, 2, _BASE)),
    Perform(_ROOM, Undo(_S, _SOURCE, 2, SourceId("other"), is_redo=True)),
    Perform(_ROOM, Update(_S, 1, bytes(range(256)), UpdateKind.STEP2)),
    Perform(_ROOM, Lock(_S, 1, "node", LockAction.ACQUIRE)),
    Perform(_ROOM, SetAwareness(_S, _ENTRIES)),
    Perform(_ROOM, Leave(_S)),
    Watched(_ROOM, _BASE, _ENTRIES),
    Watched(_ROOM, RevisionNo(0), ()),
    Published(_ROOM, (), _BASE),
    Told(_ROOM, _S, Ack(1, _BASE, is_step2=True, is_pushed=True)),
    Told(_ROOM, _S, Ack(1, _BASE, conflicts=(("a", 1), ("b",)))),
    Told(_ROOM, _S, Lost(1, _BASE, ("x", "ü"))),
    Told(_ROOM, _S, Refusal(1, "check_type", "no", ("a", 2), ("n1", "n2"), is_undone=True)),
    Told(_ROOM, _S, Resync(4, is_step2=True)),
    Told(_ROOM, _S, ReadOnly("storage_full", "full")),
    Told(_ROOM, _S, LockAnswer(1, _BASE, "node", LockStanding.HELD, _BASE, 99, nodes=("a",))),
    Expel(_ROOM, _S, 1013, "too slow", "limit_pending"),
    Aware(_ROOM, _ENTRIES, is_all=True),
    Closed(_ROOM, 4404, "the room was deleted"),
]


@pytest.mark.parametrize("message", _MESSAGES, ids=lambda item: type(item).__name__)
def test_read_as_written(message: PeerMessage) -> None:
    """[BU12] every kind of message comes out as it went in, of the same types."""
    read = decode_message(encode_message(message))
    assert read == message
    assert repr(read) == repr(message)


def test_revisions_keep_their_marks() -> None:
    """[BU12] a revision's shared types are shared at the other node, too."""
    read = decode_message(encode_message(Published(_ROOM, (_REVISION,), _REVISION.number)))
    assert isinstance(read, Published)
    (revision,) = read.revisions
    assert revision == _REVISION
    assert marked_equal(revision.change[0]["oi"], _REVISION.change[0]["oi"])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        pack(["Watch"]),
        pack(["Watch", ["RoomId", "t", "r"], 1]),
        pack(["Nothing", 1]),
        pack(["Told", ["RoomId", "t", "r"], "s", ["Watch", ["RoomId", "t", "r"]]])[:-1],
        pack(["RoomId", "t", "r"]),
        pack({"Watch": 1}),
        pack([1, 2]),
        pack([["Watch"]]),
        pack(["Perform", ["RoomId", "t", "r"], ["Update", "s", 1, b"", "some day"]]),
    ],
)
def test_other_versions(data: bytes) -> None:
    """[BU12] what is no message of this version is refused, and nothing else is raised."""
    with pytest.raises(ProtocolError):
        decode_message(data)
