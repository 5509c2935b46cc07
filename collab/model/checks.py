"""Checks: what is refused in an application room, looked for on the touched nodes only.

Refused is what would make the document unreadable for everybody else: a node that is no node, a
wrong JSON type, a shared type where one value belongs (or the other way round: clients would merge
differently), a cycle, too many nodes. Everything that a person may leave unfinished or get wrong
(something required that is missing, a number out of range, an unknown component, a name that leads
nowhere) is accepted and shown: see ``problems``.

The cost is that of the touched nodes and of the chain of their parents, however large the document
is. SPEC: section MD. Called by ``room`` after a change was applied and before it is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from collab.limits import NODES_MAX, TREE_DEPTH_MAX
from collab.model.document import APPLICATION, APPLICATION_TYPE, Document, definition_id
from collab.model.order import is_order_key
from collab.model.registry import Registry
from collab.model.schema import ANY, Shape, is_expression, type_name
from collab.model.structure import check_plain
from collab.values import Json, Path, SharedList, SharedMap, SharedText

__all__ = ["Refusal", "check_application", "check_nodes"]

Before: TypeAlias = Callable[[str], Json | None]
Fault: TypeAlias = tuple[str, Path, str]
Faults: TypeAlias = list[Fault]

_NODE_KEYS = frozenset({"type", "place", "props"})
_SHARED = frozenset({SharedMap, SharedList, SharedText})
_CONTAINERS = {
    "map": "a shared map",
    "set": "a shared map of true",
    "list": "a shared map of entries",
}
_CODES = {"wrong_type": "check_value_type", "unknown_key": "check_property"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change is refused: a stable code, where (from the document's root), and a reason.

    ``node`` is the id of the node to blame, ``"application"`` for the application.
    """

    code: str
    path: Path
    message: str
    node: str


def check_nodes(
    document: Document,
    touched: Collection[str],
    registry: Registry,
    before: Before | None = None,
    removed: Collection[str] = (),
) -> list[Refusal]:
    """Return what is refused about the *touched* nodes of *document*, as it is after the change.

    *before* gives a node as it was (``None``: not there); with it a changed type is found.
    *removed* are the ids whose entry was taken out of ``nodes``, which only the server does.
    An empty list means that the change may be logged. Source: [MD5].
    """
    nodes = document["nodes"]
    refusals = [_purged(node_id) for node_id in removed]
    if len(nodes) > NODES_MAX:
        # Those who merely edit what is there are not to blame.
        added = [one for one in touched if one in nodes and (before is None or before(one) is None)]
        message = f"a model has at most {NODES_MAX} nodes"
        refusals += [Refusal("limit_nodes", ("nodes", one), message, one) for one in added]
    for node_id in touched:
        node = nodes.get(node_id)
        if node is None and node_id not in nodes:
            if before is not None and before(node_id) is not None and node_id not in removed:
                refusals.append(_purged(node_id))
            continue
        root: Path = ("nodes", node_id)
        found = _check_node(node_id, node, document, registry, before)
        refusals.extend(
            Refusal(code, (*root, *path), message, node_id) for code, path, message in found
        )
    return refusals


def check_application(document: Document, registry: Registry) -> list[Refusal]:
    """Return what is refused about the application's own properties. Source: [MD5]."""
    application = document.get("application")
    definition = registry.get(APPLICATION_TYPE)
    assert definition is not None, "the application's definition is built in"
    root: Path = (APPLICATION,)
    if type(application) is not SharedMap:
        return [Refusal("check_shape", root, "the application must be a shared map", APPLICATION)]
    found: Faults = []
    for key, value in application.items():
        shape = definition.property(key)
        if shape is not None:
            _check_value(value, shape, (key,), found)
    return [Refusal(code, (*root, *path), message, APPLICATION) for code, path, message in found]


def _purged(node_id: str) -> Refusal:
    message = "a node is deleted by setting its place to null; only the server purges"
    return Refusal("check_purge", ("nodes", node_id), message, node_id)


def _check_node(
    node_id: str,
    node: Json,
    document: Document,
    registry: Registry,
    before: Before | None,
) -> Faults:
    found: Faults = []
    if not node_id or node_id == APPLICATION:
        found.append(("check_node", (), f"a node may not have the id {node_id!r}"))
    if type(node) is not SharedMap:
        reason = f"a node must be a shared map, not a plain {type_name(node)}"
        return [*found, ("check_node", (), reason)]
    for key in sorted(node.keys() ^ _NODE_KEYS):
        fault = "has an unknown key" if key in node else "lacks the key"
        found.append(("check_node", (key,), f"a node {fault} {key!r}"))
    if not node.keys() >= _NODE_KEYS:
        return found
    type_, props = node["type"], node["props"]
    if type(type_) is not str or not definition_id(type_):
        found.append(("check_type", ("type",), "a node's type is a name such as Button@1"))
    elif before is not None:
        _check_same_type(type_, before(node_id), found)
    _check_place(node_id, node["place"], document["nodes"], found)
    if type(props) is not SharedMap:
        return [*found, ("check_shape", ("props",), "props must be a shared map")]
    definition = registry.get(type_)
    if definition is not None:
        for key, value in props.items():
            shape = definition.property(key)
            if shape is not None:
                _check_value(value, shape, ("props", key), found)
    return found


