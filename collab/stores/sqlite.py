"""The embedded store: one SQLite file, and nothing else to install or to run.

Writes go to one thread that commits in groups (``writer``), reads to a few others (``readers``);
the event loop never waits for the disk. The statements are in ``tables``, ``trash`` and ``grants``,
the schema and the lock that keeps a second server out are in ``schema``. POSIX only, for the lock's
sake.
SPEC: section ST. Called by ``main``.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from collab.errors import StoreUnavailable
from collab.ids import FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import ROOMS_PER_TENANT_MAX
from collab.messages import Role
from collab.ports import Claim, RevokedToken, RoomRecord, ShareRecord
from collab.revision import Revision, Snapshot
from collab.stores import grants, tables, trash
from collab.stores.readers import Readers
from collab.stores.record import read_revision, read_snapshot, write_revision, write_snapshot
from collab.stores.rules import check_consecutive, new_room
from collab.stores.schema import FileLock, connect_writer
from collab.stores.trimming import mark_trimmed, remove_trimmed
from collab.stores.writer import Job, Writer

__all__ = ["SqliteStore"]

Result = TypeVar("Result")


class SqliteStore:
    """A ``Store`` in the file *path*, whose folder must exist. Lives on one event loop.

    *bytes_max* bounds the file (its WAL comes on top); at the bound writes raise ``StorageFull``
    and reads go on. *rooms_per_tenant_max* bounds the rooms of each tenant.
    """

    def __init__(
        self,
        path: Path,
        *,
        bytes_max: int | None = None,
        rooms_per_tenant_max: int = ROOMS_PER_TENANT_MAX,
    ) -> None:
        self._path = path
        self._bytes_max = bytes_max
        self._rooms_per_tenant_max = rooms_per_tenant_max
        self._parts: tuple[Writer, Readers, FileLock] | None = None
        self._saves: set[asyncio.Task[None]] = set()

    @property
    def commits(self) -> int:
        """How many transactions were committed since the store was opened."""
        return self._writer.commits

    async def open(self) -> None:
        """Lock the file, create or migrate it, and start the threads.

        Raises ``StoreUnavailable`` if another server has the file, if it is of a newer version or
        another program's, or if it cannot be opened.
        """
        assert self._parts is None, "the store is open"
        lock, connection = await asyncio.to_thread(self._open_file)
        self._parts = (Writer(connection, str(self._path)), Readers(self._path), lock)

    async def close(self) -> None:
        """Finish what was accepted, then close; a store that is not open stays so."""
        if self._parts is None:
            return
        writer, readers, lock = self._parts
        self._parts = None
        # A save is encoded by the readers before it comes to the writer, so it ends first.
        await asyncio.gather(*self._saves, return_exceptions=True)
        await readers.close()
        # The last connection to go moves the WAL into the file.
        await writer.close()
        lock.release()

    async def create_room(
        self, room: RoomId, *, title: str, created_by: UserId, time_ms: int
    ) -> RoomRecord:
        record = new_room(room, title, created_by, time_ms)
        rooms_max = self._rooms_per_tenant_max
        await self._write(lambda connection: tables.create_room(connection, record, rooms_max))
        return record

    async def room(self, room: RoomId, *, deleted: bool = False) -> RoomRecord | None:
        return await self._readers.read(
            lambda connection: tables.select_room(connection, room, deleted=deleted)
        )

    async def rooms(self, tenant: TenantId, *, deleted: bool = False) -> list[RoomRecord]:
        return await self._readers.read(
            lambda connection: tables.select_rooms(connection, tenant, deleted=deleted)
        )

    async def rooms_in(self, tenant: TenantId, collection: str, limit: int) -> list[RoomRecord]:
        return await self._readers.read(
            lambda connection: tables.select_rooms_in(connection, tenant, collection, limit)
        )

    async def rename_room(self, room: RoomId, title: str) -> RoomRecord:
        return await self._write(lambda connection: tables.rename_room(connection, room, title))

    async def delete_room(self, room: RoomId, time_ms: int) -> RoomRecord:
        return await self._write(lambda connection: trash.delete_room(connection, room, time_ms))

    async def restore_room(self, room: RoomId) -> RoomRecord:
        return await self._write(lambda connection: trash.restore_room(connection, room))

    async def purge_deleted(self, before_ms: int) -> list[RoomId]:
        rooms = await self._write(lambda connection: trash.expel_deleted(connection, before_ms))
        while await self._write(trash.purge_some):
            pass
        return rooms

    async def claim(self, room: RoomId) -> Claim:
        return await self._write(lambda connection: tables.claim(connection, room))

    async def append(
        self, room: RoomId, token: FencingToken, revisions: Sequence[Revision]
    ) -> None:
        writer = self._writer
        if not revisions:
            return
        check_consecutive(room, revisions)
        # Encoded here, which takes microseconds: what cannot be encoded is its caller's to know.
        records = [write_revision(revision) for revision in revisions]
        last = revisions[-1].number
        await writer.submit(
            Job(
                lambda connection: tables.append(connection, room, token, revisions, records),
                weight=len(revisions),
                is_stored=lambda connection: tables.has_revision(connection, room, last),
            )
        )

    async def revisions(
        self, room: RoomId, after: RevisionNo, limit: int, bytes_max: int | None = None
    ) -> list[Revision]:
        def read(connection: sqlite3.Connection) -> list[Revision]:
            rows = tables.select_revisions(connection, room, after, limit, bytes_max)
            return [read_revision(room, number, record) for number, record in rows]

        return await self._readers.read(read)

    async def save_snapshot(self, room: RoomId, token: FencingToken, snapshot: Snapshot) -> None:
        """Store *snapshot*, which belongs to the store until this returns.

        It is encoded in another thread, since that takes tens of milliseconds for a large document:
        nobody may change it meanwhile. A room gives a copy away. A caller that is cancelled does
        not stop the save.
        """
        writer, readers = self._writer, self._readers

        async def save() -> None:
            record = await readers.work(lambda: write_snapshot(snapshot))
            await writer.submit(
                Job(
                    lambda connection: tables.save_snapshot(
                        connection, room, token, snapshot.revision, record
                    )
                )
            )

        task = asyncio.create_task(save())
        self._saves.add(task)
        task.add_done_callback(self._saves.discard)
        await asyncio.shield(task)

    async def snapshot(self, room: RoomId, at_most: RevisionNo | None = None) -> Snapshot | None:
        def read(connection: sqlite3.Connection) -> Snapshot | None:
            row = tables.select_snapshot(connection, room, at_most)
            return None if row is None else read_snapshot(room, *row)

        return await self._readers.read(read)

    async def trim_history(self, room: RoomId, before: RevisionNo) -> RevisionNo:
        start = await self._write(lambda connection: mark_trimmed(connection, room, before))
        while await self._write(lambda connection: remove_trimmed(connection, room, start)):
            pass
        return start

    # --- who may come in ----------------------------------------------------------------------

    async def members(self, room: RoomId) -> dict[UserId, Role]:
        return await self._readers.read(lambda connection: grants.select_members(connection, room))

    async def memberships(self, tenant: TenantId, user: UserId) -> dict[RoomId, Role]:
        return await self._readers.read(
            lambda connection: grants.select_memberships(connection, tenant, user)
        )

    async def set_member(self, room: RoomId, user: UserId, role: Role | None) -> None:
        await self._write(lambda connection: grants.set_member(connection, room, user, role))

    async def shares(self, room: RoomId) -> list[ShareRecord]:
        return await self._readers.read(lambda connection: grants.select_shares(connection, room))

    async def add_share(self, share: ShareRecord) -> None:
        await self._write(lambda connection: grants.add_share(connection, share))

    async def revoke_share(self, room: RoomId, share_id: str, time_ms: int) -> ShareRecord:
        return await self._write(
            lambda connection: grants.revoke_share(connection, room, share_id, time_ms)
        )

    async def revoke_token(self, tenant: TenantId, token_id: str, expires_ms: int) -> None:
        await self._write(
            lambda connection: grants.revoke_token(connection, tenant, token_id, expires_ms)
        )

    async def revoked_tokens(self) -> list[RevokedToken]:
        return await self._readers.read(grants.select_revoked_tokens)

    async def forget_expired(self, time_ms: int) -> None:
        await self._write(lambda connection: grants.forget_expired(connection, time_ms))

    async def _write(self, run: Callable[[sqlite3.Connection], Result]) -> Result:
        return await self._writer.submit(Job(run))

    @property
    def _writer(self) -> Writer:
        return self._open_parts()[0]

    @property
    def _readers(self) -> Readers:
        return self._open_parts()[1]

    def _open_parts(self) -> tuple[Writer, Readers, FileLock]:
        if self._parts is None:
            raise StoreUnavailable(f"{self._path} is not open")
        return self._parts

    def _open_file(self) -> tuple[FileLock, sqlite3.Connection]:
        lock = FileLock(self._path)
        try:
            return lock, connect_writer(self._path, self._bytes_max)
        except StoreUnavailable:
            lock.release()
            raise
