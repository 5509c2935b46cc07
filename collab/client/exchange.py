"""The exchange: one client's side of the native protocol, over as many connections as it takes.

It knows what was said and what has to be said next, and holds everything a room object shows. It
opens no socket: ``link`` carries its frames. SPEC: section CL. Called by ``link`` and ``room``.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog

from collab.client.errors import ClientError, ClientRefused, RoomClosed
from collab.client.events import (
    Advanced,
    ConnectionChanged,
    Edited,
    Listener,
    LocksChanged,
    PresenceChanged,
    ProblemsChanged,
    Replaced,
    RoomEvent,
    TextsLost,
)
from collab.client.frames import (
    NATIVE_VERSION,
    Message,
    conflicts_of,
    pack,
    path_of,
    revision_of,
    type_of,
)
from collab.client.locks import LockReply, state_of
from collab.client.pending import (
    Outcome,
    Pending,
    Rejected,
    Submission,
    TakingBack,
    Ticket,
)
from collab.client.recent import RecentRevisions
from collab.client.requests import Diff, Requests
from collab.errors import LimitExceeded, ProtocolError
from collab.ids import ClientId, Epoch, RevisionNo, SourceId
from collab.limits import AWARENESS_STATE_BYTES_MAX, FRAME_BYTES_MAX
from collab.lock_records import NO_LOCKS
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json, Path, normalize

__all__ = ["Exchange", "TakenBack"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A revert, undo or redo is durable, as ``revision``.

    ``conflicts`` are the places where it no longer applied, because somebody has changed them
    since. They are empty, too, where the connection broke before the answer came.
    """

    revision: RevisionNo
    conflicts: tuple[Path, ...]


# What a submit calls its change.
_CHANGE_FIELDS: Final = {
    ChangeKind.OP: "op",
    ChangeKind.CREATE: "create",
    ChangeKind.DELETE: "del",
}


