"""Random, truncated and spliced frames: an adapter answers or closes, and raises nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgpack
import pytest

from collab.ids import ClientId, Epoch, RevisionNo
from collab.messages import (
    Ack,
    AwarenessChanged,
    Event,
    Joined,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SyncDiff,
)
from collab.protocol.adapter import Adapter, CloseRoom, OpenRoom, Output
from collab.protocol.hocuspocus import HocuspocusAdapter
from collab.protocol.native import NativeAdapter
from collab.protocol.yjs import YjsAdapter
from tests.protocol.wire import SESSION, frames_of, principal

HEAD = RevisionNo(1)
EVENTS: list[Event] = [
    SyncDiff(HEAD, b"\x00\x00", b"\x00"),
    ServerStateVector(HEAD, b"\x00"),
    Ack(1, HEAD),
    Ack(2, HEAD, is_step2=True),
    Resync(2),
    Resync(3, is_step2=True),
    Refusal(4, "check", "né😀", is_undone=True),
    Refusal(5, "check", "no"),
    ReadOnly("storage_full", "voll"),
    AwarenessChanged(()),
    Joined(SESSION, Epoch(1), HEAD, True, b"{}", ClientId(3)),
]
NATIVE = [
    msgpack.packb(fields)
    for fields in (
        {"type": "submit", "seq": 1, "base": 0, "op": [{"p": ["é"], "oi": "😀"}]},
        {"type": "submit", "seq": 2, "base": 0, "create": {"a": [1, None, True, 1.5]}},
        {"type": "revert", "seq": 3, "revision": 2},
        {"type": "undo", "seq": 4, "source": "größe"},
        {"type": "redo", "seq": 5},
        {"type": "update", "seq": 3, "update": b"\x00\x00", "answer": True},
        {"type": "presence", "state": {"user": {"name": "Zoë"}}},
        {"type": "sync", "state_vector": b"\x00"},
        {"type": "fetch", "id": 1},
        {"type": "hello", "version": 1, "token": "t", "since": 3},
    )
]


def damaged(rng: random.Random, frames: list[bytes]) -> bytes:
    """Return a frame that is cut, spliced, changed in a few bytes, sound, or noise."""
    frame = bytearray(rng.choice(frames))
    match rng.randrange(5):
        case 0:
            del frame[rng.randrange(len(frame) + 1) :]
        case 1:
            other = rng.choice(frames)
            frame = frame[: rng.randrange(len(frame) + 1)] + other[rng.randrange(len(other)) :]
        case 2:
            for _ in range(rng.randrange(1, 4)):
                frame[rng.randrange(len(frame))] = rng.randrange(256)
        case 3:
            frame = bytearray(rng.randbytes(rng.randrange(40)))
    return bytes(frame)


def run(
    adapter: Adapter, channel: str, rng: random.Random, frames: list[bytes]
) -> Iterator[Output]:
    """Drive *adapter* with damaged frames and events in any order, as a bad host would not."""
    for _ in range(40):
        output = adapter.receive(damaged(rng, frames))
        yield output
        for request in output.requests:
            if isinstance(request, OpenRoom):
                yield adapter.opened(request.channel, SESSION, principal())
        yield adapter.event(channel, rng.choice(EVENTS))
        if output.close is not None:
            return


def check(make: Callable[[], Adapter], channel: str, frames: list[bytes], seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        adapter = make()
        closes = 0
        for output in run(adapter, channel, rng, frames):
            closes += output.close is not None
            assert all(isinstance(frame, bytes) for frame in output.frames), seed
            for request in output.requests:
                if not isinstance(request, OpenRoom | CloseRoom):
                    assert getattr(request, "session", SESSION) == SESSION, seed
        assert closes <= 1, seed


@pytest.mark.parametrize("seed", range(8))
def test_yjs(seed: int) -> None:
    """[YW11] only outputs, whatever comes in; one close at most."""

    def make() -> Adapter:
        adapter = YjsAdapter()
        adapter.opened("", SESSION, principal())
        return adapter

    check(make, "", frames_of("y-websocket"), seed)


@pytest.mark.parametrize("seed", range(8))
def test_hocuspocus(seed: int) -> None:
    """[HP20] only outputs, whatever comes in; one close at most."""
    frames = frames_of("hocuspocus") + frames_of("hocuspocus-session")

    def make() -> Adapter:
        adapter = HocuspocusAdapter()
        adapter.receive(frames[0])
        adapter.opened("projekt/ä", SESSION, principal())
        return adapter

    check(make, "projekt/ä", frames, seed)


@pytest.mark.parametrize("seed", range(8))
def test_native(seed: int) -> None:
    """[NA14] only outputs, whatever comes in; one close at most."""

    def make() -> Adapter:
        adapter = NativeAdapter()
        adapter.receive(msgpack.packb({"type": "hello", "version": 1}))
        adapter.opened("", SESSION, principal())
        adapter.event("", EVENTS[-1])
        return adapter

    check(make, "", NATIVE, seed)
