"""A viewer: one open feed, with a queue that cannot grow.

Patches are encoded once and queued for everybody. A viewer that does not keep up loses its queue
and is marked for a fresh model instead: that is what it would have ended with anyway.
SPEC: section PV. Called by ``feed`` and ``preview``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import orjson

from runtime.limits import VIEWER_BYTES_MAX, VIEWER_FRAMES_MAX

__all__ = ["Viewer", "sse"]


def sse(event: str, data: dict[str, Any]) -> bytes:
    """Return one server-sent event; JSON on one line needs no further framing."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), orjson.dumps(data))


class Viewer:
    """Who watches. ``wants_model`` means that its next frames begin with the whole model.

    ``was_behind`` means that it lost what else waited for it.
    """

    def __init__(self) -> None:
        self.wants_model = True
        self.was_behind = False
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()

    def push(self, frame: bytes) -> bool:
        """Queue *frame*; false if that was too much and everything gave way to a fresh model."""
        if self.wants_model:
            return True
        self._frames.append(frame)
        self._bytes += len(frame)
        self._ready.set()
        if len(self._frames) <= VIEWER_FRAMES_MAX and self._bytes <= VIEWER_BYTES_MAX:
            return True
        self.renew()
        return False

    def renew(self) -> None:
        """Forget what waits: a fresh model comes next."""
        self._frames.clear()
        self._bytes = 0
        self.was_behind = not self.wants_model or self.was_behind
        self.wants_model = True
        self._ready.set()

    def wake(self) -> None:
        """Something that is sent from elsewhere (the model, the state) is new."""
        self._ready.set()

    async def wait(self, timeout_s: float) -> bool:
        """Wait until there may be something to send; false after *timeout_s* of silence."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return False
        self._ready.clear()
        return True

    def take(self) -> bytes:
        """Return and forget everything that waits, as one write."""
        content = b"".join(self._frames)
        self._frames.clear()
        self._bytes = 0
        return content
