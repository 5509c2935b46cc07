"""Random edits of a tree of nodes in a free room, of which an operator's checks refuse some."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from collab.values import Json, SharedMap, SharedText
from tests.room.edits import random_text
from tests.room.intents import DeleteKey, InsertText, Intent, SetKey

__all__ = ["TREE_CHECKS", "tree_author"]

TREE_CHECKS: Final[dict[str, Any]] = {
    "version": 1,
    "nodes": {
        "at": "/bäume",
        "schema": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "maxLength": 12}},
        },
        "parent": "/in",
    },
    "schema": {"/clé": {"not": {"type": ["null", "array"]}}},
    "unique": [{"at": "/bäume", "field": "/key"}],
    "permissions": [{"path": "/bäume/*/locked", "write": ["owner"]}],
}

# Few of each, so that clients often mean the same.
_IDS: Final = ("ä", "b", "c", "d", "é")
_KEYS: Final = (1, 2, 3, True, "日本", "x", None)


def tree_author(root: tuple[str, ...]) -> Callable[[random.Random, Json], list[Intent]]:
    """Return what makes up one action; *root* leads to the document in what it is shown."""

    def write(rng: random.Random, shown: Json) -> list[Intent]:
        for name in root:
            shown = shown[name]
        nodes = shown.get("bäume")
        if not isinstance(nodes, dict) or rng.random() < 0.01:
            return [SetKey(root, "bäume", SharedMap())]
        if rng.random() < 0.1:
            return [SetKey(root, "clé", rng.choice([1, "é", None, []]))]
        path = (*root, "bäume")
        sound = [key for key in sorted(nodes) if isinstance(nodes[key], dict)]
        if not sound or rng.random() < 0.3:
            return [SetKey(path, rng.choice(_IDS), _node(rng))]
        node_id = rng.choice(sound)
        return [_edit(rng, (*path, node_id), nodes[node_id])]

    return write


def _node(rng: random.Random) -> Json:
    if rng.random() < 0.05:
        return random_text(rng)
    node = SharedMap(text=SharedText(random_text(rng)))
    if rng.random() < 0.5:
        node["in"] = rng.choice([None, *_IDS])
    if rng.random() < 0.3:
        node["key"] = rng.choice(_KEYS)
    if rng.random() < 0.05:
        node["locked"] = True
    return node


def _edit(rng: random.Random, path: tuple[str, ...], node: dict[str, Json]) -> Intent:
    choice = rng.random()
    if choice < 0.3:
        return SetKey(path, "in", rng.choice([None, *_IDS, *_IDS]))
    if choice < 0.5:
        return SetKey(path, "key", rng.choice(_KEYS))
    if choice < 0.55:
        return SetKey(path, "locked", rng.choice([True, False]))
    if choice < 0.7:
        return DeleteKey(path[:-1], path[-1])
    if choice < 0.75 and "text" in node:
        return DeleteKey(path, "text")
    if isinstance(node.get("text"), str):
        return InsertText((*path, "text"), 0, random_text(rng))
    return SetKey(path, "text", SharedText("é"))
