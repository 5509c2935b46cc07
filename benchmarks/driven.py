"""Rooms without a host, for the benchmarks: no socket, no disk, every append durable at once.

Called by ``burst``, ``crowd``, ``history`` and ``room``.
"""

from __future__ import annotations

from collections.abc import Callable

from collab.crdt.bridge import Bridge
from collab.ids import Epoch, FencingToken, RevisionNo, TenantId, UserId
from collab.messages import Append, Appended, Command, Effect, Principal, Refusal, Role, Send
from collab.model.registry import builtin
from collab.revision import Revision, Snapshot
from collab.room.room import Room
from collab.room.rules import ApplicationRules, FreeRules

__all__ = ["drive", "empty_room", "person"]

_NOW_MS = 1_700_000_000_000


def person(name: str) -> Principal:
    """Return an editor called *name*."""
    return Principal(UserId(name), name, "#888888", TenantId("t"), Role.EDITOR)


def empty_room(*, is_application: bool) -> Room:
    """Return a room in which nothing has been done."""
    empty = Bridge.empty_document(is_application=is_application)
    return Room(
        rules=ApplicationRules(builtin()) if is_application else FreeRules(),
        is_application=is_application,
        token=FencingToken(1),
        snapshot=Snapshot(RevisionNo(0), Epoch(1), is_application, empty, b""),
        tail=[],
    )


def drive(
    room: Room,
    command: Command,
    log: list[Revision],
    tell: Callable[[Effect], None] | None = None,
) -> None:
    """Give *room* a command and do what it asks for; what it appends goes into *log*.

    Every command has to be accepted. *tell* is handed each effect that is for somebody.
    """
    waiting = [command]
    while waiting:
        for effect in room.receive(waiting.pop(0), _NOW_MS):
            if isinstance(effect, Append):
                log += effect.revisions
                waiting.append(Appended(effect.revisions[-1].number))
                continue
            if isinstance(effect, Send):
                assert not isinstance(effect.event, Refusal), effect.event
            if tell is not None:
                tell(effect)