def _check_same_type(type_: str, earlier: Json | None, found: Faults) -> None:
    # Another version of the same definition is a migration; another definition is another node.
    if isinstance(earlier, dict) and definition_id(earlier.get("type")) != definition_id(type_):
        reason = f"a node cannot turn from {earlier.get('type')} into {type_}"
        found.append(("check_type", ("type",), reason))


def _check_place(node_id: str, place: Json, nodes: Json, found: Faults) -> None:
    if place is None:
        return
    if type(place) is not list or len(place) != 3 or any(type(step) is not str for step in place):
        reason = "a place is one plain value: null, or [parent, slot, order key]"
        found.append(("check_place", ("place",), reason))
        return
    if not place[1]:
        found.append(("check_place", ("place", 1), "a slot has a name"))
    if not is_order_key(place[2]):
        found.append(("check_order", ("place", 2), f"{place[2]!r} is no order key"))
    parent = place[0]
    for _ in range(TREE_DEPTH_MAX):
        if parent == node_id:
            found.append(("check_cycle", ("place",), "a node cannot stand inside itself"))
            return
        above = nodes.get(parent)
        above_place = above.get("place") if isinstance(above, dict) else None
        if type(above_place) is not list or not above_place:
            return
        parent = above_place[0]
    # A longer chain may also be a circle above this node; either way it goes no further.
    found.append(("check_depth", ("place",), f"a tree has at most {TREE_DEPTH_MAX} levels"))


def _check_value(value: Json, shape: Shape, path: Path, found: Faults) -> None:
    """Note what is wrong with one value of the live form; an expression may stand anywhere."""
    kind = type(value)
    if kind is SharedMap and len(value) == 1 and "expr" in value:
        if type(value["expr"]) is SharedText:
            return
        if type(value["expr"]) is str:
            reason = "the text of an expression is a shared text"
            found.append(("check_shape", (*path, "expr"), reason))
            return
    merge = shape.merge
    if merge == "lww":
        _check_register(value, shape, path, found)
    elif merge == "text":
        if kind is not SharedText:
            found.append(_mismatch(value, path, "a shared text", is_type_right=kind is str))
    elif kind is not SharedMap:
        found.append(_mismatch(value, path, _CONTAINERS[merge], is_type_right=kind is dict))
    elif merge == "map":
        _check_members(value, shape, path, found)
    elif merge == "list":
        _check_list(value, shape, path, found)
    else:
        for key, item in value.items():
            if item is not True:
                found.append(("check_value_type", (*path, key), "the members of a set are true"))


def _check_register(value: Json, shape: Shape, path: Path, found: Faults) -> None:
    kind = type(value)
    if kind in _SHARED:
        reason = "this property is one plain value, not a shared type"
        found.append(("check_shape", path, reason))
    elif kind is dict and is_expression(value) and not (shape.types and dict in shape.types):
        reason = "an expression is a shared map with a shared text"
        found.append(("check_shape", path, reason))
    elif shape.types is None or kind not in shape.types or kind in (dict, list):
        # A scalar of a declared type, by far the most usual value, needs no second look.
        for place, code, reason in check_plain(value, shape, path):
            found.append((_CODES[code], place, reason))


def _check_members(value: SharedMap, shape: Shape, path: Path, found: Faults) -> None:
    for key, item in value.items():
        member = shape.member(key)
        if member is None:
            found.append(("check_property", (*path, key), f"unknown key {key!r}"))
        else:
            _check_value(item, member, (*path, key), found)


def _check_list(value: SharedMap, shape: Shape, path: Path, found: Faults) -> None:
    item = shape.item or ANY
    entry_shape = item if shape.has_entries else Shape(properties={"value": item}, is_closed=True)
    for entry_id, entry in value.items():
        place = (*path, entry_id)
        if type(entry) is not SharedMap:
            is_object = type(entry) is dict
            found.append(_mismatch(entry, place, "a shared map", is_type_right=is_object))
            continue
        if not is_order_key(entry.get("order")):
            found.append(("check_order", (*place, "order"), "an entry needs an order key"))
        if not shape.has_entries and "value" not in entry:
            found.append(("check_value_type", place, "an entry needs its value"))
        members = {key: member for key, member in entry.items() if key != "order"}
        _check_members(SharedMap(members), entry_shape, place, found)


def _mismatch(value: Json, path: Path, wanted: str, *, is_type_right: bool) -> Fault:
    """Return the refusal of a plain value where a shared one belongs, or of another type."""
    if is_type_right:
        return "check_shape", path, f"must be {wanted}, not a plain {type_name(value)}"
    return "check_value_type", path, f"must be {wanted}, not {type_name(value)}"
