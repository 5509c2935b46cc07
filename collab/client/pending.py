"""Pending edits: what this client did and the server has not committed yet.

The state has two parts: the *confirmed* document at a revision, which only committed revisions
change, and a queue of submissions on top of it. What the user sees, ``document``, is the confirmed
one with the queue applied; it is never patched in any other way, so whatever a transform does to
the queue, the next commit leaves this client with exactly the server's document.

At most one submission is in flight. Ops made meanwhile are composed into the one behind it. When
somebody else's revision r arrives, each waiting op s is carried past it as the left side, which is
what the server does with s, and r past s, so that the op behind s can be carried on. A refused
submission is taken out, and the ops behind it are carried past its inverse.

Creating and deleting the document are not shown before they are committed: they stand in the queue
without a local effect, and so does an op whose result is no longer known. What takes back (revert,
undo, redo) is made by the server: it waits for all that was done before it, and its revision is
taken like somebody else's. SPEC: section CL.
Sans-I/O: called by ``exchange``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from collab.errors import InvalidOp, LimitExceeded, ProtocolError
from collab.ids import Epoch, RevisionNo, SourceId
from collab.limits import OP_COMPONENTS_MAX
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from collab.values import Json, Path, copy_json, normalize

__all__ = [
    "Committed",
    "Outcome",
    "Pending",
    "Rejected",
    "Submission",
    "TakingBack",
    "Ticket",
]

Ticket: TypeAlias = int

# Submissions that wait. Ops compose, so only creates, deletes and enormous ops make it grow.
_QUEUE_MAX: Final = 64


class TakingBack(StrEnum):
    """What takes back: a revision, the last edit of a source, or its last undo."""

    REVERT = "revert"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Committed:
    """The changes of these tickets are durable, as ``revision``.

    ``conflicts`` are the places where what takes back no longer applied.
    """

    tickets: tuple[Ticket, ...]
    revision: RevisionNo
    conflicts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The changes of these tickets are not in the document and will not be."""

    tickets: tuple[Ticket, ...]
    code: str
    reason: str
    path: Path = ()
    nodes: tuple[str, ...] = ()


Outcome: TypeAlias = Committed | Rejected


@dataclass(slots=True)
class Submission:
    """One change on its way. ``seq`` names it to the server, also when it is sent again.

    ``is_applied``: its op is part of ``document``, and ``base`` follows the confirmed revision.
    The change of a revert is the number of its revision; an undo and a redo have none.
    """

    seq: int
    base: RevisionNo
    kind: ChangeKind | TakingBack
    change: Json
    tickets: tuple[Ticket, ...]
    is_applied: bool
    is_in_flight: bool = False


