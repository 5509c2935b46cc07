"""The outbox and the ledger: what waits, what is numbered, what is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collab.errors import Refused
from collab.ids import ClientId, Epoch, FencingToken, RevisionNo, SessionId, SourceId, UserId
from collab.limits import (
    APPEND_BATCH_REVISIONS_MAX,
    MARKS_PER_ROOM_MAX,
    TAIL_BYTES_MAX,
    TAIL_REVISIONS_MAX,
)
from collab.messages import Ack, Append, Effect, Send
from collab.revision import ChangeKind, Mark, Revision, Snapshot
from collab.room.ledger import Ledger
from collab.room.outbox import Outbox
from collab.values import SharedMap


def _revision(number: int, source: str | None = None, seq: int | None = None) -> Revision:
    return Revision(
        RevisionNo(number),
        Epoch(1),
        ChangeKind.NONE,
        None,
        b"",
        UserId("ülrike"),
        1_000,
        None if source is None else SourceId(source),
        seq,
        ((ClientId(number), UserId("ülrike")),),
    )


def _ledger(revision: int = 0) -> Ledger:
    return Ledger(
        Snapshot(
            RevisionNo(revision),
            Epoch(1),
            True,
            SharedMap(),
            b"",
            {SourceId("alt"): Mark(4, RevisionNo(1), UserId("ülrike"))},
        )
    )


def _ack(revision: int) -> Send:
    return Send(SessionId("s"), Ack(revision, RevisionNo(revision)))


def _outbox() -> Outbox:
    return Outbox(FencingToken(3), RevisionNo(10))


def test_nothing_before_the_append() -> None:
    """[RM4] what speaks of a revision waits until the store has it."""
    outbox = _outbox()
    outbox.commit(_revision(11))
    outbox.emit(_ack(11), RevisionNo(11))
    append = Append(FencingToken(3), (_revision(11),))
    assert outbox.drain() == [append] and outbox.drain() == []
    outbox.appended(RevisionNo(11))
    assert outbox.drain() == [_ack(11)] and outbox.durable == 11


def test_order() -> None:
    """[RM5] effects leave in the order in which they were emitted, up to what is durable."""
    outbox = _outbox()
    outbox.emit(_ack(10), RevisionNo(10))
    outbox.commit(_revision(11))
    outbox.emit(_ack(11), RevisionNo(11))
    outbox.emit(_ack(1), RevisionNo(11))
    assert outbox.drain()[0] == _ack(10)
    outbox.commit(_revision(12))
    outbox.emit(_ack(12), RevisionNo(12))
    outbox.appended(RevisionNo(11))
    expected: list[Effect] = [_ack(11), _ack(1), Append(FencingToken(3), (_revision(12),))]
    assert outbox.drain() == expected


def test_one_append_in_flight() -> None:
    """[RM3] what is ordered while one append is in flight gathers for the next."""
    outbox = _outbox()
    outbox.commit(_revision(11))
    outbox.drain()
    for number in range(12, 12 + APPEND_BATCH_REVISIONS_MAX + 1):
        outbox.commit(_revision(number))
        assert outbox.drain() == []
    assert outbox.pending == APPEND_BATCH_REVISIONS_MAX + 2
    outbox.appended(RevisionNo(11))
    (append,) = outbox.drain()
    assert isinstance(append, Append) and len(append.revisions) == APPEND_BATCH_REVISIONS_MAX
    outbox.appended(append.revisions[-1].number)
    (rest,) = outbox.drain()
    assert isinstance(rest, Append) and len(rest.revisions) == 1
    assert outbox.pending == 1


def test_what_gathers_waits_for_its_time() -> None:
    """[RM18] after an append that gathers nothing is appended until it is due, then all of it."""
    outbox = _outbox()
    outbox.commit(_revision(11))
    outbox.drain()
    outbox.appended(RevisionNo(11), gathers=True)
    for number in (12, 13):
        outbox.commit(_revision(number))
        assert outbox.drain() == []
    assert outbox.pending == 2
    outbox.end_gathering()
    (append,) = outbox.drain()
    assert isinstance(append, Append) and [item.number for item in append.revisions] == [12, 13]
    outbox.appended(RevisionNo(13))
    outbox.commit(_revision(14))
    assert len(outbox.drain()) == 1


def test_answer_that_was_not_asked_for() -> None:
    """[RM3] an answer to another append than the one in flight is our own bug."""
    outbox = _outbox()
    outbox.commit(_revision(11))
    outbox.drain()
    with pytest.raises(AssertionError):
        outbox.appended(RevisionNo(12))


def test_numbers_are_gapless() -> None:
    """[RM1] the next revision is the head's number and one."""
    ledger = _ledger(5)
    ledger.record(_revision(6))
    assert ledger.head == 6 and ledger.clients == {6: "ülrike"}
    with pytest.raises(AssertionError):
        ledger.record(_revision(8))


