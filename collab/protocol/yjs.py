"""The y-websocket protocol: one document a socket, named by its URL.

The client speaks first, with step 1 and its awareness. It has no acknowledgements: what it sent
is safe once it comes back as an update, and it sends again only if it is asked with a step 1. So
an update that the room dropped is always followed by a step 1, and content that the room can never
take ends the connection with a final code instead of being dropped in silence.

SPEC: section YW. Called by the host through :class:`~collab.protocol.adapter.Adapter`.
"""

# This protocol has one channel, so the port's ``channel`` says nothing here.

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, assert_never

from collab.crdt.lib0 import Decoder, Encoder
from collab.errors import DesignRoomsError, InvalidUpdate, PeerError, ProtocolError
from collab.ids import SessionId
from collab.limits import STEP2_BYTES_MAX
from collab.messages import (
    Ack,
    AwarenessChanged,
    Dialect,
    Event,
    Joined,
    LockAnswer,
    LocksChanged,
    Lost,
    Missed,
    NotRead,
    Principal,
    Problems,
    QueryAwareness,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SetAwareness,
    SnapshotSent,
    StateVector,
    SyncDiff,
    Unsubscribed,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import (
    Close,
    CloseCode,
    Output,
    check_frame,
    close_code_of_denial,
    is_final,
    reason_of,
)
from collab.protocol.sync import (
    MESSAGE_AUTH,
    MESSAGE_AWARENESS,
    MESSAGE_QUERY_AWARENESS,
    MESSAGE_SYNC,
    STEP1,
    STEP2,
    UPDATE,
    SyncState,
    answer_step1,
    awareness_frame,
    read_awareness,
    read_sync,
    step2_too_large,
    sync_frame,
)
from collab.revision import Revision

__all__ = ["YjsAdapter"]

_PERMISSION_DENIED: Final = 0
_NO_PREFIX: Final = b""


class YjsAdapter:
    """One y-websocket connection. Its only channel is ``""``, opened before the first frame."""

    dialect = Dialect.YJS
    is_text = False

    def __init__(self) -> None:
        self._session: SessionId | None = None
        self._sync = SyncState()
        self._is_closed = False

    def receive(self, frame: bytes) -> Output:
        if self._session is None or self._is_closed:
            return Output()
        try:
            return self._receive(frame, self._session)
        except PeerError as error:
            return self.failed(error)

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        """Say nothing: the client speaks first, and its step 1 makes the room tell the rest."""
        self._session = session
        return Output()

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        reason = reason_of(error.code, error.message)
        output = self._close(close_code_of_denial(error), reason)
        if output.close is not None and is_final(output.close.code):
            output.frames.append(_permission_denied(reason))
        return output

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        return self._close(code, reason_of(error, reason))

    def failed(self, error: DesignRoomsError) -> Output:
        return self._close(error.close_code, reason_of(error.code, error.message))

    def event(self, channel: str, event: Event) -> Output:
        if self._session is None or self._is_closed:
            return Output()
        return self._event(event, self._session)

    def revision_key(self, channel: str) -> Hashable:
        return Dialect.YJS

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        if not revision.update:
            return None
        return self.encode_update(channel, revision.update)

    def encode_update(self, channel: str, update: bytes) -> bytes:
        return sync_frame(_NO_PREFIX, UPDATE, update)

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> bytes:
        return awareness_frame(_NO_PREFIX, event.entries)

    def keepalive(self) -> bytes:
        """An awareness message without entries: the client counts messages, not pings. [YW9]"""
        return awareness_frame(_NO_PREFIX, ())

    def _receive(self, frame: bytes, session: SessionId) -> Output:
        decoder = Decoder(frame)
        message = decoder.read_var_uint()
        if message == MESSAGE_SYNC:
            return self._receive_sync(frame, decoder, session)
        check_frame(frame)
        if message == MESSAGE_AWARENESS:
            return Output(requests=[SetAwareness(session, read_awareness(decoder))])
        if message == MESSAGE_QUERY_AWARENESS:
            decoder.expect_end()
            return Output(requests=[QueryAwareness(session)])
        raise ProtocolError(f"{message} is no type of a message that a client sends")

    def _receive_sync(self, frame: bytes, decoder: Decoder, session: SessionId) -> Output:
        kind, payload = read_sync(decoder)
        if kind == STEP2:
            if len(payload) > STEP2_BYTES_MAX:
                return self._close(
                    CloseCode.STEP2_TOO_LARGE,
                    step2_too_large(len(payload)),
                )
            seq = self._sync.next_seq()
            self._sync.take_step2(seq)
            return Output(requests=[Update(session, seq, payload, UpdateKind.STEP2)])
        check_frame(frame)
        if kind == STEP1:
            self._sync.take_step1()
            return Output(requests=[StateVector(session, payload)])
        return Output(requests=[Update(session, self._sync.next_seq(), payload, UpdateKind.LIVE)])

    def _event(self, event: Event, session: SessionId) -> Output:
        match event:
            case SyncDiff():
                self._sync.take_diff()
                return answer_step1(_NO_PREFIX, event)
            case ServerStateVector():
                self._sync.take_state_vector()
                return Output(frames=[sync_frame(_NO_PREFIX, STEP1, event.state_vector)])
            case Resync():
                return self._resync(event, session)
            case Ack():
                if event.is_step2:
                    self._sync.decide(event.seq)
                return Output()
            case Refusal():
                return self._refuse(event)
            case AwarenessChanged():
                frames = [self.encode_awareness("", event)] if event.entries else []
                return Output(frames=frames)
            case (
                Joined()
                | SnapshotSent()
                | Lost()
                | ReadOnly()
                | Problems()
                | LockAnswer()
                | LocksChanged()
                | Missed()
                | NotRead()
                | Unsubscribed()
            ):
                # The protocol has no message for these; the document itself tells what it can.
                return Output()
            case _:
                assert_never(event)

    def _resync(self, event: Resync, session: SessionId) -> Output:
        try:
            is_needed = self._sync.needs_step1(event)
        except InvalidUpdate as error:
            return self._close(CloseCode.UNACCEPTABLE, error.message)
        return Output(requests=[QueryStateVector(session)] if is_needed else [])

    def _refuse(self, event: Refusal) -> Output:
        if event.is_fatal:
            return self._close(CloseCode.UNACCEPTABLE, reason_of(event.code, event.reason))
        if event.is_step2:
            self._sync.decide(event.seq)
        return Output()

    def _close(self, code: int, reason: str) -> Output:
        self._is_closed = True
        return Output(close=Close(code, reason))


def _permission_denied(reason: str) -> bytes:
    encoder = Encoder()
    encoder.write_var_uint(MESSAGE_AUTH)
    encoder.write_var_uint(_PERMISSION_DENIED)
    encoder.write_var_string(reason)
    return encoder.to_bytes()
