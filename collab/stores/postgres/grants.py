"""Grants: statements about who may come into a room (members, shares) and which tokens may not.

What is read to be judged and then written is kept from other nodes by an advisory lock, not by the
room's row, which edits wait for. SPEC: [ST38] to [ST43]. Called by ``store``.
"""

from __future__ import annotations

from typing import Any, Final

from collab.ids import RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import RevokedToken, RoomRecord, ShareRecord
from collab.stores.postgres.connections import Database
from collab.stores.postgres.rooms import ROOM_KEY, lock, select_room
from collab.stores.rules import (
    check_members,
    check_revoked_tokens,
    no_such_room,
    no_such_share,
    shares_to_forget,
)

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


async def select_members(connection: Database, room: RoomId) -> dict[UserId, Role]:
    """Return the member list, by user in the order of code points."""
    cursor = await connection.execute(
        f"SELECT user_id, role FROM members WHERE room_key = {ROOM_KEY} ORDER BY user_id",
        (room.tenant, room.name),
    )
    return {UserId(user): Role(role) for user, role in await cursor.fetchall()}


async def select_memberships(
    connection: Database, tenant: TenantId, user: UserId
) -> dict[RoomId, Role]:
    """Return the tenant's rooms whose member lists name *user*, by name."""
    cursor = await connection.execute(
        "SELECT name, role FROM members JOIN rooms USING (room_key)"
        " WHERE user_id = %s AND tenant = %s ORDER BY name",
        (user, tenant),
    )
    return {RoomId(tenant, name): Role(role) for name, role in await cursor.fetchall()}


async def set_member(connection: Database, room: RoomId, user: UserId, role: Role | None) -> None:
    """Put *user* on the list or take it off; ``NotFound``, ``LimitExceeded`` or ``Refused``."""
    key = (room.tenant, room.name)
    async with connection.transaction():
        record = await _locked(connection, room)
        check_members(record, await select_members(connection, room), user, role)
        if role is None:
            await connection.execute(
                f"DELETE FROM members WHERE room_key = {ROOM_KEY} AND user_id = %s", (*key, user)
            )
        else:
            await connection.execute(
                f"INSERT INTO members (room_key, user_id, role) VALUES ({ROOM_KEY}, %s, %s)"
                " ON CONFLICT (room_key, user_id) DO UPDATE SET role = excluded.role",
                (*key, user, role.value),
            )


async def select_shares(connection: Database, room: RoomId) -> list[ShareRecord]:
    """Return the room's shares, oldest first."""
    cursor = await connection.execute(
        f"SELECT {_SHARE_COLUMNS} FROM shares WHERE room_key = {ROOM_KEY}"
        " ORDER BY created_ms, share",
        (room.tenant, room.name),
    )
    return [_share(room, *row) for row in await cursor.fetchall()]


async def add_share(connection: Database, share: ShareRecord) -> None:
    """Insert *share* and delete what has to go; ``NotFound`` and what the rules raise."""
    room = share.room
    key = (room.tenant, room.name)
    async with connection.transaction():
        await _locked(connection, room)
        gone = shares_to_forget(await select_shares(connection, room), share)
        await connection.execute(
            f"DELETE FROM shares WHERE room_key = {ROOM_KEY} AND share = ANY(%s::text[])",
            (*key, gone),
        )
        await connection.execute(
            f"INSERT INTO shares (room_key, {_SHARE_COLUMNS})"
            f" VALUES ({ROOM_KEY}, %s, %s, %s, %s, %s, %s)",
            (
                *key,
                share.id,
                share.role.value,
                share.created_by,
                share.created_ms,
                share.expires_ms,
                share.revoked_ms,
            ),
        )


async def revoke_share(
    connection: Database, room: RoomId, share_id: str, time_ms: int
) -> ShareRecord:
    """Mark a share as revoked; ``NotFound``."""
    await _in_use(connection, room)
    cursor = await connection.execute(
        "UPDATE shares SET revoked_ms = coalesce(revoked_ms, %s)"
        f" WHERE room_key = {ROOM_KEY} AND share = %s RETURNING {_SHARE_COLUMNS}",
        (time_ms, room.tenant, room.name, share_id),
    )
    row = await cursor.fetchone()
    if row is None:
        raise no_such_share(share_id)
    return _share(room, *row)


async def revoke_token(
    connection: Database, tenant: TenantId, token_id: str, expires_ms: int
) -> None:
    """Remember a revoked token; ``LimitExceeded``."""
    async with connection.transaction():
        await lock(connection, "tokens", tenant)
        updated = await connection.execute(
            "UPDATE revoked_tokens SET expires_ms = greatest(expires_ms, %s)"
            " WHERE tenant = %s AND token = %s",
            (expires_ms, tenant, token_id),
        )
        if updated.rowcount:
            return
        counted = await connection.execute(
            "SELECT count(*) FROM revoked_tokens WHERE tenant = %s", (tenant,)
        )
        [(count,)] = await counted.fetchall()
        check_revoked_tokens(tenant, count)
        await connection.execute(
            "INSERT INTO revoked_tokens (tenant, token, expires_ms) VALUES (%s, %s, %s)",
            (tenant, token_id, expires_ms),
        )


async def select_revoked_tokens(connection: Database) -> list[RevokedToken]:
    """Return every tenant's revoked tokens."""
    cursor = await connection.execute(
        "SELECT tenant, token, expires_ms FROM revoked_tokens ORDER BY tenant, token"
    )
    return [
        RevokedToken(TenantId(tenant), token, expires)
        for tenant, token, expires in await cursor.fetchall()
    ]


async def forget_expired(connection: Database, time_ms: int) -> None:
    """Delete what expired before *time_ms*."""
    await connection.execute("DELETE FROM revoked_tokens WHERE expires_ms < %s", (time_ms,))
    await connection.execute("DELETE FROM shares WHERE expires_ms < %s", (time_ms,))


async def _locked(connection: Database, room: RoomId) -> RoomRecord:
    await lock(connection, "people", room.tenant, room.name)
    return await _in_use(connection, room)


async def _in_use(connection: Database, room: RoomId) -> RoomRecord:
    record = await select_room(connection, room, deleted=False)
    if record is None:
        raise no_such_room(room)
    return record


def _share(room: RoomId, *row: Any) -> ShareRecord:
    share_id, role, created_by, created_ms, expires_ms, revoked_ms = row
    return ShareRecord(
        share_id, room, Role(role), UserId(created_by), created_ms, expires_ms, revoked_ms
    )
