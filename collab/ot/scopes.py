"""Scopes: where a component can meet others, and an index of them.

The *scope* of a component is the shortest path such that two components can change each other only
if one's scope is a prefix of the other's: the list for what shifts a list's indexes, the place
itself for what replaces or adds there, the string for text. Transforms skip all other pairs.

SPEC: section OT. Called by ``transform``, ``crossing`` and ``json0``.
"""

from __future__ import annotations

from typing import TypeAlias

from collab.ot.component import Component

__all__ = ["ScopeIndex", "has_same_scope", "overlaps", "scope"]

_Path: TypeAlias = list[str | int]


def scope(component: Component) -> _Path:
    """Return the scope of *component*."""
    path: _Path = component["p"]
    return path[: _length(component)]


def has_same_scope(component: Component, other: Component) -> bool:
    """Whether both components have one scope."""
    length = _length(component)
    if length != _length(other):
        return False
    path, other_path = component["p"], other["p"]
    return bool(path is other_path or path[:length] == other_path[:length])


def overlaps(component: Component, other: Component) -> bool:
    """Whether one's scope is a prefix of the other's; if not, neither transforms the other."""
    path, other_path = component["p"], other["p"]
    # A scope is at most one element shorter than its path, so this settles most pairs.
    sure = min(len(path), len(other_path)) - 1
    if sure > 0 and path[:sure] != other_path[:sure]:
        return False
    length = min(_length(component), _length(other))
    return bool(path[:length] == other_path[:length])


class _Place:
    """A node of the tree of scopes: who has exactly this scope, and the places below it."""

    __slots__ = ("below", "slots")

    def __init__(self) -> None:
        self.slots: set[int] | None = None
        self.below: dict[str | int, _Place] | None = None


class ScopeIndex:
    """A tree of scopes that tells which numbered slots a component can meet."""

    __slots__ = ("_root", "_scopes")

    def __init__(self) -> None:
        self._root = _Place()
        self._scopes: dict[int, _Path] = {}

    def put(self, slot: int, component: Component | None) -> None:
        """Note that *slot* now holds *component*, or nothing."""
        old = self._scopes.get(slot)
        new = None if component is None else scope(component)
        if old == new:
            return
        if old is not None:
            place = self._place(old)
            assert place.slots is not None
            place.slots.discard(slot)
            del self._scopes[slot]
        if new is not None:
            self._scopes[slot] = new
            place = self._place(new)
            if place.slots is None:
                place.slots = {slot}
            else:
                place.slots.add(slot)

    def find(self, component: Component) -> list[int]:
        """Return the slots whose scope overlaps that of *component*, in no order."""
        found: list[int] = []
        place: _Place | None = self._root
        for key in scope(component):
            assert place is not None
            if place.slots:
                found.extend(place.slots)
            place = place.below.get(key) if place.below else None
            if place is None:
                return found
        pending = [] if place is None else [place]
        while pending:
            below = pending.pop()
            if below.slots:
                found.extend(below.slots)
            if below.below:
                pending.extend(below.below.values())
        return found

    def _place(self, path: _Path) -> _Place:
        place = self._root
        for key in path:
            if place.below is None:
                place.below = {}
            child = place.below.get(key)
            if child is None:
                child = place.below[key] = _Place()
            place = child
        return place


def _length(component: Component) -> int:
    length = len(component["p"])
    if "oi" in component or "od" in component or "na" in component or "t" in component:
        return length
    if "li" in component and "ld" in component:
        return length
    return length - 1
