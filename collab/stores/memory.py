"""The store in memory: for tests and simulations, and for trying the server without a file.

It is a twin of the file store, not a shortcut: everything is encoded when it comes in and decoded
when it goes out, so that no object is shared with a room and what cannot be stored fails here too.
Nothing ever waits, and no clock, thread or randomness is involved: a simulation that owns the
event loop owns the order of everything. SPEC: section ST. Called by ``main`` and by tests.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from collab.errors import StoreUnavailable
from collab.ids import FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import ROOMS_PER_TENANT_MAX
from collab.messages import Role
from collab.ports import Claim, RevokedToken, RoomRecord, ShareRecord
from collab.revision import Revision, Snapshot
from collab.stores.record import read_revision, read_snapshot, write_revision, write_snapshot
from collab.stores.rules import (
    already_exists,
    append_refused,
    check_consecutive,
    check_members,
    check_revoked_tokens,
    collection_bounds,
    new_room,
    no_such_room,
    no_such_share,
    shares_to_forget,
    snapshot_refused,
    too_many_rooms,
    within_bytes,
)
from collab.stores.thinning import surplus

__all__ = ["Faults", "MemoryStore", "Moment"]


class Moment(Enum):
    """When a fault strikes a write: before it is stored, or after it and before the answer."""

    BEFORE = "before"
    AFTER = "after"


# Called twice for each append that would succeed. What it raises the caller gets: any error of an
# append at BEFORE, where nothing is stored, and ``AppendUnknown`` at AFTER, where everything is.
# Writes about a room beside its log (title, trash, members, shares) are told alike, without
# revisions; they fail with ``StoreUnavailable`` at AFTER.
Faults: TypeAlias = Callable[[Moment, RoomId, Sequence[Revision]], None]


@dataclass(slots=True)
class _Room:
    """One room as it would be on disk; revision n is ``records[n - 1]``."""

    record: RoomRecord
    token: FencingToken
    records: list[bytes] = field(default_factory=list)
    snapshots: dict[RevisionNo, bytes] = field(default_factory=dict)
    snapshot_numbers: list[RevisionNo] = field(default_factory=list)
    members: dict[UserId, Role] = field(default_factory=dict)
    shares: dict[str, ShareRecord] = field(default_factory=dict)

    @property
    def is_deleted(self) -> bool:
        return self.record.deleted_ms is not None


class MemoryStore:
    """A ``Store`` that keeps its content from ``close`` to the next ``open``, like a disk.

    *faults* makes writes fail; see :data:`Faults`.
    """

    def __init__(
        self, *, faults: Faults | None = None, rooms_per_tenant_max: int = ROOMS_PER_TENANT_MAX
    ) -> None:
        self._faults = faults
        self._rooms_per_tenant_max = rooms_per_tenant_max
        self._rooms: dict[RoomId, _Room] = {}
        self._revoked: dict[tuple[TenantId, str], int] = {}
        self._is_open = False

    async def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False

    async def create_room(
        self, room: RoomId, *, title: str, created_by: UserId, time_ms: int
    ) -> RoomRecord:
        there = self._find(room)
        if there is not None:
            raise already_exists(room, is_deleted=there.is_deleted)
        if sum(held.tenant == room.tenant for held in self._rooms) >= self._rooms_per_tenant_max:
            raise too_many_rooms(room, self._rooms_per_tenant_max)
        record = new_room(room, title, created_by, time_ms)
        self._rooms[room] = _Room(record, FencingToken(0))
        return record

    async def room(self, room: RoomId, *, deleted: bool = False) -> RoomRecord | None:
        found = self._find(room)
        return found.record if found is not None and found.is_deleted is deleted else None

    async def rooms(self, tenant: TenantId, *, deleted: bool = False) -> list[RoomRecord]:
        self._check_open()
        records = [
            found.record
            for room, found in self._rooms.items()
            if room.tenant == tenant and found.is_deleted is deleted
        ]
        return sorted(records, key=lambda record: record.room.name)

    async def rooms_in(self, tenant: TenantId, collection: str, limit: int) -> list[RoomRecord]:
        first, end = collection_bounds(collection)
        rooms = await self.rooms(tenant)
        found = [record for record in rooms if first <= record.room.name < end]
        return found[: max(0, limit)]

    async def rename_room(self, room: RoomId, title: str) -> RoomRecord:
        found = self._in_use(room)
        with self._write(room):
            found.record = replace(found.record, title=title)
        return found.record

    async def delete_room(self, room: RoomId, time_ms: int) -> RoomRecord:
        found = self._get(room)
        with self._write(room):
            if not found.is_deleted:
                found.token = FencingToken(found.token + 1)
                found.record = replace(found.record, deleted_ms=time_ms)
        return found.record

    async def restore_room(self, room: RoomId) -> RoomRecord:
        found = self._get(room)
        with self._write(room):
            found.record = replace(found.record, deleted_ms=None)
        return found.record

    async def purge_deleted(self, before_ms: int) -> list[RoomId]:
        self._check_open()
        gone = [
            room
            for room, found in self._rooms.items()
            if found.record.deleted_ms is not None and found.record.deleted_ms < before_ms
        ]
        for room in gone:
            del self._rooms[room]
        return sorted(gone, key=lambda room: (room.tenant, room.name))

    async def claim(self, room: RoomId) -> Claim:
        found = self._in_use(room)
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
            is_deleted=found.is_deleted,
        )
        if refusal is not None:
            raise refusal
        with self._write(room, revisions):
            last = revisions[-1]
            found.records.extend(records)
            found.record = replace(
                found.record, revision=last.number, epoch=last.epoch, updated_ms=last.time_ms
            )

    async def revisions(
        self, room: RoomId, after: RevisionNo, limit: int, bytes_max: int | None = None
    ) -> list[Revision]:
        found = self._find(room)
        if found is None:
            return []
        start = max(found.record.history_start, after)
        records = within_bytes(found.records[start : start + max(0, limit)], len, bytes_max)
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
            room,
            token=token,
            revision=number,
            held=found.token,
            last=found.record.revision,
            is_deleted=found.is_deleted,
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

    async def trim_history(self, room: RoomId, before: RevisionNo) -> RevisionNo:
        found = self._in_use(room)
        position = bisect_right(found.snapshot_numbers, before)
        start = found.snapshot_numbers[position - 1] if position else RevisionNo(0)
        if start > found.record.history_start:
            with self._write(room):
                found.record = replace(found.record, history_start=start)
                for gone in found.snapshot_numbers[: position - 1]:
                    del found.snapshots[gone]
                del found.snapshot_numbers[: position - 1]
        return found.record.history_start

    # --- who may come in ----------------------------------------------------------------------

    async def members(self, room: RoomId) -> dict[UserId, Role]:
        found = self._find(room)
        return {} if found is None else dict(sorted(found.members.items()))

    async def memberships(self, tenant: TenantId, user: UserId) -> dict[RoomId, Role]:
        self._check_open()
        rooms = sorted(self._rooms.items(), key=lambda item: item[0].name)
        return {
            room: found.members[user]
            for room, found in rooms
            if room.tenant == tenant and user in found.members
        }

    async def set_member(self, room: RoomId, user: UserId, role: Role | None) -> None:
        found = self._in_use(room)
        check_members(found.record, found.members, user, role)
        with self._write(room):
            found.members.pop(user, None)
            if role is not None:
                found.members[user] = role

    async def shares(self, room: RoomId) -> list[ShareRecord]:
        found = self._find(room)
        shares = [] if found is None else list(found.shares.values())
        return sorted(shares, key=lambda share: (share.created_ms, share.id))

    async def add_share(self, share: ShareRecord) -> None:
        found = self._in_use(share.room)
        gone = shares_to_forget(list(found.shares.values()), share)
        with self._write(share.room):
            for share_id in gone:
                del found.shares[share_id]
            found.shares[share.id] = share

    async def revoke_share(self, room: RoomId, share_id: str, time_ms: int) -> ShareRecord:
        found = self._in_use(room)
        share = found.shares.get(share_id)
        if share is None:
            raise no_such_share(share_id)
        with self._write(room):
            if share.revoked_ms is None:
                share = found.shares[share_id] = replace(share, revoked_ms=time_ms)
        return share

    async def revoke_token(self, tenant: TenantId, token_id: str, expires_ms: int) -> None:
        self._check_open()
        held = self._revoked.get((tenant, token_id))
        if held is None:
            check_revoked_tokens(tenant, sum(owner == tenant for owner, _ in self._revoked))
        self._revoked[tenant, token_id] = max(held or 0, expires_ms)

    async def revoked_tokens(self) -> list[RevokedToken]:
        self._check_open()
        return [RevokedToken(*key, expires) for key, expires in sorted(self._revoked.items())]

    async def forget_expired(self, time_ms: int) -> None:
        self._check_open()
        self._revoked = {key: at for key, at in self._revoked.items() if at >= time_ms}
        for found in self._rooms.values():
            found.shares = {
                key: share for key, share in found.shares.items() if share.expires_ms >= time_ms
            }

    @contextmanager
    def _write(self, room: RoomId, revisions: Sequence[Revision] = ()) -> Iterator[None]:
        """Let faults strike around a write that nothing refuses."""
        if self._faults is not None:
            self._faults(Moment.BEFORE, room, revisions)
        yield
        if self._faults is not None:
            self._faults(Moment.AFTER, room, revisions)

    def _find(self, room: RoomId) -> _Room | None:
        self._check_open()
        return self._rooms.get(room)

    def _get(self, room: RoomId) -> _Room:
        found = self._find(room)
        if found is None:
            raise no_such_room(room)
        return found

    def _in_use(self, room: RoomId) -> _Room:
        found = self._get(room)
        if found.is_deleted:
            raise no_such_room(room)
        return found

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreUnavailable("the store is not open")
