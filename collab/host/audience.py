"""The audience: everybody in one open room, and how what the room says reaches them.

Pushes go to those who keep up; each of the others has a task that catches it up from its cursor,
as fast as it reads, and one that stops reading is let go with 1013. SPEC: section FO. Called by
``room_host``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from itertools import takewhile
from typing import Any, Final

import structlog

from collab.errors import OperatingError
from collab.host.bounds import Bounds
from collab.host.drain import has_drained
from collab.host.fanout import catch_up, push_awareness, push_notice, push_revision
from collab.host.outlet import Outlet
from collab.ids import RoomId, SessionId
from collab.limits import CATCH_UP_READ_REVISIONS
from collab.messages import AwarenessChanged, Dialect, Event, Problems, SyncDiff
from collab.ports import Store
from collab.protocol.hocuspocus import encode_stateless
from collab.revision import Revision
from collab.room.room import Room

__all__ = ["Audience"]

_log = structlog.get_logger()
_TRY_AGAIN: Final = 1013


class Audience:
    """The outlets of a room. *spawn* runs a task of the room; *on_dropped* lets a session leave."""

    def __init__(
        self,
        room_id: RoomId,
        room: Room,
        store: Store,
        bounds: Bounds,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_dropped: Callable[[SessionId], None],
    ) -> None:
        self.outlets: dict[SessionId, Outlet] = {}
        self._room_id = room_id
        self._room = room
        self._store = store
        self._bounds = bounds
        self._spawn = spawn
        self._on_dropped = on_dropped
        self._is_notice_due = False

    def add(self, outlet: Outlet) -> None:
        """Let a session's outlet in."""
        outlet.bytes_max = self._bounds.connection_bytes_max
        self.outlets[outlet.session] = outlet

    def remove(self, session: SessionId) -> None:
        """The session is gone."""
        self.outlets.pop(session, None)

    def tell(self, session: SessionId, event: Event) -> None:
        """Tell one session, or keep it until it has caught up."""
        outlet = self.outlets.get(session)
        if outlet is None:
            return
        if not outlet.tell(event):
            self._tend(outlet)
            if outlet.is_overflowing:
                self.drop(session, _TRY_AGAIN, "too slow to take its answers")
        if isinstance(event, SyncDiff):
            self._notice_revision()

    def broadcast(self, revision: Revision, to: Iterable[SessionId]) -> None:
        """Push a durable revision."""
        for outlet in push_revision(revision, self._outlets_of(to)):
            self._tend(outlet)
        self._notice_revision()

    def spread(self, event: AwarenessChanged, to: Iterable[SessionId]) -> None:
        """Push awareness."""
        push_awareness(event, self._outlets_of(to))

    def tell_problems(self, event: Problems, to: Iterable[SessionId]) -> None:
        """Push the problems."""
        for session in to:
            self.tell(session, event)

    def drop(self, session: SessionId, code: int, reason: str) -> None:
        """Close one session's door."""
        outlet = self.outlets.pop(session, None)
        if outlet is not None:
            self._on_dropped(session)
            outlet.close(code, reason)

    def close(self, code: int, reason: str) -> None:
        """Close every session's door."""
        outlets, self.outlets = self.outlets, {}
        for outlet in outlets.values():
            outlet.close(code, reason)

    def _outlets_of(self, sessions: Iterable[SessionId]) -> list[Outlet]:
        outlets = self.outlets
        return [outlets[session] for session in sessions if session in outlets]

    def _notice_revision(self) -> None:
        """Tell Hocuspocus sessions the newest revision, once for each turn of the loop."""
        if not self._is_notice_due:
            self._is_notice_due = True
            asyncio.get_running_loop().call_soon(self._send_notice)

    def _send_notice(self) -> None:
        self._is_notice_due = False
        notice = {"type": "revision", "revision": self._room.durable}
        push_notice(
            (item for item in self.outlets.values() if item.dialect is Dialect.HOCUSPOCUS),
            lambda outlet: encode_stateless(outlet.channel, notice),
        )

    # --- slow readers -------------------------------------------------------------------------

    def _tend(self, outlet: Outlet) -> None:
        if not outlet.is_tended:
            outlet.is_tended = True
            self._spawn(self._catch_up(outlet))

    async def _catch_up(self, outlet: Outlet) -> None:
        """Bring a slow reader from its cursor to the head, as fast as it reads."""
        bytes_max, stall_ms = outlet.bytes_max // 2, self._bounds.connection_stall_ms
        try:
            while outlet.is_lagging and self._has(outlet):
                if not await has_drained(outlet.connection, bytes_max, stall_ms):
                    self.drop(outlet.session, _TRY_AGAIN, "too slow to follow this room")
                elif outlet.is_behind(self._room.durable):
                    catch_up(outlet, await self._missing(outlet))
                else:
                    outlet.resume(self._room.durable)
        except OperatingError as error:
            # Without what it missed it would be stale for ever; connecting again brings it.
            _log.warning("room.catch_up_failed", room=str(self._room_id), code=error.code)
            self.drop(outlet.session, error.close_code, "what you missed cannot be read now")
        finally:
            outlet.is_tended = False
        self._notice_revision()

    def _has(self, outlet: Outlet) -> bool:
        return outlet.session in self.outlets and not outlet.connection.is_closed

    async def _missing(self, outlet: Outlet) -> Iterable[Revision]:
        """Return durable revisions after the outlet's cursor, from memory where they are there."""
        ledger, durable = self._room.committer.ledger, self._room.durable
        if ledger.has_since(outlet.cursor):
            return takewhile(lambda item: item.number <= durable, ledger.since(outlet.cursor))
        return await self._store.revisions(self._room_id, outlet.cursor, CATCH_UP_READ_REVISIONS)
