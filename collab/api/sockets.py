"""WebSockets: from a request to an adapter and the socket that it speaks on.

One handler serves every dialect; what differs is the adapter and whether the URL names the room.
SPEC: section CN. Called by ``app``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from starlette.websockets import WebSocket

from collab.api.connection import WebSocketConnection, cut_reason
from collab.api.requests import check_origin, principal_of, room_name_of
from collab.api.socket import Socket
from collab.api.socket_channels import Peer
from collab.api.socket_performer import Performer
from collab.auth.access import Access
from collab.auth.sources import UserSources
from collab.errors import DesignRoomsError, NotAuthenticated
from collab.host.forum import Forum
from collab.host.pace import Paces
from collab.messages import Dialect, Principal
from collab.ports import Authenticator
from collab.protocol.adapter import Adapter
from collab.protocol.hocuspocus import HocuspocusAdapter
from collab.protocol.native import NativeAdapter
from collab.protocol.sharedb import ShareDbAdapter
from collab.protocol.yjs import YjsAdapter

__all__ = ["socket_handler"]

_log = structlog.get_logger()

Handler = Callable[[WebSocket], Awaitable[None]]

_NAMED_BY_ADDRESS: Final = frozenset({Dialect.YJS, Dialect.NATIVE})
_ADAPTERS: Final[dict[Dialect, Callable[[], Adapter]]] = {
    Dialect.YJS: YjsAdapter,
    Dialect.HOCUSPOCUS: HocuspocusAdapter,
    Dialect.NATIVE: NativeAdapter,
}


def socket_handler(
    forum: Forum, authenticator: Authenticator, dialect: Dialect, source_key: bytes, paces: Paces
) -> Handler:
    """Return the WebSocket endpoint of one dialect.

    The address names the room for y-websocket and native; the others name it in their messages.
    *source_key* signs the ids of ShareDB clients.
    """
    host, access = forum.host, forum.access

    async def handle(websocket: WebSocket) -> None:
        try:
            principal = _look_at(websocket, authenticator, access)
        except DesignRoomsError as error:
            _log.info("socket.refused", code=error.code, path=websocket.url.path)
            await websocket.close(error.close_code, cut_reason(error.message))
            return
        if dialect is Dialect.SHAREDB:
            if principal is None:
                # Its protocol has no message for a token, so none will come.
                await websocket.accept()
                await websocket.close(NotAuthenticated.close_code, "no token, or a bad one")
                return
            adapter: Adapter = ShareDbAdapter(UserSources(source_key, principal))
        else:
            adapter = _ADAPTERS[dialect]()
        connection = WebSocketConnection(
            websocket, host.turn, host.bounds.close_timeout_ms, is_text=adapter.is_text
        )
        room_name = room_name_of(websocket) if dialect in _NAMED_BY_ADDRESS else None
        peer = Peer(websocket, adapter, connection, paces.throttle(), room_name)
        socket = Socket(peer, Performer(host, authenticator, access, peer), host.bounds)
        if principal is not None and dialect is Dialect.SHAREDB:
            socket.attend(forum, principal)
        try:
            await socket.run(opens_at_once=dialect is Dialect.YJS, is_known=principal is not None)
        finally:
            socket.leave_forum()

    return handle


def _look_at(
    websocket: WebSocket, authenticator: Authenticator, access: Access
) -> Principal | None:
    """Return who the peer is, as the handshake says, or None if it does not.

    Raises ``NotAllowed`` for a peer that may not be here at all, who gets no socket. One with no
    token, or a bad one, gets a socket, since it may send a token, and since a close code tells a
    client why, and to stay away, as a refused handshake cannot.
    """
    check_origin(websocket)
    try:
        return principal_of(authenticator, websocket)
    except NotAuthenticated:
        if access.is_local:
            raise
        return None
