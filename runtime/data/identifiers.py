"""Ids of records. SPEC: section DA. Called by ``writing`` and ``samples``."""

from __future__ import annotations

import secrets
import threading
import uuid

__all__ = ["Identifiers"]

_RANDOM_BITS = 62
_COUNTER_BITS = 12


class Identifiers:
    """Makes UUIDs of version 7, each greater than those before, whatever the clock does.

    So the order of ids is that of creation, and the index that finds a record by its id also gives
    the newest ones. Source: RFC 9562, sections 5.7 and 6.2.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def next(self, time_ms: int) -> tuple[str, int]:
        """Return the id of a record that is created at *time_ms* (since 1970), and its moment.

        That is *time_ms*, or a little later where the clock stands still or goes back: so records
        sorted by id are sorted by ``createdAt``.
        """
        with self._lock:
            if time_ms > self._last_ms:
                self._last_ms, self._counter = time_ms, secrets.randbits(_COUNTER_BITS - 1)
            else:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            moment_ms, counter = self._last_ms, self._counter
        number = moment_ms << 80 | 7 << 76 | counter << 64 | 2 << 62
        return str(uuid.UUID(int=number | secrets.randbits(_RANDOM_BITS))), moment_ms

    @staticmethod
    def random() -> str:
        """Return a UUID for a field, which tells nothing."""
        return str(uuid.uuid4())
