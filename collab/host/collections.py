"""Collections: the documents of a tenant that go by one name, read for queries.

The documents of ``rooms`` are the application rooms, those of every other collection its free
rooms. An open room is read at a revision that is durable, any other from the store, without opening
it: a query that opened a thousand rooms would push out those that people are in. What a principal
may not read is left out, as if it were not there. Whoever answers a live query is told of every
change here. SPEC: section SQ. Called by ``forum`` and ``live_query``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import unquote

import orjson

from collab.auth.access import Access
from collab.errors import LimitExceeded, OperatingError, ServerBusy
from collab.history.snapshots import document_at
from collab.host.admission import ROOMS_COLLECTION, room_of
from collab.host.host import Host
from collab.ids import RevisionNo, RoomId, TenantId
from collab.limits import (
    QUERIES_AT_ONCE_MAX,
    QUERIES_WAITING_MAX,
    QUERY_DOCUMENTS_MAX,
    QUERY_READ_BYTES_MAX,
)
from collab.messages import Principal
from collab.model.query import Query, SortKey
from collab.ot.types import JSON0, find_type
from collab.ports import RoomRecord
from collab.protocol.sharedb_frames import pushed_op
from collab.protocol.sharedb_queries import Found
from collab.revision import Revision
from collab.room.attendance import Attendance
from collab.values import Json

__all__ = ["Collections", "Match", "Watcher", "limit_query"]

# Ops that several live queries send are encoded once: what one turn of the loop brings is enough.
_FRAMES_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Match:
    """A document that a query found, and what it is ordered by."""

    key: SortKey
    found: Found


class Watcher(Protocol):
    """Whoever has to know what changes in a collection."""

    def changed(self, document: str, revision: Revision | None) -> None:
        """*revision* was committed, or None: who may read the document has changed, if it is."""
        ...


class Collections:
    """The collections of one server. Lives on one event loop."""

    def __init__(self, host: Host, access: Access) -> None:
        self.host = host
        self.access = access
        self._watchers: dict[tuple[TenantId, str], dict[Watcher, None]] = {}
        self._frames: dict[tuple[RoomId, RevisionNo], bytes] = {}
        self._reading = asyncio.Semaphore(QUERIES_AT_ONCE_MAX)
        self._waiting = 0
        host.listeners.append(self._on_change)
        access.listeners.append(lambda room: self._on_change(room, None))

    def __len__(self) -> int:
        """The live queries."""
        return sum(map(len, self._watchers.values()))

    # --- reading ------------------------------------------------------------------------------

    async def search(self, principal: Principal, collection: str, query: Query) -> list[Match]:
        """Return every document that *query* matches and *principal* may read, in its order.

        Raises ``LimitExceeded`` (``limit_query``) if too much would have to be read, and an
        ``OperatingError``.
        """
        async with self._turn():
            matches: list[Match] = []
            size = 0
            for record in await self._records(principal, collection, query):
                name = _document_of(record.room)
                seen = await self._read(record.room, name, query, with_text=True)
                size += seen.bytes
                if size > QUERY_READ_BYTES_MAX:
                    raise limit_query(f"{QUERY_READ_BYTES_MAX} bytes of documents")
                if seen.match is not None:
                    matches.append(seen.match)
                # Each document may take milliseconds; editing goes on in between.
                await asyncio.sleep(0)
        matches.sort(key=lambda match: match.key)
        return matches

    async def look(
        self, tenant: TenantId, collection: str, document: str, query: Query, *, with_text: bool
    ) -> Match | None:
        """Return one document if it exists and *query* matches it; rights are not asked for.

        Without *with_text* its JSON is left empty, because making that of a large document takes
        far longer than to find out whether it matches.
        """
        room = room_of(tenant, collection, document)
        return (await self._read(room, document, query, with_text=with_text)).match

    def encode_op(self, collection: str, document: str, room: RoomId, revision: Revision) -> bytes:
        """Return the frame that pushes *revision*, the same for everybody."""
        key = (room, revision.number)
        frame = self._frames.get(key)
        if frame is None:
            while len(self._frames) >= _FRAMES_MAX:
                del self._frames[next(iter(self._frames))]
            frame = self._frames[key] = pushed_op(collection, document, revision)
        return frame

    # --- watching -----------------------------------------------------------------------------

    def watch(self, tenant: TenantId, collection: str, watcher: Watcher) -> None:
        """Tell *watcher* of every change in the collection from now on."""
        self._watchers.setdefault((tenant, collection), {})[watcher] = None

    def unwatch(self, tenant: TenantId, collection: str, watcher: Watcher) -> None:
        """Tell *watcher* no more; one that is not there is ignored."""
        watchers = self._watchers.get((tenant, collection), {})
        watchers.pop(watcher, None)
        if not watchers:
            self._watchers.pop((tenant, collection), None)

    def _on_change(self, room: RoomId, revision: Revision | None) -> None:
        # Most servers have no live query at all, and this is called for every revision.
        if not self._watchers:
            return
        watchers = self._watchers.get((room.tenant, _collection_of(room)))
        if watchers:
            document = _document_of(room)
            for watcher in list(watchers):
                watcher.changed(document, revision)

    # --- private ------------------------------------------------------------------------------

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= QUERIES_WAITING_MAX:
            raise ServerBusy(f"{QUERIES_WAITING_MAX} queries are waiting: try again in a moment")
        self._waiting += 1
        try:
            await self._reading.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._reading.release()

    async def _records(
        self, principal: Principal, collection: str, query: Query
    ) -> list[RoomRecord]:
        """Return the rooms of *collection* that *principal* may read and *query* may find."""
        store, tenant = self.host.store, principal.tenant
        if collection == ROOMS_COLLECTION:
            records = [record for record in await store.rooms(tenant) if record.room.is_application]
        else:
            records = await store.rooms_in(tenant, collection, QUERY_DOCUMENTS_MAX + 1)
            if len(records) > QUERY_DOCUMENTS_MAX:
                raise limit_query(f"{QUERY_DOCUMENTS_MAX} documents")
        roles = await self.access.roles_in(principal, records)
        readable = [
            record
            for record in records
            if record.room in roles and query.may_match(_document_of(record.room))
        ]
        if len(readable) > QUERY_DOCUMENTS_MAX:
            raise limit_query(f"{QUERY_DOCUMENTS_MAX} documents")
        return readable

    async def _read(self, room_id: RoomId, name: str, query: Query, *, with_text: bool) -> _Seen:
        def look(room: Attendance) -> _Seen:
            committer = room.committer
            if not committer.exists:
                return _NOTHING
            document = committer.document
            if not query.matches(name, document):
                return _NOTHING
            text = committer.json() if with_text else b""
            found = _found(name, room.head, text, committer.type.name)
            return _Seen(len(text), Match(query.sort_key(name, document), found))

        room = self.host.open_room(room_id)
        if room is not None:
            # A room that dies meanwhile is read like a closed one: what is durable is in the store.
            with suppress(OperatingError):
                return await room.read(look)
        return await self._read_stored(room_id, name, query)

    async def _read_stored(self, room_id: RoomId, name: str, query: Query) -> _Seen:
        past = await document_at(self.host.store, room_id)
        if not past.exists:
            return _NOTHING
        document: Json = orjson.loads(past.json)
        if not query.matches(name, document):
            return _Seen(len(past.json), None)
        found = _found(name, past.revision, past.json, past.type)
        return _Seen(len(past.json), Match(query.sort_key(name, document), found))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a query made of one document, of which so many bytes of JSON were read."""

    bytes: int
    match: Match | None


_NOTHING: Final = _Seen(0, None)


def _found(name: str, revision: RevisionNo, text: bytes, type_name: str) -> Found:
    """Return a document as queries tell it; an empty *text* stays so."""
    ot_type = find_type(type_name)
    if ot_type is JSON0:
        return Found(name, revision, text)
    return Found(name, revision, ot_type.text_to_wire(text) if text else text, ot_type.uri)


def limit_query(bound: str) -> LimitExceeded:
    """Return the refusal of a query that goes beyond *bound*."""
    return LimitExceeded(
        f"a query may come to {bound}: ask for a smaller collection, or fewer of its documents",
        code="limit_query",
    )


def _collection_of(room: RoomId) -> str:
    collection, slash, _ = room.name.partition("/")
    return unquote(collection) if slash else ROOMS_COLLECTION


def _document_of(room: RoomId) -> str:
    _, slash, document = room.name.partition("/")
    return unquote(document) if slash else room.name
