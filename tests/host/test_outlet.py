"""One outlet on a connection that is slow, without a socket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collab.host import outlet as outlet_module
from collab.host.group import Group
from collab.host.outlet import Outlet
from collab.ids import ClientId, Epoch, RevisionNo, SessionId
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Event,
    Joined,
    Problems,
    SnapshotSent,
    SyncDiff,
)
from collab.protocol.adapter import Output
from collab.protocol.native import NativeAdapter
from collab.revision import ChangeKind, Revision


class _Pipe:
    """A connection whose peer takes what the test says."""

    def __init__(self) -> None:
        self.buffered_bytes = 0
        self.is_closed = False
        self.sent: list[bytes] = []

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)
        self.buffered_bytes += len(frame)

    def send_parts(self, parts: Sequence[bytes]) -> None:
        self.send(b"".join(parts))

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(frames)

    def send_packed(self, block: bytes) -> None:
        self.send(block)

    def close(self, code: int, reason: str) -> None:
        self.is_closed = True


class _Told(NativeAdapter):
    """An adapter that notes the events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def event(self, channel: str, event: Event) -> Output:
        self.events.append(event)
        return Output()


def _outlet(bytes_max: int = 100) -> tuple[Outlet, _Pipe, _Told]:
    pipe, adapter = _Pipe(), _Told()
    perform: Any = lambda output: None  # noqa: E731
    return Outlet(SessionId("s"), pipe, adapter, "", perform, bytes_max), pipe, adapter


def _joined(revision: int) -> Joined:
    return Joined(SessionId("s"), Epoch(1), RevisionNo(revision), True, b"{}", ClientId(7))


def _revision(number: int) -> Revision:
    return Revision(RevisionNo(number), Epoch(1), ChangeKind.NONE, None, b"", "ä", 0)  # type: ignore[arg-type]


def _diff(revision: int) -> SyncDiff:
    return SyncDiff(RevisionNo(revision), b"\x00\x00", b"\x00")


def test_lagging_begins_beyond_the_budget() -> None:
    """[FO1] beyond its budget an outlet takes no pushes, and its cursor stays."""
    outlet, pipe, _ = _outlet()
    outlet.tell(_joined(3))
    group = Group([outlet])
    group.push(_revision(4))
    pipe.buffered_bytes = 100
    assert not group.flush()
    group.push(_revision(5))
    assert group.flush() == [outlet]
    assert (outlet.cursor, outlet.is_lagging, len(pipe.sent)) == (4, True, 1)
    assert outlet.is_behind(RevisionNo(5))


def test_what_waits_is_told_in_order_after_catching_up() -> None:
    """[FO2] what is meant for one session waits and follows every earlier revision."""
    outlet, pipe, adapter = _outlet()
    outlet.tell(_joined(3))
    pipe.buffered_bytes = 101
    acks = [Ack(seq, RevisionNo(4)) for seq in range(3)]
    assert [outlet.tell(ack) for ack in acks] == [False] * 3
    pipe.buffered_bytes = 0
    outlet.cursor = RevisionNo(4)
    outlet.resume(RevisionNo(4))
    assert adapter.events[1:] == acks
    assert not outlet.is_lagging


def test_a_state_that_waited_is_caught_up_before_the_rest() -> None:
    """[FO7] a session without a state misses none; its first state is followed by what is newer."""
    outlet, pipe, adapter = _outlet()
    pipe.buffered_bytes = 101
    assert not outlet.tell(_diff(5))
    ack = Ack(1, RevisionNo(9))
    assert not outlet.tell(ack)
    assert not outlet.is_behind(RevisionNo(9))
    pipe.buffered_bytes = 0
    outlet.resume(RevisionNo(9))
    assert adapter.events == [_diff(5)]
    assert outlet.is_lagging
    assert outlet.is_behind(RevisionNo(9))
    outlet.cursor = RevisionNo(9)
    outlet.resume(RevisionNo(9))
    assert adapter.events == [_diff(5), ack]
    assert not outlet.is_lagging


def test_a_second_state_never_goes_back() -> None:
    """[FO2] a state that was asked for earlier does not make revisions come twice."""
    outlet, _, _ = _outlet()
    outlet.tell(_joined(3))
    group = Group([outlet])
    group.push(_revision(4))
    group.flush()
    outlet.tell(_diff(3))
    assert outlet.cursor == 4


def test_resuming_stops_at_the_budget() -> None:
    """[FO5] what waited goes out as far as the budget goes, in order, and the rest later."""
    outlet, pipe, adapter = _outlet()
    outlet.tell(_joined(1))
    pipe.buffered_bytes = 101
    for seq in range(4):
        outlet.tell(Ack(seq, RevisionNo(1)))
    pipe.buffered_bytes = 0
    told = adapter.event

    def filling(channel: str, event: Event) -> Output:
        pipe.buffered_bytes += 60
        return told(channel, event)

    adapter.event = filling  # type: ignore[method-assign]
    outlet.resume(RevisionNo(1))
    assert (len(adapter.events), outlet.is_lagging) == (3, True)
    pipe.buffered_bytes = 0
    outlet.resume(RevisionNo(1))
    assert [event.seq for event in adapter.events[1:] if isinstance(event, Ack)] == [0, 1, 2, 3]


def test_only_the_newest_awareness_and_problems_wait() -> None:
    """[FO6] of awareness each client's newest entry waits, of problems the newest list."""
    outlet, pipe, adapter = _outlet()
    outlet.tell(_joined(1))
    pipe.buffered_bytes = 101
    for clock in range(1000):
        entry = AwarenessEntry(ClientId(clock % 2), clock, {"é": clock})
        outlet.push_awareness(AwarenessChanged((entry,)), b"frame")
        outlet.tell(Problems(RevisionNo(1), ({"n": clock},)))
    pipe.buffered_bytes = 0
    outlet.resume(RevisionNo(1))
    assert not pipe.sent
    awareness, problems = adapter.events[1:]
    assert isinstance(awareness, AwarenessChanged)
    assert [entry.clock for entry in awareness.entries] == [998, 999]
    assert problems == Problems(RevisionNo(1), ({"n": 999},))


def test_what_waits_is_bounded(monkeypatch: Any) -> None:
    """[FO5] too many or too large answers in waiting are an overflow."""
    outlet, pipe, _ = _outlet()
    outlet.tell(_joined(1))
    pipe.buffered_bytes = 101
    monkeypatch.setattr(outlet_module, "HELD_EVENTS_MAX", 3)
    monkeypatch.setattr(outlet_module, "HELD_BYTES_MAX", 50)
    for seq in range(3):
        outlet.tell(Ack(seq, RevisionNo(1)))
    assert not outlet.is_overflowing
    outlet.tell(Ack(4, RevisionNo(1)))
    assert outlet.is_overflowing
    other, pipe, _ = _outlet()
    pipe.buffered_bytes = 101
    other.tell(SnapshotSent(1, Epoch(1), RevisionNo(1), True, b"x" * 51))
    assert other.is_overflowing
