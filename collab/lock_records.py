"""Component locks as the log tells of them: records, and the state that they lead to.

A record is one step of one lock; a revision carries those that were taken with it, in order. The
state after a revision follows from the records alone: no document, clock or constant is needed to
fold them. SPEC: section LK. Called by ``revision``, ``messages`` and ``locks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from collab.ids import RevisionNo, UserId
from collab.records import dataclass

__all__ = [
    "NO_LOCKS",
    "HeldLock",
    "LockDeed",
    "LockRecord",
    "LockState",
    "Waiter",
    "changes_standings",
    "pack_records",
    "pack_state",
    "unpack_records",
    "unpack_state",
]


class LockDeed(StrEnum):
    """What became of a lock, or of a place in its queue."""

    TAKE = "take"
    GRANT = "grant"
    RENEW = "renew"
    RELEASE = "release"
    BREAK = "break"
    EXPIRE = "expire"
    WAIT = "wait"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class LockRecord:
    """One step of the lock of ``component`` that ``user`` holds or waits for.

    ``name`` and ``color`` are the user's at that time; ``until_ms`` (Unix time) is when the lock or
    the waiting ends unless it is renewed, 0 where the step ends it.
    """

    deed: LockDeed
    component: str
    user: UserId
    name: str = ""
    color: str = ""
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class HeldLock:
    """Who holds a component: since and until when (Unix milliseconds).

    ``token`` is the revision by which it was taken: the same component held again has a higher one.
    """

    component: str
    user: UserId
    name: str
    color: str
    token: RevisionNo
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who waits for a component; ``since_ms`` and ``until_ms`` are Unix milliseconds."""

    component: str
    user: UserId
    name: str
    color: str
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class LockState:
    """All locks of a room, by the component's id, and all who wait, in the order of their coming.

    A user holds a component once and waits for it once.
    """

    held: tuple[HeldLock, ...] = ()
    waiting: tuple[Waiter, ...] = ()

    def position(self, component: str, user: UserId) -> int:
        """Return the place of *user* among those who wait for *component*, from 1; 0 for none."""
        queue = [waiter.user for waiter in self.waiting if waiter.component == component]
        return queue.index(user) + 1 if user in queue else 0


NO_LOCKS: Final = LockState()


def changes_standings(records: Sequence[LockRecord]) -> bool:
    """Return whether *records* change who holds or waits for what; a renewal does not."""
    return any(record.deed is not LockDeed.RENEW for record in records)


def pack_records(records: Sequence[LockRecord]) -> list[Any]:
    """Return *records* as they stand in a revision's record."""
    return [
        [str(item.deed), item.component, item.user, item.name, item.color, item.until_ms]
        for item in records
    ]


def unpack_records(packed: Sequence[Any]) -> tuple[LockRecord, ...]:
    """Return the records of :func:`pack_records`."""
    return tuple(LockRecord(LockDeed(deed), *rest) for deed, *rest in packed)


def pack_state(state: LockState) -> list[Any]:
    """Return *state* as it stands in a snapshot's record."""
    held = [
        [item.component, item.user, item.name, item.color, item.token, item.since_ms, item.until_ms]
        for item in state.held
    ]
    waiting = [
        [item.component, item.user, item.name, item.color, item.since_ms, item.until_ms]
        for item in state.waiting
    ]
    return [held, waiting]


def unpack_state(packed: Sequence[Any]) -> LockState:
    """Return the state of :func:`pack_state`; what is empty is the state without locks."""
    if not packed:
        return NO_LOCKS
    held, waiting = packed
    return LockState(
        tuple(HeldLock(*item) for item in held), tuple(Waiter(*item) for item in waiting)
    )
