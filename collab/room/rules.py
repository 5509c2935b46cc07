"""The rules of a room: how values are adopted, what a change may touch, what is refused.

Two kinds of room, one interface. In an *application room* the model's definitions decide; in a
*free room* any JSON object may stand, within the limits. A change is judged by the *nodes* that it
touches: a node of the model, the word ``application`` for the head of the model, and in a free room
a key of the root, or, where an operator has declared nodes, the pointer of one. What roles may
change is declared for both kinds. SPEC: sections RU and CC. Called by ``room`` and ``refusal``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from collab.crdt.bridge import APPLICATION_ROOTS, FREE_ROOT
from collab.crdt.update import Rules as UpdateRules
from collab.errors import Refused
from collab.limits import NODES_MAX
from collab.messages import Role
from collab.model import checks, shapes
from collab.model.collection_checks import CollectionChecks
from collab.model.path_permissions import PathPermission, denials
from collab.model.pointers import Pointer
from collab.model.registry import Registry
from collab.model.source import pointer_of
from collab.ot import json0
from collab.values import Json, Path, SharedList, SharedMap

__all__ = [
    "APPLICATION_NODE",
    "ApplicationRules",
    "Finding",
    "FreeRules",
    "RoomRules",
    "Touched",
    "by_node",
]

APPLICATION_NODE: Final = "application"

Component = dict[str, Any]

# The nodes that a change touches, each with its components (none if it was put back already).
Touched: TypeAlias = Mapping[str, Sequence[Component]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a node may not be as a change makes it."""

    node: str
    code: str
    reason: str
    path: Path


class RoomRules(Protocol):
    """What a kind of room allows."""

    @property
    def update_rules(self) -> UpdateRules:
        """Return what an update may contain, as far as its bytes tell."""
        ...

    @property
    def takes_texts(self) -> bool:
        """Return whether the document may be a text instead of JSON."""
        ...

    def adopt(self, path: Path, value: Json, document: Json) -> Json:
        """Return *value* with the marks that it gets when it is inserted at *path*."""
        ...

    def expand(self, op: Sequence[Component], document: Json) -> list[Component]:
        """Return *op* with components at the root written out; ``Refused`` where not allowed."""
        ...

    def retraction(self, part: Component) -> Component | None:
        """Return *part* of an inverse as the room allows it, or None if it has nothing to do."""
        ...

    def nodes_of(self, op: Sequence[Component]) -> list[str]:
        """Return the node that each component of *op* touches.

        Components of two nodes can be taken back one without the other.
        """
        ...

    def node_at(self, path: Path, touched: Touched) -> str:
        """Return the node to blame for what stands at *path*, one of *touched* if any is."""
        ...

    def permits(self, role: Role, op: Sequence[Component]) -> list[Finding]:
        """Return what *role* may not do of *op*, which says what it removes."""
        ...

    def check(self, document: Json, touched: Touched) -> list[Finding]:
        """Return what is to be refused of *document*, which has the touching op applied."""
        ...


def by_node(op: Sequence[Component], rules: RoomRules) -> dict[str, list[Component]]:
    """Return the components of *op* by the node that each touches."""
    touched: dict[str, list[Component]] = {}
    for node, component in zip(rules.nodes_of(op), op, strict=True):
        touched.setdefault(node, []).append(component)
    return touched


class ApplicationRules:
    """The rules of an application room, from its registry of definitions."""

    # Contents that are no JSON are let through to the twin and undone there: whoever pastes a bold
    # word keeps the connection, where a rejected update would have to be thrown away by hand.
    update_rules: Final = UpdateRules(
        allowed_roots=frozenset(APPLICATION_ROOTS),
        json_roots=frozenset(APPLICATION_ROOTS),
        restricts_types=False,
    )
    takes_texts: Final = False

    def __init__(self, registry: Registry, permissions: Sequence[PathPermission] = ()) -> None:
        self.registry = registry
        self._permissions = permissions

    def adopt(self, path: Path, value: Json, document: Json) -> Json:
        return shapes.adopt(path, value, document, self.registry)

    def expand(self, op: Sequence[Component], document: Json) -> list[Component]:
        result: list[Component] = []
        for component in op:
            path = component["p"]
            if len(path) > 1:
                result.append(component)
            elif len(path) == 1 and path[0] in APPLICATION_ROOTS and "oi" in component:
                result += _replace_keys(path, document[path[0]], component["oi"])
            else:
                raise Refused(
                    "op_root",
                    "an application's document is always {application, nodes}: "
                    "neither part can be removed or joined by another",
                    tuple(path),
                )
        return result

    def retraction(self, part: Component) -> Component | None:
        # Nodes are never taken out: an undone birth lies in the Trash, as in the designer, with
        # what others have put into it meanwhile.
        path = part["p"]
        is_birth = (
            len(path) == 2 and path[0] != APPLICATION_NODE and "od" in part and "oi" not in part
        )
        if not is_birth or not isinstance(part["od"], dict) or "place" not in part["od"]:
            return part
        place = part["od"]["place"]
        return None if place is None else {"p": [*path, "place"], "od": place, "oi": None}

    def nodes_of(self, op: Sequence[Component]) -> list[str]:
        return [_application_node(component["p"]) for component in op]

    def node_at(self, path: Path, touched: Touched) -> str:
        return _application_node(path)

    def permits(self, role: Role, op: Sequence[Component]) -> list[Finding]:
        return _permits(self, self._permissions, role, op)

    def check(self, document: Json, touched: Touched) -> list[Finding]:
        nodes = touched.keys() - {APPLICATION_NODE}
        before = _before(document["nodes"], touched)
        added = [node for node in nodes if node in document["nodes"] and before(node) is None]
        if added and len(document["nodes"]) > NODES_MAX:
            # Those who merely edit what is there are not to blame.
            reason = f"a room holds {NODES_MAX} nodes"
            return [Finding(node, "limit_nodes", reason, ("nodes", node)) for node in added]
        refusals = []
        if APPLICATION_NODE in touched:
            refusals += checks.check_application(document, self.registry)
        refusals += checks.check_nodes(document, nodes, self.registry, before)
        return [Finding(item.node, item.code, item.message, item.path) for item in refusals]


