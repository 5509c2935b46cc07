"""The update of a keystroke, read in one go.

Nearly every update is a few items of one client and the few deletes that go with them. The
decoder of ``structs`` looks at each byte through a method that can say what is wrong with it, which
takes longer than all the rest of an inspection. So the usual forms are read here first, as straight
as Python can, and whatever is not exactly one of them (other contents, many structs, several
clients, anything malformed) is left to that decoder, which alone refuses. For every sequence of
bytes the two agree, or nothing is returned here; a test holds them side by side.

SPEC: section CR (rule CR6). Called by ``crdt.structs``.
"""

from __future__ import annotations

import struct
from typing import Any, Final

from collab.crdt.items import ContentKind, DecodedUpdate, Id, Struct, TypeRef
from collab.limits import CLOCK_MAX

__all__ = ["Unusual", "read_keystroke"]

# What is longer has more in it than a keystroke, and the decoder's own way counts for less.
_BYTES_MAX: Final = 512
_STRUCTS_MAX: Final = 16
# Undefined, null, true and false, by their tags.
_CONSTANTS: Final = {127: None, 126: None, 120: True, 121: False}
_FLOAT32: Final = struct.Struct(">f")
_FLOAT64: Final = struct.Struct(">d")
# The shared types that JSON is made of.
_TYPE_REFS: Final = (TypeRef.ARRAY, TypeRef.MAP, TypeRef.TEXT)


class Unusual(Exception):
    """The update is not the usual one; whether it is an update at all is not known."""


def read_keystroke(update: bytes) -> DecodedUpdate:
    """Return the usual update as it is read.

    Raises ``Unusual``, or ``IndexError`` or ``UnicodeDecodeError`` where the bytes are not what
    they would have to be: see the module.
    """
    if len(update) > _BYTES_MAX:
        raise Unusual
    structs: dict[int, tuple[Struct, ...]] = {}
    at = 1
    if update[0] == 1:
        client, block, at = _block(update)
        structs[client] = block
    elif update[0]:
        raise Unusual
    deletes, at = _deletes(update, at)
    if at != len(update):
        raise Unusual
    return DecodedUpdate(structs, deletes)


def _block(data: bytes) -> tuple[int, tuple[Struct, ...], int]:
    """Return the only client, its structs and where the deletes begin."""
    count = data[1]
    if not 0 < count <= _STRUCTS_MAX:
        raise Unusual
    client, at = _number(data, 2)
    clock, at = _number(data, at)
    block: list[Struct] = []
    for _ in range(count):
        item, at = _item(data, at, client, clock)
        clock += item.length
        block.append(item)
    if clock > CLOCK_MAX:
        raise Unusual
    return client, tuple(block), at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at *at* and where the next thing begins.

    Clocks and lengths have up to three bytes, a client id has five; each byte but the last has 128
    too many in it.
    """
    first = data[at]
    if first < 0x80:
        return first, at + 1
    second = data[at + 1]
    if 0 < second < 0x80:
        return first + (second << 7) - 0x80, at + 2
    third = data[at + 2]
    if second and 0 < third < 0x80:
        return first + (second << 7) + (third << 14) - 0x4080, at + 3
    fourth, fifth = data[at + 3], data[at + 4]
    if not (second >= 0x80 and third >= 0x80 and fourth >= 0x80 and 0 < fifth < 0x80):
        raise Unusual
    upper = (third << 14) + (fourth << 21) + (fifth << 28)
    return first + (second << 7) + upper - 0x10204080, at + 5


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, at = _number(data, at)
    end = at + length
    if end > len(data):
        raise Unusual
    return data[at:end].decode("utf-8"), end


def _item(data: bytes, at: int, client: int, clock: int) -> tuple[Struct, int]:
    info = data[at]
    at += 1
    origin = right_origin = parent_id = None
    root = key = None
    if info & 0x80:
        other, at = _number(data, at)
        number, at = _number(data, at)
        origin = Id(other, number)
    if info & 0x40:
        other, at = _number(data, at)
        number, at = _number(data, at)
        right_origin = Id(other, number)
    if not info & 0xC0:
        kind = data[at]
        if kind == 1:
            root, at = _text(data, at + 1)
        elif kind == 0:
            other, at = _number(data, at + 1)
            number, at = _number(data, at)
            parent_id = Id(other, number)
        else:
            raise Unusual
        if info & 0x20:
            key, at = _text(data, at)
    reference = info & 0x1F
    value: Any = None
    type_ref: TypeRef | None = None
    content: ContentKind
    if reference == 8:
        content, length = "any", data[at]
        value, at = _values(data, at)
    elif reference == 4 and not info & 0x20:
        content = "string"
        value, at = _text(data, at)
        length = len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2
    elif reference == 1:
        content = "deleted"
        length, at = _number(data, at)
    elif reference == 7 and data[at] < len(_TYPE_REFS):
        content, length, type_ref = "type", 1, _TYPE_REFS[data[at]]
        at += 1
    else:
        raise Unusual
    if not length and content != "string":
        raise Unusual
    item = Struct(
        client,
        clock,
        length,
        "item",
        origin,
        right_origin,
        root,
        parent_id,
        key,
        content,
        type_ref,
        value,
    )
    return item, at


def _values(data: bytes, at: int) -> tuple[list[Any], int]:
    """Return the plain values whose count stands at *at*: texts, small numbers and constants."""
    count = data[at]
    if count >= _STRUCTS_MAX:
        raise Unusual
    at += 1
    values: list[Any] = []
    value: Any
    for _ in range(count):
        tag = data[at]
        if tag == 119:
            value, at = _text(data, at + 1)
        elif tag in _CONSTANTS:
            value = _CONSTANTS[tag]
            at += 1
        elif tag == 125:
            value, at = _integer(data, at + 1)
        elif tag == 123 and at + 9 <= len(data):
            value = _FLOAT64.unpack_from(data, at + 1)[0]
            at += 9
        elif tag == 124 and at + 5 <= len(data):
            value = _FLOAT32.unpack_from(data, at + 1)[0]
            at += 5
        else:
            raise Unusual
        values.append(value)
    return values, at


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """Return the signed number at *at*, of which six bits stand in the first byte."""
    first = data[at]
    magnitude = first & 0x3F
    at += 1
    if first & 0x80:
        rest, at = _number(data, at)
        if not rest:
            raise Unusual
        magnitude |= rest << 6
    return -magnitude if first & 0x40 else magnitude, at


def _deletes(data: bytes, at: int) -> tuple[dict[int, tuple[tuple[int, int], ...]], int]:
    deletes: dict[int, tuple[tuple[int, int], ...]] = {}
    clients = data[at]
    if clients > _STRUCTS_MAX:
        raise Unusual
    at += 1
    for _ in range(clients):
        client, at = _number(data, at)
        count = data[at]
        if client in deletes or not 0 < count <= _STRUCTS_MAX:
            raise Unusual
        at += 1
        ranges: list[tuple[int, int]] = []
        for _ in range(count):
            clock, at = _number(data, at)
            length, at = _number(data, at)
            if not length or clock + length > CLOCK_MAX:
                raise Unusual
            ranges.append((clock, length))
        deletes[client] = tuple(ranges)
    return deletes, at
