"""The ShareDB protocol 1.2, for unmodified clients: many documents on one socket, JSON texts.

A version of a ShareDB document is the number of a revision of its room. A subscribed client is
pushed every revision, its own too, which it takes as the acknowledgement; one that is not is
acknowledged after the revisions that it lacks. What goes wrong is answered with the whole request
and an error; only what is no message at all, and a room that ends, close the socket, because a
client resends nothing on one that stays open.

Presence and queries need no room's session: they are read here and carried out by the host.
SPEC: section SD. Called by the host through :class:`~collab.protocol.adapter.AskingAdapter`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Final, NoReturn

from collab.errors import (
    DesignRoomsError,
    LimitExceeded,
    NotAuthenticated,
    OperatingError,
    PeerError,
    ProtocolError,
    Refused,
)
from collab.ids import RevisionNo, SessionId, SourceId
from collab.limits import (
    FRAME_BYTES_MAX,
    SHAREDB_QUEUED_MAX,
    SOURCE_BYTES_MAX,
)
from collab.messages import (
    AwarenessChanged,
    Dialect,
    Event,
    Fetch,
    Principal,
    Submit,
    Subscribe,
    Unsubscribe,
)
from collab.ot.types import find_type
from collab.ports import Sources
from collab.protocol.adapter import (
    Answer,
    Ask,
    Close,
    CloseRoom,
    OpenRoom,
    Output,
    SnapshotAt,
    reason_of,
)
from collab.protocol.sharedb_changes import read_change, read_seq
from collab.protocol.sharedb_documents import (
    Document,
    DocumentCommand,
    Documents,
    SentOp,
    channel_of,
    document_of,
)
from collab.protocol.sharedb_errors import fault_of
from collab.protocol.sharedb_events import tell
from collab.protocol.sharedb_frames import (
    Message,
    failure,
    handshake,
    past_snapshot,
    pushed_op,
    read_message,
    reply,
)
from collab.protocol.sharedb_inquiry import Inquiry
from collab.protocol.sharedb_presence import (
    PRESENCE_ACTIONS,
    Introduce,
    read_channel_request,
)
from collab.protocol.sharedb_queries import QUERY_ACTIONS, read_query_request
from collab.revision import Revision

__all__ = ["ShareDbAdapter"]

# The session of a command whose room is not open yet.
_NOBODY: Final = SessionId("")

_SINGLE: Final = frozenset({"f", "s", "u"})
_BULK: Final = {"bf": "f", "bs": "s", "bu": "u"}
_PAST: Final = frozenset({"nf", "nt"})


class ShareDbAdapter:
    """One ShareDB connection; a channel is a document's room, named as in an address.

    *sources* gives the ids under which this principal may submit.
    """

    dialect = Dialect.SHAREDB
    is_text = True

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._source = sources.issue()
        self._documents = Documents()
        self._asked: dict[int, Message] = {}
        self._requests = 0
        self._is_closed = False

    # --- what the client says -----------------------------------------------------------------

    def started(self) -> Output:
        """Say ``init``, for which clients before 1.1 wait."""
        return Output(frames=[handshake("init", self._source)])

    def receive(self, frame: bytes) -> Output:
        if self._is_closed:
            return Output()
        try:
            message = read_message(frame)
        except PeerError as error:
            return self.failed(error)
        try:
            return self._receive(message)
        except PeerError as error:
            return Output(frames=[failure(message, fault_of(error))])

    def _receive(self, message: Message) -> Output:
        if len(message.frame) > FRAME_BYTES_MAX:
            raise LimitExceeded(
                f"a message of {len(message.frame)} bytes exceeds {FRAME_BYTES_MAX}",
                code="limit_frame",
            )
        action = message.action
        if action in _SINGLE:
            return self._inquire(action, message, {message.name("d"): message.version()})
        if action in _BULK:
            return self._inquire(_BULK[action], message, message.versions())
        if action == "op":
            return self._submit(message)
        if action == "hs":
            return self._greet(message)
        if action == "pp":
            return Output(frames=[reply(message)])
        if action in _PAST:
            return self._look_back(message)
        if action in PRESENCE_ACTIONS:
            return Output(requests=[read_channel_request(message, self._source)])
        if action in QUERY_ACTIONS:
            return Output(requests=[read_query_request(message)])
        raise ProtocolError("Invalid or unknown message", code="protocol_type")

    def _greet(self, message: Message) -> Output:
        """Answer the handshake; an id from before is kept, so that resent ops are known again."""
        former = message.value("id")
        if isinstance(former, str) and self._is_own(former):
            self._source = SourceId(former)
        answer = handshake("hs", self._source)
        return Output(frames=[answer], requests=[Introduce(self._source)])

    def _is_own(self, source: str) -> bool:
        return len(source) <= SOURCE_BYTES_MAX and self._sources.is_own(source)

    def _inquire(
        self, action: str, message: Message, versions: dict[str, RevisionNo | None]
    ) -> Output:
        collection = message.name("c")
        inquiry = Inquiry(message, versions)
        output = Output()
        if not versions:
            output.frames += inquiry.finish()
        for name, version in versions.items():
            try:
                self._ask_document(action, collection, name, version, inquiry, output)
            except PeerError as error:
                output.frames += inquiry.fail(name, fault_of(error))
        return output

    def _ask_document(
        self,
        action: str,
        collection: str,
        name: str,
        version: RevisionNo | None,
        inquiry: Inquiry,
        output: Output,
    ) -> None:
        channel = channel_of(collection, name)
        if action == "u" and self._documents.get(channel) is None:
            output.frames += inquiry.answer(name)
            return
        document = self._use(channel, collection, name, output)
        if action == "u":
            document.leave(inquiry)
            _command(document, Unsubscribe(_session_of(document)), output)
            return
        request = self._number()
        document.ask(request, inquiry)
        kind = Subscribe if action == "s" else Fetch
        _command(document, kind(_session_of(document), request, version), output)

    def _submit(self, message: Message) -> Output:
        output = Output()
        collection, name = message.name("c"), message.name("d")
        base, seq = message.version(), read_seq(message)
        source = self._source_of(message)
        kind, change, type_name = read_change(message)
        channel = channel_of(collection, name)
        document = self._use(channel, collection, name, output)
        document.send(SentOp(message, source))
        command = Submit(_session_of(document), source, seq, base, kind, change, type_name)
        _command(document, command, output)
        return output

    def _source_of(self, message: Message) -> SourceId:
        """Return the source of an op: without one the handshake's, otherwise one of its user's."""
        source = message.value("src")
        if source is None or source == self._source:
            return self._source
        if not isinstance(source, str):
            raise Refused("op_malformed", "src must be a string")
        if not self._is_own(source):
            raise Refused("op_source_foreign", "this source belongs to somebody else")
        return SourceId(source)

    def _look_back(self, message: Message) -> Output:
        channel = channel_of(message.name("c"), message.name("d"))
        if message.action == "nf":
            question = SnapshotAt(channel, revision=message.version())
        else:
            question = SnapshotAt(channel, time_ms=message.version("ts"))
        self._documents.owed.check()
        self._documents.owed.add(len(message.frame))
        request = self._number()
        self._asked[request] = message
        return Output(requests=[Ask(request, question)])

    # --- documents ----------------------------------------------------------------------------

    def _use(self, channel: str, collection: str, name: str, output: Output) -> Document:
        """Return the document of *channel*; its room is opened unless it is.

        Raises ``LimitExceeded`` (``limit_requests``, ``limit_documents``).
        """
        self._documents.owed.check()
        document = self._documents.use(channel)
        if document is None:
            document = self._documents.make(channel, collection, name)
            output.requests.append(OpenRoom(channel, channel, None))
        elif document.session is None and len(document.queue) >= SHAREDB_QUEUED_MAX:
            raise LimitExceeded(
                f"more than {SHAREDB_QUEUED_MAX} requests wait for this document",
                code="limit_requests",
            )
        return document

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        """Let out what has waited for the room."""
        document = self._documents.get(channel)
        if document is None or self._is_closed:
            return Output()
        document.session = session
        queue, document.queue = document.queue, []
        return Output(requests=[replace(command, session=session) for command in queue])

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        """Answer everything about this document with the error, and keep the socket.

        An operating failure may pass: it closes the socket, since an op that is answered is rolled
        back, and one that is not is sent again. So does the end of a token, which a client has to
        bring anew.
        """
        document = self._documents.get(channel)
        if document is None or self._is_closed:
            return Output()
        if isinstance(error, OperatingError | NotAuthenticated):
            return self.failed(error)
        self._documents.remove(channel)
        output = Output()
        reason = fault_of(error)
        inquiries, sent = document.give_up()
        for inquiry in inquiries:
            output.frames += inquiry.fail(document.name, reason)
        output.frames += [failure(op.message, reason) for op in sent]
        return output

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        """Close the socket: a client resends on a new connection only."""
        if self._documents.get(channel) is None:
            return Output()
        return self._close(code, reason_of(error, reason))

    def failed(self, error: DesignRoomsError) -> Output:
        return self._close(error.close_code, reason_of(error.code, error.message))

    # --- what the room says -------------------------------------------------------------------

    def event(self, channel: str, event: Event) -> Output:
        document = self._documents.get(channel)
        if document is None or self._is_closed:
            return Output()
        output = Output(frames=tell(document, event))
        output.requests += [CloseRoom(left) for left in self._documents.settle(channel)]
        return output

    def revision_key(self, channel: str) -> Hashable:
        return Dialect.SHAREDB, channel

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        """Return the push; a revision without any change counts a version too."""
        collection, document = document_of(channel)
        return pushed_op(collection, document, revision)

    def encode_update(self, channel: str, update: bytes) -> NoReturn:
        """ShareDB sessions are caught up revision by revision; merged updates name none."""
        raise AssertionError("a ShareDB session is caught up by its revisions")

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> NoReturn:
        """Yjs awareness has no words here; presence goes by channels, not through rooms."""
        raise AssertionError("a ShareDB session is told no awareness")

    def keepalive(self) -> bytes:
        """Nothing: clients wait for no message, and WebSocket pings keep the socket."""
        return b""

    def answered(self, request: int, answer: Answer | DesignRoomsError) -> Output:
        message = self._asked.pop(request, None)
        if message is None or self._is_closed:
            return Output()
        self._documents.owed.settle(len(message.frame))
        if isinstance(answer, DesignRoomsError):
            return Output(frames=[failure(message, fault_of(answer))])
        document = answer.json if answer.exists else None
        frame = past_snapshot(message, answer.revision, document, find_type(answer.type))
        return Output(frames=[frame])

    # --- private ------------------------------------------------------------------------------

    def _number(self) -> int:
        self._requests += 1
        return self._requests

    def _close(self, code: int, reason: str) -> Output:
        self._is_closed = True
        return Output(close=Close(code, reason))


def _session_of(document: Document) -> SessionId:
    return _NOBODY if document.session is None else document.session


def _command(document: Document, command: DocumentCommand, output: Output) -> None:
    """Hand *command* to the document's room, now or when it is open."""
    if document.session is None:
        document.queue.append(command)
    else:
        output.requests.append(command)
