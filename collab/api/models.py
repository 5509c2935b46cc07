"""Whole models in and out of a room: import by diff, export, problems.

SPEC: section AP. Called by ``routes``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from collab.host.host import Host
from collab.host.service import submit_op
from collab.ids import RevisionNo, RoomId
from collab.messages import Principal
from collab.model import diff, dsl
from collab.model.document import Document
from collab.room.attendance import Attendance
from collab.values import Json, copy_json

__all__ = ["Format", "Imported", "export_model", "import_model", "problems_of"]

Format = Literal["json", "yaml"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: the revision that the room is at, and what is not right in it."""

    revision: RevisionNo
    is_changed: bool
    problems: list[Json]


async def import_model(
    host: Host, room_id: RoomId, principal: Principal, document: Document
) -> Imported:
    """Make the room's model *document*, as one revision; the same model again is no change.

    Raises ``Refused`` with the code of the check that refused it, or an ``OperatingError``.
    """
    room = await host.room(room_id)
    # One after the other, or the same file twice at once would be two changes. What others edit
    # meanwhile is transformed against, as it is for everybody who edits at a revision.
    async with room.import_lock:
        base, current = await room.read(_copy)
        change = await asyncio.to_thread(diff.import_op, current, document, host.registry)
        if change:
            await submit_op(room, principal, change, base, is_import=True)
    revision, problems = await room.read(lambda item: (item.head, problems_of(item)))
    return Imported(revision, bool(change), problems)


async def export_model(host: Host, room_id: RoomId, format: Format) -> str:
    """Return the canonical text of the room's model at its head, once that is durable."""
    room = await host.room(room_id)
    _, document = await room.read(_copy)
    return await asyncio.to_thread(dsl.write, document, host.registry, format)


def _copy(room: Attendance) -> tuple[RevisionNo, Document]:
    """Return a copy of the document, for a thread: what it takes seconds for, a copy takes ms."""
    return room.head, copy_json(room.committer.document)


def problems_of(room: Attendance) -> list[dict[str, Any]]:
    """Return the problems at the room's head."""
    index = room.committer.problems
    return index.to_json() if index is not None else []
