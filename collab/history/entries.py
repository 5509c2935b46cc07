"""Entries: the lines of the history, each a revision or a run of them, in words.

A person who types makes many revisions of one text; as long as one only carries on with the one
before, they are one entry. SPEC: section HI. Called by ``pages``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from collab.history.changes import Change, Deed
from collab.ids import RevisionNo
from collab.revision import ChangeKind, Revision

__all__ = ["Entry", "entry_of", "group_words", "joined", "sentence", "summary"]

_NOTHING: Final = "Changed nothing"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the revisions from ``first`` to ``last``, made up to ``time_ms`` (Unix).

    ``count`` is how many changes those are, ``nodes`` the ids of what they touched.
    """

    first: RevisionNo
    last: RevisionNo
    time_ms: int
    words: str
    count: int
    nodes: tuple[str, ...]
    # What all of it was done to, empty if that is more than one element.
    subject: str
    # The changes told, if they are all there were: the next revision may carry on with them.
    changes: tuple[Change, ...] = ()


def entry_of(revision: Revision, changes: Sequence[Change], count: int) -> Entry:
    """Return the entry of *revision*, whose op made *changes*, in all *count*."""
    nodes = dict.fromkeys(change.node for change in changes if change.node)
    is_plain = revision.restores is None and revision.reverts is None and not revision.is_import
    return Entry(
        first=revision.number,
        last=revision.number,
        time_ms=revision.time_ms,
        words=_occasion(revision, changes, count) or summary(changes, count),
        count=count,
        nodes=tuple(nodes),
        subject=(changes[0].called or changes[0].subject) if len(nodes) == 1 else "",
        changes=tuple(changes) if is_plain and len(changes) == count else (),
    )


def joined(entries: Sequence[Entry]) -> list[Entry]:
    """Return *entries*, in order, with runs that carry on with one change as one entry.

    What changed nothing (a move that the model does not allow, say) is no line of its own: its
    revision belongs to the entry before it, or else to the one after it.
    """
    result: list[Entry] = []
    for entry in entries:
        last = result[-1] if result else None
        if last is not None and _is_nothing(entry):
            result[-1] = replace(last, last=entry.last)
        elif last is not None and _is_nothing(last):
            result[-1] = replace(entry, first=last.first)
        elif last is not None and (changes := _carried_on(last.changes, entry.changes)):
            words = summary(changes, len(changes))
            result[-1] = replace(
                entry,
                first=last.first,
                words=words,
                count=last.count,
                nodes=last.nodes,
                changes=changes,
            )
        else:
            result.append(entry)
    return result


def _carried_on(earlier: Sequence[Change], later: Sequence[Change]) -> tuple[Change, ...]:
    """Return *earlier* as it is with *later*, which only goes on with it; nothing if it does not.

    One change is carried on with. What was made is placed by the revision after it: a designer
    does that in two, since a new element is no work of anybody's until it stands somewhere.
    """
    if len(earlier) == len(later) == 1 and earlier[0].is_like(later[0]):
        return (earlier[0].followed_by(later[0]),)
    placings = {change.node: change for change in later}
    if not earlier or len(placings) != len(earlier):
        return ()
    placed = [
        change.placed_by(placings[change.node]) for change in earlier if change.node in placings
    ]
    whole = tuple(change for change in placed if change is not None)
    return whole if len(whole) == len(earlier) == len(later) else ()


def _is_nothing(entry: Entry) -> bool:
    return entry.count == 0 and entry.words == _NOTHING


def summary(changes: Sequence[Change], count: int) -> str:
    """Return *changes*, of in all *count*, in one sentence."""
    if not changes:
        return _NOTHING
    if count == len(changes) == 1:
        return sentence(changes[0])
    if count == len(changes) == 2:
        first, second = map(sentence, changes)
        return f"{first}, {second[0].lower()}{second[1:]}"
    first_change = changes[0]
    subjects = {change.node for change in changes}
    if count == len(changes) and len({_sort(item) for item in changes}) == 1:
        together = _together(first_change, len(changes))
        if together:
            return together
    if len(subjects) == 1 and count == len(changes):
        return f"{count} changes to {first_change.called or first_change.subject}"
    return f"{count} changes to {_elements(len(subjects))}"


def _sort(change: Change) -> tuple[Deed, str | None]:
    """Return what changes have to share for being told together."""
    return change.deed, None if change.deed is Deed.UNDELETED else change.after


