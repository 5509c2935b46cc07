"""text-unicode's laws; equality with npm stands in ``test_text_unicode_differential``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp, LimitExceeded
from collab.limits import INTEGER_MAX, OP_COMPONENTS_MAX
from collab.ot import text_unicode
from collab.values import copy_json
from tests.ot.growth import LINEAR_MAX, growth
from tests.ot.text_generator import random_text, random_text_op

RANDOMS = st.randoms(use_true_random=False)


def deletes_only(op: text_unicode.TextOp) -> text_unicode.TextOp:
    return text_unicode.normalize([component for component in op if not isinstance(component, str)])


@settings(max_examples=300, deadline=None)
@given(RANDOMS)
def test_diamond(random: Random) -> None:
    """[TX19] either order of two ops gives one text."""
    text = random_text(random)
    left, right = (random_text_op(random, text) for _ in range(2))
    first = text_unicode.apply(
        text_unicode.apply(text, left), text_unicode.transform(right, left, "right")
    )
    second = text_unicode.apply(
        text_unicode.apply(text, right), text_unicode.transform(left, right, "left")
    )
    assert first == second


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_compose(random: Random) -> None:
    """[TX6] the composed op does what the two did."""
    text = random_text(random)
    first = random_text_op(random, text)
    between = text_unicode.apply(text, first)
    second = random_text_op(random, between)
    composed = text_unicode.compose(first, second)
    assert text_unicode.apply(text, composed) == text_unicode.apply(between, second)


@settings(max_examples=300, deadline=None)
@given(RANDOMS, st.sampled_from(["left", "right"]), st.booleans())
def test_transform_past_a_composed_op(random: Random, side: Any, is_other_deleting: bool) -> None:
    """[TX20] past a composed op is past each of its parts, unless both sides insert."""
    text = random_text(random)
    op, first = random_text_op(random, text), random_text_op(random, text)
    first = deletes_only(first) if is_other_deleting else first
    between = text_unicode.apply(text, first)
    second = random_text_op(random, between)
    if is_other_deleting:
        second = deletes_only(second)
    else:
        op = deletes_only(op)
    after = text_unicode.apply(between, second)
    at_once = text_unicode.transform(op, text_unicode.compose(first, second), side)
    step = text_unicode.transform(op, first, side)
    in_turn = text_unicode.transform(step, second, side)
    assert text_unicode.apply(after, at_once) == text_unicode.apply(after, in_turn)


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_invert(random: Random) -> None:
    """[TX7] an op and then its inverse leave the text as it was."""
    text = random_text(random)
    op = random_text_op(random, text)
    inverse = text_unicode.invert(text_unicode.make_invertible(op, text))
    assert text_unicode.apply(text_unicode.apply(text, op), inverse) == text


def test_an_op_that_does_not_tell_what_it_deletes_has_no_inverse() -> None:
    """[TX7] a delete by number is refused by invert until it was made invertible."""
    with pytest.raises(InvalidOp) as refused:
        text_unicode.invert([1, {"d": 1}])
    assert refused.value.code == "op_not_invertible"
    invertible = text_unicode.make_invertible([1, {"d": 1}], "é😀")
    assert text_unicode.invert(invertible) == [1, "😀"]


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_inputs_stay_as_they_were(random: Random) -> None:
    """[TX21] no function changes an op; npm's own normalize does."""
    text = random_text(random)
    op, other = (random_text_op(random, text) for _ in range(2))
    unchecked = random_text_op(random, text, is_normal=False)
    kept = copy_json([op, other, unchecked])
    text_unicode.normalize(unchecked)
    after = text_unicode.apply(text, op)
    text_unicode.transform(other, op, "left")
    text_unicode.compose(op, random_text_op(random, after))
    text_unicode.invert(text_unicode.make_invertible(op, text))
    assert [op, other, unchecked] == kept


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ({"ops": []}, "op_malformed"),
        ("é", "op_malformed"),
        ([None], "op_malformed"),
        ([True], "op_malformed"),
        ([-1], "op_malformed"),
        ([1.5], "op_malformed"),
        ([INTEGER_MAX + 1], "op_malformed"),
        ([["é"]], "op_malformed"),
        ([{}], "op_malformed"),
        ([{"d": None}], "op_malformed"),
        ([{"d": 1, "é": 1}], "op_malformed"),
        ([{"d": {"d": 1}}], "op_malformed"),
        (["\ud83d"], "value_text"),
        ([{"d": "\ude00"}], "value_text"),
    ],
)
def test_malformed_ops_are_refused(op: Any, code: str) -> None:
    """[TX2] what is no op is refused with a code."""
    with pytest.raises(InvalidOp) as refused:
        text_unicode.normalize(op)
    assert refused.value.code == code


