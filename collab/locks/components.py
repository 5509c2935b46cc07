"""The table of component locks of a room: who holds what, who waits, and what may be done next.

Theory. The table is the fold of the log's lock records, which say everything that changes it: so a
new owner, a replica and a snapshot have the same one, and nobody needs the document or a clock to
read it. Whoever orders the log *plans*: given the document, the time and what somebody asks, the
table tells the records that come of it, tried on a copy, and they count once they are committed in
a revision. Records may ride on the revision of an edit, so that a holder who types renews his lock
without a revision of its own.

Two components *overlap* if one stands in the other. Components that overlap are never held by two
users: what is asked for is blocked by every lock of somebody else that it overlaps with, and by
those who wait for such a part and came before. SPEC: section LK. Called by ``room``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from collab.errors import LimitExceeded, NotAllowed, Refused
from collab.ids import RevisionNo, UserId
from collab.limits import (
    LOCK_TTL_MS,
    LOCK_WAIT_MS,
    LOCK_WAITERS_MAX,
    LOCKS_PER_ROOM_MAX,
    LOCKS_PER_USER_MAX,
)
from collab.lock_records import (
    NO_LOCKS,
    HeldLock,
    LockDeed,
    LockRecord,
    LockState,
    Waiter,
)
from collab.locks.tree import Nodes, chain, is_there, place_in
from collab.messages import LockAction
from collab.records import dataclass
from collab.revision import Revision

__all__ = ["Asker", "LockTable", "Planner", "fold_locks"]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and whether they may break a lock of somebody else."""

    user: UserId
    name: str
    color: str
    may_break: bool = False


# A lock or a waiting is renewed in the log only once a third of its time is over.
_RENEWED_AFTER: Final = 3


class LockTable:
    """The locks after the last revision."""

    def __init__(self, state: LockState = NO_LOCKS) -> None:
        self.held: dict[str, HeldLock] = {item.component: item for item in state.held}
        # In the order in which they came.
        self.waiting: dict[tuple[str, UserId], Waiter] = {
            (item.component, item.user): item for item in state.waiting
        }
        self._state: LockState | None = state
        self._due_ms = self._first_end()

    @property
    def state(self) -> LockState:
        """All of it, sorted, for whoever is told: the same value until it changes."""
        if self._state is None:
            held = sorted(self.held.values(), key=lambda item: item.component)
            self._state = LockState(tuple(held), tuple(self.waiting.values()))
        return self._state

    @property
    def due_ms(self) -> int | None:
        """When the next lock or waiting ends (Unix milliseconds), None if there is none."""
        return self._due_ms

    def note(self, revision: Revision) -> None:
        """Take the records of the next revision."""
        if revision.locks:
            for record in revision.locks:
                self.apply(record, revision.number, revision.time_ms)
            self._due_ms = self._first_end()

    def _first_end(self) -> int | None:
        ends = [lock.until_ms for lock in self.held.values()]
        ends += [waiter.until_ms for waiter in self.waiting.values()]
        return min(ends, default=None)

    def apply(self, record: LockRecord, number: RevisionNo, time_ms: int) -> None:
        """Take one record of revision *number*, made at *time_ms*, but for :attr:`due_ms`."""
        self._state = None
        key = (record.component, record.user)
        match record.deed:
            case LockDeed.TAKE | LockDeed.GRANT:
                self.waiting.pop(key, None)
                self.held[record.component] = HeldLock(
                    record.component,
                    record.user,
                    record.name,
                    record.color,
                    number,
                    time_ms,
                    record.until_ms,
                )
            case LockDeed.RENEW:
                old = self.held[record.component]
                self.held[record.component] = HeldLock(
                    old.component,
                    old.user,
                    old.name,
                    old.color,
                    old.token,
                    old.since_ms,
                    record.until_ms,
                )
            case LockDeed.RELEASE | LockDeed.BREAK | LockDeed.EXPIRE:
                self.held.pop(record.component, None)
            case LockDeed.WAIT:
                before = self.waiting.get(key)
                since_ms = time_ms if before is None else before.since_ms
                self.waiting[key] = Waiter(
                    *key, record.name, record.color, since_ms, record.until_ms
                )
            case LockDeed.LEAVE:
                self.waiting.pop(key, None)

    def others(self, user: UserId) -> dict[str, HeldLock]:
        """Return the locks that somebody else than *user* holds, by component."""
        return {key: lock for key, lock in self.held.items() if lock.user != user}

    def has_any_of(self, user: UserId) -> bool:
        """Return whether *user* holds something."""
        return any(lock.user == user for lock in self.held.values())


