"""The store in memory: for tests and simulations, and for trying the server without a file.

It is a twin of the file store, not a shortcut: everything is encoded when it comes in and decoded
when it goes out, so that no object is shared with a room and what cannot be stored fails here too.
Nothing ever waits, and no clock, thread or randomness is involved: a simulation that owns the
event loop owns the order of everything. SPEC: section ST. Called by ``main`` and by tests.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from collab.errors import StoreUnavailable
from collab.ids import FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import ROOMS_PER_TENANT_MAX
from collab.ports import Claim, RoomRecord
from collab.revision import Revision, Snapshot
from collab.stores.record import read_revision, read_snapshot, write_revision, write_snapshot
from collab.stores.rules import (
    already_exists,
    append_refused,
    check_consecutive,
    new_room,
    no_such_room,
    snapshot_refused,
    too_many_rooms,
)
from collab.stores.thinning import surplus

__all__ = ["Faults", "MemoryStore", "Moment"]


class Moment(Enum):
    """When a fault strikes an append: before it is stored, or after it and before the answer."""

    BEFORE = "before"
    AFTER = "after"


# Called twice for each append that would succeed. What it raises the caller gets: any error of an
# append at BEFORE, where nothing is stored, and ``AppendUnknown`` at AFTER, where everything is.
Faults: TypeAlias = Callable[[Moment, RoomId, Sequence[Revision]], None]


@dataclass(slots=True)
class _Room:
    """One room as it would be on disk; revision n is ``records[n - 1]``."""

    record: RoomRecord
    token: FencingToken
    records: list[bytes] = field(default_factory=list)
    snapshots: dict[RevisionNo, bytes] = field(default_factory=dict)
    snapshot_numbers: list[RevisionNo] = field(default_factory=list)


class MemoryStore:
    """A ``Store`` that keeps its content from ``close`` to the next ``open``, like a disk.

    *faults* makes appends fail; see :data:`Faults`.
    """

    def __init__(
        self, *, faults: Faults | None = None, rooms_per_tenant_max: int = ROOMS_PER_TENANT_MAX
    ) -> None:
        self._faults = faults
        self._rooms_per_tenant_max = rooms_per_tenant_max
        self._rooms: dict[RoomId, _Room] = {}
        self._is_open = False

    async def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False

    async def create_room(
        self, room: RoomId, *, title: str, created_by: UserId, time_ms: int
    ) -> RoomRecord:
        if self._find(room) is not None:
            raise already_exists(room)
        if len(await self.rooms(room.tenant)) >= self._rooms_per_tenant_max:
            raise too_many_rooms(room, self._rooms_per_tenant_max)
        record = new_room(room, title, created_by, time_ms)
        self._rooms[room] = _Room(record, FencingToken(0))
        return record

    async def room(self, room: RoomId) -> RoomRecord | None:
        found = self._find(room)
        return None if found is None else found.record

    async def rooms(self, tenant: TenantId) -> list[RoomRecord]:
        self._check_open()
        records = [found.record for room, found in self._rooms.items() if room.tenant == tenant]
        return sorted(records, key=lambda record: record.room.name)

    async def claim(self, room: RoomId) -> Claim:
        found = self._get(room)
        found.token = FencingToken(found.token + 1)
        return Claim(token=found.token, revision=found.record.revision, epoch=found.record.epoch)

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        self._check_open()
        if not revisions:
            return
        check_consecutive(room, revisions)
        records = [write_revision(revision) for revision in revisions]
        found = self._get(room)
        refusal = append_refused(
            room,
            token=token,
            first=revisions[0],
            held=found.token,
            last=found.record.revision,
            epoch=found.record.epoch,
        )
        if refusal is not None:
            raise refusal
        if self._faults is not None:
            self._faults(Moment.BEFORE, room, revisions)
        last = revisions[-1]
        found.records.extend(records)
        found.record = replace(
            found.record, revision=last.number, epoch=last.epoch, updated_ms=last.time_ms
        )
        if self._faults is not None:
            self._faults(Moment.AFTER, room, revisions)

    async def revisions(self, room: RoomId, after: RevisionNo, limit: int) -> list[Revision]:
        found = self._find(room)
        if found is None:
            return []
        start = max(0, after)
        records = found.records[start : start + max(0, limit)]
        return [
            read_revision(room, RevisionNo(number), record)
            for number, record in enumerate(records, start + 1)
        ]

    async def save_snapshot(self, room: RoomId, token: FencingToken, snapshot: Snapshot) -> None:
        self._check_open()
        record = write_snapshot(snapshot)
        found = self._get(room)
        number = snapshot.revision
        refusal = snapshot_refused(
            room, token=token, revision=number, held=found.token, last=found.record.revision
        )
        if refusal is not None:
            raise refusal
        if number not in found.snapshots:
            insort(found.snapshot_numbers, number)
        found.snapshots[number] = record
        for gone in map(RevisionNo, surplus(found.snapshot_numbers)):
            found.snapshot_numbers.remove(gone)
            del found.snapshots[gone]

    async def snapshot(self, room: RoomId, at_most: RevisionNo | None = None) -> Snapshot | None:
        found = self._find(room)
        if found is None:
            return None
        numbers = found.snapshot_numbers
        position = len(numbers) if at_most is None else bisect_right(numbers, at_most)
        if position == 0:
            return None
        number = numbers[position - 1]
        return read_snapshot(room, number, found.snapshots[number])

    def _find(self, room: RoomId) -> _Room | None:
        self._check_open()
        return self._rooms.get(room)

    def _get(self, room: RoomId) -> _Room:
        found = self._find(room)
        if found is None:
            raise no_such_room(room)
        return found

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreUnavailable("the store is not open")
