"""The Hocuspocus adapter against recorded frames of the real provider. SPEC: section HP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collab.crdt.lib0 import Decoder
from collab.errors import LimitExceeded, NotAllowed, StoreUnavailable
from collab.ids import ClientId, RevisionNo, SessionId
from collab.limits import (
    ADDRESSES_PER_SOCKET_MAX,
    FRAME_BYTES_MAX,
    RESYNCS_IN_A_ROW_MAX,
    STEP2_BYTES_MAX,
    TOKEN_BYTES_MAX,
    UNAUTHENTICATED_MESSAGES_MAX,
)
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Lost,
    Problems,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
    Role,
    ServerStateVector,
    SetAwareness,
    StateVector,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import Close, CloseRoom, OpenRoom, Output
from collab.protocol.hocuspocus import HocuspocusAdapter, encode_stateless
from collab.values import SharedList, SharedText
from tests.protocol.wire import SESSION, frames_of, message, principal, revision, var_string

ROOM = "projekt/ä"
PREFIX = var_string(ROOM)
HEAD = RevisionNo(3)
DIFF = SyncDiff(HEAD, b"\x00\x00", b"\x00")
AUTH = frames_of("hocuspocus")[0]
STEP1 = frames_of("hocuspocus")[1]
STEP2 = PREFIX + bytes.fromhex("0001020000")
UPDATE = PREFIX + bytes.fromhex("0002020000")
OUR_STEP1 = PREFIX + bytes.fromhex("00000100")
STORED = PREFIX + b"\x08\x01"
NOT_STORED = PREFIX + b"\x08\x00"


def opened() -> HocuspocusAdapter:
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    adapter.opened(ROOM, SESSION, principal())
    return adapter


def synced() -> HocuspocusAdapter:
    """Return an adapter whose first round is over; its last number is 1."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(1, HEAD, is_step2=True)).frames == [STORED]
    return adapter


def stateless(frame: bytes) -> dict[str, Any]:
    """Return the payload of a stateless message for ``ROOM``."""
    decoder = Decoder(frame)
    assert decoder.read_var_string() == ROOM
    assert decoder.read_var_uint() == 5
    payload: dict[str, Any] = json.loads(decoder.read_var_string())
    decoder.expect_end()
    return payload


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
    assert adapter.denied(ROOM, error) == Output(close=Close(code, error.message))


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


def test_every_step1_is_answered_by_exactly_one() -> None:
    """[HP7] the first one, and one by force, which gets a second round of its own."""
    adapter = opened()
    for _ in range(2):
        assert adapter.receive(STEP1).requests == [StateVector(SESSION, b"\x00")]
        assert adapter.event(ROOM, DIFF).frames == [STEP2, OUR_STEP1]
        adapter.receive(STEP2)


def test_live_updates_are_acknowledged_at_once() -> None:
    """[HP8] once the first round is over each change has its own acknowledgement."""
    adapter = synced()
    for seq in (2, 3):
        adapter.receive(UPDATE)
        assert adapter.event(ROOM, Ack(seq, HEAD)).frames == [STORED]


def test_acknowledgements_of_a_reconnect_are_held() -> None:
    """[HP8] flushed offline edits do not make the answering step 2 look stored."""
    adapter = HocuspocusAdapter()
    frames = frames_of("hocuspocus-reconnect")[4:]
    room = "raum"
    for frame in frames[:3]:
        adapter.receive(frame)
    adapter.opened(room, SESSION, principal())
    adapter.event(room, DIFF)
    sent = [adapter.receive(frame).requests[0] for frame in frames[3:6]]
    kinds = [request.kind for request in sent if isinstance(request, Update)]
    assert kinds == [UpdateKind.LIVE, UpdateKind.LIVE, UpdateKind.STEP2]
    assert adapter.event(room, Ack(1, HEAD)) == Output()
    assert adapter.event(room, Resync(2)) == Output()
    stored = var_string(room) + b"\x08\x01"
    assert adapter.event(room, Ack(3, HEAD, is_step2=True)).frames == [stored] * 3


def test_updates_before_the_decision_are_acknowledged_with_step2() -> None:
    """[HP8] what was only counted counts as stored once the step 2 is."""
    adapter = HocuspocusAdapter()
    for frame in (AUTH, UPDATE, UPDATE, STEP1):
        adapter.receive(frame)
    assert adapter.opened(ROOM, SESSION, principal()).requests == [StateVector(SESSION, b"\x00")]
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(1, HEAD, is_step2=True)).frames == [STORED] * 3


def test_acknowledgements_before_the_first_step1_are_held() -> None:
    """[HP8] the provider sets its count when it sends step 1, so none may come before."""
    adapter = opened()
    adapter.receive(UPDATE)
    assert adapter.event(ROOM, Ack(1, HEAD)) == Output()


def test_dropped_updates_are_counted_once() -> None:
    """[HP9] three drops, one step 1, three acknowledgements, all behind the answer."""
    adapter = synced()
    for _ in range(3):
        adapter.receive(UPDATE)
    assert adapter.event(ROOM, Resync(2)) == Output(requests=[QueryStateVector(SESSION)])
    assert adapter.event(ROOM, Resync(3)) == Output()
    assert adapter.event(ROOM, ServerStateVector(HEAD, b"\x00")).frames == [OUR_STEP1]
    assert adapter.event(ROOM, Resync(4)) == Output()
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(5, HEAD, is_step2=True)).frames == [STORED] * 3
    adapter.receive(UPDATE)
    assert adapter.event(ROOM, Resync(6)).requests == [QueryStateVector(SESSION)]


