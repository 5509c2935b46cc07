"""Catching up: what a slow reader missed, from its cursor on.

SPEC: section FO. Called by ``audience``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pycrdt import merge_updates

from collab.host.outlet import Outlet
from collab.limits import CATCH_UP_BYTES
from collab.messages import Dialect
from collab.revision import Revision

__all__ = ["catch_up"]

_OP_DIALECTS: Final = frozenset({Dialect.NATIVE, Dialect.SHAREDB})


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
