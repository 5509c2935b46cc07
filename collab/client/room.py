"""The room as a program sees it: ``async with connect(server, room) as room``.

SPEC: section CL; ``docs/python-client.md`` is the guide.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Final

import httpx

from collab.client.address import RoomAddress
from collab.client.errors import ConnectFailed, HistoryGone, RoomClosed
from collab.client.events import (
    ConnectionChanged,
    Listener,
    PresenceChanged,
    Replaced,
    RoomEvent,
)
from collab.client.exchange import Exchange, TakenBack
from collab.client.history import History
from collab.client.link import Link
from collab.client.locks import RoomLock
from collab.client.pending import TakingBack
from collab.client.requests import Diff
from collab.errors import LimitExceeded
from collab.ids import ClientId, RevisionNo, SourceId
from collab.lock_records import LockState
from collab.ot.json0 import Op
from collab.revision import ChangeKind, Revision
from collab.values import Json

__all__ = ["Connecting", "Room", "connect"]

CONNECT_TIMEOUT_S: Final = 10.0
_HISTORY_PAUSE_S: Final = 1.0


def connect(
    server: str,
    room: str,
    token: str | None = None,
    *,
    timeout_s: float = CONNECT_TIMEOUT_S,
) -> Connecting:
    """Return an async context manager that gives the :class:`Room` and leaves it at its end.

    *server* is ``http://host:port`` (or https), *room* the name of an application room or
    ``collection/document`` of a free one, *token* says who you are; without one it is that of the
    environment's ``DESIGN_ROOMS_TOKEN``, if there is any. Entering raises ``InvalidName`` for a bad
    address, ``ConnectFailed`` if there is no welcome within *timeout_s* seconds, and ``RoomClosed``
    if the server will not have this client (``not_found``, ``auth_expired``, …). Source: [CL1],
    [CL2], [CL16].
    """
    if token is None:
        token = os.environ.get("DESIGN_ROOMS_TOKEN") or None
    return Connecting(server, room, token, timeout_s)


class Connecting:
    """A connection to be: enter it with ``async with``."""

    def __init__(self, server: str, room: str, token: str | None, timeout_s: float) -> None:
        self._address = RoomAddress.of(server, room)
        self._token = token
        self._timeout_s = timeout_s
        self._room: Room | None = None

    async def __aenter__(self) -> Room:
        self._room = Room(self._address, self._token)
        try:
            await self._room.open(self._timeout_s)
        except BaseException:
            await self._room.close()
            raise
        return self._room

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._room is not None:
            await self._room.close()


class Room:
    """One client's stay in a room. Made by :func:`connect`; not safe across threads."""

    def __init__(self, address: RoomAddress, token: str | None) -> None:
        source = SourceId(f"py:{secrets.token_urlsafe(12)}")
        self._exchange = Exchange(source, token)
        self._history = History(address.revisions, token)
        self._link = Link(address.socket, token, self._exchange, self._history)
        self._runner: asyncio.Task[None] | None = None

    # --- what is there ------------------------------------------------------------------------

    @property
    def document(self) -> Json:
        """The document with this client's own pending edits; None if it does not exist.

        The value never changes: every change makes a new one that shares what stayed the same. So
        it may be kept and compared, and must not be modified. Source: [CL3].
        """
        return self._exchange.pending.document

    @property
    def revision(self) -> RevisionNo:
        """The last committed revision that is part of ``document``."""
        return self._exchange.pending.revision

    @property
    def exists(self) -> bool:
        """Whether there is a document; false in a free room that nobody has written to."""
        return self._exchange.pending.exists

    @property
    def has_pending(self) -> bool:
        """True while an edit of this client is not yet durable."""
        return not self._exchange.pending.is_empty

    @property
    def is_connected(self) -> bool:
        return self._exchange.is_connected

    @property
    def read_only(self) -> str:
        """Why the room takes no edits for now, or an empty string."""
        return self._exchange.read_only

    @property
    def client(self) -> ClientId:
        """This client's own key in ``presence``; another one after a reconnect."""
        return self._exchange.client

    @property
    def presence(self) -> Mapping[ClientId, Json]:
        """What everybody here shows of themselves, this client included."""
        return MappingProxyType(self._exchange.presence)

    @property
    def problems(self) -> tuple[Json, ...]:
        """What is accepted but not right in an application room, as the server last said."""
        return self._exchange.problems

    @property
    def locks(self) -> LockState:
        """Who holds which element, and who waits, as the server last said.

        A lock that is renewed is not told again: ``until_ms`` is when it ends at the earliest.
        """
        return self._exchange.locks

    # --- changes ------------------------------------------------------------------------------

    async def submit(self, op: Op) -> RevisionNo:
        """Make an edit and return its revision once it is durable.

        *op* is a list of json0 components made on ``document``, where it shows at once. While
        another op is in flight it is composed with those that wait behind it, and then shares
        their revision and their fate. Raises ``InvalidOp`` or ``LimitExceeded`` if it does not fit
        ``document``, ``ClientRefused`` if the server refuses it (it is taken back then), and
        ``RoomClosed``. A lost connection is no error: the op is sent again, and committed once.
        Source: [CL4] to [CL8].
        """
        return await self.submit_nowait(op)

    def submit_nowait(self, op: Op) -> asyncio.Future[RevisionNo]:
        """Make an edit and return the future of what :meth:`submit` returns or raises."""
        return self._exchange.submit(ChangeKind.OP, op)

    async def create(self, data: Json) -> RevisionNo:
        """Create the document of a free room; it shows once it is durable.

        Raises ``ClientRefused`` (``op_doc_created``) if there is one.
        """
        return await self._exchange.submit(ChangeKind.CREATE, data)

    async def delete(self) -> RevisionNo:
        """Delete the document of a free room; it goes once that is durable."""
        return await self._exchange.submit(ChangeKind.DELETE, None)

    async def revert(self, revision: RevisionNo | int) -> TakenBack:
        """Take back what *revision* did, whoever made it, and return how once that is durable.

        What has been changed again since is left as it is and named in ``conflicts``. Everything
        that this client did before goes to the server first. Raises ``ClientRefused``
        (``revert_conflict`` if no part applies any more, ``revert_unknown``, ``revert_old``,
        ``revert_nothing``, ``limit_revert``, or what any edit is refused for), ``LimitExceeded``
        (``limit_queue``) and ``RoomClosed``. Source: [CL17].
        """
        return await self._exchange.take_back(TakingBack.REVERT, int(revision))

    async def undo(self) -> TakenBack:
        """Take back this client's last edit that is not taken back; see :meth:`revert`.

        Edits of others stay. Edits that were composed are taken back together. Raises
        ``ClientRefused`` (``undo_nothing``) if there is none.
        """
        return await self._exchange.take_back(TakingBack.UNDO, None)

    async def redo(self) -> TakenBack:
        """Do again what this client took back last, until it makes a new edit; see :meth:`undo`."""
        return await self._exchange.take_back(TakingBack.REDO, None)

    def lock(self, component: str, *, waits: bool = True) -> RoomLock:
        """Hold *component* within ``async with``: an element by its id, with everything in it.

        Nobody else changes it meanwhile: this client's user holds it, and it is renewed until the
        end of the block. Entering waits for its turn or, unless it *waits*, raises
        ``ClientRefused`` (``lock_held``, ``lock_queued``); it also raises ``lock_component``,
        ``auth_role``, ``limit_locks`` and ``RoomClosed``. Leaving waits until what was done is
        durable. ``is_held`` turns false if an owner breaks the lock. Source: [CL18], [CL19].
        """
        return RoomLock(self._exchange, component, waits=waits)

    async def update(self, update: bytes, *, is_answer: bool = False) -> RevisionNo:
        """Send a Yjs update (V1) and return a revision at which it is part of the room.

        *is_answer* says that it is everything the server lacked by a ``Diff``'s state vector; it
        may be larger, and is refused node by node. Raises ``ClientRefused``, ``ClientBehind`` if it
        builds on updates that the server lacks, ``LimitExceeded`` (``limit_frame``,
        ``limit_requests``) and ``RoomClosed``. Source: [CL9].
        """
        self._check_requests()
        return await self._exchange.update(update, is_answer=is_answer)

    async def sync(self, state_vector: bytes) -> Diff:
        """Return what a Yjs document with *state_vector* lacks. Source: [CL9]."""
        self._check_requests()
        return await self._exchange.sync(state_vector)

    async def set_presence(self, state: Mapping[str, Json] | None) -> None:
        """Show *state* to everybody in the room until it is replaced or this client leaves.

        Raises ``InvalidValue``, ``LimitExceeded`` (``limit_awareness``) and ``RoomClosed``.
        """
        self._exchange.set_presence(None if state is None else dict(state))

    # --- following ----------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have *listener* called with every ``RoomEvent``; returns what ends that."""
        self._exchange.listen(listener)
        return lambda: self._exchange.unlisten(listener)

    async def revisions(self, since: RevisionNo | int | None = None) -> AsyncIterator[Revision]:
        """Yield every revision after *since* (default: after ``revision``), in order, none missing.

        Goes on across reconnects and ends with ``RoomClosed``. What is no longer in memory, because
        *since* is far back or the reader is slow, is read from the server's history; if that cannot
        be had, or begins later, raises ``HistoryGone``. Source: [CL10].
        """
        recent = self._exchange.recent
        cursor = self.revision if since is None else RevisionNo(since)
        epoch = self._exchange.pending.epoch
        while True:
            if self._exchange.pending.epoch != epoch:
                raise HistoryGone("the room's history was replaced", self.revision)
            if cursor < recent.start:
                for revision in await self._read_history(cursor):
                    yield revision
                    cursor = revision.number
                continue
            found = recent.get(RevisionNo(cursor + 1))
            if found is not None:
                yield found
                cursor = found.number
            elif self._exchange.ended is not None:
                raise self._exchange.ended
            else:
                await recent.wait()

    async def presence_events(self) -> AsyncIterator[PresenceChanged]:
        """Yield what changes in ``presence``, what is there at the start first.

        A slow reader gets each client's newest state only. Ends when the room does.
        """
        changed = dict(self._exchange.presence)
        ready = asyncio.Event()
        ready.set()

        def on_event(event: RoomEvent) -> None:
            if isinstance(event, PresenceChanged):
                changed.update(event.states)
            if isinstance(event, PresenceChanged | ConnectionChanged):
                ready.set()

        self._exchange.listen(on_event)
        try:
            while self._exchange.ended is None:
                await ready.wait()
                ready.clear()
                states = dict(changed)
                changed.clear()
                if states:
                    yield PresenceChanged(states)
        finally:
            self._exchange.unlisten(on_event)

    async def wait_for(self, revision: RevisionNo | int) -> None:
        """Return once ``document`` holds *revision*; raises ``RoomClosed``."""
        while self.revision < revision:
            if self._exchange.ended is not None:
                raise self._exchange.ended
            await self._exchange.recent.wait()

    async def wait_closed(self) -> RoomClosed:
        """Return, once this room is closed for good, the error that says why."""
        while self._exchange.ended is None:
            await self._exchange.recent.wait()
        return self._exchange.ended

    # --- the stay -----------------------------------------------------------------------------

    async def open(self, timeout_s: float) -> None:
        """Connect and wait for the welcome; called by ``connect``."""
        welcomed = asyncio.Event()

        def on_event(event: RoomEvent) -> None:
            if isinstance(event, Replaced):
                welcomed.set()

        self._exchange.listen(on_event)
        self._runner = asyncio.create_task(self._link.run(), name="room link")
        waiter = asyncio.create_task(welcomed.wait())
        try:
            await asyncio.wait(
                {self._runner, waiter}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waiter.cancel()
            self._exchange.unlisten(on_event)
        if self._exchange.ended is not None:
            raise self._exchange.ended
        if self._runner.done():
            self._runner.result()
        if not welcomed.is_set():
            raise ConnectFailed(f"no welcome within {timeout_s} s: {self._link.last_failure}")

    async def close(self) -> None:
        """Leave the room. What is not yet durable fails with ``RoomClosed``; called by ``connect``.

        Whether a change that was in flight is committed is not known then: await it before leaving.
        """
        self._exchange.end(RoomClosed("client_left", "this client has left the room"))
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        await self._history.close()

    # --- private ------------------------------------------------------------------------------

    def _check_requests(self) -> None:
        if self._exchange.requests.is_full:
            raise LimitExceeded(
                "too many updates wait for the server: wait for an answer first",
                code="limit_requests",
            )

    async def _read_history(self, after: RevisionNo) -> list[Revision]:
        while True:
            if self._exchange.ended is not None:
                raise self._exchange.ended
            try:
                revisions = await self._history.read(after, self._exchange.pending.epoch)
            except httpx.TransportError:
                await asyncio.sleep(_HISTORY_PAUSE_S)
                continue
            if not revisions:
                raise HistoryGone("the server has no revision after this one", after + 1)
            return revisions
