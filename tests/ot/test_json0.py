"""json0's laws, on random documents and ops; equality with npm stands in ``test_differential``."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp, LimitExceeded
from collab.ot import json0
from collab.values import SharedList, SharedMap, SharedText, copy_json, json_equal
from tests.ot.generator import OpStyle, inserts_blindly, random_document, random_op
from tests.ot.oracle import ask

RANDOMS = st.randoms(use_true_random=False)
LONG = OpStyle(components_min=8, components_max=30)
SHORT = OpStyle()


def two_ops(random: Random) -> tuple[Any, json0.Op, json0.Op]:
    """Return a document and two ops that were made on it."""
    document = random_document(random)
    style = random.choice((SHORT, SHORT, LONG))
    return document, random_op(random, document, style)[0], random_op(random, document, style)[0]


def marked(value: Any) -> Any:
    """Return *value* with every container and text marked as shared."""
    if isinstance(value, dict):
        return SharedMap((key, marked(item)) for key, item in value.items())
    if isinstance(value, list):
        return SharedList(map(marked, value))
    return SharedText(value) if isinstance(value, str) else value


def are_marked(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value, SharedMap) and all(map(are_marked, value.values()))
    if isinstance(value, list):
        return isinstance(value, SharedList) and all(map(are_marked, value))
    return isinstance(value, SharedText) or not isinstance(value, str)


def marked_op(op: json0.Op) -> json0.Op:
    """Return *op* with marks on every value that it carries."""
    values = {"li", "ld", "oi", "od"}
    return [
        {key: marked(value) if key in values else value for key, value in component.items()}
        for component in op
    ]


@settings(max_examples=300, deadline=None)
@given(RANDOMS)
def test_diamond(random: Random) -> None:
    """[OT13] either order of two ops gives one document."""
    document, left, right = two_ops(random)
    assert not inserts_blindly(document, left)
    assert not inserts_blindly(document, right)
    new_left, new_right = json0.transform_pair(left, right)
    first = json0.apply(json0.apply(document, left), new_right)
    second = json0.apply(json0.apply(document, right), new_left)
    assert json_equal(first, second)


def test_blind_insert_diverges_in_the_reference_too() -> None:
    """[OT13] an oi without od over a member is the excluded class: npm's own result diverges."""
    document = {"é": 1}
    left: json0.Op = [{"p": ["é"], "oi": "😀"}]
    right: json0.Op = [{"p": ["é"], "od": 1}]
    assert inserts_blindly(document, left)
    (answer,) = ask([{"kind": "pairs", "ops": [left, right]}])
    new_left, new_right = answer["result"][0]
    assert [new_left, new_right] == list(json0.transform_pair(left, right))
    first = json0.apply(json0.apply(document, left), new_right)
    second = json0.apply(json0.apply(document, right), new_left)
    assert not json_equal(first, second)


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_compose(random: Random) -> None:
    """[OT7] the composed op does what the two did."""
    document = random_document(random)
    first, between = random_op(random, document)
    second, after = random_op(random, between)
    assert json_equal(json0.apply(document, json0.compose(first, second)), after)


@settings(max_examples=200, deadline=None)
@given(RANDOMS)
def test_invert(random: Random) -> None:
    """[OT8] an op and then its inverse leave the document as it was."""
    document = random_document(random)
    op, after = random_op(random, document)
    assert json_equal(json0.apply(after, json0.invert(op)), document)


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_inverse_follows_a_transform(random: Random) -> None:
    """[OT8] a transformed op can be taken back: its deletes carry what others did meanwhile."""
    document, left, right = two_ops(random)
    between = json0.apply(document, right)
    new_left = json0.transform(left, right, "left")
    after = json0.apply(between, new_left)
    assert json_equal(json0.apply(after, json0.invert(new_left)), between)


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_inputs_stay_as_they_were(random: Random) -> None:
    """[OT15] no function changes an op or a document."""
    document, left, right = two_ops(random)
    kept = copy_json([document, left, right])
    after = json0.apply(document, left)
    json0.compose(left, random_op(random, after)[0])
    json0.transform_pair(left, right)
    json0.apply(after, json0.invert(left))
    json0.transform(right, left, "right")
    json0.normalize(left)
    assert json_equal([document, left, right], kept)


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_transform_over_several(random: Random) -> None:
    """[OT18] past several ops at once reads as past each in turn."""
    document = random_document(random)
    op, _ = random_op(random, document, random.choice((SHORT, LONG)))
    current, others = document, []
    for _ in range(5):
        other, current = random_op(random, current)
        others.append(other)
    expected = op
    for other in others:
        expected = json0.transform(expected, other, "left")
    assert json_equal(json0.transform_over(op, others), expected)


