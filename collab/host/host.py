"""The host: every open room of this server, opened on demand and closed when nobody is left.

Opening claims the room in the store (a new fencing token), reads the newest snapshot and what came
after it. When a room dies, its sockets are closed with 1012, so that clients come back and resend
what was not acknowledged, and the next one to come opens it again from the log. When the disk is
full it is opened read-only, until a write succeeds again. SPEC: section HO. Called by ``api``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import structlog

from collab.crdt.bridge import Bridge
from collab.errors import (
    AlreadyExists,
    DesignRoomsError,
    LimitExceeded,
    NotFound,
    OperatingError,
    ServerBusy,
    StorageFull,
)
from collab.host.bounds import Bounds
from collab.host.cluster import Cluster
from collab.host.room_host import DISK_FULL, RoomHost
from collab.host.turn import Turn
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId
from collab.limits import READ_ONLY_RETRY_MS_MAX, READ_REVISIONS_MAX, RELEASE_ROOMS_MIN
from collab.messages import Principal, ReadOnly
from collab.model.checks_file import APPLICATIONS
from collab.model.collection_checks import CollectionChecks
from collab.model.registry import Registry
from collab.ports import Clock, RoomRecord, Store
from collab.revision import SERVER_USER, Revision, Snapshot
from collab.room.attendance import FIRST_NATIVE_CLIENT
from collab.room.replica import Replica
from collab.room.room import Room
from collab.room.rules import ApplicationRules, FreeRules, RoomRules
from collab.system import new_first_client, release_memory

__all__ = ["Host"]

_log = structlog.get_logger()
_DELETED: Final = "the room was deleted"


class Host:
    """The open rooms of one process. ``start`` before use, ``stop`` at the end."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        registry: Registry,
        bounds: Bounds | None = None,
        checks: Mapping[str, CollectionChecks] | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        """*checks* are those of each collection that has some; *cluster* is there if others are."""
        self.store = store
        self.clock = clock
        self.registry = registry
        self.bounds = bounds or Bounds()
        self._cluster = cluster
        self.turn = Turn()
        # Called for every revision that is durable, and with None for a room that was created.
        self.listeners: list[Callable[[RoomId, Revision | None], None]] = []
        self._rooms: dict[RoomId, RoomHost] = {}
        self._opening: dict[RoomId, asyncio.Task[RoomHost]] = {}
        self._full: dict[RoomId, _Pause] = {}
        self._mended: dict[RoomId, _Pause] = {}
        self._purge_due_ms = 0
        # Rooms closed since their memory was last given back.
        self._unreleased = 0
        self._is_stopping = False
        checks = checks or {}
        applications = checks.get(APPLICATIONS, CollectionChecks())
        self._application_rules = ApplicationRules(registry, applications.permissions)
        self._free_rules = FreeRules()
        self._checked_rules = {name: FreeRules(declared) for name, declared in checks.items()}
        self._janitor: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the store and begin to look after idle rooms."""
        await self.store.open()
        if self._cluster is not None:
            await self._cluster.start(self)
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
        if self._cluster is not None:
            await asyncio.gather(*(self._cluster.release(room_id) for room_id in rooms))
            await self._cluster.stop()
        await self.store.close()

    def __iter__(self) -> Iterator[RoomHost]:
        return iter(self._rooms.values())

    def open_room(self, room_id: RoomId) -> RoomHost | None:
        """Return the room if it is open on this server."""
        return self._rooms.get(room_id)

    # --- rooms --------------------------------------------------------------------------------

    async def create(self, room_id: RoomId, title: str, principal: Principal) -> RoomRecord:
        """Create an empty room; raises what the store's ``create_room`` raises."""
        record = await self.store.create_room(
            room_id, title=title, created_by=principal.user, time_ms=self.clock.now_ms()
        )
        self._tell_listeners(room_id, None)
        return record

    async def delete(self, room_id: RoomId) -> RoomRecord:
        """Put a room into the trash and close its sockets with 4404; ``NotFound``.

        It can be restored by the store's ``restore_room`` until ``trash_kept_ms`` are over.
        """
        # First in the store: from here on nobody can open it, and its appends are fenced.
        record = await self.store.delete_room(room_id, self.clock.now_ms())
        opening = self._opening.get(room_id)
        if opening is not None:
            with suppress(DesignRoomsError):
                await asyncio.shield(opening)
        self._full.pop(room_id, None)
        self._mended.pop(room_id, None)
        if self._cluster is not None:
            self._cluster.deleted(room_id, NotFound.close_code, _DELETED)
        await self.shut(room_id, NotFound.close_code, _DELETED)
        return record

    async def shut(self, room_id: RoomId, code: int, reason: str) -> None:
        """Close the room's sockets and throw it away, whatever is on its way."""
        room = self._rooms.pop(room_id, None)
        if room is not None:
            await room.discard(code, reason)
            if self._cluster is not None:
                await self._cluster.release(room_id)

    async def trim(self, room_id: RoomId, before: RevisionNo) -> RevisionNo:
        """Forget a room's oldest revisions; returns after which they are kept. ``NotFound``.

        Sources stay remembered: what was committed in a revision that is gone is still known.
        """
        start = await self.store.trim_history(room_id, before)
        room = self._rooms.get(room_id)
        if room is not None:
            room.trimmed(start)
        return start

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
        rooms_max = self.bounds.rooms_open_max
        if len(self._rooms) + len(self._opening) >= rooms_max:
            raise LimitExceeded(
                f"this server has {rooms_max} rooms open: try again later",
                code="limit_rooms_open",
            )

    # --- opening ------------------------------------------------------------------------------

    async def _open(self, room_id: RoomId) -> RoomHost:
        record = await self._ensured(room_id)
        if self._cluster is not None and not await self._cluster.acquire(room_id):
            return await self._open_replica(record, self._cluster)
        token, epoch, read_only = FencingToken(0), None, self._read_only(room_id)
        if read_only is None:
            try:
                claim = await self.store.claim(room_id)
                token, epoch = claim.token, claim.epoch
            except StorageFull:
                self._note_full(room_id)
                read_only = self._read_only(room_id)
        snapshot = await self._snapshot(room_id, epoch)
        tail = await self._revisions(room_id, snapshot.revision)
        room = RoomHost(
            room_id,
            Room(
                rules=self._rules(room_id),
                is_application=room_id.is_application,
                token=token,
                snapshot=snapshot,
                tail=tail,
                read_only=read_only,
                history_start=record.history_start,
                first_client=FIRST_NATIVE_CLIENT if self._cluster is None else new_first_client(),
            ),
            self.store,
            self.clock,
            self.bounds,
            self.turn,
            self._on_dead,
            self._tell_listeners,
            None if self._cluster is None else self._cluster.own(room_id),
        )
        self._rooms[room_id] = room
        return room

    async def _open_replica(self, record: RoomRecord, cluster: Cluster) -> RoomHost:
        """Open a room that another node owns."""
        room_id = record.room
        snapshot = await self._snapshot(room_id, record.epoch)
        replica = Replica(
            rules=self._rules(room_id),
            is_application=room_id.is_application,
            snapshot=snapshot,
            tail=await self._revisions(room_id, snapshot.revision),
            first_client=new_first_client(),
            history_start=record.history_start,
        )
        room = self._rooms[room_id] = RoomHost(
            room_id,
            replica,
            self.store,
            self.clock,
            self.bounds,
            self.turn,
            self._on_dead,
            self._tell_listeners,
            cluster.watch(room_id),
        )
        return room

    def _rules(self, room_id: RoomId) -> RoomRules:
        if room_id.is_application:
            return self._application_rules
        collection = unquote(room_id.name.partition("/")[0])
        return self._checked_rules.get(collection, self._free_rules)

    async def _ensured(self, room_id: RoomId) -> RoomRecord:
        """Return the room's record; a free room is made on first use."""
        record = await self.store.room(room_id)
        if record is not None:
            return record
        if room_id.is_application:
            raise NotFound(f"there is no room {room_id.name!r}: create or import it first")
        try:
            return await self.store.create_room(
                room_id, title="", created_by=SERVER_USER, time_ms=self.clock.now_ms()
            )
        except AlreadyExists:
            # Somebody was quicker, which is as good; one in the trash is not there.
            record = await self.store.room(room_id)
            if record is None:
                raise NotFound(f"{room_id.name!r} was deleted") from None
            return record

    def _read_only(self, room_id: RoomId) -> ReadOnly | None:
        if room_id not in self._full:
            return None
        return ReadOnly(StorageFull.default_code, DISK_FULL)

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

    def _tell_listeners(self, room_id: RoomId, revision: Revision | None) -> None:
        for listener in self.listeners:
            listener(room_id, revision)

    # --- the end of a room --------------------------------------------------------------------

    def _on_dead(self, room: RoomHost, failure: OperatingError) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
            if self._cluster is not None:
                self._cluster.lost(room.id)
        if isinstance(failure, StorageFull):
            self._note_full(room.id)
        _log.warning("room.dead", room=str(room.id), code=failure.code, reason=failure.message)

    def _note_full(self, room_id: RoomId) -> None:
        """Make a room read-only; one that was mended not long ago has to wait longer this time."""
        if room_id in self._full:
            return
        now_ms = self.clock.now_ms()
        pause_ms = self.bounds.read_only_retry_ms
        before = self._mended.pop(room_id, None)
        if before is not None and now_ms - before.until_ms <= 2 * before.length_ms:
            pause_ms = min(2 * before.length_ms, READ_ONLY_RETRY_MS_MAX)
        self._full[room_id] = _Pause(pause_ms, now_ms + pause_ms)

    async def _look_after_rooms(self) -> None:
        idle_since: dict[RoomId, int] = {}
        while True:
            await asyncio.sleep(min(1_000, self.bounds.room_idle_ms) / 1000)
            try:
                # Of the last look's rooms nothing is under way any more that would hold them.
                self._release()
                await self._close_idle_rooms(idle_since)
                await self._try_full_rooms()
                await self._empty_trash()
            except Exception:  # noqa: BLE001 - a bug may raise anything
                # A bug in one room must not keep all others open, or read-only, for ever.
                _log.exception("host.janitor_failed")

    async def _close_idle_rooms(self, idle_since: dict[RoomId, int]) -> None:
        now_ms = self.clock.now_ms()
        idle = [room for room in self._rooms.values() if room.is_idle]
        for room_id in idle_since.keys() - {room.id for room in idle}:
            del idle_since[room_id]
        for room in idle:
            if now_ms - idle_since.setdefault(room.id, now_ms) >= self.bounds.room_idle_ms:
                del idle_since[room.id]
                await self._close_room(room)
                self._unreleased += 1

    def _release(self) -> None:
        """Give memory back once many rooms were closed."""
        if self._unreleased >= max(RELEASE_ROOMS_MIN, len(self._rooms)):
            self._unreleased = 0
            release_memory()

    async def _close_room(self, room: RoomHost) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
            await room.stop(1012, "the room was idle")
            if self._cluster is not None:
                await self._cluster.release(room.id)

    async def _empty_trash(self) -> None:
        """Remove for good what was deleted long ago, and forget links and tokens that expired."""
        now_ms = self.clock.now_ms()
        if now_ms < self._purge_due_ms:
            return
        self._purge_due_ms = now_ms + self.bounds.purge_interval_ms
        for room_id in await self.store.purge_deleted(now_ms - self.bounds.trash_kept_ms):
            _log.info("room.purged", room=str(room_id))
        await self.store.forget_expired(now_ms)

    async def _try_full_rooms(self) -> None:
        """Try to write to each room that is read-only and whose pause is over."""
        now_ms = self.clock.now_ms()
        for room_id, pause in list(self._full.items()):
            if now_ms < pause.until_ms:
                continue
            try:
                claim = await self.store.claim(room_id)
                snapshot = await self._snapshot(room_id, claim.epoch)
                # A write of the room's own size, so that its edits will find space too.
                await self.store.save_snapshot(room_id, claim.token, snapshot)
            except OperatingError:
                self._full[room_id] = _Pause(pause.length_ms, now_ms + pause.length_ms)
                continue
            del self._full[room_id]
            self._mended[room_id] = _Pause(pause.length_ms, now_ms)
            _log.info("room.writable", room=str(room_id))
            room = self._rooms.get(room_id)
            if room is not None:
                await self._close_room(room)


@dataclass(frozen=True, slots=True)
class _Pause:
    """How long a room stays read-only before it is tried, and until when."""

    length_ms: int
    until_ms: int
