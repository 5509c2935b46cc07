"""A member: one socket as presence channels and live queries see it.

What it is told goes out at once while its reader keeps up. Of what a slow reader misses only the
newest of each thing is kept, and sent when it has drained; one that does not drain is closed.
SPEC: sections PN and FO. Called by ``channels`` and ``listening``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Final

from collab.host.bounds import Bounds
from collab.host.drain import has_drained
from collab.ids import TenantId
from collab.limits import PRESENCES_PER_CHANNEL_MAX
from collab.messages import Principal
from collab.ports import Connection

__all__ = ["Member"]

_TRY_AGAIN: Final = 1013
# More than everything that a full channel shows is waiting: it will not catch up with that.
_MISSED_MAX: Final = 2 * PRESENCES_PER_CHANNEL_MAX


class Member:
    """One socket of *principal*. *close* ends it, with a close code and a reason.

    ``listened`` are the channels that it hears, ``shown`` the ids under which it shows something in
    each channel; both are kept by ``channels``. ``source`` is the connection's own id.
    """

    def __init__(
        self,
        principal: Principal,
        connection: Connection,
        close: Callable[[int, str], None],
        bounds: Bounds,
    ) -> None:
        self.principal = principal
        self.connection = connection
        self.close = close
        self.source = ""
        self.heard_ms = 0
        self.is_asked = False
        self.listened: set[str] = set()
        self.shown: dict[str, set[str]] = {}
        self._bounds = bounds
        self._missed: dict[Hashable, tuple[bytes | None, bytes | None]] = {}
        self._catching_up: asyncio.Task[None] | None = None

    @property
    def tenant(self) -> TenantId:
        return self.principal.tenant

    @property
    def is_keeping_up(self) -> bool:
        """True if this socket's reader may be sent more at once."""
        bytes_max = self._bounds.connection_bytes_max
        return self._catching_up is None and self.connection.buffered_bytes <= bytes_max

    def tell(self, key: Hashable, frame: bytes, *, is_end: bool = False) -> None:
        """Send *frame*, or keep it until the reader has caught up, in the place of an older one.

        What has the same *key* is about the same thing. An *is_end* stays before what follows.
        """
        if self.is_keeping_up:
            self.connection.send(frame)
            return
        end, _ = self._missed.get(key, (None, None))
        self._missed[key] = (frame, None) if is_end else (end, frame)
        if len(self._missed) > _MISSED_MAX:
            self.close(_TRY_AGAIN, "too slow to follow who is here")
        elif self._catching_up is None:
            self._catching_up = asyncio.create_task(self._catch_up())

    def leave(self) -> None:
        """The socket is gone: nothing is kept for it any more."""
        if self._catching_up is not None:
            self._catching_up.cancel()

    async def _catch_up(self) -> None:
        bytes_max = self._bounds.connection_bytes_max // 2
        while self._missed:
            if not await has_drained(self.connection, bytes_max, self._bounds.connection_stall_ms):
                self.close(_TRY_AGAIN, "too slow to follow who is here")
                break
            missed, self._missed = self._missed, {}
            for frames in missed.values():
                for frame in frames:
                    if frame is not None:
                        self.connection.send(frame)
        self._catching_up = None
