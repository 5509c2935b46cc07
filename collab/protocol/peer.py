"""What nodes of a cluster say to each other about a room.

A node with sessions in a room that another node owns *watches* it: it is told every revision and
everybody's awareness, and hands over what its sessions do. Each message is one msgpack array, its
kind first, which a link carries in order. Records are written by their fields, so that both ends
have to run the same version; an end that reads something else drops the link.
SPEC: section BU. Called by ``host.cluster``.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

from collab.errors import DesignRoomsError, ProtocolError
from collab.ids import RevisionNo, RoomId, SessionId
from collab.marks import pack, unpack
from collab.messages import (
    Ack,
    AwarenessEntry,
    Leave,
    Lock,
    LockAnswer,
    Lost,
    Principal,
    ReadOnly,
    Refusal,
    Resync,
    Revert,
    RoomGrant,
    SetAwareness,
    Submit,
    Undo,
    Update,
)
from collab.revision import Revision, decode_revision, encode_revision

__all__ = [
    "Aware",
    "Closed",
    "Enter",
    "Expel",
    "NotOwner",
    "PeerMessage",
    "Perform",
    "Published",
    "Told",
    "Unwatch",
    "Watch",
    "Watched",
    "decode_message",
    "encode_message",
]

# What a guest may do, and what it is told.
_Command: TypeAlias = Submit | Revert | Undo | Update | Lock | SetAwareness | Leave
_Event: TypeAlias = Ack | Lost | Refusal | Resync | ReadOnly | LockAnswer


@dataclass(frozen=True, slots=True)
class Watch:
    """To the owner: this node has sessions in *room*, and wants to be told of it."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class Unwatch:
    """To the owner: this node has nobody in *room* any more."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class Enter:
    """To the owner: a session of *principal* is about to do something."""

    room: RoomId
    session: SessionId
    principal: Principal


@dataclass(frozen=True, slots=True)
class Perform:
    """To the owner: what a session does that has entered."""

    room: RoomId
    command: _Command


@dataclass(frozen=True, slots=True)
class Watched:
    """To a watcher: it is told from here on; the log is durable up to *head*."""

    room: RoomId
    head: RevisionNo
    entries: tuple[AwarenessEntry, ...]


@dataclass(frozen=True, slots=True)
class NotOwner:
    """To a watcher: somebody else owns *room*, or nobody does."""

    room: RoomId


@dataclass(frozen=True, slots=True)
class Published:
    """To a watcher: these revisions are durable, and the log is up to *head*."""

    room: RoomId
    revisions: tuple[Revision, ...]
    head: RevisionNo


@dataclass(frozen=True, slots=True)
class Told:
    """To a watcher: what one of its sessions is answered."""

    room: RoomId
    session: SessionId
    event: _Event


@dataclass(frozen=True, slots=True)
class Expel:
    """To a watcher: the owner has shut one of its sessions out."""

    room: RoomId
    session: SessionId
    code: int
    reason: str
    error: str


@dataclass(frozen=True, slots=True)
class Aware:
    """To a watcher: what sessions show that are not its own, or were; all of them if ``is_all``."""

    room: RoomId
    entries: tuple[AwarenessEntry, ...]
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """To everybody: the room is closed at its owner. With a final *code* it is for good."""

    room: RoomId
    code: int
    reason: str


PeerMessage: TypeAlias = (
    Watch
    | Unwatch
    | Enter
    | Perform
    | Watched
    | NotOwner
    | Published
    | Told
    | Expel
    | Aware
    | Closed
)

_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (
        *get_args(PeerMessage),
        *get_args(_Command),
        *get_args(_Event),
        AwarenessEntry,
        Principal,
        RoomGrant,
        RoomId,
    )
}

_Converter: TypeAlias = Callable[[Any], Any]


def encode_message(message: PeerMessage) -> bytes:
    """Return the bytes of *message*."""
    return pack(_written(message))


def decode_message(data: bytes) -> PeerMessage:
    """Return the message of *data*; ``ProtocolError`` if it is none of this version."""
    try:
        message = _read(unpack(data))
    except (DesignRoomsError, TypeError, ValueError, KeyError, IndexError) as error:
        raise ProtocolError("a node sent a message of another version") from error
    if not isinstance(message, PeerMessage):
        raise ProtocolError("a node sent a message of another version")
    return message


def _written(value: Any) -> Any:
    if isinstance(value, Revision):
        return [value.number, encode_revision(value)]
    name = type(value).__name__
    if _KINDS.get(name) is type(value):
        return [name, *(_written(getattr(value, key)) for key in _NAMES[type(value)])]
    if isinstance(value, (tuple, frozenset)):
        return [_written(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _read(data: Any) -> Any:
    kind = _KINDS[data[0]]
    converters = _CONVERTERS[kind]
    if len(data) != len(converters) + 1:
        raise ValueError(f"{kind.__name__} has {len(converters)} fields")
    return kind(*(convert(item) for convert, item in zip(converters, data[1:], strict=True)))


def _converter(hint: Any) -> _Converter:
    """Return what makes of a value as it was read one of the type *hint*."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        kinds = [item for item in get_args(hint) if item is not type(None)]
        if all(item in _KINDS.values() for item in kinds):
            return lambda value: None if value is None else _read(value)
        convert = _converter(kinds[0])
        return lambda value: None if value is None else convert(value)
    if origin in (tuple, frozenset):
        item_of = _converter(get_args(hint)[0])
        return lambda value: origin(map(item_of, value))
    if hint is Revision:
        return lambda value: decode_revision(RevisionNo(value[0]), value[1])
    if hint in _KINDS.values():
        return _read
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    return _unchanged


def _unchanged(value: Any) -> Any:
    return value


_NAMES: Final = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS.values()}
_CONVERTERS: Final = {
    kind: tuple(_converter(get_type_hints(kind)[name]) for name in names)
    for kind, names in _NAMES.items()
}
