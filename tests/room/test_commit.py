"""Commits: both forms of a change, the log's op, client ids, whole documents, what is lost."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from collab.crdt.update import decode_state_vector
from collab.ids import ClientId
from collab.limits import OP_COMPONENTS_MAX
from collab.messages import Ack, Dialect, Lost, Refusal, Resync
from collab.model.nodes import build_node
from collab.model.registry import builtin
from collab.revision import SERVER_USER, ChangeKind
from collab.room import head
from collab.values import SharedMap, SharedText, json_equal, marked_equal, plain
from tests.crdt.forge import any_content, forge_update, item
from tests.room.driver import Driver, updates_of


class _Page:
    """A pycrdt document with the updates that it emitted."""

    def __init__(self, client: int = 2**31) -> None:
        self.doc: Doc[Any] = Doc(client_id=client)
        self.root: Map[Any] = self.doc.get("model", type=Map)
        self.updates = updates_of(self.doc)


@pytest.fixture
def driver() -> Driver:
    driver = Driver()
    driver.join("ot", Dialect.NATIVE)
    driver.join("y")
    return driver


def _send(driver: Driver, page: _Page, session: str = "y") -> None:
    driver.update(session, page.updates[-1])
    driver.store()


def test_both_forms(driver: Driver) -> None:
    """[CO1] an op has an update, an update has an op, and each makes the whole document."""
    page = _Page()
    page.root["ä"] = Map({"t": Text("é😀")})
    _send(driver, page)
    driver.submit("ot", [{"p": ["ä", "t", 3], "si": "日"}], seq=1)
    driver.store()
    created, edited = driver.log
    assert created.kind is ChangeKind.CREATE and edited.kind is ChangeKind.OP
    assert marked_equal(created.change, SharedMap(ä=SharedMap(t=SharedText("é😀"))))
    fresh: Doc[Any] = Doc()
    for revision in driver.log:
        fresh.apply_update(revision.update)
    assert fresh.get("model", type=Map).to_py() == {"ä": {"t": "é😀日"}}
    assert (created.source, edited.seq, edited.author) == (None, 1, "ot")


def test_other_roots(driver: Driver) -> None:
    """[CO1] other roots of a free room are kept and relayed as updates alone; [CO7] they create
    nothing.
    """
    page = _Page()
    page.doc.get("draft", type=Text).insert(0, "ü😀")
    _send(driver, page)
    assert [item.kind for item in driver.log] == [ChangeKind.NONE]
    assert not driver.room.committer.exists and driver.log[0].update
    fresh: Doc[Any] = Doc()
    fresh.apply_update(driver.room.committer.diff(b"\x00"))
    assert str(fresh.get("draft", type=Text)) == "ü😀"


def test_formats_in_a_free_room(driver: Driver) -> None:
    """[CO1] a format changes nothing of the JSON document."""
    page = _Page()
    page.root["t"] = Text("é😀b")
    _send(driver, page)
    page.root["t"].format(0, 6, {"bold": True})
    _send(driver, page)
    assert driver.log[-1].kind is ChangeKind.NONE and driver.document == {"t": "é😀b"}
    driver.submit("ot", [{"p": ["t", 3], "si": "ß"}], seq=1)
    assert driver.document == {"t": "é😀ßb"}
    driver.submit("ot", [{"p": ["t"], "od": "", "oi": "neu"}], seq=2)
    assert all(view == {"t": "neu"} for view in driver.room.committer.bridge.views())


def test_old_values(driver: Driver) -> None:
    """[CO2] the log's op carries what was really removed, whatever the client believed."""
    driver.submit("ot", {"a": {"é": 1}, "l": [1, "日"]}, seq=1, kind=ChangeKind.CREATE)
    op = [{"p": ["a"], "od": "a lie"}, {"p": ["l", 1], "ld": None, "li": "neu"}]
    driver.submit("ot", op, seq=2)
    driver.store()
    assert plain(driver.log[-1].change) == [
        {"p": ["a"], "od": {"é": 1}},
        {"p": ["l", 1], "ld": "日", "li": "neu"},
    ]


