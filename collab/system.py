"""The real world's clock and randomness, which the core is given and never asks for itself."""

from __future__ import annotations

import secrets
import time

from collab.ids import SessionId, SourceId

__all__ = ["SystemClock", "new_session_id", "new_source_id"]


class SystemClock:
    """Unix time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000


def new_session_id() -> SessionId:
    """Return an id that no other session has, here or on any other server."""
    return SessionId(secrets.token_urlsafe(12))


def new_source_id() -> SourceId:
    """Return the source of the server's own submissions on somebody's behalf."""
    return SourceId(f"api:{secrets.token_urlsafe(12)}")
