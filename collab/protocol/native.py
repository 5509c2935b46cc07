"""The native protocol: msgpack maps, for OT clients, Yjs clients and programs.

One room a socket, named by its URL. The client says ``hello`` and waits for ``welcome``; from then
on it submits ops made at a revision, or updates, and is pushed every revision in order. Everything
that it sends under a ``seq`` is answered by exactly one of ``ack``, ``refuse`` and ``resync``.

SPEC: section NA, which is the text of the protocol. Called by the host through
:class:`~collab.protocol.adapter.Adapter`.
"""

# This protocol has one channel, so the port's ``channel`` says nothing here.

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from typing import Final, NoReturn, assert_never

import orjson

from collab.errors import (
    DesignRoomsError,
    InvalidOp,
    InvalidValue,
    LimitExceeded,
    PeerError,
    ProtocolError,
)
from collab.ids import ClientId, Epoch, RevisionNo, SessionId, SourceId
from collab.limits import AWARENESS_STATE_BYTES_MAX, SOURCE_BYTES_MAX, TOKEN_BYTES_MAX
from collab.messages import (
    Ack,
    AwarenessChanged,
    AwarenessEntry,
    Dialect,
    Event,
    Fetch,
    Joined,
    LockAnswer,
    LocksChanged,
    Lost,
    Missed,
    NotRead,
    Principal,
    Problems,
    ReadOnly,
    Refusal,
    Resync,
    Revert,
    ServerStateVector,
    SetAwareness,
    SnapshotSent,
    StateVector,
    Submit,
    SyncDiff,
    Undo,
    Unsubscribed,
    Update,
    UpdateKind,
)
from collab.ot.types import find_type
from collab.protocol import native_frames
from collab.protocol.adapter import (
    Close,
    CloseCode,
    OpenRoom,
    Output,
    Request,
    close_code_of_denial,
)
from collab.protocol.lock_frames import answer_fields, changed_fields, read_lock, state_fields
from collab.protocol.native_frames import Fields, error_frame, pack, read_frame
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json, normalize

__all__ = ["NATIVE_VERSION", "NativeAdapter"]

NATIVE_VERSION: Final = 1

_CHANNEL: Final = ""
_CHANGES: Final = {
    "op": ChangeKind.OP,
    "create": ChangeKind.CREATE,
    "del": ChangeKind.DELETE,
}


class _Stage(Enum):
    NEW = "new"
    OPENING = "opening"
    WELCOMED = "welcomed"
    CLOSED = "closed"


