"""Who asks: what the server's proxy says about a request, signed.

The proxy authenticates people and decides whether they may see a room; this process believes its
signature and nothing else. Tenant, user and role come from here alone, never from a path, a
header or a body that a browser sends. SPEC: section AC. Called by ``http.door``.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from runtime.errors import PreviewDenied
from runtime.limits import IDENTITIES_KEPT, IDENTITY_AGE_S

__all__ = ["IDENTITY_HEADER", "Identities", "Identity", "RoomRole"]

IDENTITY_HEADER: Final = "x-design-rooms-identity"
_SALT: Final = "design-rooms identity"


class RoomRole(StrEnum):
    """What somebody is in a room."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"

    @property
    def may_write(self) -> bool:
        """Whether records may be changed: a reviewer or a viewer looks on."""
        return self in (RoomRole.OWNER, RoomRole.EDITOR)


@dataclass(frozen=True, slots=True)
class Identity:
    """One person in one room of one tenant. ``page_token`` is there for page requests only."""

    tenant: str
    room: str
    user: str
    name: str
    color: str
    role: RoomRole
    page_token: str | None = None


class Identities:
    """Reads what the proxy signed with *key*."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt=_SALT)
        # The proxy's signature has a resolution of one second, so a busy page repeats itself.
        self._known: OrderedDict[str, tuple[float, Identity]] = OrderedDict()

    def read(self, header: str | None, room: str) -> Identity:
        """Return who asks for *room*; raise ``PreviewDenied`` unless the header says so.

        The header must be signed with this key, be at most ``IDENTITY_AGE_S`` old and name this
        very room.
        """
        if not header:
            raise PreviewDenied("this address answers only behind the server", code="identity")
        identity = self._recent(header) or self._verified(header)
        if identity.room != room:
            raise PreviewDenied("this identity is for another room", code="identity")
        return identity

    def _recent(self, header: str) -> Identity | None:
        known = self._known.get(header)
        if known is None or time.time() - known[0] > IDENTITY_AGE_S:
            return None
        return known[1]

    def _verified(self, header: str) -> Identity:
        try:
            content, signed_at = self._serializer.loads(
                header, max_age=IDENTITY_AGE_S, return_timestamp=True
            )
        except SignatureExpired:
            raise PreviewDenied("this identity is too old", code="identity") from None
        except BadSignature:
            raise PreviewDenied("nobody signed this identity", code="identity") from None
        identity = _identity(content)
        self._known[header] = (signed_at.timestamp(), identity)
        if len(self._known) > IDENTITIES_KEPT:
            self._known.popitem(last=False)
        return identity


def _identity(content: Any) -> Identity:
    try:
        token = content.get("page_token")
        return Identity(
            tenant=str(content["tenant"]),
            room=str(content["room"]),
            user=str(content["user"]),
            name=str(content["name"]),
            color=str(content["color"]),
            role=RoomRole(content["role"]),
            page_token=token if isinstance(token, str) else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise PreviewDenied("this identity is incomplete", code="identity") from None
