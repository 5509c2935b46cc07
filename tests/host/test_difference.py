"""The difference between two lists, carried out as ShareDB's client does. SPEC: section SQ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collab.host.difference import difference
from collab.ids import RevisionNo
from collab.protocol.sharedb_queries import Difference, Found, Insert, Move, Remove

_NAMES = st.lists(st.sampled_from("abcdefghijklé😀"), unique=True)


def _found(name: str) -> Found:
    return Found(name, RevisionNo(1), b"{}")


def _carry_out(names: list[str], steps: list[Difference]) -> list[str]:
    names = list(names)
    for step in steps:
        match step:
            case Insert():
                names[step.index : step.index] = [item.document for item in step.documents]
            case Remove():
                assert len(names) >= step.index + step.count
                del names[step.index : step.index + step.count]
            case Move():
                names.insert(step.end, names.pop(step.start))
    return names


@given(_NAMES, _NAMES)
def test_it_makes_one_list_into_the_other(before: list[str], after: list[str]) -> None:
    """[SQ10] carried out step by step it makes *before* into *after*."""
    steps = difference(before, after, _found)
    assert _carry_out(before, steps) == after
    assert sum(step.count for step in steps if isinstance(step, Remove)) == len(
        set(before) - set(after)
    )


@given(st.permutations("abcdefghijké"), st.data())
def test_one_that_moves_is_one_move(names: list[str], data: st.DataObject) -> None:
    """[SQ10] whichever way a document goes, the others are not touched."""
    start = data.draw(st.integers(0, len(names) - 1))
    after = list(names)
    name = after.pop(start)
    after.insert(data.draw(st.integers(0, len(after))), name)
    steps = difference(names, after, _found)
    assert steps == [] if after == names else len(steps) == 1
    assert all(isinstance(step, Move) for step in steps)


def test_neighbours_come_together() -> None:
    """[SQ10] what comes in side by side is one step."""
    steps = difference(["a"], ["é", "b", "a", "c"], _found)
    assert steps == [
        Insert(0, (_found("é"), _found("b"))),
        Insert(3, (_found("c"),)),
    ]
