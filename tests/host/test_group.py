"""What one turn brings to many: groups, without a socket."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from collab.host.group import Group, by_key
from collab.host.outlet import Outlet
from collab.host.turn import Turn
from collab.ids import ClientId, Epoch, RevisionNo, SessionId
from collab.messages import Ack, Event, Joined
from collab.protocol.adapter import Output
from collab.protocol.native import NativeAdapter
from collab.revision import ChangeKind, Revision


class _Pipe:
    """A connection that notes what it was given, and how much at a time."""

    def __init__(self) -> None:
        self.buffered_bytes = 0
        self.is_closed = False
        self.blocks: list[bytes] = []

    def send(self, frame: bytes) -> None:
        self.blocks.append(self.pack([frame]))

    def send_parts(self, parts: Sequence[bytes]) -> None:
        self.send(b"".join(parts))

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(frame + b";" for frame in frames)

    def send_packed(self, block: bytes) -> None:
        self.blocks.append(block)

    def close(self, code: int, reason: str) -> None:
        self.is_closed = True

    @property
    def text(self) -> str:
        return b"".join(self.blocks).decode()


class _Numbers(NativeAdapter):
    """An adapter whose frames are numbers: a revision's, and an answer's with a letter."""

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        return b"%d" % revision.number

    def event(self, channel: str, event: Event) -> Output:
        return Output((b"a%d" % event.seq,)) if isinstance(event, Ack) else Output()


def _member() -> tuple[Outlet, _Pipe]:
    pipe = _Pipe()

    def perform(output: Output) -> None:
        for frame in output.frames:
            pipe.send(frame)

    outlet = Outlet(SessionId("s"), pipe, _Numbers(), "", perform, 100)
    outlet.tell(Joined(SessionId("s"), Epoch(1), RevisionNo(0), True, b"{}", ClientId(7)))
    return outlet, pipe


def _revision(number: int) -> Revision:
    return Revision(RevisionNo(number), Epoch(1), ChangeKind.NONE, None, b"", "ä", 0)  # type: ignore[arg-type]


def _ack(number: int) -> Ack:
    return Ack(number, RevisionNo(number))


def test_everybody_is_handed_the_same_block() -> None:
    """[FO9] what one turn brought is encoded, framed and joined once for all who are sent it."""
    members = [_member() for _ in range(3)]
    group = Group([outlet for outlet, _ in members])
    for number in (1, 2, 3):
        group.push(_revision(number))
    assert not group.flush()
    blocks = [pipe.blocks for _, pipe in members]
    assert [len(item) for item in blocks] == [1, 1, 1]
    assert blocks[0][0] == b"1;2;3;"
    assert blocks[0][0] is blocks[1][0] is blocks[2][0]
    assert {outlet.cursor for outlet, _ in members} == {3}


def test_who_is_told_something_is_ahead_of_the_others() -> None:
    """[FO2] an answer follows every revision before it and precedes every later one."""
    (author, told), (other, pipe) = _member(), _member()
    group = Group([author, other])
    group.push(_revision(1))
    author.tell(_ack(1))
    group.push(_revision(2))
    author.tell(_ack(2))
    group.push(_revision(3))
    group.flush()
    group.push(_revision(4))
    group.flush()
    assert told.text == "1;a1;2;a2;3;4;"
    assert pipe.text == "1;2;3;4;"


def test_a_member_that_caught_up_is_not_sent_it_again() -> None:
    """[FO2] what the log brought meanwhile does not come a second time at the turn's end."""
    outlet, pipe = _member()
    group = Group([outlet])
    group.push(_revision(1))
    pipe.buffered_bytes = 101
    assert group.flush() == [outlet]
    group.push(_revision(2))
    pipe.buffered_bytes = 0
    pipe.blocks.append(b"1;2;")
    outlet.cursor = RevisionNo(2)
    outlet.resume(RevisionNo(2))
    group.push(_revision(3))
    group.flush()
    assert pipe.text == "1;2;3;"


def test_order_in_random_turns() -> None:
    """[FO2] whatever happens in a turn, everybody is sent each revision once and in order."""
    for seed in range(200):
        chance = random.Random(seed)
        members = [_member() for _ in range(4)]
        group = Group([outlet for outlet, _ in members])
        number = 0
        expected = ["" for _ in members]
        for _ in range(60):
            deed = chance.random()
            if deed < 0.5:
                number += 1
                group.push(_revision(number))
                expected = [text + f"{number};" for text in expected]
            elif deed < 0.8:
                index = chance.randrange(len(members))
                members[index][0].tell(_ack(number))
                expected[index] += f"a{number};"
            else:
                group.flush()
        group.flush()
        assert [pipe.text for _, pipe in members] == expected, f"seed {seed}"
        assert all(outlet.cursor == number for outlet, _ in members), f"seed {seed}"


def test_who_leaves_is_sent_nothing_more() -> None:
    """[FO9] what waits when a session leaves does not reach the connection that it was on."""
    (first, gone), (second, pipe) = _member(), _member()
    group = Group([first, second])
    group.push(_revision(1))
    assert group.keep(first)
    group.flush()
    assert (gone.text, pipe.text) == ("", "1;")
    assert not group.keep(second)


def test_members_of_a_group_have_the_same_key() -> None:
    """[FO9] outlets are grouped by what they are sent."""
    outlets = [_member()[0] for _ in range(4)]
    outlets[2].key = "other"
    assert by_key(outlets) == [[outlets[0], outlets[1], outlets[3]], [outlets[2]]]


async def test_rooms_hand_over_before_connections_write() -> None:
    """[FO10] a turn's end comes once, rooms first, and a fault in one flush stops no other."""
    turn = Turn()
    order: list[str] = []

    def write() -> None:
        order.append("write")

    def hand_over() -> None:
        order.append("room")
        turn.write(SimpleNamespace(flush=write))

    def fail() -> None:
        raise ValueError("größe")

    turn.write(SimpleNamespace(flush=fail))
    turn.write(SimpleNamespace(flush=write))
    turn.hand_over(fail)
    turn.hand_over(hand_over)
    assert not order
    await asyncio.sleep(0)
    assert order == ["room", "write", "write"]


async def test_a_busy_turn_waits(monkeypatch: Any) -> None:
    """[FO10] the longer a writing took, the more gathers before the next one, up to a limit."""
    monkeypatch.setattr("collab.host.turn.WRITE_PAUSE_MS_MAX", 1000)
    turn, loop = Turn(), asyncio.get_running_loop()
    times: list[float] = []

    def write() -> None:
        times.append(loop.time())
        begin = loop.time()
        while loop.time() < begin + 0.02:
            pass

    connection = SimpleNamespace(flush=write)
    turn.write(connection)
    await asyncio.sleep(0)
    turn.write(connection)
    await asyncio.sleep(0.05)
    assert len(times) == 1
    async with asyncio.timeout(5):
        while len(times) < 2:
            await asyncio.sleep(0.005)
    assert times[1] - times[0] >= 0.02 * 5