class Pending:
    """The OT side of a client. *next_seq* gives a number above every one given before."""

    def __init__(self, source: SourceId, next_seq: Callable[[], int]) -> None:
        self.source = source
        self.epoch = Epoch(0)
        self.revision = RevisionNo(0)
        self.exists = False
        self.document: Json = None
        self._confirmed: Json = None
        self._next_seq = next_seq
        self._tickets = 0
        self._queue: deque[Submission] = deque()

    @property
    def is_empty(self) -> bool:
        """True if everything submitted has been answered."""
        return not self._queue

    # --- this client's changes ----------------------------------------------------------------

    def submit(self, kind: ChangeKind | TakingBack, change: Json) -> Ticket:
        """Queue a change made on ``document`` and return its ticket.

        An op shows at once. Raises ``InvalidOp`` if it is malformed or does not apply,
        ``InvalidValue`` if a create is not JSON, ``LimitExceeded`` (``limit_queue``) if too much
        waits; nothing is changed then.
        """
        if kind is not ChangeKind.OP:
            return self._enqueue(kind, normalize(change), is_applied=False)
        if not self.exists:
            raise InvalidOp("op_doc_missing", "the document does not exist: create it first")
        op = json0.normalize(change)
        document = json0.apply(self.document, op)
        ticket = self._compose(op) or self._enqueue(kind, op, is_applied=True)
        self.document = document
        return ticket

    def send(self) -> Submission | None:
        """Return the submission to send now, or None if there is none or one is in flight."""
        if not self._queue or self._queue[0].is_in_flight:
            return None
        submission = self._queue[0]
        submission.is_in_flight = True
        if submission.seq == 0:
            submission.seq = self._next_seq()
            if submission.kind is not ChangeKind.OP:
                submission.base = self.revision
        return submission

    def disconnect(self) -> None:
        """What was in flight is sent again, under the same seq, on the next connection."""
        if self._queue:
            self._queue[0].is_in_flight = False

    # --- what the server says -----------------------------------------------------------------

    def take_snapshot(
        self, epoch: Epoch, revision: RevisionNo, exists: bool, document: Json
    ) -> list[Outcome]:
        """Go on from a snapshot, the revisions before which are not known.

        The first submission goes to the server with the base it was made at: the server carries it
        over what is missing here, and knows whether it was committed already. Ops behind it cannot
        be carried over revisions that nobody has shown them, and are rejected (``client_behind``);
        in another epoch everything is (``client_epoch``).
        """
        outcomes: list[Outcome] = []
        kept: deque[Submission] = deque()
        has_op = False
        for submission in self._queue:
            if self.epoch not in (epoch, Epoch(0)):
                outcomes.append(_replaced(submission))
            elif submission.is_applied and has_op:
                outcomes.append(_behind(submission))
            else:
                has_op = has_op or submission.is_applied
                submission.is_applied = False
                kept.append(submission)
        self._queue = kept
        self.epoch, self.revision, self.exists = epoch, revision, exists
        self._confirmed = document if exists else None
        self.document = self._confirmed
        return outcomes

    def receive(self, revision: Revision) -> list[Outcome]:
        """Take the next revision of the log, this client's own among them.

        A revision that is known already is ignored. Raises ``ProtocolError`` if one is missing or
        does not apply: connect again, and go on from a snapshot in the second case.
        """
        if revision.number <= self.revision:
            return []
        if revision.number != self.revision + 1:
            raise ProtocolError(f"revision {self.revision + 1} is missing", code="client_gap")
        self._confirm(revision)
        outcomes: list[Outcome] = []
        own = self._take_own(revision)
        if own is not None:
            outcomes.append(Committed(own.tickets, revision.number))
        is_known_here = own is not None and own.is_applied
        if revision.kind is ChangeKind.OP and not is_known_here:
            outcomes += self._carry_queue(revision.change)
        self.revision = revision.number
        for submission in self._queue:
            if submission.is_applied:
                submission.base = revision.number
        if revision.kind in (ChangeKind.CREATE, ChangeKind.DELETE):
            outcomes += self._detach(revision.kind)
        return outcomes + self._show()

    def acknowledge(
        self, seq: int, revision: RevisionNo, conflicts: tuple[Path, ...] = ()
    ) -> list[Outcome]:
        """Take an ack; the revision itself has been received unless it came by a snapshot."""
        submission = self._in_flight(seq)
        if submission is None:
            return []
        if revision > self.revision:
            raise ProtocolError(f"the ack of {seq} came before its revision", code="client_gap")
        self._queue.popleft()
        return [Committed(submission.tickets, revision, conflicts), *self._show()]

    def refuse(
        self, seq: int, code: str, reason: str, path: Path = (), nodes: tuple[str, ...] = ()
    ) -> list[Outcome]:
        """Take a refusal: what it refuses leaves the document again."""
        submission = self._in_flight(seq)
        if submission is None:
            return []
        self._queue.popleft()
        outcomes: list[Outcome] = [Rejected(submission.tickets, code, reason, path, nodes)]
        if submission.is_applied:
            outcomes += self._carry_queue(json0.invert(submission.change))
            outcomes += self._show()
        return outcomes

    def abandon(self, code: str, reason: str) -> list[Outcome]:
        """Reject everything that waits: nobody will answer it any more."""
        outcomes: list[Outcome] = [Rejected(item.tickets, code, reason) for item in self._queue]
        self._queue.clear()
        self.document = self._confirmed
        return outcomes

    # --- private ------------------------------------------------------------------------------

    def _compose(self, op: json0.Op) -> Ticket | None:
        """Join *op* to the last submission if that is an op that was never sent."""
        last = self._queue[-1] if self._queue else None
        if last is None or last.seq or not last.is_applied:
            return None
        if len(last.change) + len(op) > OP_COMPONENTS_MAX:
            return None
        last.change = json0.compose(last.change, op)
        self._tickets += 1
        last.tickets = (*last.tickets, self._tickets)
        return self._tickets

    def _enqueue(self, kind: ChangeKind | TakingBack, change: Json, *, is_applied: bool) -> Ticket:
        if len(self._queue) >= _QUEUE_MAX:
            raise LimitExceeded(
                f"{_QUEUE_MAX} changes wait for the server: wait for an answer first",
                code="limit_queue",
            )
        self._tickets += 1
        ticket = self._tickets
        self._queue.append(Submission(0, self.revision, kind, change, (ticket,), is_applied))
        return ticket

    def _in_flight(self, seq: int) -> Submission | None:
        head = self._queue[0] if self._queue else None
        return head if head is not None and head.seq == seq else None

    def _take_own(self, revision: Revision) -> Submission | None:
        if revision.source != self.source or revision.seq is None:
            return None
        submission = self._in_flight(revision.seq)
        if submission is None or isinstance(submission.kind, TakingBack):
            # Which parts of it no longer applied is only in the ack.
            return None
        self._queue.popleft()
        return submission

    def _carry_queue(self, op: json0.Op) -> list[Outcome]:
        """Carry every op of the queue past *op*, and *op* past each of them."""
        outcomes: list[Outcome] = []
        for submission in [item for item in self._queue if item.is_applied]:
            try:
                submission.change, op = json0.transform_pair(submission.change, op)
            except (InvalidOp, LimitExceeded) as error:
                outcomes += self._drop(submission, error)
        return outcomes

    def _drop(self, submission: Submission, error: InvalidOp | LimitExceeded) -> list[Outcome]:
        """An op does not fit any more. The server finds the same; what was sent waits for it."""
        submission.is_applied = False
        if submission.seq:
            return []
        self._queue.remove(submission)
        path = error.path if isinstance(error, InvalidOp) else ()
        return [Rejected(submission.tickets, error.code, error.message, path)]

    def _confirm(self, revision: Revision) -> None:
        match revision.kind:
            case ChangeKind.OP:
                try:
                    self._confirmed = json0.apply(self._confirmed, revision.change)
                except InvalidOp as error:
                    raise ProtocolError(
                        f"revision {revision.number} does not apply: {error.message}",
                        code="client_diverged",
                    ) from error
            case ChangeKind.CREATE:
                self._confirmed, self.exists = copy_json(revision.change), True
            case ChangeKind.DELETE:
                self._confirmed, self.exists = None, False
            case ChangeKind.NONE:
                pass

    def _detach(self, kind: ChangeKind) -> list[Outcome]:
        """The document that the waiting ops were made on is gone: the server refuses them."""
        outcomes: list[Outcome] = []
        for submission in [item for item in self._queue if item.is_applied]:
            submission.is_applied = False
            if not submission.seq:
                self._queue.remove(submission)
                word = "deleted" if kind is ChangeKind.DELETE else "created"
                reason = f"the document was {word} meanwhile"
                outcomes.append(Rejected(submission.tickets, f"op_doc_{word}", reason))
        return outcomes

    def _show(self) -> list[Outcome]:
        """Make ``document`` anew from the confirmed one and the queue."""
        outcomes: list[Outcome] = []
        document = self._confirmed
        for submission in [item for item in self._queue if item.is_applied]:
            try:
                document = json0.apply(document, submission.change)
            except InvalidOp as error:
                outcomes += self._drop(submission, error)
        self.document = document
        return outcomes


def _behind(submission: Submission) -> Rejected:
    return Rejected(
        submission.tickets,
        "client_behind",
        "the revisions since this edit cannot be had any more: make it again",
    )


def _replaced(submission: Submission) -> Rejected:
    return Rejected(
        submission.tickets,
        "client_epoch",
        "the room's history was replaced while this edit was on its way",
    )