class Planner:
    """What comes of one command or edit: ``records``, in order, as the table was at its beginning.

    *nodes* are the document's, with the edit applied; *number* and *now_ms* are those of the
    revision to be. The table that is given stays as it is.
    """

    def __init__(self, table: LockTable, nodes: Nodes, number: RevisionNo, now_ms: int) -> None:
        self.records: list[LockRecord] = []
        self.table = LockTable(table.state)
        self._nodes = nodes
        self._place_of = place_in(nodes)
        self._number = number
        self._now_ms = now_ms

    # --- what is asked ------------------------------------------------------------------------

    def ask(
        self, asker: Asker, component: str, action: LockAction, token: RevisionNo | None = None
    ) -> None:
        """Plan what *asker* asks; with *token* only the lock that was taken there is broken.

        Raises ``Refused``: ``lock_component`` for what is not in the application, ``lock_held``
        and ``lock_queued`` for what somebody holds or waits for before, ``lock_not_held`` for
        renewing or breaking what is not held; ``NotAllowed`` (``auth_role``) for breaking by
        somebody who may not; ``LimitExceeded`` (``limit_locks``).
        """
        match action:
            case LockAction.ACQUIRE | LockAction.WAIT:
                self._acquire(asker, component, waits=action is LockAction.WAIT)
            case LockAction.RENEW:
                self._renew(asker, component)
            case LockAction.RELEASE:
                self._release(asker, component)
            case LockAction.BREAK:
                self._break(asker, component, token)

    def _acquire(self, asker: Asker, component: str, *, waits: bool) -> None:
        if not is_there(component, self._nodes, self._place_of):
            raise Refused("lock_component", "there is no such element to lock")
        if self._is_held_by(asker, component):
            self._renew(asker, component)
            return
        chains = self._chains((component,))
        key = (component, asker.user)
        blocker = self._blocker(component, asker.user, chains)
        if blocker is None:
            self._check_room_for(asker, key)
            self._add(LockDeed.TAKE, component, asker, self._now_ms + LOCK_TTL_MS)
        elif not waits:
            raise _blocked(blocker, component)
        elif key in self.table.waiting:
            self._renew(asker, component)
        else:
            self._check_room_for(asker, key)
            if len(self.table.waiting) >= LOCK_WAITERS_MAX:
                raise LimitExceeded(
                    f"at most {LOCK_WAITERS_MAX} may wait in a room", code="limit_locks"
                )
            self._add(LockDeed.WAIT, component, asker, self._now_ms + LOCK_WAIT_MS)

    def _check_room_for(self, asker: Asker, key: tuple[str, UserId]) -> None:
        table = self.table
        if len(table.held) >= LOCKS_PER_ROOM_MAX:
            raise LimitExceeded(f"a room has {LOCKS_PER_ROOM_MAX} locks", code="limit_locks")
        own = sum(lock.user == asker.user for lock in table.held.values())
        own += sum(user == asker.user and (part, user) != key for part, user in table.waiting)
        if own >= LOCKS_PER_USER_MAX:
            raise LimitExceeded(
                f"one user holds and waits for {LOCKS_PER_USER_MAX} locks", code="limit_locks"
            )

    def _renew(self, asker: Asker, component: str) -> None:
        waiter = self.table.waiting.get((component, asker.user))
        if self._is_held_by(asker, component):
            until_ms = self.table.held[component].until_ms
            if self._is_stale(until_ms, LOCK_TTL_MS):
                self._add(LockDeed.RENEW, component, asker, self._now_ms + LOCK_TTL_MS)
        elif waiter is None:
            raise Refused("lock_not_held", "you neither hold this lock nor wait for it")
        elif self._is_stale(waiter.until_ms, LOCK_WAIT_MS):
            self._add(LockDeed.WAIT, component, asker, self._now_ms + LOCK_WAIT_MS)

    def _release(self, asker: Asker, component: str) -> None:
        if self._is_held_by(asker, component):
            self._add(LockDeed.RELEASE, component, asker)
        elif (component, asker.user) in self.table.waiting:
            self._add(LockDeed.LEAVE, component, asker)
        else:
            # Whoever asks twice has what they asked for.
            return
        self.settle()

    def _break(self, asker: Asker, component: str, token: RevisionNo | None) -> None:
        if not asker.may_break:
            raise NotAllowed("only an owner of the room breaks a lock", code="auth_role")
        lock = self.table.held.get(component)
        if lock is None or token not in (None, lock.token):
            raise Refused("lock_not_held", "nobody holds this lock any more")
        self._add(LockDeed.BREAK, component, _holder(lock))
        self.settle()

    # --- what happens by itself ---------------------------------------------------------------

    def expire(self) -> None:
        """Plan the end of every lock and waiting whose time is over, and what follows from it."""
        for lock in list(self.table.held.values()):
            if lock.until_ms <= self._now_ms:
                self._add(LockDeed.EXPIRE, lock.component, _holder(lock))
        for waiter in list(self.table.waiting.values()):
            if waiter.until_ms <= self._now_ms:
                self._add(LockDeed.LEAVE, waiter.component, _holder(waiter))
        if self.records:
            self.settle()

    def follow(self, user: UserId, touched: Iterable[str]) -> None:
        """Plan what an edit of *user* does to their locks: of what it deleted, and worked in."""
        touched = set(touched)
        inside = {step for node in touched for step in chain(node, self._place_of)}
        for lock in list(self.table.held.values()):
            if lock.user != user:
                continue
            if not is_there(lock.component, self._nodes, self._place_of):
                self._add(LockDeed.RELEASE, lock.component, _holder(lock))
            elif lock.component in inside and self._is_stale(lock.until_ms, LOCK_TTL_MS):
                until_ms = self._now_ms + LOCK_TTL_MS
                self._add(LockDeed.RENEW, lock.component, _holder(lock), until_ms)
        if any(record.deed is LockDeed.RELEASE for record in self.records):
            self.settle()

    def settle(self) -> None:
        """Plan grants to those who wait and whom nothing blocks any more, first come first."""
        waiting = list(self.table.waiting.values())
        chains = self._chains(waiter.component for waiter in waiting)
        for waiter in waiting:
            if not is_there(waiter.component, self._nodes, self._place_of):
                self._add(LockDeed.LEAVE, waiter.component, _holder(waiter))
            elif self._blocker(waiter.component, waiter.user, chains) is None:
                until_ms = self._now_ms + LOCK_TTL_MS
                self._add(LockDeed.GRANT, waiter.component, _holder(waiter), until_ms)

    # --- private ------------------------------------------------------------------------------

    def _blocker(
        self, component: str, user: UserId, chains: Mapping[str, frozenset[str]]
    ) -> HeldLock | Waiter | None:
        """Return the lock of somebody else, or who came before, that overlaps with *component*."""

        def overlaps(other: str) -> bool:
            return other in chains[component] or component in chains[other]

        for lock in self.table.held.values():
            if lock.user != user and overlaps(lock.component):
                return lock
        for waiter in self.table.waiting.values():
            if (waiter.component, waiter.user) == (component, user):
                return None
            if waiter.user != user and overlaps(waiter.component):
                return waiter
        return None

    def _chains(self, components: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return what each component of the table, and each of *components*, stands in."""
        table = self.table
        waited = (part for part, _ in table.waiting)
        every = {*components, *table.held, *waited}
        return {item: frozenset(chain(item, self._place_of)) for item in every}

    def _is_held_by(self, asker: Asker, component: str) -> bool:
        lock = self.table.held.get(component)
        return lock is not None and lock.user == asker.user

    def _is_stale(self, until_ms: int, length_ms: int) -> bool:
        return self._now_ms - (until_ms - length_ms) >= length_ms // _RENEWED_AFTER

    def _add(self, deed: LockDeed, component: str, whose: Asker, until_ms: int = 0) -> None:
        record = LockRecord(deed, component, whose.user, whose.name, whose.color, until_ms)
        self.records.append(record)
        self.table.apply(record, self._number, self._now_ms)


def fold_locks(revisions: Sequence[Revision], state: LockState = NO_LOCKS) -> LockState:
    """Return the locks after *revisions*, before which they were *state*."""
    table = LockTable(state)
    for revision in revisions:
        table.note(revision)
    return table.state


def _holder(lock: HeldLock | Waiter) -> Asker:
    return Asker(lock.user, lock.name, lock.color)


def _blocked(blocker: HeldLock | Waiter, component: str) -> Refused:
    name = blocker.name or blocker.user
    where = "this" if blocker.component == component else "a part that this is in, or that is in it"
    if isinstance(blocker, HeldLock):
        return Refused("lock_held", f"{name} holds {where}", nodes=(blocker.component,))
    return Refused("lock_queued", f"{name} waits for {where}", nodes=(blocker.component,))
