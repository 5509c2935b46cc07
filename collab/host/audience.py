"""The audience: everybody in one open room, and how what the room says reaches them.

Pushes gather in groups of outlets that are sent the same, and leave at the end of the turn to those
who keep up; each of the others has a task that catches it up from its cursor,
as fast as it reads, and one that stops reading is let go with 1013. SPEC: section FO. Called by
``room_host``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from itertools import takewhile
from typing import Any, Final, TypeAlias

import structlog

from collab.errors import OperatingError
from collab.host.bounds import Bounds
from collab.host.catch_up import catch_up
from collab.host.drain import has_drained
from collab.host.group import Group, by_key
from collab.host.outlet import Outlet
from collab.host.turn import Turn
from collab.ids import ClientId, RevisionNo, RoomId, SessionId
from collab.limits import (
    CATCH_UP_BYTES,
    CATCH_UP_READ_REVISIONS,
    CATCH_UP_STATE_BYTES_MAX,
    GROUP_WAITING_BYTES,
)
from collab.messages import (
    AwarenessChanged,
    AwarenessEntry,
    Dialect,
    Event,
    LocksChanged,
    Problems,
    SyncDiff,
)
from collab.ports import Store
from collab.protocol.hocuspocus import encode_stateless
from collab.revision import Revision
from collab.room.attendance import Attendance

__all__ = ["Audience"]

_log = structlog.get_logger()
_TRY_AGAIN: Final = 1013
_EMPTY_STATE_VECTOR: Final = b"\x00"
_UPDATE_DIALECTS: Final = frozenset({Dialect.YJS, Dialect.HOCUSPOCUS})


# A whole state, and the revision that it is of.
_State: TypeAlias = tuple[RevisionNo, bytes]


class Audience:
    """The outlets of a room. *spawn* runs a task of the room, *read* returns what somebody looks up
    in it once that is durable; *on_dropped* lets a session leave, *on_broken* ends the room for a
    bug.
    """

    def __init__(
        self,
        room_id: RoomId,
        room: Attendance,
        store: Store,
        bounds: Bounds,
        turn: Turn,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        read: Callable[[Callable[[Attendance], _State]], Coroutine[Any, Any, _State]],
        on_dropped: Callable[[SessionId], None],
        on_broken: Callable[[Exception], None],
    ) -> None:
        self.outlets: dict[SessionId, Outlet] = {}
        self._room_id = room_id
        self._room = room
        self._store = store
        self._bounds = bounds
        self._spawn = spawn
        self._read = read
        self._on_dropped = on_dropped
        self._on_broken = on_broken
        self._turn = turn
        self._is_due = False
        # True once a revision waits for the end of the turn, and not awareness alone.
        self._has_news = False
        # Whom the room pushes to, as it last said: the same tuple as long as nobody comes or goes.
        self._to: Sequence[SessionId] = ()
        self._groups: list[Group] = []
        self._aware_to: Sequence[SessionId] = ()
        self._aware: list[list[Outlet]] = []
        self._entries: dict[ClientId, AwarenessEntry] = {}

    def add(self, outlet: Outlet) -> None:
        """Let a session's outlet in."""
        outlet.bytes_max = self._bounds.connection_bytes_max
        self.outlets[outlet.session] = outlet

    def remove(self, session: SessionId) -> None:
        """The session is gone."""
        outlet = self.outlets.pop(session, None)
        if outlet is not None:
            self._ungroup(outlet)

    def tell(self, session: SessionId, event: Event) -> None:
        """Tell one session, or keep it until it has caught up."""
        outlet = self.outlets.get(session)
        if outlet is None:
            return
        if not outlet.tell(event):
            self._tend(outlet)
            if outlet.is_overflowing:
                self.drop(session, _TRY_AGAIN, "too slow to take its answers")
        elif isinstance(event, SyncDiff):
            self._notice(outlet)

    def broadcast(self, revision: Revision, to: Sequence[SessionId]) -> None:
        """Push a durable revision at the end of this turn."""
        if to is not self._to:
            self._regroup(to)
        waiting_bytes = 0
        for group in self._groups:
            group.push(revision)
            waiting_bytes += group.waiting_bytes
        if waiting_bytes > GROUP_WAITING_BYTES:
            self._flush_revisions()
        self._has_news = True
        self._come()

    def spread(self, event: AwarenessChanged, to: Sequence[SessionId]) -> None:
        """Push awareness at the end of this turn, of each client only the newest entry."""
        if to is not self._aware_to:
            self._flush_awareness()
            self._aware_to, self._aware = to, by_key(self._outlets_of(to))
        self._entries.update((entry.client, entry) for entry in event.entries)
        self._come()

    def tell_each(self, event: Problems | LocksChanged, to: Iterable[SessionId]) -> None:
        """Push what replaces what was told before: the problems, or who holds what."""
        for session in to:
            self.tell(session, event)

    def drop(self, session: SessionId, code: int, reason: str, error: str = "") -> None:
        """Close one session's door; *error* is the code of the limit that it met, if any."""
        outlet = self.outlets.pop(session, None)
        if outlet is not None:
            self._on_dropped(session)
            outlet.close(code, reason, error)
            self._ungroup(outlet)

    def close(self, code: int, reason: str) -> None:
        """Close every session's door."""
        outlets, self.outlets = self.outlets, {}
        for outlet in outlets.values():
            outlet.close(code, reason)
            outlet.group = None
        self._groups, self._to = [], ()
        self._aware, self._aware_to = [], ()
        self._entries.clear()

    def _outlets_of(self, sessions: Iterable[SessionId]) -> list[Outlet]:
        outlets = self.outlets
        return [outlets[session] for session in sessions if session in outlets]

    # --- the end of the turn ------------------------------------------------------------------

    def _come(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._turn.hand_over(self._flush)

    def _flush(self) -> None:
        self._is_due = False
        try:
            if self._has_news:
                self._flush_news()
            self._flush_awareness()
        except Exception as error:  # noqa: BLE001 - a bug may raise anything
            # Whoever was not reached would be stale for ever.
            self._on_broken(error)

    def _flush_news(self) -> None:
        self._has_news = False
        for group in self._groups:
            if group.dialect is Dialect.HOCUSPOCUS:
                group.add(self._notice_for(group.channel))
        self._flush_revisions()

    def _flush_revisions(self) -> None:
        for group in self._groups:
            for outlet in group.flush():
                self._tend(outlet)

    def _flush_awareness(self) -> None:
        if not self._entries:
            return
        event = AwarenessChanged(tuple(self._entries.values()))
        self._entries.clear()
        for outlets in self._aware:
            first = outlets[0]
            frame = first.adapter.encode_awareness(first.channel, event)
            block = first.connection.pack([frame])
            for outlet in outlets:
                if not outlet.push_awareness(event, block):
                    self._tend(outlet)

    def _regroup(self, to: Sequence[SessionId]) -> None:
        """Push to *to* from here on; what waits still goes to those before."""
        self._flush_revisions()
        self._to, self._groups = to, [Group(members) for members in by_key(self._outlets_of(to))]

    def _ungroup(self, outlet: Outlet) -> None:
        """Nothing that waits is for *outlet* any more."""
        self._groups = [group for group in self._groups if group.keep(outlet)]
        for outlets in self._aware:
            if outlet in outlets:
                outlets.remove(outlet)
        self._aware = [outlets for outlets in self._aware if outlets]

    def _notice(self, outlet: Outlet) -> None:
        """Tell a Hocuspocus session the newest revision."""
        if outlet.dialect is Dialect.HOCUSPOCUS:
            outlet.push_notice(self._notice_for(outlet.channel))

    def _notice_for(self, channel: str) -> bytes:
        return encode_stateless(channel, {"type": "revision", "revision": self._room.durable})

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
                elif self._has_fallen_far_behind(outlet):
                    await self._send_state(outlet)
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
        self._notice(outlet)

    def _has_fallen_far_behind(self, outlet: Outlet) -> bool:
        """True if a Yjs session is sooner there by the whole state than by what it missed."""
        room = self._room
        return (
            outlet.dialect in _UPDATE_DIALECTS
            and outlet.is_behind(room.durable)
            and not room.committer.ledger.has_since(outlet.cursor)
            and room.state_bytes <= CATCH_UP_STATE_BYTES_MAX
        )

    async def _send_state(self, outlet: Outlet) -> None:
        """Send the whole state, once what it was encoded from is durable."""
        head, state = await self._read(_whole_state)
        if self._has(outlet):
            outlet.connection.send(outlet.adapter.encode_update(outlet.channel, state))
            outlet.cursor = max(outlet.cursor, head)

    def _has(self, outlet: Outlet) -> bool:
        return outlet.session in self.outlets and not outlet.connection.is_closed

    async def _missing(self, outlet: Outlet) -> Iterable[Revision]:
        """Return durable revisions after the outlet's cursor, from memory where they are there."""
        ledger, durable = self._room.committer.ledger, self._room.durable
        if ledger.has_since(outlet.cursor):
            return takewhile(lambda item: item.number <= durable, ledger.since(outlet.cursor))
        return await self._store.revisions(
            self._room_id, outlet.cursor, CATCH_UP_READ_REVISIONS, CATCH_UP_BYTES
        )


def _whole_state(room: Attendance) -> _State:
    return room.head, room.committer.diff(_EMPTY_STATE_VECTOR)