@pytest.mark.parametrize("base", [2, 5, 9, 10, 11, 12])
def test_since(base: int) -> None:
    """[RM14] the revisions after a base come in order, from either end of memory."""
    ledger = _ledger(2)
    for number in range(3, 13):
        ledger.record(_revision(number))
    assert [item.number for item in ledger.since(RevisionNo(base))] == [*range(base + 1, 13)]
    assert ledger.has_since(RevisionNo(base)) and not ledger.has_since(RevisionNo(1))


def test_history_is_put_before_memory() -> None:
    """[RM10] older revisions are taken where they meet memory, and others are left out."""
    ledger = _ledger(6)
    ledger.record(_revision(7))
    ledger.prepend([_revision(number) for number in (2, 3)])
    assert ledger.tail_start == 6
    ledger.prepend([_revision(number) for number in (4, 5, 6)])
    ledger.prepend([_revision(number) for number in (3, 4, 5)])
    assert ledger.tail_start == 2
    assert [item.number for item in ledger.since(RevisionNo(2))] == [3, 4, 5, 6, 7]


def test_duplicates() -> None:
    """[RM6] a source's last seq is known with its revision; [RM8] an earlier one is stale."""
    ledger = _ledger()
    user = UserId("ülrike")
    ledger.record(_revision(1, "src", 7))
    assert ledger.duplicate(SourceId("src"), 7, user) == 1
    assert ledger.duplicate(SourceId("src"), 8, user) is None
    assert ledger.duplicate(SourceId("neu"), 1, user) is None
    assert ledger.duplicate(SourceId("alt"), 4, user) == 1
    with pytest.raises(Refused) as caught:
        ledger.duplicate(SourceId("src"), 6, user)
    assert caught.value.code == "op_seq_stale"


def test_foreign_source() -> None:
    """[RM8] nobody may submit under another's source."""
    ledger = _ledger()
    ledger.record(_revision(1, "src", 7))
    for seq in (6, 7, 8):
        with pytest.raises(Refused) as caught:
            ledger.duplicate(SourceId("src"), seq, UserId("jemand"))
        assert caught.value.code == "op_source_foreign"


def test_bounds() -> None:
    """[RM14] old revisions and the sources least recently heard of are forgotten."""
    ledger = _ledger()
    for number in range(1, MARKS_PER_ROOM_MAX + 2):
        ledger.record(_revision(number, f"é{number}", 1))
        ledger.trim(RevisionNo(number))
    assert ledger.head - ledger.tail_start == TAIL_REVISIONS_MAX
    assert len(ledger.marks) == MARKS_PER_ROOM_MAX
    # "alt" and the first one came least recently.
    assert not {"alt", "é1"} & ledger.marks.keys() and "é2" in ledger.marks
    ledger.record(_revision(ledger.head + 1, "é2", 2))
    ledger.record(_revision(ledger.head + 1, "neu", 1))
    assert "é2" in ledger.marks and "é3" not in ledger.marks


_LARGE = TAIL_BYTES_MAX // 10


@pytest.mark.parametrize(
    "large",
    [
        {"update": bytes(_LARGE // 2)},
        {"kind": ChangeKind.OP, "change": [{"p": ["é"], "od": "x" * _LARGE}]},
        {"kind": ChangeKind.OP, "change": [{"p": ["é", 1], "ld": {"größe": ["x" * _LARGE]}}]},
        {"kind": ChangeKind.DELETE, "change": SharedMap(größe="x" * _LARGE)},
        {"kind": ChangeKind.OP, "type": "rich-text", "change": [1], "inverse": ["x" * _LARGE]},
    ],
    ids=["update", "replaced", "removed", "deleted", "text"],
)
def test_large_revisions_are_forgotten_sooner(large: dict[str, object]) -> None:
    """[RM14] what revisions hold counts, in whichever form; what is not durable stays."""
    ledger = _ledger()
    for number in range(1, 31):
        ledger.record(replace(_revision(number), **large))  # type: ignore[arg-type]
    ledger.trim(RevisionNo(0))
    assert ledger.tail_start == 0
    ledger.trim(RevisionNo(12))
    assert ledger.tail_start == 12 and ledger.tail_bytes > TAIL_BYTES_MAX
    ledger.trim(RevisionNo(30))
    assert ledger.tail_start == 21 and ledger.tail_bytes <= TAIL_BYTES_MAX
    ledger.prepend([replace(_revision(number), **large) for number in range(5, 22)])  # type: ignore[arg-type]
    assert ledger.tail_start == 4
    ledger.trim(RevisionNo(30))
    assert ledger.tail_start == 21


def test_bytes_that_wait() -> None:
    """[HO18] the outbox says how many bytes wait for the store, in flight or not."""
    outbox = _outbox()
    for number in (11, 12, 13):
        outbox.commit(replace(_revision(number), update=bytes(number)))
        outbox.drain()
    assert outbox.pending_bytes == 36
    outbox.appended(RevisionNo(11))
    assert outbox.pending_bytes == 25
    outbox.drain()
    outbox.appended(RevisionNo(13))
    assert outbox.pending_bytes == 0
