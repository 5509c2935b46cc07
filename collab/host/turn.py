"""The end of a turn of the event loop: what gathered in it for many peers is written then, at once.

Fan-out in two steps: rooms hand each connection what they have for it, then each connection writes
once. SPEC: section FO. Called by ``audience`` and the connections.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from collab.limits import WRITE_PAUSE_MS_MAX, WRITE_PAUSE_SHARE

__all__ = ["Turn", "Writer"]

_log = structlog.get_logger()


class Writer(Protocol):
    """A connection: what it was given waits in it until the end of the turn."""

    def flush(self) -> None:
        """Write what has gathered."""


class Turn:
    """What one server has to hand over and to write at the end of this turn.

    Writing to many takes time, and what comes meanwhile gathers. So the next writing begins
    ``WRITE_PAUSE_SHARE`` times as long after the last one as that took, and not later than
    ``WRITE_PAUSE_MS_MAX``: on an idle server at once, on a busy one with more in each write.
    *timer* tells how long that took, in seconds.
    """

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._rooms: list[Callable[[], None]] = []
        self._connections: list[Writer] = []
        self._is_due = False
        self._not_before_s = 0.0

    def hand_over(self, flush: Callable[[], None]) -> None:
        """Call *flush*, by which a room hands connections what it has for them."""
        self._rooms.append(flush)
        if not self._is_due:
            self._come()

    def write(self, connection: Writer) -> None:
        """Let *connection* write, after every room has handed over."""
        self._connections.append(connection)
        if not self._is_due:
            self._come()

    def _come(self) -> None:
        self._is_due = True
        loop = asyncio.get_running_loop()
        if loop.time() >= self._not_before_s:
            loop.call_soon(self._end)
        else:
            loop.call_at(self._not_before_s, self._end)

    def _end(self) -> None:
        begin_s = self._timer()
        rooms, self._rooms = self._rooms, []
        for hand_over in rooms:
            try:
                hand_over()
            except Exception:  # noqa: BLE001 - a bug may raise anything, and others are to be served
                _log.exception("turn.failed")
        connections, self._connections = self._connections, []
        # What a flush brings up comes at the end of the next turn.
        self._is_due = False
        for connection in connections:
            try:
                connection.flush()
            except Exception:  # noqa: BLE001 - the same
                _log.exception("turn.failed")
        pause_s = WRITE_PAUSE_SHARE * (self._timer() - begin_s)
        now_s = asyncio.get_running_loop().time()
        self._not_before_s = now_s + min(pause_s, WRITE_PAUSE_MS_MAX / 1000)
