"""The fold: what a revision makes of a document, read off its OT part alone.

SPEC: section CO. Called by ``commit`` when a room is opened, and by whoever replays the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from collab.ot import json0
from collab.ot.types import find_type
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.values import Json, SharedMap, copy_json

__all__ = ["exists_after", "fold", "size_change", "type_after"]


def fold(document: Json, revision: Revision) -> Json:
    """Return *document* after *revision*; the document may be changed in place."""
    match revision.kind:
        case ChangeKind.OP if revision.type != DEFAULT_TYPE:
            return find_type(revision.type).apply(document, revision.change)
        case ChangeKind.OP:
            return json0.apply_in_place(document, revision.change)[0]
        case ChangeKind.CREATE:
            return copy_json(revision.change)
        case ChangeKind.DELETE:
            return SharedMap()
        case ChangeKind.NONE:
            return document


def exists_after(exists: bool, revision: Revision) -> bool:
    """Return whether OT clients see a document after *revision*, which they did if *exists*."""
    if revision.kind is ChangeKind.CREATE:
        return True
    return exists and revision.kind is not ChangeKind.DELETE


def type_after(name: str, revision: Revision) -> str:
    """Return the name of the document's type after *revision*, of which it was *name* before."""
    if revision.kind is ChangeKind.CREATE:
        return revision.type
    # What is not there is of no type, and may be created as a document of any.
    return DEFAULT_TYPE if revision.kind is ChangeKind.DELETE else name


def size_change(op: Sequence[Mapping[str, Any]]) -> int:
    """Return by how many bytes *op* makes the JSON text grow, to within its punctuation."""
    size = 0
    for component in op:
        for key in ("oi", "li", "si"):
            if key in component:
                size += len(orjson.dumps(component[key]))
        for key in ("od", "ld", "sd"):
            if key in component:
                size -= len(orjson.dumps(component[key]))
    return size
