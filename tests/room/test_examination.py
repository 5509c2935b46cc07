"""Opening a room whose model is too large to be examined at once. SPEC: section MD."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collab.crdt.bridge import Bridge
from collab.ids import Epoch, FencingToken, RevisionNo, SessionId, SourceId, TenantId, UserId
from collab.messages import (
    Append,
    Appended,
    AwaitTurn,
    Command,
    Dialect,
    Effect,
    Join,
    Joined,
    Principal,
    Problems,
    ProblemsChanged,
    Proceed,
    Role,
    Send,
    Submit,
)
from collab.model import diff, dsl
from collab.model.problems import problems_of
from collab.model.registry import builtin
from collab.revision import ChangeKind, Snapshot
from collab.room.room import Room
from collab.room.rules import ApplicationRules

SAMPLE = Path(__file__).parents[2] / "samples" / "order-management.json"
PIECE = 10


def _room(snapshot: Snapshot) -> Room:
    return Room(
        rules=ApplicationRules(builtin()),
        is_application=True,
        token=FencingToken(1),
        snapshot=snapshot,
        tail=[],
    )


def _join(name: str) -> Join:
    who = Principal(UserId(name), "Zoë 😀", "#123456", TenantId("t"), Role.EDITOR)
    return Join(SessionId(name), who, Dialect.NATIVE)


def _feed(room: Room, command: Command) -> list[Effect]:
    """Return the effects, appends performed."""
    effects = room.receive(command, 1)
    for effect in list(effects):
        if isinstance(effect, Append):
            effects += _feed(room, Appended(effect.revisions[-1].number))
    return effects


def _rename(name: str) -> Submit:
    document = dsl.read(SAMPLE.read_bytes())
    node = next(key for key, item in document["nodes"].items() if item["type"] == "DataModel@1")
    path = ["nodes", node, "props", "name"]
    op = [{"p": path, "od": document["nodes"][node]["props"]["name"], "oi": name}]
    return Submit(SessionId("ann"), SourceId("ann"), 1, RevisionNo(1), ChangeKind.OP, op)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return a room that was opened from a snapshot of the sample, large as things are here."""
    monkeypatch.setattr("collab.room.head.EXAMINED_NODES_MAX", PIECE)
    empty = Bridge.empty_document(is_application=True)
    maker = _room(Snapshot(RevisionNo(0), Epoch(1), True, empty, b""))
    _feed(maker, _join("ann"))
    op = diff.import_op(empty, dsl.read(SAMPLE.read_bytes()), builtin())
    source = SourceId("maker")
    _feed(maker, Submit(SessionId("ann"), source, 1, RevisionNo(0), ChangeKind.OP, op))
    return _room(maker.committer.snapshot())


def _events(effects: list[Effect], kind: type[Any]) -> list[Any]:
    return [item.event for item in effects if isinstance(item, Send) and type(item.event) is kind]


def test_problems_follow_the_welcome(large: Room) -> None:
    """[MD22] the welcome comes first; edits go on; at last everybody is told, and once."""
    effects = _feed(large, _join("ann"))
    assert len(_events(effects, Joined)) == 1
    assert not _events(effects, Problems)
    assert effects.count(AwaitTurn()) == 1
    assert AwaitTurn() not in _feed(large, _join("zoë"))
    edited = _feed(large, _rename("Größe"))
    assert not [item for item in edited if isinstance(item, ProblemsChanged)]
    told: list[ProblemsChanged] = []
    turns = 0
    while not told:
        effects = _feed(large, Proceed())
        told = [item for item in effects if isinstance(item, ProblemsChanged)]
        turns += 1
        assert (AwaitTurn() in effects) != bool(told)
    nodes = len(large.committer.document["nodes"])
    assert turns == -(-(nodes + 1) // PIECE)
    expected = [item.to_json() for item in problems_of(large.committer.document, builtin())]
    assert expected
    assert list(told[0].event.problems) == expected
    assert set(told[0].to) == {"ann", "zoë"}
    late = _feed(large, _join("été"))
    assert [list(event.problems) for event in _events(late, Problems)] == [expected]
    assert AwaitTurn() not in late


def test_whoever_asks_gets_all(large: Room) -> None:
    """[MD22] asking finishes the look at once; those who wait are told in their turn."""
    _feed(large, _join("ann"))
    assert not large.committer.is_examined
    index = large.committer.problems
    assert index is not None
    assert index.problems() == problems_of(large.committer.document, builtin())
    told = [item for item in _feed(large, Proceed()) if isinstance(item, ProblemsChanged)]
    assert [item.to for item in told] == [("ann",)]
    assert not [item for item in _feed(large, _join("zoë")) if isinstance(item, AwaitTurn)]
