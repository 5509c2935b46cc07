"""rich-text's laws; equality with npm stands in ``test_rich_text_differential``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp, LimitExceeded, PeerError
from collab.limits import ATTRIBUTES_BYTES_MAX, INTEGER_MAX, OP_COMPONENTS_MAX
from collab.ot import rich_text
from collab.values import copy_json, json_equal, utf16_length
from tests.ot.growth import LINEAR_MAX, growth
from tests.ot.oracle import ask
from tests.ot.text_generator import random_delta, random_rich_text

RANDOMS = st.randoms(use_true_random=False)
SIDES = st.sampled_from(["left", "right"])
EMOJI: list[dict[str, Any]] = [{"insert": "a😀b"}, {"insert": {"image": "é.png"}}]


def document_of(random: Random) -> Any:
    return rich_text.create(random_rich_text(random))


def op_on(random: Random, document: Any, *, inserts: bool = True) -> Any:
    return rich_text.normalize(random_delta(random, document, inserts=inserts))


@settings(max_examples=300, deadline=None)
@given(RANDOMS)
def test_diamond(random: Random) -> None:
    """[TX19] either order of two ops gives one document."""
    document = document_of(random)
    left, right = op_on(random, document), op_on(random, document)
    first = rich_text.apply(
        rich_text.apply(document, left), rich_text.transform(right, left, "right")
    )
    second = rich_text.apply(
        rich_text.apply(document, right), rich_text.transform(left, right, "left")
    )
    assert json_equal(first, second)


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_compose(random: Random) -> None:
    """[TX16] the composed op does what the two did."""
    document = document_of(random)
    first = op_on(random, document)
    between = rich_text.apply(document, first)
    second = op_on(random, between)
    composed = rich_text.compose(first, second)
    assert json_equal(rich_text.apply(document, composed), rich_text.apply(between, second))


@settings(max_examples=300, deadline=None)
@given(RANDOMS, SIDES, st.booleans())
def test_transform_past_a_composed_op(random: Random, side: Any, is_op_inserting: bool) -> None:
    """[TX20] past a composed op is past each of its parts, unless both sides insert."""
    document = document_of(random)
    op = op_on(random, document, inserts=is_op_inserting)
    first = op_on(random, document, inserts=not is_op_inserting)
    between = rich_text.apply(document, first)
    second = op_on(random, between, inserts=not is_op_inserting)
    after = rich_text.apply(between, second)
    at_once = rich_text.transform(op, rich_text.compose(first, second), side)
    in_turn = rich_text.transform(rich_text.transform(op, first, side), second, side)
    assert json_equal(rich_text.apply(after, at_once), rich_text.apply(after, in_turn))


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_invert(random: Random) -> None:
    """[TX17] an op and then its inverse leave the document as it was."""
    document = document_of(random)
    op = op_on(random, document)
    after = rich_text.apply(document, op)
    restored = rich_text.apply(after, rich_text.invert(op, document))
    # A null format, which only an insert can bring in, is left out when it is set again.
    assert json_equal(without_nulls(restored), without_nulls(document))


def without_nulls(document: Any) -> Any:
    plain = []
    for component in document:
        formats = component.get("attributes", {})
        kept = {key: value for key, value in formats.items() if value is not None}
        plain.append({"insert": component["insert"], "attributes": kept})
    return rich_text.create(plain)


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_inputs_stay_as_they_were(random: Random) -> None:
    """[TX21] no function changes an op or a document."""
    document = document_of(random)
    op, other = op_on(random, document), op_on(random, document)
    kept = copy_json([document, op, other])
    after = rich_text.apply(document, op)
    rich_text.transform(other, op, "left")
    rich_text.compose(op, op_on(random, after))
    rich_text.invert(op, document)
    rich_text.normalize([*op, *op])
    assert json_equal([document, op, other], kept)


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ("é", "op_malformed"),
        ({"ops": [], "é": 1}, "op_malformed"),
        ({"ops": {}}, "op_malformed"),
        ([1], "op_malformed"),
        ([{}], "op_malformed"),
        ([{"insert": "é", "retain": 1}], "op_malformed"),
        ([{"insert": "é", "colour": "rot"}], "op_malformed"),
        ([{"insert": None}], "op_malformed"),
        ([{"insert": ["é"]}], "op_malformed"),
        ([{"insert": 1}], "op_malformed"),
        ([{"retain": -1}], "op_malformed"),
        ([{"retain": 1.5}], "op_malformed"),
        ([{"retain": True}], "op_malformed"),
        ([{"delete": INTEGER_MAX + 1}], "op_malformed"),
        ([{"delete": 1, "attributes": {"bold": True}}], "op_malformed"),
        ([{"retain": 1, "attributes": ["bold"]}], "op_malformed"),
        ([{"insert": "\ud83d"}], "value_text"),
        ([{"insert": {"image": float("nan")}}], "value_number"),
        ([{"insert": "é", "attributes": {"__proto__": 1}}], "value_key"),
    ],
)
def test_malformed_ops_are_refused(op: Any, code: str) -> None:
    """[TX2] what is no delta is refused with a code."""
    with pytest.raises(InvalidOp) as refused:
        rich_text.normalize(op)
    assert refused.value.code == code


def test_a_refused_component_is_named() -> None:
    """[TX2] the path of the refusal is the place in the op."""
    with pytest.raises(InvalidOp) as refused:
        rich_text.normalize(
            [{"insert": "é"}, {"insert": "é", "attributes": {"a": {"b": ["\ude00"]}}}]
        )
    assert refused.value.path == (1, "a", "b", 0)


def test_the_number_of_components_is_bounded() -> None:
    """[TX2] one component more than an op may have is refused."""
    longest = [{"insert": "é"}] * OP_COMPONENTS_MAX
    assert rich_text.normalize(longest) == [{"insert": "é" * OP_COMPONENTS_MAX}]
    with pytest.raises(LimitExceeded) as refused:
        rich_text.normalize({"ops": [*longest, {"retain": 1}]})
    assert refused.value.code == "limit_op_components"


def test_a_checked_op_is_canonical() -> None:
    """[TX9] equal neighbours are joined, what does nothing is left out, counts are integers."""
    op = [
        {"retain": 1.0},
        {"retain": 1, "attributes": {}},
        {"insert": "é", "attributes": {"a": {"b": 1}}},
        {"insert": "", "attributes": {"x": 1}},
        {"insert": "😀", "attributes": {"a": {"b": 1.0}}},
        {"insert": {"image": "é.png"}, "attributes": None},
        {"delete": 0},
        {"retain": 2, "attributes": {"bold": None}},
        {"retain": 1, "attributes": {"bold": None}},
        {"delete": 1},
        {"delete": 2},
        {"retain": 7},
    ]
    expected = [
        {"retain": 2},
        {"insert": "é😀", "attributes": {"a": {"b": 1}}},
        {"insert": {"image": "é.png"}},
        {"retain": 3, "attributes": {"bold": None}},
        {"delete": 3},
    ]
    assert json_equal(rich_text.normalize(op), expected)
    assert json_equal(rich_text.normalize({"ops": op}), expected)


def test_inserts_and_deletes_keep_their_order() -> None:
    """[TX10] npm transforms a delete before an insert otherwise than the same two turned round."""
    delete_first = [{"delete": 3}, {"insert": "😀"}]
    insert_first = [{"insert": "😀"}, {"delete": 3}]
    assert rich_text.normalize(delete_first) == delete_first
    other = [{"retain": 3}, {"insert": "é"}]
    transformed = [
        ask(
            [{"kind": "transform", "op": op, "other": other, "side": "left"}],
            "rich_text_oracle.mjs",
        )[0]["result"][0]
        for op in (delete_first, insert_first)
    ]
    documents = [rich_text.apply([{"insert": "abcé"}], op) for op in transformed]
    assert documents == [[{"insert": "é😀"}], [{"insert": "😀é"}]]
    ours = [rich_text.transform(op, other, "left") for op in (delete_first, insert_first)]
    assert ours == transformed


def test_an_embed_cannot_be_edited() -> None:
    """[TX11] a retain with an embed is refused, an insert of one is not."""
    rich_text.normalize([{"insert": {"image": "é"}}])
    with pytest.raises(InvalidOp) as refused:
        rich_text.normalize([{"retain": {"image": "é"}}])
    assert refused.value.code == "op_embed"


def test_formats_are_bounded() -> None:
    """[TX11] the formats of a component may be so long and no longer."""
    room = ATTRIBUTES_BYTES_MAX - len('{"é":""}'.encode())
    rich_text.normalize([{"insert": "x", "attributes": {"é": "x" * room}}])
    with pytest.raises(PeerError) as refused:
        rich_text.normalize([{"insert": "x", "attributes": {"é": "x" * (room + 1)}}])
    assert refused.value.code == "limit_attributes"


def test_what_a_document_begins_with() -> None:
    """[TX12] a document begins with inserts, as a list or as the ops of an object, or empty."""
    inserts = [{"insert": "é"}, {"insert": "😀"}, {"insert": {"image": "é.png"}}]
    joined = [{"insert": "é😀"}, {"insert": {"image": "é.png"}}]
    assert rich_text.create(inserts) == rich_text.create({"ops": inserts}) == joined
    assert rich_text.create(None) == rich_text.create([]) == []
    for data, code in (
        ("é", "op_data"),
        ({}, "op_data"),
        ([{"retain": 1}], "op_data"),
        ([{"delete": 1}], "op_data"),
        ([{"insert": "\ud83d"}], "value_text"),
    ):
        with pytest.raises(InvalidOp) as refused:
            rich_text.create(data)
        assert refused.value.code == code


def test_lengths_are_utf16_units() -> None:
    """[TX13] an emoji counts two units, an embed one."""
    after = rich_text.apply(EMOJI, [{"retain": 3}, {"insert": "é"}, {"retain": 1}, {"delete": 1}])
    assert after == [{"insert": "a😀éb"}]


@pytest.mark.parametrize(
    "op",
    [
        [{"retain": 2}, {"insert": "x"}],
        [{"retain": 2}, {"delete": 1}],
        [{"retain": 1}, {"delete": 1}],
        [{"retain": 1}, {"retain": 1, "attributes": {"bold": True}}],
        [{"delete": 6}],
        [{"retain": 6, "attributes": {"bold": True}}],
        [{"retain": 6}, {"insert": "x"}],
    ],
)
def test_ops_that_do_not_fit_are_refused(op: Any) -> None:
    """[TX14] an op cannot reach behind the end nor cut a character in two, and changes nothing."""
    kept = copy_json(EMOJI)
    with pytest.raises(InvalidOp) as refused:
        rich_text.apply(EMOJI, rich_text.normalize(op))
    assert refused.value.code == "op_text_offset"
    assert kept == EMOJI


def test_every_cut_of_a_long_run_is_judged() -> None:
    """[TX14] between two characters an op may cut, within one it may not, far down as well."""
    characters = "😀aé" * 700
    document = [{"insert": characters}]
    for number in (0, 1, 2, 3, 1_020, 1_023, 1_024, 1_025, 1_026, 2_047, 2_048, 2_049, 2_099):
        units = utf16_length(characters[:number])
        after = rich_text.apply(document, [{"retain": units}, {"insert": "x"}])
        assert after == [{"insert": characters[:number] + "x" + characters[number:]}]
        if characters[number] == "😀":
            with pytest.raises(InvalidOp) as refused:
                rich_text.apply(document, [{"retain": units + 1}, {"delete": 1}])
            assert refused.value.code == "op_text_offset"


def test_an_op_may_reach_the_end() -> None:
    """[TX14] the end itself is a place, and a whole character may go."""
    assert rich_text.apply(EMOJI, [{"retain": 5}, {"insert": "é"}])[-1] == {"insert": "é"}
    assert rich_text.apply(EMOJI, [{"retain": 1}, {"delete": 2}])[0] == {"insert": "ab"}
    assert rich_text.apply(EMOJI, [{"delete": 5}]) == []


def test_a_cursor_waits_for_others_and_moves_with_its_own() -> None:
    """[TX18] what is inserted right at a cursor moves it only if the cursor's author did it."""
    presence = {"index": 2, "length": 0, "name": "é"}
    op = [{"retain": 2}, {"insert": "😀"}]
    assert rich_text.transform_presence(presence, op, is_own=True) == {**presence, "index": 4}
    assert rich_text.transform_presence(presence, op, is_own=False) == presence
    assert rich_text.transform_presence(None, op, is_own=False) is None


