"""Naming: what nodes, properties and values are called in the history.

The same words as in the designer: a node by its own words with its definition's title, a property
by its title, values shortened to a few characters. SPEC: section HI. Called by ``changes``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from collab.limits import HISTORY_VALUE_CHARACTERS_MAX
from collab.model.document import definition_id
from collab.model.registry import Registry
from collab.model.schema import MISSING, is_expression, is_reference
from collab.values import Json, Path

__all__ = ["kind_of", "name_of", "part_of", "subject_of", "value_of"]

_NAMING: Final = ("name", "title", "label", "text", "content")
_HUMP: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])")


def subject_of(node: Json, registry: Registry) -> str:
    """Return what a node is called: ``Button ‘Save’``, ``field total``, ``page Orders``."""
    kind, own = kind_of(node, registry), _own_words(node)
    if not own or kind == "the app":
        return kind
    return f"{kind} ‘{own}’" if _is_quoted(node, registry) else f"{kind} {own}"


def kind_of(node: Json, registry: Registry) -> str:
    """Return what sort of thing a node is: ``Button``, ``field``, ``step``, ``the app``."""
    type_ = node.get("type") if isinstance(node, dict) else None
    definition = registry.get(type_)
    if definition is None:
        return _in_words(definition_id(type_)) or "an element"
    match definition.kind:
        case "application":
            return "the app"
        case "step":
            return "step"
        case "component":
            return definition.title
        case _:
            return definition.title.lower()


def name_of(value: Json) -> str | None:
    """Return a name as it stands in a sentence; None for what is none."""
    return _clipped(value) if isinstance(value, str) and value.strip() else None


def part_of(path: Path, properties: Mapping[str, Any], container: Json) -> str:
    """Return what *path*, in the props of a node, leads to: ``padding in style``.

    *properties* are those of the definition's schema; *container* is what stands at the path's
    first step, whose entries have ids that say nothing to people.
    """
    if not path:
        return "something"
    first = path[0]
    schema = properties.get(first) if isinstance(first, str) else None
    title = schema.get("title") if isinstance(schema, Mapping) else None
    whole = title.lower() if isinstance(title, str) else _in_words(first)
    # An expression and the value of an entry are the thing itself.
    inner = [step for step in path[1:] if step not in ("expr", "value")]
    if not inner:
        return whole
    steps = [_in_words(step) for step in reversed(inner)]
    entry = container.get(inner[0]) if isinstance(container, dict) else None
    if isinstance(entry, dict) and "order" in entry:
        name = next((entry[key] for key in _NAMING if isinstance(entry.get(key), str)), "")
        steps[-1] = f"‘{_clipped(name)}’" if name else "an entry"
    return f"{' of '.join(steps)} in {whole}"


def value_of(value: Json, nodes: Mapping[str, Json]) -> str | None:
    """Return a value in words: None where there is none, empty where it would take too many.

    *nodes* are the document's: a reference is told by the name of what it refers to.
    """
    if value is MISSING:
        return None
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return f"‘{_clipped(value)}’" if value.strip() else "nothing"
    if isinstance(value, int | float):
        return str(value)
    if is_expression(value):
        return f"= {_clipped(value['expr'])}"
    if is_reference(value):
        return _own_words(nodes.get(value["ref"])) or "something that is gone"
    return "nothing" if not value else ""


def _own_words(node: Json) -> str:
    props = node.get("props") if isinstance(node, dict) else None
    if not isinstance(props, dict):
        return ""
    words = (props.get(key) for key in _NAMING)
    return next((_clipped(word) for word in words if isinstance(word, str) and word.strip()), "")


def _is_quoted(node: Json, registry: Registry) -> bool:
    """Return whether a node's words are prose of its own and not a name that expressions use."""
    definition = registry.get(node.get("type"))
    return definition is None or definition.kind in ("component", "step")


def _in_words(name: object) -> str:
    return _HUMP.sub(" ", _clipped(str(name))).replace("_", " ").lower()


def _clipped(text: str) -> str:
    line = " ".join(text[: 8 * HISTORY_VALUE_CHARACTERS_MAX].split())
    if len(line) <= HISTORY_VALUE_CHARACTERS_MAX:
        return line
    return line[: HISTORY_VALUE_CHARACTERS_MAX - 1].rstrip() + "…"
