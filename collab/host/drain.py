"""Waiting for a slow reader, with patience as long as it reads at all.

SPEC: section FO. Called by ``audience`` and the sockets.
"""

from __future__ import annotations

import asyncio

from collab.limits import CATCH_UP_POLL_MS
from collab.ports import Connection

__all__ = ["has_drained"]


async def has_drained(connection: Connection, bytes_max: int, stall_ms: int) -> bool:
    """Wait until at most *bytes_max* wait for the peer of *connection*, or it is closed.

    Returns False once nothing has left for *stall_ms*. ASGI tells nobody that a transport has
    drained, so this looks again and again, for the few that are slow.
    """
    patience_ms = stall_ms
    buffered = connection.buffered_bytes
    while buffered > bytes_max and not connection.is_closed:
        await asyncio.sleep(CATCH_UP_POLL_MS / 1000)
        before, buffered = buffered, connection.buffered_bytes
        patience_ms = stall_ms if buffered < before else patience_ms - CATCH_UP_POLL_MS
        if patience_ms <= 0:
            return False
    return True
