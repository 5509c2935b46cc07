"""The token that the runtime shows to the server when it follows a room.

It is minted for each connection, names one room of one tenant, and lets the bearer read that
room's log and nothing else. SPEC: section PV. Called by ``feed``.
"""

from __future__ import annotations

import time
from typing import Final

import jwt

from runtime.limits import SERVICE_TOKEN_AGE_S

__all__ = ["ServiceTokens"]

_ALGORITHM: Final = "HS256"


class ServiceTokens:
    """Mints with *key*, which the server derived for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mint(self, tenant: str, room: str) -> str:
        """Return a token for the log of *room* of *tenant*, good for a connection made now."""
        claims = {
            "sub": "service:preview",
            "tenant": tenant,
            "room": room,
            "kind": "service",
            "exp": int(time.time()) + SERVICE_TOKEN_AGE_S,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)