@settings(max_examples=100, deadline=None)
@given(RANDOMS)
def test_marks_survive(random: Random) -> None:
    """[OT14] what is a shared type in documents and ops is one in every result."""
    document, left, right = two_ops(random)
    shared, left, right = marked(document), marked_op(left), marked_op(right)
    new_left, new_right = json0.transform_pair(left, right)
    for first, second in ((left, new_right), (right, new_left)):
        composed = json0.compose(first, second)
        after = json0.apply(shared, composed)
        assert are_marked(after)
        assert are_marked(json0.apply(after, json0.invert(composed)))
        assert are_marked(json0.apply_in_place(shared, first)[1].rollback())


def test_marks_of_texts_and_plain_values() -> None:
    """[OT14] an edit of a text keeps its class, plain stays plain."""
    document = SharedMap(a=SharedText("é"), b="é", c=SharedList([{"x": 1}]))
    op: json0.Op = [
        {"p": ["a", 1], "si": "😀"},
        {"p": ["b", 1], "si": "😀"},
        {"p": ["c", 0, "x"], "na": 1},
    ]
    after = json0.apply(document, op)
    assert after == {"a": "é😀", "b": "é😀", "c": [{"x": 2}]}
    assert [type(after["a"]), type(after["b"])] == [SharedText, str]
    assert [type(after), type(after["c"]), type(after["c"][0])] == [SharedMap, SharedList, dict]
    delete: json0.Op = [{"p": ["c"], "od": document["c"]}]
    (carried,) = json0.transform(delete, op, "left")
    assert type(carried["od"]) is SharedList
    assert carried["od"] == [{"x": 2}]


def test_join_compares_as_json() -> None:
    """[OT16] an insert cancels with the delete of the same scalar only: true is not 1, 1 is 1.0."""

    def composed(inserted: Any, deleted: Any) -> json0.Op:
        return json0.compose([{"p": [0], "li": inserted}], [{"p": [0], "ld": deleted}])

    assert composed(1, 1.0) == [] == composed("é", SharedText("é")) == composed(None, None)
    assert len(composed(True, 1)) == len(composed(0, False)) == len(composed("1", 1)) == 2
    # Containers are never identical in JavaScript, so the reference keeps both.
    assert len(composed([], [])) == len(composed({}, {})) == 2


def test_meetings_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """[OT10] the bound counts pairs that meet: at it the transform is made, past it refused."""
    op: json0.Op = [{"p": ["é", 0], "li": number} for number in range(10)]
    monkeypatch.setattr("collab.ot.crossing.TRANSFORM_MEETINGS_MAX", 100)
    assert json0.transform(op, op, "left") == op
    # Members that do not meet do not count.
    members: json0.Op = [{"p": ["é", str(number)], "oi": 0} for number in range(30)]
    assert json0.transform(members, members, "left") == [
        {**component, "od": 0} for component in members
    ]
    monkeypatch.setattr("collab.ot.crossing.TRANSFORM_MEETINGS_MAX", 99)
    with pytest.raises(LimitExceeded) as caught:
        json0.transform(op, op, "left")
    assert caught.value.code == "limit_transform"


def test_import_of_many_nodes_passes_small_edits() -> None:
    """[OT9] a large op meets only what lies in its way."""
    imported: json0.Op = [
        {"p": ["nodes", f"é{number}"], "oi": {"text": "é"}} for number in range(20_000)
    ]
    edits: json0.Op = [
        {"p": ["nodes", "other", "text", 0], "si": "😀"},
        {"p": ["nodes", "é7"], "oi": "mine"},
    ]
    new_import, new_edits = json0.transform_pair(imported, edits)
    assert new_edits == edits[:1]
    assert new_import[7] == {**imported[7], "od": "mine"}
    assert [*new_import[:7], *new_import[8:]] == [*imported[:7], *imported[8:]]


def test_ops_of_two_documents_are_refused() -> None:
    """[OT17] a delete that carries what cannot have been there is refused where that shows."""
    with pytest.raises(InvalidOp) as caught:
        json0.transform([{"p": ["é"], "od": 1}], [{"p": ["é", "a"], "oi": 2}], "left")
    assert caught.value.code == "op_mismatch"
