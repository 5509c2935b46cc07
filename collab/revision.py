"""Revisions and snapshots: what the log holds, and how it is written down.

A revision is one committed change with its number. It carries both forms of the change: the OT
part (an op, a create, a del, or nothing) and the Yjs update. A snapshot is the whole state of a
room at one revision, so that opening does not read the log from its beginning.

Both are msgpack maps with short keys, in which the marks of shared types (see ``marks``) are kept,
so that whoever folds the log knows which containers are shared. SPEC: section RV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from collab.ids import ClientId, Epoch, RevisionNo, SourceId, UserId
from collab.lock_records import (
    NO_LOCKS,
    LockRecord,
    LockState,
    pack_records,
    pack_state,
    unpack_records,
    unpack_state,
)
from collab.marks import pack, unpack
from collab.records import dataclass
from collab.values import Json

__all__ = [
    "DEFAULT_TYPE",
    "SERVER_USER",
    "ChangeKind",
    "Mark",
    "Revision",
    "Snapshot",
    "decode_revision",
    "decode_snapshot",
    "encode_revision",
    "encode_snapshot",
]

# The owner of the Yjs client ids under which the server itself writes. No token can claim it:
# user names come from claims and cookies, which may not hold a NUL.
SERVER_USER: Final = UserId("\0server")


# The type of a document of which no other is named.
DEFAULT_TYPE: Final = "json0"


class ChangeKind(StrEnum):
    """What the OT part of a revision is."""

    OP = "op"
    CREATE = "create"
    DELETE = "del"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Revision:
    """One committed change.

    ``change`` is the list of json0 components of an op, the data of a create, what a del removed,
    and None otherwise. ``reverts`` is the revision that this one takes back, if it does.
    ``update`` is the Yjs V1 update, empty if the Doc did not change. ``source`` and ``seq``
    identify an OT client's submission for ever; both are None for what came as an update.
    ``time_ms`` is Unix time in milliseconds. ``clients`` are the Yjs client ids first seen here,
    each with the user that it now belongs to. ``type`` names the type of the document that was
    changed, so that a revision is understood without those before it. ``inverse`` is the op that
    undoes an op which does not itself tell what it took away, None for any other. ``author_name``
    is what the author was called then, empty in logs from before names were kept. ``restores`` is
    the revision whose model this one made again, if it does; ``is_import`` says that it came from a
    file. ``locks`` are the steps of component locks that were taken with it.
    """

    number: RevisionNo
    epoch: Epoch
    kind: ChangeKind
    change: Json
    update: bytes
    author: UserId
    time_ms: int
    source: SourceId | None = None
    seq: int | None = None
    clients: tuple[tuple[ClientId, UserId], ...] = ()
    reverts: RevisionNo | None = None
    type: str = DEFAULT_TYPE
    inverse: Json = None
    author_name: str = ""
    restores: RevisionNo | None = None
    is_import: bool = False
    locks: tuple[LockRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """The high-water mark of one source: its last ``seq``, the revision of it, whose it is."""

    seq: int
    revision: RevisionNo
    user: UserId


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a room at ``revision``: enough to go on from there without older revisions.

    ``document`` is the marked JSON, ``state`` the whole Doc as one Yjs update. ``exists`` says
    whether OT clients see a document (always true in an application room). ``places`` says where
    everything in the Doc stands, as ``crdt.places`` saved it; empty if it has to be found out.
    ``type`` names the document's type, ``locks`` are who holds what.
    """

    revision: RevisionNo
    epoch: Epoch
    exists: bool
    document: Json
    state: bytes
    marks: Mapping[SourceId, Mark] = field(default_factory=dict)
    clients: Mapping[ClientId, UserId] = field(default_factory=dict)
    places: bytes = b""
    type: str = DEFAULT_TYPE
    locks: LockState = NO_LOCKS


def encode_revision(revision: Revision) -> bytes:
    """Return the record of a revision, without its number (the store keeps that)."""
    record: dict[str, Any] = {
        "e": revision.epoch,
        "k": str(revision.kind),
        "u": revision.update,
        "a": revision.author,
        "t": revision.time_ms,
    }
    if revision.change is not None:
        record["c"] = revision.change
    if revision.source is not None:
        record["s"] = revision.source
        record["q"] = revision.seq
    if revision.clients:
        record["i"] = dict(revision.clients)
    if revision.reverts is not None:
        record["r"] = revision.reverts
    if revision.type != DEFAULT_TYPE:
        record["d"] = revision.type
    if revision.inverse is not None:
        record["n"] = revision.inverse
    if revision.author_name:
        record["w"] = revision.author_name
    if revision.restores is not None:
        record["z"] = revision.restores
    if revision.is_import:
        record["m"] = True
    if revision.locks:
        record["l"] = pack_records(revision.locks)
    return pack(record)


def decode_revision(number: RevisionNo, data: bytes) -> Revision:
    """Return the revision *number* from its record."""
    record = unpack(data)
    return Revision(
        number=number,
        epoch=record["e"],
        kind=ChangeKind(record["k"]),
        change=record.get("c"),
        update=record["u"],
        author=record["a"],
        time_ms=record["t"],
        source=record.get("s"),
        seq=record.get("q"),
        clients=tuple(record.get("i", {}).items()),
        reverts=record.get("r"),
        type=record.get("d", DEFAULT_TYPE),
        inverse=record.get("n"),
        author_name=record.get("w", ""),
        restores=record.get("z"),
        is_import=record.get("m", False),
        locks=unpack_records(record.get("l", ())),
    )


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the record of a snapshot, without its revision number."""
    return pack(
        {
            "e": snapshot.epoch,
            "x": snapshot.exists,
            "d": snapshot.document,
            "y": snapshot.state,
            "m": {source: [m.seq, m.revision, m.user] for source, m in snapshot.marks.items()},
            "i": dict(snapshot.clients),
            "p": snapshot.places,
            "t": snapshot.type,
            "l": pack_state(snapshot.locks),
        }
    )


def decode_snapshot(revision: RevisionNo, data: bytes) -> Snapshot:
    """Return the snapshot at *revision* from its record."""
    record = unpack(data)
    return Snapshot(
        revision=revision,
        epoch=record["e"],
        exists=record["x"],
        document=record["d"],
        state=record["y"],
        marks={source: Mark(*mark) for source, mark in record["m"].items()},
        clients=record["i"],
        places=record.get("p", b""),
        type=record.get("t", DEFAULT_TYPE),
        locks=unpack_state(record.get("l", ())),
    )
