"""Crossings: two ops made on one document, each transformed past the other.

The reference carries every component of the right op through all components of the left one, and
rebuilds the left op on the way by appending, where neighbours may join. That is quadratic even when
the two have nothing to do with each other. The result here is the same; the work is not:

- The left op lies in numbered *slots*, which components leave and join but never move between, so
  that a place found once stays valid. Empty slots are skipped by links.
- Only slots whose scope (see ``scopes``) overlaps that of the carried component are visited, found
  by an index. When the carried component's own scope changes on the way (an index in its path
  shifted), the rest of that pass tests slot by slot.
- Re-appending an untouched component after an untouched neighbour does nothing if the two did not
  join the last time. Slots for which that is not known are *unsettled* and visited as well.

A component that is cut in two meets what remains alone (the reference's recursion); that is rare,
so the left op is simply rebuilt afterwards.

SPEC: section OT. Source: ``bootstrapTransform.js`` of npm ``ot-json0`` 1.1.0. Called by ``json0``.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Final

from collab.errors import LimitExceeded
from collab.limits import TRANSFORM_MEETINGS_MAX
from collab.ot.component import Component, Op
from collab.ot.compose import append, join
from collab.ot.scopes import ScopeIndex, has_same_scope, overlaps
from collab.ot.transform import pieces

__all__ = ["Crossing", "cross", "transform_pair"]

# For fewer slots a walk over all of them costs less than building the index.
_INDEXED_SLOTS_MIN: Final = 8


class Crossing:
    """A left op through which the components of right ops are carried one after the other.

    Carrying all components of several right ops in turn gives the same left op as transforming it
    past each of them. *is_indexed* pays as soon as there are two of them; it changes no result.
    Raises ``InvalidOp`` for ops that cannot belong to one document, and ``LimitExceeded``
    (``limit_transform``) past ``TRANSFORM_MEETINGS_MAX``; the crossing is unusable afterwards.
    """

    def __init__(self, left: Op, *, is_indexed: bool) -> None:
        self._is_indexed = is_indexed
        self._meetings = 0
        # Slots to be appended anew: in the next pass, and still in this one.
        self._unsettled: set[int] = set()
        self._dirty: set[int] = set()
        # What a component that was cut in two became, once it has met everything.
        self._cut: Op | None = None
        self._index: ScopeIndex | None = None
        self._fill(left)

    @property
    def left(self) -> Op:
        """The left op as it reads after everything carried so far."""
        return list(chain.from_iterable(self._slots))

    def carry(self, component: Component) -> Op:
        """Carry *component* through the left op and return what it becomes, not yet joined."""
        if self._index is None and self._is_indexed and self._size >= _INDEXED_SLOTS_MIN:
            self._build_index()
        if self._index is None:
            return self._run(component, None)
        met = self._index.find(component)
        if not met and not self._unsettled:
            return [component]
        return self._run(component, met)

    def _run(self, component: Component, met: list[int] | None) -> Op:
        """Make one pass, through the slots *met* or, if that is unknown, through all of them."""
        self._dirty, self._unsettled = self._unsettled, set()
        self._cut = None
        rest = self._walk(self._next[-1], component) if met is None else self._hop(met, component)
        if self._cut is not None:
            return self._cut
        return [] if rest is None else [rest]

    def _fill(self, left: Op) -> None:
        size = len(left)
        self._size = size
        self._slots: list[Op] = [[component] for component in left]
        # Links between slots that hold something: -1 comes before the first one, ``size`` after the
        # last. The extra entry, which both -1 and ``size`` address, serves both ends.
        self._next = [*range(1, size + 1), 0]
        self._previous = list(range(-1, size))
        self._unsettled = {
            slot for slot in range(1, size) if join(left[slot - 1], left[slot]) is not None
        }
        self._dirty = set()
        self._index = None

    def _build_index(self) -> None:
        self._index = ScopeIndex()
        for slot, components in enumerate(self._slots):
            if components:
                self._index.put(slot, components[0])

    def _walk(self, slot: int, component: Component | None) -> Component | None:
        """Visit every slot from *slot* on that *component* or unsettledness concerns."""
        slots, following, dirty = self._slots, self._next, self._dirty
        while slot < self._size:
            is_met = component is not None and overlaps(component, slots[slot][0])
            if is_met or slot in dirty:
                component = self._visit(slot, component)
                if self._cut is not None:
                    return None
            slot = following[slot]
        return component

    def _hop(self, met: list[int], component: Component) -> Component | None:
        """Visit the slots *met* and the unsettled ones, in their order."""
        queue = [*met, *self._dirty]
        heapify(queue)
        done = -1
        rest: Component | None = component
        while queue:
            slot = heappop(queue)
            is_done = slot <= done or not self._slots[slot]
            if is_done or (rest is None and slot not in self._dirty):
                continue
            before = rest
            rest = self._visit(slot, rest)
            if self._cut is not None:
                return None
            done = slot
            following = self._next[slot]
            if _has_moved(before, rest):
                return self._walk(following, rest)
            if following in self._dirty:
                heappush(queue, following)
        return rest

    def _visit(self, slot: int, component: Component | None) -> Component | None:
        """Transform a slot and *component* past each other; return what *component* becomes.

        The slot's components are appended anew. If that changes the one that the next slot follows,
        the next slot becomes dirty.
        """
        taken = self._slots[slot]
        self._slots[slot] = []
        self._meetings += len(taken)
        if self._meetings > TRANSFORM_MEETINGS_MAX:
            raise LimitExceeded(
                f"two ops meet in more than {TRANSFORM_MEETINGS_MAX} places", code="limit_transform"
            )
        for position, mine in enumerate(taken):
            if component is None:
                self._append(slot, mine)
                continue
            for piece in pieces(mine, component, "left"):
                self._append(slot, piece)
            theirs: Op = []
            for piece in pieces(component, mine, "right"):
                append(theirs, piece)
            if len(theirs) > 1:
                self._cross_rest(slot, taken[position + 1 :], theirs)
                return None
            component = theirs[0] if theirs else None
        self._settle(slot, taken[-1])
        return component

    def _append(self, slot: int, component: Component) -> None:
        """Append *component* to the slots up to *slot*, as ``compose.append`` does to an op."""
        owner = slot if self._slots[slot] else self._previous[slot]
        last = self._slots[owner][-1] if owner >= 0 else None
        joined = None if last is None else join(last, component)
        if joined is None:
            self._slots[slot].append(component)
            return
        if joined and joined[0] is last:
            return
        self._slots[owner][-1:] = joined
        # What now stands there may join its own neighbour in the next pass, not in this one.
        self._unsettled.add(owner)
        if owner == slot:
            return
        if not self._slots[owner]:
            self._unlink(owner)
        elif self._index is not None:
            self._index.put(owner, self._slots[owner][0])

    def _settle(self, slot: int, last_before: Component) -> None:
        """Update links and index after a visit, and mark the next slot if its neighbour changed."""
        components = self._slots[slot]
        following = self._next[slot]
        if not components:
            self._unlink(slot)
        elif self._index is not None:
            self._index.put(slot, components[0])
        owner = slot if components else self._previous[slot]
        is_unchanged = owner >= 0 and self._slots[owner][-1] is last_before
        if not is_unchanged and following < self._size:
            self._dirty.add(following)

    def _unlink(self, slot: int) -> None:
        previous, following = self._previous[slot], self._next[slot]
        self._next[previous] = following
        self._previous[following] = previous
        if self._index is not None:
            self._index.put(slot, None)

    def _cross_rest(self, slot: int, remaining: Op, theirs: Op) -> None:
        """Let a component that was cut meet what remains, alone, and rebuild the left op."""
        done = list(chain.from_iterable(self._slots[: slot + 1]))
        remaining = [*remaining, *chain.from_iterable(self._slots[slot + 1 :])]
        crossing = Crossing(remaining, is_indexed=True)
        result: Op = []
        crossing._meetings = self._meetings
        cross(crossing, theirs, result)
        self._meetings = crossing._meetings
        for component in crossing.left:
            append(done, component)
        self._fill(done)
        self._cut = result


def cross(crossing: Crossing, right: Iterable[Component], result: Op) -> None:
    """Carry *right* through *crossing* and append what it becomes to *result*."""
    for component in right:
        for piece in crossing.carry(component):
            append(result, piece)


def transform_pair(left: Op, right: Op) -> tuple[Op, Op]:
    """Return both ops, each as it reads after the other one; raises as ``json0.transform`` does."""
    crossing = Crossing(left, is_indexed=len(right) > 1)
    new_right: Op = []
    cross(crossing, right, new_right)
    return crossing.left, new_right


def _has_moved(before: Component | None, after: Component | None) -> bool:
    """Whether a component is still there but its scope is another."""
    if after is before or before is None or after is None:
        return False
    return not has_same_scope(before, after)
