"""Random edits of an application, good ones and ones that a room has to refuse.

They are made up from the client's own view of the document and from the definitions, so that one
generator serves pycrdt, npm's Yjs and OT clients.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from collab.model.definition import Definition
from collab.model.nodes import build_node
from collab.model.order import key_between
from collab.model.registry import Registry
from collab.model.schema import Shape
from collab.values import Json, SharedList, SharedMap, SharedText, utf16_length
from tests.room.edits import random_text
from tests.room.intents import DeleteKey, DeleteText, InsertText, Intent, Raw, SetKey

__all__ = ["bad_edit", "good_edit"]

_PARENTS: Final = ("Page@1", "Card@1", "Form@1", "Stack@1", "Grid@1")
_TYPES: Final = (
    *_PARENTS,
    "Button@1",
    "Markdown@1",
    "Table@1",
    "Field@1",
    "DataModel@1",
    "Operation@1",
    "Role@1",
    "Select@1",
)


def good_edit(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    """Return the intents of one user's action that every room accepts."""
    document = _sound(document)
    nodes = document["nodes"]
    if len(nodes) < 3 or (len(nodes) < 15 and rng.random() < 0.1):
        return [_add_node(rng, document, registry)]
    choices: list[Callable[..., list[Intent]]] = [
        _type_text,
        _type_text,
        _type_text,
        _set_register,
        _set_register,
        _move,
        _trash,
        _edit_members,
        _edit_members,
    ]
    return rng.choice(choices)(rng, document, registry) or _rename(rng, document)


def _sound(document: Json) -> Json:
    """Return the document without nodes that are broken here until the room's answer comes."""
    nodes = {
        node_id: node
        for node_id, node in document["nodes"].items()
        if isinstance(node, dict)
        and node.keys() == {"type", "place", "props"}
        and isinstance(node["type"], str)
        and isinstance(node["props"], dict)
        and (node["place"] is None or isinstance(node["place"], list))
    }
    return {"application": document["application"], "nodes": nodes}


def _rename(rng: random.Random, document: Json) -> list[Intent]:
    return [SetKey(("application",), "name", random_text(rng))]


def _add_node(rng: random.Random, document: Json, registry: Registry) -> Intent:
    type_ = rng.choice(_TYPES)
    node = build_node(type_, _place(rng, document), {"name": random_text(rng)}, registry.get(type_))
    # Few ids, so that two clients sometimes add the same one.
    return (
        SetKey(("nodes",), f"n{rng.randrange(40)}ß", node)
        if len(document["nodes"]) < 30
        else (SetKey(("application",), "name", random_text(rng)))
    )


def _place(rng: random.Random, document: Json, without: str = "") -> list[str]:
    parents = ["application"]
    for node_id, node in document["nodes"].items():
        is_parent = isinstance(node, dict) and node.get("type") in _PARENTS
        if is_parent and not _is_inside(document["nodes"], node_id, without):
            parents.append(node_id)
    return [rng.choice(parents), "children", key_between(None, rng.choice([None, "a0", "a1"]))]


def _is_inside(nodes: Json, node_id: str, ancestor: str) -> bool:
    for _ in range(len(nodes) + 1):
        if node_id == ancestor:
            return True
        place = nodes.get(node_id, {}).get("place")
        if not place:
            return False
        node_id = place[0]
    return True


def _pick(rng: random.Random, document: Json) -> str:
    return str(rng.choice(sorted(document["nodes"])))


def _shapes(
    document: Json, node: str, registry: Registry
) -> tuple[Definition | None, dict[str, Shape]]:
    definition = registry.get(document["nodes"][node]["type"])
    return definition, dict(definition.shape.properties) if definition is not None else {}


