"""The writer: from the live form to the disk form, always the same text for the same model.

Canonical means: children nested in their order, keys in the definition's order and undeclared ones
sorted, sets sorted, defaults and what is empty left out, references by name, one scalar a line,
ids always there. What is in the Trash, and what nothing holds, is not part of the application and
is not written. A reference whose name would lead elsewhere (two models of one name, a name in the
Trash) is written by id. SPEC: section MD. Called by ``dsl``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from collab.errors import LimitExceeded
from collab.limits import TREE_DEPTH_MAX
from collab.model.definition import Definition
from collab.model.document import (
    APPLICATION,
    APPLICATION_TYPE,
    Document,
    Tree,
    definition_id,
    entries_of,
    props_of,
    view_props,
)
from collab.model.layout import (
    APPLICATION_LAYOUT,
    Layout,
    layout_of,
    type_on_disk,
)
from collab.model.nodes import entry_ids
from collab.model.references import Names, Occurrence, Site, map_references, resolve
from collab.model.registry import Registry
from collab.model.schema import Shape, is_reference
from collab.model.source import Format, resolve_yaml
from collab.values import Json

__all__ = ["render", "write_disk"]

# A document may be deeper than a check allows at one time: a subtree can be moved under another.
_WRITTEN_DEPTH_MAX: Final = 2 * TREE_DEPTH_MAX
_YAML_ESCAPED: Final = re.compile(
    "[^\\t\\n\\x20-\\x7e\\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
)
_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@dataclass(slots=True)
class _Node:
    """A live node on its way to disk; names come later, when all of them are known."""

    id: str
    type: str
    definition: Definition | None
    layout: Layout
    parent: str | None
    page: str | None
    props: Mapping[str, Json]
    view: dict[str, Json]
    slots: dict[str, list[_Node]] = field(default_factory=dict)


def write_disk(document: Document, registry: Registry) -> dict[str, Any]:
    """Return the disk form of *document* as JSON values whose keys stand in canonical order.

    Raises ``LimitExceeded`` for a tree of more than 128 levels, which could not be read again.
    Source: [MD7].
    """
    definition = registry.get(APPLICATION_TYPE)
    application = document["application"]
    root = _Node(
        APPLICATION,
        APPLICATION_TYPE,
        definition,
        APPLICATION_LAYOUT,
        None,
        None,
        application,
        view_props(application, definition),
    )
    names = Names()
    _gather(root, document, Tree(document), registry, names, 0)
    return {"application": _element(root, names)}


def _gather(
    parent: _Node,
    document: Document,
    tree: Tree,
    registry: Registry,
    names: Names,
    depth: int,
) -> None:
    """Hang the children of *parent* below it and take in their names, in the written order."""
    slots = tree.slots(parent.id)
    if slots and depth >= _WRITTEN_DEPTH_MAX:
        raise LimitExceeded(f"a tree has more than {_WRITTEN_DEPTH_MAX} levels")
    for slot in _slot_order(parent.definition, slots):
        layout = layout_of(parent.layout, parent.definition, slot, registry)
        for node_id in slots[slot]:
            node = document["nodes"][node_id]
            definition = registry.get(node.get("type"))
            props = props_of(node)
            view = view_props(props, definition)
            type_ = str(node.get("type", ""))
            page = node_id if definition_id(type_) == "Page" else parent.page
            child = _Node(node_id, type_, definition, layout, parent.id, page, props, view)
            names.add(node_id, definition_id(type_), view.get("name"), parent.id, page)
            parent.slots.setdefault(slot, []).append(child)
            _gather(child, document, tree, registry, names, depth + 1)


def _slot_order(definition: Definition | None, slots: Mapping[str, Any]) -> list[str]:
    known = [] if definition is None else [slot for slot in definition.slots if slot in slots]
    return known + sorted(slots.keys() - set(known))


def _element(node: _Node, names: Names) -> dict[str, Any]:
    """Return one element with its children; see ``layout`` for the styles."""
    layout, definition = node.layout, node.definition
    props, extra = _split_props(node, names)
    element: dict[str, Any] = {}
    type_ = type_on_disk(node.type, layout)
    header = {layout.header: type_} if layout.header and type_ is not None else {}
    if layout.style == "component":
        element.update(header, id=node.id)
        if props:
            element["props"] = props
    else:
        if layout.style != "application":
            element["id"] = node.id
        # A person looks for the name first, and for what it is next.
        if "name" in props and layout.style != "application":
            element["name"] = props.pop("name")
        element.update(header)
        element.update(props)
    if extra:
        element["extra"] = extra
    slots: dict[str, Any] = {}
    for slot, children in node.slots.items():
        written = [_element(child, names) for child in children]
        is_beside = layout.is_slot(slot, written, definition)
        (element if is_beside else slots)[slot] = written
    if slots:
        element["slots"] = slots
    return element


def _split_props(node: _Node, names: Names) -> tuple[dict[str, Json], dict[str, Json]]:
    named = _with_names(node, names)
    props: dict[str, Json] = {}
    extra: dict[str, Json] = {}
    for key, value in named.items():
        shape = None if node.definition is None else node.definition.property(key)
        if shape is not None:
            value = _with_entry_ids(value, node.props.get(key), shape)
        (extra if node.layout.is_reserved(key, node.definition) else props)[key] = value
    return props, extra


def _with_names(node: _Node, names: Names) -> dict[str, Json]:
    site = Site(node.id, node.parent, node.page, node.definition, node.view)

    def change(occurrence: Occurrence) -> Json:
        if not is_reference(occurrence.value):
            return occurrence.value
        target = occurrence.value["ref"]
        name = names.name_of(target)
        if name is None:
            return occurrence.value
        by_name = Occurrence(
            occurrence.path,
            name,
            occurrence.reference,
            occurrence.holder,
            occurrence.holder_shape,
        )
        return name if resolve(names, by_name, site).node == target else occurrence.value

    return map_references(node.view, node.definition, change)


def _with_entry_ids(view: Json, live: Json, shape: Shape) -> Json:
    """Give the entries of lists their ids back, save those that a reader derives anyway."""
    if isinstance(view, dict) and isinstance(live, Mapping) and shape.merge == "map":
        return {
            key: _with_entry_ids(item, live.get(key), shape.properties[key])
            if key in shape.properties
            else item
            for key, item in view.items()
        }
    if not (isinstance(view, list) and shape.merge == "list" and shape.has_entries):
        return view
    item_shape = shape.item
    assert item_shape is not None, "a list with entries has items"
    written: list[Json] = []
    entries = entries_of(live)
    for (entry_id, entry), derived, item in zip(entries, entry_ids(view), view, strict=True):
        members = {
            key: _with_entry_ids(member, entry.get(key), item_shape.properties[key])
            if key in item_shape.properties
            else member
            for key, member in item.items()
        }
        written.append(members if entry_id == derived else {"id": entry_id, **members})
    return written


# --- text ---------------------------------------------------------------------------------------


def render(value: Json, format_: Format) -> str:
    """Return *value* as text, one scalar a line, ending in a newline; keys as they come."""
    if format_ == "yaml":
        return _render_yaml(value)
    parts: list[str] = []
    _add_json(value, "\n", parts)
    return "".join([*parts, "\n"])


def _render_yaml(value: Json) -> str:
    try:
        return yaml.dump(
            value,
            Dumper=_YamlDumper,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=2**31,
        )
    except RecursionError:
        # PyYAML takes several frames a level; the JSON of the same tree can be written.
        raise LimitExceeded("the tree is too deep for YAML: export it as JSON") from None


def _add_json(value: Json, newline: str, parts: list[str]) -> None:
    """Add the text of *value*; *newline* is a line end with the indentation of its closing line."""
    if not value or not isinstance(value, (dict, list)):
        parts.append(_encode(value))
        return
    inner = newline + "  "
    separator = inner
    parts.append("{" if isinstance(value, dict) else "[")
    if isinstance(value, dict):
        for key, item in value.items():
            parts.append(f"{separator}{_encode(key)}: ")
            _add_json(item, inner, parts)
            separator = "," + inner
    else:
        for item in value:
            parts.append(separator)
            _add_json(item, inner, parts)
            separator = "," + inner
    parts.append(newline + ("}" if isinstance(value, dict) else "]"))


class _YamlDumper(yaml.SafeDumper):
    """PyYAML's safe dumper without aliases, with code and prose as blocks of lines."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if _YAML_ESCAPED.search(text):
        # Without quotes PyYAML writes some of these as they are and reads them as line ends.
        style = '"'
    elif not isinstance(resolve_yaml(text), str):
        # PyYAML knows YAML 1.1 only, in which ``1e100`` is a word.
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_YamlDumper.add_representer(str, _represent_text)
