"""Taking a past revision back: its inverse, carried to the head, as far as it still applies.

Each part of the inverse is carried over everything that was committed since. A part that would take
away what somebody has put there since, or that puts something where nothing can stand any more, no
longer applies: it is left out and named. A part that takes away what is gone already has nothing
left to do. What was itself taken back since counts as if it had never been, so that any number of
undos and redos leave no trace in what they lead to. SPEC: section RE. Called by ``commit`` and
``taking_back``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collab.errors import Refused
from collab.ids import RevisionNo, SourceId, UserId
from collab.ot.types import find_type
from collab.revision import DEFAULT_TYPE, ChangeKind, Revision
from collab.room.inverter import Change, Inverter
from collab.values import Json, Path, json_equal

__all__ = ["Reversal", "next_to_redo", "next_to_undo", "reversal"]


@dataclass(slots=True)
class Reversal:
    """What takes a revision back at the head, and the places where it no longer applies."""

    kind: ChangeKind
    change: Json = None
    conflicts: list[Path] = field(default_factory=list)


def reversal(
    target: Revision, since: Iterable[Revision], document: Json, inverter: Inverter
) -> Reversal:
    """Return what takes *target* back, after which *since* were committed; *document* is the head.

    *inverter* is that of the document's type. Raises ``Refused``: ``revert_nothing`` if it changed
    nothing for OT, ``revert_conflict`` if no part of it applies any more, its document is gone or,
    where it began one, has been changed; and ``LimitExceeded`` (``limit_revert``).
    """
    match target.kind:
        case ChangeKind.OP:
            return _op_reversal(target, list(since), inverter)
        case ChangeKind.CREATE:
            if not json_equal(document, target.change):
                raise Refused("revert_conflict", "the document has been changed since it was made")
            return Reversal(ChangeKind.DELETE)
        case ChangeKind.DELETE:
            # A log that was written before deletions kept what they removed has nothing to tell.
            return Reversal(ChangeKind.CREATE, {} if target.change is None else target.change)
        case ChangeKind.NONE:
            raise Refused("revert_nothing", f"revision {target.number} changed nothing")


def next_to_undo(
    revisions: Iterable[Revision], source: SourceId, user: UserId
) -> RevisionNo | None:
    """Return what the next undo of *user*'s *source* takes back, given all revisions in order."""
    done, _ = _piles(revisions, source, user)
    return done[-1] if done else None


def next_to_redo(
    revisions: Iterable[Revision], source: SourceId, user: UserId
) -> RevisionNo | None:
    """Return which revision, an undo, the next redo of *user*'s *source* takes back."""
    _, undone = _piles(revisions, source, user)
    return undone[-1] if undone else None


def _piles(
    revisions: Iterable[Revision], source: SourceId, user: UserId
) -> tuple[list[RevisionNo], list[RevisionNo]]:
    """Return what *source* did and has not undone, and its undos that were not done again.

    What somebody else took back, or did again, is off both piles: a redo would take their work
    away.
    """
    done: list[RevisionNo] = []
    undone: list[RevisionNo] = []
    own: set[RevisionNo] = set()
    for revision in revisions:
        is_own = revision.author == user
        does_something = is_own and revision.kind is ChangeKind.OP
        if is_own:
            own.add(revision.number)
        if revision.reverts is not None and revision.reverts in done:
            done.remove(revision.reverts)
            if does_something:
                undone.append(revision.number)
        elif revision.reverts is not None and revision.reverts in undone:
            undone.remove(revision.reverts)
            if does_something:
                done.append(revision.number)
        elif does_something and revision.source == source and revision.reverts not in own:
            # An edit, or that of somebody else taken back. An undo for another source of the same
            # user is that source's business.
            done.append(revision.number)
            undone.clear()
    return done, undone


def _op_reversal(target: Revision, since: Sequence[Revision], inverter: Inverter) -> Reversal:
    if any(revision.kind in (ChangeKind.CREATE, ChangeKind.DELETE) for revision in since):
        raise Refused("revert_conflict", "the document it belongs to has been deleted since")
    found = inverter.take_back(_change(target), _lasting(since, inverter))
    if not found.op and found.conflicts:
        reason = "what it changed has been changed again since"
        raise Refused("revert_conflict", reason, found.conflicts[0])
    return Reversal(ChangeKind.OP, found.op, found.conflicts)


def _lasting(since: Iterable[Revision], inverter: Inverter) -> list[Change]:
    """Return the ops of *since* without those that were taken back, and without what did that.

    An op that is carried past a removal and past what put the same thing back has lost its place
    on the way: to a transform the second is another thing. So the two are left out together, and
    what was committed between them is carried past the first one's inverse. Only where that gives
    the very op that was committed, the second has taken back the whole of the first.
    """
    lasting: list[Change] = []
    for revision in since:
        place = _place_of(revision.reverts, lasting)
        if place is not None:
            inverse = inverter.take_back(lasting[place], lasting[place + 1 :])
            if not inverse.conflicts and json_equal(inverse.op, revision.change or []):
                lasting[place:] = inverse.others
                continue
        if revision.kind is ChangeKind.OP:
            lasting.append(_change(revision))
    return lasting


def _change(revision: Revision) -> Change:
    inverse = revision.inverse
    if inverse is None and revision.type != DEFAULT_TYPE:
        # The op tells itself what it took away.
        ot_type = find_type(revision.type)
        inverse = ot_type.invert(revision.change, ot_type.create(None))
    return Change(revision.number, revision.change, inverse or [])


def _place_of(number: RevisionNo | None, lasting: Sequence[Change]) -> int | None:
    if number is None:
        return None
    place = bisect_left(lasting, number, key=lambda change: change.number)
    return place if place < len(lasting) and lasting[place].number == number else None
