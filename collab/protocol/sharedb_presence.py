"""Presence in ShareDB's words: what a client says about a channel, and how it is told.

A presence is a value under an id in a channel, numbered by its client (``pv``). A *document
presence* names its document too, and the revision at which its value is right. The adapter hands
the messages ``ps``, ``pu``, ``p`` and ``pr`` over to ``read_channel_request``; what is asked for is
carried out by ``collab.host.listening``, which answers with the frames made here.
SPEC: section PN. Called by the ShareDB adapter and the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

import orjson

from collab.errors import LimitExceeded, ProtocolError
from collab.ids import RevisionNo
from collab.limits import (
    CHANNEL_NAME_BYTES_MAX,
    INTEGER_MAX,
    PRESENCE_ID_BYTES_MAX,
    PRESENCE_VALUE_BYTES_MAX,
)
from collab.protocol.sharedb_frames import Message, encode
from collab.values import FORBIDDEN_KEYS, Json

__all__ = [
    "PRESENCE_ACTIONS",
    "ChannelRequest",
    "Introduce",
    "Place",
    "Presence",
    "Publish",
    "Recall",
    "Unwatch",
    "Watch",
    "encode_presence",
    "encode_recall",
    "encode_watched",
    "is_name",
    "read_channel_request",
]

PRESENCE_ACTIONS: Final = frozenset({"ps", "pu", "p", "pr"})


@dataclass(frozen=True, slots=True)
class Place:
    """The document that a presence is in, and the revision at which its value is right.

    ``type`` is the URI of the document's type. Revision and type are None where a client that has
    nothing to show any more leaves them out.
    """

    collection: str
    document: str
    revision: RevisionNo | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What one client shows in a channel; ``value`` None means that it shows nothing any more.

    ``source`` is the connection's own id, ``version`` counts what its client said under ``id``.
    """

    channel: str
    source: str
    id: str
    version: int
    value: Json
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Introduce:
    """This connection goes by *source* from now on, perhaps as one did that broke."""

    source: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Hear a channel from now on. ``message`` is the client's, to be echoed with a refusal."""

    channel: str
    seq: int | None
    message: Message


@dataclass(frozen=True, slots=True)
class Unwatch:
    """Hear a channel no longer; what was published there stays."""

    channel: str
    seq: int | None
    message: Message


@dataclass(frozen=True, slots=True)
class Publish:
    """Show a presence to everybody who hears its channel."""

    presence: Presence
    message: Message

    @property
    def channel(self) -> str:
        return self.presence.channel


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask everybody who shows something in a channel to say it again."""

    channel: str
    message: Message


ChannelRequest: TypeAlias = Introduce | Watch | Unwatch | Publish | Recall


def read_channel_request(message: Message, source: str) -> Watch | Unwatch | Publish | Recall:
    """Return what a message with one of ``PRESENCE_ACTIONS`` asks for.

    *source* is the id of the connection that sent it, whatever the message itself claims. Raises
    ``ProtocolError`` (``protocol_field``) and ``LimitExceeded`` (``limit_presence``).
    """
    channel = message.value("ch")
    if not is_name(channel):
        raise _malformed("Invalid presence channel")
    _check_bytes(channel, CHANNEL_NAME_BYTES_MAX, "the name of a presence channel")
    seq = message.value("seq")
    if seq is not None and not _is_number(seq):
        raise _malformed("Invalid seq")
    match message.action:
        case "ps":
            return Watch(channel, seq, message)
        case "pu":
            return Unwatch(channel, seq, message)
        case "pr":
            return Recall(channel, message)
        case _:
            return Publish(_read_presence(message, channel, source), message)


def encode_presence(presence: Presence) -> bytes:
    """Return the frame that shows *presence*; to its sender it is the acknowledgement."""
    frame: dict[str, Any] = {
        "a": "p",
        "ch": presence.channel,
        "src": presence.source,
        "id": presence.id,
        "p": presence.value,
        "pv": presence.version,
    }
    place = presence.place
    if place is not None:
        frame |= {
            "c": place.collection,
            "d": place.document,
            "v": place.revision,
            "t": place.type,
        }
    return encode(frame)


def encode_recall(channel: str) -> bytes:
    """Return the frame that asks a client to say again what it shows in *channel*."""
    return encode({"a": "pr", "ch": channel})


def encode_watched(request: Watch | Unwatch | Recall) -> bytes:
    """Return the answer to a request about a channel that has nothing else to say."""
    frame: dict[str, Any] = {"a": request.message.action}
    if not isinstance(request, Recall):
        frame |= {"ch": request.channel, "seq": request.seq}
    return encode(frame)


def is_name(value: object) -> TypeGuard[str]:
    """Return whether *value* may name a channel, a presence, a collection or a document."""
    if not isinstance(value, str) or not value or value in FORBIDDEN_KEYS:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which is in no document's name and cannot be told on.
        return False
    return True


def _read_presence(message: Message, channel: str, source: str) -> Presence:
    identity = message.value("id")
    if not is_name(identity):
        raise _malformed("Invalid presence ID")
    _check_bytes(identity, PRESENCE_ID_BYTES_MAX, "the id of a presence")
    version = message.value("pv")
    if not _is_number(version):
        raise _malformed("Invalid presence version")
    value = message.value("p")
    _check_value(value)
    return Presence(channel, source, identity, version, value, _read_place(message, channel))


def _check_value(value: Json) -> None:
    try:
        size = len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        raise _malformed("Invalid presence: half a surrogate pair, or nested too deep") from None
    if size > PRESENCE_VALUE_BYTES_MAX:
        raise _too_large("the value of a presence", PRESENCE_VALUE_BYTES_MAX)


def _read_place(message: Message, channel: str) -> Place | None:
    collection, document = message.value("c"), message.value("d")
    if collection is None and document is None:
        return None
    if not is_name(collection):
        raise _malformed("Invalid collection")
    if not is_name(document):
        raise _malformed("Invalid id")
    if channel != f"{collection}.{document}":
        # Otherwise the right to one document would be a way to speak in another's channel.
        raise _malformed("A document presence belongs into the channel of its document")
    revision, kind = message.value("v"), message.value("t")
    if revision is not None and not _is_number(revision):
        raise _malformed("Invalid version")
    if kind is not None and not isinstance(kind, str):
        raise _malformed("Invalid type")
    return Place(collection, document, None if revision is None else RevisionNo(revision), kind)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INTEGER_MAX


def _check_bytes(text: str, bytes_max: int, what: str) -> None:
    if len(text.encode()) > bytes_max:
        raise _too_large(what, bytes_max)


def _malformed(reason: str) -> ProtocolError:
    return ProtocolError(reason, code="protocol_field")


def _too_large(what: str, bytes_max: int) -> LimitExceeded:
    return LimitExceeded(f"{what} may have {bytes_max} bytes", code="limit_presence")
