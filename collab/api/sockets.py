"""WebSockets: from a request to an adapter, and from there to rooms.

One handler serves every dialect; what differs is the adapter and whether the URL names the room.
A peer that does not read what it is told is not listened to, either: otherwise its questions alone
could fill the memory with answers. SPEC: section CN. Called by ``app``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from collab.api.connection import WebSocketConnection, cut_reason
from collab.api.lookups import Lookups
from collab.api.requests import check_origin, principal_of, room_name_of
from collab.api.socket_protocol import Left, message_of, protocol_of
from collab.auth.access import Access, Verb
from collab.auth.sessions import Stay
from collab.auth.sources import UserSources
from collab.errors import DesignRoomsError, NotAuthenticated, OperatingError
from collab.host.drain import has_drained
from collab.host.forum import Attendance, Forum, ForumRequest
from collab.host.host import Host
from collab.host.outlet import Outlet
from collab.host.pace import Paces, Throttle
from collab.host.room_host import RoomHost
from collab.host.turn import Turn
from collab.ids import RoomId, SessionId
from collab.limits import LOOKUPS_PER_SOCKET_MAX, OPENINGS_PER_SOCKET_MAX, PING_INTERVAL_MS
from collab.messages import Dialect, Principal, Revert, SessionCommand, Submit, Undo, Update
from collab.ports import Authenticator
from collab.protocol.adapter import (
    Adapter,
    Ask,
    AskingAdapter,
    CloseRoom,
    OpenRoom,
    Output,
    Request,
)
from collab.protocol.hocuspocus import HocuspocusAdapter
from collab.protocol.native import NativeAdapter
from collab.protocol.sharedb import ShareDbAdapter
from collab.protocol.yjs import YjsAdapter
from collab.system import new_session_id

__all__ = ["COOKIE_WORD", "socket_handler"]

_log = structlog.get_logger()

# What a page says in the place of a token when its cookie is to count.
COOKIE_WORD: Final = "session"

# What a message has come to, among what is left to the reader of a socket's messages.
_OUTPUT: Final = "design_rooms.output"

# What counts as a change for the rates.
_CHANGES: Final = frozenset({Submit, Revert, Undo, Update})
_TOO_FAST: Final = "changes come faster than they may: try again later"

Handler = Callable[[WebSocket], Awaitable[None]]


@dataclass(slots=True)
class _Channel:
    room: RoomHost
    session: SessionId
    stay: Stay


class _Socket:
    """One socket: carries out what its adapter asks for."""

    def __init__(
        self,
        host: Host,
        authenticator: Authenticator,
        access: Access,
        websocket: WebSocket,
        adapter: Adapter,
        room_name: str | None,
        turn: Turn,
        throttle: Throttle,
    ) -> None:
        self._host = host
        self._authenticator = authenticator
        self._access = access
        self._websocket = websocket
        self._adapter = adapter
        self._room_name = room_name
        self._channels: dict[str, _Channel] = {}
        self._rooms: dict[SessionId, RoomHost] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._openings = asyncio.Semaphore(OPENINGS_PER_SOCKET_MAX)
        self._answering: set[asyncio.Task[None]] = set()
        self._answers = asyncio.Semaphore(LOOKUPS_PER_SOCKET_MAX)
        self._lookups = Lookups(host.store, access, lambda: principal_of(authenticator, websocket))
        self._is_admitted = False
        # True while the reader waits for a message, so that nothing before it is under way.
        self._is_waiting = False
        self._throttle = throttle
        # What the message came in as whose requests are performed.
        self._message_bytes = 0
        self.connection = WebSocketConnection(
            websocket, turn, host.bounds.close_timeout_ms, is_text=adapter.is_text
        )
        self._attendance: Attendance | None = None

    def attend(self, forum: Forum, principal: Principal) -> None:
        """Let the socket into presence channels and queries, as *principal*."""
        self._attendance = forum.attend(principal, self.connection, self.connection.close)

    def leave_forum(self) -> None:
        """Take away what the peer showed; also where the socket never came to run."""
        attendance, self._attendance = self._attendance, None
        if attendance is not None:
            attendance.leave()

    async def run(self, *, opens_at_once: bool, is_known: bool) -> None:
        """Serve the socket until either side closes it.

        A peer that is not known yet has to say who it is before long.
        """
        await self._websocket.accept()
        tasks = [
            asyncio.create_task(self.connection.end()),
            asyncio.create_task(self._keep_alive()),
        ]
        if not is_known:
            tasks.append(asyncio.create_task(self._expect_token()))
        protocol_of(self._websocket).taker = self._take
        try:
            if isinstance(self._adapter, AskingAdapter):
                await self._perform(self._adapter.started())
            if opens_at_once:
                await self._open(OpenRoom("", "", None))
            await self._read()
        finally:
            for task in (*self._opening.values(), *self._answering):
                task.cancel()
            for name in list(self._channels):
                self._leave(name)
            self.leave_forum()
            self.connection.close(1000, "")
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    asyncio.shield(tasks[0]), self._host.bounds.close_timeout_ms / 1000
                )
            for task in tasks:
                task.cancel()

    async def _read(self) -> None:
        """Read what ``_take`` leaves: what has to wait for something, and what comes behind it."""
        bounds = self._host.bounds
        while not self.connection.is_closed:
            if not await has_drained(
                self.connection, bounds.connection_bytes_max, bounds.connection_stall_ms
            ):
                self.connection.close(1013, "too slow to take its answers")
            self._is_waiting = True
            try:
                message = await self._websocket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return
            finally:
                self._is_waiting = False
            if message["type"] == "websocket.disconnect":
                return
            if self._throttle.is_on and not await self._throttle.rest():
                self.connection.close(1013, _TOO_FAST)
                return
            output = message.get(_OUTPUT) or self._receive(message)
            if output is None:
                kind = "text" if self._adapter.is_text else "binary"
                self.connection.close(1003, f"only {kind} messages are understood here")
                return
            await self._perform(output)

    def _take(self, payload: bytes, is_text: bool) -> Left | None:
        """Take a message in the very call in which it came; return what is left to the reader.

        That is all of it while the reader is busy, the peer is too fast or takes too little of what
        it is told, or it is no message of this dialect; and whatever has to be waited for.
        """
        connection = self.connection
        if (
            not self._is_waiting
            or self._throttle.is_on
            or is_text is not self._adapter.is_text
            or connection.is_closed
            or connection.buffered_bytes > self._host.bounds.connection_bytes_max
        ):
            return message_of(payload, is_text=is_text)
        rest = self._perform_at_once(self._hear(payload))
        return None if rest is None else {"type": "websocket.receive", _OUTPUT: rest}

    def _receive(self, message: Mapping[str, Any]) -> Output | None:
        """Hand the adapter a message; None if it is not of the adapter's kind."""
        content = message.get("text" if self._adapter.is_text else "bytes")
        if content is None:
            return None
        return self._hear(content.encode() if self._adapter.is_text else content)

    def _hear(self, payload: bytes) -> Output:
        """Return what the adapter makes of a message, whose weight is noted."""
        if self._attendance is not None:
            self._attendance.heard()
        output = self._adapter.receive(payload)
        self._message_bytes = len(payload)
        changes = 0
        for request in output.requests:
            if type(request) in _CHANGES:
                changes += 1
        self._throttle.note(changes, len(payload))
        return output

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_MS / 1000)
            frame = self._adapter.keepalive()
            if frame:
                self.connection.send(frame)

    async def _expect_token(self) -> None:
        await asyncio.sleep(self._host.bounds.authentication_timeout_ms / 1000)
        if not self._is_admitted:
            self.connection.close(NotAuthenticated.close_code, "no token came in time")

    async def _perform(self, output: Output) -> None:
        """Carry out what a message comes to, waiting where that is needed."""
        while (rest := self._perform_at_once(output)) is not None:
            request = rest.requests.pop(0)
            if isinstance(request, ForumRequest):
                # One after the other: who leaves a channel has come into it before.
                assert self._attendance is not None
                await self._attendance.perform(request)
            elif isinstance(request, SessionCommand):
                await self._rooms[request.session].post(request, self._message_bytes)
            output = rest

    def _perform_at_once(self, output: Output) -> Output | None:
        """Carry out *output* up to what has to be waited for; return that and what follows it."""
        self._send(output)
        for index, request in enumerate(output.requests):
            if isinstance(request, SessionCommand):
                room = self._rooms.get(request.session)
                has_to_wait = room is not None and not room.try_post(request, self._message_bytes)
            else:
                has_to_wait = isinstance(request, ForumRequest)
                if not has_to_wait:
                    self._begin(request)
            if has_to_wait:
                return Output(requests=output.requests[index:], close=output.close)
        if output.close is not None:
            self.connection.close(output.close.code, output.close.reason)
        return None

    def _send(self, output: Output) -> None:
        if output.large:
            self.connection.send_parts(output.large)
        for frame in output.frames:
            self.connection.send(frame)

    def _perform_now(self, output: Output) -> None:
        """Carry out what arose from an event, where nothing can be waited for."""
        self._send(output)
        for request in output.requests:
            if isinstance(request, SessionCommand):
                room = self._rooms.get(request.session)
                if room is not None:
                    room.post_now(request)
            else:
                self._begin(request)
        if output.close is not None:
            self.connection.close(output.close.code, output.close.reason)

    def _begin(self, request: Request) -> None:
        match request:
            case OpenRoom():
                self._opening[request.channel] = asyncio.create_task(self._open(request))
            case CloseRoom():
                self._leave(request.channel)
            case Ask():
                task = asyncio.create_task(self._answer(request))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case _:
                raise AssertionError("only what a peer says is about channels and queries")

    async def _answer(self, request: Ask) -> None:
        assert isinstance(self._adapter, AskingAdapter)
        bounds = self._host.bounds
        async with self._answers:
            # What was asked already must not fill the memory either. One that does not read is
            # closed by whoever reads its messages.
            if await has_drained(
                self.connection, bounds.connection_bytes_max, bounds.connection_stall_ms
            ):
                answer = await self._lookups.answer(request.question)
                self._perform_now(self._adapter.answered(request.request, answer))

    async def _open(self, request: OpenRoom) -> None:
        channel = request.channel
        outlet = Outlet(
            new_session_id(), self.connection, self._adapter, channel, self._perform_now
        )
        name = self._room_name if self._room_name is not None else request.name
        try:
            async with self._openings:
                principal, room = await self._admit(name, self._token_of(request))
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
        # From the last question on nothing was awaited, so no change of rights fell in between.
        self._is_admitted = True
        self._throttle.enter(principal)
        # A document that the room has ended may be opened again by a new token.
        self._leave(channel)
        stay = self._stay(channel, outlet.session, principal, room.id)
        self._channels[channel] = _Channel(room, outlet.session, stay)
        self._rooms[outlet.session] = room
        may_look_back = self._access.allows(principal, principal.role, Verb.HISTORY)
        output = self._adapter.opened(channel, outlet.session, principal)
        # Who may not read the history gets the document as it is.
        since = request.since if may_look_back else None
        room.join(outlet, principal, since=since, epoch=request.epoch, looks_back=may_look_back)
        # At once, so that nothing that the peer says meanwhile comes before what was queued.
        self._perform_now(output)

    async def _admit(self, name: str, token: str | None) -> tuple[Principal, RoomHost]:
        """Return who comes, with their role in the room of *name*, and the open room.

        Nothing is awaited between the last question about rights and the return.
        """
        principal = principal_of(self._authenticator, self._websocket, token)
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
        is_word = self._adapter.dialect is Dialect.HOCUSPOCUS and request.token == COOKIE_WORD
        return None if is_word and not self._access.is_local else request.token

    def _stay(self, channel: str, session: SessionId, principal: Principal, room: RoomId) -> Stay:
        """Let the session be found when its right to be here ends."""

        def close(code: int, reason: str) -> None:
            entry = self._channels.get(channel)
            if entry is not None and entry.session == session:
                self._leave(channel)
                self._perform_now(self._adapter.closed_by_room(channel, code, reason))

        outlasts = principal.grant is not None and not principal.grant.share
        stay = Stay(principal, room, principal.role, close, outlasts_token=outlasts)
        self._access.sessions.enter(stay)
        return stay

    def _leave(self, name: str) -> None:
        opening = self._opening.pop(name, None)
        if opening is not None:
            opening.cancel()
        channel = self._channels.pop(name, None)
        if channel is not None:
            self._access.sessions.leave(channel.stay)
            del self._rooms[channel.session]
            channel.room.leave(channel.session)


