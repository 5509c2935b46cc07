"""Applying ops: pure, in place, and refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp
from collab.limits import INTEGER_MAX
from collab.ot import json0
from collab.values import copy_json, json_equal
from tests.ot.generator import random_document, random_op

RANDOMS = st.randoms(use_true_random=False)
DOCUMENT: dict[str, Any] = {"l": [1, "é", True], "m": {"a": None}, "t": "a😀b", "n": 1.5}


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_in_place_equals_pure_and_rolls_back(random: Random) -> None:
    """[OT5] in place gives what apply gives, and the undo gives it back."""
    document = random_document(random)
    op, _ = random_op(random, document)
    expected = json0.apply(document, op)
    before = copy_json(document)
    after, undo = json0.apply_in_place(document, op)
    assert json_equal(after, expected)
    restored = undo.rollback()
    assert restored is document
    assert json_equal(restored, before)
    assert json_equal(undo.rollback(), before)


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_failure_changes_nothing(random: Random) -> None:
    """[OT17] an op whose last component does not fit leaves the document as it was."""
    document = random_document(random)
    op, _ = random_op(random, document)
    op.append({"p": ["no such", "member", "é"], "oi": 1})
    before = copy_json(document)
    for function in (json0.apply, json0.apply_in_place):
        with pytest.raises(InvalidOp):
            function(document, op)
        assert json_equal(document, before)


def test_pure_apply_shares_what_it_leaves() -> None:
    """[OT4] only the containers on the way are new, once per op, and nothing is the op's."""
    value = {"x": ["é"]}
    op: json0.Op = [{"p": ["m", "b"], "oi": value}, {"p": ["m", "b", "x", 0, 1], "si": "😀"}]
    after = json0.apply(DOCUMENT, op)
    assert after["l"] is DOCUMENT["l"]
    assert after["m"] is not DOCUMENT["m"]
    assert after["m"] == {"a": None, "b": {"x": ["é😀"]}}
    assert value == {"x": ["é"]}
    assert json0.apply(DOCUMENT, []) is DOCUMENT


def test_in_place_shares_nothing_with_the_op() -> None:
    """[OT4] a later edit of an inserted value leaves the op in the log as it was."""
    op: json0.Op = [{"p": ["l"], "oi": ["é"]}]
    document, _ = json0.apply_in_place({}, op)
    json0.apply_in_place(document, [{"p": ["l", 0], "ld": "é"}])
    assert document == {"l": []}
    assert op == [{"p": ["l"], "oi": ["é"]}]


def test_in_place_changes_the_containers_themselves() -> None:
    """[OT5] the document keeps its identity unless the root is replaced."""
    document = copy_json(DOCUMENT)
    after, _ = json0.apply_in_place(document, [{"p": ["l", 0], "lm": 2}])
    assert after is document
    assert document["l"] == ["é", True, 1]
    replaced, undo = json0.apply_in_place(document, [{"p": [], "od": document, "oi": "é"}])
    assert replaced == "é"
    assert undo.rollback() is document


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"p": ["x"], "od": 1}, "op_path"),
        ({"p": ["x", "y"], "oi": 1}, "op_path"),
        ({"p": ["l", 3], "ld": 1}, "op_path"),
        ({"p": ["l", 4], "li": 1}, "op_path"),
        ({"p": ["l", 3], "ld": 1, "li": 2}, "op_path"),
        ({"p": ["l", 3], "lm": 0}, "op_path"),
        ({"p": ["l", 0], "lm": 3}, "op_path"),
        ({"p": ["l", True], "ld": "é"}, "op_path"),
        ({"p": ["l", "0", 0], "si": "é"}, "op_path"),
        ({"p": ["m", 0, "x"], "oi": 1}, "op_path"),
        ({"p": ["m", 0], "oi": 1}, "op_path"),
        ({"p": ["l", 0], "oi": 1}, "op_mismatch"),
        ({"p": ["m", 0], "li": 1}, "op_mismatch"),
        ({"p": ["n", "x"], "oi": 1}, "op_mismatch"),
        ({"p": ["n", 0], "si": "é"}, "op_mismatch"),
        ({"p": ["t"], "na": 1}, "op_mismatch"),
        ({"p": ["l", 2], "na": 1}, "op_mismatch"),
        ({"p": ["l", 0], "na": INTEGER_MAX}, "op_number"),
        ({"p": [], "od": DOCUMENT}, "op_root"),
        ({"p": ["t", 5], "si": "é"}, "op_text_offset"),
        ({"p": ["t", 2], "si": "é"}, "op_text_offset"),
        ({"p": ["t", 2], "sd": "b"}, "op_text_offset"),
        ({"p": ["t", 1], "sd": "b"}, "op_text_delete"),
        ({"p": ["t", 3], "sd": "bc"}, "op_text_delete"),
        ({"p": ["t"]}, "op_malformed"),
        ({"oi": 1}, "op_malformed"),
    ],
)
def test_refusals(component: json0.Component, code: str) -> None:
    """[OT17] what does not fit the document has a stable code and the component's path."""
    with pytest.raises(InvalidOp) as caught:
        json0.apply(DOCUMENT, [component])
    assert caught.value.code == code
    assert caught.value.path == tuple(component.get("p", ()))


@pytest.mark.parametrize(
    ("component", "path", "expected"),
    [
        ({"p": ["l", 2], "ld": 0}, "l", [1, "é"]),
        ({"p": ["l", 3], "li": "😀"}, "l", [1, "é", True, "😀"]),
        ({"p": ["l", 2], "lm": 0}, "l", [True, 1, "é"]),
        ({"p": ["l", 1], "lm": 1}, "l", [1, "é", True]),
        ({"p": ["m", "b"], "od": None, "oi": 1}, "m", {"a": None, "b": 1}),
        ({"p": ["n"], "na": 0.5}, "n", 2),
        ({"p": ["t", 4], "si": "é"}, "t", "a😀bé"),
        ({"p": ["t", 3], "si": "é"}, "t", "a😀éb"),
        ({"p": ["t", 1], "sd": "😀"}, "t", "ab"),
        ({"p": ["t"], "t": "text0", "o": [{"p": 0, "i": "é"}, {"p": 2, "d": "😀"}]}, "t", "éab"),
    ],
)
def test_boundaries(component: json0.Component, path: str, expected: Any) -> None:
    """[OT3] the last place that fits; an od or ld need not tell what stands there."""
    after = json0.apply(DOCUMENT, [component])
    assert json_equal(after[path], expected)
    assert type(after["n"]) in (int, float)
