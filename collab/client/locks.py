"""Locks: parts of the application that this client's user holds, for a program that edits them.

::

    async with room.lock("form1") as lock:
        await room.submit(...)  # Nobody else changes the form meanwhile.

SPEC: section CL. Made by ``room``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol

from collab.client.errors import ClientError, ClientRefused
from collab.client.frames import Message
from collab.ids import RevisionNo, UserId
from collab.limits import LOCK_TTL_MS, LOCK_WAIT_MS
from collab.lock_records import HeldLock, LockState, Waiter

__all__ = ["LockReply", "RoomLock", "reply_of", "state_of"]

_RENEWED_EVERY_S: Final = LOCK_TTL_MS / 3_000
_WAIT_RENEWED_EVERY_S: Final = LOCK_WAIT_MS / 3_000


@dataclass(frozen=True, slots=True)
class LockReply:
    """What the server answered: ``standing`` is held, queued or free."""

    standing: str
    token: RevisionNo | None
    position: int


class _Desk(Protocol):
    """Where locks are asked for."""

    @property
    def locks(self) -> LockState:
        """Who holds and who waits for what."""
        ...

    def ask_lock(self, component: str, action: str) -> asyncio.Future[LockReply]:
        """Ask; raises ``ClientRefused`` and ``RoomClosed``."""
        ...

    async def settled(self) -> None:
        """Return once every change made so far is answered."""
        ...

    def on_locks(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have *listener* called when ``locks`` is another; returns what ends that."""
        ...


class RoomLock:
    """One component, held from ``async with`` to its end. Made by ``Room.lock``."""

    def __init__(self, desk: _Desk, component: str, *, waits: bool) -> None:
        self.component = component
        self.token: RevisionNo | None = None
        self._desk = desk
        self._waits = waits
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_held(self) -> bool:
        """False once somebody broke the lock, or it ran out while there was no connection."""
        return self.token is not None

    async def __aenter__(self) -> RoomLock:
        try:
            reply = await self._desk.ask_lock(self.component, "wait" if self._waits else "acquire")
            while reply.standing == "queued":
                await self._turn()
                reply = await self._desk.ask_lock(self.component, "wait")
        except asyncio.CancelledError:
            self._give_up()
            raise
        self.token = reply.token
        self._keeper = asyncio.create_task(self._keep(), name=f"lock {self.component}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if not self.is_held:
            return
        self.token = None
        try:
            # What was done under the lock is to be in the log before it is somebody else's.
            await self._desk.settled()
            await self._desk.ask_lock(self.component, "release")
        except ClientError:
            # The room is closed: the lock runs out by itself, and says so in the log.
            return

    def _give_up(self) -> None:
        """Give the place in the queue back: nobody wants it, and it would be granted all the same.

        Whoever is being cancelled waits for no answer.
        """
        with suppress(ClientError):
            answer = self._desk.ask_lock(self.component, "release")
            answer.add_done_callback(lambda item: item.cancelled() or item.exception())

    async def _turn(self) -> None:
        """Wait until somebody has been given the component, or the place has to be renewed."""
        before = _token_in(self._desk.locks, self.component)
        changed = asyncio.Event()

        def look() -> None:
            if _token_in(self._desk.locks, self.component) not in (before, None):
                changed.set()

        end = self._desk.on_locks(look)
        try:
            async with asyncio.timeout(_WAIT_RENEWED_EVERY_S):
                await changed.wait()
        except TimeoutError:
            return
        finally:
            end()

    async def _keep(self) -> None:
        while self.is_held:
            await asyncio.sleep(_RENEWED_EVERY_S)
            try:
                reply = await self._desk.ask_lock(self.component, "renew")
            except ClientRefused:
                self.token = None
            except ClientError:
                return
            else:
                self.token = reply.token


def reply_of(message: Message) -> LockReply:
    """Return what a ``lock`` message says that is no refusal."""
    token = RevisionNo(message.integer("token")) if "token" in message else None
    position = message.integer("position") if "position" in message else 0
    return LockReply(message.text("standing"), token, position)


def state_of(message: Message) -> LockState:
    """Return who holds and who waits, as a welcome or a push says it."""
    if "locks" not in message:
        return LockState()
    held = tuple(
        HeldLock(
            item.text("component"),
            UserId(item.text("user")),
            item.text("name"),
            item.text("color"),
            RevisionNo(item.integer("token")),
            item.integer("since"),
            item.integer("until"),
        )
        for item in message.nested("locks")
    )
    waiting = tuple(
        Waiter(
            item.text("component"),
            UserId(item.text("user")),
            item.text("name"),
            item.text("color"),
            item.integer("since"),
            0,
        )
        for item in message.nested("waiting")
    )
    return LockState(held, waiting)


def _token_in(state: LockState, component: str) -> RevisionNo | None:
    return next((lock.token for lock in state.held if lock.component == component), None)