def test_the_number_of_components_is_bounded() -> None:
    """[TX2] one component more than an op may have is refused."""
    longest: list[Any] = [1, "é"] * (OP_COMPONENTS_MAX // 2)
    assert len(text_unicode.normalize(longest)) == OP_COMPONENTS_MAX
    with pytest.raises(LimitExceeded) as refused:
        text_unicode.normalize([*longest, 1])
    assert refused.value.code == "limit_op_components"


def test_a_checked_op_is_canonical() -> None:
    """[TX1] neighbours are joined, empty components and the skip at the end left out."""
    op = [1, 0, 2.0, "é", "", "😀", {"d": "x"}, {"d": "y"}, {"d": 0}, "z", {"d": "é"}, {"d": 2}, 4]
    assert text_unicode.normalize(op) == [3, "é😀", {"d": "xy"}, "z", {"d": 3}]
    assert text_unicode.normalize([3]) == []


def test_characters_are_code_points() -> None:
    """[TX3] an emoji counts one, a combining mark counts by itself."""
    assert text_unicode.apply("a😀b", [2, "é"]) == "a😀éb"
    assert text_unicode.apply("e\u0301x", [1, {"d": 1}]) == "ex"
    assert text_unicode.apply("", []) == ""


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ([4, "x"], "op_text_offset"),
        ([{"d": 4}], "op_text_offset"),
        ([2, {"d": "é"}], "op_text_delete"),
        ([2, {"d": "éé"}], "op_text_offset"),
        ([3, {"d": 1}], "op_text_offset"),
    ],
)
def test_ops_that_do_not_fit_are_refused(op: Any, code: str) -> None:
    """[TX4] an op cannot reach behind the end, nor delete a text that is not there."""
    with pytest.raises(InvalidOp) as refused:
        text_unicode.apply("a😀b", op)
    assert refused.value.code == code


def test_an_op_may_reach_the_end() -> None:
    """[TX4] the end itself is a place."""
    assert text_unicode.apply("a😀b", [3, "é"]) == "a😀bé"
    assert text_unicode.apply("a😀b", [1, {"d": "😀b"}]) == "a"


def test_what_a_document_begins_with() -> None:
    """[TX12] a text begins with a string or nothing."""
    assert text_unicode.create("é😀") == "é😀"
    assert text_unicode.create(None) == ""
    for data, code in ((1, "op_data"), (["é"], "op_data"), ("\ud83d", "value_text")):
        with pytest.raises(InvalidOp) as refused:
            text_unicode.create(data)
        assert refused.value.code == code


def test_time_grows_with_the_text_and_the_op() -> None:
    """[TX22] time grows with the op and the text, not with their product."""

    def edit(scale: int) -> Callable[[], object]:
        text = "é" * (scale * 10_000)
        # Far down, where each piece that is joined to the long one could copy it.
        edits: text_unicode.TextOp = [1, "x", {"d": 1}] * (scale * 100)
        op = [scale * 9_000, *edits]
        composed = text_unicode.compose([text], op)

        def run() -> None:
            after = text_unicode.apply(text, op)
            assert composed == [after]
            assert text_unicode.compose([text], op) == composed
            assert text_unicode.transform(op, [{"d": len(text)}], "left")

        return run

    assert growth(edit) < LINEAR_MAX