def _type_text(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    places = [
        (node, key)
        for node in sorted(document["nodes"])
        for key, shape in _shapes(document, node, registry)[1].items()
        if shape.merge == "text" and isinstance(document["nodes"][node]["props"].get(key), str)
    ]
    if not places:
        return []
    node, key = rng.choice(places)
    text = document["nodes"][node]["props"][key]
    path = ("nodes", node, "props", key)
    start = rng.randint(0, len(text))
    index = utf16_length(text[:start])
    removed = text[start : start + rng.randint(1, 3)]
    if removed and rng.random() < 0.4:
        return [DeleteText(path, index, utf16_length(removed))]
    return [InsertText(path, index, random_text(rng))]


def _set_register(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    node = _pick(rng, document)
    _, shapes = _shapes(document, node, registry)
    names = [key for key, shape in shapes.items() if _is_plain_text(shape)]
    path = ("nodes", node, "props")
    if not names:
        return []
    key = rng.choice(names)
    if key in document["nodes"][node]["props"] and rng.random() < 0.2:
        return [DeleteKey(path, key)]
    if rng.random() < 0.1:
        return [SetKey(path, key, SharedMap(expr=SharedText(random_text(rng))))]
    return [SetKey(path, key, random_text(rng))]


def _is_plain_text(shape: Shape) -> bool:
    return shape.merge == "lww" and shape.types is not None and str in shape.types


def _move(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    node = _pick(rng, document)
    return [SetKey(("nodes", node), "place", _place(rng, document, without=node))]


def _trash(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    return [SetKey(("nodes", _pick(rng, document)), "place", None)]


def _edit_members(rng: random.Random, document: Json, registry: Registry) -> list[Intent]:
    """Set or remove a member of a set, an entry of a list, or a free member of a map."""
    places = [
        (node, key, shape)
        for node in sorted(document["nodes"])
        for key, shape in _shapes(document, node, registry)[1].items()
        if shape.merge in ("set", "list")
        and isinstance(document["nodes"][node]["props"].get(key), dict)
    ]
    if not places:
        return []
    node, key, shape = rng.choice(places)
    path = ("nodes", node, "props", key)
    container = document["nodes"][node]["props"][key]
    member = f"e{rng.randrange(6)}é"
    if member in container and rng.random() < 0.4:
        return [DeleteKey(path, member)]
    if shape.merge == "set":
        return [SetKey(path, member, True)]
    if member in container and shape.has_entries:
        return [SetKey((*path, member), "order", key_between(container[member]["order"], None))]
    entry = SharedMap(order=key_between(None, None))
    if not shape.has_entries:
        entry["value"] = random_text(rng)
    return [SetKey(path, member, entry)]


# --- bad edits ----------------------------------------------------------------------------------


def bad_edit(
    rng: random.Random, document: Json, registry: Registry, *, is_yjs: bool, is_js: bool = False
) -> list[Intent]:
    """Return the intents of an action that a room refuses, whole or in part.

    The result is empty where the document gives no occasion.
    """
    document = _sound(document)
    if not document["nodes"]:
        return []
    node = _pick(rng, document)
    choices: list[list[Intent]] = [
        _cycle(rng, document),
        [SetKey(("nodes", node), "place", "nowhere")],
        [SetKey(("nodes", node), "place", ["application", "children", "!"])],
        [SetKey(("nodes", node), "extra", random_text(rng))],
        [SetKey(("nodes", node), "type", 7)],
        [SetKey(("nodes", node), "type", "Other@1")],
        [SetKey(("nodes", node, "props"), "name", {"no": ["text"]})],
        [DeleteKey(("nodes", node), "props")],
        [DeleteKey(("nodes",), node)],
        _good_and_bad(rng, document, registry, node),
    ]
    if is_yjs:
        choices += [
            [SetKey(("nodes",), node, {"type": "Button@1", "place": None, "props": {}})],
            [SetKey(("nodes", node), "props", {})],
            [SetKey(("nodes", node, "props"), "name", SharedText("é"))],
            [SetKey(("nodes", node), "place", SharedList(["application", "children", "a0"]))],
            _plain_containers(rng, document, registry, node),
        ]
    if is_js:
        raw = rng.choice([{"$number": "NaN"}, {"$bytes": "AAH/"}])
        choices += [
            [SetKey(("nodes", node, "props"), "name", Raw(raw))],
            [SetKey(("nodes", node, "props"), "name", Raw({"$doc": "é"}))],
            [SetKey(("nodes", node, "props"), "name", Raw({"$xmlElement": "p"}))],
            [SetKey(("nodes", node, "props"), "name", Raw({"deep": [raw]}))],
        ]
    return rng.choice(choices)


def _cycle(rng: random.Random, document: Json) -> list[Intent]:
    first, second = _pick(rng, document), _pick(rng, document)
    return [
        SetKey(("nodes", first), "place", [second, "children", "a0"]),
        SetKey(("nodes", second), "place", [first, "children", "a0"]),
    ]


def _good_and_bad(
    rng: random.Random, document: Json, registry: Registry, node: str
) -> list[Intent]:
    bad: list[Intent] = [SetKey(("nodes", node), "extra", random_text(rng))]
    return bad + [
        intent
        for intent in good_edit(rng, document, registry)
        if intent.path[:2] != ("nodes", node)
        and not (isinstance(intent, SetKey) and intent.path == ("nodes",) and intent.key == node)
    ]


def _plain_containers(
    rng: random.Random, document: Json, registry: Registry, node: str
) -> list[Intent]:
    _, shapes = _shapes(document, node, registry)
    names: list[Any] = [key for key, shape in shapes.items() if shape.merge != "lww"]
    if not names:
        return []
    key = rng.choice(names)
    value = "é" if shapes[key].merge == "text" else {}
    return [SetKey(("nodes", node, "props"), key, value)]
