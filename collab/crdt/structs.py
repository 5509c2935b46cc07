"""What stands in a Yjs update of version 1: structs, delete ranges, state vectors.

An update is a list of blocks, one per client, and a set of delete ranges. A block is a run of
structs with consecutive clocks: an *item* brings content, a *gc* stands for content that is gone,
a *skip* for clocks that this update does not have. An item says where it was inserted by the ids
of its neighbours at that time (origin and right origin); only an item without neighbours names
its parent, which is a root type by name or another item by id.

Anything that Yjs in JavaScript would read differently from yrs, or not at all, is malformed here:
one such update in a room would divide its clients for ever.

SPEC: section CR (rules CR6 to CR9). Called by ``crdt.update``, which inspects what is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collab.crdt.items import ContentKind, DecodedUpdate, Id, Struct, StructKind, TypeRef
from collab.crdt.keystroke import Unusual, read_keystroke
from collab.crdt.lib0 import Decoder, Encoder, parse_json
from collab.errors import InvalidUpdate, LimitExceeded, ProtocolError
from collab.limits import CLOCK_MAX, UPDATE_WORK_MAX
from collab.values import Json, utf16_length

__all__ = [
    "ContentKind",
    "DecodedUpdate",
    "Id",
    "Struct",
    "StructKind",
    "TypeRef",
    "decode",
    "decode_state_vector",
    "encode_state_vector",
    "read_any_update",
]

_HAS_ORIGIN: Final = 0x80
_HAS_RIGHT_ORIGIN: Final = 0x40
_HAS_PARENT_KEY: Final = 0x20
_CONTENT_BITS: Final = 0x1F
_GC: Final = 0
_SKIP: Final = 10

_REF_DELETED: Final = 1
_REF_JSON: Final = 2
_REF_BINARY: Final = 3
_REF_STRING: Final = 4
_REF_EMBED: Final = 5
_REF_FORMAT: Final = 6
_REF_TYPE: Final = 7
_REF_ANY: Final = 8
_REF_DOC: Final = 9

_STRUCT_WORK: Final = 6

# Yjs never writes these under a key; yrs shows such an entry whole, JavaScript its last unit.
_REFS_WITHOUT_KEY: Final = frozenset({_REF_STRING, _REF_EMBED, _REF_FORMAT})


_TYPE_REFS: Final = tuple(TypeRef)


def decode(update: bytes, *, is_bounded: bool = False) -> DecodedUpdate:
    """Read an update of version 1; with *is_bounded* no more than a client may send.

    Raises ``InvalidUpdate``: ``update_malformed`` for what is cut off, too long, overlong,
    trailing or unknown to Yjs 13, ``update_type_not_allowed`` for a shared type that Yjs 13
    cannot read; and ``LimitExceeded`` (``update_limit``) for too many structs and values.
    Source: [CR6], yjs ``readClientsStructRefs`` and ``readDeleteSet``.
    """
    try:
        return read_keystroke(update)
    except (Unusual, IndexError, UnicodeDecodeError):
        return read_any_update(update, is_bounded=is_bounded)


def read_any_update(update: bytes, *, is_bounded: bool) -> DecodedUpdate:
    """Read an update as :func:`decode` does, whatever is in it."""
    decoder = Decoder(update, work_max=UPDATE_WORK_MAX) if is_bounded else Decoder(update)
    try:
        structs = _read_blocks(decoder)
        deletes = _read_deletes(decoder)
        decoder.expect_end()
    except ProtocolError as error:
        raise _malformed(error.message) from None
    except LimitExceeded:
        raise LimitExceeded(
            "an update holds more structs and values than are read at once", code="update_limit"
        ) from None
    return DecodedUpdate(structs, deletes)


def decode_state_vector(data: bytes) -> dict[int, int]:
    """Return the next clock of each client; ``InvalidUpdate`` (``update_malformed``) if it is none.

    Source: [CR9].
    """
    decoder = Decoder(data)
    state_vector: dict[int, int] = {}
    try:
        for _ in range(decoder.read_var_uint()):
            client = decoder.read_var_uint()
            if client in state_vector:
                raise _malformed(f"client {client} stands twice in the state vector")
            clock = state_vector[client] = decoder.read_var_uint()
            _check_clock(clock)
        decoder.expect_end()
    except ProtocolError as error:
        raise _malformed(error.message) from None
    return state_vector


def encode_state_vector(state_vector: Mapping[int, int]) -> bytes:
    """Return the wire form of a state vector, highest client first as Yjs writes it."""
    encoder = Encoder()
    encoder.write_var_uint(len(state_vector))
    for client, clock in sorted(state_vector.items(), reverse=True):
        encoder.write_var_uint(client)
        encoder.write_var_uint(clock)
    return encoder.to_bytes()


def _read_blocks(decoder: Decoder) -> dict[int, tuple[Struct, ...]]:
    blocks: dict[int, tuple[Struct, ...]] = {}
    for _ in range(decoder.read_var_uint()):
        count = decoder.read_var_uint()
        client = decoder.read_var_uint()
        clock = decoder.read_var_uint()
        if client in blocks:
            # JavaScript keeps the last block, yrs joins them: the replicas would differ.
            raise _malformed(f"client {client} has two blocks")
        decoder.spend(_STRUCT_WORK * (count + 1))
        block: list[Struct] = []
        for _ in range(count):
            struct = _read_struct(decoder, client, clock)
            clock += struct.length
            block.append(struct)
        _check_clock(clock)
        blocks[client] = tuple(block)
    return blocks


def _read_deletes(decoder: Decoder) -> dict[int, tuple[tuple[int, int], ...]]:
    deletes: dict[int, tuple[tuple[int, int], ...]] = {}
    for _ in range(decoder.read_var_uint()):
        client = decoder.read_var_uint()
        if client in deletes:
            raise _malformed(f"client {client} has two lists of deletes")
        ranges: list[tuple[int, int]] = []
        count = decoder.read_var_uint()
        decoder.spend(count + 1)
        for _ in range(count):
            clock = decoder.read_var_uint()
            length = decoder.read_var_uint()
            _check_clock(clock + length)
            if length:
                ranges.append((clock, length))
        if ranges:
            deletes[client] = tuple(ranges)
    return deletes


def _read_struct(decoder: Decoder, client: int, clock: int) -> Struct:
    info = decoder.read_uint8()
    if info == _GC:
        return Struct(client, clock, _read_length(decoder), "gc")
    if info == _SKIP:
        return Struct(client, clock, _read_length(decoder), "skip")
    origin = right_origin = parent_id = None
    parent_root = parent_key = None
    if info & _HAS_ORIGIN:
        origin = Id(decoder.read_var_uint(), decoder.read_var_uint())
    if info & _HAS_RIGHT_ORIGIN:
        right_origin = Id(decoder.read_var_uint(), decoder.read_var_uint())
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        parent_kind = decoder.read_var_uint()
        if parent_kind == 1:
            parent_root = decoder.read_var_string()
        elif parent_kind == 0:
            parent_id = Id(decoder.read_var_uint(), decoder.read_var_uint())
        else:
            raise _malformed(f"{parent_kind} is no kind of parent")
        if info & _HAS_PARENT_KEY:
            parent_key = decoder.read_var_string()
    reference = info & _CONTENT_BITS
    if info & _HAS_PARENT_KEY and reference in _REFS_WITHOUT_KEY:
        raise _malformed("text content stands under a key")
    content, length, type_ref, value = _read_content(decoder, reference)
    return Struct(
        client,
        clock,
        length,
        "item",
        origin,
        right_origin,
        parent_root,
        parent_id,
        parent_key,
        content,
        type_ref,
        value,
    )


def _read_content(
    decoder: Decoder, reference: int
) -> tuple[ContentKind, int, TypeRef | None, Json]:
    match reference:
        case 8:
            count = _read_length(decoder)
            decoder.spend(count)
            values = [decoder.read_any() for _ in range(count)]
            return "any", count, None, values
        case 4:
            # yrs leaves an empty text behind where a surrogate pair was split, and drops one that
            # it reads: refusing it would refuse the server's own updates.
            text = decoder.read_var_string()
            return "string", utf16_length(text), None, text
        case 7:
            type_ref, name = _read_type(decoder)
            return "type", 1, type_ref, name
        case 1:
            return "deleted", _read_length(decoder), None, None
        case 2:
            # Yjs 13 writes no such list of JSON texts any more, and yrs reads one text more than
            # there are: what follows would mean one thing here and another in the Doc.
            raise InvalidUpdate("update_type_not_allowed", "JSON texts of old Yjs are not allowed")
        case 3:
            return "binary", 1, None, decoder.read_var_bytes()
        case 5:
            return "embed", 1, None, _read_json(decoder)
        case 6:
            key = decoder.read_var_string()
            return "format", 1, None, (key, _read_json(decoder))
        case 9:
            guid = decoder.read_var_string()
            return "doc", 1, None, (guid, decoder.read_any())
        case _:
            raise _malformed(f"{reference} is no kind of content")


def _read_type(decoder: Decoder) -> tuple[TypeRef, str | None]:
    number = decoder.read_var_uint()
    if number >= len(_TYPE_REFS):
        raise InvalidUpdate("update_type_not_allowed", f"{number} is no shared type of Yjs 13")
    type_ref = _TYPE_REFS[number]
    if type_ref is TypeRef.XML_HOOK:
        # yrs does not read its name, and takes it for the next struct.
        raise InvalidUpdate("update_type_not_allowed", "XML hooks are not allowed")
    return type_ref, decoder.read_var_string() if type_ref is TypeRef.XML_ELEMENT else None


def _read_json(decoder: Decoder) -> Json:
    text = decoder.read_var_string()
    # What the text may hold at most, told before it is parsed.
    decoder.spend(text.count(",") + 3 * (text.count("[") + text.count("{")))
    return parse_json(text)


def _read_length(decoder: Decoder) -> int:
    length = decoder.read_var_uint()
    if length == 0:
        # yrs drops an empty struct and JavaScript keeps it; no client ever writes one.
        raise _malformed("a struct is empty")
    return length


def _check_clock(clock: int) -> None:
    if clock > CLOCK_MAX:
        raise _malformed(f"a clock is beyond {CLOCK_MAX}")


def _malformed(reason: str) -> InvalidUpdate:
    return InvalidUpdate("update_malformed", f"the update is malformed: {reason}")
