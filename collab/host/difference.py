"""The difference between two lists of names, as removals, moves and insertions by index.

What stays in its order is the longest common subsequence of what is in both lists, found as the
longest rising run of positions (patience sorting, n log n), so that one document that moves is one
move, whichever way it goes. SPEC: section SQ. Called by ``live_query``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import groupby

from collab.protocol.sharedb_queries import Difference, Found, Insert, Move, Remove

__all__ = ["difference"]


def difference(
    before: Sequence[str], after: Sequence[str], found: Callable[[str], Found]
) -> list[Difference]:
    """Return what makes *before* into *after*, to be carried out one after the other.

    No name is twice in a list. *found* returns the document of a name that comes in.
    """
    there, known = set(after), set(before)
    # From the end, so that an index does not depend on what has gone before it.
    backwards = range(len(before) - 1, -1, -1)
    steps: list[Difference] = [Remove(at, 1) for at in backwards if before[at] not in there]
    staying = [name for name in before if name in there]
    steps += _moves(staying, [name for name in after if name in known])
    for is_new, run in groupby(enumerate(after), lambda item: item[1] not in known):
        if is_new:
            items = list(run)
            steps.append(Insert(items[0][0], tuple(found(name) for _, name in items)))
    return steps


def _moves(staying: list[str], wanted: list[str]) -> list[Difference]:
    """Return the moves that bring *staying*, which is changed, into the order of *wanted*."""
    if staying == wanted:
        return []
    position = {name: index for index, name in enumerate(staying)}
    fixed = {wanted[index] for index in _rising([position[name] for name in wanted])}
    steps: list[Difference] = []
    previous: str | None = None
    for name in wanted:
        if name not in fixed:
            start = staying.index(name)
            del staying[start]
            end = 0 if previous is None else staying.index(previous) + 1
            staying.insert(end, name)
            if start != end:
                steps.append(Move(start, end))
        previous = name
    return steps


def _rising(numbers: Sequence[int]) -> list[int]:
    """Return the indexes of a longest rising subsequence of *numbers*."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(tails, number)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [index]
    found: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        found.append(index)
        index = previous[index]
    return found
