"""What a change may not touch because somebody else holds it.

Only the touched nodes are looked at, and how the components that others hold stand before and
after: a change is refused in a component that somebody else holds, out of it and into it, where it
would delete what such a component stands in, and where it would bring the components of two holders
into one another. SPEC: section LK. Called by ``commit``.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.ids import UserId
from collab.lock_records import HeldLock
from collab.locks.components import LockTable
from collab.locks.tree import Nodes, PlaceOf, chain, is_there, place_in
from collab.model.document import Place, place_of
from collab.ot import json0
from collab.room.rules import APPLICATION_NODE, Finding, Touched
from collab.values import Json

__all__ = ["held_by_others"]


def held_by_others(
    document: Json, touched: Touched, table: LockTable, user: UserId
) -> list[Finding]:
    """Return what *user* may not do of a change; *document* has it applied.

    A touched node without components was put back as it was.
    """
    others = table.others(user)
    if not others:
        return []
    nodes = document["nodes"]
    judged = {node: items for node, items in touched.items() if items}
    new = place_in(nodes)
    places = _old_places(nodes, judged)

    def old(node: str) -> Place | None:
        return places[node] if node in places else new(node)

    findings = []
    for node in judged:
        lock = _covering(node, old, others) or _covering(node, new, others)
        if lock is not None:
            findings.append(_finding(node, lock))
    moved = {node for node, place in places.items() if place != new(node)}
    return findings + _displaced(nodes, moved, old, new, others, table.held)


def _displaced(
    nodes: Nodes,
    moved: set[str],
    old: PlaceOf,
    new: PlaceOf,
    others: Mapping[str, HeldLock],
    held: Mapping[str, HeldLock],
) -> list[Finding]:
    """Return the moves that take a held component away with what it stands in."""
    findings = []
    if not moved:
        return []
    for component, lock in others.items():
        before = list(chain(component, old))
        carriers = [node for node in before[1:] if node in moved]
        if not carriers:
            continue
        meets = (
            held[node].user != lock.user
            for node in chain(component, new)
            if node in held and node not in before
        )
        if not is_there(component, nodes, new) or any(meets):
            findings.append(_finding(carriers[0], lock))
    return findings


def _covering(node: str, place_of_node: PlaceOf, others: Mapping[str, HeldLock]) -> HeldLock | None:
    return next((others[step] for step in chain(node, place_of_node) if step in others), None)


def _finding(node: str, lock: HeldLock) -> Finding:
    what = "it" if node == lock.component else "what it belongs to"
    path = (APPLICATION_NODE,) if node == APPLICATION_NODE else ("nodes", node)
    return Finding(node, "lock_held", f"{lock.name or lock.user} holds {what}", path)


def _old_places(nodes: Nodes, touched: Touched) -> dict[str, Place | None]:
    """Return where the nodes stood of which the change touches the place or all."""
    places = {}
    for node, components in touched.items():
        if node != APPLICATION_NODE and any(
            len(item["p"]) < 3 or item["p"][2] == "place" for item in components
        ):
            # A document with this node alone, so that nothing else is copied.
            alone = {"nodes": {node: nodes[node]} if node in nodes else {}}
            before = json0.apply(alone, json0.invert(list(components)))
            places[node] = place_of(before["nodes"].get(node))
    return places
