"""The Hocuspocus adapter against recorded frames of the real provider. SPEC: section HP."""

from __future__ import annotations

import pytest

from collab.errors import LimitExceeded, NotAllowed, StoreUnavailable
from collab.ids import ClientId, SessionId
from collab.limits import (
    ADDRESSES_PER_SOCKET_MAX,
    FRAME_BYTES_MAX,
    TOKEN_BYTES_MAX,
    UNAUTHENTICATED_MESSAGES_MAX,
)
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    QueryAwareness,
    Refusal,
    Role,
    SetAwareness,
    StateVector,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import Close, CloseRoom, OpenRoom, Output
from collab.protocol.hocuspocus import HocuspocusAdapter
from tests.protocol.hocuspocus_session import (
    AUTH,
    DIFF,
    HEAD,
    PREFIX,
    ROOM,
    STEP1,
    STEP2,
    STORED,
    UPDATE,
    synced,
)
from tests.protocol.wire import SESSION, frames_of, message, principal, revision, var_string


def test_recorded_session_becomes_requests() -> None:
    """[HP2] what the provider sends at once is queued, and comes out when the room opens."""
    adapter = HocuspocusAdapter()
    auth, step1, awareness, *later = frames_of("hocuspocus")
    assert adapter.receive(auth).requests == [OpenRoom(ROOM, ROOM, "tökén")]
    assert adapter.receive(step1) == Output()
    assert adapter.receive(awareness) == Output()
    entry = AwarenessEntry(ClientId(2002), 0, {})
    assert adapter.opened(ROOM, SESSION, principal()) == Output(
        frames=[frames_of("hocuspocus", "server")[0]],
        requests=[StateVector(SESSION, b"\x00"), SetAwareness(SESSION, (entry,))],
    )
    assert adapter.event(ROOM, DIFF).frames == frames_of("hocuspocus", "server")[1:3]
    requests = [request for frame in later for request in adapter.receive(frame).requests]
    assert [type(request) for request in requests] == [
        Update,
        Update,
        SetAwareness,
        StateVector,
        SetAwareness,
        CloseRoom,
    ]
    step2, live = requests[0], requests[1]
    assert isinstance(step2, Update)
    assert isinstance(live, Update)
    assert (step2.seq, step2.kind) == (1, UpdateKind.STEP2)
    assert (live.seq, live.kind) == (2, UpdateKind.LIVE)
    assert "título".encode() in live.update


def test_second_token_changes_nothing() -> None:
    """[HP2] an address is opened once, however often the token comes."""
    adapter = HocuspocusAdapter()
    assert len(adapter.receive(AUTH).requests) == 1
    assert adapter.receive(AUTH) == Output()
    assert adapter.opened(ROOM, SESSION, principal()).frames
    assert adapter.receive(AUTH) == Output()
    assert adapter.opened(ROOM, SessionId("s2"), principal()) == Output()
    assert adapter.receive(UPDATE).requests == [Update(SESSION, 1, b"\x00\x00", UpdateKind.LIVE)]


def test_address_with_a_session_id() -> None:
    """[HP1] the name ends at the NUL, and every answer bears the whole address."""
    adapter = HocuspocusAdapter()
    auth, step1, *_ = frames_of("hocuspocus-session")
    address = "raum\0sitzung1"
    assert adapter.receive(auth).requests == [OpenRoom(address, "raum", None)]
    adapter.receive(step1)
    output = adapter.opened(address, SESSION, principal())
    output.frames += adapter.event(address, DIFF).frames
    output.frames.append(adapter.encode_update(address, b"\x00\x00"))
    assert len(output.frames) == 4
    assert all(frame.startswith(var_string(address)) for frame in output.frames)


def test_queue_is_bounded() -> None:
    """[HP3] too many step 1s close; the newest awareness stands for all; updates only count."""
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    awareness = [PREFIX + b"\x01" + message(b"", b"", bytes([1, 7, n, 2]) + b"{}") for n in (1, 2)]
    for frame in awareness * 100:
        assert adapter.receive(frame) == Output()
    for _ in range(1000):
        assert adapter.receive(UPDATE) == Output()
    for _ in range(UNAUTHENTICATED_MESSAGES_MAX):
        assert adapter.receive(STEP1) == Output()
    requests = adapter.opened(ROOM, SESSION, principal()).requests
    assert requests[:-1] == [StateVector(SESSION, b"\x00")] * UNAUTHENTICATED_MESSAGES_MAX
    assert requests[-1] == SetAwareness(SESSION, (AwarenessEntry(ClientId(7), 2, {}),))
    full = HocuspocusAdapter()
    for _ in range(UNAUTHENTICATED_MESSAGES_MAX):
        full.receive(STEP1)
    output = full.receive(STEP1)
    assert output.close is not None
    assert output.close.code == 1009


