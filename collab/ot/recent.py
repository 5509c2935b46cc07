"""The latest committed ops, indexed by where they are.

An op of one component, made while a hundred others were committed, mostly has to do with none of
them; asking each costs more than all the rest of the commit. Here only those are visited whose
scope (see ``scopes``) overlaps its own, so that what an op costs does not grow with how many others
were made at the same moment. SPEC: section OT. Called by the room's ``ledger``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from collab.limits import RECENT_OPS_BYTES_MAX, RECENT_OPS_MAX
from collab.ot import units
from collab.ot.component import Component, Op
from collab.ot.crossing import transform_pair
from collab.ot.scopes import ScopeIndex, has_same_scope
from collab.ot.transform import transform_component

__all__ = ["RecentOps"]

# Ops with more components are rare, and visited always.
_INDEXED_COMPONENTS_MAX: Final = 16
# An op that is moved by one committed op after the other is carried over all of them in turn.
_MOVES_MAX: Final = 4
# Indexing one takes some 5 µs: never more at once than nobody notices.
_WAITING_OPS_MAX: Final = 256


class _Generation:
    """The ops of up to ``RECENT_OPS_MAX`` numbers in a row, and the index of their scopes.

    ``bytes`` is what their contents come to.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.ops: dict[int, Op] = {}
        self._index = ScopeIndex()
        # Adding to a number changes nothing but what would remove that number.
        self._additions = ScopeIndex()
        self._long: list[int] = []
        self._numbers: list[int] = []
        # What was not indexed yet: where nobody is behind, nobody asks.
        self._waiting: list[int] = []

    def __len__(self) -> int:
        return len(self.ops)

    def record(self, number: int, op: Op) -> None:
        self.ops[number] = op
        self._waiting.append(number)
        if len(self._waiting) >= _WAITING_OPS_MAX:
            self._index_waiting()

    def _index_waiting(self) -> None:
        for number in self._waiting:
            op = self.ops[number]
            if len(op) > _INDEXED_COMPONENTS_MAX:
                self._long.append(number)
                continue
            for component in op:
                index = self._additions if "na" in component else self._index
                index.put(len(self._numbers), component)
                self._numbers.append(number)
        self._waiting.clear()

    def find(self, component: Component) -> Iterator[int]:
        """Yield the numbers of the ops that *component* may meet, in no order."""
        self._index_waiting()
        yield from self._long
        for slot in self._index.find(component):
            yield self._numbers[slot]
        if "od" in component or "ld" in component:
            for slot in self._additions.find(component):
                yield self._numbers[slot]


class RecentOps:
    """The ops committed after *start*, each under its number.

    They are at least the last ``RECENT_OPS_MAX``, or fewer of more than ``RECENT_OPS_BYTES_MAX``.
    Rather than taking old ones out of an index, two generations are kept.
    """

    def __init__(self, start: int) -> None:
        self._start = start
        self._older = _Generation()
        self._newer = _Generation()
        self._newer_start = start

    def record(self, number: int, op: Op, size: int = 0) -> None:
        """Take the op of *size* bytes that was committed as *number*, above all before."""
        newer = self._newer
        if len(newer) >= RECENT_OPS_MAX or newer.bytes >= RECENT_OPS_BYTES_MAX:
            self._start, self._newer_start = self._newer_start, number - 1
            self._older, self._newer = self._newer, _Generation()
        self._newer.record(number, op)
        self._newer.bytes += size

    def restart(self, number: int) -> None:
        """Forget everything up to *number*, which was committed and is no op."""
        self._start = self._newer_start = number
        self._older, self._newer = _Generation(), _Generation()

    def carry(self, component: Component, base: int) -> tuple[Op, int | None] | None:
        """Carry *component*, made at *base*, past the ops committed since, as the left one.

        Returns what it becomes and None. With a number it was carried past that one only, and is
        to be carried past each later one by itself: it was cut in two, or is moved all the time.
        Returns None if some of the ops are not here any more. Raises what a transform raises.
        """
        if base < self._start:
            return None
        moves = 0
        waiting = self._find(component, base)
        while waiting:
            number = waiting.pop()
            op = self._op(number)
            if "si" in component and _is_text_beside(component, op):
                # Hundreds of people type at one moment; most of them into some one text.
                component = _typed_past(component, op[0])
                continue
            after = _past(component, op)
            if len(after) != 1:
                return after, number
            if not has_same_scope(component, after[0]):
                moves += 1
                if moves > _MOVES_MAX:
                    return after, number
                waiting = self._find(after[0], number)
            component = after[0]
        return [component], None

    def _find(self, component: Component, base: int) -> list[int]:
        """Return the numbers above *base* of the ops to visit, the first one last."""
        found = {
            number
            for generation in (self._older, self._newer)
            for number in generation.find(component)
            if number > base
        }
        return sorted(found, reverse=True)

    def _op(self, number: int) -> Op:
        ops = self._newer.ops
        return ops[number] if number in ops else self._older.ops[number]


def _is_text_beside(component: Component, op: Op) -> bool:
    """Whether *op* is one insert or delete in the very text that *component* inserts into."""
    if len(op) != 1 or not ("si" in op[0] or "sd" in op[0]):
        return False
    path, other_path = component["p"], op[0]["p"]
    return len(path) == len(other_path) and path[:-1] == other_path[:-1]


def _typed_past(component: Component, other: Component) -> Component:
    """Return an insert into a text past another edit of that text, as ``text0`` has it."""
    position, edge = component["p"][-1], other["p"][-1]
    if position <= edge:
        return component
    if "si" in other:
        position += units.length(other["si"])
    else:
        position = max(edge, position - units.length(other["sd"]))
    return {**component, "p": [*component["p"][:-1], position]}


def _past(component: Component, op: Op) -> Op:
    """Return *component* past *op*; as soon as it is not one component, past all of *op*."""
    if len(op) == 1:
        return transform_component(component, op[0], "left")
    return transform_pair([component], op)[0]
