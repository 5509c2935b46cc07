"""The replica: a room of which another node is the owner.

It serves who is here from durable revisions, and takes none on its own. A change is forwarded to
the owner in the order in which it came and kept until it is answered; whoever owns the room next
gets what is not answered yet, in the same order, and knows by source and number, or by its Yjs
clocks, what it has already. What the owner publishes is a hint: where it does not follow on, the
log is read. SPEC: section RP. Called by ``host``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

import orjson

from collab.errors import Refused
from collab.ids import FencingToken, RevisionNo, SessionId
from collab.limits import FORWARDS_PENDING_MAX
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
    CatchUp,
    Change,
    CloseSession,
    Command,
    Effect,
    Event,
    Expelled,
    Fetch,
    Followed,
    Forward,
    HistoryLoaded,
    Join,
    Leave,
    Lock,
    LockAnswer,
    LocksDue,
    Lost,
    Mirrored,
    Proceed,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
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
)
from collab.revision import Revision, Snapshot
from collab.room.attendance import Attendance
from collab.room.head import Head
from collab.room.lock_keeping import lock_refused
from collab.room.rules import RoomRules
from collab.room.session import Session

__all__ = ["Replica"]

_TOO_MANY_PENDING: Final = "too many changes wait for the room's owner: try again in a moment"
# What has to stay behind a session's own changes, which are answered from elsewhere.
_BEHIND_CHANGES: Final = (StateVector, Fetch, Subscribe, Unsubscribe)
# Nothing is appended here: the token is nobody's.
_NO_TOKEN: Final = FencingToken(0)


@dataclass(slots=True)
class _Forwarded:
    """A change that is not answered yet; *base* is the revision that its answer is led on from."""

    command: Change
    base: RevisionNo | None
    size: int


@dataclass(frozen=True, slots=True)
class _Answer:
    session: SessionId
    event: Event
    base: RevisionNo | None


class Replica(Attendance):
    """One room as a node has it that does not own it.

    *snapshot* and *tail* are what the log holds; *first_client* is above every awareness id that
    another node's native sessions have. It is bound to an owner by ``Bound``, and begins without.
    """

    def __init__(
        self,
        *,
        rules: RoomRules,
        is_application: bool,
        snapshot: Snapshot,
        tail: Sequence[Revision],
        first_client: int,
        history_start: RevisionNo,
    ) -> None:
        head = Head(
            rules=rules,
            is_application=is_application,
            token=_NO_TOKEN,
            snapshot=snapshot,
            tail=tail,
        )
        head.ledger.history_start = history_start
        super().__init__(head, _NO_TOKEN, None, first_client)
        self._state_bytes = len(snapshot.state) + sum(len(item.update) for item in tail)
        self._pending_bytes = 0
        self._is_bound = False
        # In the order in which they came, each session's own in the order of their answers.
        self._forwarded: dict[int, _Forwarded] = {}
        self._unanswered: dict[SessionId, deque[int]] = {}
        self._forwards = 0
        # Answers whose revisions have not come yet, in their order.
        self._answers: deque[_Answer] = deque()
        # The newest revision that somebody spoke of.
        self._heard_of = self.head
        self._is_catching_up = False
        # What is asked from a revision ahead of this one: only the log knows whether it is there.
        self._ahead: dict[SessionId, Join | Fetch | Subscribe] = {}
        self._is_examining = False

    @property
    def pending_bytes(self) -> int:
        return self._pending_bytes

    @property
    def state_bytes(self) -> int:
        return self._state_bytes

    def last_snapshot(self) -> SaveSnapshot | None:
        """Return None: snapshots are the owner's."""
        return None

    def receive(self, command: Command, now_ms: int) -> list[Effect]:
        """Return what is to be done about *command*; *now_ms* is Unix time in milliseconds."""
        self._effects = []
        self._dispatch(command)
        if not self._is_examining and not self.committer.is_examined:
            self._is_examining = True
            self._effects.append(AwaitTurn())
        self._effects += self._outbox.drain()
        return self._effects

    def _dispatch(self, command: Command) -> None:
        match command:
            case Followed():
                self._on_followed(command)
            case Answered():
                self._on_answered(command)
            case Expelled():
                self._on_expelled(command)
            case Bound():
                self._on_bound(command)
            case Unbound():
                self._is_bound = False
            case Mirrored():
                self._spread(self.presence.mirror(command.entries, is_all=command.is_all))
            case HistoryLoaded():
                self._on_history(command)
            case Proceed():
                self._on_proceed()
            case Join():
                self._on_join_here(command)
            case Leave():
                self._on_leave_here(command)
            case Appended() | AppendDue() | AppendFailed() | LocksDue():
                raise AssertionError("a replica appends nothing")
            case _:
                session = self.sessions.get(command.session)
                if session is not None:
                    self._on_session_command(session, command)

    def _on_session_command(self, session: Session, command: SessionCommand) -> None:
        if self._has_to_wait(session, command):
            self._hold(session, command)
            return
        match command:
            case Submit() | Revert() | Undo() | Update() | Lock():
                self._forward(session, command)
            case StateVector():
                self._on_state_vector(session, command)
            case QueryStateVector():
                self._tell(session, ServerStateVector(self.head, self.committer.state_vector()))
            case SetAwareness():
                self._on_awareness(session, command)
                self._pass_on(session, command)
            case QueryAwareness():
                self._tell_awareness(session)
            case Fetch() | Subscribe():
                if command.since is not None and command.since > self.head:
                    self._ask_log(session, command)
                else:
                    self._on_question(session, command)
            case Unsubscribe():
                self._on_unsubscribe(session)
            case _:
                assert_never(command)

    def _has_to_wait(self, session: Session, command: SessionCommand) -> bool:
        if isinstance(command, (SetAwareness, QueryAwareness, QueryStateVector)):
            return False
        if session.is_waiting or session.held or session.id in self._ahead:
            return True
        return isinstance(command, _BEHIND_CHANGES) and self._is_owed(session.id)

    def _pass_on(self, session: Session, command: Change | SetAwareness | Leave) -> None:
        if self._is_bound:
            self._effects.append(Forward(session.principal, command))

    # --- coming and going ---------------------------------------------------------------------

    def _on_join_here(self, command: Join) -> None:
        session = self._enter(command)
        if session is None:
            return
        if command.since is not None and command.since > self.head:
            self._ask_log(session, command)
        else:
            self._welcome(session, command)

    def _on_leave_here(self, command: Leave) -> None:
        self._ahead.pop(command.session, None)
        session = self.sessions.get(command.session)
        if session is not None:
            self._on_leave(command)
            # What it has changed goes on: it may be in the log by now, and its client asks again.
            self._drop_unanswered(session.id)
            self._pass_on(session, command)

    # --- changes ------------------------------------------------------------------------------

    def _forward(self, session: Session, command: Change) -> None:
        if len(self._forwarded) >= FORWARDS_PENDING_MAX:
            if isinstance(command, Update):
                self._close(session, 1013, _TOO_MANY_PENDING, "limit_pending")
            elif isinstance(command, Lock):
                error = Refused("limit_pending", _TOO_MANY_PENDING)
                self._tell(session, lock_refused(command, self.head, error))
            else:
                self._refuse(session, command.seq, "limit_pending", _TOO_MANY_PENDING)
            return
        base: RevisionNo | None = None
        if isinstance(command, Submit):
            base = self.head if command.base is None else command.base
        elif not isinstance(command, Update):
            base = self.head
        self._forwards += 1
        forwarded = _Forwarded(command, base, _size_of(command))
        self._forwarded[self._forwards] = forwarded
        self._unanswered.setdefault(session.id, deque()).append(self._forwards)
        self._pending_bytes += forwarded.size
        self._pass_on(session, command)

    def _on_bound(self, command: Bound) -> None:
        """An owner takes commands: it gets all that none has answered, and is caught up with."""
        self._is_bound = True
        for session in self.sessions:
            entries = self.presence.of(session.id)
            if entries:
                self._pass_on(session, SetAwareness(session.id, entries))
        for forwarded in self._forwarded.values():
            sender = self.sessions.get(forwarded.command.session)
            assert sender is not None
            self._pass_on(sender, forwarded.command)
        self._hear_of(command.head)

    def _on_answered(self, command: Answered) -> None:
        if self.sessions.get(command.session) is None:
            return
        is_final = _is_final(command.event)
        base = self._pop_unanswered(command.session) if is_final else None
        self._answers.append(_Answer(command.session, command.event, base))
        self._take_answers()

    def _take_answers(self) -> None:
        """Tell what the owner has answered, each answer behind the revisions that it follows."""
        while self._answers:
            revision = _revision_of(self._answers[0].event)
            if revision is not None and revision > self.head:
                self._hear_of(revision)
                return
            answer = self._answers.popleft()
            session, event = self.sessions.get(answer.session), answer.event
            if session is None:
                continue
            if isinstance(event, Ack):
                event = self._led_to(session, event, answer.base, is_pushed=event.is_pushed)
            self._tell(session, event)
            self._release(session)

    def _is_owed(self, session: SessionId) -> bool:
        """Return whether a change of *session* is not answered, or the answer has not left."""
        return session in self._unanswered or any(
            answer.session == session for answer in self._answers
        )

    def _on_expelled(self, command: Expelled) -> None:
        self._answers = deque(item for item in self._answers if item.session != command.session)
        self._drop_unanswered(command.session)
        self._effects.append(
            CloseSession(command.session, command.code, command.reason, command.error)
        )

    def _pop_unanswered(self, session: SessionId) -> RevisionNo | None:
        """Note that the session's oldest change is answered; return what it was based on."""
        numbers = self._unanswered[session]
        forwarded = self._forwarded.pop(numbers.popleft())
        self._pending_bytes -= forwarded.size
        if not numbers:
            del self._unanswered[session]
        return forwarded.base

    def _drop_unanswered(self, session: SessionId) -> None:
        while session in self._unanswered:
            self._pop_unanswered(session)

    def _release(self, session: Session) -> None:
        """Take what a session asked behind its changes, unless something else is in its way."""
        if session.is_waiting or session.id in self._ahead or self._is_owed(session.id):
            return
        held, session.held = session.held, deque()
        for command in held:
            self._dispatch(command)

    # --- following ----------------------------------------------------------------------------

    def _on_followed(self, command: Followed) -> None:
        has_changed = has_new_locks = False
        for revision in command.revisions:
            if revision.number == self.head + 1:
                has_changed = self.committer.follow(revision) or has_changed
                has_new_locks = has_new_locks or changes_standings(revision.locks)
                self._state_bytes += len(revision.update)
                self._outbox.reach(revision.number)
                self._outbox.emit(Broadcast(revision, self.sessions.subscribed()), revision.number)
        self._trim()
        if has_changed:
            self._tell_everybody_problems()
        if has_new_locks:
            self._tell_everybody_locks()
        self._take_answers()
        if command.is_log_end:
            self._is_catching_up = False
            ahead, self._ahead = self._ahead, {}
            for question in ahead.values():
                self._answer_by_log(question)
        self._hear_of(command.head)

    def _hear_of(self, revision: RevisionNo) -> None:
        """Somebody spoke of *revision*: what is missing up to there is in the log."""
        self._heard_of = max(self._heard_of, revision)
        if self._heard_of > self.head and not self._is_catching_up:
            self._is_catching_up = True
            self._effects.append(CatchUp(self.head))

    def _ask_log(self, session: Session, command: Join | Fetch | Subscribe) -> None:
        self._ahead[session.id] = command
        if not self._is_catching_up:
            self._is_catching_up = True
            self._effects.append(CatchUp(self.head))

    def _answer_by_log(self, command: Join | Fetch | Subscribe) -> None:
        """Take what was asked from a revision ahead; the log has been read to its end since."""
        session = self.sessions.get(command.session)
        if session is None:
            return
        if isinstance(command, Join):
            self._welcome(session, command)
        else:
            self._on_question(session, command)
        self._release(session)

    def _on_history(self, command: HistoryLoaded) -> None:
        for waiting in self._history_loaded(command):
            self._dispatch(waiting)
        self._trim()

    def _on_proceed(self) -> None:
        if self.committer.examine():
            self._is_examining = False
            self._tell_everybody_problems()
        else:
            self._effects.append(AwaitTurn())


def _size_of(command: Change) -> int:
    match command:
        case Update():
            return len(command.update)
        case Submit():
            return len(orjson.dumps(command.change))
        case _:
            return 0


def _is_final(event: Event) -> bool:
    """Return whether *event* answers a change for good; each change gets exactly one of these."""
    return isinstance(event, (Ack, Refusal, Resync, ReadOnly, LockAnswer))


def _revision_of(event: Event) -> RevisionNo | None:
    return event.revision if isinstance(event, (Ack, Lost, LockAnswer)) else None
