"""Rooms whose document is a text: ops and Yjs edits of one text, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from collab.crdt.text_forms import TextForms
from collab.limits import ATTRIBUTES_BYTES_MAX
from collab.messages import Ack, Dialect, Refusal, Send
from collab.model.collection_checks import CollectionChecks
from collab.model.path_permissions import PathPermission
from collab.ot.types import JSON0, RICH_TEXT, TEXT_UNICODE, OTType
from collab.revision import ChangeKind
from collab.room import commit as commit_module
from collab.room import head as head_module
from collab.room.fold import fold
from collab.room.rules import FreeRules
from collab.values import SharedMap, json_equal
from tests.crdt.oracle import YjsOracle
from tests.room.driver import Driver, updates_of
from tests.room.taking_back import Workshop
from tests.room.text_world import TextWorld, without_nulls

_BEGINNINGS: dict[str, Any] = {
    RICH_TEXT.name: [{"insert": "né😀"}, {"insert": {"image": "ß"}, "attributes": {"width": 3}}],
    TEXT_UNICODE.name: "né😀日本",
}
_TYPES = (RICH_TEXT, TEXT_UNICODE)


@pytest.fixture(scope="module")
def yjs() -> Iterator[YjsOracle]:
    with YjsOracle() as yjs:
        yield yjs


def _room(kind: OTType, data: Any = None, **options: Any) -> Driver:
    """A room with a document, and a Yjs session ``page`` and an OT session ``ot``."""
    driver = Driver(**options)
    driver.join("page")
    driver.join("ot", Dialect.NATIVE)
    data = _BEGINNINGS[kind.name] if data is None else data
    driver.submit("ot", data, seq=1, kind=ChangeKind.CREATE, type=kind.name)
    driver.store()
    return driver


def _page(driver: Driver) -> tuple[Doc[Any], Text, list[bytes]]:
    doc: Doc[Any] = Doc(client_id=2**31)
    doc.apply_update(driver.room.committer.diff(b"\x00"))
    return doc, doc.get("text", type=Text), updates_of(doc)


def _told(driver: Driver, update: bytes) -> list[Any]:
    """Send an update of the page and return what it is told once that is stored."""
    effects = [*driver.update("page", update), *driver.store()]
    return [effect.event for effect in effects if isinstance(effect, Send)]


def _check(driver: Driver) -> None:
    for shown in driver.room.committer.bridge.views():
        assert json_equal(without_nulls(shown), without_nulls(driver.document))
    document: Any = SharedMap()
    for revision in driver.log:
        document = fold(document, revision)
    assert json_equal(document, driver.document)


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("is_wild", [False, True], ids=["tame", "wild"])
@pytest.mark.parametrize("seed", range(4))
def test_everybody_has_one_text(kind: OTType, seed: int, is_wild: bool, yjs: YjsOracle) -> None:
    """[TR4] [TR3] lagging ops, pages in JavaScript, refusals and reopenings in any order."""
    world = TextWorld(kind, Random(seed), yjs)
    world.submit(ChangeKind.CREATE, _BEGINNINGS[kind.name])
    world.check()
    for _ in range(40):
        world.step(is_wild=is_wild)
    world.settle()
    assert kind is not TEXT_UNICODE or not is_wild or world.refusals


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("with_snapshot", [False, True], ids=["log", "snapshot"])
def test_a_reopened_room_has_its_type(kind: OTType, with_snapshot: bool) -> None:
    """[TR1] the type is in every revision and in the snapshot."""
    driver = _room(kind)
    assert driver.log[0].type == kind.name
    again = driver.reopen(2, with_snapshot=with_snapshot)
    committer = again.room.committer
    assert (committer.type, committer.exists) == (kind, True)
    assert json_equal(again.document, driver.document)
    again.join("ot", Dialect.NATIVE)
    again.submit("ot", [{"insert": "ü"}] if kind is RICH_TEXT else ["ü"], seq=2)
    again.store()
    assert not again.told(Refusal)
    for shown in committer.bridge.views():
        assert json_equal(shown, again.document)


def test_an_op_of_another_document_is_told_so() -> None:
    """[TR2] of whatever type that was; and one for no document is not even looked at."""
    text, json = [{"insert": "é"}], [{"p": ["é"], "oi": 1}]
    driver = _room(RICH_TEXT)
    driver.submit("ot", None, seq=2, kind=ChangeKind.DELETE)
    driver.submit("ot", text, seq=3)
    driver.submit("ot", text, seq=4, base=1)
    driver.submit("ot", {"neu": True}, seq=5, kind=ChangeKind.CREATE)
    driver.submit("ot", text, seq=6, base=1)
    driver.submit("ot", json, seq=7)
    driver.submit("ot", None, seq=8, kind=ChangeKind.DELETE)
    driver.submit("ot", "ü", seq=9, kind=ChangeKind.CREATE, type=TEXT_UNICODE.name)
    driver.submit("ot", json, seq=10, base=3)
    driver.submit("ot", json, seq=11)
    effects = driver.store()
    told = {
        effect.event.seq: getattr(effect.event, "code", "ack")
        for effect in effects
        if isinstance(effect, Send) and isinstance(effect.event, (Ack, Refusal))
    }
    assert told == {
        2: "ack",
        3: "op_doc_missing",
        4: "op_doc_deleted",
        5: "ack",
        6: "op_doc_deleted",
        7: "ack",
        8: "ack",
        9: "ack",
        10: "op_doc_deleted",
        11: "op_malformed",
    }
    assert driver.document == "ü"


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
def test_the_next_document_may_be_of_any_type(kind: OTType) -> None:
    """[TR6] text, nothing, JSON, text; Yjs pages follow."""
    driver = _room(kind)
    doc, text, _ = _page(driver)
    steps: list[tuple[ChangeKind, Any, str]] = [
        (ChangeKind.DELETE, None, JSON0.name),
        (ChangeKind.CREATE, {"é": ["ü"]}, JSON0.name),
        (ChangeKind.DELETE, None, JSON0.name),
        (ChangeKind.CREATE, None, kind.name),
        (ChangeKind.DELETE, None, JSON0.name),
        (ChangeKind.CREATE, _BEGINNINGS[kind.name], kind.name),
    ]
    for seq, (change_kind, data, name) in enumerate(steps, 2):
        driver.submit("ot", data, seq=seq, kind=change_kind, type=name)
        driver.store()
        _check(driver)
        if driver.log[-1].update:
            doc.apply_update(driver.log[-1].update)
        length = len(text)
        assert bool(length) == (bool(driver.document) and name == kind.name)
        assert (len(doc.get("model", type=Map)) > 0) == (driver.document == {"é": ["ü"]})
    assert [revision.type for revision in driver.log[1:3]] == [kind.name, JSON0.name]


@pytest.mark.parametrize("data", [None, "ü"], ids=["empty", "text"])
def test_what_was_never_a_document_makes_room(data: Any) -> None:
    """[TR6] [TR7] a root text that was relayed only goes when a document begins there."""
    driver = Driver()
    driver.join("page")
    driver.join("ot", Dialect.NATIVE)
    _, text, updates = _page(driver)
    text.insert(0, "é😀")
    assert any(isinstance(event, Ack) for event in _told(driver, updates[-1]))
    assert (driver.document, driver.room.committer.exists) == ({}, False)
    driver.submit("ot", data, seq=1, kind=ChangeKind.CREATE, type=TEXT_UNICODE.name)
    driver.store()
    assert driver.document == (data or "")
    _check(driver)


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("step2", [False, True], ids=["live", "step 2"])
def test_a_text_has_no_members_beside_it(kind: OTType, step2: bool) -> None:
    """[TR7] what is put into the root map is taken out again, and so is what came with it."""
    driver = _room(kind)
    before = driver.document
    doc, text, updates = _page(driver)
    with doc.transaction():
        doc.get("model", type=Map)["é"] = 1
        text.insert(0, "ü")
    effects = [*driver.update("page", updates[-1], step2=step2), *driver.store()]
    told = [effect.event for effect in effects if isinstance(effect, Send)]
    (refusal,) = [event for event in told if isinstance(event, Refusal)]
    assert (refusal.code, refusal.is_undone) == ("check_type", True)
    assert json_equal(driver.document, before)
    _check(driver)
    doc.apply_update(driver.log[-1].update)
    assert len(doc.get("model", type=Map)) == 0


def _bold(doc: Doc[Any], text: Text) -> None:
    text.format(0, 1, {"bold": True})


def _embed(doc: Doc[Any], text: Text) -> None:
    text.insert_embed(0, {"image": "é"})


def _shared(doc: Doc[Any], text: Text) -> None:
    text.insert_embed(0, Map({"é": 1}))


def _huge_format(doc: Doc[Any], text: Text) -> None:
    text.format(0, 1, {"größe": "x" * ATTRIBUTES_BYTES_MAX})


@pytest.mark.parametrize(
    ("kind", "edit", "code"),
    [
        (TEXT_UNICODE, _bold, "value_format"),
        (TEXT_UNICODE, _embed, "value_embed"),
        (TEXT_UNICODE, _shared, "value_embed"),
        (RICH_TEXT, _shared, "value_embed"),
        (RICH_TEXT, _huge_format, "limit_attributes"),
    ],
)
@pytest.mark.parametrize("step2", [False, True], ids=["live", "step 2"])
def test_what_the_type_has_not_is_undone(kind: OTType, edit: Any, code: str, step2: bool) -> None:
    """[TR8] with all that was done in the same transaction, and the page ends as everybody."""
    driver = _room(kind)
    before = driver.document
    doc, text, updates = _page(driver)
    with doc.transaction():
        text.insert(3, "ü")
        edit(doc, text)
    effects = [*driver.update("page", updates[-1], step2=step2), *driver.store()]
    told = [effect.event for effect in effects if isinstance(effect, Send)]
    (refusal,) = [event for event in told if isinstance(event, Refusal)]
    assert (refusal.code, refusal.is_undone, refusal.is_fatal) == (code, True, False)
    assert json_equal(without_nulls(driver.document), before)
    _check(driver)
    doc.apply_update(driver.log[-1].update)
    fresh = _page(driver)[1]
    assert text.diff() == fresh.diff()


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    ("edit", "at"), [("text-insert", 1), ("text-delete", 0), ("text-delete", 1)]
)
@pytest.mark.parametrize("text", ["😀", "😀b", "né😀", "né😀日本"])
def test_a_character_that_was_cut_is_written_afresh(
    kind: OTType, edit: str, at: int, text: str, yjs: YjsOracle
) -> None:
    """[TR9] the page that did it, one that comes later and the document show the same."""
    driver = _room(kind, [{"insert": text}] if kind is RICH_TEXT else text)
    yjs.create("cutter")
    yjs.apply("cutter", driver.room.committer.diff(b"\x00"))
    yjs.live("cutter")
    place = {"path": ["text"], "kind": "text", "index": text.index("😀") + at}
    yjs.edit("cutter", {**place, "do": edit, **({"text": "ü"} if edit == "text-insert" else {})})
    (cut,) = [update for update, is_local in yjs.live("cutter") if is_local]
    assert any(isinstance(event, Ack) for event in _told(driver, cut))
    _check(driver)
    yjs.apply("cutter", driver.log[-1].update)
    yjs.create("late")
    yjs.apply("late", driver.room.committer.diff(b"\x00"))
    shown = yjs.delta("cutter", "text")
    assert shown == yjs.delta("late", "text")
    assert json_equal(TextForms(kind).plain(shown), driver.document)


@pytest.mark.parametrize("kind", _TYPES, ids=lambda kind: kind.name)
def test_a_text_has_a_size(kind: OTType, monkeypatch: pytest.MonkeyPatch) -> None:
    """[TR10] a create, an op and a Yjs edit beyond it are refused, and the room goes on."""
    size = kind.size_bytes(_BEGINNINGS[kind.name]) + 4
    monkeypatch.setattr(head_module, "DOCUMENT_BYTES_MAX", size)
    monkeypatch.setattr(commit_module, "DOCUMENT_BYTES_MAX", size)
    driver = _room(kind)
    long = "é" * size

    def op(text: str) -> list[Any]:
        return [{"insert": text}] if kind is RICH_TEXT else [text]

    driver.submit("ot", op(long), seq=2)
    assert [event.code for event in driver.told(Refusal)] == ["limit_document"]
    _, text, updates = _page(driver)
    text.insert(0, long)
    (refusal,) = [event for event in _told(driver, updates[-1]) if isinstance(event, Refusal)]
    assert (refusal.code, refusal.is_undone) == ("limit_document", True)
    _check(driver)
    driver.submit("ot", None, seq=3, kind=ChangeKind.DELETE)
    driver.store()
    driver.submit("ot", op(long) if kind is RICH_TEXT else long, seq=4, kind=ChangeKind.CREATE,
                  type=kind.name)  # fmt: skip
    assert [event.code for event in driver.told(Refusal)] == ["limit_document"]
    assert driver.room.committer.type is JSON0
    driver.submit("ot", {"é": 1}, seq=5, kind=ChangeKind.CREATE)
    driver.store()
    _check(driver)


@pytest.mark.parametrize("with_reopening", [False, True])
def test_an_edit_is_taken_back_under_later_ones(with_reopening: bool) -> None:
    """[TR11] by OT and by Yjs; a delete that did not say what it deleted too."""
    for kind, edit, later in (
        (RICH_TEXT, [{"retain": 1}, {"delete": 3}], [{"insert": "日"}]),
        (TEXT_UNICODE, [1, {"d": 2}], ["日"]),
    ):
        room = Workshop()
        room.enter("ann", "bob")
        seq = room.next_seq("ann")
        room.submit("ann", _BEGINNINGS[kind.name], seq=seq, kind=ChangeKind.CREATE, type=kind.name)
        room.store()
        deleting = room.edit("ann", *edit)
        room.edit("bob", *later)
        if with_reopening:
            log, seqs = room.log, room.seqs
            again = Workshop(token=2, tail=log)
            again.seqs = seqs
            again.enter("ann", "bob")
            room = again
        assert isinstance(room.revert("bob", deleting.number), Ack)
        _check(room)
        beginning = _BEGINNINGS[kind.name]
        composed = kind.apply(beginning, later)
        assert json_equal(room.document, composed)


def test_declared_checks_are_of_json() -> None:
    """[TR12] a text would get around them."""
    permission = PathPermission.__new__(PathPermission)
    rules = FreeRules(CollectionChecks(permissions=(permission,)))
    driver = _room(RICH_TEXT, rules=rules)
    assert (driver.room.head, driver.room.committer.type) == (0, JSON0)
    driver.submit("ot", _BEGINNINGS[TEXT_UNICODE.name], seq=2, kind=ChangeKind.CREATE,
                  type=TEXT_UNICODE.name)  # fmt: skip
    assert [event.code for event in driver.told(Refusal)] == ["check_type"]
