"""Revert, undo and redo: what comes back, what others keep, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from collab.ids import RevisionNo, SessionId, SourceId
from collab.limits import UNDO_REVISIONS_MAX
from collab.messages import (
    Ack,
    Dialect,
    HistoryLoaded,
    LoadHistory,
    Refusal,
    Revert,
    Role,
    Undo,
)
from collab.model.nodes import build_node
from collab.model.registry import builtin
from collab.revision import ChangeKind
from collab.room import inverter, taking_back
from collab.values import copy_json, json_equal, plain
from tests.room.driver import updates_of
from tests.room.taking_back import Rewriter, Workshop

_DATA: dict[str, Any] = {
    "t": "añb",
    "n": 3,
    "l": ["é", ["日"], {"k": "😀"}],
    "o": {"p": {"q": "ü"}},
}
_EDITS: list[list[dict[str, Any]]] = [
    [{"p": ["neu"], "oi": {"ä": [1]}}],
    [{"p": ["o", "p"], "od": {"q": "ü"}}],
    [{"p": ["n"], "na": 4}],
    [{"p": ["t", 1], "si": "😀"}],
    [{"p": ["t", 0], "sd": "a"}],
    [{"p": ["l", 0], "li": "日"}],
    [{"p": ["l", 1], "ld": "é"}],
    [{"p": ["l", 0], "lm": 2}],
    [{"p": ["neu", "ä", 0], "ld": 1, "li": {"x": None}}],
    [
        {"p": ["neu"], "od": {}, "oi": "é"},
        {"p": ["neu", 1], "si": "ß"},
        {"p": ["l", 2], "ld": "日"},
    ],
]
# What a random revert may be refused for.
_EXPECTED = {"undo_nothing", "revert_conflict", "revert_nothing", "revert_unknown"}


@pytest.fixture
def room() -> Workshop:
    room = Workshop()
    room.enter("ann", "bob")
    room.create("ann", _DATA)
    return room


def _codes(*answers: Ack | Refusal) -> list[str]:
    return [answer.code if isinstance(answer, Refusal) else "ack" for answer in answers]


def _conflicts(answer: Ack | Refusal) -> list[Any]:
    assert isinstance(answer, Ack), answer
    return [list(path) for path in answer.conflicts]


# --- what comes back ------------------------------------------------------------------------------


@pytest.mark.parametrize("op", _EDITS[:8])
def test_revert_is_the_inverse(room: Workshop, op: list[dict[str, Any]]) -> None:
    """[RE1] where nothing touched it, a revert is the inverse, in a revision that names its own."""
    before = copy_json(room.document)
    edited = room.edit("ann", *op)
    room.edit("bob", {"p": ["größe"], "oi": "unberührt"})
    answer = room.revert("bob", edited.number)
    assert (_codes(answer), _conflicts(answer)) == (["ack"], [])
    last = room.log[-1]
    assert (last.reverts, last.author, last.kind) == (edited.number, "bob", ChangeKind.OP)
    assert json_equal(room.document, {**before, "größe": "unberührt"})


def test_edits_of_every_kind(room: Workshop) -> None:
    """[RE2] each undo gives the document before its edit, each redo the one after it."""
    documents = [copy_json(room.document)]
    for op in _EDITS:
        room.edit("ann", *op)
        documents.append(copy_json(room.document))
    for _ in range(2):
        for document in documents[-2::-1]:
            assert _conflicts(room.undo("ann")) == []
            assert json_equal(room.document, document)
        for document in documents[1:]:
            assert _conflicts(room.redo("ann")) == []
            assert json_equal(room.document, document)
    assert _codes(room.redo("ann")) == ["undo_nothing"]


@pytest.mark.parametrize("seed", range(25))
def test_random_edits(seed: int) -> None:
    """[RE2] random edits, undone and done again while somebody works elsewhere; [RE11] in both
    forms of the document.
    """
    rewriter = Rewriter(seed)
    room = Workshop()
    room.enter("ann", "bob")
    room.create("ann", {"ann": _DATA, "bob": _DATA})

    def edit(name: str) -> None:
        op = rewriter.op(name, room.document[name])
        room.edit(name, *({**part, "p": [name, *part["p"]]} for part in op))

    documents = [copy_json(room.document["ann"])]
    for _ in range(10):
        name = rewriter.rng.choice(("ann", "bob"))
        edit(name)
        if name == "ann" and room.log[-1].kind is ChangeKind.OP:
            documents.append(copy_json(room.document["ann"]))
    for _ in range(2):
        for document in documents[-2::-1]:
            assert _conflicts(room.undo("ann")) == []
            assert json_equal(room.document["ann"], document)
            edit("bob")
        for document in documents[1:]:
            assert _conflicts(room.redo("ann")) == []
            assert json_equal(room.document["ann"], document)
    assert all(json_equal(view, room.document) for view in room.room.committer.bridge.views())


def test_yjs_replicas(room: Workshop) -> None:
    """[RE11] a Yjs client is brought every revert as an update, and keeps its types."""
    room.join("y")
    page: Doc[Any] = Doc(client_id=2**31)
    page.apply_update(room.room.committer.diff(b"\x00"))
    updates = updates_of(page)
    page.get("model", type=Map)["y"] = Map({"t": Text("é😀"), "l": Array([1, "日"])})
    room.update("y", updates[-1])
    room.store()
    written = room.log[-1].number
    removed = room.edit("ann", {"p": ["y", "t"], "od": "é😀"})
    assert _codes(room.revert("ann", removed.number)) == ["ack"]
    assert _codes(room.revert("bob", written)) == ["ack"]
    assert _codes(room.undo("bob")) == ["ack"]
    for revision in room.log[written:]:
        page.apply_update(revision.update)
    model = page.get("model", type=Map)
    assert isinstance(model["y"]["t"], Text) and isinstance(model["y"]["l"], Array)
    assert json_equal(model.to_py(), room.document)
    assert json_equal(plain(room.document["y"]), {"t": "é😀", "l": [1, "日"]})


# --- what others did stays ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_the_work_of_others_stays(seed: int) -> None:
    """[RE3] no undo takes away what somebody else wrote, wherever they wrote it."""
    rewriter = Rewriter(seed)
    room = Workshop()
    room.enter("ann", "bob")
    room.create("ann", rewriter.value("ann", _DATA))
    for _ in range(12):
        name = rewriter.rng.choice(("ann", "bob"))
        room.edit(name, *rewriter.op(name, room.document))
    for _ in range(15):
        theirs = rewriter.written_by("bob", room.document)
        if isinstance(room.undo("ann"), Refusal):
            assert room.told(Refusal)[0].code == "undo_nothing"
            break
        assert theirs <= rewriter.written_by("bob", room.document)
        room.edit("bob", *rewriter.op("bob", room.document))


@pytest.mark.parametrize("seed", range(25))
def test_everybody_takes_back(seed: int) -> None:
    """[RE3] nor does a revert or redo, of whatever was written after what it takes back."""
    rewriter = Rewriter(1000 + seed)
    room = Workshop()
    room.enter("ann", "bob")
    room.create("ann", rewriter.value("ann", _DATA))
    seen = {1: rewriter.written_by("bob", room.document)}
    for _ in range(40):
        name, choice = rewriter.rng.choice(("ann", "bob")), rewriter.rng.random()
        before = rewriter.written_by("bob", room.document)
        if choice < 0.45:
            room.edit(name, *rewriter.op(name, room.document))
        elif choice < 0.9:
            room.undo(name, is_redo=choice < 0.65)
        else:
            room.revert(name, rewriter.rng.randint(2, room.room.head + 1))
        assert {refusal.code for refusal in room.told(Refusal)} <= _EXPECTED
        after = rewriter.written_by("bob", room.document)
        last = room.log[-1]
        if last.reverts is not None and last.author == "ann" and not room.told(Refusal):
            assert before - after <= seen[last.reverts], last
        seen[room.room.head] = after
    assert all(json_equal(view, room.document) for view in room.room.committer.bridge.views())
    assert json_equal(room.reopen(token=2).document, room.document)


def test_conflicts_are_named(room: Workshop) -> None:
    """[RE3] the parts that no longer apply are left out and named, the others are taken back."""
    room.edit(
        "ann",
        {"p": ["neu"], "oi": {"titel": "é"}},
        {"p": ["n"], "na": 4},
        {"p": ["o", "p", "q"], "od": "ü", "oi": "ö"},
        {"p": ["t", 0], "si": "😀"},
    )
    room.edit("bob", {"p": ["neu", "titel", 1], "si": "è"})
    room.edit("bob", {"p": ["o", "p", "q"], "od": "ö", "oi": "日"})
    assert _conflicts(room.undo("ann")) == [["o", "p", "q"], ["neu"]]
    changed = {"neu": {"titel": "éè"}, "o": {"p": {"q": "日"}}}
    assert json_equal(room.document, {**_DATA, **changed})


def test_what_is_gone_is_not_put_back(room: Workshop) -> None:
    """[RE3] what somebody else has removed since is not brought back by what stood there before."""
    room.edit("ann", {"p": ["l", 0], "ld": "é", "li": "è"})
    room.edit("ann", {"p": ["n"], "od": 3, "oi": 5})
    room.edit("bob", {"p": ["n"], "od": 5}, {"p": ["l", 0], "ld": "è"})
    assert _conflicts(room.undo("ann")) == [["n"]]
    assert _conflicts(room.undo("ann")) == [["l", 0]]
    assert "n" not in room.document and room.document["l"] == _DATA["l"][1:]


def test_overwritten_values(room: Workshop) -> None:
    """[CO2] an op that does not say what it overwrites is logged with it, [RE2] and taken back."""
    room.edit("ann", {"p": ["o"], "oi": "é"})
    assert plain(room.log[-1].change) == [{"p": ["o"], "od": {"p": {"q": "ü"}}, "oi": "é"}]
    assert _conflicts(room.undo("ann")) == []
    assert json_equal(room.document, _DATA)


def test_nothing_left_to_do(room: Workshop) -> None:
    """[RE3] what somebody else has removed already, or put back already, is no conflict."""
    room.edit("ann", {"p": ["neu"], "oi": "é"}, {"p": ["t", 3], "si": "日"})
    room.edit("bob", {"p": ["neu"], "od": "é"}, {"p": ["t", 3], "sd": "日"})
    room.edit("ann", {"p": ["n"], "od": 3, "oi": 4}, {"p": ["l", 0], "ld": "é", "li": "è"})
    room.edit("bob", {"p": ["n"], "od": 4, "oi": 3}, {"p": ["l", 0], "ld": "è", "li": "é"})
    before = copy_json(room.document)
    for _ in range(2):
        assert _conflicts(room.undo("ann")) == []
        assert json_equal(room.document, before) and room.log[-1].kind is ChangeKind.NONE


def test_the_parts_behind_a_conflict(room: Workshop) -> None:
    """[RE3] a part that is left out moves nothing: those behind it find their own places."""
    room.edit("ann", {"p": ["l", 0], "li": "eins"}, {"p": ["l", 0], "li": {"zwei": 2}})
    room.edit("bob", {"p": ["l", 0, "bob"], "oi": "é"})
    assert _conflicts(room.undo("ann")) == [["l", 0]]
    assert plain(room.document["l"]) == [{"zwei": 2, "bob": "é"}, *_DATA["l"]]


def test_nothing_applies(room: Workshop) -> None:
    """[RE4] a revert is refused then; an undo is done without a change, and the next goes on."""
    room.edit("ann", {"p": ["a"], "oi": "é"})
    room.edit("ann", {"p": ["n"], "od": 3, "oi": 4})
    room.edit("bob", {"p": ["n"], "od": 4, "oi": 5})
    before = copy_json(room.document)
    answer = room.revert("bob", 3)
    assert isinstance(answer, Refusal)
    assert (answer.code, list(answer.path), room.room.head) == ("revert_conflict", ["n"], 4)
    assert _conflicts(room.undo("ann")) == [["n"]]
    assert json_equal(room.document, before)
    assert (room.log[-1].kind, room.log[-1].reverts) == (ChangeKind.NONE, 3)
    assert _codes(room.redo("ann")) == ["undo_nothing"]
    assert _conflicts(room.undo("ann")) == [] and "a" not in room.document


# --- what is next ---------------------------------------------------------------------------------


def test_piles(room: Workshop) -> None:
    """[RE5] undo goes back, redo forth, and a new edit ends what could be done again."""
    numbers = [room.edit("ann", {"p": [key], "oi": 1}).number for key in ("a", "é", "c")]
    assert _codes(room.undo("ann"), room.undo("ann"), room.redo("ann")) == ["ack"] * 3
    assert [item.reverts for item in room.log[-3:]] == [numbers[2], numbers[1], 6]
    assert "é" in room.document and "c" not in room.document
    room.edit("ann", {"p": ["neu"], "oi": 1})
    assert _codes(room.redo("ann")) == ["undo_nothing"]
    for key in ("neu", "é", "a"):
        assert key in room.document
        room.undo("ann")
        assert key not in room.document
    assert _codes(room.undo("ann")) == ["undo_nothing"]
    assert json_equal(room.document, _DATA)


def test_a_revert_is_undone(room: Workshop) -> None:
    """[RE5] who took back somebody else's edit can undo that; a redo of theirs cannot."""
    theirs = room.edit("bob", {"p": ["b"], "oi": "é"})
    room.edit("ann", {"p": ["a"], "oi": 1})
    assert _codes(room.revert("ann", theirs.number), room.redo("bob")) == ["ack", "undo_nothing"]
    assert _codes(room.undo("bob")) == ["undo_nothing"]
    assert "b" not in room.document
    assert _codes(room.undo("ann")) == ["ack"] and room.document["b"] == "é"
    assert _codes(room.undo("ann")) == ["ack"] and "a" not in room.document


