"""What a ShareDB client may not send, and how much it may ask for. SPEC: section SD."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from collab.errors import LimitExceeded
from collab.ids import Epoch, RevisionNo
from collab.limits import (
    FRAME_BYTES_MAX,
    SHAREDB_DOCUMENTS_MAX,
    SHAREDB_IDLE_DOCUMENTS_MAX,
    SHAREDB_QUEUED_MAX,
    SHAREDB_REQUESTS_BYTES_MAX,
    SHAREDB_REQUESTS_MAX,
    SHAREDB_TEXT_BYTES_MAX,
)
from collab.messages import Ack, SnapshotSent
from collab.protocol.adapter import Ask, CloseRoom, OpenRoom
from collab.protocol.sharedb import ShareDbAdapter
from tests.protocol.sharedb_world import FakeSources, World
from tests.protocol.test_sharedb_transcripts import steps_of
from tests.protocol.wire import SESSION, principal

JSON0 = "http://sharejs.org/types/JSONv0"
NOTE = {"c": "notizen", "d": "ä"}
ROOM = "notizen/%C3%A4"


@pytest.mark.parametrize("text", ["", "x", "[]", '"é"', "5", "null", '{"a":NaN}', "[" * 5000])
def test_what_is_no_object_closes(text: str) -> None:
    """[SD14] a peer that does not speak the protocol is not answered in it."""
    link = World().connect()
    link.take()
    assert link.say_text(text) == []
    assert link.closed is not None
    assert link.closed.code == 1002


def test_half_a_surrogate_pair_costs_its_op_alone() -> None:
    """[SD14] JavaScript writes it; closing would have it sent again for ever."""
    world = World()
    link = world.connect()
    link.take()
    op = json.dumps({"a": "op", **NOTE, "v": None, "seq": 1})[:-1]
    text = op + ',"create":{"type":"json0","data":{"t":"\\ud83d"}}}'
    (refused,) = link.say_text(text)
    assert refused["error"]["code"] == "ERR_OT_OP_BADLY_FORMED"
    assert refused["create"]["data"] == {"t": "\ud83d"}
    (refused,) = link.say_text('{"a":"f","c":"notizen","d":"\\ud83d"}')
    assert refused["error"]["code"] == "ERR_MESSAGE_BADLY_FORMED"
    assert not world.rooms
    assert link.closed is None


def test_a_large_message_is_refused_by_its_name() -> None:
    """[SD14] its head is echoed; beyond what is read at all the socket is closed."""
    link = World().connect()
    link.take()
    create = {"create": {"type": JSON0, "data": {"t": "é" * (FRAME_BYTES_MAX // 2)}}}
    (refused,) = link.say(a="op", **NOTE, v=None, seq=3, **create)
    assert refused.pop("error")["code"] == "limit_frame"
    assert refused == {"a": "op", **NOTE, "seq": 3}
    assert link.closed is None
    link.say_text(" " * (SHAREDB_TEXT_BYTES_MAX + 1))
    assert link.closed is not None
    assert link.closed.code == 1009


@pytest.mark.parametrize(
    "fields",
    [
        {"a": "f", "d": "ä"},
        {"a": "f", "c": "n"},
        {"a": "s", "c": 5, "d": "ä"},
        {"a": "s", "c": "__proto__", "d": "ä"},
        {"a": "s", "c": "n", "d": "constructor"},
        {"a": "s", "c": "n", "d": "ä", "v": -1},
        {"a": "s", "c": "n", "d": "ä", "v": 1.5},
        {"a": "s", "c": "n", "d": "ä", "v": True},
        {"a": "bs", "c": "n", "b": "ä"},
        {"a": "bs", "c": "n", "b": ["ä", "toString"]},
        {"a": "op", "c": "n", "d": "ä", "op": []},
        {"a": "op", "c": "n", "d": "ä", "op": [], "seq": 0},
        {"a": "op", "c": "n", "d": "ä", "op": [], "seq": "1"},
        {"a": "nf", "id": 1, "c": "n", "d": "ä", "v": "x"},
        {"a": "nt", "id": 1, "c": "n", "d": "ä", "ts": "x"},
    ],
)
def test_names_versions_and_numbers(fields: dict[str, Any]) -> None:
    """[SD15] each is what it has to be, or the request is refused before anything is opened."""
    link = World().connect()
    link.take()
    (refused,) = link.say(**fields)
    assert refused["error"]["code"] == "ERR_MESSAGE_BADLY_FORMED"
    assert not link.requests


def test_a_number_that_is_not_exact_is_refused() -> None:
    """[SD15] JavaScript could not tell it from the next one; the last exact one is taken."""
    link = World().connect()
    link.take()
    op = {"a": "op", **NOTE, "v": None, "create": {"type": JSON0, "data": {}}}
    (refused,) = link.say(**op, seq=2**53 - 1)
    assert refused["error"]["code"] == "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW"
    (ack,) = link.say(**op, seq=2**53 - 2)
    assert ack["seq"] == 2**53 - 2


def test_a_socket_has_so_many_documents() -> None:
    """[SD17] one more is refused, and those that are there go on."""
    link = World().connect()
    link.is_slow = True
    link.take()
    names = [f"ä{number}" for number in range(SHAREDB_DOCUMENTS_MAX)]
    assert link.say(a="bs", c="n", b=names) == []
    (refused,) = link.say(a="s", c="n", d="zuviel", v=None)
    assert refused["error"]["code"] == "limit_documents"
    (refused,) = link.say(a="bs", c="n", b=["zuviel", "noch mehr"])
    assert {item["error"]["code"] for item in refused["data"].values()} == {"limit_documents"}


def test_so_much_waits_for_a_room() -> None:
    """[SD17] one more is refused until the room is open."""
    link = World().connect()
    link.is_slow = True
    link.take()
    for number in range(SHAREDB_QUEUED_MAX):
        assert link.say(a="op", **NOTE, v=None, seq=number + 1, op=[]) == []
    (refused,) = link.say(a="op", **NOTE, v=None, seq=99, op=[])
    assert refused["error"]["code"] == "limit_requests"
    link.open_all()
    answers = link.take()
    assert [frame["seq"] for frame in answers] == [*range(1, SHAREDB_QUEUED_MAX + 1)]
    assert {frame["error"]["code"] for frame in answers} == {"ERR_DOC_DOES_NOT_EXIST"}


def test_so_many_requests_are_open() -> None:
    """[SD17] an answer makes place for the next one."""
    adapter = ShareDbAdapter(FakeSources("client"))
    ask = json.dumps({"a": "nf", "id": 7, **NOTE, "v": 1}).encode()
    asked = [adapter.receive(ask).requests[0] for _ in range(SHAREDB_REQUESTS_MAX)]
    assert b"limit_requests" in adapter.receive(ask).frames[0]
    assert isinstance(asked[0], Ask)
    adapter.answered(asked[0].request, LimitExceeded("nein"))
    assert adapter.receive(ask).requests


def test_so_many_bytes_are_kept_to_be_echoed() -> None:
    """[SD17] requests are kept as they came until they are answered."""
    adapter = ShareDbAdapter(FakeSources("client"))
    fill = "é" * (FRAME_BYTES_MAX // 2 - 200)
    count = 0
    while True:
        count += 1
        op = {"a": "op", **NOTE, "v": None, "seq": count, "op": [{"p": ["t"], "oi": fill}]}
        output = adapter.receive(json.dumps(op, ensure_ascii=False).encode())
        if output.frames:
            break
    assert b"limit_requests" in output.frames[0]
    assert count == SHAREDB_REQUESTS_BYTES_MAX // FRAME_BYTES_MAX + 2
    adapter.opened(ROOM, SESSION, principal())
    adapter.event(ROOM, Ack(1, RevisionNo(1)))
    assert adapter.receive(json.dumps({"a": "f", **NOTE}).encode()).requests


def test_what_is_owed_is_not_left() -> None:
    """[SD16] a document that was at rest is not, once something is asked of it again."""
    adapter = ShareDbAdapter(FakeSources("client"))
    left: list[str] = []

    def fetch(name: str, request: int) -> None:
        channel = f"n/{name}"
        adapter.receive(json.dumps({"a": "f", "c": "n", "d": name}).encode())
        adapter.opened(channel, SESSION, principal())
        answer = SnapshotSent(request, Epoch(1), RevisionNo(0), False, b"")
        requests = adapter.event(channel, answer).requests
        left.extend(item.channel for item in requests if isinstance(item, CloseRoom))

    fetch("a", 1)
    adapter.receive(json.dumps({"a": "op", "c": "n", "d": "a", "seq": 1, "op": []}).encode())
    for number in range(2 * SHAREDB_IDLE_DOCUMENTS_MAX):
        fetch(f"b{number}", number + 2)
    assert left == [f"n/b{number}" for number in range(SHAREDB_IDLE_DOCUMENTS_MAX)]
    (ack,) = adapter.event("n/a", Ack(1, RevisionNo(1))).frames
    assert json.loads(ack)["seq"] == 1


def damaged(rng: random.Random, frames: list[bytes]) -> bytes:
    frame = bytearray(rng.choice(frames))
    match rng.randrange(4):
        case 0:
            del frame[rng.randrange(len(frame)) :]
        case 1:
            frame[rng.randrange(len(frame))] = rng.choice(b'0"{}[],:e-x')
        case 2:
            at = rng.randrange(len(frame))
            frame[at:at] = rng.choice(frames)[: rng.randrange(30)]
        case _:
            pass
    return bytes(frame)


def mutated(rng: random.Random, frame: bytes) -> bytes:
    """Return a sound message with a field of another kind."""
    fields = json.loads(frame)
    name = rng.choice([*fields, "b", "v", "seq", "src", "op", "create", "id"])
    fields[name] = rng.choice([None, True, -1, 2**60, 1.5, "é", "\ud83d", [], [[]], {}, {"é": 1}])
    return json.dumps(fields).encode()


@pytest.mark.parametrize("seed", range(40))
def test_nothing_makes_the_adapter_raise(seed: int) -> None:
    """[SD23] damaged, spliced and mutated messages are answered, or close."""
    rng = random.Random(seed)
    frames = [
        text.encode()
        for scenario in ("sharedb-session", "sharedb-bulk", "sharedb-past", "sharedb-unsubscribed")
        for inputs, _ in steps_of(scenario)
        for who, text in inputs
        if who == "client"
    ]
    adapter = ShareDbAdapter(FakeSources("client"))
    is_closed = False
    for _ in range(200):
        sound = rng.choice(frames)
        frame = mutated(rng, sound) if rng.random() < 0.6 else damaged(rng, frames)
        output = adapter.receive(frame)
        assert all(isinstance(json.loads(item), dict) for item in output.frames)
        if is_closed:
            assert not output.frames
            assert not output.requests
        is_closed = is_closed or output.close is not None
        for request in output.requests:
            if isinstance(request, OpenRoom) and rng.random() < 0.7:
                adapter.opened(request.channel, SESSION, principal())
                adapter.event(request.channel, Ack(1, RevisionNo(1)))
        if is_closed and rng.random() < 0.2:
            adapter, is_closed = ShareDbAdapter(FakeSources("client")), False
