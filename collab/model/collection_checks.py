"""Collection checks: what an operator has declared that documents of one collection must hold.

Looked at is only what a change touched: the nodes and root keys in which it has a component. A
node's way up is followed where its parent was changed. Two things take a scan over the members of
a place, of which there may be ``CHECKED_MEMBERS_MAX``: a changed value that has to be unique, and a
removed node, which may leave others without their parent. A scan of that many takes a few
milliseconds, and unlike an index it has nothing that a refused change would have to put back.

Blamed is what was changed, never what it collides with: that is why the components of a change are
asked for, and not only its nodes. SPEC: section CC. Called by ``room.rules``.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collab.limits import CHECKED_MEMBERS_MAX
from collab.model.path_permissions import PathPermission
from collab.model.pointers import Pointer, members_of, value_at
from collab.model.source import pointer_of
from collab.model.touched_members import Component, Key, TouchedMembers, in_order
from collab.model.value_schema import ValueSchema
from collab.values import Json, Path

__all__ = ["CollectionChecks", "Fault", "NodeChecks", "UniqueCheck"]

_ID_CHARACTERS_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What a change may not do: a stable code, the place in the document, and why."""

    code: str
    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class NodeChecks:
    """The members of the object at ``at`` are nodes.

    ``parent`` leads, within a node, to the id of the one that it stands in.
    """

    at: Pointer
    schema: ValueSchema | None = None
    parent: Pointer | None = None
    parent_must_exist: bool = True

    def faults(self, document: Json, components: Sequence[Component]) -> Iterator[Fault]:
        """Yield what *components* must not have done to *document*, which has them applied."""
        touched = TouchedMembers.of(components, self.at)
        if not touched.is_any:
            return
        nodes = value_at(document, self.at)
        if nodes is None:
            return
        if not isinstance(nodes, dict):
            yield Fault("check_schema", self.at, "nodes stand in an object")
            return
        yield from _surplus(nodes, touched, self.at)
        if self.schema is not None:
            for node_id in touched.keys(nodes):
                found = self.schema.fault(nodes[node_id])
                if found is not None:
                    yield Fault("check_schema", (*self.at, node_id, *found[0]), found[1])
        if self.parent is not None:
            changed = touched.keys(nodes, self.parent)
            yield from self._parent_faults(nodes, changed)
            if self.parent_must_exist:
                yield from self._orphan_faults(nodes, touched, changed)
            yield from self._cycle_faults(nodes, changed)

    def _above(self, node: Json) -> Json:
        return value_at(node, self.parent or ())

    def _parent_faults(self, nodes: Json, changed: Collection[Key]) -> Iterator[Fault]:
        for node_id in changed:
            above = self._above(nodes[node_id])
            path = (*self.at, node_id, *(self.parent or ()))
            if above is not None and not isinstance(above, str):
                yield Fault("check_parent", path, "a parent is the id of another node, or null")
            elif above is not None and self.parent_must_exist and above not in nodes:
                shown = str(above)[:_ID_CHARACTERS_SHOWN]
                yield Fault("check_parent", path, f"there is no node {shown!r}")

    def _orphan_faults(
        self, nodes: Json, touched: TouchedMembers, changed: Collection[Key]
    ) -> Iterator[Fault]:
        removed = {key for key in touched.whole_members if key not in nodes}
        if not removed:
            return
        own = set(changed)
        # Those whose parent was changed are told so themselves.
        above = [self._above(node) for key, node in nodes.items() if key not in own]
        for node_id in in_order(removed.intersection(one for one in above if isinstance(one, str))):
            reason = "other nodes stand in this one: move or remove them first"
            yield Fault("check_parent", (*self.at, node_id), reason)

    def _cycle_faults(self, nodes: Json, changed: Sequence[Key]) -> Iterator[Fault]:
        own, done = set(changed), set[Key]()
        for start in changed:
            # Each node is passed once, however many ways lead over it.
            trail: dict[Key, int] = {}
            node_id: Json = start
            while isinstance(node_id, str) and node_id in nodes and node_id not in done:
                if node_id in trail:
                    circle = list(trail)[trail[node_id] :]
                    for one in in_order(own.intersection(circle)):
                        path = (*self.at, one, *(self.parent or ()))
                        yield Fault("check_cycle", path, "a node cannot stand inside itself")
                    break
                trail[node_id] = len(trail)
                node_id = self._above(nodes[node_id])
            done.update(trail)


