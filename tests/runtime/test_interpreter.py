"""From a revision to a patch."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.ids import Epoch, RevisionNo, UserId
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from runtime.interpreter import Interpreter, Patch
from tests.ot.generator import random_op

MODEL = {
    "application": {"name": "Größe"},
    "nodes": {
        "a": {"type": "Page@1", "place": ["application", "pages", "a0"], "props": {"name": "é"}},
        "b": {"type": "Button@1", "place": ["a", "children", "a0"], "props": {"label": "😀"}},
    },
}


def revision(change: Any, kind: ChangeKind = ChangeKind.OP) -> Revision:
    return Revision(RevisionNo(8), Epoch(1), kind, change, b"", UserId("u"), 0)


def advance(op: json0.Op) -> tuple[Patch | None, Any]:
    after = json0.apply(MODEL, op)
    return Interpreter(RevisionNo(7), MODEL).advance(revision(op), after), after


def test_touched_node_comes_whole() -> None:
    """[PV1] A patch holds the nodes that the op touched, whole, and nothing else."""
    patch, after = advance([{"p": ["nodes", "b", "props", "label", 0], "si": "日"}])
    assert patch is not None
    assert patch.to_json() == {"revision": 8, "nodes": {"b": after["nodes"]["b"]}}
    assert after["nodes"]["b"]["props"]["label"] == "日😀"


def test_removed_and_new_nodes() -> None:
    """[PV1] A node that left is null, a new one comes whole."""
    node = {"type": "Text@1", "place": None, "props": {}}
    patch, _ = advance(
        [
            {"p": ["nodes", "b"], "od": MODEL["nodes"]["b"]},
            {"p": ["nodes", "c"], "oi": node},
        ]
    )
    assert patch is not None
    assert patch.to_json() == {"revision": 8, "nodes": {"b": None, "c": node}}


def test_head_of_the_application() -> None:
    """[PV1] The application's head comes along only if it was touched."""
    patch, _ = advance([{"p": ["application", "name"], "od": "Größe", "oi": "n"}])
    assert patch is not None
    assert patch.to_json() == {"revision": 8, "nodes": {}, "application": {"name": "n"}}


def test_revision_without_a_change() -> None:
    """[PV1] A revision without a change still moves the preview's number."""
    patch = Interpreter(RevisionNo(7), MODEL).advance(revision(None, ChangeKind.NONE), MODEL)
    assert patch is not None
    assert patch.to_json() == {"revision": 8, "nodes": {}}


@pytest.mark.parametrize(
    "changed",
    [
        revision([{"p": [], "od": MODEL, "oi": {}}]),
        revision([{"p": ["nodes"], "od": MODEL["nodes"], "oi": {}}]),
        revision({"application": {}, "nodes": {}}, ChangeKind.CREATE),
        revision(None, ChangeKind.DELETE),
    ],
)
def test_change_of_everything(changed: Revision) -> None:
    """[PV1] What no patch can tell asks for the whole model."""
    interpreter = Interpreter(RevisionNo(7), MODEL)
    after = {"application": {}, "nodes": {}}
    assert interpreter.advance(changed, after) is None
    assert interpreter.model() == {"revision": 8, **after}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_patches_add_up_to_the_model(seed: int) -> None:
    """[PV1] A viewer that takes every patch has the model, whatever the ops were."""
    random = Random(seed)
    document = MODEL
    interpreter = Interpreter(RevisionNo(0), document)
    seen = interpreter.model()
    for number in range(1, 15):
        inside, _ = random_op(random, document["nodes"])
        if not isinstance(json0.apply(document["nodes"], inside), dict):
            continue
        op = [{**component, "p": ["nodes", *component["p"]]} for component in inside]
        document = json0.apply(document, op)
        patch = interpreter.advance(
            Revision(RevisionNo(number), Epoch(1), ChangeKind.OP, op, b"", UserId("u"), 0), document
        )
        if patch is None:
            seen = interpreter.model()
            continue
        for node, value in patch.nodes.items():
            if value is None:
                seen["nodes"] = {k: v for k, v in seen["nodes"].items() if k != node}
            else:
                seen["nodes"] = {**seen["nodes"], node: value}
        assert {k: v for k, v in seen["nodes"].items() if v is not None} == {
            k: v for k, v in document["nodes"].items() if v is not None
        }
