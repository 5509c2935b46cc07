"""The reader: from the disk form to the live form.

It goes over the file twice. The first pass follows the nesting, splits every element into what it
is, its id, its props and its slots, and notes every fault with its place; the second, if there was
no fault, gives ids, resolves names to references and builds the nodes. So an import is all or
nothing, and what is wrong is told at once. SPEC: section MD. Called by ``dsl``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collab.limits import NESTING_MAX, NODES_MAX, TREE_DEPTH_MAX
from collab.model.definition import Definition
from collab.model.document import APPLICATION, APPLICATION_TYPE, Document, definition_id
from collab.model.layout import APPLICATION_LAYOUT, Layout, layout_of
from collab.model.nodes import build_node, build_props, derive_id
from collab.model.order import keys_between
from collab.model.references import Names, Occurrence, Site, map_references, resolve
from collab.model.registry import Registry
from collab.model.structure import check_view, nesting_of
from collab.values import Json, Path, SharedMap

__all__ = ["Element", "Fault", "Reader"]

# A place in the file, a stable code, and a reason for people.
Fault = tuple[Path, str, str]


@dataclass(slots=True)
class Element:
    """One element of the file, between the two passes."""

    path: Path
    type: str
    definition: Definition | None
    own_id: str | None
    parent: Element | None
    slot: str
    page: Element | None = None
    id: str = ""
    # The step of the path from which ids are derived: the slot with the name or the position.
    step: str = ""
    props: dict[str, Json] = field(default_factory=dict)
    prop_paths: dict[str, Path] = field(default_factory=dict)
    slots: dict[str, list[Element]] = field(default_factory=dict)


class Reader:
    """Reads one file. ``faults`` is complete after :meth:`read`; the document is empty then."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._elements: list[Element] = []
        self._names = Names()
        self.faults: list[Fault] = []
        # Where in the file each node came from, for problems that want a line.
        self.origins: dict[str, Element] = {}

    def read(self, raw: Json) -> Document:
        """Return the live document that *raw*, the whole file, describes. Source: [MD8]."""
        root = self._root(raw)
        if root is None or self.faults:
            return {"application": SharedMap(), "nodes": SharedMap()}
        self._give_ids(root)
        if self.faults:
            return {"application": SharedMap(), "nodes": SharedMap()}
        for element in self._elements:
            self._names.add(
                element.id,
                definition_id(element.type),
                element.props.get("name"),
                None if element.parent is None else element.parent.id,
                None if element.page is None else element.page.id,
            )
        nodes = SharedMap()
        self._build_children(root, nodes)
        self.origins = {element.id: element for element in (root, *self._elements)}
        return {
            "application": build_props(self._resolved(root), root.definition),
            "nodes": nodes,
        }

    # --- first pass: what stands where ----------------------------------------------------------

    def _fault(self, path: Path, code: str, reason: str) -> None:
        self.faults.append((path, code, reason))

    def _root(self, raw: Json) -> Element | None:
        if not isinstance(raw, dict) or not isinstance(raw.get("application"), dict):
            self._fault((), "wrong_type", "a model file is an object with the key 'application'")
            return None
        for key in raw:
            if key != "application":
                self._fault((key,), "unknown_key", f"unknown key {key!r} beside 'application'")
        definition = self._registry.get(APPLICATION_TYPE)
        assert definition is not None, "the application's definition is built in"
        root = Element(("application",), APPLICATION_TYPE, definition, None, None, "")
        root.id = APPLICATION
        self._split(root, raw["application"], APPLICATION_LAYOUT, 0)
        return root

    def _element(
        self,
        raw: Json,
        path: Path,
        layout: Layout,
        parent: Element,
        slot: str,
        depth: int,
    ) -> Element | None:
        if not isinstance(raw, dict):
            self._fault(path, "wrong_type", "an element must be an object")
            return None
        if depth > TREE_DEPTH_MAX:
            self._fault(path, "limit_depth", f"a tree has at most {TREE_DEPTH_MAX} levels")
            return None
        type_ = self._type(raw, path, layout)
        own_id = self._own_id(raw, path)
        if type_ is None:
            return None
        element = Element(path, type_, self._registry.get(type_), own_id, parent, slot)
        element.page = element if definition_id(type_) == "Page" else parent.page
        self._elements.append(element)
        if len(self._elements) == NODES_MAX + 1:
            self._fault(path, "limit_nodes", f"a model has at most {NODES_MAX} elements")
        self._split(element, raw, layout, depth)
        return element

    def _type(self, raw: Mapping[str, Json], path: Path, layout: Layout) -> str | None:
        header = layout.header
        assert header is not None, "only the application has no header"
        named = raw.get(header, layout.implied_type)
        if named is None:
            self._fault(path, "missing_key", f"the key {header!r} has to say what this is")
        elif not isinstance(named, str) or not named:
            self._fault((*path, header), "wrong_type", f"{header!r} must be a name")
        else:
            return named if layout.style != "step" or "@" in named else f"{named}@1"
        return None

    def _own_id(self, raw: Mapping[str, Json], path: Path) -> str | None:
        own_id = raw.get("id")
        if own_id is None and "id" not in raw:
            return None
        if not isinstance(own_id, str) or not own_id or own_id == APPLICATION:
            self._fault((*path, "id"), "wrong_type", "an id is a text, and not 'application'")
            return None
        return own_id

    def _split(self, element: Element, raw: dict[str, Json], layout: Layout, depth: int) -> None:
        """Sort the keys of an element into props and slots."""
        definition = element.definition
        slots: dict[str, tuple[Json, Path]] = {}
        for key, value in raw.items():
            place = (*element.path, key)
            is_own_id = key == "id" and layout.style != "application"
            if is_own_id or (key == layout.header and layout.header is not None):
                continue
            if key == "extra" or (key == "props" and layout.style == "component"):
                self._take_props(element, value, place, is_extra=key == "extra")
            elif key == "slots":
                self._take_slots(slots, value, place)
            elif layout.is_slot(key, value, definition):
                self._take_slot(slots, key, value, place)
            elif layout.style == "component":
                self._fault(place, "unknown_key", f"a component has no key {key!r}")
            else:
                self._take_prop(element, key, value, place, is_extra=False)
        self._check_props(element)
        for slot, (children, place) in slots.items():
            self._take_children(element, slot, children, place, layout, depth)

    def _take_props(self, element: Element, value: Json, path: Path, *, is_extra: bool) -> None:
        if not isinstance(value, dict):
            self._fault(path, "wrong_type", f"{path[-1]!r} must be an object")
            return
        for key, item in value.items():
            self._take_prop(element, key, item, (*path, key), is_extra=is_extra)

    def _take_prop(
        self, element: Element, key: str, value: Json, path: Path, *, is_extra: bool
    ) -> None:
        definition = element.definition
        if key in element.props:
            self._fault(path, "duplicate_key", f"the property {key!r} is given twice")
        elif definition is not None and definition.property(key) is None and not is_extra:
            self._fault(path, "unknown_key", f"{definition.type} has no key {key!r}")
        else:
            element.props[key] = value
            element.prop_paths[key] = path

    def _take_slots(self, slots: dict[str, tuple[Json, Path]], value: Json, path: Path) -> None:
        if not isinstance(value, dict):
            self._fault(path, "wrong_type", "'slots' must be an object")
            return
        for slot, children in value.items():
            self._take_slot(slots, slot, children, (*path, slot))

    def _take_slot(
        self, slots: dict[str, tuple[Json, Path]], slot: str, children: Json, path: Path
    ) -> None:
        if slot in slots:
            self._fault(path, "duplicate_key", f"the slot {slot!r} is given twice")
        slots[slot] = (children, path)

    def _take_children(
        self,
        element: Element,
        slot: str,
        raw: Json,
        path: Path,
        layout: Layout,
        depth: int,
    ) -> None:
        if not isinstance(raw, list):
            self._fault(path, "wrong_type", f"{slot!r} must be an array of elements")
            return
        inner = layout_of(layout, element.definition, slot, self._registry)
        children = [
            self._element(item, (*path, index), inner, element, slot, depth + 1)
            for index, item in enumerate(raw)
        ]
        element.slots[slot] = [child for child in children if child is not None]

    def _check_props(self, element: Element) -> None:
        for key, value in element.props.items():
            path = element.prop_paths[key]
            # Its live path begins with nodes, the id, props and the key.
            if nesting_of(value) > NESTING_MAX - 4:
                self._fault(path, "value_nesting", f"nested deeper than {NESTING_MAX} levels")
                continue
            shape = None if element.definition is None else element.definition.property(key)
            if shape is not None:
                self.faults.extend(check_view(value, shape, path))

    # --- second pass: ids, references, nodes ----------------------------------------------------

    def _give_ids(self, root: Element) -> None:
        taken: dict[str, Element] = {}
        for element in self._elements:
            if element.own_id is None:
                continue
            if element.own_id in taken:
                reason = f"the id {element.own_id!r} is given twice"
                self._fault((*element.path, "id"), "duplicate_id", reason)
            taken[element.own_id] = element
            element.id = element.own_id
        self._derive_ids(root, (), set(taken))

    def _derive_ids(self, parent: Element, steps: tuple[str, ...], taken: set[str]) -> None:
        for slot, children in parent.slots.items():
            counts: dict[str, int] = {}
            for index, child in enumerate(children):
                name = child.props.get("name")
                step = f"{slot}:{name}" if isinstance(name, str) and name else f"{slot}#{index}"
                counts[step] = counts.get(step, 0) + 1
                if counts[step] > 1:
                    step = f"{step}-{counts[step]}"
                if not child.id:
                    child.id = _untaken((*steps, step), taken)
                    taken.add(child.id)
                self._derive_ids(child, (*steps, step), taken)

    def _resolved(self, element: Element) -> dict[str, Json]:
        site = Site(
            node=element.id,
            parent=None if element.parent is None else element.parent.id,
            page=None if element.page is None else element.page.id,
            definition=element.definition,
            view=element.props,
        )

        def change(occurrence: Occurrence) -> Any:
            if not isinstance(occurrence.value, str):
                return occurrence.value
            target = resolve(self._names, occurrence, site).node
            return occurrence.value if target is None else {"ref": target}

        return map_references(element.props, element.definition, change)

    def _build_children(self, parent: Element, nodes: SharedMap) -> None:
        for slot, children in parent.slots.items():
            orders = keys_between(None, None, len(children))
            for child, order in zip(children, orders, strict=True):
                place = (parent.id, slot, order)
                view = self._resolved(child)
                nodes[child.id] = build_node(child.type, place, view, child.definition)
                self._build_children(child, nodes)


def _untaken(steps: tuple[str, ...], taken: set[str]) -> str:
    """Return the derived id of a path; salted where an element wrote that very id by hand."""
    derived = derive_id(*steps)
    salt = 0
    while derived in taken:
        salt += 1
        derived = derive_id(*steps, str(salt))
    return derived
