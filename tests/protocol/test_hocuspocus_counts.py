"""What a provider is told of its changes: stored, dropped, undone, lost. SPEC: section HP."""

from __future__ import annotations

from collab.limits import (
    RESYNCS_IN_A_ROW_MAX,
    STEP2_BYTES_MAX,
)
from collab.messages import (
    Ack,
    Lost,
    Problems,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    StateVector,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import CloseRoom, Output
from collab.protocol.hocuspocus import HocuspocusAdapter, encode_stateless
from collab.values import SharedList, SharedText
from tests.protocol.hocuspocus_session import (
    AUTH,
    DIFF,
    HEAD,
    NOT_STORED,
    OUR_STEP1,
    PREFIX,
    ROOM,
    STEP1,
    STEP2,
    STORED,
    UPDATE,
    opened,
    stateless,
    synced,
)
from tests.protocol.wire import SESSION, frames_of, message, principal, var_string


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
