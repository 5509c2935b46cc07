"""The Hocuspocus protocol: several documents on one socket, each under its address.

The provider sends its token, step 1 and awareness at once, so an address queues until the host has
decided. Updates that come before that are not queued but counted: the step 2 that follows holds
them, and acknowledging it acknowledges them (see ``hocuspocus_events``).

SPEC: section HP. Called by the host through :class:`~collab.protocol.adapter.Adapter`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import orjson

from collab.crdt.lib0 import Decoder
from collab.errors import (
    DesignRoomsError,
    LimitExceeded,
    PeerError,
    ProtocolError,
)
from collab.ids import SessionId
from collab.limits import (
    ADDRESS_BYTES_MAX,
    ADDRESSES_PER_SOCKET_MAX,
    FRAME_BYTES_MAX,
    HELD_ACKS_MAX,
    STEP2_BYTES_MAX,
    TOKEN_BYTES_MAX,
    UNAUTHENTICATED_MESSAGES_MAX,
)
from collab.messages import (
    AwarenessChanged,
    Dialect,
    Event,
    Principal,
    QueryAwareness,
    SetAwareness,
    StateVector,
    Update,
    UpdateKind,
)
from collab.protocol.adapter import (
    Close,
    CloseRoom,
    OpenRoom,
    Output,
    check_frame,
    close_code_of_denial,
    is_final,
    reason_of,
)
from collab.protocol.address import Address, Stage
from collab.protocol.hocuspocus_events import end, expel, tell
from collab.protocol.hocuspocus_frames import (
    AUTH_TOKEN,
    MESSAGE_CLOSE,
    MESSAGE_STATELESS,
    PING,
    PONG,
    authenticated,
    encode_stateless,
    permission_denied,
    prefix_of,
)
from collab.protocol.lock_frames import read_lock
from collab.protocol.native_frames import Fields
from collab.protocol.sync import (
    MESSAGE_AUTH,
    MESSAGE_AWARENESS,
    MESSAGE_QUERY_AWARENESS,
    MESSAGE_SYNC,
    STEP1,
    STEP2,
    UPDATE,
    awareness_frame,
    read_awareness,
    read_sync,
    step2_too_large,
    sync_frame,
)
from collab.revision import Revision

__all__ = ["HocuspocusAdapter", "encode_stateless"]

_NAME_END: Final = "\0"
_DOCUMENT_MESSAGES: Final = frozenset({MESSAGE_SYNC, MESSAGE_AWARENESS, MESSAGE_QUERY_AWARENESS})


class HocuspocusAdapter:
    """One Hocuspocus connection; a channel is an address, as the client wrote it."""

    dialect = Dialect.HOCUSPOCUS
    is_text = False

    def __init__(self) -> None:
        self._addresses: dict[str, Address] = {}
        self._is_closed = False

    def receive(self, frame: bytes) -> Output:
        if self._is_closed:
            return Output()
        if frame == PING:
            return Output(frames=[PONG])
        if frame == PONG:
            return Output()
        try:
            return self._receive(frame)
        except PeerError as error:
            return self.failed(error)

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        """Say what the principal may do, then let out what the address has queued."""
        address = self._addresses.get(channel)
        if address is None or address.stage is not Stage.DECIDING:
            return Output()
        output = Output(frames=[authenticated(channel, principal.role)])
        for frame in address.open(session):
            queued = self.receive(frame)
            output.frames += queued.frames
            output.requests += queued.requests
            output.close = output.close or queued.close
        return output

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        """Deny this address and keep the socket, which others share; a failure closes it.

        A provider does not come back from a denial, so what may pass a moment later closes the
        socket with a code after which it reconnects.
        """
        address = self._addresses.get(channel)
        if address is None or address.stage is not Stage.DECIDING:
            return Output()
        code, reason = close_code_of_denial(error), reason_of(error.code, error.message)
        if not is_final(code):
            return self._close(code, reason)
        address.deny()
        return Output(frames=[permission_denied(channel, reason)])

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        address = self._addresses.get(channel)
        if address is None or address.session is None:
            return Output()
        reason = reason_of(error, reason)
        if not is_final(code):
            return self._close(code, reason)
        return end(channel, address, reason)

    def failed(self, error: DesignRoomsError) -> Output:
        return self._close(error.close_code, reason_of(error.code, error.message))

    def event(self, channel: str, event: Event) -> Output:
        address = self._addresses.get(channel)
        if address is None or address.session is None or self._is_closed:
            return Output()
        return tell(channel, address, address.session, event)

    def revision_key(self, channel: str) -> Hashable:
        return Dialect.HOCUSPOCUS, channel

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        if not revision.update:
            return None
        return self.encode_update(channel, revision.update)

    def encode_update(self, channel: str, update: bytes) -> bytes:
        return sync_frame(prefix_of(channel), UPDATE, update)

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> bytes:
        return awareness_frame(prefix_of(channel), event.entries)

    def keepalive(self) -> bytes:
        """A ping: the provider counts every message, this one too, as a sign of life."""
        return PING

    def _receive(self, frame: bytes) -> Output:
        decoder = Decoder(frame)
        channel = _read_address(decoder)
        message = decoder.read_var_uint()
        if message != MESSAGE_SYNC:
            check_frame(frame)
        if message in _DOCUMENT_MESSAGES:
            return self._receive_document(channel, message, decoder, frame)
        if message == MESSAGE_AUTH:
            return self._receive_token(channel, decoder)
        if message == MESSAGE_STATELESS:
            text = decoder.read_var_string()
            decoder.expect_end()
            return self._receive_stateless(channel, text)
        if message == MESSAGE_CLOSE:
            decoder.expect_end()
            return self._leave(channel)
        raise ProtocolError(f"{message} is no type of a message that a client sends")

    def _receive_token(self, channel: str, decoder: Decoder) -> Output:
        if decoder.read_var_uint() != AUTH_TOKEN:
            raise ProtocolError("a client sends no other auth message than its token")
        token = decoder.read_var_string()
        if not decoder.at_end:
            decoder.read_var_string()  # The provider's version, which older ones leave out.
        decoder.expect_end()
        if len(token.encode()) > TOKEN_BYTES_MAX:
            raise LimitExceeded(f"a token exceeds {TOKEN_BYTES_MAX} bytes", code="limit_token")
        address = self._address(channel)
        if address is None:
            reason = f"a socket carries at most {ADDRESSES_PER_SOCKET_MAX} documents"
            reason = reason_of("limit_documents", reason)
            return Output(frames=[permission_denied(channel, reason)])
        if address.stage in {Stage.DECIDING, Stage.OPEN}:
            # A second token changes nothing: the first decides who the session is.
            return Output()
        if address.stage is Stage.DENIED:
            address = self._addresses[channel] = Address()
        address.stage = Stage.DECIDING
        name = channel.partition(_NAME_END)[0]
        return Output(requests=[OpenRoom(channel, name, token or None)])

    def _receive_stateless(self, channel: str, text: str) -> Output:
        """Take what a client says of a lock; anything else that it says here has no meaning."""
        address = self._addresses.get(channel)
        session = None if address is None else address.session
        if session is None:
            return Output()
        try:
            fields = orjson.loads(text)
        except orjson.JSONDecodeError:
            return Output()
        if not isinstance(fields, dict) or fields.get("type") != "lock":
            return Output()
        return Output(requests=[read_lock(Fields(fields), session)])

    def _receive_document(
        self, channel: str, message: int, decoder: Decoder, frame: bytes
    ) -> Output:
        address = self._address(channel)
        if address is None or address.stage is Stage.DENIED:
            return Output()
        if message == MESSAGE_SYNC:
            return self._receive_sync(channel, address, decoder, frame)
        if address.session is None:
            # The room tells everybody's awareness unasked, so only the client's own is kept.
            if message == MESSAGE_AWARENESS:
                address.awareness_frame = b""
                if self._has_place(frame):
                    address.awareness_frame = frame
            return Output()
        if message == MESSAGE_AWARENESS:
            return Output(requests=[SetAwareness(address.session, read_awareness(decoder))])
        decoder.expect_end()
        return Output(requests=[QueryAwareness(address.session)])

    def _receive_sync(
        self, channel: str, address: Address, decoder: Decoder, frame: bytes
    ) -> Output:
        kind, payload = read_sync(decoder)
        if kind == STEP2 and len(payload) > STEP2_BYTES_MAX:
            # Closing the socket would only make the provider send the same again.
            return expel(channel, address, step2_too_large(len(payload)))
        if kind != STEP2:
            check_frame(frame)
        if address.held + address.undecided > HELD_ACKS_MAX:
            raise LimitExceeded(
                f"more than {HELD_ACKS_MAX} edits wait for their acknowledgement",
                code="limit_acks",
            )
        session = address.session
        if session is None:
            self._queue(address, kind, frame)
            return Output()
        if kind == STEP1:
            address.sync.take_step1()
            return Output(requests=[StateVector(session, payload)])
        seq = address.sync.next_seq()
        address.undecided += 1
        if kind == UPDATE:
            return Output(requests=[Update(session, seq, payload, UpdateKind.LIVE)])
        address.sync.take_step2(seq)
        return Output(requests=[Update(session, seq, payload, UpdateKind.STEP2)])

    def _queue(self, address: Address, kind: int, frame: bytes) -> None:
        if kind != STEP1:
            address.held += 1
        elif len(address.step1_frames) < UNAUTHENTICATED_MESSAGES_MAX and self._has_place(frame):
            address.step1_frames.append(frame)
        else:
            raise LimitExceeded(
                "too much was sent before it was decided who may enter",
                code="limit_unauthenticated",
            )

    def _has_place(self, frame: bytes) -> bool:
        queued = sum(address.queued_bytes for address in self._addresses.values())
        return queued + len(frame) <= FRAME_BYTES_MAX

    def _address(self, channel: str) -> Address | None:
        """Return the state of *channel*, or None if it is new and there is no place for it."""
        address = self._addresses.get(channel)
        if address is None and len(self._addresses) < ADDRESSES_PER_SOCKET_MAX:
            address = self._addresses[channel] = Address()
        return address

    def _leave(self, channel: str) -> Output:
        address = self._addresses.pop(channel, None)
        if address is None or address.stage not in {Stage.DECIDING, Stage.OPEN}:
            return Output()
        return Output(requests=[CloseRoom(channel)])

    def _close(self, code: int, reason: str) -> Output:
        self._is_closed = True
        return Output(close=Close(code, reason))


def _read_address(decoder: Decoder) -> str:
    address = decoder.read_var_string()
    if len(address.encode()) > ADDRESS_BYTES_MAX:
        raise ProtocolError(f"an address is longer than {ADDRESS_BYTES_MAX} bytes")
    return address
