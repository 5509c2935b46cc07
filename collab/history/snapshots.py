"""Snapshots of the past: a document as it was at a revision, or at a time.

The newest stored snapshot before it is taken, and the revisions in between are folded onto it; how
many those may be is bounded by how densely snapshots are kept. Nothing of this opens the room.
SPEC: section SD. Called by ``sockets``.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from collab.crdt.bridge import Bridge
from collab.errors import NotFound, Refused
from collab.ids import RevisionNo, RoomId
from collab.limits import HISTORY_READ_REVISIONS
from collab.ports import Store
from collab.revision import DEFAULT_TYPE
from collab.room.fold import exists_after, fold, type_after
from collab.values import Json

__all__ = ["PastDocument", "document_at", "revision_at"]


@dataclass(frozen=True, slots=True)
class PastDocument:
    """A document at a revision, as JSON text, which is empty where there was none.

    ``type`` names its type.
    """

    revision: RevisionNo
    exists: bool
    json: bytes
    type: str = DEFAULT_TYPE


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
    if revision > head:
        raise Refused("revision_future", f"revision {revision} is not committed: it is at {head}")
    if record is None:
        return _NOTHING
    if revision < record.history_start:
        raise NotFound(
            f"revision {revision} is not kept: the history begins at {record.history_start}",
            code="history_trimmed",
        )
    document, exists, number, name = await _begin(store, room, revision)
    while number < revision:
        limit = min(HISTORY_READ_REVISIONS, revision - number)
        for item in await store.revisions(room, number, limit):
            document = fold(document, item)
            exists = exists_after(exists, item)
            name = type_after(name, item)
            number = item.number
    return PastDocument(revision, exists, orjson.dumps(document) if exists else b"", name)


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


async def _begin(
    store: Store, room: RoomId, revision: RevisionNo
) -> tuple[Json, bool, RevisionNo, str]:
    """Return what the newest snapshot before has: document, existence, revision, type."""
    snapshot = await store.snapshot(room, revision)
    if snapshot is not None:
        return snapshot.document, snapshot.exists, snapshot.revision, snapshot.type
    empty = Bridge.empty_document(is_application=room.is_application)
    return empty, room.is_application, RevisionNo(0), DEFAULT_TYPE
