"""The room: ``receive(command, now_ms) → effects``.

Sans-I/O, synchronous, deterministic: no clock, socket, database or randomness inside. Every change,
an OT op or a Yjs update, is put in order here, checked, made in both forms and numbered; what is
told to anyone leaves when its revision is durable. The host performs the effects and feeds the
results back. SPEC: section RM. Called by ``host``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from collab.errors import Refused
from collab.ids import FencingToken, RevisionNo
from collab.limits import (
    OP_BASE_LAG_MAX,
    PENDING_REVISIONS_MAX,
    SNAPSHOT_BYTES,
    SNAPSHOT_REVISIONS,
)
from collab.lock_records import changes_standings
from collab.messages import (
    Ack,
    Answered,
    AppendDue,
    Appended,
    AppendFailed,
    AwaitTurn,
    Bound,
    Broadcast,
    CloseAll,
    Command,
    Effect,
    Expelled,
    Fetch,
    Followed,
    HistoryLoaded,
    Join,
    Leave,
    Lock,
    LocksDue,
    Mirrored,
    Proceed,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Revert,
    SaveSnapshot,
    ServerStateVector,
    SessionCommand,
    SetAwareness,
    StateVector,
    Submit,
    Subscribe,
    Unbound,
    Undo,
    Unsubscribe,
    Update,
    UpdateKind,
    Wake,
)
from collab.revision import Revision, Snapshot
from collab.room import taking_back
from collab.room.attendance import FIRST_NATIVE_CLIENT, Attendance
from collab.room.commit import Committer
from collab.room.lock_keeping import lock_refused
from collab.room.outcome import Outcome
from collab.room.rules import RoomRules
from collab.room.session import Session

__all__ = ["Room"]

# What has to stay in the order in which a session said it.
_ORDERED: Final = (
    Submit | Revert | Undo | Update | Lock | StateVector | Fetch | Subscribe | Unsubscribe
)

_BEGINNING: Final = RevisionNo(0)
_TOO_MANY_PENDING: Final = "too many changes wait for the disk: try again in a moment"


class Room(Attendance):
    """One room under one owner.

    *snapshot* and *tail* (the revisions after it, consecutive) are what the log holds; *token* is
    the fencing token of this opening. A room opened with *read_only* (a code and a reason) takes no
    edits; *history_start* is the revision after which every one is kept. After an effect
    ``CloseAll`` the room is dead: throw it away and reopen it from the log.
    """

    def __init__(
        self,
        *,
        rules: RoomRules,
        is_application: bool,
        token: FencingToken,
        snapshot: Snapshot,
        tail: Sequence[Revision],
        read_only: ReadOnly | None = None,
        history_start: RevisionNo = _BEGINNING,
        first_client: int = FIRST_NATIVE_CLIENT,
    ) -> None:
        committer = Committer(
            rules=rules, is_application=is_application, token=token, snapshot=snapshot, tail=tail
        )
        committer.ledger.history_start = history_start
        super().__init__(committer, token, read_only, first_client)
        self.committer: Committer = committer
        self.is_dead = False
        self._token = token
        self._snapshot_revision = snapshot.revision
        self._snapshot_bytes = len(snapshot.state)
        self._bytes_since_snapshot = sum(len(revision.update) for revision in tail)
        self._trim()
        self._is_examining = False
        # When the host was asked to say that a lock may have ended.
        self._wake_ms: int | None = None

    @property
    def state_bytes(self) -> int:
        """What the Doc's whole state came to when it was last stored."""
        return self._snapshot_bytes

    def last_snapshot(self) -> SaveSnapshot | None:
        """Return what to store when the room closes, or None if nothing has changed since."""
        if self.head == self._snapshot_revision or self.head != self.durable or self.is_dead:
            return None
        self._snapshot_revision = self.head
        return SaveSnapshot(self._token, self.committer.snapshot())

    def receive(self, command: Command, now_ms: int) -> list[Effect]:
        """Return what is to be done about *command*; *now_ms* is Unix time in milliseconds."""
        if self.is_dead:
            return []
        self._effects = []
        if not isinstance(command, AppendFailed):
            self._end_locks(now_ms)
        self._dispatch(command, now_ms)
        self._wake()
        if not self._is_examining and not self.committer.is_examined:
            self._is_examining = True
            self._effects.append(AwaitTurn())
        self._effects += self._outbox.drain()
        return self._effects

    def _dispatch(self, command: Command, now_ms: int) -> None:
        match command:
            case Appended():
                self._outbox.appended(command.through, gathers=command.gathers)
                self._trim()
            case AppendDue():
                self._outbox.end_gathering()
            case AppendFailed():
                self.is_dead = True
                self._effects.append(CloseAll(1012, command.message))
            case HistoryLoaded():
                self._on_history(command, now_ms)
            case Proceed():
                self._on_proceed()
            case LocksDue():
                if command.at_ms == self._wake_ms:
                    self._wake_ms = None
            case Join():
                self._on_join(command)
            case Leave():
                self._on_leave(command)
            case Bound() | Unbound() | Followed() | Answered() | Expelled() | Mirrored():
                raise AssertionError("an owner follows nobody")
            case _:
                session = self.sessions.get(command.session)
                if session is not None:
                    self._on_session_command(session, command, now_ms)

    def _on_session_command(
        self,
        session: Session,
        command: SessionCommand,
        now_ms: int,
    ) -> None:
        if session.is_waiting and isinstance(command, _ORDERED):
            self._hold(session, command)
            return
        match command:
            case Submit() | Revert() | Undo():
                self._on_submit(session, command, now_ms)
            case Update():
                self._on_update(session, command, now_ms)
            case Lock():
                self._on_lock(session, command, now_ms)
            case StateVector():
                self._on_state_vector(session, command)
            case QueryStateVector():
                self._tell(session, ServerStateVector(self.head, self.committer.state_vector()))
            case SetAwareness():
                self._on_awareness(session, command)
            case QueryAwareness():
                self._tell_awareness(session)
            case Fetch() | Subscribe():
                self._on_question(session, command)
            case Unsubscribe():
                self._on_unsubscribe(session)
            case _:
                assert_never(command)

    # --- changes ------------------------------------------------------------------------------

    def _on_submit(self, session: Session, command: Submit | Revert | Undo, now_ms: int) -> None:
        base = command.base if isinstance(command, Submit) else None
        base = self.head if base is None else base
        known = self.committer.known(session.principal, command)
        if known is not None:
            self._tell(session, self._led_to(session, known, base))
        elif self._read_only is not None:
            self._refuse(session, command.seq, self._read_only.code, self._read_only.reason)
        elif not session.principal.role.may_edit:
            reason = f"a {session.principal.role} cannot edit this room"
            self._refuse(session, command.seq, "auth_role", reason)
        elif self._outbox.pending >= PENDING_REVISIONS_MAX:
            self._refuse(session, command.seq, "limit_pending", _TOO_MANY_PENDING)
        elif not isinstance(command, Submit):
            self._take_back(session, command, now_ms)
        elif base < max(self.head - OP_BASE_LAG_MAX, self.committer.ledger.history_start):
            reason = f"revision {base} is too far behind {self.head}: fetch the document first"
            self._refuse(session, command.seq, "op_base_old", reason)
        elif not self.committer.ledger.has_since(base):
            self._load_history(session, command, base)
        else:
            outcome = self.committer.submit(session.principal, command, base, now_ms)
            self._commit(session, outcome, base)

    def _take_back(self, session: Session, command: Revert | Undo, now_ms: int) -> None:
        try:
            asked = taking_back.look_up(self.committer.ledger, session.principal.user, command)
        except Refused as error:
            self._refuse(session, command.seq, error.code, error.message)
            return
        if asked.reads_after is not None:
            self._load_history(session, command, asked.reads_after)
            return
        outcome = self.committer.revert(session.principal, command, asked.target, now_ms)
        self._commit(session, outcome, self.head)

    def _on_update(self, session: Session, command: Update, now_ms: int) -> None:
        if self._read_only is not None:
            if self.committer.brings_nothing(session.principal, command.update):
                is_step2 = command.kind is UpdateKind.STEP2
                self._tell(session, Ack(command.seq, self.head, is_step2))
                return
            # Neither applied nor acknowledged: the client keeps it, and sends it again when the
            # room is reopened for writing, which closes every socket.
            self._tell(session, self._read_only)
        elif self._outbox.pending >= PENDING_REVISIONS_MAX:
            # Dropping one update of a connection that goes on would lose it without a trace.
            self._close(session, 1013, _TOO_MANY_PENDING, "limit_pending")
        else:
            self._commit(session, self.committer.update(session.principal, command, now_ms))

    def _commit(self, session: Session, outcome: Outcome, base: RevisionNo | None = None) -> None:
        revision = outcome.revision
        self._order(revision)
        for event in outcome.events:
            self._tell(session, self._led_to(session, event, base, is_pushed=revision is not None))
        if outcome.problems_changed:
            self._tell_everybody_problems()

    def _order(self, revision: Revision | None) -> None:
        """Have *revision*, if there is one, stored and told."""
        if revision is None:
            return
        self._outbox.commit(revision)
        self._bytes_since_snapshot += len(revision.update)
        self._outbox.emit(Broadcast(revision, self.sessions.subscribed()), self.head)
        self._save_snapshot()
        if changes_standings(revision.locks):
            self._tell_everybody_locks()

    def _save_snapshot(self) -> None:
        is_due = (
            self.head - self._snapshot_revision >= SNAPSHOT_REVISIONS
            or self._bytes_since_snapshot >= max(SNAPSHOT_BYTES, self._snapshot_bytes)
        )
        if is_due:
            snapshot = self.committer.snapshot()
            self._snapshot_revision = self.head
            self._snapshot_bytes = len(snapshot.state)
            self._bytes_since_snapshot = 0
            self._outbox.emit(SaveSnapshot(self._token, snapshot), self.head)

    # --- locks --------------------------------------------------------------------------------

    def _on_lock(self, session: Session, command: Lock, now_ms: int) -> None:
        error: Refused | None = None
        if self._read_only is not None:
            error = Refused(self._read_only.code, self._read_only.reason)
        elif not session.principal.role.may_edit:
            error = Refused("auth_role", f"a {session.principal.role} cannot lock anything")
        elif self._outbox.pending >= PENDING_REVISIONS_MAX:
            error = Refused("limit_pending", _TOO_MANY_PENDING)
        if error is not None:
            self._tell(session, lock_refused(command, self.head, error))
        else:
            self._commit(session, self.committer.lock(session.principal, command, now_ms))

    def _end_locks(self, now_ms: int) -> None:
        """Record which locks are over, before anything is ordered that depends on them."""
        if self._read_only is None:
            self._order(self.committer.expire_locks(now_ms).revision)

    def _wake(self) -> None:
        """Ask to be woken when the next lock is over, unless that has been asked for."""
        due_ms = self.committer.locks.due_ms
        if due_ms is None or self._read_only is not None:
            return
        if self._wake_ms is None or due_ms < self._wake_ms:
            self._wake_ms = due_ms
            self._effects.append(Wake(due_ms))

    # --- history ------------------------------------------------------------------------------

    def _on_history(self, command: HistoryLoaded, now_ms: int) -> None:
        for waiting in self._history_loaded(command):
            self._dispatch(waiting, now_ms)
        self._trim()

    def _on_proceed(self) -> None:
        """Look for problems in some more nodes; once all are known, everybody is told them."""
        if self.committer.examine():
            self._is_examining = False
            self._tell_everybody_problems()
        else:
            self._effects.append(AwaitTurn())
