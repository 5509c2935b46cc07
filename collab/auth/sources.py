"""Sources: the ids under which ShareDB clients submit, bound to the user that they were given to.

Every client is told the sources of the others' ops. If anybody could submit under any of them, a
client could take another's next number and so swallow its next op; so an id carries proof of whose
it is, and outlives connections and restarts as the ops do that were sent under it.
SPEC: section SD. Called by ``sockets``.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from collab.ids import SourceId
from collab.messages import Principal

__all__ = ["UserSources"]

# 128 random bits: no two clients are given one id. A proof of 128 bits cannot be guessed online.
_RANDOM_BYTES: Final = 16
_PROOF_HEX: Final = 32


class UserSources:
    """The sources of one user of one tenant; *key* never leaves this process."""

    def __init__(self, key: bytes, principal: Principal) -> None:
        owner = f"{principal.tenant}\0{principal.user}".encode()
        self._key = hmac.digest(key, owner, hashlib.sha256)

    def issue(self) -> SourceId:
        """Return a new id."""
        name = secrets.token_hex(_RANDOM_BYTES)
        return SourceId(f"{name}.{self._proof(name)}")

    def is_own(self, source: str) -> bool:
        """Return whether *source* was issued to this user."""
        name, _, proof = source.partition(".")
        if not source.isascii():
            return False
        return hmac.compare_digest(proof, self._proof(name))

    def _proof(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()[:_PROOF_HEX]
