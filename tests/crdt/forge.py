"""Updates written by hand, for what no honest client sends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from collab.crdt.lib0 import Encoder

__all__ = ["any_content", "forge_update", "gc", "item", "skip", "string_content", "type_content"]

Pair: TypeAlias = tuple[int, int]
Block: TypeAlias = tuple[int, int, Sequence[bytes]]


def forge_update(
    blocks: Iterable[Block] = (), deletes: Iterable[tuple[int, Sequence[Pair]]] = ()
) -> bytes:
    """Return an update of blocks ``(client, clock, structs)`` and deletes ``(client, ranges)``."""
    encoder = Encoder()
    block_list, delete_list = list(blocks), list(deletes)
    encoder.write_var_uint(len(block_list))
    for client, clock, structs in block_list:
        _write_numbers(encoder, len(structs), client, clock)
        for struct in structs:
            encoder.write_bytes(struct)
    encoder.write_var_uint(len(delete_list))
    for client, ranges in delete_list:
        _write_numbers(encoder, client, len(ranges))
        for clock, length in ranges:
            _write_numbers(encoder, clock, length)
    return encoder.to_bytes()


def item(
    content: tuple[int, bytes],
    *,
    origin: Pair | None = None,
    right_origin: Pair | None = None,
    root: str | None = None,
    parent: Pair | None = None,
    key: str | None = None,
) -> bytes:
    """Return an item; without origins it needs a *root* or a *parent*."""
    reference, data = content
    encoder = Encoder()
    encoder.write_uint8(
        reference
        | (0x80 if origin else 0)
        | (0x40 if right_origin else 0)
        | (0x20 if key is not None else 0)
    )
    for neighbour in (origin, right_origin):
        if neighbour:
            _write_numbers(encoder, *neighbour)
    if not origin and not right_origin:
        if root is not None:
            encoder.write_var_uint(1)
            encoder.write_var_string(root)
        else:
            assert parent is not None
            _write_numbers(encoder, 0, *parent)
        if key is not None:
            encoder.write_var_string(key)
    encoder.write_bytes(data)
    return encoder.to_bytes()


def any_content(*values: Any) -> tuple[int, bytes]:
    encoder = Encoder()
    encoder.write_var_uint(len(values))
    for value in values:
        encoder.write_any(value)
    return 8, encoder.to_bytes()


def string_content(text: str) -> tuple[int, bytes]:
    encoder = Encoder()
    encoder.write_var_string(text)
    return 4, encoder.to_bytes()


def type_content(type_ref: int) -> tuple[int, bytes]:
    encoder = Encoder()
    encoder.write_var_uint(type_ref)
    return 7, encoder.to_bytes()


def gc(length: int) -> bytes:
    encoder = Encoder()
    _write_numbers(encoder, 0, length)
    return encoder.to_bytes()


def skip(length: int) -> bytes:
    encoder = Encoder()
    _write_numbers(encoder, 10, length)
    return encoder.to_bytes()


def _write_numbers(encoder: Encoder, *numbers: int) -> None:
    for number in numbers:
        encoder.write_var_uint(number)