def test_somebody_else_does_it_again(room: Workshop) -> None:
    """[RE5] what somebody else did again is theirs: on neither pile."""
    room.edit("ann", {"p": ["a"], "oi": "é"})
    room.undo("ann")
    assert _codes(room.revert("bob", 3)) == ["ack"] and room.document["a"] == "é"
    assert _codes(room.redo("ann"), room.undo("ann")) == ["undo_nothing"] * 2
    assert room.document["a"] == "é"


def test_sources_of_one_user(room: Workshop) -> None:
    """[RE6] another source of the same user may be undone, and only its own pile shrinks."""
    room.submit("ann", [{"p": ["eins"], "oi": 1}], seq=1, source="zweite é")
    room.edit("ann", {"p": ["zwei"], "oi": 2})
    command = Undo(SessionId("ann"), SourceId("dritte"), 1, SourceId("zweite é"))
    assert _codes(room.ask(command)) == ["ack"]
    assert "eins" not in room.document and room.document["zwei"] == 2
    assert _codes(room.undo("ann"), room.undo("ann")) == ["ack", "undo_nothing"]


def test_foreign_sources(room: Workshop) -> None:
    """[RE6] nobody undoes the work of somebody else, though the room forgot whose the source is."""
    room.edit("bob", {"p": ["b"], "oi": "é"})
    assert _codes(room.undo("ann", of="bob")) == ["op_source_foreign"]
    assert _codes(room.undo("ann", of="nobody é")) == ["undo_nothing"]
    room.room.committer.ledger.marks.clear()
    assert _codes(room.undo("ann", of="bob")) == ["undo_nothing"]
    assert room.document["b"] == "é"


