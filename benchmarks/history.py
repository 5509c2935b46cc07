"""Rooms with a history, for the benchmarks: built in memory and written to a store.

The newest revisions are made by a real room from ops and Yjs updates in turn. What lies behind the
newest snapshot is never read when a room is opened, so there the log is filled with ops that set a
property to the value that it has: the log says the truth, and 100,000 revisions take seconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pycrdt import Doc, Map

from benchmarks.driven import drive, empty_room, person
from collab.ids import Epoch, RevisionNo, RoomId, SessionId, SourceId, UserId
from collab.limits import APPEND_BATCH_REVISIONS_MAX, SNAPSHOT_REVISIONS
from collab.messages import Command, Dialect, Join, Submit, Update, UpdateKind
from collab.model import diff, dsl
from collab.model.document import Document
from collab.model.registry import builtin
from collab.ports import Store
from collab.revision import ChangeKind, Revision
from collab.values import Json, copy_json

__all__ = [
    "USER",
    "DrivenRoom",
    "captions_of",
    "large_document",
    "sample_document",
    "sample_path",
    "write_history",
]

USER = UserId("zoë")
_CAPTIONS = frozenset({"label", "text", "title"})
_SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "order-management.json"


def sample_path() -> Path:
    """Return where the order-management sample stands: 82 nodes, 19 kB of JSON."""
    return _SAMPLE


def sample_document() -> Document:
    """Return the sample in its live form."""
    return dsl.read(_SAMPLE.read_bytes())


def large_document(copies: int) -> Document:
    """Return the sample with all its nodes *copies* times; 52 of them make 1 MB of JSON."""
    document = sample_document()
    nodes = dict(document["nodes"])
    for number in range(1, copies):
        names = {node: f"{node}{number}" for node in nodes}
        for node, content in nodes.items():
            copy = copy_json(content)
            parent, slot, order = copy["place"]
            copy["place"] = type(copy["place"])([names.get(parent, parent), slot, order])
            if parent == "application" and "name" in copy["props"]:
                copy["props"]["name"] = type(copy["props"]["name"])(
                    f"{copy['props']['name']}{number}"
                )
            document["nodes"][names[node]] = copy
    return document


def captions_of(document: Document) -> list[tuple[str, str]]:
    """Return the node and the key of every caption: plain strings, which the benchmarks edit."""
    return [
        (node, key)
        for node, content in document["nodes"].items()
        for key, value in content["props"].items()
        if key in _CAPTIONS and isinstance(value, str)
    ]


class DrivenRoom:
    """A room without a host, whose log is a list. Every command has to be accepted."""

    def __init__(self, document: Document) -> None:
        self.log: list[Revision] = []
        self.room = empty_room(is_application=True)
        empty = self.room.committer.document
        self._seq = 0
        self._session = SessionId("author")
        self.receive(Join(self._session, person(USER), Dialect.NATIVE, None, None))
        self.submit(diff.import_op(empty, document, builtin()))
        self.captions = captions_of(document)
        self._doc: Doc[Any] = Doc()
        self._updates: list[bytes] = []
        self._doc.observe(lambda event: self._updates.append(event.update))
        self._seen = 0

    def receive(self, command: Command) -> None:
        """Give the room a command and store what it appends."""
        drive(self.room, command, self.log)

    def submit(self, op: Json) -> None:
        self._seq += 1
        head = self.room.head
        source = SourceId("source")
        self.receive(Submit(self._session, source, self._seq, head, ChangeKind.OP, op))

    def edit_by_op(self, number: int) -> None:
        """Change a caption through the OT door."""
        node, key = self.captions[number % len(self.captions)]
        old = self.room.committer.document["nodes"][node]["props"][key]
        self.submit([{"p": ["nodes", node, "props", key], "od": old, "oi": f"日本 {number}"}])

    def edit_by_update(self, number: int) -> None:
        """Change a caption through the Yjs door."""
        node, key = self.captions[number % len(self.captions)]
        for revision in self.log[self._seen :]:
            self._doc.apply_update(revision.update)
        self._seen = len(self.log)
        self._updates.clear()
        nodes: Map[Any] = self._doc.get("nodes", type=Map)
        nodes[node]["props"][key] = f"Größe {number}"
        self._seq += 1
        (update,) = self._updates
        self.receive(Update(self._session, self._seq, update, UpdateKind.LIVE))


async def write_history(
    store: Store,
    room: RoomId,
    document: Document,
    revisions: int,
    *,
    replayed: int = SNAPSHOT_REVISIONS - 1,
) -> None:
    """Create *room* in *store* with that many revisions.

    The newest *replayed* are after the newest snapshot: by default as many as an opening ever has
    to replay.
    """
    assert revisions > replayed + 1
    await store.create_room(room, title="", created_by=USER, time_ms=1)
    token = (await store.claim(room)).token
    driven = DrivenRoom(document)
    base = RevisionNo(revisions - replayed)
    snapshot = dataclasses.replace(driven.room.committer.snapshot(), revision=base)
    imported = driven.log[0]
    batch: list[Revision] = [imported]
    for revision in _filling(driven, base):
        batch.append(revision)
        if len(batch) == APPEND_BATCH_REVISIONS_MAX:
            await store.append(room, token, batch)
            batch = []
    for number in range(replayed):
        driven.edit_by_op(number) if number % 2 else driven.edit_by_update(number)
    shift = base - imported.number
    batch += [
        dataclasses.replace(item, number=RevisionNo(item.number + shift)) for item in driven.log[1:]
    ]
    await store.append(room, token, batch)
    await store.save_snapshot(room, token, snapshot)


def _filling(driven: DrivenRoom, last: RevisionNo) -> Iterator[Revision]:
    """Yield the revisions from 2 to *last*, which leave the document as it is."""
    document = driven.room.committer.document
    node, _ = driven.captions[0]
    kind = document["nodes"][node]["type"]
    change = [{"p": ["nodes", node, "type"], "od": kind, "oi": kind}]
    for number in range(2, last + 1):
        yield Revision(
            RevisionNo(number), Epoch(1), ChangeKind.OP, change, b"", USER, number, None, None
        )
