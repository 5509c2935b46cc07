"""Lengths that mean the same on every side of a text."""

from __future__ import annotations

from random import Random

import pytest

from collab.crdt.ruler import BYTES, POINTS, UNITS, Measure, Ruler, length_of
from tests.ot.text_generator import random_text

_MEASURES = (BYTES, UNITS, POINTS)


def test_lengths_agree_with_the_encodings() -> None:
    """[TR5] however the text is cut into runs, and with embeds between them."""
    random = Random(5)
    for _ in range(300):
        pieces = [random.choice([None, random_text(random)]) for _ in range(random.randint(1, 5))]
        steps = [piece and piece[:at] for piece in pieces for at in (random.randint(0, 3),)]
        for given in _MEASURES:
            for wanted in _MEASURES:
                ruler = Ruler(pieces, given, wanted)
                for piece, step in zip(pieces, steps, strict=True):
                    rest = piece and piece[len(step or "") :]
                    for part in (None,) if piece is None else (step, rest):
                        expected = length_of([part], wanted)
                        assert ruler.pass_over(length_of([part], given)) == expected


@pytest.mark.parametrize(
    ("text", "measure", "count"), [("aé", BYTES, 2), ("aé😀b", BYTES, 5), ("a😀", UNITS, 2)]
)
def test_a_character_is_not_cut(text: str, measure: Measure, count: int) -> None:
    """[TR5] neither in its bytes nor in its units."""
    assert Ruler([text], measure, POINTS).pass_over(measure.of(text)) == len(text)
    with pytest.raises(ValueError, match="codec"):
        Ruler([text], measure, POINTS).pass_over(count)


def test_there_is_an_end() -> None:
    """[TR5] up to it everything counts."""
    assert Ruler(["é", None, "😀"], UNITS, BYTES).pass_over(4) == 7
    with pytest.raises(ValueError, match="end of the text"):
        Ruler(["é", None, "😀"], UNITS, BYTES).pass_over(5)
