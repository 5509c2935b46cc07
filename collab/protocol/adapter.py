"""What every protocol adapter is: a machine between one socket and the sessions it carries.

The host owns one adapter for each socket. It hands every message to ``receive``, performs the
requests that come out (authenticates and joins for ``OpenRoom``, leaves for ``CloseRoom``, feeds
commands to the room, looks up what an ``Ask`` asks), sends the frames and then closes if told so.
A socket carries one or more *channels*, each with at most one session. Requests of one channel are
performed in order: an ``OpenRoom`` that was followed by a ``CloseRoom`` before it was decided gets
neither ``opened`` nor ``denied``; ``opened`` comes before the session's first event, and events of
a session that left are not handed over any more.

An adapter never raises for what a peer sent: it answers, or asks for the socket to be closed.
SPEC: sections YW, HP, NA and SD. Called by the host and the socket routes.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol, TypeAlias, runtime_checkable

from collab.errors import DesignRoomsError, LimitExceeded, OperatingError
from collab.ids import Epoch, RevisionNo, SessionId
from collab.limits import FRAME_BYTES_MAX
from collab.messages import AwarenessChanged, Dialect, Event, Principal, SessionCommand
from collab.protocol.sharedb_presence import ChannelRequest
from collab.protocol.sharedb_queries import QueryRequest
from collab.revision import DEFAULT_TYPE, Revision

__all__ = [
    "Adapter",
    "Answer",
    "Ask",
    "AskingAdapter",
    "Close",
    "CloseCode",
    "CloseRoom",
    "OpenRoom",
    "Output",
    "Question",
    "Request",
    "SnapshotAt",
    "SnapshotRead",
    "SocketRequest",
    "check_frame",
    "close_code_of_denial",
    "is_final",
    "reason_of",
]


# What the codes of all limits begin with.
_LIMITS: Final = "limit_"


class CloseCode(IntEnum):
    """The WebSocket close codes that adapters choose themselves.

    Clients take 4400 to 4499 as final and come back after any other code.
    """

    PROTOCOL_ERROR = 1002
    POLICY = 1008
    TOO_LARGE = 1009
    TRY_AGAIN = 1013
    BAD_REQUEST = 4400
    FORBIDDEN = 4403
    STEP2_TOO_LARGE = 4413
    UNACCEPTABLE = 4422


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """Authenticate, resolve the room and join it for *channel*; then ``opened`` or ``denied``.

    ``name`` is the room as the client wrote it, empty where the socket's URL names it. ``token``
    is None where the client sent none; ``since`` and ``epoch`` go into ``Join``.
    """

    channel: str
    name: str
    token: str | None
    since: RevisionNo | None = None
    epoch: Epoch | None = None


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """The session of this channel leaves, or is not opened any more."""

    channel: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the whole socket after the frames are sent; nothing more is received."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class SnapshotAt:
    """The document of the room named *name* as it was at a revision, or at a time (Unix, ms).

    None for both is the newest. It is read from the history, so the principal needs its right.
    """

    name: str
    revision: RevisionNo | None = None
    time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRead:
    """The answer to ``SnapshotAt``: ``json`` is empty where there was no document.

    ``type`` names its type.
    """

    revision: RevisionNo
    exists: bool
    json: bytes
    type: str = DEFAULT_TYPE


Question: TypeAlias = SnapshotAt
Answer: TypeAlias = SnapshotRead


@dataclass(frozen=True, slots=True)
class Ask:
    """Look something up for this socket's principal; then ``answered`` with the same number.

    What is asked of no room's session: a snapshot of the past, a collection.
    """

    request: int
    question: Question


# What is performed for the socket as a whole, not in one room.
SocketRequest: TypeAlias = ChannelRequest | QueryRequest
Request: TypeAlias = OpenRoom | CloseRoom | SessionCommand | Ask | SocketRequest


@dataclass(slots=True)
class Output:
    """What the host is to do: send the frames, perform the requests, then close if asked.

    ``large`` is one more frame, in parts, that goes before the others: a document that is too large
    to be put together, and kept until it has left, for each of the sessions that are sent it.
    """

    frames: list[bytes] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    close: Close | None = None
    large: tuple[bytes, ...] = ()


class Adapter(Protocol):
    """One socket's protocol. Methods are synchronous and touch nothing but the adapter.

    The ``encode_*`` methods depend on their argument and the channel's ``revision_key`` alone, so
    that the host may hand the bytes made for one session to every session of an equal key.
    """

    dialect: Dialect
    # Whether messages are texts, handed over and taken as their UTF-8, or binary.
    is_text: bool

    def receive(self, frame: bytes) -> Output:
        """Take one message; what is wrong with it turns into an answer or a close."""
        ...

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        """The host has joined *session*; what was queued for the channel comes out."""
        ...

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        """The host could not join; a client may retry what is an operating failure."""
        ...

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        """The room has closed this session's door; the session has already left.

        *error* is the stable code of the limit that it met, if it was one.
        """
        ...

    def failed(self, error: DesignRoomsError) -> Output:
        """Close the whole socket for *error*, which no message of the peer's is to blame for."""
        ...

    def event(self, channel: str, event: Event) -> Output:
        """Tell the client one event of its session; unknown channels are ignored."""
        ...

    def revision_key(self, channel: str) -> Hashable:
        """Sessions of equal keys, whatever their sockets, may be sent the very same bytes."""
        ...

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        """Return the frame that pushes *revision*, or None if there is nothing to say."""
        ...

    def encode_update(self, channel: str, update: bytes) -> bytes:
        """Return the frame of merged updates that catches a slow session up (Yjs dialects)."""
        ...

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> bytes:
        """Return the frame that spreads awareness."""
        ...

    def keepalive(self) -> bytes:
        """Return a frame that changes nothing, for clients that give a silent server up.

        Empty if the dialect's clients wait for none.
        """
        ...


@runtime_checkable
class AskingAdapter(Adapter, Protocol):
    """An adapter that speaks first, and that asks what no room's session is needed for."""

    def started(self) -> Output:
        """The socket is open: return what is said before the peer has said anything."""
        ...

    def answered(self, request: int, answer: Answer | DesignRoomsError) -> Output:
        """What was asked by ``Ask`` has been looked up, or could not be."""
        ...


def check_frame(frame: bytes) -> None:
    """Raise ``LimitExceeded`` (``limit_frame``) for a live frame that is too large.

    The close code 1009 is not final: the client comes back, and what it wrote arrives in its
    step 2, which may be larger.
    """
    if len(frame) > FRAME_BYTES_MAX:
        raise LimitExceeded(
            f"a message of {len(frame)} bytes exceeds {FRAME_BYTES_MAX}",
            code="limit_frame",
        )


def is_final(code: int) -> bool:
    """Return whether clients take *code* as the end and do not come back."""
    return 4400 <= code < 4500


def reason_of(error: str, message: str) -> str:
    """Return the text of a close or a denial, which begins with the code of a limit.

    Where a dialect has no field for a code, programs find it there; *error* may be empty.
    """
    is_limit = error.startswith(_LIMITS)
    return f"{error}: {message}" if is_limit else message


def close_code_of_denial(error: DesignRoomsError) -> int:
    """Return the close code for a room that could not be opened.

    What may be different a moment later (a failing store, a room that is full) keeps a code that
    clients retry; what the peer has to change first gets a final one.
    """
    if isinstance(error, OperatingError) or is_final(error.close_code):
        return error.close_code
    if isinstance(error, LimitExceeded):
        return CloseCode.TRY_AGAIN
    return CloseCode.BAD_REQUEST
