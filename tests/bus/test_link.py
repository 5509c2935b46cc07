"""Two ends of a link over a network that loses, doubles, delays and reorders."""

from __future__ import annotations

import os
import random
from itertools import count

import pytest

from collab.bus.link import Frame, Link
from collab.errors import ProtocolError
from collab.ids import NodeId
from collab.limits import LINK_BEAT_MS, LINK_BYTES_MAX, LINK_FRAME_BYTES, LINK_SILENCE_MS

_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))


class _End:
    """One end: what it has sent and what has arrived, since the link was lost last."""

    def __init__(self, name: str) -> None:
        self.link = Link(NodeId(name), count(1).__next__, 0)
        self.sent: list[bytes] = []
        self.arrived: list[bytes] = []
        self.losses = 0

    def lose(self) -> None:
        self.losses += 1
        self.sent, self.arrived = [], []


class _World:
    """Two ends and the frames between them, as they will arrive."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now_ms = 0
        self.ends = (_End("a"), _End("b"))
        self.frames: list[tuple[int, int, bytes]] = []
        self.loss = 0.0
        # Everything that each end ever sent, with the loss count of both at that time.
        self.delivered: list[tuple[int, bytes]] = []

    def tick(self, milliseconds: int) -> None:
        self.now_ms += milliseconds
        for index, end in enumerate(self.ends):
            for frame in end.link.frames(self.now_ms):
                for _ in range(2 if self.rng.random() < self.loss / 3 else 1):
                    if self.rng.random() >= self.loss:
                        delay = self.rng.choice([1, 5, 40 if self.loss else 5])
                        self.frames.append((self.now_ms + delay, 1 - index, frame))
            if end.link.give_up(self.now_ms):
                end.lose()
        due = [item for item in self.frames if item[0] <= self.now_ms]
        self.frames = [item for item in self.frames if item[0] > self.now_ms]
        self.rng.shuffle(due)
        for _, index, data in due:
            end = self.ends[index]
            received = end.link.receive(Frame.decode(data), self.now_ms)
            if received.is_lost:
                end.lose()
            for message in received.messages:
                end.arrived.append(message)
                self.delivered.append((index, message))

    def send(self, index: int, message: bytes) -> None:
        self.ends[index].sent.append(message)
        self.ends[index].link.send(message)


@pytest.mark.parametrize("seed", range(40 * _SCALE))
def test_in_order_and_once(seed: int) -> None:
    """[BU8] between two losses of a link what arrives is what was sent, in order, without a gap.

    No message arrives twice whatever the network does, and once it is well everything arrives.
    """
    world = _World(seed)
    numbers = count()
    for _ in range(300):
        choice = world.rng.random()
        if choice < 0.5:
            size = world.rng.choice([0, 3, LINK_FRAME_BYTES // 2])
            world.send(world.rng.randrange(2), b"%d:" % next(numbers) + b"x" * size)
        elif choice < 0.53:
            world.loss = world.rng.choice([0.0, 0.3, 1.0])
        elif choice < 0.54:
            world.rng.choice(world.ends).link.restart(world.now_ms)
        world.tick(world.rng.choice([1, 10, 50, 400]))
    world.loss = 0.0
    for _ in range(100):
        world.tick(50)
    for end in world.ends:
        end.sent.clear()
        end.arrived.clear()
    for index in (0, 1):
        for _ in range(5):
            world.send(index, b"%d:" % next(numbers))
    for _ in range(100):
        world.tick(50)
    for index in (0, 1):
        assert world.ends[index].sent == world.ends[1 - index].arrived
        assert world.ends[index].link.pending_bytes == 0
    assert len(world.delivered) == len(set(world.delivered)), "a message arrived twice"
    for index in (0, 1):
        order = [int(message.split(b":")[0]) for end, message in world.delivered if end == index]
        assert order == sorted(order), "messages changed places"


def test_silence() -> None:
    """[BU9] both ends give signs though nobody says anything, and give up after a silence."""
    world = _World(1)
    for _ in range(100):
        world.tick(LINK_BEAT_MS // 4)
    assert [end.losses for end in world.ends] == [0, 0]
    world.loss = 1.0
    for _ in range(2 * LINK_SILENCE_MS // 100):
        world.tick(100)
    assert all(end.losses for end in world.ends)


def test_a_peer_that_does_not_take_anything() -> None:
    """[BU10] a link says when it is full, and is not any more once the other end has taken it."""
    world = _World(1)
    while not world.ends[0].link.is_full:
        world.send(0, b"x" * 500_000)
    assert world.ends[0].link.pending_bytes >= LINK_BYTES_MAX
    for _ in range(20):
        world.tick(10)
    assert not world.ends[0].link.is_full


def test_before_the_other_end_is_known_nothing_is_sent() -> None:
    """[BU8] the first frame carries no message: it could be taken for one of an earlier link."""
    link = Link(NodeId("a"), count(1).__next__, 0)
    link.send(b"secret")
    (first,) = link.frames(0)
    assert Frame.decode(first).messages == ()


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x96\xa1a\x01\x02\x03\x04\xa1x", b"\x00"]
)
def test_what_is_no_frame(data: bytes) -> None:
    """[BU11] what is no frame is refused, and nothing else is raised."""
    with pytest.raises(ProtocolError):
        Frame.decode(data)
