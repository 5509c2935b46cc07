"""The host's bounds: the defaults of ``limits``, which a test may make smaller.

SPEC: section LM. Called by ``host`` and the sockets.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab import limits

__all__ = ["Bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one host allows; times are in milliseconds, sizes in bytes."""

    rooms_open_max: int = limits.ROOMS_OPEN_MAX
    room_idle_ms: int = limits.ROOM_IDLE_MS
    read_only_retry_ms: int = limits.READ_ONLY_RETRY_MS
    connection_bytes_max: int = limits.CONNECTION_BYTES_MAX
    connection_stall_ms: int = limits.CONNECTION_STALL_MS
    close_timeout_ms: int = limits.CLOSE_TIMEOUT_MS
    trash_kept_ms: int = limits.TRASH_KEPT_MS
    purge_interval_ms: int = limits.PURGE_INTERVAL_MS
    authentication_timeout_ms: int = limits.AUTHENTICATION_TIMEOUT_MS
    session_changes_per_s: int = limits.SESSION_CHANGES_PER_S
    session_bytes_per_s: int = limits.SESSION_BYTES_PER_S
    user_changes_per_s: int = limits.USER_CHANGES_PER_S
    user_bytes_per_s: int = limits.USER_BYTES_PER_S
    rate_wait_ms_max: int = limits.RATE_WAIT_MS_MAX
