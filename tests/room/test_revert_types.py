"""Undo and redo in documents of the text types, on a log without a room around it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from collab.errors import Refused
from collab.ids import Epoch, RevisionNo, SessionId, SourceId, UserId
from collab.messages import Ack, Submit
from collab.ot.types import JSON0, RICH_TEXT, TEXT_UNICODE, OTType
from collab.revision import ChangeKind, Revision
from collab.room.inverter import TextInverter
from collab.room.revert import next_to_redo, next_to_undo, reversal
from collab.values import utf16_length
from tests.room.taking_back import Workshop

_TYPES = [TEXT_UNICODE, RICH_TEXT]
_BEGIN: dict[str, Any] = {"text-unicode": "né😀!", "rich-text": [{"insert": "né😀!"}]}
_PIECES = {"ann": "aä日", "bob": "bß😀"}


class _Log:
    """A document of a type with all its revisions; everybody has one source of their name."""

    def __init__(self, ot_type: OTType, seed: int = 0) -> None:
        self.type = ot_type
        self.rng = random.Random(seed)
        self.document: Any = ot_type.create(_BEGIN[ot_type.name])
        self.revisions: list[Revision] = []
        self.styles = 0

    def commit(self, name: str, op: list[Any], reverts: RevisionNo | None = None) -> None:
        op = self.type.normalize(op)
        inverse = self.type.invert(op, self.document)
        self.document = self.type.apply(self.document, op)
        number = RevisionNo(len(self.revisions) + 1)
        kind, change = (ChangeKind.OP, op) if op else (ChangeKind.NONE, None)
        epoch, author, source = Epoch(1), UserId(name), SourceId(name)
        self.revisions.append(
            Revision(
                number, epoch, kind, change, b"", author, 1, source, number, (), reverts,
                self.type.name, inverse if op else None,
            )
        )  # fmt: skip

    def edit(self, name: str) -> None:
        """Insert, delete or, in rich text, make bold, somewhere."""
        length = len(self.text)
        place = self.rng.randint(0, length)
        count = min(self.rng.randint(1, 3), length - place)
        choice = self.rng.random()
        is_rich = self.type is RICH_TEXT
        if is_rich:
            before, behind = self.text[:place], self.text[place:]
            place, count = utf16_length(before), utf16_length(behind[:count])
        start = ([{"retain": place}] if is_rich else [place]) if place else []
        if is_rich and count and choice < 0.25:
            # No two are alike: one that changes nothing would not be there to be undone.
            self.styles += 1
            style = {"bold": self.rng.choice([True, None]), "color": f"{name} {self.styles}"}
            self.commit(name, [*start, {"retain": count, "attributes": style}])
        elif count and choice < 0.5:
            self.commit(name, [*start, {"delete": count} if is_rich else {"d": count}])
        else:
            text = "".join(self.rng.choices(_PIECES[name], k=2))
            self.commit(name, [*start, {"insert": text} if is_rich else text])

    def take_back(self, name: str, *, is_redo: bool = False) -> bool:
        find = next_to_redo if is_redo else next_to_undo
        number = find(self.revisions, SourceId(name), UserId(name))
        if number is None:
            return False
        target, *since = self.revisions[number - 1 :]
        found = reversal(target, since, self.document, TextInverter(self.type))
        assert found.kind is ChangeKind.OP and not found.conflicts
        self.commit(name, found.change, reverts=number)
        return True

    @property
    def text(self) -> str:
        if isinstance(self.document, str):
            return self.document
        return "".join(run["insert"] for run in self.document)


@pytest.mark.parametrize("ot_type", _TYPES, ids=lambda item: item.name)
@pytest.mark.parametrize("seed", range(20))
def test_edits_come_back(ot_type: OTType, seed: int) -> None:
    """[RE14] text edits are undone one by one, and done again, any number of times."""
    log = _Log(ot_type, seed)
    documents = [log.document]
    for _ in range(8):
        log.edit("ann")
        if log.revisions[-1].kind is ChangeKind.OP:
            documents.append(log.document)
    for _ in range(2):
        for document in documents[-2::-1]:
            assert log.take_back("ann")
            assert log.document == document
        assert not log.take_back("ann")
        for document in documents[1:]:
            assert log.take_back("ann", is_redo=True)
            assert log.document == document


@pytest.mark.parametrize("ot_type", _TYPES, ids=lambda item: item.name)
@pytest.mark.parametrize("seed", range(20))
def test_texts_of_others_stay(ot_type: OTType, seed: int) -> None:
    """[RE14] an undo takes out no letter that somebody else has written."""
    log = _Log(ot_type, seed)
    for _ in range(12):
        log.edit(log.rng.choice(("ann", "bob")))
    theirs = _PIECES["bob"]
    for _ in range(12):
        before = [letter for letter in log.text if letter in theirs]
        if not log.take_back("ann"):
            break
        after = [letter for letter in log.text if letter in theirs]
        assert len(after) >= len(before)
        if log.rng.random() < 0.3:
            log.edit("bob")


def test_formats_of_others_stay() -> None:
    """[RE14] a format that somebody else has set since is not taken away."""
    log = _Log(RICH_TEXT)
    log.commit("ann", [{"retain": 4, "attributes": {"bold": True, "color": "é"}}])
    log.commit("bob", [{"retain": 2, "attributes": {"color": "日"}}])
    assert log.take_back("ann")
    assert log.document == [{"insert": "né", "attributes": {"color": "日"}}, {"insert": "😀!"}]


def test_rich_text_in_a_room() -> None:
    """[RE14] a room takes text ops back as any others, and in both forms."""
    room = Workshop()
    room.enter("ann", "bob")

    def submit(name: str, change: Any, kind: ChangeKind = ChangeKind.OP) -> None:
        source, head = SourceId(f"source of {name}"), room.room.head
        seq = room.next_seq(name)
        command = Submit(SessionId(name), source, seq, head, kind, change, type="rich-text")
        assert isinstance(room.ask(command), Ack)

    submit("ann", [{"insert": "né"}], ChangeKind.CREATE)
    submit("ann", [{"retain": 1}, {"insert": "😀日", "attributes": {"bold": True}}])
    submit("bob", [{"retain": 3}, {"insert": "x"}])
    submit("ann", [{"retain": 5}, {"delete": 1}])
    edited = room.document
    for _ in range(2):
        answers = [room.undo("ann"), room.undo("ann")]
        assert [getattr(answer, "conflicts", None) for answer in answers] == [(), ()]
        assert room.document == [{"insert": "nxé"}]
        assert isinstance(room.redo("ann"), Ack) and isinstance(room.redo("ann"), Ack)
        assert room.document == edited
    assert all(view == room.document for view in room.room.committer.bridge.views())
    assert room.reopen(token=2).document == room.document


def test_types_in_turn() -> None:
    """[RE14] what was done to a document that has been made anew since is not taken back."""
    log = _Log(TEXT_UNICODE)
    log.edit("ann")
    deleted, created = ChangeKind.DELETE, ChangeKind.CREATE
    since = [
        Revision(RevisionNo(2), Epoch(1), deleted, {}, b"", UserId("bob"), 1, type="text-unicode"),
        Revision(RevisionNo(3), Epoch(1), created, {}, b"", UserId("bob"), 1, type=JSON0.name),
    ]
    with pytest.raises(Refused) as caught:
        reversal(log.revisions[0], since, {}, TextInverter(TEXT_UNICODE))
    assert caught.value.code == "revert_conflict"
