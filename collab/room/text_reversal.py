"""Taking a past revision of a text back: its inverse, carried to the head.

Other than in JSON nothing can stand in the way of it: what was deleted since need not be deleted
again, and what is put back finds its place between what stands there now. SPEC: section TR. Called
by ``commit``.
"""

from __future__ import annotations

from collections.abc import Iterable

from collab.errors import Refused
from collab.ot.types import find_type
from collab.revision import ChangeKind, Revision
from collab.room.inverter import TextInverter
from collab.room.revert import Reversal, op_reversal
from collab.values import Json, json_equal

__all__ = ["text_reversal"]


def text_reversal(target: Revision, since: Iterable[Revision], document: Json) -> Reversal:
    """Return what takes *target* back, after which *since* were committed; *document* is the head.

    Raises ``Refused``: ``revert_nothing`` if it changed nothing for OT, ``revert_conflict`` if its
    document is gone or, where it began one, has been changed; and ``LimitExceeded``
    (``limit_revert``).
    """
    match target.kind:
        case ChangeKind.OP:
            return op_reversal(target, since, TextInverter(find_type(target.type)))
        case ChangeKind.CREATE:
            if not json_equal(document, target.change):
                raise Refused("revert_conflict", "the document has been changed since it was made")
            return Reversal(ChangeKind.DELETE)
        case ChangeKind.DELETE:
            return Reversal(ChangeKind.CREATE, target.change)
        case ChangeKind.NONE:
            raise Refused("revert_nothing", f"revision {target.number} changed nothing")
