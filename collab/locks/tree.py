"""Where a component stands: the nodes that it is inside of, as far as they go.

A component is a node with everything inside it, or ``application``, the head of the application
alone: the pages and models that stand in no node are not inside it. SPEC: section LK. Called by
``components`` and by ``room``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from collab.model.document import APPLICATION, Place, place_of
from collab.values import Json

__all__ = ["Nodes", "PlaceOf", "chain", "is_there", "place_in"]

Nodes: TypeAlias = Mapping[str, Json]
# Where a node stands, None for one that is not there or in the Trash.
PlaceOf: TypeAlias = Callable[[str], Place | None]


def place_in(nodes: Nodes) -> PlaceOf:
    """Return what tells the places of *nodes*."""
    return lambda node: place_of(nodes.get(node))


def chain(component: str, place_of_node: PlaceOf) -> Iterator[str]:
    """Yield *component* and the nodes that it stands in, from the inside outwards.

    A change that is still to be judged may close a cycle; each node is told once.
    """
    seen = {component}
    yield component
    while component != APPLICATION:
        place = place_of_node(component)
        if place is None or place.parent == APPLICATION or place.parent in seen:
            return
        component = place.parent
        seen.add(component)
        yield component


def is_there(component: str, nodes: Nodes, place_of_node: PlaceOf) -> bool:
    """Return whether *component* is in the application, neither gone nor in the Trash."""
    if component == APPLICATION:
        return True
    # What stands in something that nobody has made (yet) is nowhere either.
    return component in nodes and all(
        place_of_node(node) is not None for node in chain(component, place_of_node)
    )