@dataclass(frozen=True, slots=True)
class UniqueCheck:
    """No two members of the object or list at ``at`` have the same value in ``field``.

    What is missing or null is like nothing else.
    """

    at: Pointer
    field: Pointer

    def faults(self, document: Json, components: Sequence[Component]) -> Iterator[Fault]:
        """Yield what *components* must not have done to *document*, which has them applied."""
        touched = TouchedMembers.of(components, self.at)
        if not touched.is_any:
            return
        place = value_at(document, self.at)
        changed = set(touched.keys(place, self.field))
        if not changed:
            return
        yield from _surplus(place, touched, self.at)
        taken = {self._value(value_at(place, (str(key),))) for key in changed}
        holders: dict[Hashable, list[Key]] = {}
        for key, member in members_of(place):
            value = self._value(member)
            if value is not None and value in taken:
                holders.setdefault(value, []).append(key)
        crowded = [in_order(keys) for keys in holders.values() if len(keys) > 1]
        # By place, since the order of the values is that of the door.
        for keys in sorted(crowded):
            yield from self._collisions(keys, changed)

    def _value(self, member: Json) -> Hashable:
        return _comparable(value_at(member, self.field))

    def _collisions(self, keys: list[Key], changed: Collection[Key]) -> Iterator[Fault]:
        # Whoever had the value before keeps it; of those who all took it, the first one.
        keeper = next((key for key in keys if key not in changed), keys[0])
        holder = pointer_of((*self.at, keeper, *self.field))
        for key in keys:
            if key in changed and key != keeper:
                path = (*self.at, key, *self.field)
                yield Fault("check_unique", path, f"the same value stands at {holder}")


@dataclass(frozen=True, slots=True)
class CollectionChecks:
    """All checks of a collection, and who may change what of its documents.

    ``schema`` is by root key. Without anything declared nothing is refused.
    """

    nodes: NodeChecks | None = None
    schema: Mapping[str, ValueSchema] | None = None
    unique: tuple[UniqueCheck, ...] = ()
    permissions: tuple[PathPermission, ...] = ()

    def faults(self, document: Json, components: Sequence[Component]) -> list[Fault]:
        """Return what *components* must not have done to *document*, which has them applied.

        Empty if all is well. The order does not depend on that of the components. Source: [CC3].
        """
        found: list[Fault] = []
        if self.nodes is not None:
            found += self.nodes.faults(document, components)
        if self.schema:
            keys = {component["p"][0] for component in components}
            for key in sorted(keys & self.schema.keys() & document.keys()):
                fault = self.schema[key].fault(document[key])
                if fault is not None:
                    found.append(Fault("check_schema", (key, *fault[0]), fault[1]))
        for check in self.unique:
            found += check.faults(document, components)
        return found


def _surplus(place: Json, touched: TouchedMembers, at: Pointer) -> Iterator[Fault]:
    if isinstance(place, dict | list) and len(place) > CHECKED_MEMBERS_MAX:
        reason = f"checks look at {CHECKED_MEMBERS_MAX} members of one place"
        if touched.is_whole:
            yield Fault("limit_checked_members", at, reason)
        # Those who merely edit what is there are not to blame.
        for key in in_order(touched.added):
            if isinstance(place, list) or key in place:
                yield Fault("limit_checked_members", (*at, key), reason)


def _comparable(value: Json) -> Hashable:
    """Return what is equal for values that JSON takes as equal, and for no others."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return ("object", frozenset((key, _comparable(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", tuple(map(_comparable, value)))
    number: int | float | None = value
    return number
