"""Grants: statements about who may come into a room (members, shares) and which tokens may not.

SPEC: [ST38] to [ST43]. Called by ``sqlite``.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from collab.ids import RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import RevokedToken, RoomRecord, ShareRecord
from collab.stores.rules import (
    check_members,
    check_revoked_tokens,
    no_such_room,
    no_such_share,
    shares_to_forget,
)
from collab.stores.tables import ROOM_KEY, select_room

__all__ = [
    "add_share",
    "forget_expired",
    "revoke_share",
    "revoke_token",
    "select_members",
    "select_memberships",
    "select_revoked_tokens",
    "select_shares",
    "set_member",
]

_SHARE_COLUMNS: Final = "share, role, created_by, created_ms, expires_ms, revoked_ms"


def select_members(connection: sqlite3.Connection, room: RoomId) -> dict[UserId, Role]:
    """Return the member list, by user in the order of code points."""
    rows = connection.execute(
        f"SELECT user, role FROM members WHERE room_key = {ROOM_KEY} ORDER BY user",
        (room.tenant, room.name),
    )
    return {UserId(user): Role(role) for user, role in rows}


def select_memberships(
    connection: sqlite3.Connection, tenant: TenantId, user: UserId
) -> dict[RoomId, Role]:
    """Return the tenant's rooms whose member lists name *user*, by name."""
    rows = connection.execute(
        "SELECT name, role FROM members JOIN rooms USING (room_key)"
        " WHERE user = ? AND tenant = ? ORDER BY name",
        (user, tenant),
    )
    return {RoomId(tenant, name): Role(role) for name, role in rows}


def set_member(
    connection: sqlite3.Connection, room: RoomId, user: UserId, role: Role | None
) -> None:
    """Put *user* on the list or take it off; ``NotFound``, ``LimitExceeded`` or ``Refused``."""
    record = _in_use(connection, room)
    check_members(record, select_members(connection, room), user, role)
    if role is None:
        connection.execute(
            f"DELETE FROM members WHERE room_key = {ROOM_KEY} AND user = ?",
            (room.tenant, room.name, user),
        )
    else:
        connection.execute(
            f"INSERT OR REPLACE INTO members (room_key, user, role) VALUES ({ROOM_KEY}, ?, ?)",
            (room.tenant, room.name, user, role),
        )


def select_shares(connection: sqlite3.Connection, room: RoomId) -> list[ShareRecord]:
    """Return the room's shares, oldest first."""
    rows = connection.execute(
        f"SELECT {_SHARE_COLUMNS} FROM shares WHERE room_key = {ROOM_KEY}"
        " ORDER BY created_ms, share",
        (room.tenant, room.name),
    )
    return [_share(room, row) for row in rows]


def add_share(connection: sqlite3.Connection, share: ShareRecord) -> None:
    """Insert *share* and delete what has to go; ``NotFound`` and what the rules raise."""
    room = share.room
    _in_use(connection, room)
    gone = shares_to_forget(select_shares(connection, room), share)
    connection.executemany(
        f"DELETE FROM shares WHERE room_key = {ROOM_KEY} AND share = ?",
        [(room.tenant, room.name, share_id) for share_id in gone],
    )
    connection.execute(
        f"INSERT INTO shares (room_key, {_SHARE_COLUMNS}) VALUES ({ROOM_KEY}, ?, ?, ?, ?, ?, ?)",
        (
            room.tenant,
            room.name,
            share.id,
            share.role,
            share.created_by,
            share.created_ms,
            share.expires_ms,
            share.revoked_ms,
        ),
    )


def revoke_share(
    connection: sqlite3.Connection, room: RoomId, share_id: str, time_ms: int
) -> ShareRecord:
    """Mark a share as revoked; ``NotFound``."""
    _in_use(connection, room)
    rows = connection.execute(
        "UPDATE shares SET revoked_ms = coalesce(revoked_ms, ?)"
        f" WHERE room_key = {ROOM_KEY} AND share = ? RETURNING {_SHARE_COLUMNS}",
        (time_ms, room.tenant, room.name, share_id),
    ).fetchall()
    if not rows:
        raise no_such_share(share_id)
    return _share(room, rows[0])


def revoke_token(
    connection: sqlite3.Connection, tenant: TenantId, token_id: str, expires_ms: int
) -> None:
    """Remember a revoked token; ``LimitExceeded``."""
    updated = connection.execute(
        "UPDATE revoked_tokens SET expires_ms = max(expires_ms, ?) WHERE tenant = ? AND token = ?",
        (expires_ms, tenant, token_id),
    ).rowcount
    if updated:
        return
    count = connection.execute(
        "SELECT count(*) FROM revoked_tokens WHERE tenant = ?", (tenant,)
    ).fetchone()[0]
    check_revoked_tokens(tenant, count)
    connection.execute(
        "INSERT INTO revoked_tokens (tenant, token, expires_ms) VALUES (?, ?, ?)",
        (tenant, token_id, expires_ms),
    )


def select_revoked_tokens(connection: sqlite3.Connection) -> list[RevokedToken]:
    """Return every tenant's revoked tokens."""
    rows = connection.execute(
        "SELECT tenant, token, expires_ms FROM revoked_tokens ORDER BY tenant, token"
    )
    return [RevokedToken(TenantId(tenant), token, expires) for tenant, token, expires in rows]


def forget_expired(connection: sqlite3.Connection, time_ms: int) -> None:
    """Delete what expired before *time_ms*."""
    connection.execute("DELETE FROM revoked_tokens WHERE expires_ms < ?", (time_ms,))
    connection.execute("DELETE FROM shares WHERE expires_ms < ?", (time_ms,))


def _in_use(connection: sqlite3.Connection, room: RoomId) -> RoomRecord:
    record = select_room(connection, room, deleted=False)
    if record is None:
        raise no_such_room(room)
    return record


def _share(room: RoomId, row: tuple[str, str, str, int, int, int | None]) -> ShareRecord:
    share_id, role, created_by, created_ms, expires_ms, revoked_ms = row
    return ShareRecord(
        share_id, room, Role(role), UserId(created_by), created_ms, expires_ms, revoked_ms
    )