class NativeAdapter:
    """One native connection. Its only channel is ``""``, opened by ``hello``."""

    dialect = Dialect.NATIVE
    is_text = False

    def __init__(self) -> None:
        self._stage = _Stage.NEW
        self._session = SessionId("")
        self._source = SourceId("")
        self._client = ClientId(0)
        self._clock = 0

    def receive(self, frame: bytes) -> Output:
        if self._stage is _Stage.CLOSED:
            return Output()
        try:
            return self._receive(read_frame(frame))
        except PeerError as error:
            return self.failed(error)

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        """Wait for the room's ``Joined``, which makes the welcome."""
        self._session = session
        self._source = self._source or SourceId(session)
        return Output()

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        return self._close(close_code_of_denial(error), error.code, error.message)

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        return self._close(code, error or "room_closed", reason)

    def failed(self, error: DesignRoomsError) -> Output:
        return self._close(error.close_code, error.code, error.message)

    def event(self, channel: str, event: Event) -> Output:
        if self._stage is _Stage.CLOSED:
            return Output()
        match event:
            case Joined():
                self._stage = _Stage.WELCOMED
                self._client = event.client
                frame = native_frames.welcome(event, state_fields(event.locks))
                return Output(frames=[frame])
            case Refusal() if event.is_fatal:
                output = self._close(CloseCode.UNACCEPTABLE, event.code, event.reason)
                output.frames.insert(0, native_frames.refusal(event))
                return output
            case _:
                frame = _encode_event(event)
                return Output(frames=[frame] if frame else [])

    def revision_key(self, channel: str) -> Hashable:
        return Dialect.NATIVE

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        """Return the push; a revision without any change is pushed too, so that none is missing."""
        return native_frames.revision_frame(revision)

    def encode_update(self, channel: str, update: bytes) -> NoReturn:
        """Native sessions are caught up revision by revision; merged updates name none."""
        raise AssertionError("a native session is caught up by its revisions")

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> bytes:
        return native_frames.presence(event)

    def keepalive(self) -> bytes:
        return pack({"type": "pong"})

    def _receive(self, fields: Fields) -> Output:
        kind = fields.text("type")
        if kind == "ping":
            return Output(frames=[pack({"type": "pong"})])
        if kind == "hello":
            return self._hello(fields)
        if self._stage is not _Stage.WELCOMED:
            raise ProtocolError("say hello and wait for the welcome", code="protocol_order")
        match kind:
            case "submit":
                return self._submit(fields)
            case "revert":
                revision = RevisionNo(fields.integer("revision"))
                seq = fields.integer("seq", minimum=1)
                return _request(Revert(self._session, self._source, seq, revision))
            case "undo" | "redo":
                return _request(self._undo(fields, is_redo=kind == "redo"))
            case "update":
                return _request(self._update(fields))
            case "sync":
                return _request(StateVector(self._session, fields.data("state_vector")))
            case "lock":
                return _request(read_lock(fields, self._session))
            case "presence":
                return _request(self._presence(fields))
            case "fetch":
                return _request(Fetch(self._session, fields.integer("id")))
            case _:
                raise ProtocolError(f"{kind[:64]!r} is no message", code="protocol_type")

    def _hello(self, fields: Fields) -> Output:
        if self._stage is not _Stage.NEW:
            raise ProtocolError("hello was said already", code="protocol_order")
        if fields.integer("version") != NATIVE_VERSION:
            raise ProtocolError(
                f"this server speaks version {NATIVE_VERSION}", code="protocol_version"
            )
        token = _bounded(fields, "token", TOKEN_BYTES_MAX)
        source = _bounded(fields, "source", SOURCE_BYTES_MAX)
        since = fields.optional_integer("since")
        epoch = fields.optional_integer("epoch")
        self._source = SourceId(source or "")
        self._stage = _Stage.OPENING
        return _request(
            OpenRoom(
                channel=_CHANNEL,
                name="",
                token=token or None,
                since=None if since is None else RevisionNo(since),
                epoch=None if epoch is None else Epoch(epoch),
            )
        )

    def _submit(self, fields: Fields) -> Output:
        seq = fields.integer("seq", minimum=1)
        base = RevisionNo(fields.integer("base"))
        kind, change = _read_change(fields)
        try:
            change = normalize(change)
            type_name = find_type(fields.optional_text("doctype") or DEFAULT_TYPE).name
        except (InvalidOp, InvalidValue) as error:
            # The frame is sound and only its value is not: that costs the client this change.
            refusal = Refusal(seq, error.code, error.message, path=error.path)
            return Output(frames=[native_frames.refusal(refusal)])
        return _request(Submit(self._session, self._source, seq, base, kind, change, type_name))

    def _undo(self, fields: Fields, *, is_redo: bool) -> Undo:
        seq = fields.integer("seq", minimum=1)
        named = _bounded(fields, "source", SOURCE_BYTES_MAX)
        of = self._source if named is None else SourceId(named)
        return Undo(self._session, self._source, seq, of, is_redo)

    def _update(self, fields: Fields) -> Update:
        kind = UpdateKind.STEP2 if fields.flag("answer") else UpdateKind.LIVE
        seq = fields.integer("seq", minimum=1)
        return Update(self._session, seq, fields.data("update"), kind)

    def _presence(self, fields: Fields) -> SetAwareness:
        state = fields.value("state")
        if state is not None and not isinstance(state, dict):
            raise ProtocolError("a presence state is a map or nil", code="protocol_field")
        state = normalize(state)
        if len(orjson.dumps(state)) > AWARENESS_STATE_BYTES_MAX:
            raise LimitExceeded(
                f"a presence state exceeds {AWARENESS_STATE_BYTES_MAX} bytes of JSON",
                code="limit_awareness",
            )
        self._clock += 1
        return SetAwareness(self._session, (AwarenessEntry(self._client, self._clock, state),))

    def _close(self, code: int, error_code: str, reason: str) -> Output:
        self._stage = _Stage.CLOSED
        return Output(frames=[error_frame(error_code, reason)], close=Close(code, reason))


def _encode_event(
    event: SnapshotSent
    | Missed
    | NotRead
    | Unsubscribed
    | SyncDiff
    | ServerStateVector
    | Ack
    | Lost
    | Refusal
    | Resync
    | ReadOnly
    | AwarenessChanged
    | Problems
    | LockAnswer
    | LocksChanged,
) -> bytes:
    match event:
        case SnapshotSent():
            return native_frames.snapshot(event)
        case SyncDiff():
            return native_frames.diff(event)
        case Ack():
            return native_frames.ack(event)
        case Refusal():
            return native_frames.refusal(event)
        case Lost():
            return native_frames.lost(event)
        case Resync():
            return pack({"type": "resync", "seq": event.seq})
        case ReadOnly():
            return native_frames.read_only(event)
        case AwarenessChanged():
            return native_frames.presence(event) if event.entries else b""
        case Problems():
            return native_frames.problems(event)
        case LockAnswer():
            return pack(answer_fields(event))
        case LocksChanged():
            return pack(changed_fields(event))
        case ServerStateVector() | Missed() | NotRead() | Unsubscribed():
            # Only adapters of other dialects ask for these; a native client sends ``sync``.
            return b""
        case _:
            assert_never(event)


def _read_change(fields: Fields) -> tuple[ChangeKind, Json]:
    names = [name for name in _CHANGES if name in fields]
    if len(names) != 1:
        raise ProtocolError(
            "a submit holds exactly one of op, create and del", code="protocol_field"
        )
    name = names[0]
    change = fields.value(name)
    if name == "del":
        if change is not True:
            raise ProtocolError("the field 'del' must be true", code="protocol_field")
        return ChangeKind.DELETE, None
    if name == "op" and not isinstance(change, list):
        raise ProtocolError("the field 'op' must be a list", code="protocol_field")
    return _CHANGES[name], change


def _bounded(fields: Fields, name: str, bytes_max: int) -> str | None:
    text = fields.optional_text(name)
    if text is not None and len(text.encode()) > bytes_max:
        raise LimitExceeded(f"the {name} exceeds {bytes_max} bytes", code=f"limit_{name}")
    return text


def _request(request: Request) -> Output:
    return Output(requests=[request])
