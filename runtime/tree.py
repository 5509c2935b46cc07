"""The nodes of a model as a tree: what the player names, and what is inside it. Sans-I/O.

Made once for a revision that is shown and kept until the next one is. SPEC: section RS. Called by
``http.player`` and ``needs``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.errors import PreviewInvalid, PreviewNotFound
from runtime.reading import expression, kind_of, reference

__all__ = ["Node", "Tree"]

# Nothing that the server accepts is deeper; a walk over broken data needs an end all the same.
_DEPTH_MAX: Final = 256
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Node:
    """A placed node. ``props`` is as in the live form."""

    id: str
    kind: str
    props: Mapping[str, Any]
    parent: str

    def at(self, path: list[str]) -> Any:
        """Return what stands at *path* within the properties.

        Raises ``PreviewInvalid`` (``path_unknown``) if there is nothing.
        """
        value: Any = self.props
        for key in path:
            value = value.get(key, _MISSING) if isinstance(value, Mapping) else _MISSING
        if value is _MISSING or not path:
            raise PreviewInvalid(f"the node has nothing at {'.'.join(path)}", code="path_unknown")
        return value

    def source(self, name: str) -> Mapping[str, Any]:
        """Return the data source (or options) under this name; an empty one if there is none."""
        value = self.props.get(name)
        return value if isinstance(value, Mapping) else {}


class Tree:
    """The placed nodes of *nodes*, the live form of one revision."""

    def __init__(self, nodes: Mapping[str, Any]) -> None:
        self.nodes = nodes
        self._children: dict[str, list[str]] = {}
        for node_id, node in nodes.items():
            place = node.get("place") if isinstance(node, Mapping) else None
            if isinstance(place, list) and len(place) == 3:
                self._children.setdefault(str(place[0]), []).append(node_id)

    def node(self, node_id: str) -> Node:
        """Return a placed node; raises ``PreviewNotFound`` (``node_unknown``)."""
        found = self._node(node_id)
        if found is None:
            raise PreviewNotFound("this part of the page is gone", code="node_unknown")
        return found

    def within(self, node_id: str, depth: int = 0) -> Iterator[Node]:
        """Yield the node and all that is beneath it."""
        found = self._node(node_id)
        if found is not None and depth <= _DEPTH_MAX:
            yield found
            for child in self._children.get(node_id, ()):
                yield from self.within(child, depth + 1)

    def around(self, node: Node) -> Iterator[Node]:
        """Yield the node and what it stands in, its page last."""
        at: Node | None = node
        for _ in range(_DEPTH_MAX):
            if at is None:
                return
            yield at
            at = self._node(at.parent)

    def record_model(self, node: Node) -> str:
        """Return the id of the model that ``record`` is of at this node, or an empty text.

        That is the source with a record of the nearest form, detail view or page around it. Beyond
        pages it is the model of a field, and that of a workflow's trigger for its steps: the
        designer tries their expressions with a record.
        """
        for around in self.around(node):
            if around.kind == "Field":
                return around.parent
            if around.kind == "Workflow":
                trigger = around.props.get("trigger")
                return reference(trigger.get("model")) if isinstance(trigger, Mapping) else ""
            source = around.source("dataSource")
            is_about_one = "record" in source or around.kind in ("Form", "DetailView", "Page")
            if is_about_one and (model := reference(source.get("model"))):
                return model
        return ""

    def variables(self, node: Node) -> Mapping[str, Any]:
        """Return the page's variables with the values they begin with, computed ones left out."""
        page = [around for around in self.around(node) if around.kind == "Page"]
        declared = page[-1].props.get("variables") if page else None
        if not isinstance(declared, Mapping):
            return {}
        return {name: value for name, value in declared.items() if not expression(value)}

    def _node(self, node_id: str) -> Node | None:
        node = self.nodes.get(node_id)
        if not isinstance(node, Mapping):
            return None
        place = node.get("place")
        if not isinstance(place, list) or len(place) != 3:
            return None
        props = node.get("props")
        return Node(
            node_id, kind_of(node), props if isinstance(props, Mapping) else {}, str(place[0])
        )
