"""Ordering an OT change after revisions that its author had not seen. SPEC: section SU."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.errors import InvalidOp, LimitExceeded, Refused
from collab.ids import Epoch, RevisionNo, UserId
from collab.ot import json0
from collab.revision import ChangeKind, Revision, Snapshot
from collab.room.ledger import Ledger
from collab.room.submit import transform_change
from collab.values import copy_json, json_equal
from tests.ot.generator import OpStyle, random_document, random_op

LONG = OpStyle(components_min=8, components_max=30)
SHORT = OpStyle(components_max=2)
SINGLE = OpStyle(components_max=1)


def _revision(number: int, kind: ChangeKind, change: Any = None) -> Revision:
    return Revision(RevisionNo(number), Epoch(1), kind, change, b"", UserId("zoë"), 0)


def _ordered(kind: ChangeKind, change: Any, since: Iterable[Revision]) -> Any:
    """Return *change*, made before *since*, as it reads after those revisions."""
    ledger = Ledger(Snapshot(RevisionNo(0), Epoch(1), True, {}, b""))
    for revision in since:
        ledger.record(revision)
    return transform_change(kind, change, RevisionNo(0), ledger)


def _revisions(*kinds: ChangeKind) -> list[Revision]:
    contents = {ChangeKind.OP: [{"p": ["é"], "oi": 1}], ChangeKind.CREATE: {"é": 1}}
    return [
        _revision(number, kind, contents.get(kind)) for number, kind in enumerate(kinds, start=1)
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from([SINGLE, SHORT, LONG]),
    st.sampled_from([1, 2, 3, 1_000]),
)
def test_an_op_goes_past_every_revision(random: Random, style: OpStyle, recent_max: int) -> None:
    """[SU1] as the left side, past each in turn, across revisions that change nothing for OT."""
    with pytest.MonkeyPatch.context() as patch:
        # However few of them are indexed.
        patch.setattr("collab.ot.recent.RECENT_OPS_MAX", recent_max)
        _go_past(random, style)


def _go_past(random: Random, style: OpStyle) -> None:
    document = random_document(random)
    op, _ = random_op(random, document, style)
    current, since, expected = document, [], op
    for number in range(1, random.choice([7, 25])):
        if random.random() < 0.3:
            since.append(_revision(number, ChangeKind.NONE))
            continue
        committed, current = random_op(random, current)
        since.append(_revision(number, ChangeKind.OP, committed))
        expected = json0.transform(expected, committed, "left")
    kept = copy_json([op, [revision.change for revision in since]])
    assert json_equal(_ordered(ChangeKind.OP, op, since), expected)
    assert json_equal([op, [revision.change for revision in since]], kept)


@pytest.mark.parametrize("change", [[{"p": ["日"], "oi": "é😀"}], []])
def test_nothing_since_changes_nothing(change: Any) -> None:
    """[SU1] at the head an op is as it was sent."""
    assert _ordered(ChangeKind.OP, change, []) == change
    assert _ordered(ChangeKind.OP, change, _revisions(ChangeKind.NONE)) == change


@pytest.mark.parametrize(
    ("kind", "since", "code"),
    [
        (ChangeKind.OP, (ChangeKind.OP, ChangeKind.DELETE), "op_doc_deleted"),
        (ChangeKind.OP, (ChangeKind.DELETE, ChangeKind.CREATE), "op_doc_deleted"),
        (ChangeKind.OP, (ChangeKind.NONE, ChangeKind.CREATE), "op_doc_created"),
        (ChangeKind.CREATE, (ChangeKind.DELETE,), "op_doc_deleted"),
        (ChangeKind.CREATE, (ChangeKind.CREATE,), "op_doc_created"),
        (ChangeKind.CREATE, (ChangeKind.OP,), "op_doc_created"),
        (ChangeKind.DELETE, (ChangeKind.OP, ChangeKind.CREATE), "op_doc_created"),
    ],
)
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_change_without_its_document_is_refused(
    kind: ChangeKind, since: tuple[ChangeKind, ...], code: str, is_empty: bool
) -> None:
    """[SU2] with the code of the first revision that took its document away, an empty op too."""
    change = [] if kind is ChangeKind.OP and is_empty else [{"p": ["größe"], "oi": 2}]
    with pytest.raises(Refused) as refused:
        _ordered(kind, change, _revisions(*since))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "since"),
    [
        (ChangeKind.DELETE, (ChangeKind.OP, ChangeKind.NONE, ChangeKind.DELETE)),
        (ChangeKind.CREATE, (ChangeKind.NONE,)),
        (ChangeKind.NONE, (ChangeKind.OP, ChangeKind.DELETE, ChangeKind.CREATE)),
    ],
)
def test_what_is_no_op_passes_unchanged(kind: ChangeKind, since: tuple[ChangeKind, ...]) -> None:
    """[SU2] a del goes past ops and dels, a create past nothing, and nothing past everything."""
    change = {"é": 1} if kind is ChangeKind.CREATE else None
    assert _ordered(kind, change, _revisions(*since)) == change


def test_the_work_is_bounded_in_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """[SU3] revisions that are each within the bound are not, all together."""
    monkeypatch.setattr("collab.ot.crossing.TRANSFORM_MEETINGS_MAX", 1_000)
    op = [{"p": ["list", 0], "li": f"é{number}"} for number in range(40)]
    since = [
        _revision(number, ChangeKind.OP, [{"p": ["list", 0], "li": "日"}] * 10)
        for number in range(1, 6)
    ]
    assert len(_ordered(ChangeKind.OP, op, since[:2])) == 40
    with pytest.raises(LimitExceeded) as refused:
        _ordered(ChangeKind.OP, op, since)
    assert refused.value.code == "limit_transform"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["a", "é😀", None])), max_size=20))
def test_typing_goes_past_typing(edits: list[tuple[int, str | None]]) -> None:
    """[SU1] an insert into a text goes past inserts and deletes there as text0 has it."""
    text, since = "aé😀bcdef", []
    for number, (offset, inserted) in enumerate(edits, start=1):
        path = ["text", min(offset, len(text.encode("utf-16-le")) // 2)]
        units = text.encode("utf-16-le")[2 * path[1] :]
        if inserted is None and not units:
            continue
        if inserted is None:
            removed = units[:4].decode("utf-16-le", "surrogatepass")
            op = [{"p": path, "sd": removed}]
        else:
            op = [{"p": path, "si": inserted}]
        try:
            text = json0.apply({"text": text}, op)["text"]
        except InvalidOp:
            continue  # It would split a character.
        since.append(_revision(number, ChangeKind.OP, op))
    for offset in range(10):
        typed = expected = [{"p": ["text", offset], "si": "日"}]
        for revision in since:
            expected = json0.transform(expected, revision.change, "left")
        ordered = [_revision(n, ChangeKind.OP, r.change) for n, r in enumerate(since, start=1)]
        assert _ordered(ChangeKind.OP, typed, ordered) == expected
