"""One open room with what it needs of the world: inbox, store, audience.

The inbox is bounded: whoever posts into a full one waits, which stops that socket's reader and so
the peer. Commands are taken one after the other; between batches the event loop gets its turn, so
that a busy room does not starve the others, and while much waits for the store none is taken.
SPEC: section HO. Called by ``host``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar, assert_never

import structlog

from collab.errors import DesignRoomsError, OperatingError, ServerBusy, StorageFull
from collab.host.audience import Audience
from collab.host.bounds import Bounds
from collab.host.inbox import Inbox
from collab.host.outlet import Outlet
from collab.host.turn import Turn
from collab.ids import Epoch, RevisionNo, RoomId, SessionId
from collab.limits import (
    APPEND_PAUSE_MS,
    HISTORY_BYTES_MAX,
    PENDING_BYTES_MAX,
    READ_BYTES_MAX,
    READ_REVISIONS_MAX,
)
from collab.messages import (
    Append,
    AppendDue,
    Appended,
    AppendFailed,
    AwaitTurn,
    AwarenessChanged,
    Broadcast,
    CatchUp,
    CloseAll,
    CloseSession,
    Command,
    Effect,
    Event,
    Followed,
    Forward,
    HistoryLoaded,
    Join,
    Leave,
    LoadHistory,
    LocksDue,
    LocksSpread,
    Principal,
    ProblemsChanged,
    Proceed,
    ReplicaCommand,
    SaveSnapshot,
    Send,
    SpreadAwareness,
    Wake,
)
from collab.ports import Clock, Store
from collab.revision import Revision
from collab.room.attendance import Attendance
from collab.room.ledger import weight_of

__all__ = ["DISK_FULL", "Peers", "RoomHost"]

_log = structlog.get_logger()
_T = TypeVar("_T")

# What peers are told; a store's own text is for the log, since it may name files.
DISK_FULL: Final = "the server's disk is full: the room is read-only, and nothing saved is lost"
_REOPENED: Final = "the room is reopened"

# Commands taken before the event loop gets its turn: about two milliseconds of work.
_BATCH = 64


class Peers(Protocol):
    """What other nodes have to do with a room."""

    @property
    def is_needed(self) -> bool:
        """Whether another node needs the room to stay open here."""
        ...

    def tell(self, session: SessionId, event: Event) -> bool:
        """Tell a session of another node; False if it is none."""
        ...

    def shut_out(self, effect: CloseSession) -> bool:
        """Close the door of a session of another node; False if it is none."""
        ...

    def publish(self, revision: Revision) -> None:
        """A revision is durable."""
        ...

    def spread(self, event: AwarenessChanged) -> None:
        """Awareness has changed."""
        ...

    def forward(self, effect: Forward) -> None:
        """Hand a session's change to the owner."""
        ...