def test_queue_is_bounded_in_bytes_for_the_socket() -> None:
    """[HP3] many addresses together queue no more than one frame may hold."""
    adapter = HocuspocusAdapter()
    half = bytes(FRAME_BYTES_MAX // 2)
    outputs = [
        adapter.receive(message(var_string(f"raum-{number}"), b"\x00\x00", half))
        for number in range(2)
    ]
    assert outputs[0] == Output()
    assert outputs[1].close is not None
    assert outputs[1].close.code == 1009


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.OWNER, "read-write"),
        (Role.EDITOR, "read-write"),
        (Role.REVIEWER, "readonly"),
        (Role.VIEWER, "readonly"),
    ],
)
def test_scope(role: Role, scope: str) -> None:
    """[HP4] the provider is told whether it may edit."""
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    frames = adapter.opened(ROOM, SESSION, principal(role)).frames
    assert frames == [PREFIX + b"\x02\x02" + var_string(scope)]


def test_denial_keeps_the_socket() -> None:
    """[HP5] the reason goes to its address, and another document opens on the same socket."""
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    adapter.receive(STEP1)
    output = adapter.denied(ROOM, NotAllowed("darf nicht 😀"))
    assert output == Output(frames=[PREFIX + b"\x02\x01" + var_string("darf nicht 😀")])
    auth = frames_of("hocuspocus-session")[0]
    assert len(adapter.receive(auth).requests) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreUnavailable("weg"), 1012),
        (LimitExceeded("voll", code="limit_sessions"), 1013),
    ],
)
def test_failure_closes_the_socket(error: StoreUnavailable | LimitExceeded, code: int) -> None:
    """[HP5] what may pass a moment later must make the provider come back."""
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    reason = error.message if code == 1012 else "limit_sessions: voll"
    assert adapter.denied(ROOM, error) == Output(close=Close(code, reason))


def test_denied_address_is_deaf() -> None:
    """[HP6] nothing but a token is heard, and a new token begins anew."""
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    adapter.receive(UPDATE)
    adapter.denied(ROOM, NotAllowed("no"))
    for _ in range(UNAUTHENTICATED_MESSAGES_MAX + 1):
        assert adapter.receive(STEP1) == Output()
    assert adapter.receive(AUTH).requests == [OpenRoom(ROOM, ROOM, "tökén")]
    adapter.receive(STEP1)
    assert adapter.opened(ROOM, SESSION, principal()).requests == [StateVector(SESSION, b"\x00")]
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(1, HEAD, is_step2=True)).frames == [STORED]


def test_ended_document_begins_anew() -> None:
    """[HP6] after a new token the first round is open again, so acknowledgements are held."""
    adapter = synced()
    adapter.receive(UPDATE)
    adapter.event(ROOM, Refusal(2, "update_client", "fremd", is_fatal=True))
    assert len(adapter.receive(AUTH).requests) == 1
    adapter.opened(ROOM, SESSION, principal())
    assert adapter.receive(UPDATE).requests == [Update(SESSION, 1, b"\x00\x00", UpdateKind.LIVE)]
    assert adapter.event(ROOM, Ack(1, HEAD)) == Output()


def test_ping_and_pong() -> None:
    """[HP14] one bare byte each way; a pong needs no answer."""
    adapter = HocuspocusAdapter()
    assert adapter.receive(b"\x09") == Output(frames=[b"\x0a"])
    assert adapter.receive(b"\x0a") == Output()
    assert adapter.keepalive() == frames_of("hocuspocus", "server")[3] == b"\x09"


def test_close_message_leaves() -> None:
    """[HP15] also while it is being decided; an address that is not there is no matter."""
    adapter = synced()
    close = PREFIX + b"\x07"
    assert adapter.receive(close).requests == [CloseRoom(ROOM)]
    assert adapter.receive(close) == Output()
    assert len(adapter.receive(AUTH).requests) == 1
    assert adapter.receive(close).requests == [CloseRoom(ROOM)]
    assert adapter.opened(ROOM, SESSION, principal()) == Output()


def test_stateless_of_a_client_is_ignored() -> None:
    """[HP15] it is read for its form and means nothing."""
    assert synced().receive(PREFIX + b"\x05" + var_string("hällo")) == Output()


@pytest.mark.parametrize("kind", [4, 6, 8, 11, 127])
def test_messages_of_servers_are_refused(kind: int) -> None:
    """[HP15] a provider sends none of these."""
    output = synced().receive(PREFIX + bytes([kind]) + var_string("{}"))
    assert output.close is not None
    assert output.close.code == 1002