def group_words(entries: Sequence[Entry]) -> str:
    """Return what a group of *entries*, newest first, did, in one sentence."""
    if len(entries) == 1:
        return entries[0].words
    count = sum(entry.count for entry in entries)
    if count == 0:
        return summary([], 0)
    changes = "1 change" if count == 1 else f"{count} changes"
    nodes = {node for entry in entries for node in entry.nodes}
    if len(nodes) == 1 and entries[0].subject:
        return f"{changes} to {entries[0].subject}"
    return f"{changes} to {_elements(len(nodes))}" if nodes else changes


def sentence(change: Change) -> str:
    """Return what *change* did, in words."""
    subject, part = change.subject, change.part
    match change.deed:
        case Deed.MADE | Deed.ADDED:
            return f"Added {subject}{_inner(change.inner)}{_to(change.after)}"
        case Deed.DELETED:
            return f"Deleted {subject}"
        case Deed.UNDELETED:
            return f"Took {subject} out of the Trash"
        case Deed.PURGED:
            return f"Removed {subject} for good"
        case Deed.MOVED:
            return f"Moved {subject}{_into(change.after)}"
        case Deed.REORDERED if part:
            return f"Reordered {part} of {subject}"
        case Deed.REORDERED:
            return f"Moved {subject} within {change.after or 'the app'}"
        case Deed.RENAMED:
            return _renamed(change)
        case Deed.SET:
            return _set(change)
        case Deed.EDITED:
            return f"Edited {part} of {subject}"
        case Deed.PUT_IN:
            return f"Added {change.after or 'an entry'} to {part} of {subject}"
        case Deed.TAKEN_OUT:
            return f"Removed {change.after or 'an entry'} from {part} of {subject}"
        case Deed.TOUCHED:
            return f"Changed {subject}"
        case Deed.LOCKED:
            return f"Locked {subject}"
        case Deed.UNLOCKED:
            return f"Unlocked {subject}"
        case Deed.PASSED_ON:
            return f"Passed the lock of {subject} on to {change.after}"
        case Deed.BROKEN:
            return f"Broke the lock of {subject} that {change.after} held"
        case Deed.RUN_OUT:
            return f"Let the lock of {subject} run out"
        case Deed.ASKED_FOR:
            return f"Asked for {subject}"
        case _:
            assert_never(change.deed)


def _occasion(revision: Revision, changes: Sequence[Change], count: int) -> str:
    """Return what the revision was made for, if it says so."""
    if revision.restores is not None:
        return f"Restored revision {revision.restores}"
    if revision.reverts is not None:
        return f"Took back revision {revision.reverts}"
    if revision.is_import and revision.number == 1:
        added = sum(1 + item.inner for item in changes if item.deed in (Deed.MADE, Deed.ADDED))
        return "Created the room" + (f" with {_elements(added)}" if added else "")
    if revision.is_import:
        return f"Imported a file: {count} {'change' if count == 1 else 'changes'}"
    return _NOTHING if revision.kind is ChangeKind.NONE and not changes else ""


def _together(change: Change, count: int) -> str:
    elements = _elements(count)
    match change.deed:
        case Deed.MADE | Deed.ADDED:
            return f"Added {elements}{_to(change.after)}"
        case Deed.DELETED:
            return f"Deleted {elements}"
        case Deed.UNDELETED:
            return f"Took {elements} out of the Trash"
        case Deed.MOVED:
            return f"Moved {elements}{_into(change.after)}"
        case Deed.REORDERED if not change.part:
            return f"Moved {elements} within {change.after or 'the app'}"
        case _:
            return ""


def _renamed(change: Change) -> str:
    if change.after is None:
        return f"Took the name of {change.subject} {change.before or ''} away".replace("  ", " ")
    if change.before is None:
        return f"Named {change.subject} {change.after}"
    if change.subject == "the app":
        return f"Renamed the app from {change.before} to {change.after}"
    return f"Renamed {change.subject} {change.before} to {change.after}"


def _set(change: Change) -> str:
    what = f"{change.part} of {change.subject}"
    if change.after is None:
        return f"Reset {what}"
    if change.before is None:
        return f"Set {what} to {change.after}" if change.after else f"Set {what}"
    if not change.before or not change.after or change.before == change.after:
        return f"Changed {what}"
    return f"Changed {what} from {change.before} to {change.after}"


def _elements(count: int) -> str:
    return "1 element" if count == 1 else f"{count} elements"


def _inner(count: int) -> str:
    return f" with {_elements(count)}" if count else ""


def _to(parent: str | None) -> str:
    return f" to {parent}" if parent else ""


def _into(parent: str | None) -> str:
    return f" into {parent}" if parent else ""