class Exchange:
    """Everything a client knows of one room. *source* names it to the server for ever."""

    def __init__(self, source: SourceId, token: str | None) -> None:
        self._seqs = itertools.count(1)
        self._token = token
        self._state: Json = None
        self._is_state_due = False
        self._tickets: dict[Ticket, asyncio.Future[RevisionNo]] = {}
        self._reversals: dict[Ticket, asyncio.Future[TakenBack]] = {}
        self._listeners: list[Listener] = []
        self.pending = Pending(source, lambda: next(self._seqs))
        self.recent = RecentRevisions()
        self.requests = Requests()
        self.client = ClientId(0)
        self.presence: dict[ClientId, Json] = {}
        self.problems: tuple[Json, ...] = ()
        self.locks = NO_LOCKS
        self.read_only = ""
        self.is_connected = False
        self.was_welcomed = False
        self.ended: RoomClosed | None = None
        self.outgoing_ready = asyncio.Event()

    # --- for the room -------------------------------------------------------------------------

    def submit(self, kind: ChangeKind, change: Json) -> asyncio.Future[RevisionNo]:
        """Queue a change; see ``Pending.submit``."""
        self._check_open()
        ticket = self.pending.submit(kind, change)
        future: asyncio.Future[RevisionNo] = asyncio.get_running_loop().create_future()
        self._tickets[ticket] = future
        self.outgoing_ready.set()
        if kind is ChangeKind.OP:
            self._tell(Edited())
        return future

    def take_back(self, kind: TakingBack, change: Json) -> asyncio.Future[TakenBack]:
        """Queue what takes back, behind every change that waits; see ``Pending.submit``."""
        self._check_open()
        ticket = self.pending.submit(kind, change)
        future: asyncio.Future[TakenBack] = asyncio.get_running_loop().create_future()
        self._reversals[ticket] = future
        self.outgoing_ready.set()
        return future

    def update(self, update: bytes, *, is_answer: bool) -> asyncio.Future[RevisionNo]:
        """Queue a Yjs update; see ``Requests.update``."""
        self._check_open()
        answer = self.requests.update(next(self._seqs), update, is_answer=is_answer)
        self.outgoing_ready.set()
        return answer

    def sync(self, state_vector: bytes) -> asyncio.Future[Diff]:
        """Queue a question for what a state vector lacks."""
        self._check_open()
        answer = self.requests.sync(state_vector)
        self.outgoing_ready.set()
        return answer

    def ask_lock(self, component: str, action: str) -> asyncio.Future[LockReply]:
        """Queue what is asked of a lock; the same asked twice comes to the same."""
        self._check_open()
        if self.requests.is_full:
            raise LimitExceeded("too many requests wait for the server", code="limit_requests")
        answer = self.requests.lock(next(self._seqs), component, action)
        self.outgoing_ready.set()
        return answer

    async def settled(self) -> None:
        """Return once every change made so far is answered."""
        waiting: list[asyncio.Future[Any]] = [*self._tickets.values(), *self._reversals.values()]
        if waiting:
            await asyncio.wait(waiting)

    def on_locks(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have *listener* called when ``locks`` is another; returns what ends that."""

        def on_event(event: RoomEvent) -> None:
            if isinstance(event, LocksChanged):
                listener()

        self.listen(on_event)
        return lambda: self.unlisten(on_event)

    def set_presence(self, state: Json) -> None:
        """Show *state* (an object, or None) to everybody, also after a reconnect."""
        self._check_open()
        state = normalize(state)
        if len(orjson.dumps(state)) > AWARENESS_STATE_BYTES_MAX:
            raise LimitExceeded(
                f"a presence state exceeds {AWARENESS_STATE_BYTES_MAX} bytes of JSON",
                code="limit_awareness",
            )
        self._state, self._is_state_due = state, True
        self.outgoing_ready.set()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    # --- for the link -------------------------------------------------------------------------

    def hello(self, *, is_afresh: bool) -> bytes:
        """Return the first frame of a connection; *is_afresh* asks for a snapshot."""
        fields: dict[str, Json] = {
            "type": "hello",
            "version": NATIVE_VERSION,
            "source": self.pending.source,
        }
        if self._token:
            fields["token"] = self._token
        if self.was_welcomed and not is_afresh:
            fields["since"] = self.pending.revision
            fields["epoch"] = self.pending.epoch
        return pack(fields)

    def gap(self, welcome: Message) -> tuple[RevisionNo, RevisionNo] | None:
        """Return what must be read from the history before edits that wait can go on.

        That is, the last revision known here and the one of the snapshot, if the server has sent a
        snapshot instead of the revisions between the two.
        """
        pending = self.pending
        head = RevisionNo(welcome.integer("revision"))
        if "snapshot" not in welcome or pending.is_empty or not self.was_welcomed:
            return None
        if welcome.integer("epoch") != pending.epoch or head <= pending.revision:
            return None
        return pending.revision, head

    def welcome(self, message: Message, missing: Sequence[Revision]) -> None:
        """Take a welcome. *missing* are the revisions of the gap, empty if they cannot be had."""
        if type_of(message) != DEFAULT_TYPE:
            reason = f"the document is a {type_of(message)}, and this client edits JSON alone"
            self.end(RoomClosed("client_doctype", reason))
            raise ProtocolError(reason, code="client_doctype")
        epoch = Epoch(message.integer("epoch"))
        head = RevisionNo(message.integer("revision"))
        if "revisions" in message:
            missing = [revision_of(item, epoch) for item in message.nested("revisions")]
        elif not missing:
            self._take_snapshot(message, epoch, head)
        self.client = ClientId(message.integer("client"))
        self.read_only = message.text("read_only")
        self._is_state_due = self._state is not None
        self.is_connected = self.was_welcomed = True
        for revision in missing:
            self._advance(revision)
        if self.pending.revision != head:
            raise ProtocolError("the welcome does not reach its revision", code="client_gap")
        self.outgoing_ready.set()
        self._take_locks(message)
        self._tell(ConnectionChanged(True))

    def receive(self, message: Message) -> None:
        """Take any other message. Unknown kinds are ignored: a newer server may send them."""
        match message.kind:
            case "revision":
                self._advance(revision_of(message, self.pending.epoch))
            case "ack":
                seq, revision = message.integer("seq"), RevisionNo(message.integer("revision"))
                self.requests.acknowledge(seq, revision)
                self._settle(self.pending.acknowledge(seq, revision, conflicts_of(message)))
            case "refuse":
                self._refuse(message)
            case "resync":
                self.requests.resync(message.integer("seq"))
            case "diff":
                revision = RevisionNo(message.integer("revision"))
                update, vector = message.data("update"), message.data("state_vector")
                self.requests.diff(Diff(revision, update, vector))
            case "presence":
                self._take_presence(message)
            case "problems":
                self.problems = tuple(message.items("problems"))
                self._tell(ProblemsChanged(RevisionNo(message.integer("revision"))))
            case "lock":
                self.requests.answer_lock(message)
            case "locks":
                self._take_locks(message)
            case "lost":
                texts = tuple(str(text) for text in message.items("texts"))
                self._tell(TextsLost(RevisionNo(message.integer("revision")), texts))
            case "read_only":
                self.read_only = message.text("reason")
            case _:
                return
        self.outgoing_ready.set()

    def outgoing(self) -> Iterator[bytes]:
        """Yield the frames that are to go out now."""
        self.outgoing_ready.clear()
        if self._is_state_due:
            self._is_state_due = False
            yield pack({"type": "presence", "state": self._state})
        while (submission := self.pending.send()) is not None:
            frame = _submit_frame(submission)
            if len(frame) <= FRAME_BYTES_MAX:
                yield frame
            else:
                reason = f"a change of {len(frame)} bytes exceeds {FRAME_BYTES_MAX}"
                self._settle(self.pending.refuse(submission.seq, "limit_frame", reason))
                self._tell(Edited())
        yield from self.requests.outgoing()

    def disconnect(self, reason: str) -> None:
        """The connection is lost."""
        self.pending.disconnect()
        self.requests.disconnect()
        if self.is_connected:
            self.is_connected = False
            gone = dict.fromkeys(self.presence)
            self.presence.clear()
            self._tell(PresenceChanged(gone))
            self._tell(ConnectionChanged(False, reason))

    def end(self, error: RoomClosed) -> None:
        """There will be no other connection: whatever waits fails with *error*."""
        if self.ended is not None:
            return
        was_connected = self.is_connected
        self.ended = error
        self.disconnect(error.reason)
        if not was_connected:
            self._tell(ConnectionChanged(False, error.reason))
        self.pending.abandon(error.code, error.reason)
        waiting: list[asyncio.Future[Any]] = [*self._tickets.values(), *self._reversals.values()]
        for future in waiting:
            _fail(future, error)
        self._tickets.clear()
        self._reversals.clear()
        self.requests.abandon(error)
        self.recent.wake()
        self.outgoing_ready.set()

    # --- private ------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if self.ended is not None:
            raise self.ended

    def _take_snapshot(self, message: Message, epoch: Epoch, head: RevisionNo) -> None:
        document = orjson.loads(message.data("snapshot"))
        exists = message.flag("exists")
        self._settle(self.pending.take_snapshot(epoch, head, exists, document))
        self.recent.reset(head)
        self._tell(Replaced(head))

    def _advance(self, revision: Revision) -> None:
        if revision.number <= self.pending.revision:
            return
        outcomes = self.pending.receive(revision)
        self.recent.add(revision)
        self._settle(outcomes)
        self._tell(Advanced(revision))

    def _refuse(self, message: Message) -> None:
        seq, code, reason = message.integer("seq"), message.text("code"), message.text("reason")
        path, nodes = path_of(message), tuple(map(str, message.items("nodes")))
        is_undone = message.flag("undone")
        self.requests.refuse(seq, ClientRefused(code, reason, path, nodes, is_undone=is_undone))
        outcomes = self.pending.refuse(seq, code, reason, path, nodes)
        if outcomes:
            self._settle(outcomes)
            self._tell(Edited())

    def _take_locks(self, message: Message) -> None:
        before, self.locks = self.locks, state_of(message)
        if self.locks != before:
            self._tell(LocksChanged())

    def _take_presence(self, message: Message) -> None:
        changed: dict[ClientId, Json] = {}
        for item in message.nested("clients"):
            client, state = ClientId(item.integer("client")), item.value("state")
            changed[client] = state
            if state is None:
                self.presence.pop(client, None)
            else:
                self.presence[client] = state
        self._tell(PresenceChanged(changed))

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            for ticket in outcome.tickets:
                future = self._tickets.pop(ticket, None)
                reversal = self._reversals.pop(ticket, None)
                if isinstance(outcome, Rejected):
                    error = ClientRefused(outcome.code, outcome.reason, outcome.path, outcome.nodes)
                    _fail(future, error)
                    _fail(reversal, error)
                elif future is not None and not future.done():
                    future.set_result(outcome.revision)
                elif reversal is not None and not reversal.done():
                    reversal.set_result(TakenBack(outcome.revision, outcome.conflicts))

    def _tell(self, event: RoomEvent) -> None:
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a listener may raise anything at all
                # A listener's own fault must not cost the room its place in the log.
                _log.exception("client.listener_failed", event_kind=type(event).__name__)


def _fail(future: asyncio.Future[Any] | None, error: ClientError) -> None:
    if future is not None and not future.done():
        future.set_exception(error)


def _submit_frame(submission: Submission) -> bytes:
    match submission.kind:
        case TakingBack.REVERT:
            fields = {"type": "revert", "revision": submission.change}
        case TakingBack.UNDO | TakingBack.REDO:
            fields = {"type": str(submission.kind)}
        case kind:
            change = True if kind is ChangeKind.DELETE else submission.change
            fields = {"type": "submit", "base": submission.base, _CHANGE_FIELDS[kind]: change}
    return pack({"seq": submission.seq, **fields})
