"""Pages of the history: groups of one person's revisions, newest first, in words.

A group is a run of revisions by one author, each within ``HISTORY_GROUP_PAUSE_MS`` of the one
before. Besides, a new one begins after each ``HISTORY_GROUP_REVISIONS_MAX`` revisions, counted from
the first of the room: so blocks of that many are described each for itself, a page costs the same
wherever it is, and a group is the same from whichever page it is read.
SPEC: section HI. Called by ``api``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from collab.history.changes import changes_of
from collab.history.entries import Entry, entry_of, group_words, joined
from collab.history.locks import lock_changes
from collab.history.snapshots import read_through, state_at
from collab.ids import RevisionNo, RoomId, UserId
from collab.limits import (
    HISTORY_GROUP_PAUSE_MS,
    HISTORY_GROUP_REVISIONS_MAX,
    HISTORY_WORDS_REVISIONS_MAX,
)
from collab.model.registry import Registry
from collab.ports import Store
from collab.revision import ChangeKind, Revision
from collab.room.fold import fold
from collab.values import Json

__all__ = ["Group", "Leaf", "Question", "describe", "end_of_block", "read_leaf"]

_BLOCK: Final = HISTORY_GROUP_REVISIONS_MAX


@dataclass(frozen=True, slots=True)
class Question:
    """Which page: the revisions before ``before``, at most so many groups of them.

    With ``author`` only that person's groups, with ``node`` only the entries that touched it.
    Down to ``through``, a revision of the first block, there are as many groups as there are.
    """

    before: RevisionNo
    groups_max: int
    author: UserId | None = None
    node: str | None = None
    through: RevisionNo | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Revisions of one person, one soon after the other; ``entries`` newest first, never none."""

    first: RevisionNo
    last: RevisionNo
    author: UserId
    author_name: str
    begin_ms: int
    end_ms: int
    words: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a page is made of: the revisions, and the document before the first of them.

    ``next`` is where the page after it begins, None where the history ends.
    """

    document: Json
    revisions: tuple[Revision, ...]
    next: RevisionNo | None


def end_of_block(revision: RevisionNo, head: RevisionNo) -> RevisionNo:
    """Return the last revision up to *head* after which a group surely ends, from *revision* on."""
    return RevisionNo(min(head, (revision + _BLOCK - 1) // _BLOCK * _BLOCK))


async def read_leaf(store: Store, room: RoomId, start: RevisionNo, asked: Question) -> Leaf:
    """Read a page's revisions, whole blocks going back from ``asked.before``, none up to *start*.

    Blocks are read until their groups are enough, or ``HISTORY_WORDS_REVISIONS_MAX`` revisions.
    Raises what ``state_at`` raises.
    """
    end = RevisionNo(max(start, asked.before - 1))
    low = end
    revisions: list[Revision] = []
    while low > start and end - low < HISTORY_WORDS_REVISIONS_MAX:
        begin = RevisionNo(max(start, (low - 1) // _BLOCK * _BLOCK))
        revisions[:0] = [item async for item in read_through(store, room, begin, low)]
        low = begin
        if _count(revisions, asked) >= asked.groups_max:
            break
    runs = _runs(revisions)
    surplus = _surplus(runs, asked)
    kept = tuple(item for run in runs[surplus:] for item in run)
    first = kept[0].number if kept else RevisionNo(low + 1)
    past = await state_at(store, room, RevisionNo(first - 1))
    return Leaf(past.document, kept, first if first - 1 > start else None)


def describe(leaf: Leaf, asked: Question, registry: Registry) -> list[Group]:
    """Return the groups of *leaf*, newest first; its document is changed.

    It takes time in proportion to the ops, so call it where nobody waits.
    """
    document = leaf.document
    groups: list[Group] = []
    for run in _runs(leaf.revisions):
        is_shown = asked.author is None or run[0].author == asked.author
        entries: list[Entry] = []
        for revision in run:
            document = fold(document, revision)
            if is_shown:
                entries.append(_entry(revision, document, registry))
        shown = [
            entry for entry in joined(entries) if asked.node is None or asked.node in entry.nodes
        ]
        if shown:
            groups.append(_group(run, shown))
    groups.reverse()
    return groups


def _entry(revision: Revision, document: Json, registry: Registry) -> Entry:
    if revision.kind is ChangeKind.NONE and revision.locks:
        steps = lock_changes(revision.locks, document, registry)
        return entry_of(revision, steps, len(steps))
    op = revision.change if revision.kind is ChangeKind.OP else []
    return entry_of(revision, *changes_of(op, document, registry))


def _group(run: Sequence[Revision], shown: Iterable[Entry]) -> Group:
    first, last = run[0], run[-1]
    entries = tuple(reversed(tuple(shown)))
    return Group(
        first=first.number,
        last=last.number,
        author=last.author,
        author_name=last.author_name,
        begin_ms=first.time_ms,
        end_ms=last.time_ms,
        words=group_words(entries),
        entries=entries,
    )


def _runs(revisions: Sequence[Revision]) -> list[list[Revision]]:
    """Return *revisions*, in order, cut where a group ends and the next begins."""
    runs: list[list[Revision]] = []
    for revision in revisions:
        if runs and _belongs(runs[-1][-1], revision):
            runs[-1].append(revision)
        else:
            runs.append([revision])
    return runs


def _belongs(last: Revision, revision: Revision) -> bool:
    return (
        last.author == revision.author
        and revision.time_ms - last.time_ms <= HISTORY_GROUP_PAUSE_MS
        and last.number % _BLOCK != 0
    )


def _count(revisions: Sequence[Revision], asked: Question) -> int:
    return sum(_is_asked_for(run, asked) for run in _runs(revisions))


def _surplus(runs: Sequence[Sequence[Revision]], asked: Question) -> int:
    """Return how many of the oldest *runs* are left for the next page."""
    room = asked.groups_max
    for position in range(len(runs) - 1, -1, -1):
        room -= _is_asked_for(runs[position], asked)
        is_wanted = asked.through is not None and runs[position][-1].number >= asked.through
        if room < 0 and not is_wanted:
            return position + 1
    return 0


def _is_asked_for(run: Sequence[Revision], asked: Question) -> bool:
    return asked.author is None or run[0].author == asked.author
