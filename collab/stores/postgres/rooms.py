"""Rooms: what each operation on rooms, revisions and snapshots does to the tables.

Functions of a connection and nothing else. Those that write either do all they are for or raise; in
between PostgreSQL keeps nothing of them. A row of ``rooms`` is changed by single statements only,
since edits wait for it; what takes several is kept from others by an advisory lock. SPEC: [ST1] to
[ST12], [ST45] to [ST47]. Called by ``store`` and ``appends``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final, TypedDict

from collab.errors import RevisionConflict
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.ports import Claim, RoomRecord
from collab.stores.postgres.connections import Database
from collab.stores.rules import (
    already_exists,
    collection_bounds,
    no_such_room,
    snapshot_refused,
    too_many_rooms,
)
from collab.stores.thinning import surplus

__all__ = [
    "ROOM_KEY",
    "State",
    "claim",
    "create_room",
    "lock",
    "rename_room",
    "room_record",
    "save_snapshot",
    "select_any_room",
    "select_revisions",
    "select_room",
    "select_rooms",
    "select_rooms_in",
    "select_snapshot",
    "select_states",
]

_ROOM_COLUMNS: Final = (
    "tenant, name, title, created_by, created_ms, updated_ms, last_revision, epoch, deleted_ms,"
    " history_start"
)
ROOM_KEY: Final = "(SELECT room_key FROM rooms WHERE tenant = %s AND name = %s)"


class State(TypedDict):
    """What an append or a snapshot is held against, in the words of ``rules``."""

    held: FencingToken
    last: RevisionNo
    epoch: Epoch
    is_deleted: bool


async def lock(connection: Database, *names: str) -> None:
    """Wait, within a transaction, until no other one holds the lock of these *names*."""
    digest = hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big", signed=True)
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (number,))


async def create_room(connection: Database, record: RoomRecord, rooms_max: int) -> None:
    """Insert an empty room; ``AlreadyExists`` or ``LimitExceeded`` (``limit_rooms``)."""
    room = record.room
    async with connection.transaction():
        # Two nodes would each count the tenant's rooms without the other's.
        await lock(connection, "rooms", room.tenant)
        there = await select_any_room(connection, room)
        if there is not None:
            raise already_exists(room, is_deleted=there.deleted_ms is not None)
        counted = await connection.execute(
            "SELECT count(*) FROM rooms WHERE tenant = %s", (room.tenant,)
        )
        [(count,)] = await counted.fetchall()
        if count >= rooms_max:
            raise too_many_rooms(room, rooms_max)
        await connection.execute(
            f"INSERT INTO rooms ({_ROOM_COLUMNS}, token)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, NULL, 0, 0)",
            (
                room.tenant,
                room.name,
                record.title,
                record.created_by,
                record.created_ms,
                record.updated_ms,
                record.revision,
                record.epoch,
            ),
        )


async def rename_room(connection: Database, room: RoomId, title: str) -> RoomRecord:
    """Set the room's title; ``NotFound``."""
    cursor = await connection.execute(
        "UPDATE rooms SET title = %s WHERE tenant = %s AND name = %s AND deleted_ms IS NULL"
        f" RETURNING {_ROOM_COLUMNS}",
        (title, room.tenant, room.name),
    )
    row = await cursor.fetchone()
    if row is None:
        raise no_such_room(room)
    return room_record(*row)


async def claim(connection: Database, room: RoomId) -> Claim:
    """Raise the room's token by one and return it; ``NotFound``."""
    cursor = await connection.execute(
        "UPDATE rooms SET token = token + 1"
        " WHERE tenant = %s AND name = %s AND deleted_ms IS NULL"
        " RETURNING token, last_revision, epoch",
        (room.tenant, room.name),
    )
    row = await cursor.fetchone()
    if row is None:
        raise no_such_room(room)
    token, revision, epoch = row
    return Claim(token=token, revision=revision, epoch=epoch)


async def save_snapshot(
    connection: Database,
    room: RoomId,
    token: FencingToken,
    revision: RevisionNo,
    record: bytes,
) -> None:
    """Insert or replace the snapshot at *revision* and thin the older ones."""
    async with connection.transaction():
        saved = await connection.execute(
            "INSERT INTO snapshots (room_key, revision, record)"
            " SELECT room_key, %s::int8, %b FROM rooms WHERE tenant = %s AND name = %s"
            " AND token = %s AND last_revision >= %s::int8 AND deleted_ms IS NULL"
            " ON CONFLICT (room_key, revision) DO UPDATE SET record = excluded.record",
            (revision, record, room.tenant, room.name, token, revision),
        )
        if not saved.rowcount:
            raise await _snapshot_refusal(connection, room, token, revision)
        # Without it a trim could begin the history at a snapshot that is being thinned away.
        await lock(connection, "snapshots", room.tenant, room.name)
        # Those before the beginning of the history are a trim's to remove: counted with the others
        # they would let the one go that the history begins at.
        cursor = await connection.execute(
            "SELECT revision FROM snapshots JOIN rooms USING (room_key)"
            " WHERE tenant = %s AND name = %s AND revision >= history_start ORDER BY revision",
            (room.tenant, room.name),
        )
        gone = surplus([number for (number,) in await cursor.fetchall()])
        await connection.execute(
            f"DELETE FROM snapshots WHERE room_key = {ROOM_KEY} AND revision = ANY(%s)",
            (room.tenant, room.name, gone),
        )


