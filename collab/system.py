"""The real world's clock, randomness, memory and files, for which the core never asks itself."""

from __future__ import annotations

import ctypes
import gc
import resource
import secrets
import time

from collab.ids import NodeId, SessionId, SourceId

__all__ = [
    "SystemClock",
    "new_first_client",
    "new_node_id",
    "new_session_id",
    "new_source_id",
    "raise_file_limit",
    "release_memory",
]


class SystemClock:
    """Unix time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000


def new_session_id() -> SessionId:
    """Return an id that no other session has, here or on any other server."""
    return SessionId(secrets.token_urlsafe(12))


def new_node_id() -> NodeId:
    """Return an id for this process that no other has, nor itself after a restart."""
    return NodeId(f"n-{secrets.token_hex(6)}")


def new_first_client() -> int:
    """Return the first of a million awareness ids that no other node's room gives, most likely.

    They are above the ids that Yjs clients draw, and within what JavaScript counts exactly.
    """
    return 2**40 + (secrets.randbits(32) << 20)


def new_source_id() -> SourceId:
    """Return the source of the server's own submissions on somebody's behalf."""
    return SourceId(f"api:{secrets.token_urlsafe(12)}")


def raise_file_limit() -> int:
    """Let this process open as many files as it may, and return how many: one is a connection."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def release_memory() -> None:
    """Free what nobody refers to any more, and give the system back the memory of it.

    Takes some hundred milliseconds where there are a million objects, as the collector's own full
    collections do. The C library keeps what is freed for itself unless it is asked.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # Only glibc has it.
        trim(0)
