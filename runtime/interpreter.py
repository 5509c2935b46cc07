"""The interpreter: from a revision to what changed on the page.

A page is drawn from nodes, so the unit of change is a node: an op's paths say which nodes (and
whether the head of the application) it touched, and the patch carries those whole. No schema is
looked at; the player shows what is incomplete as a placeholder. SPEC: section PV. Sans-I/O; called
by ``feed``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from collab.ids import RevisionNo
from collab.revision import ChangeKind, Revision

__all__ = ["Interpreter", "Patch", "model_at"]

_APPLICATION: Final = "application"
_NODES: Final = "nodes"


@dataclass(frozen=True, slots=True)
class Patch:
    """What a revision changed. ``application`` is None if it did not; a node is None if it left."""

    revision: RevisionNo
    application: Any = None
    nodes: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"revision": self.revision, "nodes": self.nodes}
        if self.application is not None:
            data["application"] = self.application
        return data


class Interpreter:
    """The model of one room in its live form, at one revision."""

    def __init__(self, revision: RevisionNo, document: Any) -> None:
        self.revision = revision
        self._document = document

    def advance(self, revision: Revision, document: Any) -> Patch | None:
        """Take the next revision and the document at it; None if only the whole model will do."""
        self.revision = revision.number
        self._document = document
        if revision.kind is ChangeKind.NONE:
            return Patch(revision.number)
        if revision.kind is not ChangeKind.OP:
            return None
        touched: set[str] = set()
        has_head = False
        for component in revision.change:
            path = component["p"]
            if path and path[0] == _APPLICATION:
                has_head = True
            elif len(path) > 1 and path[0] == _NODES:
                touched.add(str(path[1]))
            else:
                return None
        nodes = document.get(_NODES, {})
        return Patch(
            revision.number,
            application=document.get(_APPLICATION, {}) if has_head else None,
            nodes={node: nodes.get(node) for node in sorted(touched)},
        )

    def model(self) -> dict[str, Any]:
        """Return the whole model."""
        return model_at(self.revision, self._document)


def model_at(revision: RevisionNo, document: Any) -> dict[str, Any]:
    """Return the whole model of *document* at *revision*, as viewers get it."""
    document = document or {}
    return {
        "revision": revision,
        _APPLICATION: document.get(_APPLICATION, {}),
        _NODES: document.get(_NODES, {}),
    }
