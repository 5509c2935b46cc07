"""A socket's performer: carries out what its adapter asks for.

Most of it is done in the call in which it was asked for. What has to be waited for, which is space
in a room's inbox and whatever belongs to no room, is handed back, so that the socket's reader waits
and nothing overtakes it. SPEC: section CN. Called by ``socket``.
"""

from __future__ import annotations

import asyncio
from typing import Final

from collab.api.lookups import Lookups
from collab.api.requests import principal_of
from collab.api.socket_channels import Channels, Peer
from collab.auth.access import Access
from collab.host.drain import has_drained
from collab.host.forum import Attendance, ForumRequest
from collab.host.host import Host
from collab.limits import LOOKUPS_PER_SOCKET_MAX
from collab.messages import Lock, Revert, SessionCommand, Submit, Undo, Update
from collab.ports import Authenticator
from collab.protocol.adapter import Ask, AskingAdapter, CloseRoom, OpenRoom, Output, Request

__all__ = ["Performer"]

# What counts as a change for the rates.
_CHANGES: Final = frozenset({Submit, Revert, Undo, Update, Lock})


class Performer:
    """Carries out outputs of one socket's adapter.

    ``message_bytes`` is what the message came in as whose output is carried out, ``attendance``
    where requests go that are about presence channels and queries; those need one.
    """

    def __init__(
        self, host: Host, authenticator: Authenticator, access: Access, peer: Peer
    ) -> None:
        self.channels = Channels(host, authenticator, access, peer, self.perform_now)
        self.attendance: Attendance | None = None
        self.message_bytes = 0
        self._peer = peer
        self._bounds = host.bounds
        self._rooms = self.channels.rooms
        self._answering: set[asyncio.Task[None]] = set()
        self._answers = asyncio.Semaphore(LOOKUPS_PER_SOCKET_MAX)
        self._lookups = Lookups(
            host.store, access, lambda: principal_of(authenticator, peer.websocket)
        )

    async def perform(self, output: Output) -> None:
        """Carry out what a message comes to, waiting where that is needed."""
        while (rest := self.perform_at_once(output)) is not None:
            request = rest.requests.pop(0)
            if isinstance(request, ForumRequest):
                # One after the other: who leaves a channel has come into it before.
                assert self.attendance is not None
                await self.attendance.perform(request)
            elif isinstance(request, SessionCommand):
                await self._rooms[request.session].post(request, self.message_bytes)
                self._note(request, self.message_bytes)
            output = rest

    def perform_at_once(self, output: Output) -> Output | None:
        """Carry out *output* up to what has to be waited for; return that and what follows it."""
        self._send(output)
        for index, request in enumerate(output.requests):
            if isinstance(request, SessionCommand):
                room = self._rooms.get(request.session)
                has_to_wait = room is not None and not room.try_post(request, self.message_bytes)
                if not has_to_wait:
                    self._note(request, self.message_bytes)
            else:
                has_to_wait = isinstance(request, ForumRequest)
                if not has_to_wait:
                    self._begin(request)
            if has_to_wait:
                return Output(requests=output.requests[index:], close=output.close)
        self._close(output)
        return None

    def perform_now(self, output: Output) -> None:
        """Carry out what arose from an event, where nothing can be waited for."""
        self._send(output)
        for request in output.requests:
            if isinstance(request, SessionCommand):
                room = self._rooms.get(request.session)
                if room is not None:
                    room.post_now(request)
                    # Its bytes counted as those of its socket when it came.
                    self._note(request, 0)
            else:
                self._begin(request)
        self._close(output)

    def stop(self) -> None:
        """Answer no more and leave every room: the socket is over."""
        for task in self._answering:
            task.cancel()
        self.channels.leave_all()

    def _note(self, command: SessionCommand, size: int) -> None:
        self._peer.throttle.note(command.session, type(command) in _CHANGES, size)

    def _send(self, output: Output) -> None:
        connection = self._peer.connection
        if output.large:
            connection.send_parts(output.large)
        for frame in output.frames:
            connection.send(frame)

    def _close(self, output: Output) -> None:
        if output.close is not None:
            self._peer.connection.close(output.close.code, output.close.reason)

    def _begin(self, request: Request) -> None:
        match request:
            case OpenRoom():
                self.channels.begin(request)
            case CloseRoom():
                self.channels.leave(request.channel)
            case Ask():
                task = asyncio.create_task(self._answer(request))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case _:
                raise AssertionError("only what a peer says is about channels and queries")

    async def _answer(self, request: Ask) -> None:
        adapter = self._peer.adapter
        assert isinstance(adapter, AskingAdapter)
        bounds = self._bounds
        async with self._answers:
            # What was asked already must not fill the memory either. One that does not read is
            # closed by whoever reads its messages.
            if await has_drained(
                self._peer.connection, bounds.connection_bytes_max, bounds.connection_stall_ms
            ):
                answer = await self._lookups.answer(request.question)
                self.perform_now(adapter.answered(request.request, answer))
