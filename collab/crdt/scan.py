"""A quick look through an update that was judged before: where its structs stand.

``structs.decode`` checks and materialises everything, for updates from outside. The Doc's own bytes
need neither, and there are more of them: a whole state is read when a room first has to know where
things stand. So values are skipped here, and of a text only its length and its pairs are found.

SPEC: section CR (rule CR25). Called by ``crdt.places`` and ``crdt.pairs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from collab.crdt.items import Struct, TypeRef
from collab.crdt.lib0 import Decoder
from collab.values import utf16_length

__all__ = ["Deletes", "Scanned", "scan", "scanned"]

Deletes: TypeAlias = dict[int, list[tuple[int, int]]]

_GC: Final = 0
_SKIP: Final = 10
_DELETED: Final = 1
_HAS_ORIGIN: Final = 0x80
_HAS_RIGHT_ORIGIN: Final = 0x40
_HAS_PARENT_KEY: Final = 0x20
_CONTENT_BITS: Final = 0x1F


# Where one struct stands, as a plain tuple because a state holds some hundred thousand: clock,
# length, the origin or else the right origin, for an item without either the parent (a root's name
# or the id of a type) and the key, whether it is a gc struct, whether it is an item whose content
# is gone, the ``TypeRef`` of a shared type, and the text if it holds surrogate pairs.
Scanned: TypeAlias = tuple[
    int,
    int,
    tuple[int, int] | None,
    tuple[int, int] | str | None,
    str | None,
    bool,
    bool,
    int | None,
    str | None,
]


def scan(update: bytes, deletes: Deletes) -> Iterator[tuple[int, Iterator[Scanned]]]:
    """Yield each client with its structs, in the update's order, without skips.

    A client's structs have to be used up before the next client is asked for. The delete ranges
    are put into *deletes* once all are. Only for bytes that the Doc gave out or took: anything
    else may raise ``ProtocolError``.
    """
    decoder = Decoder(update)
    for _ in range(decoder.read_var_uint()):
        count = decoder.read_var_uint()
        client = decoder.read_var_uint()
        yield client, _scan_block(decoder, count)
    for _ in range(decoder.read_var_uint()):
        client = decoder.read_var_uint()
        deletes[client] = [
            (decoder.read_var_uint(), decoder.read_var_uint())
            for _ in range(decoder.read_var_uint())
        ]


def scanned(block: Iterable[Struct]) -> Iterator[Scanned]:
    """Yield what :func:`scan` finds of a block that was decoded, as far as places are concerned.

    The texts with pairs are left out.
    """
    for struct in block:
        if struct.kind != "skip":
            yield (
                struct.clock,
                struct.length,
                struct.origin or struct.right_origin,
                struct.parent_root if struct.parent_id is None else struct.parent_id,
                struct.parent_key,
                struct.kind == "gc",
                struct.content == "deleted",
                struct.type_ref,
                None,
            )


def _scan_block(decoder: Decoder, count: int) -> Iterator[Scanned]:
    read_var_uint = decoder.read_var_uint
    clock = read_var_uint()
    for _ in range(count):
        info = decoder.read_uint8()
        if info == _SKIP:
            clock += read_var_uint()
            continue
        if info == _GC:
            length = read_var_uint()
            yield clock, length, None, None, None, True, False, None, None
            clock += length
            continue
        neighbour: tuple[int, int] | None = None
        parent: tuple[int, int] | str | None = None
        key: str | None = None
        if info & _HAS_ORIGIN:
            neighbour = (read_var_uint(), read_var_uint())
        if info & _HAS_RIGHT_ORIGIN:
            right_origin = (read_var_uint(), read_var_uint())
            neighbour = neighbour or right_origin
        if neighbour is None:
            if read_var_uint():
                parent = decoder.read_var_string()
            else:
                parent = (read_var_uint(), read_var_uint())
            if info & _HAS_PARENT_KEY:
                key = decoder.read_var_string()
        reference = info & _CONTENT_BITS
        length, type_ref, text = _scan_content(decoder, reference)
        is_deleted = reference == _DELETED
        yield clock, length, neighbour, parent, key, False, is_deleted, type_ref, text
        clock += length


def _scan_content(decoder: Decoder, reference: int) -> tuple[int, int | None, str | None]:
    """Go past the content; return its length, its type and its text."""
    match reference:
        case 8:
            length = decoder.read_var_uint()
            for _ in range(length):
                decoder.skip_any()
            return length, None, None
        case 4:
            data = decoder.read_var_bytes()
            if data.isascii():
                return len(data), None, None
            text = data.decode("utf-8")
            length = utf16_length(text)
            return length, None, text if length != len(text) else None
        case 7:
            type_ref = decoder.read_var_uint()
            if type_ref == TypeRef.XML_ELEMENT:
                decoder.skip_var_bytes()
            return 1, type_ref, None
        case 1:
            return decoder.read_var_uint(), None, None
        case _:
            return _scan_rare_content(decoder, reference), None, None


def _scan_rare_content(decoder: Decoder, reference: int) -> int:
    """Go past bytes, an embedded object, a format or a subdocument."""
    decoder.skip_var_bytes()
    if reference == 6:
        decoder.skip_var_bytes()
    elif reference == 9:
        decoder.skip_any()
    return 1
