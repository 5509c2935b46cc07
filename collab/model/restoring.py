"""Restoring: one json0 op that makes a room's model what it was at an earlier revision.

Whatever stood in the application then stands there again, under its own id and in its own place;
what has come since goes into the Trash, where nothing is lost. Containers and texts are kept and
changed, as by an import, so that what others edit meanwhile survives. Unlike an import this never
matches by name: both documents are the same room's. SPEC: section HI. Called by ``api``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from collab.model.diff import Component, Components, member_changes, replacement
from collab.model.document import (
    APPLICATION,
    APPLICATION_TYPE,
    Document,
    Tree,
    place_of,
)
from collab.model.registry import Registry
from collab.model.schema import MISSING, Shape
from collab.values import Json, Path, SharedMap, SharedText, copy_json, json_equal

__all__ = ["restore_op"]


def restore_op(current: Document, past: Document, registry: Registry) -> list[Component]:
    """Return the json0 op after which *current* has the model of *past*; both stay as they are.

    What both say the same is left out, so that restoring twice gives an empty op. Values carry the
    marks of the live form. Source: [HI8].
    """
    # Parents come before what is in them.
    live = dict.fromkeys(Tree(past).live())
    definition = registry.get(APPLICATION_TYPE)
    assert definition is not None, "the application's definition is built in"
    head, old_head = past["application"], current["application"]
    return [
        *_props(("application",), old_head, head, definition.property),
        *_trashed(current, live),
        *_restored(current, past, live, registry),
    ]


def _trashed(current: Document, live: Collection[str]) -> Components:
    """Put what did not stand in the application into the Trash: the topmost; the rest is inside.

    What stands in something that is not restored either goes with that one.
    """
    for node_id, node in current["nodes"].items():
        place = place_of(node)
        if node_id in live or place is None:
            continue
        if place.parent == APPLICATION or place.parent in live:
            yield replacement(("nodes", node_id, "place"), node["place"], None)


def _restored(
    current: Document, past: Document, live: Collection[str], registry: Registry
) -> Components:
    # Parents come first, so that each op of a long import is one onto something that is there.
    for node_id in Tree(past).live():
        if node_id not in live:
            continue
        path: Path = ("nodes", node_id)
        node, old = past["nodes"][node_id], current["nodes"].get(node_id)
        if old is None:
            yield {"p": list(path), "oi": copy_json(node)}
            continue
        for key in ("type", "place"):
            if not json_equal(old.get(key), node.get(key)):
                yield replacement((*path, key), old.get(key, MISSING), node.get(key))
        definition = registry.get(node.get("type"))
        member = _anything if definition is None else definition.property
        yield from _props((*path, "props"), old.get("props", {}), node.get("props", {}), member)


def _anything(_: str) -> Shape | None:
    return None


def _props(
    path: Path,
    old: Mapping[str, Json],
    past: Mapping[str, Json],
    member_shape: Callable[[str], Shape | None],
) -> Components:
    """Yield what makes *old* props what they were; containers that are new since are emptied."""
    wanted = SharedMap(past)
    for key, value in old.items():
        shape = member_shape(key)
        is_container = isinstance(value, SharedMap | SharedText)
        if key not in wanted and is_container and shape is not None and shape.merge != "lww":
            # Clients write into a container as they found it: it is not taken from under them.
            wanted[key] = type(value)()
    yield from member_changes(path, old, wanted, member_shape)
