"""The diff: one json0 op that turns a room's model into an imported one.

The op says as little as it can, so that an import is one revision that people can read, and what
did not change keeps its identity: containers are kept and their members changed, texts are edited
and not replaced, order keys stay wherever the order is as it was, and what the file no longer has
goes into the Trash. The same file twice gives an empty op. SPEC: section MD. Called by ``host``.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from collab.model.document import (
    APPLICATION,
    APPLICATION_TYPE,
    Document,
    Tree,
    entries_of,
    place_of,
    view_of,
)
from collab.model.match import match, renamed
from collab.model.order import keys_between
from collab.model.registry import Registry
from collab.model.schema import MISSING, Shape, is_default, is_expression
from collab.values import (
    Json,
    Path,
    SharedMap,
    SharedText,
    copy_json,
    json_equal,
    utf16_length,
)

__all__ = ["Component", "Components", "import_op", "member_changes", "replacement"]

Component: TypeAlias = dict[str, Any]
Components: TypeAlias = Iterator[Component]


def import_op(current: Document, imported: Document, registry: Registry) -> list[Component]:
    """Return the json0 op that makes *current* the *imported* model; both stay as they are.

    Values of ``od`` and ``oi`` carry the marks of the live form; text edits are ``si`` and ``sd``
    with offsets in UTF-16 code units. Source: [MD11].
    """
    nodes = renamed(imported, match(current, imported), registry)
    target: Document = {"application": imported["application"], "nodes": nodes}
    return [
        *_application(current, target, registry),
        *_nodes(current, target, registry),
        *_deletions(current, target),
    ]


def _application(current: Document, target: Document, registry: Registry) -> Components:
    definition = registry.get(APPLICATION_TYPE)
    assert definition is not None, "the application's definition is built in"
    old, new = current["application"], target["application"]
    yield from member_changes(("application",), old, new, definition.property)


def _nodes(current: Document, target: Document, registry: Registry) -> Components:
    places = _places(current, target)
    for node_id, node in target["nodes"].items():
        path: Path = ("nodes", node_id)
        old = current["nodes"].get(node_id)
        place = places[node_id]
        if old is None:
            created = copy_json(node)
            created["place"] = place
            yield {"p": list(path), "oi": created}
            continue
        if old.get("type") != node["type"]:
            yield replacement((*path, "type"), old.get("type", MISSING), node["type"])
        if not json_equal(old.get("place"), place):
            yield replacement((*path, "place"), old.get("place", MISSING), place)
        definition = registry.get(node["type"])
        member = (lambda key: None) if definition is None else definition.property
        yield from member_changes((*path, "props"), old["props"], node["props"], member)


def _deletions(current: Document, target: Document) -> Components:
    """Put what the file has not into the Trash: the topmost nodes; the rest stays beneath them.

    What already lay beneath a node in the Trash that the file brings back is looked at too.
    """
    kept = target["nodes"]
    for node_id, node in current["nodes"].items():
        place = place_of(node)
        if node_id in kept or place is None:
            continue
        if place.parent == APPLICATION or place.parent in kept:
            yield replacement(("nodes", node_id, "place"), list(place), None)


# --- order --------------------------------------------------------------------------------------


def _places(current: Document, target: Document) -> dict[str, list[str]]:
    """Return the place of every target node, with the current order keys where they still fit."""
    tree = Tree(target)
    places: dict[str, list[str]] = {}
    parents = (APPLICATION, *target["nodes"])
    for parent in parents:
        for slot, siblings in tree.slots(parent).items():
            keys: dict[str, str] = {}
            for node_id in siblings:
                place = place_of(current["nodes"].get(node_id))
                if place is not None and (place.parent, place.slot) == (parent, slot):
                    keys[node_id] = place.order
            for node_id, order in _orders(siblings, keys).items():
                places[node_id] = [parent, slot, order]
    return places


def _orders(wanted: list[str], keys: Mapping[str, str]) -> dict[str, str]:
    """Return order keys that sort *wanted* as it stands, keeping as many of *keys* as possible."""
    kept = _longest_rising([name for name in wanted if name in keys], keys)
    orders: dict[str, str] = {}
    waiting: list[str] = []
    lower: str | None = None
    for name in wanted:
        if name not in kept or (waiting and lower == keys[name]):
            # Between two equal keys, told apart by their ids, no key can be put.
            waiting.append(name)
            continue
        orders.update(zip(waiting, keys_between(lower, keys[name], len(waiting)), strict=True))
        orders[name] = lower = keys[name]
        waiting = []
    orders.update(zip(waiting, keys_between(lower, None, len(waiting)), strict=True))
    return orders


def _longest_rising(names: list[str], keys: Mapping[str, str]) -> set[str]:
    """Return the most names that already stand in rising order of key, then of name."""
    tails: list[tuple[str, str]] = []
    tail_names: list[str] = []
    previous: dict[str, str | None] = {}
    for name in names:
        rank = (keys[name], name)
        position = bisect_left(tails, rank)
        previous[name] = tail_names[position - 1] if position else None
        tails[position : position + 1] = [rank]
        tail_names[position : position + 1] = [name]
    kept: set[str] = set()
    step = tail_names[-1] if tail_names else None
    while step is not None:
        kept.add(step)
        step = previous[step]
    return kept


# --- values -------------------------------------------------------------------------------------


def member_changes(path: Path, old: Json, new: Json, member_shape: Any) -> Components:
    """Yield what changes the members of a map that stays: props, a ``map``, a list's entry.

    *member_shape* gives the shape of a member by its key, None for one that is not declared.
    """
    for key, value in new.items():
        yield from _value((*path, key), old.get(key, MISSING), value, member_shape(key))
    for key, value in old.items():
        shape: Shape | None = member_shape(key)
        # A value equal to its default is left out on disk; that it is not there says nothing.
        if key not in new and (shape is None or not is_default(view_of(value, shape), shape)):
            yield {"p": [*path, key], "od": copy_json(value)}


def _value(path: Path, old: Json, new: Json, shape: Shape | None) -> Components:
    if old is not MISSING and type(old) is type(new):
        if isinstance(new, SharedText):
            yield from _text(path, old, new)
            return
        if isinstance(new, SharedMap) and is_expression(old) == is_expression(new):
            if shape is not None and shape.merge == "list" and not is_expression(new):
                yield from _list(path, old, new, shape)
            else:
                inner = (lambda key: None) if shape is None else shape.member
                yield from member_changes(path, old, new, inner)
            return
        if json_equal(old, new):
            return
    yield replacement(path, old, new)


def replacement(path: Path, old: Json, new: Json) -> Component:
    """Return what puts *new* where *old* is; ``MISSING`` where nothing is."""
    component: Component = {"p": list(path)}
    if old is not MISSING:
        component["od"] = copy_json(old)
    component["oi"] = copy_json(new)
    return component


def _text(path: Path, old: str, new: str) -> Components:
    """Replace what lies between the common beginning and the common end."""
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    offset = utf16_length(old[:start])
    removed, inserted = old[start : len(old) - end], new[start : len(new) - end]
    if removed:
        yield {"p": [*path, offset], "sd": str(removed)}
    if inserted:
        yield {"p": [*path, offset], "si": str(inserted)}


def _list(path: Path, old: Json, new: Json, shape: Shape) -> Components:
    """Change a list of entries: what is the same stays the same entry, wherever it stands."""
    item = shape.item
    old_entries, new_entries = dict(entries_of(old)), entries_of(new)
    matched = _match_entries(old_entries, new_entries, shape)
    names = [matched[entry_id] for entry_id, _ in new_entries]
    keys = {name: old_entries[name]["order"] for name in names if name in old_entries}
    orders = _orders(names, keys)
    for entry_id, entry in new_entries:
        name = matched[entry_id]
        wanted = SharedMap({**entry, "order": orders[name]})
        if name not in old_entries:
            yield {"p": [*path, name], "oi": copy_json(wanted)}
            continue
        inner = item.member if shape.has_entries and item is not None else (lambda key: item)
        yield from member_changes((*path, name), old_entries[name], wanted, inner)
    for entry_id, entry in old.items():
        if entry_id not in names:
            yield {"p": [*path, entry_id], "od": copy_json(entry)}


def _match_entries(
    old: Mapping[str, Mapping[str, Json]],
    new: list[tuple[str, Mapping[str, Json]]],
    shape: Shape,
) -> dict[str, str]:
    """Return for each new entry the id it gets: that of its equal, else its own if it is free.

    Entries that a file gives no id are called by their position, and positions shift when a line
    is put in. So equal content goes before equal id.
    """
    by_content: dict[str, list[str]] = {}
    for entry_id, entry in old.items():
        by_content.setdefault(_content(entry, shape), []).append(entry_id)
    matched: dict[str, str] = {}
    equals = {entry_id: by_content.get(_content(entry, shape), []) for entry_id, entry in new}
    for entry_id, candidates in equals.items():
        if entry_id in candidates:
            candidates.remove(entry_id)
            matched[entry_id] = entry_id
    for entry_id, candidates in equals.items():
        if entry_id not in matched and candidates:
            matched[entry_id] = candidates.pop(0)
    taken = set(matched.values())
    for entry_id, _ in new:
        if entry_id not in matched:
            name = entry_id
            while name in taken:
                name += "-"
            matched[entry_id] = name
            taken.add(name)
    return matched


def _content(entry: Mapping[str, Json], shape: Shape) -> str:
    view = view_of(SharedMap(entry=entry), Shape(merge="list", item=shape.item))
    return json.dumps(view, sort_keys=True)
