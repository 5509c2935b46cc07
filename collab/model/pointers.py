"""Pointers: places in a document as an operator writes them (RFC 6901), and what stands there.

SPEC: section CC. Called by ``checks_file``, ``collection_checks`` and ``path_permissions``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from collab.values import Json

__all__ = ["Pointer", "members_of", "parse_pointer", "value_at"]

# The segments of a pointer, unescaped.
Pointer: TypeAlias = tuple[str, ...]


def parse_pointer(text: str) -> Pointer:
    """Return the segments of *text*, which is a JSON pointer; that of the root has none."""
    return tuple(segment.replace("~1", "/").replace("~0", "~") for segment in text.split("/")[1:])


def value_at(value: Json, pointer: Pointer) -> Json:
    """Return what stands at *pointer* in *value*, None if nothing does."""
    for segment in pointer:
        if isinstance(value, dict):
            value = value.get(segment)
        elif isinstance(value, list) and segment.isascii() and segment.isdecimal():
            # Longer than any list, so that int() is not given thousands of digits.
            index = int(segment) if len(segment) <= 9 else len(value)
            value = value[index] if index < len(value) else None
        else:
            return None
    return value


def members_of(value: Json) -> Iterator[tuple[str | int, Json]]:
    """Yield the members of an object or list with their keys, of anything else none."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