class RoomHost:
    """A room that runs. *on_dead* is called once, with the reason, when it has to be reopened,
    *on_revision* for every revision that is durable.

    ``import_lock`` is held by whoever replaces the model by one that was computed on a copy.
    """

    def __init__(
        self,
        room_id: RoomId,
        room: Attendance,
        store: Store,
        clock: Clock,
        bounds: Bounds,
        turn: Turn,
        on_dead: Callable[[RoomHost, OperatingError], None],
        on_revision: Callable[[RoomId, Revision], None],
        peers: Peers | None = None,
    ) -> None:
        self.id = room_id
        self.room = room
        self.import_lock = asyncio.Lock()
        self._store = store
        self._clock = clock
        self._on_dead = on_dead
        self._on_revision = on_revision
        self._peers = peers
        self._audience = Audience(
            room_id,
            room,
            store,
            bounds,
            turn,
            self._spawn,
            self.read,
            self._on_dropped,
            self._on_broken,
        )
        self._inbox = Inbox()
        self._has_work = asyncio.Event()
        self._durable_waiters: deque[tuple[RevisionNo, asyncio.Future[None]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._failure: OperatingError | None = None
        self._runner = asyncio.create_task(self._run(), name=f"room {room_id}")
        # A panic of pycrdt is no ``Exception``, so it ends this task.
        self._runner.add_done_callback(self._on_done)

    # --- for sessions -------------------------------------------------------------------------

    def join(
        self,
        outlet: Outlet,
        principal: Principal,
        *,
        since: RevisionNo | None = None,
        epoch: Epoch | None = None,
        looks_back: bool = True,
    ) -> None:
        """Let a session in; its outlet is told events from the next turn of the loop on."""
        if self._failure is not None:
            # It died between being found and being entered: the next opening takes the session.
            outlet.close(1012, _REOPENED)
            return
        self._audience.add(outlet)
        self.post_now(
            Join(outlet.session, principal, outlet.dialect, since, epoch, looks_back=looks_back)
        )

    def leave(self, session: SessionId) -> None:
        """A session is gone."""
        self._audience.remove(session)
        self.post_now(Leave(session))

    @property
    def outlets(self) -> Mapping[SessionId, Outlet]:
        """The sessions that are here."""
        return self._audience.outlets

    @property
    def failure(self) -> OperatingError | None:
        """Why the room has stopped, or None while it runs."""
        return self._failure

    async def post(self, command: Command, size: int = 0) -> None:
        """Queue a command of *size* bytes; waits while there is no space in the inbox.

        Ignored once the room is dead.
        """
        while not self.try_post(command, size):
            await self._inbox.space_for(command)

    def try_post(self, command: Command, size: int = 0) -> bool:
        """Queue a command, or return False if it has to wait for space in the inbox."""
        if self._failure is None and not self._inbox.has_space_for(command):
            return False
        self.post_now(command, size)
        return True

    def post_now(self, command: Command, size: int = 0) -> None:
        """Queue a command beyond the bound: for joins, leaves and answers, one for each cause."""
        if self._failure is None:
            self._inbox.put(command, size)
            self._has_work.set()

    def take(self, command: ReplicaCommand) -> None:
        """Take what the owner or the log says, before everything that waits."""
        if self._failure is None:
            self._step(command)
            self._has_work.set()

    def lose(self, failure: OperatingError) -> None:
        """Somebody else owns the room by now: every session's socket is closed with 1012."""
        self._die(failure)

    async def read(self, look: Callable[[Attendance], _T]) -> _T:
        """Return what *look* sees at the head, once the head it saw is durable."""
        if self._failure is not None:
            raise self._failure
        result = look(self.room)
        head = self.room.head
        if head > self.room.durable:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._durable_waiters.append((head, future))
            await future
        return result

    def trimmed(self, start: RevisionNo) -> None:
        """The store keeps the revisions after *start* only."""
        ledger = self.room.committer.ledger
        ledger.history_start = max(ledger.history_start, start)

    @property
    def is_idle(self) -> bool:
        """True if nobody is here and nothing is on its way."""
        if self._peers is not None and self._peers.is_needed:
            return False
        return not (self.outlets or self._inbox or self.room.sessions or self._tasks)

    async def stop(self, code: int, reason: str) -> None:
        """Close every session, finish what is on its way to the store, save a snapshot."""
        self._audience.close(code, reason)
        with suppress(OperatingError):
            while self.room.durable < self.room.head:
                await self.read(lambda room: None)
        if self._failure is None:
            self._failure = ServerBusy("the room is closing: connect again")
            await self._save_last()
        # Whoever found the room before it was taken from the table came in meanwhile.
        self._audience.close(code, reason)
        await self._end()

    async def discard(self, code: int, reason: str) -> None:
        """Close every session and end the room; what is not stored yet is not waited for."""
        if self._failure is None:
            self._failure = ServerBusy(reason)
        self._audience.close(code, reason)
        await self._end()

    # --- the loop -----------------------------------------------------------------------------

    async def _run(self) -> None:
        while self._failure is None:
            await self._has_work.wait()
            for _ in range(_BATCH):
                if not self._inbox or self._is_store_behind or self._failure is not None:
                    break
                self._step(self._inbox.take())
            if not self._inbox or self._is_store_behind:
                self._has_work.clear()
            self._inbox.open_doors()
            await asyncio.sleep(0)

    @property
    def _is_store_behind(self) -> bool:
        # An append is under way then, or due soon, at whose end there is work again.
        return self.room.pending_bytes > PENDING_BYTES_MAX

    def _step(self, command: Command) -> None:
        try:
            for effect in self.room.receive(command, self._clock.now_ms()):
                self._perform(effect)
        except Exception as error:  # noqa: BLE001 - a bug may raise anything
            self._on_broken(error, type(command).__name__)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Append():
                self._spawn(self._append(effect))
            case Send():
                if self._peers is None or not self._peers.tell(effect.session, effect.event):
                    self._audience.tell(effect.session, effect.event)
            case Broadcast():
                self._audience.broadcast(effect.revision, effect.to)
                self._on_revision(self.id, effect.revision)
                if self._peers is not None:
                    self._peers.publish(effect.revision)
            case SpreadAwareness():
                self._audience.spread(effect.event, effect.to)
                if self._peers is not None:
                    self._peers.spread(effect.event)
            case ProblemsChanged() | LocksSpread():
                self._audience.tell_each(effect.event, effect.to)
            case Wake():
                self._wake_at(effect.at_ms)
            case LoadHistory():
                self._spawn(self._load_history(effect))
            case SaveSnapshot():
                self._spawn(self._save_snapshot(effect))
            case CloseSession() if self._peers is not None and self._peers.shut_out(effect):
                self.post_now(Leave(effect.session))
            case CloseSession():
                self._audience.drop(effect.session, effect.code, effect.reason, effect.error)
            case CloseAll():
                # ``_append`` has told ``on_dead`` why; the room only repeats it.
                self._audience.close(effect.code, effect.reason)
            case AwaitTurn():
                # Behind whatever the loop has to do already, other rooms' commands included.
                asyncio.get_running_loop().call_soon(self.post_now, Proceed())
            case Forward():
                assert self._peers is not None
                self._peers.forward(effect)
            case CatchUp():
                self._spawn(self._follow_log(effect.after))
            case _:
                assert_never(effect)

    def _wake_at(self, at_ms: int) -> None:
        # The room asks anew for a later time when the earlier one has come.
        self._sleep_on()
        delay_ms = max(0, at_ms - self._clock.now_ms())
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(delay_ms / 1000, self.post_now, LocksDue(at_ms))

    def _sleep_on(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # A bug, where what is expected is handled: without this the room would wait for ever.
            _log.error("room.broken", room=str(self.id), exc_info=error)
            self._die(_broken(error))

    # --- the store ----------------------------------------------------------------------------

    async def _append(self, effect: Append) -> None:
        try:
            await self._store.append(self.id, effect.token, effect.revisions)
        except OperatingError as error:
            _log.warning("room.append_refused", room=str(self.id), code=error.code)
            self._step(AppendFailed(error.code, _text_of(error)))
            self._die(error)
            return
        # A commit takes as much of the processor as the edit itself: where edits come faster than
        # commits, the next one lets some more of them gather.
        gathers = len(effect.revisions) > 1
        if gathers:
            loop = asyncio.get_running_loop()
            loop.call_later(APPEND_PAUSE_MS / 1000, self._end_gathering)
        # Before everything that waits: what it releases was ordered before all of that.
        self._step(Appended(effect.revisions[-1].number, gathers))
        if self._inbox:
            # None may have been taken because too much waited for the store.
            self._has_work.set()
        while self._durable_waiters and self._durable_waiters[0][0] <= self.room.durable:
            future = self._durable_waiters.popleft()[1]
            if not future.done():
                future.set_result(None)

    def _end_gathering(self) -> None:
        if self._failure is None:
            self._step(AppendDue())

    async def _load_history(self, effect: LoadHistory) -> None:
        revisions: list[Revision] = []
        after, size = effect.after, 0
        try:
            while after < effect.through:
                limit = min(READ_REVISIONS_MAX, effect.through - after)
                chunk = await self._store.revisions(self.id, after, limit, READ_BYTES_MAX)
                if not chunk:
                    break
                revisions += chunk
                after = chunk[-1].number
                size += sum(map(weight_of, chunk))
                if size > HISTORY_BYTES_MAX:
                    self.post_now(HistoryLoaded((), effect.through))
                    return
        except OperatingError as error:
            self._die(error)
        else:
            first = revisions[0].number if revisions else effect.through + 1
            # What lies before was trimmed meanwhile.
            start = RevisionNo(first - 1) if first > effect.after + 1 else None
            self.post_now(HistoryLoaded(tuple(revisions), start))

    async def _follow_log(self, after: RevisionNo) -> None:
        """Feed a replica what the log has after *after*, to its end."""
        is_log_end = False
        while not is_log_end and self._failure is None:
            try:
                chunk = await self._store.revisions(
                    self.id, after, READ_REVISIONS_MAX, READ_BYTES_MAX
                )
            except OperatingError as error:
                self._die(error)
                return
            is_log_end = not chunk
            after = chunk[-1].number if chunk else after
            self.take(Followed(tuple(chunk), after, is_log_end=is_log_end))

    async def _save_snapshot(self, effect: SaveSnapshot) -> None:
        try:
            await self._store.save_snapshot(self.id, effect.token, effect.snapshot)
        except DesignRoomsError as error:
            # The log has everything; without the snapshot the next opening reads more of it.
            _log.warning("room.snapshot_failed", room=str(self.id), code=error.code)

    async def _save_last(self) -> None:
        effect = self.room.last_snapshot()
        if effect is not None:
            await self._save_snapshot(effect)

    # --- the end ------------------------------------------------------------------------------

    def _on_dropped(self, session: SessionId) -> None:
        self.post_now(Leave(session))

    def _on_broken(self, error: Exception, command: str = "") -> None:
        # Our bug, or a document that pycrdt and we read differently: what is durable is right,
        # so the room is thrown away and reopened from the log.
        _log.error("room.broken", room=str(self.id), command=command, exc_info=error)
        self._die(_broken(error))

    def _die(self, failure: OperatingError) -> None:
        if self._failure is None:
            self._failure = failure
            self._sleep_on()
            self._audience.close(1012, _text_of(failure))
            self._has_work.set()
            self._inbox.let_everybody_go()
            self._fail_waiters(failure)
            self._on_dead(self, failure)

    def _fail_waiters(self, failure: OperatingError) -> None:
        while self._durable_waiters:
            future = self._durable_waiters.popleft()[1]
            if not future.done():
                future.set_exception(failure)

    async def _end(self) -> None:
        self._sleep_on()
        self._has_work.set()
        self._inbox.let_everybody_go()
        self._fail_waiters(ServerBusy("the room is closing: connect again"))
        for task in list(self._tasks):
            task.cancel()
        self._runner.cancel()
        await asyncio.gather(self._runner, *self._tasks, return_exceptions=True)


def _text_of(failure: OperatingError) -> str:
    return DISK_FULL if isinstance(failure, StorageFull) else _REOPENED


def _broken(error: BaseException) -> OperatingError:
    failure = OperatingError("the room stopped for an internal error and is reopened")
    failure.__cause__ = error
    return failure