def test_transformed_op(driver: Driver) -> None:
    """[CO2] the log's op is the one after the transform."""
    driver.submit("ot", {"t": "ab"}, seq=1, kind=ChangeKind.CREATE)
    driver.submit("ot", [{"p": ["t", 0], "si": "😀"}], seq=2, base=1)
    driver.submit("ot", [{"p": ["t", 1], "si": "é"}], seq=1, base=1, source="other")
    driver.store()
    assert driver.log[-1].change == [{"p": ["t", 3], "si": "é"}]
    assert driver.document == {"t": "😀aéb"}


def test_missing_dependencies(driver: Driver) -> None:
    """[CO3] an update that lacks an earlier one is not applied; with it both are."""
    page = _Page()
    page.root["ä"] = Text("é")
    page.root["ä"].insert(2, "😀")
    driver.update("y", page.updates[1])
    assert len(driver.told(Resync)) == 1 and not driver.told(Ack) and not driver.log
    driver.update("y", page.doc.get_update(), step2=True)
    driver.store()
    assert driver.told(Ack)[0].is_step2 and driver.document == {"ä": "é😀"}


def test_nothing_new(driver: Driver) -> None:
    """[CO4] what the room has already is acknowledged at the head, and so is an empty update."""
    page = _Page()
    page.root["ä"], page.root["b"] = 1, 2
    del page.root["b"]
    for update in page.updates:
        driver.update("y", update)
    driver.store()
    revisions = len(driver.log)
    for update in (page.updates[0], page.doc.get_update(), b"\x00\x00", page.updates[-1]):
        driver.update("y", update)
        assert [event.revision for event in driver.told(Ack)] == [revisions]
    assert len(driver.log) == revisions


def test_op_that_comes_to_nothing(driver: Driver) -> None:
    """[CO1] an op that a transform empties is a revision without a change."""
    driver.submit("ot", {"é": 1}, seq=1, kind=ChangeKind.CREATE)
    driver.submit("ot", [{"p": ["é"], "od": 1}], seq=2, base=1)
    driver.submit("ot", [{"p": ["é"], "od": 1}], seq=1, base=1, source="other")
    driver.store()
    last = driver.log[-1]
    assert (last.kind, last.change, last.update) == (ChangeKind.NONE, None, b"")


# --- client ids ---------------------------------------------------------------------------------


def test_owner_of_a_client_id(driver: Driver) -> None:
    """[CO5] an id is recorded for its first user, and closed to everybody else, for ever."""
    page = _Page(client=77)
    page.root["ä"] = "é"
    _send(driver, page)
    assert driver.log[0].clients == ((ClientId(77), "y"),)
    page.root["ä"] = "ö"
    for room in (driver, driver.reopen(token=2), driver.reopen(token=3, with_snapshot=True)):
        room.join("eve")
        room.update("eve", page.updates[1])
        (refusal,) = room.told(Refusal)
        assert (refusal.code, refusal.is_fatal) == ("update_foreign_client", True)
        assert room.document == {"ä": "é"}
    _send(driver, page)
    assert driver.document == {"ä": "ö"} and driver.log[1].clients == ()


def test_structs_under_the_servers_id(driver: Driver) -> None:
    """[CO5] nobody writes under the server's id, before or after it was used."""
    forged = forge_update([(1, 0, [item(any_content("é"), root="model", key="ä")])])
    driver.update("y", forged)
    assert [event.code for event in driver.told(Refusal)] == ["update_foreign_client"]
    driver.submit("ot", {"a": 1}, seq=1, kind=ChangeKind.CREATE)
    driver.update("y", forge_update([(1, 1, [item(any_content("é"), root="model", key="ä")])]))
    driver.store()
    assert [event.code for event in driver.told(Refusal)] == ["update_foreign_client"]
    assert driver.document == {"a": 1}


def test_servers_id(driver: Driver) -> None:
    """[CO6] the smallest free id not below the token, recorded with the first revision under it."""
    page = _Page(client=2)
    page.root["ä"] = 1
    _send(driver, page)
    driver.submit("ot", [{"p": ["ü"], "oi": 2}], seq=1)
    driver.submit("ot", [{"p": ["ö"], "oi": 3}], seq=2)
    driver.store()
    assert [revision.clients for revision in driver.log[1:]] == [((ClientId(1), SERVER_USER),), ()]
    successor = driver.reopen(token=2)
    successor.join("ot", Dialect.NATIVE)
    successor.submit("ot", [{"p": ["x"], "oi": 3}], seq=3)
    successor.store()
    # 2 is a page's, so the second owner writes as 3.
    assert successor.log[-1].clients == ((ClientId(3), SERVER_USER),)
    assert decode_state_vector(successor.room.committer.state_vector()).keys() == {1, 2, 3}


