"""Many ops made at the same revision, as they arrive at a room within one moment.

Each is ordered, transformed past those before it and made in both forms; appends succeed at once.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks.driven import drive, empty_room, person
from collab.ids import RevisionNo, SessionId, SourceId
from collab.messages import Dialect, Join, Submit, Subscribe
from collab.revision import ChangeKind, Revision
from collab.room.room import Room

__all__ = ["measure_burst"]


def measure_burst(count: int, rounds: int) -> float:
    """Return what one of *count* simultaneous ops takes, in seconds (median of *rounds*)."""
    log: list[Revision] = []
    room = _room(count, log)
    took: list[float] = []
    for seq in range(2, rounds + 2):
        base = room.head
        start = perf_counter()
        for number in range(count):
            op = [{"p": ["n", number], "na": 1}]
            name = str(number)
            command = Submit(SessionId(name), SourceId(name), seq, base, ChangeKind.OP, op)
            drive(room, command, log)
        took.append((perf_counter() - start) / count)
    return median(took)


def _room(count: int, log: list[Revision]) -> Room:
    room = empty_room(is_application=False)
    for number in range(count):
        name = str(number)
        drive(room, Join(SessionId(name), person(name), Dialect.SHAREDB), log)
        drive(room, Subscribe(SessionId(name), 1), log)
    data = {"n": [0] * count}
    create = Submit(SessionId("0"), SourceId("0"), 1, RevisionNo(0), ChangeKind.CREATE, data)
    drive(room, create, log)
    return room
