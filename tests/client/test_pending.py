"""Pending edits converge with the server, whatever is lost, refused or missed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.client.pending import Committed, Pending, Rejected
from collab.errors import InvalidOp, InvalidValue, LimitExceeded, ProtocolError
from collab.ids import Epoch, RevisionNo, SourceId, UserId
from collab.revision import ChangeKind, Revision
from tests.client.sequencer import EPOCH, Sequencer, SimClient, run, settle
from tests.ot.generator import random_document

SEEDS = st.integers(0, 2**32)


def make(
    seed: int, count: int, *, refusal_share: float = 0.1
) -> tuple[Random, Sequencer, list[SimClient]]:
    random = Random(seed)
    document = random_document(random)
    while not isinstance(document, dict):
        document = random_document(random)
    server = Sequencer(random, document, refusal_share)
    clients = [SimClient(server, f"c{index}") for index in range(count)]
    for client in clients:
        client.connect(by_snapshot=True)
    return random, server, clients


def check(server: Sequencer, clients: list[SimClient]) -> None:
    for client in clients:
        assert client.pending.is_empty
        assert client.pending.revision == server.head
        assert client.pending.exists == server.exists
        assert client.pending.document == server.document
        assert sorted(client.answers) == sorted(client.tickets)
        for outcome in client.committed():
            assert server.log[outcome.revision - 1].source == client.pending.source
    assert [revision.number for revision in server.log] == list(range(1, server.head + 1))
    names = [(revision.source, revision.seq) for revision in server.log]
    assert len(set(names)) == len(names), "a submission was committed twice"


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_clients_converge(seed: int) -> None:
    """[CL5] With ops in flight, composed and refused, every client ends as the server does."""
    random, server, clients = make(seed, 3)
    run(random, clients, 120)
    check(server, clients)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_lost_connections_lose_and_double_nothing(seed: int) -> None:
    """[CL7] What was in flight when a connection broke is sent again and committed exactly once."""
    random, server, clients = make(seed, 3, refusal_share=0)
    run(random, clients, 160, loses=True)
    check(server, clients)
    assert not any(item.code.startswith("client_") for c in clients for item in c.rejected())


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_snapshots_instead_of_revisions(seed: int) -> None:
    """[CL8] A client that comes back to a snapshot converges, and every edit is answered once."""
    random, server, clients = make(seed, 3)
    run(random, clients, 160, loses=True, snapshots=True)
    check(server, clients)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_creates_and_deletes(seed: int) -> None:
    """[CL6] Creating and deleting among edits converges, and every change is answered once."""
    random, server, clients = make(seed, 3)
    run(random, clients, 160, loses=True, deletes=True)
    check(server, clients)


def revision(number: int, change: Any, kind: ChangeKind = ChangeKind.OP) -> Revision:
    return Revision(RevisionNo(number), EPOCH, kind, change, b"", UserId("someone"), 0)


def pending(document: Any) -> Pending:
    numbers = iter(range(1, 1000))
    made = Pending(SourceId("me"), lambda: next(numbers))
    made.take_snapshot(EPOCH, RevisionNo(4), document is not None, document)
    return made


def insert(offset: int, text: str) -> list[dict[str, Any]]:
    return [{"p": ["t", offset], "si": text}]


def test_one_op_in_flight_others_composed() -> None:
    """[CL4] One op is in flight; those made meanwhile become one op behind it."""
    state = pending({"t": "😀"})
    first = state.submit(ChangeKind.OP, insert(2, "a"))
    sent = state.send()
    assert sent is not None
    assert (sent.seq, sent.base) == (1, 4)
    second = state.submit(ChangeKind.OP, insert(3, "b"))
    third = state.submit(ChangeKind.OP, insert(4, "é"))
    assert state.send() is None
    assert state.document == {"t": "😀abé"}
    own = Revision(
        RevisionNo(5), EPOCH, ChangeKind.OP, insert(2, "a"), b"", UserId("u"), 0, SourceId("me"), 1
    )
    assert state.receive(own) == [Committed((first,), RevisionNo(5))]
    assert state.acknowledge(1, RevisionNo(5)) == []
    behind = state.send()
    assert behind is not None
    assert (behind.seq, behind.base, behind.change) == (2, 5, insert(3, "bé"))
    assert behind.tickets == (second, third)


def test_refused_op_leaves_the_document() -> None:
    """[CL5] A refused op is taken back, and what was made on top of it is carried on."""
    state = pending({"t": "x"})
    first = state.submit(ChangeKind.OP, insert(0, "bad "))
    state.send()
    state.submit(ChangeKind.OP, insert(5, "é"))
    assert state.document == {"t": "bad xé"}
    assert state.refuse(1, "check_lock", "held", ("t",)) == [
        Rejected((first,), "check_lock", "held", ("t",))
    ]
    assert state.document == {"t": "xé"}
    behind = state.send()
    assert behind is not None
    assert behind.change == insert(1, "é")


def test_documents_are_never_changed() -> None:
    """[CL3] A document that was handed out stays as it is; what an edit left alone is shared."""
    state = pending({"t": "é", "other": {"deep": [1]}})
    before = state.document
    state.submit(ChangeKind.OP, insert(1, "!"))
    assert before == {"t": "é", "other": {"deep": [1]}}
    assert state.document["other"] is before["other"]
    state.receive(revision(5, [{"p": ["other", "deep", 0], "ld": 1, "li": 2}]))
    assert before["other"] == {"deep": [1]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (insert(9, "x"), "op_text_offset"),
        ([{"p": ["nothing", 0], "li": 1}], "op_path"),
        ([{"p": ["t"]}], "op_malformed"),
        ("no list", "op_malformed"),
    ],
)
def test_op_that_does_not_fit(change: Any, code: str) -> None:
    """[CL4] An op that does not fit the document is refused at once and changes nothing."""
    state = pending({"t": "é"})
    with pytest.raises(InvalidOp) as caught:
        state.submit(ChangeKind.OP, change)
    assert caught.value.code == code
    assert state.is_empty
    assert state.document == {"t": "é"}


def test_op_without_a_document() -> None:
    """[CL6] An op needs a document; a create needs JSON, and shows once it is committed."""
    state = pending(None)
    with pytest.raises(InvalidOp) as caught:
        state.submit(ChangeKind.OP, insert(0, "x"))
    assert caught.value.code == "op_doc_missing"
    with pytest.raises(InvalidValue):
        state.submit(ChangeKind.CREATE, {"a": float("nan")})
    ticket = state.submit(ChangeKind.CREATE, {"t": "é"})
    state.send()
    assert state.document is None
    own = Revision(
        RevisionNo(5), EPOCH, ChangeKind.CREATE, {"t": "é"}, b"", UserId("u"), 0, SourceId("me"), 1
    )
    assert state.receive(own) == [Committed((ticket,), RevisionNo(5))]
    assert state.document == {"t": "é"}


def test_edits_behind_a_gap() -> None:
    """[CL8] Behind a snapshot the first edit goes to the server, others are rejected by name."""
    state = pending({"t": "x"})
    first = state.submit(ChangeKind.OP, insert(1, "é"))
    state.send()
    second = state.submit(ChangeKind.OP, insert(2, "b"))
    state.disconnect()
    outcomes = state.take_snapshot(EPOCH, RevisionNo(9), True, {"t": "yx"})
    assert [(item.tickets, item.code) for item in outcomes if isinstance(item, Rejected)] == [
        ((second,), "client_behind")
    ]
    assert state.document == {"t": "yx"}
    again = state.send()
    assert again is not None
    assert (again.seq, again.base, again.change) == (1, 4, insert(1, "é"))
    assert state.acknowledge(1, RevisionNo(6)) == [Committed((first,), RevisionNo(6))]


def test_edits_of_another_epoch() -> None:
    """[CL8] When the room's history was replaced, every waiting edit is rejected by name."""
    state = pending({"t": "x"})
    ticket = state.submit(ChangeKind.OP, insert(1, "é"))
    state.send()
    outcomes = state.take_snapshot(Epoch(8), RevisionNo(90), True, {"t": "restored"})
    assert [(item.tickets, item.code) for item in outcomes if isinstance(item, Rejected)] == [
        ((ticket,), "client_epoch")
    ]
    assert state.is_empty


def test_gap_and_divergence_are_noticed() -> None:
    """[CL5] A missing revision, or one that does not apply, is an error and never passed over."""
    state = pending({"t": "x"})
    with pytest.raises(ProtocolError) as gap:
        state.receive(revision(6, insert(0, "y")))
    assert gap.value.code == "client_gap"
    with pytest.raises(ProtocolError) as diverged:
        state.receive(revision(5, insert(7, "y")))
    assert diverged.value.code == "client_diverged"
    assert state.receive(revision(3, insert(7, "y"))) == []


def test_queue_is_bounded() -> None:
    """[CL4] What waits is bounded: past the bound a change is refused at once."""
    state = pending(None)
    for _ in range(64):
        state.submit(ChangeKind.CREATE, {"é": 1})
    with pytest.raises(LimitExceeded) as caught:
        state.submit(ChangeKind.CREATE, {})
    assert caught.value.code == "limit_queue"


def test_settling_is_total() -> None:
    """[CL5] A refusal of everything leaves the server's document and answers every ticket."""
    random, server, clients = make(11, 2, refusal_share=1.0)
    before = server.document
    run(random, clients, 60)
    settle(clients)
    check(server, clients)
    assert server.document == before
    assert all(not client.committed() for client in clients)
