"""What peers send, admitted in canonical form or refused."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp, LimitExceeded
from collab.limits import INTEGER_MAX, NESTING_MAX, OP_COMPONENTS_MAX
from collab.ot import json0
from collab.values import SharedMap, json_equal
from tests.ot.generator import OpStyle, random_document, random_op


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ({"p": []}, "op_malformed"),
        (None, "op_malformed"),
        (["é"], "op_malformed"),
        ([{"oi": 1}], "op_malformed"),
        ([{"p": "é", "oi": 1}], "op_malformed"),
        ([{"p": ["é"]}], "op_malformed"),
        ([{"p": ["é"], "oi": 1, "x": 1}], "op_malformed"),
        ([{"p": [0], "li": 1, "lm": 2}], "op_malformed"),
        ([{"p": [0], "si": "é", "sd": "é"}], "op_malformed"),
        ([{"p": [0], "si": 1}], "op_malformed"),
        ([{"p": ["é"], "t": "text0"}], "op_malformed"),
        ([{"p": ["é"], "t": "text0", "o": {"p": 0, "i": "é"}}], "op_malformed"),
        ([{"p": ["é"], "t": "text0", "o": [{"p": 0, "i": "é", "d": "é"}]}], "op_malformed"),
        ([{"p": ["é"], "t": "text0", "o": [{"p": -1, "i": "é"}]}], "op_malformed"),
        ([{"p": ["é"], "t": "rich-text", "o": []}], "op_subtype"),
        ([{"p": [1.5], "li": 1}], "op_path"),
        ([{"p": [-1], "li": 1}], "op_path"),
        ([{"p": [True], "li": 1}], "op_path"),
        ([{"p": [None], "li": 1}], "op_path"),
        ([{"p": ["0"], "ld": 1}], "op_path"),
        ([{"p": [], "li": 1}], "op_path"),
        ([{"p": [], "si": "é"}], "op_path"),
        ([{"p": [0], "lm": "1"}], "op_path"),
        ([{"p": [0], "lm": False}], "op_path"),
        ([{"p": [0], "oi": 1}], "op_path"),
        ([{"p": ["é"] * (NESTING_MAX + 2), "oi": 1}], "op_path"),
        ([{"p": [], "od": 1}], "op_root"),
        ([{"p": ["é"], "na": "1"}], "op_number"),
        ([{"p": ["é"], "na": True}], "op_number"),
        ([{"p": ["é"], "na": float("nan")}], "value_number"),
        ([{"p": ["é"], "oi": INTEGER_MAX + 1}], "value_number"),
        ([{"p": ["é"], "od": {"a": b"x"}}], "value_type"),
        ([{"p": ["é"], "oi": {"__proto__": 1}}], "value_key"),
        ([{"p": ["constructor"], "oi": 1}], "value_key"),
        ([{"p": ["é", 0], "si": "\ud83d"}], "value_text"),
        ([{"p": ["é"], "t": "text0", "o": [{"p": 0, "d": "\ude00"}]}], "value_text"),
    ],
)
def test_malformed_ops(op: Any, code: str) -> None:
    """[OT1] each fault has its code, also behind a good component."""
    with pytest.raises(InvalidOp) as caught:
        json0.check(op)
    assert caught.value.code == code
    if isinstance(op, list):
        with pytest.raises(InvalidOp) as caught:
            json0.normalize([{"p": ["é"], "oi": 1}, *op])
        assert caught.value.code == code


def test_fault_tells_where() -> None:
    """[OT1] the path leads to the component, and on to the value that is no JSON."""
    with pytest.raises(InvalidOp) as caught:
        json0.check([{"p": ["é", 1], "li": {"a": [0, b""]}}])
    assert caught.value.path == ("é", 1, "a", 1)
    with pytest.raises(InvalidOp) as caught:
        json0.check([{"p": ["é", 1], "li": 0, "lm": 0}])
    assert caught.value.path == ("é", 1)


def test_too_many_components() -> None:
    """[OT1] the bound counts what a text op becomes as well."""
    component = {"p": ["é"], "na": 1}
    assert len(json0.normalize([component] * OP_COMPONENTS_MAX)) == OP_COMPONENTS_MAX
    parts = [{"p": 0, "i": "é"}] * 2
    for op in (
        [component] * (OP_COMPONENTS_MAX + 1),
        [component] * (OP_COMPONENTS_MAX - 1) + [{"p": ["é"], "t": "text0", "o": parts}],
    ):
        with pytest.raises(LimitExceeded) as caught:
            json0.check(op)
        assert caught.value.code == "limit_op_components"


def test_canonical_form() -> None:
    """[OT2] values, numbers and texts have one spelling."""
    op: json0.Op = [
        {"p": ["é", 1.0], "li": SharedMap(a=1.0)},
        {"p": ["é", 0], "lm": 2.0},
        {
            "p": ["t"],
            "t": "text0",
            "o": [{"p": 1, "i": "😀"}, {"p": 3, "i": ""}, {"p": 0, "d": "a"}],
        },
        {"p": ["t", 3], "si": ""},
        {"p": ["n"], "na": 2.0},
    ]
    normalized = json0.normalize(op)
    assert json_equal(
        normalized,
        [
            {"p": ["é", 1], "li": {"a": 1}},
            {"p": ["é", 0], "lm": 2},
            {"p": ["t", 1], "si": "😀"},
            {"p": ["t", 0], "sd": "a"},
            {"p": ["n"], "na": 2},
        ],
    )
    assert isinstance(normalized[0]["li"], SharedMap)
    assert type(normalized[0]["p"][1]) is type(normalized[0]["li"]["a"]) is int
    assert normalized[0]["li"] is not op[0]["li"]


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_canonical_form_does_the_same(random: Random) -> None:
    """[OT2] a checked op does what the op did, and checking it again changes nothing."""
    document = random_document(random)
    op, after = random_op(random, document, OpStyle(components_max=6, subtype_share=0.5))
    normalized = json0.normalize(op)
    assert not any("t" in component for component in normalized)
    assert json_equal(json0.apply(document, normalized), after)
    assert json_equal(json0.normalize(normalized), normalized)
    json0.check(op, document)


def test_check_against_a_document() -> None:
    """[OT17] with a document, an op that does not fit is refused and the document kept."""
    document = {"é": [1]}
    op: json0.Op = [{"p": ["é", 0], "ld": 1}, {"p": ["é", 0], "ld": 1}]
    json0.check(op)
    json0.check(op[:1], document)
    with pytest.raises(InvalidOp) as caught:
        json0.check(op, document)
    assert caught.value.code == "op_path"
    assert document == {"é": [1]}
