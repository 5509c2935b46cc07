"""The store in PostgreSQL: one database for any number of nodes.

Appends of all rooms go through one connection, in groups (``appends``); reads and the other writes
share a few more (``connections``), those about one room in the order in which they were asked for
(``turns``). The statements are in ``rooms``, ``trash`` and ``grants``, the schema in ``schema``.
SPEC: sections ST and PG. Called by ``main``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from collab.errors import StoreUnavailable
from collab.ids import FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import (
    APPEND_QUEUE_MAX,
    DECODE_INLINE_BYTES_MAX,
    POSTGRES_CONNECTIONS_MAX,
    ROOMS_PER_TENANT_MAX,
)
from collab.messages import Role
from collab.ports import Claim, RevokedToken, RoomRecord, ShareRecord
from collab.revision import Revision, Snapshot
from collab.stores.postgres import grants, rooms, trash
from collab.stores.postgres.appends import Append, Appends
from collab.stores.postgres.connections import Address, Connections, Database
from collab.stores.postgres.schema import prepare
from collab.stores.postgres.turns import Turns
from collab.stores.record import read_revision, read_snapshot, write_revision, write_snapshot
from collab.stores.rules import check_consecutive, new_room

__all__ = ["PostgresStore"]

Result = TypeVar("Result")

# More would only take turns at the interpreter's lock, which encoding and decoding hold.
_THREADS: Final = 2
# The key under which nobody else waits: for writes that concern no room.
_EVERYTHING: Final = ""


class _Parts:
    """What an open store is made of. Lives on one event loop."""

    def __init__(self, address: Address) -> None:
        self.connections = Connections(address, POSTGRES_CONNECTIONS_MAX)
        # Its own, so that no edit waits behind a long history that somebody reads.
        self.appending = Connections(address, 1)
        self.appends = Appends(self.appending, address)
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-codec")
        self.turns = Turns(APPEND_QUEUE_MAX)
        self.tasks: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Finish what was accepted, and close the connections."""
        while self.tasks:
            await asyncio.wait(self.tasks)
        await self.appends.close()
        await self.appending.close()
        await self.connections.close()
        await asyncio.to_thread(self.threads.shutdown)


