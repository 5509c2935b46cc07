"""Adoption: which parts of a value that an OT client inserts become shared types.

ShareDB knows JSON only. What it inserts into an application room is marked by what stands there:
an object or array becomes a shared one and a ``text`` property a shared text, except a value that
its definition calls one register. So edits that Yjs clients make inside it afterwards merge.
Nothing is added and nothing judged here: the client keeps exactly the JSON that it sent, and
``checks`` decides about the result. SPEC: section MD. Called by ``room`` for each inserted value.
"""

from __future__ import annotations

from collab.model.definition import Definition
from collab.model.document import APPLICATION_TYPE, Document
from collab.model.nodes import expression
from collab.model.registry import Registry
from collab.model.schema import ANY, Shape, is_expression
from collab.values import Json, Path, SharedList, SharedMap, SharedText, plain

__all__ = ["adopt"]


def adopt(path: Path, value: Json, document: Document, registry: Registry) -> Json:
    """Return *value*, about to be inserted at *path*, with the marks of the live form.

    *path* begins with ``"application"`` or ``"nodes"`` (or is empty, for both). *document* is read
    for the type of a node that is there already, as it is before the op. Marks that *value*
    already has are dropped. The result shares no container with it. Source: [MD4].
    """
    value = plain(value)
    match path:
        case ():
            if not isinstance(value, dict):
                return value
            return {key: adopt((key,), part, document, registry) for key, part in value.items()}
        case ("application", *steps):
            definition = registry.get(APPLICATION_TYPE)
            return _props(value, definition) if not steps else _prop(steps, value, definition)
        case ("nodes",):
            if not isinstance(value, dict):
                return value
            return SharedMap({key: _node(node, registry) for key, node in value.items()})
        case ("nodes", _):
            return _node(value, registry)
        case ("nodes", node_id, "props", *steps):
            node = document["nodes"].get(node_id)
            definition = registry.get(node.get("type")) if isinstance(node, dict) else None
            return _props(value, definition) if not steps else _prop(steps, value, definition)
        case ("nodes", *_):
            # A node's type, its place, and whatever else somebody tries to put there.
            return value
        case _:
            return _shared(value)


def _node(value: Json, registry: Registry) -> Json:
    if not isinstance(value, dict):
        return value
    definition = registry.get(value.get("type"))
    return SharedMap(
        {
            key: _props(member, definition) if key == "props" else member
            for key, member in value.items()
        }
    )


def _props(value: Json, definition: Definition | None) -> Json:
    if not isinstance(value, dict):
        return value
    return SharedMap({key: _prop([key], member, definition) for key, member in value.items()})


def _prop(steps: list[str | int], value: Json, definition: Definition | None) -> Json:
    """Mark the value at *steps* within the props of a definition."""
    shape = None if definition is None else definition.property(str(steps[0]))
    if shape is None:
        # Inside an expression of an unknown property its text is shared, as everywhere.
        return SharedText(value) if steps[-1] == "expr" and _is_text(value) else _shared(value)
    return _inside(steps[1:], value, shape)


def _inside(steps: list[str | int], value: Json, shape: Shape) -> Json:
    if not steps:
        return _marked(value, shape)
    step, deeper = str(steps[0]), steps[1:]
    if shape.merge == "map":
        member = shape.member(step)
        if step == "expr" and step not in shape.properties and not deeper and _is_text(value):
            # On disk a member of this name reads as an expression, so it is one here too.
            return SharedText(value)
        return _shared(value) if member is None else _inside(deeper, value, member)
    if shape.merge == "list" and shape.item is not None and step != "expr":
        return _inside_entry(deeper, value, shape, shape.item)
    if step == "expr" and not deeper and _is_text(value):
        return SharedText(value)
    # A set's members are ``true``; what lies inside a register or a text is no shared type.
    return value


def _inside_entry(steps: list[str | int], value: Json, shape: Shape, item: Shape) -> Json:
    if not steps:
        return _entry(value, shape, item)
    step = str(steps[0])
    if step == "order":
        return value
    if not shape.has_entries:
        return _inside(steps[1:], value, item) if step == "value" else _shared(value)
    member = item.member(step)
    return _shared(value) if member is None else _inside(steps[1:], value, member)


def _marked(value: Json, shape: Shape) -> Json:
    if is_expression(value):
        return expression(value["expr"])
    if shape.merge == "text" and _is_text(value):
        return SharedText(value)
    if shape.merge == "lww":
        return value
    if not isinstance(value, dict):
        return _shared(value)
    if shape.merge == "map":
        return SharedMap(
            {key: _marked(member, shape.member(key) or ANY) for key, member in value.items()}
        )
    if shape.merge == "list" and shape.item is not None:
        item = shape.item
        return SharedMap({key: _entry(entry, shape, item) for key, entry in value.items()})
    return SharedMap(value)


def _entry(value: Json, shape: Shape, item: Shape) -> Json:
    if not isinstance(value, dict):
        return value
    entry = SharedMap()
    for key, member in value.items():
        if shape.has_entries:
            member_shape = item.member(key)
        else:
            member_shape = item if key == "value" else None
        if key == "order":
            entry[key] = member
        else:
            entry[key] = _shared(member) if member_shape is None else _marked(member, member_shape)
    return entry


def _shared(value: Json) -> Json:
    """Mark what nothing is known of: every object and array is shared, texts are values."""
    if is_expression(value):
        return expression(value["expr"])
    if isinstance(value, dict):
        return SharedMap({key: _shared(member) for key, member in value.items()})
    if isinstance(value, list):
        return SharedList(_shared(item) for item in value)
    return value


def _is_text(value: Json) -> bool:
    return isinstance(value, str)
