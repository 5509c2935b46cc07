"""What can go wrong for a program that uses the client.

::

    DesignRoomsError
    └── ClientError
        ├── ClientRefused    the server refused this change; the room goes on without it
        ├── ClientBehind     a Yjs update needs earlier ones that the server lacks (update_missing)
        ├── ConnectFailed    no welcome within the time to connect                (client_connect)
        ├── RoomClosed       the room is closed for this client, for good         (its own code)
        └── HistoryGone      old revisions can no longer be had                   (client_history)

What the server says keeps the server's code. An op that is malformed, or that does not apply to
``room.document``, raises ``InvalidOp`` or ``LimitExceeded`` before anything is sent.
SPEC: section CL.
"""

from __future__ import annotations

from collab.errors import DesignRoomsError
from collab.values import Path

__all__ = [
    "ClientBehind",
    "ClientError",
    "ClientRefused",
    "ConnectFailed",
    "HistoryGone",
    "RoomClosed",
]


class ClientError(DesignRoomsError):
    """The root of the client's errors."""

    default_code = "client_error"


class ClientRefused(ClientError):
    """The server refused a change.

    ``code`` and ``reason`` are the server's, ``path`` and ``nodes`` say where in the document.
    ``is_undone``: a Yjs update was applied and undone for everybody; otherwise nobody saw it.
    """

    default_code = "client_refused"

    def __init__(
        self,
        code: str,
        reason: str,
        path: Path = (),
        nodes: tuple[str, ...] = (),
        *,
        is_undone: bool = False,
    ) -> None:
        super().__init__(reason, code=code)
        self.reason = reason
        self.path = path
        self.nodes = nodes
        self.is_undone = is_undone


class ClientBehind(ClientError):
    """The update was not applied: ``sync`` and send what the server's state vector lacks."""

    default_code = "update_missing"


class ConnectFailed(ClientError):
    """The server was not reached, or did not welcome this client, in time."""

    default_code = "client_connect"


class RoomClosed(ClientError):
    """Nothing more can be done with this room object.

    Either it was left (code ``client_left``), or the server closed it for good: then
    ``socket_code``, the WebSocket's close code, is 4400 to 4499, and ``code`` says why. Connect
    again once the cause is mended.
    """

    default_code = "client_left"

    def __init__(self, code: str, reason: str, close_code: int = 1000) -> None:
        super().__init__(reason, code=code)
        self.reason = reason
        self.socket_code = close_code


class HistoryGone(ClientError):
    """Revisions before ``first`` cannot be read: begin again from ``room.document``."""

    default_code = "client_history"

    def __init__(self, reason: str, first: int) -> None:
        super().__init__(reason)
        self.first = first
