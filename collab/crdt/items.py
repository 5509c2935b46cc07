"""The parts of a Yjs update of version 1, as they are held once they were read.

SPEC: section CR (rule CR6). Made by ``crdt.structs`` and ``crdt.keystroke``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

from collab.records import dataclass
from collab.values import Json

__all__ = ["ContentKind", "DecodedUpdate", "Id", "Struct", "StructKind", "TypeRef"]

StructKind: TypeAlias = Literal["gc", "item", "skip"]
ContentKind: TypeAlias = Literal[
    "deleted", "binary", "string", "embed", "format", "type", "any", "doc"
]


class TypeRef(IntEnum):
    """The shared types that Yjs 13 knows."""

    ARRAY = 0
    MAP = 1
    TEXT = 2
    XML_ELEMENT = 3
    XML_FRAGMENT = 4
    XML_HOOK = 5
    XML_TEXT = 6


class Id(NamedTuple):
    """The identity of one unit of content: the client that made it and that client's clock."""

    client: int
    clock: int


# Named tuples and no dataclasses: a large step 2 makes some hundred thousand of them, and a
# frozen dataclass of this width takes five times as long to build.
class Struct(NamedTuple):
    """One struct of an update, covering the clocks from ``clock`` to before ``clock + length``.

    ``origin``, ``right_origin``, ``parent_root``, ``parent_id`` and ``parent_key`` are as written:
    an item with an origin or a right origin inherits its parent and names none. ``value`` is

    * a list for ``any`` (undefined reads as ``None``, a ``Uint8Array`` as ``bytes``),
    * the text for ``string``, whose ``length`` counts UTF-16 units,
    * JSON for ``embed``, ``(key, JSON)`` for ``format``, ``bytes`` for ``binary``,
    * ``(guid, options)`` for ``doc``, the node name of an XML element for ``type``,
    * ``None`` for everything else.
    """

    client: int
    clock: int
    length: int
    kind: StructKind
    origin: Id | None = None
    right_origin: Id | None = None
    parent_root: str | None = None
    parent_id: Id | None = None
    parent_key: str | None = None
    content: ContentKind | None = None
    type_ref: int | None = None
    value: Json = None


@dataclass(frozen=True, slots=True)
class DecodedUpdate:
    """An update as it was read.

    ``structs`` holds the block of each client, in the update's order, with consecutive clocks;
    ``deletes`` the ranges ``(clock, length)`` of each client, none of them empty.
    """

    structs: Mapping[int, tuple[Struct, ...]]
    deletes: Mapping[int, tuple[tuple[int, int], ...]]