async def select_any_room(connection: Database, room: RoomId) -> RoomRecord | None:
    """Return the record of *room*, in use or in the trash, or None."""
    cursor = await connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms WHERE tenant = %s AND name = %s",
        (room.tenant, room.name),
    )
    row = await cursor.fetchone()
    return None if row is None else room_record(*row)


async def select_room(connection: Database, room: RoomId, *, deleted: bool) -> RoomRecord | None:
    """Return the record of *room*, or None if it is not there, or not where *deleted* says."""
    record = await select_any_room(connection, room)
    return record if record is not None and (record.deleted_ms is not None) is deleted else None


async def select_rooms(
    connection: Database, tenant: TenantId, *, deleted: bool
) -> list[RoomRecord]:
    """Return the tenant's rooms, or those in its trash, by name in the order of code points."""
    cursor = await connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms"
        " WHERE tenant = %s AND (deleted_ms IS NOT NULL) = %s ORDER BY name",
        (tenant, deleted),
    )
    return [room_record(*row) for row in await cursor.fetchall()]


async def select_rooms_in(
    connection: Database, tenant: TenantId, collection: str, limit: int
) -> list[RoomRecord]:
    """Return at most *limit* of the tenant's free rooms of *collection*, by name."""
    first, end = collection_bounds(collection)
    cursor = await connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms WHERE tenant = %s AND name >= %s AND name < %s"
        " AND deleted_ms IS NULL ORDER BY name LIMIT %s",
        (tenant, first, end, max(0, limit)),
    )
    return [room_record(*row) for row in await cursor.fetchall()]


async def select_revisions(
    connection: Database,
    room: RoomId,
    after: RevisionNo,
    limit: int,
    bytes_max: int | None = None,
) -> list[tuple[RevisionNo, bytes]]:
    """Return at most *limit* numbers and records above *after*, in order, as far as *bytes_max*."""
    # What the earlier ones come to is added up by the server: what is beyond the bound never
    # leaves it.
    cursor = await connection.execute(
        "SELECT revision, record FROM ("
        " SELECT revision, record, coalesce(sum(octet_length(record)) OVER (ORDER BY revision"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier_bytes FROM ("
        "  SELECT revision, record FROM revisions JOIN rooms USING (room_key)"
        "  WHERE tenant = %s AND name = %s AND revision > greatest(%s::int8, history_start)"
        "  ORDER BY revision LIMIT %s) AS chunk) AS counted"
        " WHERE %s::int8 IS NULL OR earlier_bytes < %s::int8 ORDER BY revision",
        (room.tenant, room.name, after, max(0, limit), bytes_max, bytes_max),
        binary=True,
    )
    return [(RevisionNo(number), record) for number, record in await cursor.fetchall()]


async def select_snapshot(
    connection: Database, room: RoomId, at_most: RevisionNo | None
) -> tuple[RevisionNo, bytes] | None:
    """Return the number and the record of the newest snapshot not above *at_most*."""
    cursor = await connection.execute(
        f"SELECT revision, record FROM snapshots WHERE room_key = {ROOM_KEY}"
        " AND (%s::int8 IS NULL OR revision <= %s::int8) ORDER BY revision DESC LIMIT 1",
        (room.tenant, room.name, at_most, at_most),
        binary=True,
    )
    row = await cursor.fetchone()
    return None if row is None else (RevisionNo(row[0]), row[1])


async def select_states(connection: Database, rooms: Sequence[RoomId]) -> dict[RoomId, State]:
    """Return what is known of those of *rooms* that are there."""
    cursor = await connection.execute(
        "SELECT tenant, name, token, last_revision, epoch, deleted_ms IS NOT NULL FROM rooms"
        " JOIN unnest(%s::text[], %s::text[]) AS asked (tenant, name) USING (tenant, name)",
        ([room.tenant for room in rooms], [room.name for room in rooms]),
    )
    return {
        RoomId(tenant, name): State(held=token, last=last, epoch=epoch, is_deleted=is_deleted)
        for tenant, name, token, last, epoch, is_deleted in await cursor.fetchall()
    }


async def _snapshot_refusal(
    connection: Database, room: RoomId, token: FencingToken, revision: RevisionNo
) -> Exception:
    state = (await select_states(connection, [room])).get(room)
    if state is None:
        return no_such_room(room)
    refusal = snapshot_refused(
        room,
        token=token,
        revision=revision,
        held=state["held"],
        last=state["last"],
        is_deleted=state["is_deleted"],
    )
    return refusal or RevisionConflict(f"{room} has changed while {revision} was saved")


def room_record(*row: Any) -> RoomRecord:
    """Return the record that a row of the room's columns is."""
    tenant, name, title, created_by, created_ms, updated_ms, revision, epoch, deleted, start = row
    return RoomRecord(
        room=RoomId(TenantId(tenant), name),
        title=title,
        created_by=UserId(created_by),
        created_ms=created_ms,
        updated_ms=updated_ms,
        revision=RevisionNo(revision),
        epoch=Epoch(epoch),
        deleted_ms=deleted,
        history_start=RevisionNo(start),
    )
