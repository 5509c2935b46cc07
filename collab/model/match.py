"""Matching: which element of an imported model is which node of a room.

By id first; then by name, among the nodes of the same definition in the same slot of the same
parent; what matches neither way is new. So a file that was exported, edited and imported again
keeps every identity, and one written by hand without ids finds the nodes that it means.
SPEC: section MD. Called by ``diff``.
"""

from __future__ import annotations

from typing import TypeAlias

from collab.model.document import (
    APPLICATION,
    Document,
    Tree,
    definition_id,
    definition_of,
    place_of,
    props_of,
    view_props,
)
from collab.model.nodes import derive_id
from collab.model.references import occurrences
from collab.model.registry import Registry
from collab.model.schema import is_reference
from collab.values import Json, SharedMap

__all__ = ["match", "renamed"]

_NameKey: TypeAlias = tuple[str, str, str, str]


def match(current: Document, imported: Document) -> dict[str, str]:
    """Return for every imported node the id that it has, or gets, in *current*.

    A node of another definition never matches, whatever its id: a node does not change its type.
    An imported id that such a node holds is salted, the same way every time.
    """
    nodes = current["nodes"]
    tree = Tree(imported)
    order = list(tree.live())
    matched: dict[str, str] = {}
    taken: set[str] = set()
    for node_id in order:
        if node_id in nodes and _is_same_definition(nodes[node_id], imported["nodes"][node_id]):
            matched[node_id] = node_id
            taken.add(node_id)
    by_name = _by_name(current, taken)
    for node_id in order:
        if node_id not in matched:
            node = imported["nodes"][node_id]
            place = place_of(node)
            assert place is not None, "a live node has a place"
            parent = matched.get(place.parent, place.parent)
            candidates = by_name.get(_name_key(node, parent, place.slot), [])
            found = candidates.pop(0) if candidates else _free_id(node_id, node, nodes, taken)
            matched[node_id] = found
            taken.add(found)
    return matched


def renamed(imported: Document, matched: dict[str, str], registry: Registry) -> SharedMap:
    """Return the imported nodes under their matched ids, places and references included."""
    names = {**matched, APPLICATION: APPLICATION}
    others = {old: new for old, new in matched.items() if old != new}
    nodes = SharedMap()
    for node_id in Tree(imported).live():
        node = imported["nodes"][node_id]
        place = place_of(node)
        assert place is not None, "a live node has a place"
        nodes[names[node_id]] = SharedMap(
            type=node["type"],
            place=[names[place.parent], place.slot, place.order],
            props=_rename_references(imported, node_id, others, registry),
        )
    return nodes


def _rename_references(
    imported: Document, node_id: str, others: dict[str, str], registry: Registry
) -> Json:
    props = imported["nodes"][node_id]["props"]
    definition = definition_of(imported, node_id, registry)
    if not others or definition is None:
        return props
    found = occurrences(view_props(props, definition), definition)
    targets = {one.value["ref"] for one in found if is_reference(one.value)}
    renames = {old: others[old] for old in targets & others.keys()}
    return _replace(props, renames) if renames else props


def _replace(value: Json, renames: dict[str, str]) -> Json:
    """Return *value*, marks kept, with the references in it renamed."""
    if is_reference(value):
        return {"ref": renames.get(value["ref"], value["ref"])}
    if isinstance(value, dict):
        return type(value)({key: _replace(item, renames) for key, item in value.items()})
    if isinstance(value, list):
        return type(value)(_replace(item, renames) for item in value)
    return value


def _is_same_definition(left: Json, right: Json) -> bool:
    return isinstance(left, dict) and definition_id(left.get("type")) == definition_id(
        right.get("type")
    )


def _by_name(current: Document, taken: set[str]) -> dict[_NameKey, list[str]]:
    found: dict[_NameKey, list[str]] = {}
    for node_id in Tree(current).live():
        node = current["nodes"][node_id]
        place = place_of(node)
        if node_id not in taken and place is not None and props_of(node).get("name"):
            found.setdefault(_name_key(node, place.parent, place.slot), []).append(node_id)
    return found


def _name_key(node: Json, parent: str, slot: str) -> _NameKey:
    name = props_of(node).get("name")
    return (
        parent,
        slot,
        definition_id(node["type"]),
        name if isinstance(name, str) else "",
    )


def _free_id(node_id: str, node: Json, nodes: Json, taken: set[str]) -> str:
    """Return an id for a new node: its own, unless a node of another definition holds it."""
    free = node_id
    salt = 0
    while free in taken or (free in nodes and not _is_same_definition(nodes[free], node)):
        salt += 1
        free = derive_id(node_id, str(salt))
    return free
