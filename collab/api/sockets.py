"""WebSockets: from a request to an adapter, and from there to rooms.

One handler serves every dialect; what differs is the adapter and whether the URL names the room.
A peer that does not read what it is told is not listened to, either: otherwise its questions alone
could fill the memory with answers. SPEC: section CN. Called by ``app``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from collab.api.connection import WebSocketConnection, cut_reason
from collab.api.requests import check_origin, principal_of, room_name_of
from collab.errors import DesignRoomsError, OperatingError
from collab.host.drain import has_drained
from collab.host.host import Host
from collab.host.outlet import Outlet
from collab.host.room_host import RoomHost
from collab.ids import RoomId, SessionId
from collab.limits import PING_INTERVAL_MS
from collab.messages import Dialect
from collab.ports import Authenticator
from collab.protocol.adapter import Adapter, CloseRoom, OpenRoom, Output
from collab.protocol.hocuspocus import HocuspocusAdapter
from collab.protocol.native import NativeAdapter
from collab.protocol.yjs import YjsAdapter
from collab.system import new_session_id

__all__ = ["socket_handler"]

_log = structlog.get_logger()

Handler = Callable[[WebSocket], Awaitable[None]]


@dataclass(slots=True)
class _Channel:
    room: RoomHost
    session: SessionId


class _Socket:
    """One socket: carries out what its adapter asks for."""

    def __init__(
        self,
        host: Host,
        authenticator: Authenticator,
        websocket: WebSocket,
        adapter: Adapter,
        room_name: str | None,
    ) -> None:
        self._host = host
        self._authenticator = authenticator
        self._websocket = websocket
        self._adapter = adapter
        self._room_name = room_name
        self._channels: dict[str, _Channel] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self.connection = WebSocketConnection(websocket, host.bounds.close_timeout_ms)

    async def run(self, *, opens_at_once: bool) -> None:
        """Serve the socket until either side closes it."""
        await self._websocket.accept()
        tasks = [
            asyncio.create_task(self.connection.write()),
            asyncio.create_task(self._keep_alive()),
        ]
        try:
            if opens_at_once:
                await self._open(OpenRoom("", "", self._websocket.query_params.get("token")))
            await self._read()
        finally:
            for opening in self._opening.values():
                opening.cancel()
            for channel in self._channels.values():
                channel.room.leave(channel.session)
            self.connection.close(1000, "")
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    asyncio.shield(tasks[0]), self._host.bounds.close_timeout_ms / 1000
                )
            for task in tasks:
                task.cancel()

    async def _read(self) -> None:
        bounds = self._host.bounds
        while not self.connection.is_closed:
            if not await has_drained(
                self.connection, bounds.connection_bytes_max, bounds.connection_stall_ms
            ):
                self.connection.close(1013, "too slow to take its answers")
            try:
                message = await self._websocket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return
            if message["type"] == "websocket.disconnect":
                return
            frame = message.get("bytes")
            if frame is None:
                self.connection.close(1003, "only binary messages are understood here")
                return
            await self._perform(self._adapter.receive(frame))

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_MS / 1000)
            self.connection.send(self._adapter.keepalive())

    async def _perform(self, output: Output) -> None:
        for frame in output.frames:
            self.connection.send(frame)
        for request in output.requests:
            if isinstance(request, OpenRoom):
                self._opening[request.channel] = asyncio.create_task(self._open(request))
            elif isinstance(request, CloseRoom):
                self._leave(request.channel)
            else:
                room = self._room_of(request.session)
                if room is not None:
                    await room.post(request)
        if output.close is not None:
            self.connection.close(output.close.code, output.close.reason)

    def _perform_now(self, output: Output) -> None:
        """Carry out what arose from an event, where nothing can be waited for."""
        for frame in output.frames:
            self.connection.send(frame)
        for request in output.requests:
            if isinstance(request, CloseRoom):
                self._leave(request.channel)
            elif not isinstance(request, OpenRoom):
                room = self._room_of(request.session)
                if room is not None:
                    room.post_now(request)
        if output.close is not None:
            self.connection.close(output.close.code, output.close.reason)

    async def _open(self, request: OpenRoom) -> None:
        channel = request.channel
        outlet = Outlet(
            new_session_id(), self.connection, self._adapter, channel, self._perform_now
        )
        name = self._room_name if self._room_name is not None else request.name
        try:
            principal = principal_of(self._authenticator, self._websocket, request.token)
            room = await self._host.room(RoomId.parse(principal.tenant, name))
        except DesignRoomsError as error:
            await self._perform(self._adapter.denied(channel, error))
            return
        except Exception:  # noqa: BLE001 - a bug may raise anything
            # A room that cannot be opened for a bug must not leave its clients without an answer.
            _log.exception("room.not_opened", room=name)
            failure = OperatingError("the room could not be opened for an internal error")
            await self._perform(self._adapter.denied(channel, failure))
            return
        finally:
            # One that was cancelled ends late, when the next one may be under way.
            if self._opening.get(channel) is asyncio.current_task():
                del self._opening[channel]
        self._channels[channel] = _Channel(room, outlet.session)
        output = self._adapter.opened(channel, outlet.session, principal)
        room.join(outlet, principal, since=request.since, epoch=request.epoch)
        await self._perform(output)

    def _leave(self, name: str) -> None:
        opening = self._opening.pop(name, None)
        if opening is not None:
            opening.cancel()
        channel = self._channels.pop(name, None)
        if channel is not None:
            channel.room.leave(channel.session)

    def _room_of(self, session: SessionId) -> RoomHost | None:
        for channel in self._channels.values():
            if channel.session == session:
                return channel.room
        return None


def socket_handler(host: Host, authenticator: Authenticator, dialect: Dialect) -> Handler:
    """Return the WebSocket endpoint of one dialect.

    The address names the room for y-websocket and native; Hocuspocus names it in its messages.
    """
    make_adapter = _ADAPTERS[dialect]

    async def handle(websocket: WebSocket) -> None:
        try:
            check_origin(websocket)
            # Refused before the handshake: a peer that may not be here gets no socket at all.
            principal_of(authenticator, websocket, websocket.query_params.get("token"))
        except DesignRoomsError as error:
            _log.info("socket.refused", code=error.code, path=websocket.url.path)
            await websocket.close(error.close_code, cut_reason(error.message))
            return
        room_name = room_name_of(websocket) if dialect is not Dialect.HOCUSPOCUS else None
        socket = _Socket(host, authenticator, websocket, make_adapter(), room_name)
        await socket.run(opens_at_once=dialect is Dialect.YJS)

    return handle


_ADAPTERS: Final[dict[Dialect, Callable[[], Adapter]]] = {
    Dialect.YJS: YjsAdapter,
    Dialect.HOCUSPOCUS: HocuspocusAdapter,
    Dialect.NATIVE: NativeAdapter,
}
