"""Keeping component locks: from what is asked, edited and over to records in a revision.

A lock's own revision changes nothing for any client: its kind is ``none`` and its update empty. The
records that follow from an edit ride on the edit's revision. SPEC: section LK. Called by
``commit``, which is one of these, and by ``room``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collab.errors import LimitExceeded, NotAllowed, Refused
from collab.ids import RevisionNo, UserId
from collab.lock_records import LockRecord
from collab.locks.components import Asker, LockTable, Planner
from collab.messages import Lock, LockAnswer, LockStanding, Principal, Role
from collab.revision import ChangeKind, Revision
from collab.room.head import Head
from collab.room.lock_rules import held_by_others
from collab.room.outcome import Outcome
from collab.room.rules import Finding, Touched
from collab.values import Json

__all__ = ["LockKeeper", "lock_refused"]


class LockKeeper(Head):
    """A head whose locks are asked for, end, and keep others out."""

    def lock(self, principal: Principal, command: Lock, now_ms: int) -> Outcome:
        """Do what *command* asks, if it may be done, and answer it."""
        planner = self._planner(now_ms)
        asker = Asker(principal.user, principal.name, principal.color, principal.role is Role.OWNER)
        try:
            if not self._is_application:
                raise Refused("lock_component", "only parts of an application can be locked")
            planner.ask(asker, command.component, command.action, command.token)
        except (Refused, NotAllowed, LimitExceeded) as error:
            return Outcome(events=[lock_refused(command, self.ledger.head, error)])
        revision = self._commit_locks(principal.user, principal.name, planner.records, now_ms)
        answer = _answer(command, principal.user, self.ledger.head, planner.table)
        return Outcome(revision, [answer])

    def expire_locks(self, now_ms: int) -> Outcome:
        """Record that locks are over whose time is, and who has got them then."""
        due_ms = self.locks.due_ms
        if due_ms is None or now_ms < due_ms:
            return Outcome()
        planner = self._planner(now_ms)
        planner.expire()
        # It is told of whose time was over, for nobody did anything.
        first = planner.records[0]
        return Outcome(self._commit_locks(first.user, first.name, planner.records, now_ms))

    def _planner(self, now_ms: int) -> Planner:
        nodes = self.document["nodes"] if self._is_application else {}
        return Planner(self.locks, nodes, RevisionNo(self.ledger.head + 1), now_ms)

    def _commit_locks(
        self, user: UserId, name: str, records: Sequence[LockRecord], now_ms: int
    ) -> Revision | None:
        if not records:
            return None
        revision = Revision(
            number=RevisionNo(self.ledger.head + 1),
            epoch=self.ledger.epoch,
            kind=ChangeKind.NONE,
            change=None,
            update=b"",
            author=user,
            time_ms=now_ms,
            type=self.type.name,
            author_name=name,
            locks=tuple(records),
        )
        self._finish(revision, ())
        return revision

    def _locks_after(
        self, user: UserId, op: Sequence[dict[str, Any]], now_ms: int
    ) -> tuple[LockRecord, ...]:
        """Return the records that go with *op*, an edit of *user* that was applied already."""
        if not op or not self.locks.has_any_of(user):
            return ()
        planner = self._planner(now_ms)
        planner.follow(user, self._rules.nodes_of(op))
        return tuple(planner.records)

    def _findings(self, document: Json, touched: Touched, user: UserId) -> list[Finding]:
        """Return why a change of *user*, which *document* has applied, may not be."""
        held: list[Finding] = []
        if self._is_application:
            held = held_by_others(document, touched, self.locks, user)
        return [*held, *self._rules.check(document, touched)]


def lock_refused(
    command: Lock, revision: RevisionNo, error: Refused | NotAllowed | LimitExceeded
) -> LockAnswer:
    """Return the answer to *command* that tells why it is refused."""
    return LockAnswer(
        command.request,
        revision,
        command.component,
        LockStanding.REFUSED,
        code=error.code,
        reason=error.message,
        nodes=error.nodes if isinstance(error, Refused) else (),
    )


def _answer(command: Lock, user: UserId, revision: RevisionNo, table: LockTable) -> LockAnswer:
    component = command.component
    lock = table.held.get(component)
    if lock is not None and lock.user == user:
        return LockAnswer(
            command.request,
            revision,
            component,
            LockStanding.HELD,
            token=lock.token,
            until_ms=lock.until_ms,
        )
    position = table.state.position(component, user)
    standing = LockStanding.QUEUED if position else LockStanding.FREE
    until_ms = table.waiting[component, user].until_ms if position else 0
    return LockAnswer(
        command.request, revision, component, standing, until_ms=until_ms, position=position
    )
