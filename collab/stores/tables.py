"""The statements: what each operation of the store does to the tables of a SQLite file.

Functions of a connection and nothing else. Those that write run inside the writer's transaction
and either do all they are for or raise; the writer undoes what a raising one began. Those that
read run on a reader's connection. SPEC: [ST1] to [ST12]. Called by ``sqlite``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from collab.errors import RevisionConflict
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.ports import Claim, RoomRecord
from collab.revision import Revision
from collab.stores.rules import (
    already_exists,
    append_refused,
    collection_bounds,
    no_such_room,
    snapshot_refused,
    too_many_rooms,
    within_bytes,
)
from collab.stores.thinning import surplus

__all__ = [
    "ROOM_KEY",
    "append",
    "claim",
    "create_room",
    "has_revision",
    "rename_room",
    "save_snapshot",
    "select_any_room",
    "select_revisions",
    "select_room",
    "select_rooms",
    "select_rooms_in",
    "select_snapshot",
]

_ROOM_COLUMNS: Final = (
    "tenant, name, title, created_by, created_ms, updated_ms, last_revision, epoch, deleted_ms,"
    " history_start"
)
ROOM_KEY: Final = "(SELECT room_key FROM rooms WHERE tenant = ? AND name = ?)"


def create_room(connection: sqlite3.Connection, record: RoomRecord, rooms_max: int) -> None:
    """Insert an empty room; ``AlreadyExists`` or ``LimitExceeded`` (``limit_rooms``)."""
    room = record.room
    there = select_any_room(connection, room)
    if there is not None:
        raise already_exists(room, is_deleted=there.deleted_ms is not None)
    count = connection.execute(
        "SELECT count(*) FROM rooms WHERE tenant = ?", (room.tenant,)
    ).fetchone()[0]
    if count >= rooms_max:
        raise too_many_rooms(room, rooms_max)
    connection.execute(
        f"INSERT INTO rooms ({_ROOM_COLUMNS}, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, 0)",
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


def rename_room(connection: sqlite3.Connection, room: RoomId, title: str) -> RoomRecord:
    """Set the room's title; ``NotFound``."""
    rows = connection.execute(
        "UPDATE rooms SET title = ? WHERE tenant = ? AND name = ? AND deleted_ms IS NULL"
        f" RETURNING {_ROOM_COLUMNS}",
        (title, room.tenant, room.name),
    ).fetchall()
    if not rows:
        raise no_such_room(room)
    return _room_record(*rows[0])


def claim(connection: sqlite3.Connection, room: RoomId) -> Claim:
    """Raise the room's token by one and return it; ``NotFound``."""
    rows = connection.execute(
        "UPDATE rooms SET token = token + 1 WHERE tenant = ? AND name = ? AND deleted_ms IS NULL"
        " RETURNING token, last_revision, epoch",
        (room.tenant, room.name),
    ).fetchall()
    if not rows:
        raise no_such_room(room)
    token, revision, epoch = rows[0]
    return Claim(token=token, revision=revision, epoch=epoch)


def append(
    connection: sqlite3.Connection,
    room: RoomId,
    token: FencingToken,
    revisions: Sequence[Revision],
    records: Sequence[bytes],
) -> None:
    """Insert consecutive *revisions*, whose records are *records*; ``Fenced`` or a conflict."""
    first, last = revisions[0], revisions[-1]
    # One statement is the compare and the set; which refusal it was is asked only afterwards.
    rows = connection.execute(
        "UPDATE rooms SET last_revision = ?, epoch = ?, updated_ms = ?"
        " WHERE tenant = ? AND name = ? AND token = ? AND last_revision = ? AND epoch <= ?"
        " AND deleted_ms IS NULL RETURNING room_key",
        (
            last.number,
            last.epoch,
            last.time_ms,
            room.tenant,
            room.name,
            token,
            first.number - 1,
            first.epoch,
        ),
    ).fetchall()
    if not rows:
        held, revision, epoch, is_deleted = _state(connection, room)
        refusal = append_refused(
            room,
            token=token,
            first=first,
            held=held,
            last=revision,
            epoch=epoch,
            is_deleted=is_deleted,
        )
        assert refusal is not None, "the statement and the refusals disagree"
        raise refusal
    room_key = rows[0][0]
    try:
        connection.executemany(
            "INSERT INTO revisions (room_key, revision, record) VALUES (?, ?, ?)",
            [
                (room_key, revision.number, record)
                for revision, record in zip(revisions, records, strict=True)
            ],
        )
    except sqlite3.IntegrityError as error:
        # The second line of defence: no path of this program leads here, but a file that was
        # repaired by hand may hold revisions that its room does not know of.
        raise RevisionConflict(f"{room} holds a revision after {first.number - 1}") from error


def has_revision(connection: sqlite3.Connection, room: RoomId, number: RevisionNo) -> bool:
    """Return whether the room's log reaches *number*."""
    return _state(connection, room)[1] >= number


