"""Fan-out: encode once for each key, hand the same bytes to everybody of that key.

SPEC: section FO. Called by ``room_host``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from pycrdt import merge_updates

from collab.host.outlet import Outlet
from collab.messages import AwarenessChanged, Dialect
from collab.revision import Revision

__all__ = ["catch_up_frames", "push_awareness", "push_revision", "push_shared"]


def push_revision(revision: Revision, outlets: Iterable[Outlet]) -> list[Outlet]:
    """Push *revision*; return the outlets that have just begun to lag."""
    frames: dict[Hashable, bytes | None] = {}
    lagging: list[Outlet] = []
    for outlet in outlets:
        key = outlet.adapter.revision_key(outlet.channel)
        if key not in frames:
            frames[key] = outlet.adapter.encode_revision(outlet.channel, revision)
        was_lagging = outlet.is_lagging
        if not outlet.push(revision, frames[key]) and not was_lagging:
            lagging.append(outlet)
    return lagging


def push_awareness(event: AwarenessChanged, outlets: Iterable[Outlet]) -> None:
    """Push awareness entries."""
    frames: dict[Hashable, bytes] = {}
    for outlet in outlets:
        key = outlet.adapter.revision_key(outlet.channel)
        if key not in frames:
            frames[key] = outlet.adapter.encode_awareness(outlet.channel, event)
        outlet.push_awareness(frames[key])


def push_shared(outlets: Iterable[Outlet], encode: Callable[[Outlet], bytes]) -> None:
    """Push a frame that is the same for every outlet of a key and may be dropped for slow ones."""
    frames: dict[Hashable, bytes] = {}
    for outlet in outlets:
        key = outlet.adapter.revision_key(outlet.channel)
        if key not in frames:
            frames[key] = encode(outlet)
        outlet.push_awareness(frames[key])


def catch_up_frames(outlet: Outlet, revisions: list[Revision]) -> list[bytes]:
    """Return the frames that bring a lagging outlet over *revisions*, which follow its cursor.

    A Yjs session gets one merged update, a native one each revision.
    """
    if outlet.dialect is Dialect.NATIVE:
        frames = (outlet.adapter.encode_revision(outlet.channel, item) for item in revisions)
        return [frame for frame in frames if frame is not None]
    updates = [revision.update for revision in revisions if revision.update]
    if not updates:
        return []
    return [outlet.adapter.encode_update(outlet.channel, merge_updates(*updates))]
