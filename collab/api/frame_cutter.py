"""A frame cutter: what arrives on a WebSocket, cut where its frames end.

A library has to read whatever RFC 6455 allows, byte by byte if need be, and takes its time for
each frame. Nearly every frame of a collaborating client is the same: one whole message, masked,
there from its first byte to its last. Such a frame can be read where it lies. The cutter finds
those, and leaves all others to the library: fragments, control frames, frames that are still on
their way, and whatever is wrong. The library thus reads whole frames only and in their order, and
keeps every rule that there is about them. SPEC: section CN. Called by ``socket_protocol``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - where there is no wheel with compiled code
    from websockets.utils import apply_mask

__all__ = ["TEXT", "FrameCutter", "Piece"]

# The first byte of a frame that is a whole message: the last fragment (0x80), nothing reserved.
TEXT: Final = 0x81
BINARY: Final = 0x82
_MASKED: Final = 0x80
_SHORT_MAX: Final = 125
# Behind this value of the second byte the length follows in two bytes, behind the next in eight.
_MEDIUM: Final = 126
_MASK_BYTES: Final = 4
# More than any frame has: what follows has no frames any more.
_FOR_EVER: Final = 1 << 70


class Piece(NamedTuple):
    """Some of what arrived. ``head_bytes`` is the length of its head if it is a whole message, and
    0 for what the library is to read.
    """

    raw: bytes
    head_bytes: int

    @property
    def payload(self) -> bytes:
        """The content of a whole message."""
        raw, start = self.raw, self.head_bytes
        return apply_mask(raw[start:], raw[start - _MASK_BYTES : start])


class FrameCutter:
    """Cuts the stream of one connection, which begins with a frame."""

    def __init__(self) -> None:
        # The beginning of a head, and how much of a frame is still to come that the library reads.
        self._rest = b""
        self._passing = 0

    def cut(self, data: bytes) -> list[Piece]:
        """Return the pieces of *data*, in order; the beginning of a head waits for the rest of it.

        Joined, all pieces so far are all data so far but for what waits.
        """
        if self._rest:
            data, self._rest = self._rest + data, b""
        pieces: list[Piece] = []
        start, end = 0, len(data)
        while start < end:
            if self._passing:
                stop = min(end, start + self._passing)
                self._passing -= stop - start
                pieces.append(Piece(data[start:stop], 0))
                start = stop
                continue
            head_bytes, size = _read_head(data, start)
            stop = start + size
            if head_bytes == 0:
                self._rest = data[start:]
                break
            if stop > end or not _is_message(data[start]):
                # Its first piece is cut off above, and the library waits for the others.
                self._passing = size
            else:
                pieces.append(Piece(data if size == len(data) else data[start:stop], head_bytes))
                start = stop
        return pieces


def _is_message(first: int) -> bool:
    return first in {TEXT, BINARY}


def _read_head(data: bytes, start: int) -> tuple[int, int]:
    """Return the lengths of the head and of the frame that begin at *start*, 0 if the head is cut.

    Source: RFC 6455, 5.2.
    """
    there = len(data) - start
    if there < 2:
        return 0, 0
    length = data[start + 1] - _MASKED
    if length < 0:
        # Not masked: the library ends the connection, and says why.
        return 2, _FOR_EVER
    head_bytes = 2 + _MASK_BYTES
    if length > _SHORT_MAX:
        width = 2 if length == _MEDIUM else 8
        head_bytes += width
        if there < head_bytes:
            return 0, 0
        length = int.from_bytes(data[start + 2 : start + 2 + width], "big")
    elif there < head_bytes:
        return 0, 0
    return head_bytes, head_bytes + length
