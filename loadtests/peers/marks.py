"""Marks: what every edit carries, by which each delivery of it is counted.

A mark is a short text inside the edit's value: who made it, its number, and when. Whatever a server
packs around it, and however many edits share a frame, the mark stands in the bytes that arrive. So
a client counts deliveries by searching for the mark's head at the speed of ``bytes.count``, which
leaves the load generator's core to the traffic. A *probe* reads the marks' times as well.
"""

from __future__ import annotations

from time import perf_counter_ns
from typing import Final

__all__ = ["MARK_BYTES", "Counter", "mark"]

_HEAD: Final = b"~dr:"
# Head, author (4 digits), number (7), microseconds (12), end.
MARK_BYTES: Final = len(_HEAD) + 4 + 7 + 12 + 1
_AUTHOR: Final = slice(len(_HEAD), len(_HEAD) + 4)
_NUMBER: Final = slice(len(_HEAD) + 4, len(_HEAD) + 11)
_TIME: Final = slice(len(_HEAD) + 11, len(_HEAD) + 23)


def now_us() -> int:
    """Return the clock of the marks in microseconds."""
    return perf_counter_ns() // 1000


def mark(author: int, number: int) -> str:
    """Return the mark of an edit that is made now."""
    return f"~dr:{author:04d}{number:07d}{now_us() % 10**12:012d};"


class Counter:
    """What one client was sent. ``delays_us`` is filled for a probe only, with one for each mark.

    *before* is what stands before each mark that counts: an op may hold the value that it replaces.
    A probe counts an edit once however often it is sent, and none of *own*; the others count what
    comes.
    """

    __slots__ = ("_head", "_newest", "_rest", "_size", "bytes", "delays_us", "is_probe", "marks")

    def __init__(self, *, is_probe: bool, before: bytes = b"", own: int = -1) -> None:
        self.is_probe = is_probe
        self._head = before + _HEAD
        self._size = len(before) + MARK_BYTES
        self.marks = 0
        self.bytes = 0
        self.delays_us: list[int] = []
        self._rest = b""
        # The end of digits, which every number comes before.
        self._newest: dict[bytes, bytes] = {b"%04d" % own: b":"}

    def take(self, data: bytes) -> None:
        """Count the marks in what arrived; one that is cut by the end of *data* counts once."""
        self.bytes += len(data)
        whole = self._rest + data if self._rest else data
        if self.is_probe:
            self._rest = self._read(whole)
            return
        self.marks += whole.count(self._head)
        # Shorter than the head, so what was counted is not counted again.
        self._rest = whole[1 - len(self._head) :]

    def _read(self, whole: bytes) -> bytes:
        """Read every mark of *whole*; return what may be the beginning of another."""
        head, size = self._head, self._size
        now, at, end = now_us() % 10**12, whole.find(head), 0
        while at >= 0:
            end = at + size
            if end > len(whole):
                return whole[at:]
            text = whole[end - MARK_BYTES : end]
            if self._is_new(text):
                self.marks += 1
                self.delays_us.append(now - int(text[_TIME]))
            at = whole.find(head, end)
        return whole[max(end, len(whole) + 1 - len(head)) :]

    def _is_new(self, text: bytes) -> bool:
        author, number = text[_AUTHOR], text[_NUMBER]
        if self._newest.get(author, b"") >= number:
            return False
        self._newest[author] = number
        return True
