"""The forum: what a socket hears and asks beyond the rooms that it is in.

Presence channels and queries belong to no room's session. Requests about channels are carried out
in the order in which they came; queries read, and run beside each other. What cannot be done is
answered with the request and the error. SPEC: sections PN and SQ. Called by the sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias, assert_never

import structlog

from collab.auth.access import Access
from collab.auth.sessions import Stay
from collab.errors import DesignRoomsError, LimitExceeded, OperatingError
from collab.host.admission import Admission, room_of
from collab.host.channels import Channels
from collab.host.collections import Collections
from collab.host.host import Host
from collab.host.live_query import LiveQuery, check_answer
from collab.host.member import Member
from collab.host.presences import bring_forward
from collab.ids import RevisionNo, RoomId, TenantId
from collab.limits import QUERIES_PER_SOCKET_MAX
from collab.messages import Principal
from collab.ports import Connection
from collab.protocol.sharedb_errors import fault_of
from collab.protocol.sharedb_frames import failure
from collab.protocol.sharedb_presence import (
    ChannelRequest,
    Introduce,
    Publish,
    Recall,
    Unwatch,
    Watch,
    encode_presence,
    encode_watched,
)
from collab.protocol.sharedb_queries import (
    CloseQuery,
    OpenQuery,
    QueryRequest,
    encode_closed,
    encode_opened,
)

__all__ = ["Attendance", "Forum", "ForumRequest"]

ForumRequest: TypeAlias = ChannelRequest | QueryRequest

_log = structlog.get_logger()


class Forum:
    """The presence channels and the collections of one server."""

    def __init__(self, host: Host, access: Access) -> None:
        self.host = host
        self.access = access
        self.channels = Channels(host.clock, self._revision_of)
        self.collections = Collections(host, access)

    def attend(
        self, principal: Principal, connection: Connection, close: Callable[[int, str], None]
    ) -> Attendance:
        """Let a socket in until its ``leave``; *close* ends it, with a close code and a reason."""
        return Attendance(self, Member(principal, connection, close, self.host.bounds))

    def _revision_of(self, tenant: TenantId, collection: str, document: str) -> RevisionNo | None:
        room = self.host.open_room(room_of(tenant, collection, document))
        return None if room is None else room.room.durable


class Attendance:
    """One socket in the forum."""

    def __init__(self, forum: Forum, member: Member) -> None:
        self._forum = forum
        self._member = member
        self._admission = Admission(forum.access, forum.host.store, member.principal, member.close)
        self._queries: dict[int, asyncio.Task[None]] = {}
        # In no room, so that the end of the token is the end of what belongs to none.
        nowhere = RoomId(member.tenant, "")
        self._stay = Stay(member.principal, nowhere, member.principal.role, member.close)
        forum.access.enter(self._stay)

    def heard(self) -> None:
        """A message came from the socket, whatever about."""
        self._forum.channels.heard(self._member)

    def leave(self) -> None:
        """The socket is gone, and all that it showed and asked with it."""
        for task in self._queries.values():
            task.cancel()
        self._forum.access.sessions.leave(self._stay)
        self._forum.channels.leave(self._member)
        self._admission.leave()
        self._member.leave()

    async def perform(self, request: ForumRequest) -> None:
        """Carry out *request*; the socket hands them over one after the other."""
        match request:
            case Introduce():
                self._forum.channels.introduce(self._member, request.source)
            case OpenQuery():
                self._open_query(request)
            case CloseQuery():
                self._close_query(request.id)
                self._send(encode_closed(request))
            case Watch() | Unwatch() | Publish() | Recall():
                try:
                    await self._perform_in_channel(request)
                except DesignRoomsError as error:
                    self._send(failure(request.message, fault_of(error)))
                finally:
                    if not self._forum.channels.is_in(self._member, request.channel):
                        self._admission.release(request.channel)
            case _:
                assert_never(request)

    async def _perform_in_channel(self, request: Watch | Unwatch | Publish | Recall) -> None:
        channels, member, name = self._forum.channels, self._member, request.channel
        if isinstance(request, Unwatch):
            channels.ignore(member, name)
            self._send(encode_watched(request))
            return
        channels.check_room_for(member, name)
        await self._admission.admit(name)
        match request:
            case Watch():
                self._send(encode_watched(request))
                channels.listen(member, name)
            case Recall():
                channels.recall(member, name)
                self._send(encode_watched(request))
            case Publish():
                presence = bring_forward(self._forum.host, member.tenant, request.presence)
                channels.show(member, presence)
                self._send(encode_presence(presence))

    # --- queries ------------------------------------------------------------------------------

    def _open_query(self, request: OpenQuery) -> None:
        # A client that asks again under a number means the new question.
        query_id = request.id
        self._close_query(query_id)
        if len(self._queries) >= QUERIES_PER_SOCKET_MAX:
            error = LimitExceeded(
                f"a socket may have {QUERIES_PER_SOCKET_MAX} queries", code="limit_query"
            )
            self._send(failure(request.message, fault_of(error)))
            return
        task = asyncio.create_task(self._answer(request))
        self._queries[query_id] = task
        task.add_done_callback(lambda done: self._forget_query(query_id, done))

    def _close_query(self, query_id: int) -> None:
        task = self._queries.pop(query_id, None)
        if task is not None:
            task.cancel()

    def _forget_query(self, query_id: int, task: asyncio.Task[None]) -> None:
        if self._queries.get(query_id) is task:
            del self._queries[query_id]
        if not task.cancelled() and task.exception() is not None:
            _log.error("query.broken", exc_info=task.exception())
            self._member.close(OperatingError.close_code, "a query failed for an internal error")

    async def _answer(self, request: OpenQuery) -> None:
        if not request.is_live:
            try:
                await self._fetch(request)
            except DesignRoomsError as error:
                self._send(failure(request.message, fault_of(error)))
            return
        live = LiveQuery(request, self._member, self._forum.collections, self._forum.host.bounds)
        try:
            await live.open(request)
        except DesignRoomsError as error:
            self._send(failure(request.message, fault_of(error)))
            return
        else:
            del request
            await live.run()
        finally:
            live.leave()

    async def _fetch(self, request: OpenQuery) -> None:
        matches = await self._forum.collections.search(
            self._member.principal, request.collection, request.query
        )
        if request.query.is_count:
            self._send(encode_opened(request, [], len(matches)))
            return
        found = [match.found for match in matches[request.query.window]]
        check_answer(found)
        self._send(encode_opened(request, found, None))

    def _send(self, frame: bytes) -> None:
        self._member.connection.send(frame)