class FreeRules:
    """The rules of a free room: one JSON object, of any content but for what *checks* declare."""

    update_rules: Final = UpdateRules(
        allowed_roots=None, json_roots=frozenset({FREE_ROOT}), restricts_types=False
    )

    def __init__(self, checks: CollectionChecks | None = None) -> None:
        self._checks = checks or CollectionChecks()
        # What is declared of a collection is declared of JSON, and a text would get around it.
        self.takes_texts = self._checks == CollectionChecks()
        # Where nodes are members of the root, its keys are their names already.
        self._at: Pointer = self._checks.nodes.at if self._checks.nodes else ()

    def adopt(self, path: Path, value: Json, document: Json) -> Json:
        if isinstance(value, dict):
            return SharedMap((key, self.adopt(path, item, document)) for key, item in value.items())
        if isinstance(value, list):
            return SharedList(self.adopt(path, item, document) for item in value)
        return value

    def expand(self, op: Sequence[Component], document: Json) -> list[Component]:
        result: list[Component] = []
        for component in op:
            if component["p"]:
                result.append(component)
            elif isinstance(component.get("oi"), dict):
                result += _replace_keys([], document, component["oi"])
            else:
                raise Refused("op_root", "the root of a free room's document is an object")
        return result

    def retraction(self, part: Component) -> Component | None:
        return part

    def nodes_of(self, op: Sequence[Component]) -> list[str]:
        if not self._at:
            return [_root_key(component["p"]) for component in op]
        # If the place of the nodes is itself touched, what is done in it depends on that.
        is_split = not any(_holds(component["p"], self._at) for component in op)
        return [self._node(component["p"], is_split=is_split) for component in op]

    def node_at(self, path: Path, touched: Touched) -> str:
        node = self._node(path, is_split=True)
        return node if node in touched else self._node(path, is_split=False)

    def permits(self, role: Role, op: Sequence[Component]) -> list[Finding]:
        return _permits(self, self._checks.permissions, role, op)

    def check(self, document: Json, touched: Touched) -> list[Finding]:
        components = [component for components in touched.values() for component in components]
        return [
            Finding(self.node_at(fault.path, touched), fault.code, fault.reason, fault.path)
            for fault in self._checks.faults(document, components)
        ]

    def _node(self, path: Sequence[str | int], *, is_split: bool) -> str:
        length = len(self._at)
        if is_split and length and len(path) > length and tuple(path[:length]) == self._at:
            return pointer_of(tuple(path[: length + 1]))
        return _root_key(path)


def _root_key(path: Sequence[str | int]) -> str:
    return str(path[0]) if path else ""


def _application_node(path: Sequence[str | int]) -> str:
    if len(path) < 2 or path[0] == APPLICATION_NODE:
        return APPLICATION_NODE
    return str(path[1])


def _permits(
    rules: RoomRules, permissions: Sequence[PathPermission], role: Role, op: Sequence[Component]
) -> list[Finding]:
    if not permissions:
        return []
    touched = by_node(op, rules)
    return [
        Finding(
            rules.node_at(tuple(item.component["p"]), touched),
            "check_permission",
            item.reason,
            item.path,
        )
        for item in denials(permissions, role, op)
    ]


def _holds(path: Sequence[str | int], at: Pointer) -> bool:
    """Return whether a component at *path* touches the place *at* or what that stands in."""
    if tuple(path[: len(at)]) != at[: len(path)]:
        return False
    # In a list members shift, and in a text there are none.
    return len(path) <= len(at) or isinstance(path[len(at)], int)


def _before(nodes: Json, touched: Touched) -> Callable[[str], Json]:
    """Return what gives a node as it was before the change, None if it was not there.

    Only what replaces a node or its type is taken back for it: the rest cannot make it another.
    """

    def before(node: str) -> Json:
        components = touched[node]
        if all(len(item["p"]) > 2 and item["p"][2] != "type" for item in components):
            return nodes.get(node)
        # A document with this node alone, so that nothing else is copied.
        alone = {"nodes": {node: nodes[node]} if node in nodes else {}}
        return json0.apply(alone, json0.invert(list(components)))["nodes"].get(node)

    return before


def _replace_keys(path: list[str], old: Json, new: Json) -> list[Component]:
    """Return the components that turn the members of *old* into those of *new*."""
    if not isinstance(new, dict):
        raise Refused("op_root", "a part of the document can only be replaced by an object")
    components: list[Component] = [
        {"p": [*path, key], "od": old[key]} for key in old if key not in new
    ]
    for key, value in new.items():
        component = {"p": [*path, key], "oi": value}
        if key in old:
            component["od"] = old[key]
        components.append(component)
    return components
