"""Whole models in and out of a room: import by diff, export, problems.

SPEC: section AP. Called by ``routes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from collab.host.host import Host
from collab.host.service import submit_op
from collab.ids import RevisionNo, RoomId
from collab.messages import Principal
from collab.model import diff, dsl
from collab.model.document import Document
from collab.room.room import Room
from collab.values import Json

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
    change = diff.import_op(room.room.committer.document, document, host.registry)
    if change:
        await submit_op(room, principal, change)
    revision, problems = await room.read(lambda item: (item.head, problems_of(item)))
    return Imported(revision, bool(change), problems)


async def export_model(host: Host, room_id: RoomId, format: Format) -> str:
    """Return the canonical text of the room's model at its head, once that is durable."""
    room = await host.room(room_id)
    return await room.read(lambda item: dsl.write(item.committer.document, host.registry, format))


def problems_of(room: Room) -> list[dict[str, Any]]:
    """Return the problems at the room's head."""
    index = room.committer.problems
    return index.to_json() if index is not None else []
