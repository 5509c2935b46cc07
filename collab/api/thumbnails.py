"""Thumbnails: drawings of rooms, made when they are first asked for at a revision, and kept.

A page of rooms asks for many at once. A room is not opened for its picture, which would claim it
in the store; what is not open is read from the log. Folding and drawing run in a thread, a few at a
time. SPEC: section RG. Called by ``rooms``.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import orjson

from collab.host.host import Host
from collab.ids import RevisionNo, RoomId
from collab.limits import READ_REVISIONS_MAX, THUMBNAILS_KEPT_MAX
from collab.model.document import empty_document
from collab.model.thumbnail import EDITION, thumbnail
from collab.ports import RoomRecord
from collab.revision import Revision
from collab.room.fold import fold
from collab.values import Json

__all__ = ["DRAWING_HEADERS", "Thumbnails"]

# A drawing is inert whatever its text says: no script, nothing loaded, no page around it.
DRAWING_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
}

# More would only take turns at the interpreter's lock, in front of the event loop.
_AT_ONCE: Final = 2


class Thumbnails:
    """The drawings of one server's rooms. Lives on one event loop."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._kept: OrderedDict[RoomId, tuple[str, bytes]] = OrderedDict()
        self._under_way: dict[tuple[RoomId, str], asyncio.Task[bytes]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def etag(self, record: RoomRecord) -> str:
        """Return the tag of the drawing of *record*'s revision; it needs no drawing."""
        # The time of creation tells a room from another that had its name before.
        return f'"{EDITION}-{record.created_ms}-{record.epoch}-{record.revision}"'

    async def draw(self, record: RoomRecord) -> bytes:
        """Return the drawing of the room, at *record*'s revision or a later one, as SVG.

        Raises an ``OperatingError`` if the log cannot be read.
        """
        etag = self.etag(record)
        kept = self._kept.get(record.room)
        if kept is not None and kept[0] == etag:
            self._kept.move_to_end(record.room)
            return kept[1]
        key = (record.room, etag)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._make(record.room, etag))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        # One who gives up must not take the drawing from the others who wait for it.
        return await asyncio.shield(task)

    async def _make(self, room_id: RoomId, etag: str) -> bytes:
        async with self._turns:
            document = await self._document(room_id)
            drawing = (await asyncio.to_thread(thumbnail, document)).encode()
        self._kept[room_id] = (etag, drawing)
        self._kept.move_to_end(room_id)
        if len(self._kept) > THUMBNAILS_KEPT_MAX:
            self._kept.popitem(last=False)
        return drawing

    async def _document(self, room_id: RoomId) -> Json:
        """Return the document at the head, which nobody else has."""
        open_room = self._host.open_room(room_id)
        if open_room is not None and open_room.failure is None:
            # As text, which is made once for each revision and many times quicker than a copy.
            text = await open_room.read(lambda room: room.committer.json())
            return await asyncio.to_thread(orjson.loads, text)
        snapshot = await self._host.store.snapshot(room_id)
        document: Json = empty_document() if snapshot is None else snapshot.document
        after = RevisionNo(0) if snapshot is None else snapshot.revision
        while True:
            revisions = await self._host.store.revisions(room_id, after, READ_REVISIONS_MAX)
            document = await asyncio.to_thread(_folded, document, revisions)
            if len(revisions) < READ_REVISIONS_MAX:
                return document
            after = revisions[-1].number


def _folded(document: Json, revisions: Sequence[Revision]) -> Json:
    for revision in revisions:
        document = fold(document, revision)
    return document
