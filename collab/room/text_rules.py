"""The rules of a room while its document is a text: all of it is one node, and any text may stand.

SPEC: section TR. Called by ``head``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from collab.crdt.bridge import FREE_ROOT
from collab.crdt.text_doc import TEXT_ROOT
from collab.crdt.update import Rules as UpdateRules
from collab.messages import Role
from collab.room.rules import Finding, Touched
from collab.values import Json, Path

__all__ = ["TextRules"]


class TextRules:
    """The rules of a text, whose components are those of its type."""

    update_rules: Final = UpdateRules(
        allowed_roots=None, json_roots=frozenset({FREE_ROOT}), restricts_types=False
    )
    takes_texts: Final = True

    def adopt(self, path: Path, value: Json, document: Json) -> Json:
        return value

    def expand(self, op: Sequence[Any], document: Json) -> list[Any]:
        return list(op)

    def retraction(self, part: Any) -> Any:
        return part

    def nodes_of(self, op: Sequence[Any]) -> list[str]:
        return [TEXT_ROOT] * len(op)

    def node_at(self, path: Path, touched: Touched) -> str:
        return TEXT_ROOT

    def permits(self, role: Role, op: Sequence[Any]) -> list[Finding]:
        return []

    def check(self, document: Json, touched: Touched) -> list[Finding]:
        return []