def test_clients_edit_wins_over_the_servers(driver: Driver) -> None:
    """[CO6] what a page wrote without having seen an op comes later, and stands."""
    driver.submit("ot", {"ä": "Server"}, seq=1, kind=ChangeKind.CREATE)
    page = _Page(client=5)
    page.root["ä"] = "Seite"
    _send(driver, page)
    assert driver.document == {"ä": "Seite"}


def test_state_vector(driver: Driver) -> None:
    """[CO11] updates, ops, refusals and large ops leave the clocks as the Doc has them."""
    page = _Page()
    page.root["t"] = Text("é😀")
    _send(driver, page)
    for step in range(4):
        page.root["t"].insert(0, "日")
        page.root[f"k{step}"] = step
        driver.update("y", page.updates[-2])
        driver.update("y", page.updates[-1])
        value = "ß" * 3 if step < 2 else ["x" * 5_000]
        driver.submit("ot", [{"p": [f"o{step}"], "oi": value}], seq=step + 1)
        committer = driver.room.committer
        clocks = decode_state_vector(committer.state_vector())
        assert committer._encoded.clocks() == clocks


# --- whole documents ----------------------------------------------------------------------------


def test_free_document(driver: Driver) -> None:
    """[CO7] created with an object, emptied by a del, created again by the first Yjs change."""
    driver.submit("ot", [{"p": ["a"], "oi": 1}], seq=1)
    driver.submit("ot", ["é"], seq=1, kind=ChangeKind.CREATE)
    driver.submit("ot", {"é": [1]}, seq=1, kind=ChangeKind.CREATE)
    driver.submit("ot", {}, seq=2, kind=ChangeKind.CREATE)
    driver.store()
    codes = ["op_doc_missing", "op_root", "op_doc_created"]
    assert [event.code for event in driver.told(Refusal)] == codes or len(driver.log) == 1
    driver.submit("ot", None, seq=2, kind=ChangeKind.DELETE)
    driver.store()
    assert not driver.room.committer.exists and driver.document == {}
    page = _Page()
    page.doc.apply_update(driver.room.committer.diff(b"\x00"))
    page.root["ü"] = Array([1])
    _send(driver, page)
    assert driver.log[-1].kind is ChangeKind.CREATE and driver.room.committer.exists
    assert plain(driver.log[-1].change) == {"ü": [1]}
    for room in (driver.reopen(token=2), driver.reopen(token=2, with_snapshot=True)):
        assert room.room.committer.exists and room.document == {"ü": [1]}


def test_refused_whole_changes(driver: Driver) -> None:
    """[CO7] each refusal has its code and makes no revision."""
    driver.submit("ot", [{"p": ["a"], "oi": 1}], seq=1)
    assert driver.told(Refusal)[0].code == "op_doc_missing"
    driver.submit("ot", ["é"], seq=1, kind=ChangeKind.CREATE)
    assert driver.told(Refusal)[0].code == "op_root"
    driver.submit("ot", {"é": 1}, seq=1, kind=ChangeKind.CREATE)
    driver.store()
    driver.submit("ot", {}, seq=2, kind=ChangeKind.CREATE)
    assert driver.told(Refusal)[0].code == "op_doc_created"
    driver.submit("ot", [{"p": ["a"], "oi": 1}], seq=2, base=0)
    assert driver.told(Refusal)[0].code == "op_doc_created"
    assert len(driver.log) == 1


def test_application_document() -> None:
    """[CO8] the document of an application is always there, and its parts are."""
    driver = Driver(is_application=True)
    driver.join("ot", Dialect.NATIVE)
    changes: list[tuple[Any, ChangeKind, str]] = [
        ({}, ChangeKind.CREATE, "op_doc_created"),
        (None, ChangeKind.DELETE, "op_root"),
        ([{"p": [], "oi": {}}], ChangeKind.OP, "op_root"),
        ([{"p": ["nodes"], "od": {}}], ChangeKind.OP, "op_root"),
        ([{"p": ["größe"], "oi": {}}], ChangeKind.OP, "op_root"),
    ]
    for change, kind, code in changes:
        driver.submit("ot", change, seq=1, kind=kind)
        assert [event.code for event in driver.told(Refusal)] == [code]
    assert driver.room.head == 0