def socket_handler(
    forum: Forum, authenticator: Authenticator, dialect: Dialect, source_key: bytes, paces: Paces
) -> Handler:
    """Return the WebSocket endpoint of one dialect.

    The address names the room for y-websocket and native; the others name it in their messages.
    *source_key* signs the ids of ShareDB clients.
    """
    host, access, turn = forum.host, forum.access, forum.host.turn

    async def handle(websocket: WebSocket) -> None:
        try:
            principal = _look_at(websocket, authenticator, access)
        except DesignRoomsError as error:
            _log.info("socket.refused", code=error.code, path=websocket.url.path)
            await websocket.close(error.close_code, cut_reason(error.message))
            return
        room_name = room_name_of(websocket) if dialect in _NAMED_BY_ADDRESS else None
        if dialect is Dialect.SHAREDB:
            if principal is None:
                # Its protocol has no message for a token, so none will come.
                await websocket.accept()
                await websocket.close(NotAuthenticated.close_code, "no token, or a bad one")
                return
            adapter: Adapter = ShareDbAdapter(UserSources(source_key, principal))
        else:
            adapter = _ADAPTERS[dialect]()
        throttle = paces.throttle()
        socket = _Socket(host, authenticator, access, websocket, adapter, room_name, turn, throttle)
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


_NAMED_BY_ADDRESS: Final = frozenset({Dialect.YJS, Dialect.NATIVE})
_ADAPTERS: Final[dict[Dialect, Callable[[], Adapter]]] = {
    Dialect.YJS: YjsAdapter,
    Dialect.HOCUSPOCUS: HocuspocusAdapter,
    Dialect.NATIVE: NativeAdapter,
}
