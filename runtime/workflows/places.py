"""How many runs may be under way: of one room, and of all. SPEC: section WF. Called by ``starter``.

A room that starts many runs fills its own places and no other's.
"""

from __future__ import annotations

import threading

from runtime.limits import RUNS_AT_ONCE_MAX, RUNS_AT_ONCE_PER_ROOM_MAX

__all__ = ["Places"]

Room = tuple[str, str]


class Places:
    """Who is under way. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[Room, set[str]] = {}

    def take(self, room: Room, run: str) -> bool:
        """Give *run* a place if there is one, and tell whether it has one now."""
        with self._lock:
            runs = self._runs.get(room, set())
            if run in runs:
                return True
            is_full = len(runs) >= RUNS_AT_ONCE_PER_ROOM_MAX
            if is_full or sum(map(len, self._runs.values())) >= RUNS_AT_ONCE_MAX:
                return False
            self._runs.setdefault(room, set()).add(run)
            return True

    def has(self, room: Room, run: str) -> bool:
        """Tell whether *run* has a place."""
        with self._lock:
            return run in self._runs.get(room, ())

    def claim(self, room: Room, run: str) -> None:
        """Give *run* a place even if there is none: it was under way before a restart."""
        with self._lock:
            self._runs.setdefault(room, set()).add(run)

    def leave(self, room: Room, run: str) -> None:
        """Free the place of *run*, if it has one."""
        with self._lock:
            runs = self._runs.get(room)
            if runs is not None:
                runs.discard(run)
                if not runs:
                    del self._runs[room]

    def count(self) -> int:
        """Return how many runs are under way."""
        with self._lock:
            return sum(map(len, self._runs.values()))