def test_replaced_part_keeps_what_others_edit() -> None:
    """[CO8] replacing a part is a diff: a concurrent edit inside it survives."""
    driver = Driver(is_application=True)
    driver.join("ot", Dialect.NATIVE)
    driver.join("y")
    definition = builtin().get("DataModel@1")
    node = plain(
        build_node("DataModel@1", ["application", "dataModels", "a0"], {"name": "é"}, definition)
    )
    driver.submit("ot", [{"p": ["nodes", "ä"], "oi": node}], seq=1)
    page: Doc[Any] = Doc(client_id=2**31)
    page.apply_update(driver.room.committer.diff(b"\x00"))
    updates = updates_of(page)
    page.get("nodes", type=Map)["ä"]["props"]["description"].insert(0, "日😀")
    renamed = {**node, "props": {**node["props"], "name": "neu"}}
    driver.submit("ot", [{"p": ["nodes"], "oi": {"ä": renamed}}], seq=2)
    driver.update("y", updates[0])
    driver.store()
    assert driver.document["nodes"]["ä"]["props"]["description"] == "日😀"
    assert driver.document["nodes"]["ä"]["props"]["name"] == "neu"
    assert not driver.told(Lost)


# --- what is lost, what is too much -------------------------------------------------------------


def test_lost(driver: Driver) -> None:
    """[CO9] whoever writes into what somebody has deleted is told what was lost."""
    driver.submit("ot", {"ä": {}, "b": {}}, seq=1, kind=ChangeKind.CREATE)
    page = _Page()
    page.doc.apply_update(driver.room.committer.diff(b"\x00"))
    driver.submit("ot", [{"p": ["ä"], "od": {}}], seq=2)
    page.root["ä"]["t"] = Text("verloren 😀")
    page.root["b"]["t"] = Text("bleibt")
    driver.update("y", page.updates[-2])
    driver.update("y", page.updates[-1])
    driver.store()
    assert [event.texts for event in driver.told(Lost)] == [("text", "verloren 😀")]
    assert len(driver.told(Ack, "y")) == 2 and driver.document == {"b": {"t": "bleibt"}}


def test_document_size(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """[CO10] growth beyond the bound is refused in both forms; what shrinks is not."""
    monkeypatch.setattr(head, "DOCUMENT_BYTES_MAX", 100)
    driver.submit("ot", {"é": "x" * 80}, seq=1, kind=ChangeKind.CREATE)
    page = _Page()
    page.root["ü"] = "日" * 20
    driver.submit("ot", [{"p": ["ü"], "oi": "日" * 20}], seq=2)
    driver.update("y", page.updates[0])
    driver.store()
    refusals = driver.told(Refusal)
    assert [event.code for event in refusals] == ["limit_document", "limit_document"]
    assert [event.is_undone for event in refusals] == [False, True]
    assert json_equal(driver.document, {"é": "x" * 80})
    driver.submit("ot", [{"p": ["é", 0], "sd": "x" * 70}], seq=2)
    driver.submit("ot", [{"p": ["ü"], "oi": "日" * 20}], seq=3)
    driver.store()
    assert driver.document == {"é": "x" * 10, "ü": "日" * 20}


def test_components(driver: Driver) -> None:
    """[RF5] an op of too many components is refused, and one that does not apply."""
    driver.submit("ot", {"é": [1]}, seq=1, kind=ChangeKind.CREATE)
    op = [{"p": ["é", 0], "li": 0}] * (OP_COMPONENTS_MAX + 1)
    driver.submit("ot", op, seq=2)
    driver.submit("ot", [{"p": ["é", 0], "ld": 1}, {"p": ["é", 5], "ld": 1}], seq=2)
    driver.submit("ot", {"p": []}, seq=2)
    driver.store()
    codes = [event.code for event in driver.told(Refusal)]
    assert codes == ["limit_op_components", "op_path", "op_malformed"]
    assert driver.document == {"é": [1]} and driver.room.head == 1
