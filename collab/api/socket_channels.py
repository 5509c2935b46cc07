"""A socket's channels: the rooms that its peer has opened on it, and by what right.

Most dialects have one room on a socket, and the address names it; Hocuspocus and ShareDB name each
in their messages. Each room that is open has a session, a stay that ends it when its right ends,
and its share of the socket's rate. SPEC: sections TK and CN. Called by ``socket``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog
from starlette.websockets import WebSocket

from collab.api.connection import WebSocketConnection
from collab.api.requests import principal_of
from collab.auth.access import Access, Verb
from collab.auth.sessions import Stay
from collab.errors import DesignRoomsError, OperatingError
from collab.host.host import Host
from collab.host.outlet import Outlet
from collab.host.pace import Throttle
from collab.host.room_host import RoomHost
from collab.ids import RoomId, SessionId
from collab.limits import OPENINGS_PER_SOCKET_MAX
from collab.messages import Dialect, Principal
from collab.ports import Authenticator
from collab.protocol.adapter import Adapter, OpenRoom, Output
from collab.system import new_session_id

__all__ = ["Channels", "Peer"]

_log = structlog.get_logger()

# What a page says in the place of a token when its cookie is to count.
_COOKIE_WORD: Final = "session"


@dataclass(frozen=True, slots=True)
class Peer:
    """One socket's other side and what it is spoken to with; *room_name* is the address's room."""

    websocket: WebSocket
    adapter: Adapter
    connection: WebSocketConnection
    throttle: Throttle
    room_name: str | None


@dataclass(slots=True)
class _Channel:
    room: RoomHost
    session: SessionId
    stay: Stay


class Channels:
    """The rooms of one socket. ``rooms`` has them by session, ``is_admitted`` once there was one.

    *perform* carries out what the adapter answers, at once.
    """

    def __init__(
        self,
        host: Host,
        authenticator: Authenticator,
        access: Access,
        peer: Peer,
        perform: Callable[[Output], None],
    ) -> None:
        self._host = host
        self._authenticator = authenticator
        self._access = access
        self._peer = peer
        self._perform = perform
        self._channels: dict[str, _Channel] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._openings = asyncio.Semaphore(OPENINGS_PER_SOCKET_MAX)
        self.rooms: dict[SessionId, RoomHost] = {}
        self.is_admitted = False

    def begin(self, request: OpenRoom) -> None:
        """Open a room while the socket goes on."""
        self._opening[request.channel] = asyncio.create_task(self.open(request))

    def leave(self, name: str) -> None:
        """Leave the room of the channel *name*, or stop opening it."""
        opening = self._opening.pop(name, None)
        if opening is not None:
            opening.cancel()
        channel = self._channels.pop(name, None)
        if channel is not None:
            self._access.sessions.leave(channel.stay)
            self._peer.throttle.leave(channel.session)
            del self.rooms[channel.session]
            channel.room.leave(channel.session)

    def leave_all(self) -> None:
        """Leave every room: the socket is over."""
        for name in [*self._opening, *self._channels]:
            self.leave(name)

    async def open(self, request: OpenRoom) -> None:
        """Join the room that *request* names, or tell the adapter why not."""
        channel, peer = request.channel, self._peer
        outlet = Outlet(new_session_id(), peer.connection, peer.adapter, channel, self._perform)
        name = peer.room_name if peer.room_name is not None else request.name
        try:
            async with self._openings:
                principal, room = await self._admit(name, self._token_of(request))
        except DesignRoomsError as error:
            self._perform(peer.adapter.denied(channel, error))
            return
        except Exception:  # noqa: BLE001 - a bug may raise anything
            # A room that cannot be opened for a bug must not leave its clients without an answer.
            _log.exception("room.not_opened", room=name)
            failure = OperatingError("the room could not be opened for an internal error")
            self._perform(peer.adapter.denied(channel, failure))
            return
        finally:
            # One that was cancelled ends late, when the next one may be under way.
            if self._opening.get(channel) is asyncio.current_task():
                del self._opening[channel]
        # From the last question on nothing was awaited, so no change of rights fell in between.
        self._enter(request, outlet, principal, room)

    def _enter(
        self, request: OpenRoom, outlet: Outlet, principal: Principal, room: RoomHost
    ) -> None:
        channel, session = request.channel, outlet.session
        self.is_admitted = True
        # A document that the room has ended may be opened again by a new token.
        self.leave(channel)
        self._peer.throttle.enter(session, principal)
        stay = self._stay(channel, session, principal, room.id)
        self._channels[channel] = _Channel(room, session, stay)
        self.rooms[session] = room
        may_look_back = self._access.allows(principal, principal.role, Verb.HISTORY)
        output = self._peer.adapter.opened(channel, session, principal)
        # Who may not read the history gets the document as it is.
        since = request.since if may_look_back else None
        room.join(outlet, principal, since=since, epoch=request.epoch, looks_back=may_look_back)
        # At once, so that nothing that the peer says meanwhile comes before what was queued.
        self._perform(output)

    async def _admit(self, name: str, token: str | None) -> tuple[Principal, RoomHost]:
        """Return who comes, with their role in the room of *name*, and the open room.

        Nothing is awaited between the last question about rights and the return.
        """
        principal = principal_of(self._authenticator, self._peer.websocket, token)
        room_id = RoomId.parse(principal.tenant, name)
        await self._access.require(principal, room_id, Verb.READ)
        room = await self._host.room(room_id)
        role = await self._access.require(principal, room_id, Verb.READ)
        return replace(principal, role=role), room

    def _token_of(self, request: OpenRoom) -> str | None:
        """Return the token of a message, or None where the handshake's is meant.

        A Hocuspocus provider cannot be without one: a browser page, which cannot read its cookie,
        sends a word instead that is no token.
        """
        is_word = self._peer.adapter.dialect is Dialect.HOCUSPOCUS and request.token == _COOKIE_WORD
        return None if is_word and not self._access.is_local else request.token

    def _stay(self, channel: str, session: SessionId, principal: Principal, room: RoomId) -> Stay:
        """Let the session be found when its right to be here ends."""

        def close(code: int, reason: str) -> None:
            entry = self._channels.get(channel)
            if entry is not None and entry.session == session:
                self.leave(channel)
                self._perform(self._peer.adapter.closed_by_room(channel, code, reason))

        outlasts = principal.grant is not None and not principal.grant.share
        stay = Stay(principal, room, principal.role, close, outlasts_token=outlasts)
        self._access.sessions.enter(stay)
        return stay
