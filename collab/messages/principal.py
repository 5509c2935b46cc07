"""Who is at the other end of a session, and what they may do. SPEC: section AU."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from collab.ids import TenantId, UserId
from collab.records import dataclass

__all__ = [
    "Principal",
    "Role",
    "RoomGrant",
]


class Role(StrEnum):
    """What a principal may do in a room, from most to least."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"

    @property
    def may_edit(self) -> bool:
        return self in _EDITING_ROLES


_EDITING_ROLES: Final = frozenset({Role.OWNER, Role.EDITOR})


@dataclass(frozen=True, slots=True)
class RoomGrant:
    """What a token gives that is good for one room, by *name*, and for nothing else of the tenant.

    ``share`` is the id of the share link that it came from, empty for the preview's process, which
    reads the history too (``reads_history``) although its role would not let it.
    """

    room: str
    role: Role
    share: str = ""
    reads_history: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is at the other end: set from the session only, before anything reaches a room.

    ``role`` is the role in the room at hand, and before there is one the highest of ``roles``, the
    roles in the tenant. ``token_id`` names the token to revoke, ``expires_ms`` (Unix time) is when
    it ends; local mode has neither. ``grant`` is there for a token that is good for one room only.
    """

    user: UserId
    name: str
    color: str
    tenant: TenantId
    role: Role
    roles: frozenset[Role] = frozenset()
    token_id: str = ""
    expires_ms: int | None = None
    grant: RoomGrant | None = None
