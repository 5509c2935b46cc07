"""Lengths in a text: from the units of one side to those of another.

Ops on rich texts count UTF-16 units, those on plain texts code points, and pycrdt counts UTF-8
bytes; an embed counts one for each. So a position can be translated only by walking over what
stands before it. SPEC: section TR. Called by ``text_bridge``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["BYTES", "POINTS", "UNITS", "Measure", "Piece", "Ruler", "length_of"]

# A run of text, or None for an embed.
Piece: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a side counts: so many bytes of an encoding."""

    encoding: str
    width_bytes: int

    def of(self, text: str) -> int:
        """Return the length of *text*."""
        if text.isascii():
            return len(text)
        return len(text.encode(self.encoding)) // self.width_bytes


BYTES: Final = Measure("utf-8", 1)
UNITS: Final = Measure("utf-16-le", 2)
POINTS: Final = Measure("utf-32-le", 4)


class Ruler:
    """Walks over *pieces*, which are counted in *given*, and tells lengths in *wanted*."""

    __slots__ = ("_encoded", "_given", "_left", "_offset", "_pieces", "_text", "_wanted")

    def __init__(self, pieces: Iterable[Piece], given: Measure, wanted: Measure) -> None:
        self._pieces: Iterator[Piece] = iter(pieces)
        self._given = given
        self._wanted = wanted
        self._text: Piece = ""
        # Of a text whose characters differ in length.
        self._encoded: bytes | None = None
        self._offset = 0
        self._left = 0

    def pass_over(self, count: int) -> int:
        """Go *count* further and return how far that is.

        Raises ``ValueError`` if that lies behind the end or within a character.
        """
        total = 0
        while count > 0:
            if not self._left:
                self._advance()
                continue
            step = min(count, self._left)
            total += self._measure(step)
            self._offset += step
            self._left -= step
            count -= step
        return total

    def _measure(self, step: int) -> int:
        if self._encoded is None:
            return step
        width = self._given.width_bytes
        piece = self._encoded[self._offset * width : (self._offset + step) * width]
        return self._wanted.of(piece.decode(self._given.encoding))

    def _advance(self) -> None:
        try:
            text = self._text = next(self._pieces)
        except StopIteration:
            raise ValueError("a length goes beyond the end of the text") from None
        self._offset = 0
        self._encoded = None
        if text is None or text.isascii():
            self._left = 1 if text is None else len(text)
        else:
            self._encoded = text.encode(self._given.encoding)
            self._left = len(self._encoded) // self._given.width_bytes


def length_of(pieces: Iterable[Piece], measure: Measure) -> int:
    """Return how long *pieces* are together."""
    return sum(1 if piece is None else measure.of(piece) for piece in pieces)
