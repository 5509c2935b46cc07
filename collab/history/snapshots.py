"""Snapshots of the past: a document as it was at a revision, or at a time.

The newest stored snapshot before it is taken, and the revisions in between are folded onto it; how
many those may be is bounded by how densely snapshots are kept. Nothing of this opens the room.
SPEC: sections SD and HI. Called by ``sockets``, ``pages`` and the API.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson

from collab.crdt.bridge import Bridge
from collab.errors import NotFound, Refused
from collab.ids import RevisionNo, RoomId
from collab.limits import HISTORY_READ_REVISIONS
from collab.ports import RoomRecord, Store
from collab.revision import DEFAULT_TYPE, Revision
from collab.room.fold import exists_after, fold, type_after
from collab.values import Json

__all__ = [
    "PastDocument",
    "PastState",
    "document_at",
    "read_through",
    "revision_at",
    "state_at",
]


@dataclass(frozen=True, slots=True)
class PastDocument:
    """A document at a revision, as JSON text, which is empty where there was none.

    ``type`` names its type.
    """

    revision: RevisionNo
    exists: bool
    json: bytes
    type: str = DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class PastState:
    """A document at a revision with the marks of its shared types; ``type`` names its type."""

    document: Json
    exists: bool
    type: str


_NOTHING = PastDocument(RevisionNo(0), exists=False, json=b"")


async def document_at(
    store: Store, room: RoomId, revision: RevisionNo | None = None
) -> PastDocument:
    """Return the document of *room* as it was at *revision*, None for the last durable one.

    A room that is not there has the document that does not exist, at revision 0. Raises ``Refused``
    (``revision_future``) for a revision that is not committed, ``NotFound`` (``history_trimmed``)
    for one that is not kept any more, and what the store raises.
    """
    record = await store.room(room)
    head = RevisionNo(0) if record is None else record.revision
    if revision is None:
        revision = head
    if record is None:
        if revision > head:
            raise _future(revision, head)
        return _NOTHING
    _check_kept(record, revision)
    past = await _replayed(store, room, revision)
    text = orjson.dumps(past.document) if past.exists else b""
    return PastDocument(revision, past.exists, text, past.type)


async def state_at(store: Store, room: RoomId, revision: RevisionNo) -> PastState:
    """Return the document of *room* at *revision* with its marks; the caller owns it.

    Raises what ``document_at`` raises, and ``NotFound`` for a room that is not there.
    """
    record = await store.room(room)
    if record is None:
        raise NotFound(f"there is no room {room.name!r}")
    _check_kept(record, revision)
    return await _replayed(store, room, revision)


async def read_through(
    store: Store, room: RoomId, after: RevisionNo, last: RevisionNo
) -> AsyncIterator[Revision]:
    """Yield the revisions after *after* up to *last*, read a few at a time."""
    while after < last:
        found = await store.revisions(room, after, min(HISTORY_READ_REVISIONS, last - after))
        if not found:
            return
        for revision in found:
            yield revision
        after = found[-1].number


async def revision_at(store: Store, room: RoomId, time_ms: int) -> RevisionNo:
    """Return the last revision of *room* that was committed at *time_ms* (Unix) or before.

    Times follow the revisions, so it is found by halves.
    """
    record = await store.room(room)
    low, high = (0, 0) if record is None else (record.history_start, record.revision)
    while low < high:
        middle = (low + high + 1) // 2
        found = await store.revisions(room, RevisionNo(middle - 1), 1)
        if found and found[0].time_ms <= time_ms:
            low = middle
        else:
            high = middle - 1
    return RevisionNo(low)


def _check_kept(record: RoomRecord, revision: RevisionNo) -> None:
    if revision > record.revision:
        raise _future(revision, record.revision)
    if revision < record.history_start:
        raise NotFound(
            f"revision {revision} is not kept: the history begins at {record.history_start}",
            code="history_trimmed",
        )


def _future(revision: RevisionNo, head: RevisionNo) -> Refused:
    return Refused("revision_future", f"revision {revision} is not committed: it is at {head}")


async def _replayed(store: Store, room: RoomId, revision: RevisionNo) -> PastState:
    document, exists, number, name = await _begin(store, room, revision)
    async for item in read_through(store, room, number, revision):
        document = fold(document, item)
        exists = exists_after(exists, item)
        name = type_after(name, item)
    return PastState(document, exists, name)


async def _begin(
    store: Store, room: RoomId, revision: RevisionNo
) -> tuple[Json, bool, RevisionNo, str]:
    """Return what the newest snapshot before has: document, existence, revision, type."""
    snapshot = await store.snapshot(room, revision)
    if snapshot is not None:
        return snapshot.document, snapshot.exists, snapshot.revision, snapshot.type
    empty = Bridge.empty_document(is_application=room.is_application)
    return empty, room.is_application, RevisionNo(0), DEFAULT_TYPE
