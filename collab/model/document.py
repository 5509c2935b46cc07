"""The live document: ``{"application": …, "nodes": …}``, and how to look around in it.

Every node is a map of ``type``, ``place`` and ``props``; the tree is only in the places
(``[parent id, slot, order key]``, or ``None`` for what is in the Trash). The functions here read
that form and never change it. They are careful with what they find, because problems and export
also look at documents that hold unknown definitions. SPEC: section MD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from collab.model.definition import Definition
from collab.model.registry import Registry
from collab.model.schema import Shape, is_default, is_expression
from collab.values import Json, SharedMap, plain

__all__ = [
    "APPLICATION",
    "APPLICATION_TYPE",
    "Document",
    "Place",
    "Tree",
    "definition_id",
    "definition_of",
    "empty_document",
    "entries_of",
    "place_of",
    "props_of",
    "view_of",
    "view_props",
]

Document: TypeAlias = dict[str, Json]

# The parent of root elements; no node may have this id.
APPLICATION: Final = "application"
APPLICATION_TYPE: Final = "Application@1"


class Place(NamedTuple):
    """Where a node stands. Siblings are ordered by order key, then by node id."""

    parent: str
    slot: str
    order: str


def empty_document() -> Document:
    """Return a new live document without a node."""
    return {"application": SharedMap(), "nodes": SharedMap()}


def definition_id(type_: Json) -> str:
    """Return the id in a node's type: ``"Button"`` of ``"Button@1"``."""
    return type_.partition("@")[0] if isinstance(type_, str) else ""


def place_of(node: Json) -> Place | None:
    """Return the place of *node*; ``None`` if it is in the Trash or has no proper place."""
    place = node.get("place") if isinstance(node, dict) else None
    if isinstance(place, list) and len(place) == 3 and all(isinstance(step, str) for step in place):
        return Place(*place)
    return None


def props_of(node: Json) -> Mapping[str, Json]:
    """Return the props of *node*, empty if it has no proper ones."""
    props = node.get("props") if isinstance(node, dict) else None
    return props if isinstance(props, dict) else {}


def entries_of(container: Json) -> list[tuple[str, Mapping[str, Json]]]:
    """Return the entries of a ``list`` property in their order: by order key, then by id."""
    if not isinstance(container, dict):
        return []
    entries = [(key, entry) for key, entry in container.items() if isinstance(entry, dict)]
    return sorted(entries, key=lambda item: (str(item[1].get("order", "")), item[0]))


class Tree:
    """The children of every node, in order, as the places of one document give them.

    Building it looks at each node once; it does not follow later changes of the document.
    """

    __slots__ = ("_children",)

    def __init__(self, document: Document) -> None:
        slots: dict[str, dict[str, list[tuple[str, str]]]] = {}
        for node_id, node in document["nodes"].items():
            place = place_of(node)
            if place is not None:
                siblings = slots.setdefault(place.parent, {}).setdefault(place.slot, [])
                siblings.append((place.order, node_id))
        self._children = {
            parent: {slot: [node for _, node in sorted(keys)] for slot, keys in by_slot.items()}
            for parent, by_slot in slots.items()
        }

    def slots(self, parent: str) -> Mapping[str, list[str]]:
        """Return the children of *parent* by slot; slots without a child are left out."""
        return self._children.get(parent, {})

    def children(self, parent: str, slot: str) -> list[str]:
        """Return the children of *parent* in *slot*, in order."""
        return self._children.get(parent, {}).get(slot, [])

    def live(self) -> Iterator[str]:
        """Yield the ids of all nodes that the application reaches: neither Trash nor orphans.

        Parents come before what is in them. The tree has no cycles: checks refuse them.
        """
        waiting = [APPLICATION]
        while waiting:
            parent = waiting.pop()
            for siblings in reversed(self._children.get(parent, {}).values()):
                waiting.extend(reversed(siblings))
            if parent != APPLICATION:
                yield parent


def definition_of(document: Document, node_id: str, registry: Registry) -> Definition | None:
    """Return the definition of a node, or of the application; ``None`` if it is unknown."""
    if node_id == APPLICATION:
        return registry.get(APPLICATION_TYPE)
    node = document["nodes"].get(node_id)
    return registry.get(node.get("type")) if isinstance(node, dict) else None


# --- the view: props as they stand on disk ------------------------------------------------------


def view_props(props: Mapping[str, Json], definition: Definition | None) -> dict[str, Json]:
    """Return *props* as plain JSON in the disk form's shape, references still by id.

    Lists are arrays, sets are sorted arrays, texts are strings. What is empty or equal to its
    default is left out; the keys stand in the definition's order, others sorted behind.
    """
    if definition is None:
        return {key: _generic(props[key]) for key in sorted(props)}
    return _members(props, definition.shape, definition.property)


def view_of(value: Json, shape: Shape | None) -> Json:
    """Return one value as plain JSON in the disk form's shape; see :func:`view_props`."""
    if is_expression(value):
        return {"expr": str(value["expr"])}
    if shape is None:
        return _generic(value)
    if isinstance(value, SharedMap):
        if shape.merge == "map":
            return _members(value, shape, shape.member)
        if shape.merge == "set":
            return sorted(key for key, is_member in value.items() if is_member is True)
        if shape.merge == "list":
            return [_entry(entry, shape) for _, entry in entries_of(value)]
    if isinstance(value, (dict, list)) and shape.merge == "lww":
        return _register(plain(value), shape)
    return _generic(value)


def _entry(entry: Mapping[str, Json], shape: Shape) -> Json:
    item = shape.item
    if item is None or not shape.has_entries:
        return view_of(entry.get("value"), item)
    members = {key: value for key, value in entry.items() if key != "order"}
    return _members(members, item, item.member)


def _members(members: Mapping[str, Json], shape: Shape, member_shape: Any) -> dict[str, Json]:
    view: dict[str, Json] = {}
    for key in _ordered(members, shape):
        member: Shape | None = member_shape(key)
        value = view_of(members[key], member)
        if member is not None and _is_left_out(value, member):
            continue
        view[key] = value
    return view


def _is_left_out(value: Json, shape: Shape) -> bool:
    if shape.merge != "lww":
        return value in ({}, [], "")
    return is_default(value, shape)


def _ordered(members: Mapping[str, Json], shape: Shape) -> list[str]:
    declared = [key for key in shape.properties if key in members]
    return declared + sorted(members.keys() - shape.properties.keys())


def _register(value: Json, shape: Shape) -> Json:
    """Order the keys of a plain value; Yjs does not keep the order in which they were written."""
    if isinstance(value, dict):
        chosen = shape.variant(value)
        return {
            key: _register(value[key], chosen.properties[key])
            if key in chosen.properties
            else _generic(value[key])
            for key in _ordered(value, chosen)
        }
    if isinstance(value, list):
        item = shape.variant(value).item
        return [_register(member, item) if item else _generic(member) for member in value]
    return value


def _generic(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _generic(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_generic(item) for item in value]
    return str(value) if isinstance(value, str) else value
