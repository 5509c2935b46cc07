"""The room: ``receive(command, now_ms) → effects``.

Sans-I/O, synchronous, deterministic: no clock, socket, database or randomness inside. Every change,
an OT op or a Yjs update, is put in order here, checked, made in both forms and numbered; what is
told to anyone leaves when its revision is durable. The host performs the effects and feeds the
results back. SPEC: section RM. Called by ``host``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, assert_never

from collab.errors import LimitExceeded, PeerError
from collab.ids import ClientId, FencingToken, RevisionNo
from collab.limits import (
    HELD_COMMANDS_MAX,
    OP_BASE_LAG_MAX,
    PENDING_REVISIONS_MAX,
    SESSIONS_PER_ROOM_MAX,
    SNAPSHOT_REVISIONS,
)
from collab.messages import (
    Ack,
    Appended,
    AppendFailed,
    AwaitTurn,
    AwarenessChanged,
    AwarenessEntry,
    Broadcast,
    CloseAll,
    CloseSession,
    Command,
    Dialect,
    Effect,
    Event,
    Fetch,
    HistoryLoaded,
    Join,
    Joined,
    Leave,
    LoadHistory,
    Problems,
    ProblemsChanged,
    Proceed,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    SaveSnapshot,
    Send,
    ServerStateVector,
    SessionCommand,
    SetAwareness,
    SnapshotSent,
    SpreadAwareness,
    StateVector,
    Submit,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.revision import Revision, Snapshot
from collab.room.commit import Committer, Outcome
from collab.room.outbox import Outbox
from collab.room.presence import Presence
from collab.room.rules import RoomRules
from collab.room.session import Session, Sessions

__all__ = ["Room"]

# Awareness ids of native sessions: above every id a Yjs client draws, which are 32-bit.
_NATIVE_CLIENT_BASE: Final = 2**40

_TOO_MANY_PENDING: Final = "too many changes wait for the disk: try again in a moment"


class Room:
    """One room under one owner.

    *snapshot* and *tail* (the revisions after it, consecutive) are what the log holds; *token* is
    the fencing token of this opening. A room opened with *read_only* (a code and a reason) takes no
    edits. After an effect ``CloseAll`` the room is dead: throw it away and reopen it from the log.
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
    ) -> None:
        self.committer = Committer(
            rules=rules, is_application=is_application, token=token, snapshot=snapshot, tail=tail
        )
        self.sessions = Sessions()
        self.presence = Presence()
        self.is_dead = False
        self._token = token
        self._read_only = read_only
        self._outbox = Outbox(token, self.committer.ledger.head)
        self._snapshot_revision = snapshot.revision
        self._effects: list[Effect] = []
        self._joins = 0
        self._is_examining = False

    @property
    def head(self) -> RevisionNo:
        """The last revision that was ordered."""
        return self.committer.ledger.head

    @property
    def durable(self) -> RevisionNo:
        """The last revision that the store has acknowledged."""
        return self._outbox.durable

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
        self._dispatch(command, now_ms)
        if not self._is_examining and not self.committer.is_examined:
            self._is_examining = True
            self._effects.append(AwaitTurn())
        self._effects += self._outbox.drain()
        return self._effects

    def _dispatch(self, command: Command, now_ms: int) -> None:
        match command:
            case Appended():
                self._outbox.appended(command.through)
            case AppendFailed():
                self.is_dead = True
                self._effects.append(CloseAll(1012, command.message))
            case HistoryLoaded():
                self._on_history(command, now_ms)
            case Proceed():
                self._on_proceed()
            case Join():
                self._on_join(command)
            case Leave():
                self._on_leave(command)
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
        if session.is_waiting and isinstance(command, Submit | Update | StateVector | Fetch):
            self._hold(session, command)
            return
        match command:
            case Submit():
                self._on_submit(session, command, now_ms)
            case Update():
                self._on_update(session, command, now_ms)
            case StateVector():
                self._on_state_vector(session, command)
            case QueryStateVector():
                self._tell(session, ServerStateVector(self.head, self.committer.state_vector()))
            case SetAwareness():
                self._on_awareness(session, command)
            case QueryAwareness():
                self._effects.append(Send(session.id, AwarenessChanged(self.presence.entries())))
            case Fetch():
                self._on_fetch(session, command)
            case _:
                assert_never(command)

    # --- sessions -----------------------------------------------------------------------------

    def _on_join(self, command: Join) -> None:
        if len(self.sessions) >= SESSIONS_PER_ROOM_MAX:
            reason = f"this room is full: it holds {SESSIONS_PER_ROOM_MAX} sessions"
            self._effects.append(CloseSession(command.session, 1013, reason, "limit_sessions"))
            return
        self._joins += 1
        client = ClientId(_NATIVE_CLIENT_BASE + self._joins)
        session = Session(command.session, command.principal, command.dialect, client)
        self.sessions.add(session)
        if command.dialect is Dialect.NATIVE:
            self._join_native(session, command)
        elif self._read_only is not None:
            self._tell(session, self._read_only)

    def _join_native(self, session: Session, command: Join) -> None:
        ledger = self.committer.ledger
        since = command.since
        is_resumed = (
            since is not None
            and command.epoch in (None, ledger.epoch)
            and ledger.has_since(since)
            and since <= ledger.head
        )
        revisions = tuple(ledger.since(since)) if is_resumed and since is not None else ()
        session.is_subscribed = True
        self._tell(
            session,
            Joined(
                session=session.id,
                epoch=ledger.epoch,
                revision=ledger.head,
                exists=self.committer.exists,
                json=b"" if is_resumed else self.committer.json(),
                client=session.client,
                revisions=revisions,
                is_resumed=is_resumed,
                read_only=self._read_only.reason if self._read_only else "",
            ),
        )
        self._tell_problems(session)
        entries = self.presence.entries()
        if entries:
            # Not before the session has been told that it is in.
            self._tell(session, AwarenessChanged(entries))

    def _on_leave(self, command: Leave) -> None:
        if self.sessions.remove(command.session) is not None:
            self._spread(self.presence.leave(command.session))

    def _on_awareness(self, session: Session, command: SetAwareness) -> None:
        try:
            changed = self.presence.take(session.id, command.entries)
        except LimitExceeded as error:
            self._close(session, 1008, error.message, error.code)
        else:
            self._spread(changed)

    def _spread(self, entries: tuple[AwarenessEntry, ...]) -> None:
        if entries:
            to = tuple(session.id for session in self.sessions)
            self._effects.append(SpreadAwareness(AwarenessChanged(entries), to))

    # --- reading ------------------------------------------------------------------------------

    def _on_state_vector(self, session: Session, command: StateVector) -> None:
        try:
            update = self.committer.diff(command.state_vector)
        except PeerError as error:
            self._close(session, 1002, error.message, error.code)
            return
        is_first = not session.is_subscribed
        session.is_subscribed = True
        self._tell(session, SyncDiff(self.head, update, self.committer.state_vector()))
        if is_first:
            self._tell_problems(session)
            entries = self.presence.entries()
            if entries:
                self._effects.append(Send(session.id, AwarenessChanged(entries)))

    def _on_fetch(self, session: Session, command: Fetch) -> None:
        self._tell(
            session,
            SnapshotSent(
                request=command.request,
                epoch=self.committer.ledger.epoch,
                revision=self.head,
                exists=self.committer.exists,
                json=self.committer.json(),
            ),
        )

    # --- changes ------------------------------------------------------------------------------

    def _on_submit(self, session: Session, command: Submit, now_ms: int) -> None:
        known = self.committer.known(session.principal, command)
        if known is not None:
            self._tell(session, known)
        elif self._read_only is not None:
            self._refuse(session, command.seq, self._read_only.code, self._read_only.reason)
        elif not session.principal.role.may_edit:
            reason = f"a {session.principal.role} cannot edit this room"
            self._refuse(session, command.seq, "auth_role", reason)
        elif self._outbox.pending >= PENDING_REVISIONS_MAX:
            self._refuse(session, command.seq, "limit_pending", _TOO_MANY_PENDING)
        elif command.base < self.head - OP_BASE_LAG_MAX:
            reason = f"revision {command.base} is more than {OP_BASE_LAG_MAX} behind: fetch first"
            self._refuse(session, command.seq, "op_base_old", reason)
        elif not self.committer.ledger.has_since(command.base):
            self._load_history(session, command)
        else:
            self._commit(session, self.committer.submit(session.principal, command, now_ms))

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

    def _commit(self, session: Session, outcome: Outcome) -> None:
        revision = outcome.revision
        if revision is not None:
            self._outbox.commit(revision)
            self._outbox.emit(Broadcast(revision, self.sessions.subscribed()), self.head)
            self._save_snapshot()
        for event in outcome.events:
            self._tell(session, event)
        if outcome.problems_changed:
            self._tell_everybody_problems()

    def _save_snapshot(self) -> None:
        if self.head - self._snapshot_revision >= SNAPSHOT_REVISIONS:
            self._snapshot_revision = self.head
            effect = SaveSnapshot(self._token, self.committer.snapshot())
            self._outbox.emit(effect, self.head)

    def _refuse(self, session: Session, seq: int, code: str, reason: str) -> None:
        self._tell(session, Refusal(seq, code, reason))

    def _close(self, session: Session, code: int, reason: str, error: str) -> None:
        self._effects.append(CloseSession(session.id, code, reason, error))

    # --- history ------------------------------------------------------------------------------

    def _hold(self, session: Session, command: Command) -> None:
        if len(session.held) >= HELD_COMMANDS_MAX:
            self._close(session, 1013, "too many commands wait for old revisions", "limit_held")
        else:
            session.held.append(command)

    def _load_history(self, session: Session, command: Submit) -> None:
        session.is_waiting = True
        session.held.append(command)
        after, through = command.base, self.committer.ledger.tail_start
        self._effects.append(LoadHistory(after, through))

    def _on_history(self, command: HistoryLoaded, now_ms: int) -> None:
        self.committer.ledger.prepend(command.revisions)
        for session in list(self.sessions):
            if session.is_waiting:
                session.is_waiting = False
                held, session.held = session.held, deque()
                for waiting in held:
                    self._dispatch(waiting, now_ms)

    # --- private ------------------------------------------------------------------------------

    def _tell(self, session: Session, event: Event) -> None:
        self._outbox.emit(Send(session.id, event), self.head)

    def _on_proceed(self) -> None:
        """Look for problems in some more nodes; once all are known, everybody is told them."""
        if self.committer.examine():
            self._is_examining = False
            self._tell_everybody_problems()
        else:
            self._effects.append(AwaitTurn())

    def _tell_everybody_problems(self) -> None:
        event = ProblemsChanged(self._problems(), self.sessions.subscribed())
        self._outbox.emit(event, self.head)

    def _problems(self) -> Problems:
        index = self.committer.problems
        return Problems(self.head, tuple(index.to_json()) if index is not None else ())

    def _tell_problems(self, session: Session) -> None:
        # Whoever comes before all problems are known is told as soon as they are.
        if self.committer.is_examined and self.committer.problems is not None:
            self._tell(session, self._problems())
