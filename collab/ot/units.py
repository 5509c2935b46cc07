"""UTF-16 code units: how JavaScript, json0 and Yjs count, cut and join text.

Python counts code points, so an emoji is one here and two there. ASCII texts, nearly all of them,
take the direct path (``isascii`` reads a flag); others go through UTF-16, whose slices are slices
of bytes. Halves of a surrogate pair survive a cut and become one character again when joined, as
they do in JavaScript; who must not keep them checks with :func:`splits_pair`.

SPEC: section OT. Called by ``text0``.
"""

from __future__ import annotations

from typing import Final

from collab.values import utf16_length

__all__ = ["inject", "join", "length", "remove", "slice_units", "splits_pair"]

_ENCODING: Final = "utf-16-le"
_ERRORS: Final = "surrogatepass"
_UNIT_BYTES: Final = 2

length = utf16_length


def slice_units(text: str, start: int, end: int | None = None) -> str:
    """Return the code units of *text* from *start* up to *end*, clamped to its length."""
    if text.isascii():
        return text[start:end]
    stop = None if end is None else end * _UNIT_BYTES
    return _decode(_encode(text)[start * _UNIT_BYTES : stop])


def inject(text: str, offset: int, insertion: str) -> str:
    """Return *text* with *insertion* put in at *offset* units, at its end if that is beyond."""
    if text.isascii():
        return text[:offset] + insertion + text[offset:]
    units = _encode(text)
    position = offset * _UNIT_BYTES
    return _decode(units[:position] + _encode(insertion) + units[position:])


def remove(text: str, offset: int, count: int) -> str:
    """Return *text* without the *count* units that start at *offset*."""
    if text.isascii():
        return text[:offset] + text[offset + count :]
    units = _encode(text)
    return _decode(units[: offset * _UNIT_BYTES] + units[(offset + count) * _UNIT_BYTES :])


def join(head: str, tail: str) -> str:
    """Return *head* followed by *tail*; two halves of a pair that meet become one character."""
    if head.isascii() or tail.isascii():
        return head + tail
    return _decode(_encode(head) + _encode(tail))


def splits_pair(text: str, offset: int) -> bool:
    """Whether *offset* units into *text* lies between the two halves of one character."""
    if offset == 0 or text.isascii():
        return False
    position = offset * _UNIT_BYTES
    around = _encode(text)[position - _UNIT_BYTES : position + _UNIT_BYTES]
    return len(around) == 2 * _UNIT_BYTES and len(_decode(around)) == 1


def _encode(text: str) -> bytes:
    return text.encode(_ENCODING, _ERRORS)


def _decode(units: bytes) -> str:
    return units.decode(_ENCODING, _ERRORS)
