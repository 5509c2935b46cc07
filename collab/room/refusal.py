"""Which part of a Yjs change is refused, found on the JSON document alone.

A live update is refused whole: half of one action is nobody's intent. A step 2 brings days of work
by many actions, so there only the nodes that break a rule are put back as they were; putting one
back may break another (its parent is gone again), so this is repeated until the checks hold, and
refusing everything always does, because that is the document as it was. SPEC: section RF.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from collab.crdt.bridge import Trial
from collab.crdt.text_doc import TEXT_ROOT
from collab.messages import UpdateKind
from collab.ot import json0
from collab.records import dataclass
from collab.room.rules import Finding, RoomRules, Touched, by_node
from collab.values import Json

__all__ = ["Check", "Verdict", "judge", "judge_text"]

Component = dict[str, Any]

Check: TypeAlias = Callable[[Json, Touched], list[Finding]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is refused: the inverse that puts it back, the nodes, and why (first the first)."""

    inverse: tuple[Component, ...] = ()
    nodes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.findings)


_ACCEPTED: Final = Verdict()


def judge(
    trial: Trial,
    document: Json,
    rules: RoomRules,
    kind: UpdateKind,
    extra: Sequence[Finding],
    check: Check,
) -> Verdict:
    """Judge the tried change; *document* has it applied. *extra* are findings beyond the checks.

    *check* finds what is to be refused of a document and its touched nodes, of which those without
    components were put back. The document comes back as it was given.
    """
    touched = by_node(trial.op, rules)
    findings = [
        *_fault_findings(trial, rules, touched),
        *extra,
        *check(document, touched),
    ]
    if not findings:
        return _ACCEPTED
    refused = {finding.node for finding in findings}
    if kind is UpdateKind.LIVE:
        refused |= touched.keys()
    while not refused.issuperset(touched):
        inverse = json0.invert(_components(trial.op, refused, rules))
        put_back, undo = json0.apply_in_place(document, inverse)
        rest = {node: [] if node in refused else touched[node] for node in touched}
        more = check(put_back, rest)
        undo.rollback()
        if not more:
            break
        # A finding at a node that the change did not touch, or that is put back already, cannot
        # be mended node by node.
        new = {finding.node for finding in more} & touched.keys() - refused
        findings += more
        refused |= new or touched.keys()
    inverse = json0.invert(_components(trial.op, refused, rules))
    return Verdict(tuple(inverse), tuple(sorted(refused)), tuple(findings))


def judge_text(
    trial: Trial, findings: Sequence[Finding], refuse: Callable[[], Sequence[Component]]
) -> Verdict:
    """Judge a tried change of a text, which is refused as a whole or not at all.

    *findings* are those beyond the faults; *refuse* tells the bridge and gives what undoes it.
    """
    faults = [Finding(TEXT_ROOT, item.code, item.reason, item.path) for item in trial.faults]
    found = (*faults, *findings)
    return Verdict(tuple(refuse()), (TEXT_ROOT,), found) if found else _ACCEPTED


def _components(op: list[Component], nodes: set[str], rules: RoomRules) -> list[Component]:
    touched = zip(rules.nodes_of(op), op, strict=True)
    return [component for node, component in touched if node in nodes]


def _fault_findings(trial: Trial, rules: RoomRules, touched: Touched) -> list[Finding]:
    return [
        Finding(rules.node_at(fault.path, touched), fault.code, fault.reason, fault.path)
        for fault in trial.faults
    ]
