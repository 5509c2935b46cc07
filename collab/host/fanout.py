"""Fan-out: encode once for each key, hand the same bytes to everybody of that key.

SPEC: section FO. Called by ``audience``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final

from pycrdt import merge_updates

from collab.host.outlet import Outlet
from collab.limits import CATCH_UP_BYTES
from collab.messages import AwarenessChanged, Dialect
from collab.revision import Revision

_OP_DIALECTS: Final = frozenset({Dialect.NATIVE, Dialect.SHAREDB})

__all__ = ["catch_up", "push_awareness", "push_notice", "push_revision"]


def push_revision(revision: Revision, outlets: Iterable[Outlet]) -> list[Outlet]:
    """Push *revision*; return the outlets that lag."""
    frames: dict[Hashable, bytes | None] = {}
    lagging: list[Outlet] = []
    for outlet in outlets:
        key = outlet.key
        try:
            frame = frames[key]
        except KeyError:
            frame = frames[key] = outlet.adapter.encode_revision(outlet.channel, revision)
        if not outlet.push(revision, frame):
            lagging.append(outlet)
    return lagging


def push_awareness(event: AwarenessChanged, outlets: Iterable[Outlet]) -> None:
    """Push awareness entries."""
    frames: dict[Hashable, bytes] = {}
    for outlet in outlets:
        key = outlet.key
        if key not in frames:
            frames[key] = outlet.adapter.encode_awareness(outlet.channel, event)
        outlet.push_awareness(event, frames[key])


def push_notice(outlets: Iterable[Outlet], encode: Callable[[Outlet], bytes]) -> None:
    """Push a frame that is the same for every outlet of a key and may be dropped for slow ones."""
    frames: dict[Hashable, bytes] = {}
    for outlet in outlets:
        key = outlet.key
        if key not in frames:
            frames[key] = encode(outlet)
        outlet.push_notice(frames[key])


def catch_up(outlet: Outlet, revisions: Iterable[Revision]) -> None:
    """Send a lagging outlet the first of *revisions*, which follow its cursor, and move the cursor.

    An OT session gets each revision, a Yjs session one merged update. It stops behind the
    revision with which ``CATCH_UP_BYTES`` are reached.
    """
    updates: list[bytes] = []
    size = 0
    for revision in revisions:
        if outlet.dialect in _OP_DIALECTS:
            frame = outlet.adapter.encode_revision(outlet.channel, revision)
            if frame is not None:
                outlet.connection.send(frame)
                size += len(frame)
        elif revision.update:
            updates.append(revision.update)
            size += len(revision.update)
        outlet.cursor = revision.number
        if size >= CATCH_UP_BYTES:
            break
    if updates:
        merged = merge_updates(*updates) if len(updates) > 1 else updates[0]
        outlet.connection.send(outlet.adapter.encode_update(outlet.channel, merged))
