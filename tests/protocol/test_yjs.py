"""The y-websocket adapter against recorded frames of the real client. SPEC: section YW."""

from __future__ import annotations

import pytest

from collab.errors import (
    DesignRoomsError,
    InvalidName,
    LimitExceeded,
    NotAllowed,
    NotFound,
    ServerBusy,
)
from collab.ids import ClientId, Epoch, RevisionNo
from collab.limits import FRAME_BYTES_MAX, RESYNCS_IN_A_ROW_MAX, STEP2_BYTES_MAX
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Event,
    Joined,
    Lost,
    Problems,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SetAwareness,
    StateVector,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import Close, Output
from collab.protocol.yjs import YjsAdapter
from tests.protocol.wire import SESSION, frames_of, message, principal, revision, var_string

HEAD = RevisionNo(3)
DIFF = SyncDiff(HEAD, b"\x00\x00", b"\x01\x05\x07")
STEP1 = bytes.fromhex("00000100")
STEP2 = bytes.fromhex("0001020000")
UPDATE = bytes.fromhex("0002020000")
OUR_STEP1 = bytes.fromhex("000003010507")


def opened() -> YjsAdapter:
    adapter = YjsAdapter()
    assert adapter.opened("", SESSION, principal()) == Output()
    return adapter


def synced() -> YjsAdapter:
    """Return an adapter whose first round is over; its last number is 1."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.event("", DIFF)
    adapter.receive(STEP2)
    adapter.event("", Ack(1, HEAD, is_step2=True))
    return adapter


def test_step1_is_answered_by_step2_and_one_step1() -> None:
    """[YW1] step 2, then step 1, each a frame of its own, and nothing on open."""
    adapter = opened()
    assert adapter.receive(STEP1) == Output(requests=[StateVector(SESSION, b"\x00")])
    answer = adapter.event("", SyncDiff(HEAD, b"\x01\x02\x03", b"\x01\x05\x07"))
    assert answer == Output(frames=[bytes.fromhex("000103010203"), OUR_STEP1])


def test_recorded_session_becomes_commands() -> None:
    """[YW2] what the real client sends, from open to leave, reaches the room in order."""
    adapter = opened()
    requests = []
    for frame in frames_of("y-websocket"):
        output = adapter.receive(frame)
        assert output.frames == []
        assert output.close is None
        requests += output.requests
        if frame == STEP1:
            adapter.event("", DIFF)
    client = ClientId(1001)
    zoe = {"user": {"name": "Zoë 😀"}}
    updates = [request for request in requests if isinstance(request, Update)]
    assert [(update.seq, update.kind) for update in updates] == [
        (1, UpdateKind.STEP2),
        (2, UpdateKind.LIVE),
        (3, UpdateKind.LIVE),
        (4, UpdateKind.STEP2),
    ]
    assert updates[0].update == b"\x00\x00"
    assert "título".encode() in updates[1].update
    assert "né😀".encode() in updates[2].update
    assert [request for request in requests if not isinstance(request, Update)] == [
        StateVector(SESSION, b"\x00"),
        SetAwareness(SESSION, (AwarenessEntry(client, 0, {}),)),
        SetAwareness(SESSION, (AwarenessEntry(client, 1, zoe),)),
        SetAwareness(SESSION, (AwarenessEntry(client, 1, zoe),)),
        SetAwareness(SESSION, (AwarenessEntry(client, 1, None),)),
    ]


def test_dropped_update_asks_for_the_state_vector_once() -> None:
    """[YW3] one step 1 for a dropped update, and none while it is unanswered."""
    adapter = synced()
    for _ in range(3):
        adapter.receive(UPDATE)
    assert adapter.event("", Resync(2)).requests == [QueryStateVector(SESSION)]
    assert adapter.event("", Resync(3)) == Output()
    assert adapter.event("", ServerStateVector(HEAD, b"\x01\x05\x07")).frames == [OUR_STEP1]
    assert adapter.event("", Resync(4)) == Output()
    adapter.receive(STEP2)
    adapter.event("", Ack(5, HEAD, is_step2=True))
    adapter.receive(UPDATE)
    assert adapter.event("", Resync(6)).requests == [QueryStateVector(SESSION)]


def test_update_dropped_in_the_first_round_needs_no_step1() -> None:
    """[YW3] before the first answer the step 1 that is owed brings everything."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.receive(UPDATE)
    assert adapter.event("", Resync(1)) == Output()
    assert len(adapter.event("", DIFF).frames) == 2


