"""Many ops made at the same revision, as they arrive at a room within one moment.

Each is ordered, transformed past those before it and made in both forms; appends succeed at once.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from collab.crdt.bridge import Bridge
from collab.ids import Epoch, FencingToken, RevisionNo, SessionId, SourceId, TenantId, UserId
from collab.messages import (
    Append,
    Appended,
    Command,
    Dialect,
    Join,
    Principal,
    Refusal,
    Role,
    Send,
    Submit,
    Subscribe,
)
from collab.revision import ChangeKind, Snapshot
from collab.room.room import Room
from collab.room.rules import FreeRules

__all__ = ["measure_burst"]

_NOW_MS = 1_700_000_000_000


def measure_burst(count: int, rounds: int) -> float:
    """Return what one of *count* simultaneous ops takes, in seconds (median of *rounds*)."""
    room = _room(count)
    took: list[float] = []
    for seq in range(2, rounds + 2):
        base = room.head
        start = perf_counter()
        for number in range(count):
            op = [{"p": ["n", number], "na": 1}]
            name = str(number)
            command = Submit(SessionId(name), SourceId(name), seq, base, ChangeKind.OP, op)
            _perform(room, command)
        took.append((perf_counter() - start) / count)
    return median(took)


def _room(count: int) -> Room:
    document = Bridge.empty_document(is_application=False)
    room = Room(
        rules=FreeRules(),
        is_application=False,
        token=FencingToken(1),
        snapshot=Snapshot(RevisionNo(0), Epoch(1), False, document, b""),
        tail=[],
    )
    for number in range(count):
        name = str(number)
        person = Principal(UserId(name), name, "#888888", TenantId("t"), Role.EDITOR)
        _perform(room, Join(SessionId(name), person, Dialect.SHAREDB))
        _perform(room, Subscribe(SessionId(name), 1))
    data = {"n": [0] * count}
    _perform(
        room,
        Submit(SessionId("0"), SourceId("0"), 1, RevisionNo(0), ChangeKind.CREATE, data),
    )
    return room


def _perform(room: Room, command: Command) -> None:
    waiting = [command]
    while waiting:
        for effect in room.receive(waiting.pop(0), _NOW_MS):
            if isinstance(effect, Append):
                waiting.append(Appended(effect.revisions[-1].number))
            elif isinstance(effect, Send):
                assert not isinstance(effect.event, Refusal), effect.event
