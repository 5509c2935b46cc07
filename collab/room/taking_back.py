"""Which revision a revert, an undo or a redo is about, and whether it is in memory.

SPEC: section RE. Called by ``room``.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab.errors import Refused
from collab.ids import RevisionNo, UserId
from collab.limits import OP_BASE_LAG_MAX, UNDO_REVISIONS_MAX
from collab.messages import Revert, Undo
from collab.room.ledger import Ledger
from collab.room.revert import next_to_redo, next_to_undo

__all__ = ["Target", "look_up"]


@dataclass(frozen=True, slots=True)
class Target:
    """The revision to take back, once every one after ``reads_after`` (None: all) is in memory."""

    target: RevisionNo
    reads_after: RevisionNo | None = None


def look_up(ledger: Ledger, user: UserId, command: Revert | Undo) -> Target:
    """Return what *command* is to take back.

    Raises ``Refused``: ``revert_unknown`` for a revision that there is not, ``revert_old`` for one
    that is not kept or too far back, ``undo_nothing``, and ``op_source_foreign`` for the work of
    somebody else, which ``Revert`` takes back and ``Undo`` does not.
    """
    if isinstance(command, Revert):
        return _checked(ledger, command.revision)
    mark = ledger.marks.get(command.of)
    if mark is not None and mark.user != user:
        raise Refused("op_source_foreign", "undo takes back your own work only")
    first = RevisionNo(max(ledger.history_start, ledger.head - UNDO_REVISIONS_MAX))
    if not ledger.has_since(first):
        return Target(first, reads_after=first)
    find = next_to_redo if command.is_redo else next_to_undo
    target = find(ledger.since(first), command.of, user)
    if target is None:
        word = "redo" if command.is_redo else "undo"
        raise Refused("undo_nothing", f"there is nothing to {word}")
    return Target(target)


def _checked(ledger: Ledger, target: RevisionNo) -> Target:
    if not 1 <= target <= ledger.head:
        raise Refused("revert_unknown", f"there is no revision {target}")
    before = RevisionNo(target - 1)
    if before < max(ledger.history_start, ledger.head - OP_BASE_LAG_MAX):
        raise Refused("revert_old", f"revision {target} lies too far back to be taken back alone")
    return Target(target, reads_after=None if ledger.has_since(before) else before)
