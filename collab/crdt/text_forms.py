"""The forms of a text: documents and ops as their type has them, as deltas, as pycrdt counts.

A plain text is a rich text of one run without formats, so whoever knows deltas knows both types.
SPEC: section TR. Called by ``text_bridge`` and the room.
"""

from __future__ import annotations

from typing import Any

from collab.crdt.ruler import BYTES, POINTS, UNITS, Piece, Ruler, length_of
from collab.ot.delta_parts import Delta
from collab.ot.types import RICH_TEXT, OTType
from collab.values import Json

__all__ = ["TextForms", "creation_of", "deletion_of", "pieces_of", "to_bytes"]


class TextForms:
    """Between documents and ops of the type *kind* and deltas, whose lengths are UTF-16 units."""

    def __init__(self, kind: OTType) -> None:
        self._kind = kind
        self.is_rich = kind is RICH_TEXT

    def rich(self, document: Json) -> Delta:
        """Return *document* as a rich text."""
        if self.is_rich:
            delta: Delta = document
            return delta
        return [{"insert": document}] if document else []

    def plain(self, delta: Delta) -> Json:
        """Return the document that the rich text *delta* is."""
        if self.is_rich:
            return delta
        return "".join(component["insert"] for component in delta)

    def to_delta(self, op: list[Any], before: Json) -> Delta:
        """Return *op*, made on *before*, as a delta."""
        if self.is_rich:
            return op
        ruler = Ruler((before,), POINTS, UNITS)
        delta: Delta = []
        for component in op:
            if isinstance(component, str):
                delta.append({"insert": component})
            elif isinstance(component, int):
                delta.append({"retain": ruler.pass_over(component)})
            else:
                count = component["d"]
                count = len(count) if isinstance(count, str) else count
                delta.append({"delete": ruler.pass_over(count)})
        return delta

    def from_delta(self, delta: Delta, before: Json) -> list[Any]:
        """Return the op that *delta*, a checked one, is on *before*, telling what it deletes."""
        if self.is_rich:
            return delta
        ruler = Ruler((before,), UNITS, POINTS)
        op: list[Any] = []
        for component in delta:
            if "insert" in component:
                op.append(component["insert"])
            elif "delete" in component:
                op.append({"d": ruler.pass_over(component["delete"])})
            else:
                op.append(ruler.pass_over(component["retain"]))
        return self._kind.complete(self._kind.normalize(op), before)


def to_bytes(delta: Delta, before: Delta) -> Delta:
    """Return *delta*, made on *before*, with its lengths in UTF-8 bytes, as pycrdt counts."""
    ruler = Ruler(pieces_of(before), UNITS, BYTES)
    result: Delta = []
    for component in delta:
        for kind in ("retain", "delete"):
            if kind in component:
                component = {**component, kind: ruler.pass_over(component[kind])}
        result.append(component)
    return result


def creation_of(document: Json) -> list[Any]:
    """Return the op that makes *document* of an empty one of its type."""
    if isinstance(document, str):
        return [document] if document else []
    return list(document)


def deletion_of(document: Json) -> list[Any]:
    """Return the op that empties *document*."""
    if isinstance(document, str):
        return [{"d": document}] if document else []
    units = length_of(pieces_of(document), UNITS)
    return [{"delete": units}] if units else []


def pieces_of(delta: Delta) -> list[Piece]:
    """Return the runs of a rich text without their formats."""
    inserts = (component["insert"] for component in delta)
    return [insert if isinstance(insert, str) else None for insert in inserts]