@pytest.mark.parametrize("presence", [1, "é", [], {}, {"index": 1}, {"index": "1", "length": -1}])
def test_a_malformed_presence_is_refused(presence: Any) -> None:
    """[TX18] what has no index and length is no presence in a rich text."""
    with pytest.raises(InvalidOp) as refused:
        rich_text.transform_presence(presence, [], is_own=False)
    assert refused.value.code == "op_presence"


def test_time_grows_with_the_text_and_the_op() -> None:
    """[TX22] time grows with the op and the text, not with their product."""

    def edit(scale: int) -> Callable[[], object]:
        document = rich_text.create([{"insert": "é😀" * (scale * 4_000)}])
        # Far down, where each piece that is joined to the long one could copy it.
        keep = {"retain": scale * 9_000}
        edits = [{"retain": 1}, {"insert": "x"}, {"retain": 2}, {"delete": 3}] * (scale * 50)
        op: Any = [keep, *edits]
        bold = [{"retain": 3, "attributes": {"bold": True}}, {"retain": 3}] * (scale * 50)
        normal = rich_text.normalize([keep, *bold])

        def run() -> None:
            rich_text.apply(document, op)
            rich_text.invert(normal, rich_text.apply(document, normal))
            rich_text.transform(op, normal, "left")

        return run

    assert growth(edit) < LINEAR_MAX
