"""text0: UTF-16 offsets, refusals, and the laws of transforms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp
from collab.ot import text0
from collab.ot.component import Op
from collab.values import SharedText, utf16_length

TEXTS = st.text(st.sampled_from("ab é\u0301\u200d😀👩€"), max_size=8)


@st.composite
def text_ops(draw: st.DrawFn, text: str) -> Op:
    """Return an op on *text* whose cuts lie between characters."""
    op: Op = []
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        offset = utf16_length(text[:start])
        if start < len(text) and draw(st.booleans()):
            end = draw(st.integers(start + 1, len(text)))
            op.append({"p": offset, "d": text[start:end]})
            text = text[:start] + text[end:]
        else:
            inserted = draw(TEXTS)
            op.append({"p": offset, "i": inserted})
            text = text[:start] + inserted + text[start:]
    return op


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_laws(data: st.DataObject) -> None:
    """[OT11] diamond, compose and invert hold for texts of any characters."""
    text = data.draw(TEXTS)
    left, right = data.draw(text_ops(text)), data.draw(text_ops(text))
    new_left = text0.transform(left, right, "left")
    new_right = text0.transform(right, left, "right")
    after = text0.apply(text0.apply(text, left), new_right)
    assert after == text0.apply(text0.apply(text, right), new_left)
    assert after == text0.apply(text, text0.compose(left, new_right))
    assert text == text0.apply(text0.apply(text, left), text0.invert(left))
    assert text0.apply(text, text0.normalize(left)) == text0.apply(text, left)


def test_offsets_count_utf16_units() -> None:
    """[OT11] an emoji is two units, a combining sequence as many as it has characters."""
    op: Op = [{"p": 3, "i": "é"}, {"p": 1, "d": "😀"}]
    assert text0.apply("a😀b", op) == "aéb"
    assert text0.transform([{"p": 3, "d": "b"}], [{"p": 0, "i": "😀"}], "left") == [
        {"p": 5, "d": "b"}
    ]
    assert text0.transform([{"p": 0, "d": "a😀b"}], [{"p": 3, "i": "x"}], "left") == [
        {"p": 0, "d": "a😀"},
        {"p": 1, "d": "b"},
    ]


def test_halves_join_as_in_javascript() -> None:
    """[OT11] a delete cut inside a pair gives halves, which become one character when joined."""
    halves = text0.transform([{"p": 0, "d": "a😀"}], [{"p": 2, "i": "x"}], "left")
    assert halves == [{"p": 0, "d": "a\ud83d"}, {"p": 1, "d": "\ude00"}]
    assert text0.compose([{"p": 1, "d": "\ud83d"}], [{"p": 1, "d": "\ude00"}]) == [
        {"p": 1, "d": "😀"}
    ]


def test_shared_text_stays_shared() -> None:
    """[OT14] apply keeps the class of the text."""
    assert type(text0.apply(SharedText("é"), [{"p": 1, "i": "😀"}])) is SharedText
    assert type(text0.apply("é", [{"p": 1, "i": "😀"}])) is str


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ([{"p": 5, "i": "x"}], "op_text_offset"),
        ([{"p": 2, "i": "x"}], "op_text_offset"),
        ([{"p": 2, "d": "😀"}], "op_text_offset"),
        ([{"p": 5, "d": "x"}], "op_text_offset"),
        ([{"p": 4, "d": "x"}], "op_text_delete"),
        ([{"p": 0, "d": "é"}], "op_text_delete"),
        ([{"p": 1, "d": "\ud83d"}], "op_text_offset"),
        ([{"p": 0, "d": "a\ud83d"}], "op_text_offset"),
    ],
)
def test_refusals(op: Op, code: str) -> None:
    """[OT12] beyond the end, inside a pair, or other text than stands there."""
    with pytest.raises(InvalidOp) as caught:
        text0.apply("a😀b", op)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "op",
    [
        {"p": 0, "i": "é"},
        [{"p": 0}],
        [{"i": "é"}],
        [{"p": 0, "i": "é", "d": "é"}],
        [{"p": -1, "i": "é"}],
        [{"p": True, "i": "é"}],
        [{"p": 0, "i": 1}],
        ["é"],
    ],
)
def test_malformed_ops(op: Any) -> None:
    """[OT1] a text op is a list of components with an offset and one text."""
    with pytest.raises(InvalidOp) as caught:
        text0.normalize(op)
    assert caught.value.code == "op_malformed"


def test_deletes_of_different_texts_are_refused() -> None:
    """[OT12] two deletes that disagree about one place cannot belong to one text."""
    with pytest.raises(InvalidOp) as caught:
        text0.transform([{"p": 0, "d": "é😀"}], [{"p": 1, "d": "ab"}], "left")
    assert caught.value.code == "op_text_delete"
