"""Which snapshots stay. SPEC: [ST24]."""

from __future__ import annotations

from itertools import pairwise
from math import log2

from hypothesis import given
from hypothesis import strategies as st

from collab.stores.thinning import surplus


@given(st.lists(st.integers(min_value=1, max_value=1_000), min_size=1, max_size=150))
def test_few_are_kept_and_no_gap_is_wider_than_its_age(steps: list[int]) -> None:
    """[ST24] Thinning after every save keeps both bounds, however the saves are spaced."""
    kept: list[int] = []
    newest = 0
    for step in steps:
        newest += step
        kept.append(newest)
        gone = set(surplus(kept))
        kept = [revision for revision in kept if revision not in gone]
        assert kept[-1] == newest
        assert kept[0] == steps[0]
        assert len(kept) <= 2 * log2(newest) + 3
        assert all(
            younger - older <= max(max(steps), newest - younger)
            for older, younger in pairwise(kept)
        )


def test_the_spacing_is_exponential() -> None:
    """[ST24] Two hundred snapshots, 500 revisions apart, leave these."""
    kept: list[int] = []
    for revision in range(500, 100_001, 500):
        kept.append(revision)
        gone = set(surplus(kept))
        kept = [number for number in kept if number not in gone]
    ages = [(100_000 - revision) // 500 for revision in reversed(kept)]
    assert ages == [0, 1, 2, 3, 5, 7, 11, 15, 23, 39, 71, 135, 199]


def test_nothing_to_thin() -> None:
    """[ST24] None, one or two snapshots are kept as they are."""
    assert surplus([]) == surplus([7]) == surplus([7, 9]) == surplus([7, 8, 9]) == []
