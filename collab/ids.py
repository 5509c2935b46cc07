"""Names of things: tenants, rooms, sessions, nodes, revisions.

Each is a ``NewType`` so that mypy keeps them apart; at run time they are plain ``str`` and ``int``.
SPEC: section ID. Called by every module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NewType
from urllib.parse import quote, unquote

from collab.errors import InvalidName
from collab.limits import FREE_NAME_BYTES_MAX

__all__ = [
    "ClientId",
    "Epoch",
    "FencingToken",
    "NodeId",
    "RevisionNo",
    "RoomId",
    "SessionId",
    "SourceId",
    "TenantId",
    "UserId",
]

TenantId = NewType("TenantId", str)
UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
SourceId = NewType("SourceId", str)
NodeId = NewType("NodeId", str)
RevisionNo = NewType("RevisionNo", int)
Epoch = NewType("Epoch", int)
FencingToken = NewType("FencingToken", int)
ClientId = NewType("ClientId", int)

_APPLICATION_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class RoomId:
    """A room under its tenant.

    ``name`` has one segment for an application room (``[A-Za-z0-9._-]{1,64}``) and two,
    ``{collection}/{document}``, each percent-encoded, for a free room.
    """

    tenant: TenantId
    name: str

    @property
    def is_application(self) -> bool:
        return "/" not in self.name

    def __str__(self) -> str:
        return f"{self.tenant}/{self.name}"

    @classmethod
    def application(cls, tenant: TenantId, name: str) -> RoomId:
        """Return the application room *name*; ``InvalidName`` (``room_name``) if it is none."""
        if not _APPLICATION_NAME.fullmatch(name) or name in {".", ".."}:
            raise InvalidName(
                f"{name!r} is no room name: use 1 to 64 letters, digits, dots, dashes, underscores"
            )
        return cls(tenant, name)

    @classmethod
    def free(cls, tenant: TenantId, collection: str, document: str) -> RoomId:
        """Return the free room of a collection and a document, both as the user wrote them."""
        name = f"{quote(collection, safe='')}/{quote(document, safe='')}"
        if not collection or not document or len(name) > FREE_NAME_BYTES_MAX:
            raise InvalidName(
                "a free room needs a collection and a document, at most "
                f"{FREE_NAME_BYTES_MAX} bytes when percent-encoded"
            )
        return cls(tenant, name)

    @classmethod
    def parse(cls, tenant: TenantId, name: str) -> RoomId:
        """Return the room that *name*, as it stands in an address, means.

        A name with one segment is an application room, one with a slash a free room whose two
        segments may be percent-encoded; the result is encoded once, however *name* was written.
        """
        collection, slash, document = name.partition("/")
        try:
            first = unquote(collection, errors="strict")
            if not slash:
                return cls.application(tenant, first)
            return cls.free(tenant, first, unquote(document, errors="strict"))
        except UnicodeDecodeError:
            raise InvalidName("a room name is not percent-encoded UTF-8") from None