def test_incomplete_answer_while_another_is_to_come() -> None:
    """[HP9] the later answer is acknowledged for both, and nothing more is asked."""
    adapter = synced()
    for _ in range(2):
        adapter.receive(STEP1)
        adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Resync(2, is_step2=True)) == Output()
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(3, HEAD, is_step2=True)).frames == [STORED]


def test_undone_change() -> None:
    """[HP10] acknowledged, then told."""
    adapter = synced()
    adapter.receive(UPDATE)
    refusal = Refusal(2, "check_type", "kein Text 😀", ("title", 0), ("n1",), is_undone=True)
    stored, told = adapter.event(ROOM, refusal).frames
    assert stored == STORED
    assert stateless(told) == {
        "type": "refused",
        "code": "check_type",
        "reason": "kein Text 😀",
        "nodes": ["n1"],
        "path": ["title", 0],
    }


def test_undone_step2_ends_the_round() -> None:
    """[HP10] what was held leaves with it."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.receive(UPDATE)
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    adapter.event(ROOM, Ack(1, HEAD))
    refusal = Refusal(2, "check_type", "no", is_undone=True, is_step2=True)
    assert adapter.event(ROOM, refusal).frames[:-1] == [STORED] * 2


def test_change_of_a_viewer() -> None:
    """[HP10] never touched the document: not stored, and why; nothing held is called stored."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.receive(UPDATE)
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    first, told = adapter.event(ROOM, Refusal(1, "auth_role", "a viewer cannot edit")).frames
    assert first == NOT_STORED
    assert stateless(told)["code"] == "auth_role"
    step2 = Refusal(2, "auth_role", "a viewer cannot edit", is_step2=True)
    assert adapter.event(ROOM, step2).frames[0] == NOT_STORED
    adapter.receive(UPDATE)
    assert adapter.event(ROOM, Ack(3, HEAD)).frames == [STORED]


def test_refused_step2_stores_nothing_that_was_held() -> None:
    """[HP10] a dropped update waited for this step 2 and is not in the document now."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.receive(UPDATE)
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Resync(1)) == Output()
    adapter.event(ROOM, Refusal(2, "auth_role", "no", is_step2=True))
    adapter.receive(UPDATE)
    assert adapter.event(ROOM, Ack(3, HEAD)).frames == [STORED]


def test_unacceptable_content_ends_the_document() -> None:
    """[HP11] denied with the reason and closed; the session leaves and the socket stays."""
    adapter = synced()
    adapter.receive(UPDATE)
    output = adapter.event(ROOM, Refusal(2, "update_client", "fremd", is_fatal=True))
    assert output == Output(
        frames=[
            PREFIX + b"\x02\x01" + var_string("fremd"),
            PREFIX + b"\x07" + var_string("fremd"),
        ],
        requests=[CloseRoom(ROOM)],
    )
    assert adapter.receive(UPDATE) == Output()
    assert adapter.event(ROOM, Ack(3, HEAD)) == Output()


def test_large_step2_ends_the_document() -> None:
    """[HP11] the provider would send it again on every connection."""
    at_limit = synced().receive(message(PREFIX, b"\x00\x01", bytes(STEP2_BYTES_MAX)))
    assert len(at_limit.requests) == 1
    assert not at_limit.frames
    beyond = synced().receive(message(PREFIX, b"\x00\x01", bytes(STEP2_BYTES_MAX + 1)))
    assert beyond.requests == [CloseRoom(ROOM)]
    assert beyond.close is None
    assert beyond.frames[0].startswith(PREFIX + b"\x02\x01")


def test_incomplete_answers_end_the_document() -> None:
    """[HP11] a provider whose document lacks parts of itself is not asked for ever."""
    adapter = synced()
    for seq in range(2, 2 + RESYNCS_IN_A_ROW_MAX):
        adapter.receive(STEP2)
        assert adapter.event(ROOM, Resync(seq, is_step2=True)).requests == [
            QueryStateVector(SESSION)
        ]
        adapter.event(ROOM, ServerStateVector(HEAD, b"\x00"))
    adapter.receive(STEP2)
    last = Resync(2 + RESYNCS_IN_A_ROW_MAX, is_step2=True)
    assert adapter.event(ROOM, last).requests == [CloseRoom(ROOM)]


def test_read_only_room() -> None:
    """[HP12] the reason once, and each change is told that it is not stored."""
    adapter = synced()
    event = ReadOnly("storage_full", "kein Platz 😀")
    assert [stateless(frame) for frame in adapter.event(ROOM, event).frames] == [
        {"type": "readonly", "code": "storage_full", "reason": "kein Platz 😀"}
    ]
    assert adapter.event(ROOM, event) == Output()
    for _ in range(2):
        adapter.receive(UPDATE)
    assert adapter.event(ROOM, event).frames == [NOT_STORED]
    assert adapter.event(ROOM, event).frames == [NOT_STORED]
    assert adapter.event(ROOM, event) == Output()


def test_stateless_messages() -> None:
    """[HP13] JSON text with the code points as they are, and without marks."""
    adapter = synced()
    (lost,) = adapter.event(ROOM, Lost(2, HEAD, ("né😀",))).frames
    assert stateless(lost) == {"type": "lost", "texts": ["né😀"]}
    problem = {"node": "n1", "path": SharedList(["title"]), "message": SharedText("fehlt: é")}
    (told,) = adapter.event(ROOM, Problems(HEAD, (problem,))).frames
    assert stateless(told) == {
        "type": "problems",
        "revision": 3,
        "problems": [{"node": "n1", "path": ["title"], "message": "fehlt: é"}],
    }
    assert stateless(encode_stateless(ROOM, {"type": "revision", "revision": 3})) == {
        "type": "revision",
        "revision": 3,
    }


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
