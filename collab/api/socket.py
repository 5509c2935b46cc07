"""A socket: reads one peer's messages, in their order, and no faster than they may come.

A message that came whole is taken in the call in which it came, as long as none before it is under
way; what has to wait for something goes to the reader, a task, with all that comes behind it. A
peer that does not read what it is told is not listened to, either: otherwise its questions alone
could fill the memory with answers. SPEC: section CN. Called by ``sockets``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from starlette.websockets import WebSocketDisconnect

from collab.api.socket_channels import Peer
from collab.api.socket_performer import Performer
from collab.api.socket_protocol import Left, message_of, protocol_of
from collab.errors import DesignRoomsError, NotAuthenticated, TooManyRequests
from collab.host.bounds import Bounds
from collab.host.drain import has_drained
from collab.host.forum import Forum
from collab.limits import PING_INTERVAL_MS
from collab.messages import Principal
from collab.protocol.adapter import AskingAdapter, OpenRoom, Output

__all__ = ["Socket"]

_log = structlog.get_logger()

# What a message has come to, among what is left to the reader of a socket's messages.
_OUTPUT: Final = "design_rooms.output"


class Socket:
    """One socket, whose adapter's outputs *performer* carries out."""

    def __init__(self, peer: Peer, performer: Performer, bounds: Bounds) -> None:
        self._peer = peer
        self._adapter = peer.adapter
        self._connection = peer.connection
        self._throttle = peer.throttle
        self._performer = performer
        self._bounds = bounds
        # True while the reader waits for a message, so that nothing before it is under way. It
        # stays so until the reader runs again, but then a message is in the protocol's queue, and
        # whatever comes goes behind that.
        self._is_waiting = False

    def attend(self, forum: Forum, principal: Principal) -> None:
        """Let the socket into presence channels and queries, as *principal*."""
        connection = self._connection
        self._performer.attendance = forum.attend(principal, connection, connection.close)

    def leave_forum(self) -> None:
        """Take away what the peer showed; also where the socket never came to run."""
        attendance, self._performer.attendance = self._performer.attendance, None
        if attendance is not None:
            attendance.leave()

    async def run(self, *, opens_at_once: bool, is_known: bool) -> None:
        """Serve the socket until either side closes it.

        A peer that is not known yet has to say who it is before long.
        """
        websocket = self._peer.websocket
        await websocket.accept()
        ending = asyncio.create_task(self._connection.end())
        tasks = [ending, asyncio.create_task(self._keep_alive())]
        if not is_known:
            tasks.append(asyncio.create_task(self._expect_token()))
        protocol_of(websocket).taker = self._take
        try:
            if isinstance(self._adapter, AskingAdapter):
                await self._performer.perform(self._adapter.started())
            if opens_at_once:
                await self._performer.channels.open(OpenRoom("", "", None))
            await self._read()
        except Exception:  # noqa: BLE001 - a bug may raise anything
            self._fail()
        finally:
            self._performer.stop()
            self.leave_forum()
            self._connection.close(1000, "")
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ending), self._bounds.close_timeout_ms / 1000)
            for task in tasks:
                task.cancel()

    async def _read(self) -> None:
        """Read what ``_take`` leaves: what has to wait for something, and what comes behind it."""
        bounds, connection = self._bounds, self._connection
        while not connection.is_closed:
            if not await has_drained(
                connection, bounds.connection_bytes_max, bounds.connection_stall_ms
            ):
                connection.close(1013, "too slow to take its answers")
            self._is_waiting = True
            try:
                message = await self._peer.websocket.receive()
            except (WebSocketDisconnect, RuntimeError):
                return
            finally:
                self._is_waiting = False
            if message["type"] == "websocket.disconnect":
                return
            if self._throttle.is_on:
                try:
                    await self._throttle.rest()
                except TooManyRequests as error:
                    self._performer.perform_now(self._adapter.failed(error))
                    return
            output = message.get(_OUTPUT) or self._receive(message)
            if output is None:
                kind = "text" if self._adapter.is_text else "binary"
                connection.close(1003, f"only {kind} messages are understood here")
                return
            await self._performer.perform(output)

    def _take(self, payload: bytes, is_text: bool) -> Left | None:
        """Take a message in the very call in which it came; return what is left to the reader.

        That is all of it while the reader is busy, the peer is too fast or takes too little of what
        it is told, or it is no message of this dialect; and whatever has to be waited for.
        """
        connection = self._connection
        if (
            not self._is_waiting
            or self._throttle.is_on
            or is_text is not self._adapter.is_text
            or connection.is_closed
            or connection.buffered_bytes > self._bounds.connection_bytes_max
        ):
            return message_of(payload, is_text=is_text)
        try:
            rest = self._performer.perform_at_once(self._hear(payload))
        except Exception:  # noqa: BLE001 - a bug may raise anything
            # The transport, whose call this is, would cut the peer off without a word.
            self._fail()
            return None
        return None if rest is None else {"type": "websocket.receive", _OUTPUT: rest}

    def _receive(self, message: Mapping[str, Any]) -> Output | None:
        """Hand the adapter a message; None if it is not of the adapter's kind."""
        content = message.get("text" if self._adapter.is_text else "bytes")
        if content is None:
            return None
        return self._hear(content.encode() if self._adapter.is_text else content)

    def _hear(self, payload: bytes) -> Output:
        """Return what the adapter makes of a message, whose weight is noted."""
        performer = self._performer
        if performer.attendance is not None:
            performer.attendance.heard()
        performer.message_bytes = len(payload)
        self._throttle.hear(len(payload))
        return self._adapter.receive(payload)

    def _fail(self) -> None:
        """Close for a fault of the server's own, which is logged and told as such."""
        _log.exception("socket.failed", dialect=self._adapter.dialect)
        error = DesignRoomsError("the server failed over a message")
        self._performer.perform_now(self._adapter.failed(error))

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_MS / 1000)
            frame = self._adapter.keepalive()
            if frame:
                self._connection.send(frame)

    async def _expect_token(self) -> None:
        await asyncio.sleep(self._bounds.authentication_timeout_ms / 1000)
        if not self._performer.channels.is_admitted:
            self._connection.close(NotAuthenticated.close_code, "no token came in time")
