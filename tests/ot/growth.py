"""How the time of a function grows with the size of what it is given."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from typing import Final

__all__ = ["LINEAR_MAX", "growth"]

_SIZES: Final = (4, 64)
_RUNS: Final = 5
# Sixteen times the input takes sixteen times as long, or up to 256 times if the work is quadratic.
LINEAR_MAX: Final = 32


def growth(prepare: Callable[[int], Callable[[], object]]) -> float:
    """Return how much longer ``prepare(64)`` runs than ``prepare(4)``, in time of this thread."""
    durations = []
    for size in _SIZES:
        run = prepare(size)
        runs = []
        for _ in range(_RUNS):
            start = thread_time()
            run()
            runs.append(thread_time() - start)
        durations.append(min(runs))
    return durations[1] / durations[0]
