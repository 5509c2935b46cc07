"""Problems: what was accepted and should be looked at, kept up to date edit by edit.

A full look at a large model after each keystroke would cost more than the edit. So the index keeps
a few facts of every node (name, parent, whether it is live) and for each evaluation what it
depended on. After a change only these are evaluated again: the touched nodes; what stands beneath
a node that moved; what refers to any of them; what shares an old or new name; and, if a name came
or went, the nodes that use names which are no references. Nothing in the Trash has problems.
SPEC: section MD. Called by ``host`` after each revision, and by ``dsl``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any, TypeAlias

from collab.limits import PROBLEMS_MAX
from collab.model.document import (
    APPLICATION,
    APPLICATION_TYPE,
    Document,
    definition_id,
    place_of,
    props_of,
)
from collab.model.evaluation import Evaluation, Facts, Problem, evaluate, problem
from collab.model.references import Names
from collab.model.registry import Registry
from collab.values import Json

__all__ = ["Problem", "ProblemIndex", "problems_of"]

Group: TypeAlias = tuple[str, str, str]

_APPLICATION_FACTS = Facts(APPLICATION_TYPE, "Application", None, None, "", None, True)


def problems_of(document: Document, registry: Registry) -> list[Problem]:
    """Return all problems of *document*, ordered by node and path. Source: [MD6]."""
    index = ProblemIndex(registry)
    index.rebuild(document)
    return index.problems()


class ProblemIndex:
    """The problems of one document. Its owner tells it of every change.

    ``registry`` and ``names`` are read by the evaluation and are not for others to change.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._clear()

    def _clear(self) -> None:
        self.names = Names(is_by_id=True)
        self._facts: dict[str, Facts] = {APPLICATION: _APPLICATION_FACTS}
        self._children: dict[str, set[str]] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._users: dict[str, set[str]] = {}
        self._name_users: set[str] = set()
        self._groups: dict[Group, set[str]] = {}
        self._total = 0
        # Nodes that ``advance`` has yet to look at; None as long as it has not begun.
        self._unseen: dict[str, None] | None = {}

    # --- what its owner calls -------------------------------------------------------------------

    def rebuild(self, document: Document) -> None:
        """Look at the whole of *document*; what was known before is forgotten."""
        self.begin()
        self.advance(document, len(document["nodes"]) + 1)

    def begin(self) -> None:
        """Forget everything, to look at a whole document piece by piece with ``advance``."""
        self._clear()
        self._unseen = None

    def advance(self, document: Document, nodes_max: int) -> bool:
        """Look at *nodes_max* more nodes of *document*; return whether all have been looked at.

        Between two calls the document may change, as long as ``update`` is told. Source: [MD21].
        """
        if self._unseen is None:
            nodes = document["nodes"]
            self._restate(nodes, nodes)
            self._unseen = dict.fromkeys((APPLICATION, *nodes))
        for node in list(islice(self._unseen, nodes_max)):
            del self._unseen[node]
            self._evaluate(document, node)
        return not self._unseen

    @property
    def is_complete(self) -> bool:
        """Whether every node has been looked at, so that ``problems`` are all there are."""
        return self._unseen is not None and not self._unseen

    def update(self, document: Document, touched: Collection[str]) -> bool:
        """Take in a change of the *touched* nodes (``"application"`` among them, if it was).

        *document* is as it is after the change. Returns whether any problem came or went.
        Source: [MD6].
        """
        if self._unseen is None:
            return False  # ``advance`` will look at the document as it is then.
        nodes = document["nodes"]
        stale = self._restate(nodes, [node for node in touched if node != APPLICATION])
        stale.update(touched)
        has_changed = False
        for node in stale:
            self._unseen.pop(node, None)
            has_changed |= self._evaluate(document, node)
        return has_changed

    def problems(self) -> list[Problem]:
        """Return all problems, ordered by node and path."""
        found = [one for entry in self._evaluations.values() for one in entry.problems]
        return sorted(
            found,
            key=lambda one: (one.node, [str(step) for step in one.path], one.code),
        )

    @property
    def total(self) -> int:
        """How many problems there are; ``to_json`` may list fewer."""
        return self._total

    def to_json(self) -> list[dict[str, Any]]:
        """Return the first problems, at most ``PROBLEMS_MAX``."""
        return [one.to_json() for one in self.problems()[:PROBLEMS_MAX]]

    # --- what an evaluation asks ----------------------------------------------------------------

    def facts(self, node: str) -> Facts | None:
        """Return the facts of a node, ``None`` if it is not there."""
        return self._facts.get(node)

    def children_in(self, node: str, slot: str) -> int:
        """Return how many children stand in a slot."""
        children = self._children.get(node, ())
        return sum(self._facts[child].slot == slot for child in children)

    def namesakes(self, node: str) -> int:
        """Return how many nodes share this node's name where names should differ."""
        group = self._group(node, self._facts[node])
        return 0 if group is None else len(self._groups.get(group, ()))

    # --- facts ----------------------------------------------------------------------------------

    def _restate(self, nodes: Json, touched: Iterable[str]) -> set[str]:
        """Bring the facts up to date; return the nodes whose evaluation may be another now."""
        changed = [node for node in touched if self._has_new_facts(node, nodes.get(node))]
        if not changed:
            return set()
        stale: set[str] = set()
        for node in changed:
            old = self._facts.get(node)
            new_place = place_of(nodes.get(node))
            if old is not None and old.parent is not None:
                self._children.get(old.parent, set()).discard(node)
                stale.add(old.parent)
            if new_place is not None:
                self._children.setdefault(new_place.parent, set()).add(node)
                stale.add(new_place.parent)
        pending = self._with_descendants(changed)
        for node in pending:
            stale |= self._forget(node)
        for node in self._parents_first(pending, nodes):
            self._learn(node, nodes[node])
        for node in pending:
            stale |= self._group_of(node) | self._users.get(node, set())
        return stale | pending | self._name_users

    def _has_new_facts(self, node: str, raw: Json) -> bool:
        facts = self._facts.get(node)
        if facts is None or not isinstance(raw, dict):
            return facts is not None or isinstance(raw, dict)
        place = place_of(raw)
        where = (None, "") if place is None else (place.parent, place.slot)
        return (
            (facts.parent, facts.slot) != where
            or facts.type != raw.get("type")
            or facts.name != props_of(raw).get("name")
        )

    def _with_descendants(self, roots: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(self._children.get(node, ()))
        return found

    def _parents_first(self, pending: set[str], nodes: Json) -> list[str]:
        ordered: dict[str, None] = {}
        for node in pending:
            chain: list[str] = []
            step: str | None = node
            while step in pending and step not in ordered and step in nodes and step not in chain:
                chain.append(step)
                place = place_of(nodes[step])
                step = None if place is None else place.parent
            ordered.update(dict.fromkeys(reversed(chain)))
        return list(ordered)

    def _forget(self, node: str) -> set[str]:
        """Take a node out of the names; return those that shared its name."""
        facts = self._facts.get(node)
        if facts is None:
            return set()
        sharing = self._group_of(node)
        group = self._group(node, facts)
        if group is not None:
            self._groups.get(group, set()).discard(node)
        if facts.is_live:
            self.names.discard(node, facts.definition_id, facts.name, facts.parent, facts.page)
        del self._facts[node]
        return sharing

    def _learn(self, node: str, raw: Json) -> None:
        place = place_of(raw)
        above = None if place is None else self._facts.get(place.parent)
        type_ = raw.get("type")
        own_id = definition_id(type_)
        is_live = above is not None and above.is_live
        facts = Facts(
            type=type_ if isinstance(type_, str) else "",
            definition_id=own_id,
            name=props_of(raw).get("name"),
            parent=None if place is None else place.parent,
            slot="" if place is None else place.slot,
            page=node if own_id == "Page" else None if above is None else above.page,
            is_live=is_live,
        )
        self._facts[node] = facts
        if is_live:
            self.names.add(node, own_id, facts.name, facts.parent, facts.page)
        group = self._group(node, facts)
        if group is not None:
            self._groups.setdefault(group, set()).add(node)

    def _group_of(self, node: str) -> set[str]:
        facts = self._facts.get(node)
        group = None if facts is None else self._group(node, facts)
        return set() if group is None else set(self._groups.get(group, ()))

    def _group(self, node: str, facts: Facts) -> Group | None:
        """Return within what a node's name should be the only one: its parent's slot."""
        if not facts.is_live or facts.parent is None:
            return None
        if not isinstance(facts.name, str) or not facts.name:
            return None
        return facts.parent, facts.slot, facts.name

    # --- evaluations ----------------------------------------------------------------------------

    def _evaluate(self, document: Document, node: str) -> bool:
        """Evaluate a node again; return whether its problems are others than before."""
        evaluation = self._evaluation(document, node)
        old = self._evaluations.get(node, Evaluation())
        for target in old.targets - evaluation.targets:
            self._users[target].discard(node)
        for target in evaluation.targets - old.targets:
            self._users.setdefault(target, set()).add(node)
        if evaluation.uses_names:
            self._name_users.add(node)
        else:
            self._name_users.discard(node)
        if evaluation == Evaluation():
            self._evaluations.pop(node, None)
        else:
            self._evaluations[node] = evaluation
        self._total += len(evaluation.problems) - len(old.problems)
        return evaluation.problems != old.problems

    def _evaluation(self, document: Document, node: str) -> Evaluation:
        if node == APPLICATION:
            return evaluate(node, document["application"], self)
        facts = self._facts.get(node)
        if facts is None:
            return Evaluation()
        if facts.is_live:
            return evaluate(node, props_of(document["nodes"][node]), self)
        if facts.parent is not None and facts.parent not in self._facts:
            message = "What this stands in is not there."
            return Evaluation((problem(node, ("place",), "orphan", message),))
        return Evaluation()
