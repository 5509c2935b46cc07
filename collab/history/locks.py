"""Locks in the history: what became of them in a revision that was made for that.

What follows from an edit (the lock of what was deleted is given back) is told by the edit.
SPEC: section HI. Called by ``pages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from collab.history.changes import Change, Deed
from collab.history.naming import subject_of
from collab.lock_records import LockDeed, LockRecord
from collab.model.document import APPLICATION, APPLICATION_TYPE
from collab.model.registry import Registry
from collab.values import Json

__all__ = ["lock_changes"]

# A renewal and a place given back are nobody's news.
_TOLD: Final[Mapping[LockDeed, Deed]] = {
    LockDeed.TAKE: Deed.LOCKED,
    LockDeed.GRANT: Deed.PASSED_ON,
    LockDeed.RELEASE: Deed.UNLOCKED,
    LockDeed.BREAK: Deed.BROKEN,
    LockDeed.EXPIRE: Deed.RUN_OUT,
    LockDeed.WAIT: Deed.ASKED_FOR,
}


def lock_changes(records: Iterable[LockRecord], document: Json, registry: Registry) -> list[Change]:
    """Return what *records* tell, with the names of the *document* of that time.

    ``after`` is who got it, or whose it was.
    """
    nodes = document.get("nodes", {}) if isinstance(document, dict) else {}
    changes = []
    for record in records:
        deed = _TOLD.get(record.deed)
        if deed is not None:
            is_head = record.component == APPLICATION
            node = {"type": APPLICATION_TYPE} if is_head else nodes.get(record.component)
            subject = subject_of(node, registry)
            name = record.name or record.user
            changes.append(Change(deed, record.component, subject, after=name))
    return changes