def test_window(room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """[RE12] an undo looks back over so many revisions and no further."""
    monkeypatch.setattr(taking_back, "UNDO_REVISIONS_MAX", 3)
    room.edit("ann", {"p": ["a"], "oi": "é"})
    for key in "xyz":
        room.edit("bob", {"p": [key], "oi": 1})
    assert _codes(room.undo("ann")) == ["undo_nothing"]
    room.undo("bob")
    assert "z" not in room.document and UNDO_REVISIONS_MAX > 3


# --- what is refused ------------------------------------------------------------------------------


def test_unknown_and_empty_revisions(room: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """[RE10] each reason has its code, and nothing is committed."""
    room.edit("ann", {"p": ["weg"], "oi": "é"})
    codes = _codes(*(room.revert("ann", number) for number in (0, 3, 2**53)))
    assert codes == ["revert_unknown"] * 3
    room.submit("ann", [{"p": ["n"], "od": 3}], seq=50, base=1)
    room.submit("ann", [{"p": ["n"], "od": 3}], seq=51, base=1)
    room.store()
    room.seqs["ann"] = 51
    assert room.log[-1].kind is ChangeKind.NONE
    assert _codes(room.revert("ann", room.room.head)) == ["revert_nothing"]
    monkeypatch.setattr(taking_back, "OP_BASE_LAG_MAX", 2)
    assert _codes(room.revert("ann", 1)) == ["revert_old"]
    monkeypatch.setattr(taking_back, "OP_BASE_LAG_MAX", 100)
    monkeypatch.setattr(inverter, "REVERT_WORK_MAX", 0)
    head = room.room.head
    assert _codes(room.revert("ann", 2)) == ["limit_revert"]
    assert room.room.head == head


def test_thinned_history(room: Workshop) -> None:
    """[RE10] what is no longer kept is not taken back, and undo looks no further."""
    room.edit("ann", {"p": ["a"], "oi": "é"})
    room.edit("bob", {"p": ["b"], "oi": 1})
    room.room.committer.ledger.history_start = RevisionNo(2)
    assert _codes(room.revert("ann", 2), room.undo("ann")) == ["revert_old", "undo_nothing"]
    assert _codes(room.revert("ann", 3)) == ["ack"]


def test_viewers(room: Workshop) -> None:
    """[RE8] who may not edit takes nothing back."""
    room.join("vera", Dialect.NATIVE, role=Role.VIEWER)
    edited = room.edit("ann", {"p": ["a"], "oi": "é"})
    answers = (room.revert("vera", edited.number), room.undo("vera"), room.redo("vera"))
    assert _codes(*answers) == ["auth_role"] * 3
    assert room.document["a"] == "é"


def test_whole_documents(room: Workshop) -> None:
    """[RE9] a create and a del are taken back whole, or not at all."""
    room.edit("bob", {"p": ["b"], "oi": 1})
    assert _codes(room.revert("ann", 1)) == ["revert_conflict"]
    room.undo("bob")
    assert _codes(room.revert("ann", 1)) == ["ack"]
    assert (room.log[-1].kind, room.room.committer.exists) == (ChangeKind.DELETE, False)
    assert _codes(room.revert("bob", 2)) == ["revert_conflict"]
    assert _codes(room.revert("bob", 4)) == ["ack"]
    assert room.room.committer.exists and json_equal(room.document, _DATA)
    assert _codes(room.revert("bob", 4)) == ["op_doc_created"]
    assert json_equal(room.reopen(token=2).document, _DATA)


def _application() -> tuple[Workshop, dict[str, Any]]:
    room = Workshop(is_application=True)
    room.enter("ann", "bob")
    definition = builtin().get("DataModel@1")
    place = ["application", "dataModels", "a0"]
    node = plain(build_node("DataModel@1", place, {"name": "Größe"}, definition))
    return room, node


def test_checks_of_an_application() -> None:
    """[RE8] a revert that breaks a rule is refused and changes nothing."""
    room, node = _application()
    room.edit("bob", {"p": ["nodes", "ö"], "oi": node})
    room.edit("bob", {"p": ["nodes", "ä"], "oi": {**node, "place": ["ö", "fields", "a0"]}})
    moved = room.edit("ann", {"p": ["nodes", "ä", "place"], "oi": node["place"]})
    room.edit("bob", {"p": ["nodes", "ö", "place"], "oi": ["ä", "fields", "a0"]})
    before = copy_json(room.document)
    assert _codes(room.revert("bob", moved.number), room.undo("ann")) == ["check_cycle"] * 2
    assert room.room.head == 4 and json_equal(room.document, before)
    assert all(json_equal(view, before) for view in room.room.committer.bridge.views())


def test_undone_birth() -> None:
    """[RE13] a node that is undone lies in the Trash, with what others put into it."""
    room, node = _application()
    room.edit("ann", {"p": ["nodes", "ä"], "oi": node})
    room.edit("bob", {"p": ["nodes", "ä", "props", "name", 0], "si": "Neue "})
    placed = copy_json(room.document)
    for _ in range(2):
        assert _conflicts(room.undo("ann")) == []
        lying = plain(room.document["nodes"]["ä"])
        assert (lying["place"], lying["props"]["name"]) == (None, "Neue Größe")
        assert _conflicts(room.redo("ann")) == []
        assert json_equal(room.document, placed)
    room.edit("bob", {"p": ["nodes", "ä", "place"], "oi": ["application", "dataModels", "a1"]})
    assert _conflicts(room.undo("ann")) == [["nodes", "ä", "place"]]
    assert room.document["nodes"]["ä"]["place"][2] == "a1"
    assert all(json_equal(view, room.document) for view in room.room.committer.bridge.views())


def test_unplaced_birth() -> None:
    """[RE13] of a node that was born into the Trash nothing is left to take back."""
    room, node = _application()
    born = room.edit("ann", {"p": ["nodes", "ä"], "oi": {**node, "place": None}})
    assert _conflicts(room.revert("bob", born.number)) == []
    assert room.log[-1].kind is ChangeKind.NONE and "ä" in room.document["nodes"]


# --- exactly once, and after a restart ------------------------------------------------------------


def test_sent_again(room: Workshop) -> None:
    """[RE7] the same request is answered by the old revision and does nothing, also elsewhere."""
    room.edit("ann", {"p": ["a"], "oi": 1})
    room.edit("ann", {"p": ["é"], "oi": 2})
    undo = Undo(SessionId("ann"), SourceId("source of ann"), 9, SourceId("source of ann"))
    revert_ = Revert(SessionId("bob"), SourceId("source of bob"), 9, RevisionNo(1))
    first = room.ask(undo)
    other = Workshop(tail=room.log, token=2)
    other.enter("ann", "bob")
    for item in (room, other):
        again = item.ask(undo)
        assert isinstance(again, Ack) and isinstance(first, Ack)
        assert (again.revision, item.room.head) == (first.revision, 4)
        assert "a" in item.document and "é" not in item.document
    assert _codes(room.ask(revert_), room.ask(revert_)) == ["revert_conflict"] * 2


@pytest.mark.parametrize("with_snapshot", [False, True])
def test_after_a_restart(room: Workshop, with_snapshot: bool) -> None:
    """[RE2] undo goes on where it was; [RE10] and reads from the history what it has to."""
    documents = [copy_json(room.document)]
    for op in _EDITS:
        room.edit("ann", *op)
        documents.append(copy_json(room.document))
    room.undo("ann")
    log = room.log
    again = _reopened(room, with_snapshot=with_snapshot)
    for document in documents[-3::-1]:
        _answered(again, log, "ann")
        assert json_equal(again.document, document)
        log = [*log, again.log[-1]]
    for document in documents[1:]:
        assert _conflicts(again.redo("ann")) == []
        assert json_equal(again.document, document)


def _reopened(room: Workshop, *, with_snapshot: bool) -> Workshop:
    snapshot = room.room.committer.snapshot() if with_snapshot else None
    tail = () if with_snapshot else room.log
    again = Workshop(token=2, snapshot=snapshot, tail=tail)
    again.seqs = dict(room.seqs)
    again.enter("ann")
    return again


def _answered(room: Workshop, log: list[Any], name: str) -> None:
    """Undo; where the room asks for older revisions, give it what *log* has."""
    source = SourceId(f"source of {name}")
    room.feed(Undo(SessionId(name), source, room.next_seq(name), source))
    effects = room.effects
    for load in room.done(LoadHistory):
        effects = room.feed(HistoryLoaded(tuple(log[load.after : load.through])))
    room.effects = [*effects, *room.store()]
    assert [item.conflicts for item in room.told(Ack)] == [()]


def test_history_is_read_for_a_revert(room: Workshop) -> None:
    """[RE10] a revert waits for the revisions since, and what its session sends waits behind."""
    edited = room.edit("ann", {"p": ["a"], "oi": "é"})
    room.edit("bob", {"p": ["b"], "oi": 1})
    again = _reopened(room, with_snapshot=True)
    again.feed(Revert(SessionId("ann"), SourceId("r"), 1, edited.number))
    assert again.effects == [LoadHistory(RevisionNo(1), RevisionNo(3))]
    again.feed(Revert(SessionId("ann"), SourceId("r"), 2, RevisionNo(9)))
    assert again.effects == []
    effects = again.feed(HistoryLoaded(tuple(room.log[1:3])))
    again.effects = [*effects, *again.store()]
    assert [item.revision for item in again.told(Ack)] == [4]
    assert _codes(*again.told(Refusal)) == ["revert_unknown"]
    assert json_equal(again.document, {**_DATA, "b": 1})
