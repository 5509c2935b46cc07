"""Reading values of unknown shape out of the live form. Sans-I/O.

The room refuses wrong JSON types where a definition says which, but a preview must not fail over a
model that somebody imported years ago. SPEC: section AM. Called by ``application`` and whoever
reads properties of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = [
    "NAME",
    "children",
    "expression",
    "flag",
    "items",
    "kind_of",
    "members",
    "number",
    "reference",
    "text",
]

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def kind_of(node: Any) -> str:
    """Return the name of a node's type without its version: ``Field`` for ``Field@1``."""
    type_ = node.get("type") if isinstance(node, Mapping) else None
    return type_.partition("@")[0] if isinstance(type_, str) else ""


def text(props: Mapping[str, Any], name: str) -> str:
    """Return a text, or an empty one."""
    value = props.get(name)
    return value if isinstance(value, str) else ""


def flag(props: Mapping[str, Any], name: str) -> bool:
    """Return whether the property is true itself, not merely something."""
    return props.get(name) is True


def number(props: Mapping[str, Any], name: str, default: int, minimum: int, maximum: int) -> int:
    """Return an integer within its bounds, or *default* where there is none."""
    value = props.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return default
    return min(max(int(value), minimum), maximum)


def expression(value: Any) -> str:
    """Return the source of ``{"expr": …}``, or an empty text for anything else."""
    if isinstance(value, Mapping) and len(value) == 1 and isinstance(value.get("expr"), str):
        return str(value["expr"])
    return ""


def reference(value: Any) -> str:
    """Return the id of ``{"ref": …}``, or an empty text for anything else."""
    if isinstance(value, Mapping) and len(value) == 1 and isinstance(value.get("ref"), str):
        return str(value["ref"])
    return ""


def members(value: Any) -> frozenset[str]:
    """Return the members of a ``set``: the keys that are true, or the texts of an array."""
    if isinstance(value, Mapping):
        return frozenset(key for key, is_member in value.items() if is_member is True)
    if isinstance(value, list):
        return frozenset(item for item in value if isinstance(item, str))
    return frozenset()


def items(value: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a ``list`` in order, scalars of an array as ``{"value": …}``."""
    if isinstance(value, list):
        return [item if isinstance(item, Mapping) else {"value": item} for item in value]
    if not isinstance(value, Mapping):
        return []
    entries = [
        (_key(item.get("order")), key, item) for key, item in value.items() if _is_entry(item)
    ]
    return [item for _, _, item in sorted(entries, key=lambda entry: (entry[0], _key(entry[1])))]


def children(nodes: Mapping[str, Any], kinds: frozenset[str]) -> dict[tuple[str, str], list[str]]:
    """Return the ids of placed nodes of these kinds by parent and slot, in order."""
    found: dict[tuple[str, str], list[tuple[bytes, bytes, str]]] = {}
    for node_id, node in nodes.items():
        place = node.get("place") if isinstance(node, Mapping) else None
        if kind_of(node) in kinds and isinstance(place, list) and len(place) == 3:
            parent, slot, order = place
            entry = (_key(order), _key(node_id), node_id)
            found.setdefault((str(parent), str(slot)), []).append(entry)
    return {where: [entry[2] for entry in sorted(entries)] for where, entries in found.items()}


def _is_entry(item: Any) -> bool:
    return isinstance(item, Mapping)


def _key(text_: Any) -> bytes:
    # Order keys compare by UTF-16 code unit everywhere, as JavaScript does.
    return text_.encode("utf-16-be", "surrogatepass") if isinstance(text_, str) else b""
