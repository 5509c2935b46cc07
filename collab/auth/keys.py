"""Keys: one secret of the installation, and what is derived from it for one purpose each.

Whoever learns a derived key, as the preview's process does, learns nothing of the others.
SPEC: section PX. Called by ``main`` and ``preview``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

__all__ = ["Keys"]


@dataclass(frozen=True, slots=True)
class Keys:
    """``identity`` signs what the preview's process is told of who asks, ``service`` what it shows
    to this server, ``pages`` what its pages show, ``sources`` the ids of ShareDB clients; the last
    two stay here.
    """

    identity: bytes = field(repr=False)
    service: bytes = field(repr=False)
    pages: bytes = field(repr=False)
    sources: bytes = field(repr=False)

    @classmethod
    def derived(cls, key: bytes) -> Keys:
        """Return the keys that follow from the installation's *key*, always the same."""
        return cls(
            identity=_derive(b"preview tokens", key),
            service=_derive(b"preview service", key),
            pages=_derive(b"preview pages", key),
            sources=_derive(b"sharedb sources", key),
        )


def _derive(purpose: bytes, key: bytes) -> bytes:
    return hashlib.sha256(purpose + key).digest()
