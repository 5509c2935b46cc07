"""The host: every open room of this server, opened on demand and closed when nobody is left.

Opening claims the room in the store (a new fencing token), reads the newest snapshot and what came
after it. When a room dies, its sockets are closed with 1012, so that clients come back and resend
what was not acknowledged, and the next one to come opens it again from the log. When the disk is
full it is opened read-only, until a write succeeds again. SPEC: section HO. Called by ``api``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import structlog

from collab.crdt.bridge import Bridge
from collab.errors import (
    AlreadyExists,
    LimitExceeded,
    NotFound,
    OperatingError,
    ServerBusy,
    StorageFull,
)
from collab.host.room_host import RoomHost
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId
from collab.limits import READ_ONLY_RETRY_MS, READ_REVISIONS_MAX, ROOM_IDLE_MS, ROOMS_OPEN_MAX
from collab.messages import Principal, ReadOnly
from collab.model.registry import Registry
from collab.ports import Clock, RoomRecord, Store
from collab.revision import SERVER_USER, Revision, Snapshot
from collab.room.room import Room
from collab.room.rules import ApplicationRules, FreeRules

__all__ = ["Host"]

_log = structlog.get_logger()


class Host:
    """The open rooms of one process. ``start`` before use, ``stop`` at the end."""

    def __init__(self, store: Store, clock: Clock, registry: Registry) -> None:
        self.store = store
        self.clock = clock
        self.registry = registry
        self._rooms: dict[RoomId, RoomHost] = {}
        self._opening: dict[RoomId, asyncio.Task[RoomHost]] = {}
        self._full: set[RoomId] = set()
        self._is_stopping = False
        self._application_rules = ApplicationRules(registry)
        self._free_rules = FreeRules()
        self._janitor: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the store and begin to look after idle rooms."""
        await self.store.open()
        self._janitor = asyncio.create_task(self._look_after_rooms(), name="janitor")

    async def stop(self) -> None:
        """Close every session with 1012, finish what was accepted, close the store."""
        self._is_stopping = True
        if self._janitor is not None:
            self._janitor.cancel()
        rooms, self._rooms = self._rooms, {}
        await asyncio.gather(
            *(room.stop(1012, "the server restarts") for room in rooms.values()),
            return_exceptions=True,
        )
        await self.store.close()

    def __iter__(self) -> Iterator[RoomHost]:
        return iter(self._rooms.values())

    def open_room(self, room_id: RoomId) -> RoomHost | None:
        """Return the room if it is open on this server."""
        return self._rooms.get(room_id)

    # --- rooms --------------------------------------------------------------------------------

    async def create(self, room_id: RoomId, title: str, principal: Principal) -> RoomRecord:
        """Create an empty room; raises what the store's ``create_room`` raises."""
        return await self.store.create_room(
            room_id, title=title, created_by=principal.user, time_ms=self.clock.now_ms()
        )

    async def room(self, room_id: RoomId) -> RoomHost:
        """Return the open room, opening it if need be.

        A free room is created on first use. Raises ``NotFound`` for an application room that was
        never created, ``LimitExceeded`` (``limit_rooms_open``), or an ``OperatingError``.
        """
        room = self._rooms.get(room_id)
        if room is not None:
            return room
        task = self._opening.get(room_id)
        if task is None:
            self._check_may_open()
            task = asyncio.create_task(self._open(room_id), name=f"open {room_id}")
            self._opening[room_id] = task
            task.add_done_callback(lambda _: self._opening.pop(room_id, None))
        # One caller that gives up must not take the room from the others who wait for it.
        return await asyncio.shield(task)

    def _check_may_open(self) -> None:
        if self._is_stopping:
            raise ServerBusy("the server is stopping: connect again in a moment")
        if len(self._rooms) + len(self._opening) >= ROOMS_OPEN_MAX:
            raise LimitExceeded(
                f"this server has {ROOMS_OPEN_MAX} rooms open: try again later",
                code="limit_rooms_open",
            )

    # --- opening ------------------------------------------------------------------------------

    async def _open(self, room_id: RoomId) -> RoomHost:
        await self._ensure_exists(room_id)
        token, epoch, read_only = FencingToken(0), None, self._read_only(room_id)
        if read_only is None:
            try:
                claim = await self.store.claim(room_id)
                token, epoch = claim.token, claim.epoch
            except StorageFull:
                self._full.add(room_id)
                read_only = self._read_only(room_id)
        snapshot = await self._snapshot(room_id, epoch)
        tail = await self._revisions(room_id, snapshot.revision)
        room = RoomHost(
            room_id,
            Room(
                rules=self._application_rules if room_id.is_application else self._free_rules,
                is_application=room_id.is_application,
                token=token,
                snapshot=snapshot,
                tail=tail,
                read_only=read_only,
            ),
            self.store,
            self.clock,
            self._on_dead,
        )
        self._rooms[room_id] = room
        return room

    async def _ensure_exists(self, room_id: RoomId) -> None:
        if await self.store.room(room_id) is not None:
            return
        if room_id.is_application:
            raise NotFound(f"there is no room {room_id.name!r}: create or import it first")
        try:
            await self.store.create_room(
                room_id, title="", created_by=SERVER_USER, time_ms=self.clock.now_ms()
            )
        except AlreadyExists:
            return  # Somebody was quicker, which is as good.

    def _read_only(self, room_id: RoomId) -> ReadOnly | None:
        if room_id not in self._full:
            return None
        return ReadOnly(
            "storage_full",
            "the server's disk is full: the room is read-only, and nothing saved is lost",
        )

    async def _snapshot(self, room_id: RoomId, epoch: Epoch | None) -> Snapshot:
        snapshot = await self.store.snapshot(room_id)
        if snapshot is not None:
            return snapshot
        if epoch is None:
            record = await self.store.room(room_id)
            assert record is not None
            epoch = record.epoch
        is_application = room_id.is_application
        document = Bridge.empty_document(is_application=is_application)
        return Snapshot(RevisionNo(0), epoch, is_application, document, b"")

    async def _revisions(self, room_id: RoomId, after: RevisionNo) -> list[Revision]:
        revisions: list[Revision] = []
        while True:
            chunk = await self.store.revisions(room_id, after, READ_REVISIONS_MAX)
            revisions += chunk
            if len(chunk) < READ_REVISIONS_MAX:
                return revisions
            after = chunk[-1].number

    # --- the end of a room --------------------------------------------------------------------

    def _on_dead(self, room: RoomHost, failure: OperatingError) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
        if isinstance(failure, StorageFull):
            self._full.add(room.id)
        _log.warning("room.dead", room=str(room.id), code=failure.code, reason=failure.message)

    async def _look_after_rooms(self) -> None:
        idle_since: dict[RoomId, int] = {}
        retry_ms = 0
        while True:
            await asyncio.sleep(1)
            now_ms = self.clock.now_ms()
            for room in list(self._rooms.values()):
                since = idle_since.setdefault(room.id, now_ms) if room.is_idle else None
                if since is None:
                    idle_since.pop(room.id, None)
                elif now_ms - since >= ROOM_IDLE_MS:
                    await self._close_room(room)
                    del idle_since[room.id]
            if self._full and now_ms >= retry_ms:
                retry_ms = now_ms + READ_ONLY_RETRY_MS
                await self._try_full_rooms()

    async def _close_room(self, room: RoomHost) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
            await room.stop(1012, "the room was idle")

    async def _try_full_rooms(self) -> None:
        """Try to write to each room that is read-only; the first failure ends the round."""
        for room_id in list(self._full):
            try:
                claim = await self.store.claim(room_id)
                snapshot = await self._snapshot(room_id, claim.epoch)
                # A write of the room's own size, so that its edits will find space too.
                await self.store.save_snapshot(room_id, claim.token, snapshot)
            except OperatingError:
                return
            self._full.discard(room_id)
            _log.info("room.writable", room=str(room_id))
            room = self._rooms.get(room_id)
            if room is not None:
                await self._close_room(room)
