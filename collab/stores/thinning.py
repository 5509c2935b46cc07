"""Thinning: which of a room's snapshots may go.

The newest snapshot opens the room; the older ones open its past. Keeping all of them would store
the whole document again every few hundred revisions, keeping only the newest would make an old
revision cost a replay from the beginning. So they are spaced exponentially.

Walk from the newest to the oldest. A snapshot goes if the distance between its two neighbours is
no more than the age of the younger of them (age: how many revisions it lies behind the newest).
Two things follow:

- For every kept ``a < b < c`` in a row, ``c - a > newest - c``, so ages more than double with
  every second step: a room of n revisions keeps at most ``2 * log2(n) + 3`` snapshots.
- Ages only grow, so a gap that was allowed once stays allowed: wherever snapshots were saved
  every s revisions, reaching a revision of age t replays at most ``max(s, t)`` others, however
  often thinning has run. The recent past is near a snapshot and the distant past affordable.

SPEC: [ST24]. Called by every store when it saves a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["surplus"]


def surplus(revisions: Sequence[int]) -> list[int]:
    """Return which of *revisions*, a room's snapshots in ascending order, are to be deleted."""
    if not revisions:
        return []
    newest = revisions[-1]
    younger = newest
    gone = []
    for position in range(len(revisions) - 2, 0, -1):
        if younger - revisions[position - 1] <= newest - younger:
            gone.append(revisions[position])
        else:
            younger = revisions[position]
    return gone
