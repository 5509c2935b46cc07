"""Addresses: where a room's socket and its history are on a server.

SPEC: section CL. Called by ``room``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from collab.errors import InvalidName
from collab.ids import RoomId, TenantId

__all__ = ["RoomAddress"]

_SCHEMES: Final = {"http": "ws", "https": "wss"}


@dataclass(frozen=True, slots=True)
class RoomAddress:
    """``socket`` is a WebSocket URL, ``revisions`` an HTTP one."""

    socket: str
    revisions: str

    @classmethod
    def of(cls, server: str, room: str) -> RoomAddress:
        """Return the addresses of *room* on *server* (``http://host:port`` or ``https://…``).

        *room* is the name of an application room, or ``collection/document`` for a free room.
        Raises ``InvalidName`` (``room_name``, ``client_server``). Source: [CL1].
        """
        parts = urlsplit(server)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise InvalidName(f"{server!r} is no http or https address", code="client_server")
        base = f"{parts.netloc}{parts.path.rstrip('/')}"
        room_id = RoomId.parse(TenantId(""), room)
        kind = "rooms" if room_id.is_application else "free"
        return cls(
            socket=f"{_SCHEMES[parts.scheme]}://{base}/{kind}/{room_id.name}/socket",
            revisions=f"{parts.scheme}://{base}/api/{kind}/{room_id.name}/revisions",
        )
