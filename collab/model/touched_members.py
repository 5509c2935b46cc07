"""Touched members: what a change touches of the members of one place of a document.

SPEC: section CC. Called by ``collection_checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from collab.model.pointers import Pointer, members_of
from collab.values import Json, Path

__all__ = ["Component", "Key", "TouchedMembers", "in_order"]

Component: TypeAlias = Mapping[str, Any]
# Of a member: a name in an object, a position in a list.
Key: TypeAlias = str | int


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Return *keys*, which are all names or all positions, sorted."""
    return sorted(keys, key=lambda key: (key, "") if isinstance(key, int) else (0, key))


@dataclass(frozen=True, slots=True)
class TouchedMembers:
    """What components touch of the members of a place.

    ``is_whole``: all of them, since the place itself or what it stands in was touched. ``rests``
    are the paths within each member; the empty one is that of a member that was put or removed.
    """

    is_whole: bool
    rests: Mapping[Key, list[Path]]
    added: frozenset[Key]

    @classmethod
    def of(cls, components: Sequence[Component], at: Pointer) -> TouchedMembers:
        is_whole, rests, added = False, dict[Key, list[Path]](), set[Key]()
        for component in components:
            path: Path = tuple(component["p"])
            if path[: len(at)] != at[: len(path)]:
                continue
            if len(path) <= len(at):
                is_whole = True
                continue
            rests.setdefault(path[len(at)], []).append(path[len(at) + 1 :])
            if len(path) == len(at) + 1 and not component.keys() & {"od", "ld"}:
                added.add(path[-1])
        return cls(is_whole, rests, frozenset(added))

    @property
    def is_any(self) -> bool:
        return self.is_whole or bool(self.rests)

    @property
    def whole_members(self) -> list[Key]:
        """The members that were put, replaced or removed as a whole."""
        return [key for key, rests in self.rests.items() if () in rests]

    def keys(self, place: Json, field: Pointer = ()) -> list[Key]:
        """Return the members of *place*, in order, in which something at *field* was touched.

        In a list every member is meant as soon as one is: positions shift within one change.
        """
        touched = [
            key for key, rests in self.rests.items() if any(_meet(rest, field) for rest in rests)
        ]
        if self.is_whole or (touched and isinstance(place, list)):
            return in_order(key for key, _ in members_of(place))
        return in_order(key for key in touched if _has(place, key))


def _has(place: Json, key: Key) -> bool:
    return isinstance(place, dict) and key in place


def _meet(rest: Path, field: Pointer) -> bool:
    """Return whether a component at *rest* may change what stands at *field*."""
    for step, segment in zip(rest, field, strict=False):
        if isinstance(step, int):
            # An element that comes or goes shifts those behind it.
            return True
        if step != segment:
            return False
    return True
