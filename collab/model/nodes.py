"""Nodes: how the live form is built, with all its containers, from values as they stand on disk.

A node is created whole: every ``map``, ``set``, ``list`` and ``text`` property of its definition
is there from the start, empty if need be. So nobody creates a container later, and two people who
add their first column at the same time both add it to the same list. SPEC: section MD.
Called by ``reader``, ``diff``, the Python client and tests.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence

from collab.model.definition import Definition
from collab.model.order import keys_between
from collab.model.schema import Shape, is_default, is_expression
from collab.values import Json, SharedList, SharedMap, SharedText, copy_json

__all__ = [
    "build_node",
    "build_props",
    "build_value",
    "derive_id",
    "entry_ids",
    "expression",
]

_ID_LENGTH = 10


def expression(text: str) -> SharedMap:
    """Return an expression in the live form; it may stand wherever a value may."""
    return SharedMap(expr=SharedText(text))


def derive_id(*steps: str) -> str:
    """Return the id that a path of names always gives: ten letters and digits, safe in a URL."""
    digest = hashlib.sha256("\x00".join(steps).encode("utf-8", "surrogatepass")).digest()
    return b32encode(digest).decode("ascii").lower()[:_ID_LENGTH]


def build_node(
    type_: str,
    place: Sequence[str] | None,
    view: Mapping[str, Json],
    definition: Definition | None,
) -> SharedMap:
    """Return a live node of *type_* whose props are *view*, props as they stand on disk."""
    return SharedMap(
        type=type_,
        place=None if place is None else list(place),
        props=build_props(view, definition),
    )


def build_props(view: Mapping[str, Json], definition: Definition | None) -> SharedMap:
    """Return live props with all containers; values equal to their default are left out.

    *view* fits the shapes of *definition* (``reader`` has checked it); without a definition
    objects and arrays become shared ones, as for everything that nothing is known of.
    """
    if definition is None:
        return SharedMap({key: _generic(value) for key, value in view.items()})
    props = SharedMap()
    for key, value in view.items():
        shape = definition.property(key)
        if shape is None or not is_default(value, shape):
            props[key] = build_value(value, shape)
    _add_containers(props, definition.shape)
    return props


def build_value(view: Json, shape: Shape | None) -> Json:
    """Return one value of the disk form in the live form that *shape* asks for."""
    if shape is None:
        return _generic(view)
    if is_expression(view):
        return expression(view["expr"])
    match shape.merge:
        case "map":
            return _build_map(view, shape)
        case "set":
            return SharedMap(dict.fromkeys(view, True))
        case "list":
            return _build_list(view, shape)
        case "text":
            return SharedText(view)
        case "lww":
            return copy_json(view)


def entry_ids(items: Sequence[Json]) -> list[str]:
    """Return the ids that the entries of a list get: their own, or one from name or position.

    Scalars are named by themselves. What comes twice is told apart by its count, and the count
    also goes past entries that have an id of their own, so that export and import agree.
    """
    owned = {item["id"] for item in items if isinstance(item, dict) and "id" in item}
    ids: list[str] = []
    counts: dict[str, int] = {}
    for index, item in enumerate(items):
        derived = _entry_name(item, index)
        counts[derived] = count = counts.get(derived, 0) + 1
        if count > 1:
            derived = f"{derived}-{count}"
        while derived in owned:
            derived += "-"
        own = item.get("id") if isinstance(item, dict) else None
        ids.append(own if isinstance(own, str) else derived)
    return ids


def _entry_name(item: Json, index: int) -> str:
    if isinstance(item, str):
        return derive_id(item)
    name = item.get("name") if isinstance(item, dict) else None
    return derive_id(name) if isinstance(name, str) else f"e{index}"


def _build_map(view: Mapping[str, Json], shape: Shape) -> SharedMap:
    members = SharedMap()
    for key, value in view.items():
        member = shape.member(key)
        if member is None or not is_default(value, member):
            members[key] = build_value(value, member)
    _add_containers(members, shape)
    return members


def _build_list(view: Sequence[Json], shape: Shape) -> SharedMap:
    item = shape.item
    assert item is not None, "the rules of a definition give every list its items"
    container = SharedMap()
    orders = keys_between(None, None, len(view))
    for entry_id, order, value in zip(entry_ids(view), orders, view, strict=True):
        if not shape.has_entries:
            container[entry_id] = SharedMap(order=order, value=build_value(value, item))
            continue
        members = {key: member for key, member in value.items() if key != "id"}
        container[entry_id] = SharedMap(order=order, **_build_map(members, item))
    return container


def _add_containers(members: SharedMap, shape: Shape) -> None:
    for key, member in shape.properties.items():
        if member.merge == "lww" or key in members:
            continue
        members[key] = build_value(
            {"list": [], "set": [], "text": ""}.get(member.merge, {}), member
        )


def _generic(view: Json) -> Json:
    if is_expression(view):
        return expression(view["expr"])
    if isinstance(view, dict):
        return SharedMap({key: _generic(item) for key, item in view.items()})
    if isinstance(view, list):
        return SharedList(_generic(item) for item in view)
    return view