def save_snapshot(
    connection: sqlite3.Connection,
    room: RoomId,
    token: FencingToken,
    revision: RevisionNo,
    record: bytes,
) -> None:
    """Insert or replace the snapshot at *revision* and thin the older ones."""
    held, last, _, is_deleted = _state(connection, room)
    refusal = snapshot_refused(
        room, token=token, revision=revision, held=held, last=last, is_deleted=is_deleted
    )
    if refusal is not None:
        raise refusal
    connection.execute(
        f"INSERT OR REPLACE INTO snapshots (room_key, revision, record) VALUES ({ROOM_KEY}, ?, ?)",
        (room.tenant, room.name, revision, record),
    )
    # Those before the beginning of the history are a trim's to remove: counted with the others they
    # would let the one go that the history begins at.
    kept = connection.execute(
        "SELECT revision FROM snapshots JOIN rooms USING (room_key)"
        " WHERE tenant = ? AND name = ? AND revision >= history_start ORDER BY revision",
        (room.tenant, room.name),
    ).fetchall()
    connection.executemany(
        f"DELETE FROM snapshots WHERE room_key = {ROOM_KEY} AND revision = ?",
        [(room.tenant, room.name, gone) for gone in surplus([row[0] for row in kept])],
    )


def select_any_room(connection: sqlite3.Connection, room: RoomId) -> RoomRecord | None:
    """Return the record of *room*, in use or in the trash, or None."""
    row = connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms WHERE tenant = ? AND name = ?",
        (room.tenant, room.name),
    ).fetchone()
    return None if row is None else _room_record(*row)


def select_room(
    connection: sqlite3.Connection, room: RoomId, *, deleted: bool
) -> RoomRecord | None:
    """Return the record of *room*, or None if it is not there, or not where *deleted* says."""
    record = select_any_room(connection, room)
    return record if record is not None and (record.deleted_ms is not None) is deleted else None


def select_rooms(
    connection: sqlite3.Connection, tenant: TenantId, *, deleted: bool
) -> list[RoomRecord]:
    """Return the tenant's rooms, or those in its trash, by name in the order of code points."""
    rows = connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms WHERE tenant = ? AND (deleted_ms IS NOT NULL) = ?"
        " ORDER BY name",
        (tenant, deleted),
    )
    return [_room_record(*row) for row in rows]


def select_rooms_in(
    connection: sqlite3.Connection, tenant: TenantId, collection: str, limit: int
) -> list[RoomRecord]:
    """Return at most *limit* of the tenant's free rooms of *collection*, by name."""
    first, end = collection_bounds(collection)
    rows = connection.execute(
        f"SELECT {_ROOM_COLUMNS} FROM rooms WHERE tenant = ? AND name >= ? AND name < ?"
        " AND deleted_ms IS NULL ORDER BY name LIMIT ?",
        (tenant, first, end, max(0, limit)),
    )
    return [_room_record(*row) for row in rows]


def select_revisions(
    connection: sqlite3.Connection,
    room: RoomId,
    after: RevisionNo,
    limit: int,
    bytes_max: int | None = None,
) -> list[tuple[RevisionNo, bytes]]:
    """Return at most *limit* numbers and records above *after*, in order, as far as *bytes_max*."""
    rows: Iterable[tuple[RevisionNo, bytes]] = connection.execute(
        "SELECT revision, record FROM revisions JOIN rooms USING (room_key)"
        " WHERE tenant = ? AND name = ? AND revision > max(?, history_start)"
        " ORDER BY revision LIMIT ?",
        # SQLite reads a negative limit as none at all.
        (room.tenant, room.name, after, max(0, limit)),
    )
    # Read row by row: what is beyond the bound never comes into memory.
    return within_bytes(rows, lambda row: len(row[1]), bytes_max)


def select_snapshot(
    connection: sqlite3.Connection, room: RoomId, at_most: RevisionNo | None
) -> tuple[RevisionNo, bytes] | None:
    """Return the number and the record of the newest snapshot not above *at_most*."""
    row: tuple[RevisionNo, bytes] | None = connection.execute(
        f"SELECT revision, record FROM snapshots WHERE room_key = {ROOM_KEY}"
        " AND (?3 IS NULL OR revision <= ?3) ORDER BY revision DESC LIMIT 1",
        (room.tenant, room.name, at_most),
    ).fetchone()
    return row


def _state(
    connection: sqlite3.Connection, room: RoomId
) -> tuple[FencingToken, RevisionNo, Epoch, bool]:
    """Return the room's token, last revision, epoch and whether it is deleted; ``NotFound``."""
    row: tuple[FencingToken, RevisionNo, Epoch, int] | None = connection.execute(
        "SELECT token, last_revision, epoch, deleted_ms IS NOT NULL FROM rooms"
        " WHERE tenant = ? AND name = ?",
        (room.tenant, room.name),
    ).fetchone()
    if row is None:
        raise no_such_room(room)
    token, revision, epoch, is_deleted = row
    return token, revision, epoch, bool(is_deleted)


def _room_record(
    tenant: TenantId,
    name: str,
    title: str,
    created_by: UserId,
    created_ms: int,
    updated_ms: int,
    revision: RevisionNo,
    epoch: Epoch,
    deleted_ms: int | None,
    history_start: RevisionNo,
) -> RoomRecord:
    return RoomRecord(
        room=RoomId(tenant, name),
        title=title,
        created_by=created_by,
        created_ms=created_ms,
        updated_ms=updated_ms,
        revision=revision,
        epoch=epoch,
        deleted_ms=deleted_ms,
        history_start=history_start,
    )
