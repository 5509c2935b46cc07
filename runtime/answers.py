"""Answers that are still good: whoever asks the same question again gets the same bytes.

A changed record makes every viewer of a page ask its questions again, all at the same moment; the
first one's answer serves them all. Any commit of the room makes all answers old, so nothing has to
be known about what they depend on. Only answers that are the same for everybody are kept: those
without a role, whose filters may look at the user or the time. SPEC: section PV. Called by
``workspace`` and ``http.door``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from runtime.limits import ANSWER_BYTES_MAX, ANSWERS_BYTES_MAX

__all__ = ["Answers"]


class Answers:
    """Answers of one room by question. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = 0
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    @property
    def generation(self) -> int:
        """How often answers have become old. Read it before looking at the data."""
        return self._generation

    def forget(self) -> None:
        """Take all answers for old: something was committed, and its writer is not told yet."""
        with self._lock:
            self._generation += 1
            self._kept.clear()
            self._bytes = 0

    def find(self, question: str) -> Any:
        """Return the answer, or None."""
        with self._lock:
            kept = self._kept.get(question)
            if kept is None:
                return None
            self._kept.move_to_end(question)
            return kept[0]

    def keep(self, question: str, answer: Any, size: int, generation: int) -> None:
        """Keep an answer of *size* bytes that was found when *generation* was read, if it may."""
        if size > ANSWER_BYTES_MAX:
            return
        with self._lock:
            # What was committed since may or may not be in the answer.
            if generation != self._generation or question in self._kept:
                return
            self._kept[question] = (answer, size)
            self._bytes += size
            while self._bytes > ANSWERS_BYTES_MAX:
                self._bytes -= self._kept.popitem(last=False)[1][1]