def test_room_closes() -> None:
    """[HP16] a final code ends the document, any other makes the provider come back."""
    assert synced().closed_by_room(ROOM, 1012, "öffnet neu") == Output(
        close=Close(1012, "öffnet neu")
    )
    output = synced().closed_by_room(ROOM, 4409, "alte Geschichte")
    assert output == Output(
        frames=[
            PREFIX + b"\x02\x01" + var_string("alte Geschichte"),
            PREFIX + b"\x07" + var_string("alte Geschichte"),
        ]
    )


def test_revision_is_one_frame_for_an_address() -> None:
    """[HP17] equal addresses, equal keys, equal bytes; nothing for an empty update."""
    one, other = synced(), synced()
    pushed = revision(update="né😀".encode())
    assert one.revision_key(ROOM) == other.revision_key(ROOM)
    assert one.revision_key(ROOM) != one.revision_key(ROOM + "\0s")
    frame = one.encode_revision(ROOM, pushed)
    assert frame == other.encode_revision(ROOM, pushed)
    assert frame == message(PREFIX, b"\x00\x02", pushed.update)
    assert one.encode_revision(ROOM, revision(update=b"")) is None


def test_awareness_both_ways() -> None:
    """[HP18] the room's entries come out as the provider's own came in."""
    adapter = synced()
    frame = frames_of("hocuspocus")[5]
    request = adapter.receive(frame).requests[0]
    assert isinstance(request, SetAwareness)
    assert request.entries[0].state == {"user": {"name": "Zoë 😀"}}
    assert adapter.event(ROOM, AwarenessChanged(request.entries)).frames == [frame]
    assert adapter.encode_awareness(ROOM, AwarenessChanged(request.entries)) == frame
    assert adapter.event(ROOM, AwarenessChanged(())) == Output()
    assert adapter.receive(PREFIX + b"\x03").requests == [QueryAwareness(SESSION)]


def test_addresses_are_bounded() -> None:
    """[HP19] one more document is denied, and there is place again when one leaves."""
    adapter = HocuspocusAdapter()
    for number in range(ADDRESSES_PER_SOCKET_MAX):
        token = var_string(f"raum-{number}") + b"\x02\x00\x00"
        assert len(adapter.receive(token).requests) == 1
    denied = adapter.receive(AUTH)
    assert denied.requests == []
    assert denied.frames[0].startswith(PREFIX + b"\x02\x01")
    assert adapter.receive(STEP1) == Output()
    adapter.receive(var_string("raum-0") + b"\x07")
    assert len(adapter.receive(AUTH).requests) == 1


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x04",
        b"\xff",
        b"\x02\xff\xfe\x00",
        PREFIX,
        PREFIX + b"\x00",
        PREFIX + b"\x00\x03\x00",
        PREFIX + b"\x00\x02\x05ab",
        PREFIX + b"\x00\x00\x01\x00\x00",
        PREFIX + b"\x01\x01\x05",
        PREFIX + b"\x02\x01\x00",
        PREFIX + b"\x02\x00\x00\x00\x00",
        PREFIX + b"\x03\x00",
        PREFIX + b"\x05\x02a",
        PREFIX + b"\x07\x00",
        var_string("ä" * 1000) + b"\x03",
    ],
)
def test_bad_frames_close(frame: bytes) -> None:
    """[HP20] short, long, unknown: 1002, and the adapter is deaf from then on."""
    adapter = synced()
    output = adapter.receive(frame)
    assert output.requests == []
    assert output.frames == []
    assert output.close is not None
    assert output.close.code == 1002
    assert adapter.receive(STEP1) == Output()


def test_frames_that_are_too_large_close() -> None:
    """[HP20] a live update and a token; the client comes back and sends a step 2."""
    update = synced().receive(message(PREFIX, b"\x00\x02", bytes(FRAME_BYTES_MAX)))
    assert update.close is not None
    assert update.close.code == 1009
    assert not update.requests
    token = var_string("é" * (TOKEN_BYTES_MAX // 2))
    assert len(HocuspocusAdapter().receive(PREFIX + b"\x02\x00" + token).requests) == 1
    longer = var_string("é" * (TOKEN_BYTES_MAX // 2) + "x")
    beyond = HocuspocusAdapter().receive(PREFIX + b"\x02\x00" + longer)
    assert beyond.close is not None
    assert beyond.close.code == 1009


def test_unknown_channel_is_ignored() -> None:
    """[HP15] an event may cross the message with which its session left."""
    assert HocuspocusAdapter().event(ROOM, DIFF) == Output()
    assert HocuspocusAdapter().closed_by_room(ROOM, 4403, "no") == Output()