def test_update_dropped_after_the_answer_needs_step1() -> None:
    """[YW3] an answer holds only what came before it."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.event("", DIFF)
    adapter.receive(UPDATE)
    adapter.receive(STEP2)
    adapter.receive(UPDATE)
    assert adapter.event("", Resync(1)) == Output()
    assert adapter.event("", Resync(3)).requests == [QueryStateVector(SESSION)]


def test_unasked_step2_answers_nothing() -> None:
    """[YW3] it does not stand for the answer to a later step 1."""
    adapter = synced()
    adapter.receive(STEP2)
    adapter.receive(STEP1)
    adapter.event("", DIFF)
    adapter.receive(UPDATE)
    assert adapter.event("", Resync(3)) == Output()


def test_incomplete_answers_end() -> None:
    """[YW4] a client whose document lacks parts of itself is not asked for ever."""
    adapter = synced()
    seq = 1
    for _ in range(RESYNCS_IN_A_ROW_MAX):
        seq += 1
        adapter.receive(STEP2)
        output = adapter.event("", Resync(seq, is_step2=True))
        assert output.requests == [QueryStateVector(SESSION)]
        adapter.event("", ServerStateVector(HEAD, b"\x00"))
    adapter.receive(STEP2)
    output = adapter.event("", Resync(seq + 1, is_step2=True))
    assert output.close is not None
    assert output.close.code == 4422


def test_complete_answer_starts_the_count_anew() -> None:
    """[YW4] only answers in a row count."""
    adapter = synced()
    for seq in range(2, 2 + 2 * (RESYNCS_IN_A_ROW_MAX + 1), 2):
        adapter.receive(STEP2)
        assert adapter.event("", Resync(seq, is_step2=True)).close is None
        adapter.event("", ServerStateVector(HEAD, b"\x00"))
        adapter.receive(STEP2)
        assert adapter.event("", Ack(seq + 1, HEAD, is_step2=True)) == Output()


def test_unacceptable_content_closes() -> None:
    """[YW5] a fatal refusal closes with 4422 and its reason; then nothing is received."""
    adapter = synced()
    adapter.receive(UPDATE)
    output = adapter.event("", Refusal(2, "update_client", "fremde Änderung", is_fatal=True))
    assert output == Output(close=Close(4422, "fremde Änderung"))
    assert adapter.receive(UPDATE) == Output()
    assert adapter.event("", DIFF) == Output()


@pytest.mark.parametrize(
    "event",
    [
        Ack(2, HEAD),
        Refusal(2, "check_type", "no", is_undone=True),
        Refusal(2, "auth_role", "no"),
        ReadOnly("storage_full", "kein Platz"),
        Lost(2, HEAD, ("né😀",)),
        Problems(HEAD, ({"code": "required"},)),
        Joined(SESSION, Epoch(1), HEAD, True, b"{}", ClientId(9)),
        AwarenessChanged(()),
    ],
)
def test_events_without_a_message_say_nothing(event: Event) -> None:
    """[YW5] the protocol has no words for these."""
    adapter = synced()
    adapter.receive(UPDATE)
    assert adapter.event("", event) == Output()


@pytest.mark.parametrize(
    ("error", "code", "is_told"),
    [
        (NotAllowed("darf nicht 😀"), 4403, True),
        (NotFound("weg"), 4404, True),
        (InvalidName("no name"), 4400, True),
        (LimitExceeded("voll", code="limit_sessions"), 1013, False),
        (ServerBusy("busy"), 1013, False),
    ],
)
def test_denial(error: DesignRoomsError, code: int, is_told: bool) -> None:
    """[YW6] final codes with a message, retried ones without."""
    output = YjsAdapter().denied("", error)
    is_limit = isinstance(error, LimitExceeded)
    assert output.close == Close(code, "limit_sessions: voll" if is_limit else error.message)
    assert output.frames == ([b"\x02\x00" + var_string(error.message)] if is_told else [])


def test_awareness_both_ways() -> None:
    """[YW7] the room's entries come out as the client's own came in."""
    adapter = opened()
    frame = frames_of("y-websocket")[5]
    request = adapter.receive(frame).requests[0]
    assert isinstance(request, SetAwareness)
    event = AwarenessChanged(request.entries)
    assert adapter.event("", event).frames == [frame]
    assert adapter.encode_awareness("", event) == frame
    assert adapter.receive(b"\x03").requests == [QueryAwareness(SESSION)]


def test_revision_is_one_frame_for_all() -> None:
    """[YW8] equal keys, equal bytes; nothing for an empty update."""
    one, other = opened(), opened()
    pushed = revision(update="né😀".encode())
    assert one.revision_key("") == other.revision_key("")
    frame = one.encode_revision("", pushed)
    assert frame == other.encode_revision("", pushed) == message(b"", b"\x00\x02", pushed.update)
    assert one.encode_update("", pushed.update) == frame
    assert one.encode_revision("", revision(update=b"")) is None


def test_keepalive_changes_nothing() -> None:
    """[YW9] an awareness message of no entries, which the codec reads as none."""
    adapter = opened()
    frame = adapter.keepalive()
    assert frame == bytes.fromhex("010100")
    assert adapter.receive(frame).requests == [SetAwareness(SESSION, ())]


def test_limits_of_live_and_step2() -> None:
    """[YW10] at the limit a message passes, one byte beyond it closes."""
    head = len(message(b"", b"\x00\x02", bytes(FRAME_BYTES_MAX))) - FRAME_BYTES_MAX
    at_limit = message(b"", b"\x00\x02", bytes(FRAME_BYTES_MAX - head))
    assert len(at_limit) == FRAME_BYTES_MAX
    assert opened().receive(at_limit).close is None
    beyond = message(b"", b"\x00\x02", bytes(FRAME_BYTES_MAX - head + 1))
    live = opened().receive(beyond)
    assert live.close is not None
    assert live.close.code == 1009
    assert not live.requests
    awareness = opened().receive(message(b"", b"\x01", bytes(FRAME_BYTES_MAX)))
    assert awareness.close is not None
    assert awareness.close.code == 1009
    large = message(b"", b"\x00\x01", bytes(STEP2_BYTES_MAX))
    assert opened().receive(large).close is None
    step2 = opened().receive(message(b"", b"\x00\x01", bytes(STEP2_BYTES_MAX + 1)))
    assert step2.close is not None
    assert step2.close.code == 4413
    assert not step2.requests


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00",
        b"\x00\x03\x00",
        b"\x00\x02\x05ab",
        b"\x00\x02\x01ab",
        b"\x01\x03\x01\x01",
        b"\x02\x00\x00",
        b"\x03\x00",
        b"\x04",
        b"\x09",
        message(b"", b"\x01", b"\x01\x05\x01" + var_string('"né"')),
    ],
)
def test_bad_frames_close(frame: bytes) -> None:
    """[YW11] short, long, unknown: 1002, and the adapter is deaf from then on."""
    adapter = opened()
    output = adapter.receive(frame)
    assert output.requests == []
    assert output.frames == []
    assert output.close is not None
    assert output.close.code == 1002
    assert adapter.receive(STEP1) == Output()


def test_room_closes() -> None:
    """[YW12] the room's code and reason are the socket's."""
    assert opened().closed_by_room("", 1012, "öffnet neu") == Output(
        close=Close(1012, "öffnet neu")
    )
