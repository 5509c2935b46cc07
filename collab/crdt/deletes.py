"""Delete sets: which clocks of a Doc are deleted, and whether an update deletes anything new.

Every sync step 2 repeats all the deletes that its sender knows of, so one that brings nothing still
lists them. A reader's must be acknowledged and an editor's may not be mistaken for it; the Doc is
asked rather than tried, because trying means applying. SPEC: section CR. Called by ``room``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from operator import itemgetter

__all__ = ["DeleteSet"]

_Range = tuple[int, int]
_first = itemgetter(0)


class DeleteSet:
    """The deleted clocks of each client. *deletes* are ranges of clock and length."""

    __slots__ = ("_spans",)

    def __init__(self, deletes: Mapping[int, Iterable[_Range]]) -> None:
        self._spans = {client: _merged(ranges) for client, ranges in deletes.items()}

    def holds(self, deletes: Mapping[int, Iterable[_Range]]) -> bool:
        """Whether every clock of *deletes* is deleted already."""
        return all(
            self._holds(client, clock, clock + length)
            for client, ranges in deletes.items()
            for clock, length in ranges
        )

    def _holds(self, client: int, start: int, end: int) -> bool:
        spans = self._spans.get(client, [])
        index = bisect_right(spans, start, key=_first) - 1
        return index >= 0 and end <= spans[index][1]


def _merged(ranges: Iterable[_Range]) -> list[_Range]:
    """Return ranges of clock and length as disjoint spans from the first clock to past the last."""
    spans: list[_Range] = []
    for clock, length in sorted(ranges):
        if spans and clock <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], clock + length))
        else:
            spans.append((clock, clock + length))
    return spans