class PostgresStore:
    """A ``Store`` in the database at *url* (``postgresql://…``). Lives on one event loop.

    *rooms_per_tenant_max* bounds the rooms of each tenant. Raises ``StoreUnavailable`` if *url*
    cannot be read; its password is in no message.
    """

    def __init__(self, url: str, *, rooms_per_tenant_max: int = ROOMS_PER_TENANT_MAX) -> None:
        self._address = Address(url)
        self._rooms_per_tenant_max = rooms_per_tenant_max
        self._parts: _Parts | None = None

    @property
    def commits(self) -> int:
        """How many statements with appends were committed since the store was opened."""
        return self._open_parts().appends.commits

    async def open(self) -> None:
        """Bring the schema up to date, and be ready.

        Raises ``StoreUnavailable`` if the database cannot be reached or used, or is of a newer
        version.
        """
        assert self._parts is None, "the store is open"
        await asyncio.to_thread(prepare, self._address)
        self._parts = _Parts(self._address)

    async def close(self) -> None:
        """Finish what was accepted, then close; a store that is not open stays so."""
        if self._parts is not None:
            parts, self._parts = self._parts, None
            await parts.close()

    async def create_room(
        self, room: RoomId, *, title: str, created_by: UserId, time_ms: int
    ) -> RoomRecord:
        record = new_room(room, title, created_by, time_ms)
        rooms_max = self._rooms_per_tenant_max
        # In the tenant's turn, since its rooms are counted.
        await self._write(
            room.tenant, lambda database: rooms.create_room(database, record, rooms_max)
        )
        return record

    async def room(self, room: RoomId, *, deleted: bool = False) -> RoomRecord | None:
        return await self._read(lambda database: rooms.select_room(database, room, deleted=deleted))

    async def rooms(self, tenant: TenantId, *, deleted: bool = False) -> list[RoomRecord]:
        return await self._read(
            lambda database: rooms.select_rooms(database, tenant, deleted=deleted)
        )

    async def rooms_in(self, tenant: TenantId, collection: str, limit: int) -> list[RoomRecord]:
        return await self._read(
            lambda database: rooms.select_rooms_in(database, tenant, collection, limit)
        )

    async def rename_room(self, room: RoomId, title: str) -> RoomRecord:
        return await self._write(room, lambda database: rooms.rename_room(database, room, title))

    async def delete_room(self, room: RoomId, time_ms: int) -> RoomRecord:
        return await self._write(
            room, lambda database: trash.delete_room(database, room, time_ms), after_appends=room
        )

    async def restore_room(self, room: RoomId) -> RoomRecord:
        return await self._write(room, lambda database: trash.restore_room(database, room))

    async def purge_deleted(self, before_ms: int) -> list[RoomId]:
        gone = await self._write(
            _EVERYTHING, lambda database: trash.expel_deleted(database, before_ms)
        )
        while await self._write(_EVERYTHING, trash.purge_some):
            pass
        return gone

    async def claim(self, room: RoomId) -> Claim:
        return await self._write(
            room, lambda database: rooms.claim(database, room), after_appends=room
        )

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        appends = self._open_parts().appends
        if not revisions:
            return
        check_consecutive(room, revisions)
        # Encoded here, which takes microseconds: what cannot be encoded is its caller's to know.
        records = [write_revision(revision) for revision in revisions]
        await appends.submit(Append(room, token, revisions, records, sum(map(len, records))))

    async def revisions(
        self, room: RoomId, after: RevisionNo, limit: int, bytes_max: int | None = None
    ) -> list[Revision]:
        found = await self._read(
            lambda database: rooms.select_revisions(database, room, after, limit, bytes_max)
        )

        def decode() -> list[Revision]:
            return [read_revision(room, number, record) for number, record in found]

        size = sum(len(record) for _, record in found)
        return decode() if size <= DECODE_INLINE_BYTES_MAX else await self._in_thread(decode)

    async def save_snapshot(self, room: RoomId, token: FencingToken, snapshot: Snapshot) -> None:
        """Store *snapshot*, which belongs to the store until this returns.

        It is encoded in another thread, since that takes tens of milliseconds for a large document:
        nobody may change it meanwhile. A room gives a copy away.
        """

        async def save() -> None:
            record = await self._in_thread(lambda: write_snapshot(snapshot), parts)
            async with parts.turns.of(("snapshots", room)):
                await parts.connections.write(
                    lambda database: rooms.save_snapshot(
                        database, room, token, snapshot.revision, record
                    )
                )

        parts = self._open_parts()
        await self._finish(save(), parts)

    async def snapshot(self, room: RoomId, at_most: RevisionNo | None = None) -> Snapshot | None:
        found = await self._read(lambda database: rooms.select_snapshot(database, room, at_most))
        if found is None:
            return None
        return await self._in_thread(lambda: read_snapshot(room, *found))

    async def trim_history(self, room: RoomId, before: RevisionNo) -> RevisionNo:
        start = await self._write(room, lambda database: trash.mark_trimmed(database, room, before))
        while await self._write(room, lambda database: trash.remove_trimmed(database, room, start)):
            pass
        return start

    # --- who may come in ----------------------------------------------------------------------

    async def members(self, room: RoomId) -> dict[UserId, Role]:
        return await self._read(lambda database: grants.select_members(database, room))

    async def memberships(self, tenant: TenantId, user: UserId) -> dict[RoomId, Role]:
        return await self._read(lambda database: grants.select_memberships(database, tenant, user))

    async def set_member(self, room: RoomId, user: UserId, role: Role | None) -> None:
        await self._write(room, lambda database: grants.set_member(database, room, user, role))

    async def shares(self, room: RoomId) -> list[ShareRecord]:
        return await self._read(lambda database: grants.select_shares(database, room))

    async def add_share(self, share: ShareRecord) -> None:
        await self._write(share.room, lambda database: grants.add_share(database, share))

    async def revoke_share(self, room: RoomId, share_id: str, time_ms: int) -> ShareRecord:
        return await self._write(
            room, lambda database: grants.revoke_share(database, room, share_id, time_ms)
        )

    async def revoke_token(self, tenant: TenantId, token_id: str, expires_ms: int) -> None:
        await self._write(
            tenant, lambda database: grants.revoke_token(database, tenant, token_id, expires_ms)
        )

    async def revoked_tokens(self) -> list[RevokedToken]:
        return await self._read(grants.select_revoked_tokens)

    async def forget_expired(self, time_ms: int) -> None:
        await self._write(_EVERYTHING, lambda database: grants.forget_expired(database, time_ms))

    # --- how ----------------------------------------------------------------------------------

    async def _read(self, read: Callable[[Database], Awaitable[Result]]) -> Result:
        return await self._open_parts().connections.read(read)

    async def _write(
        self,
        key: Hashable,
        write: Callable[[Database], Awaitable[Result]],
        *,
        after_appends: RoomId | None = None,
    ) -> Result:
        """Write in the turn of *key*, perhaps after the appends of a room that were begun before.

        A caller that is cancelled does not stop it.
        """

        async def work() -> Result:
            async with parts.turns.of(key):
                if after_appends is not None:
                    await parts.appends.settled(after_appends)
                return await parts.connections.write(write)

        parts = self._open_parts()
        return await self._finish(work(), parts)

    async def _finish(self, work: Coroutine[Any, Any, Result], parts: _Parts) -> Result:
        task = asyncio.create_task(work)
        parts.tasks.add(task)
        task.add_done_callback(parts.tasks.discard)
        return await asyncio.shield(task)

    async def _in_thread(self, run: Callable[[], Result], parts: _Parts | None = None) -> Result:
        threads = (parts or self._open_parts()).threads
        return await asyncio.get_running_loop().run_in_executor(threads, run)

    def _open_parts(self) -> _Parts:
        if self._parts is None:
            raise StoreUnavailable(f"{self._address} is not open")
        return self._parts
