"""Revert, undo and redo over HTTP, for application rooms, free rooms and ShareDB's clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from collab.api.openapi import describe
from collab.limits import SOURCE_BYTES_MAX
from tests.api.accounts import Accounts, Person
from tests.api.native import Native
from tests.api.server import ROOT
from tests.api.sharedb_client import ShareDbClient

_SAMPLE = (ROOT / "samples" / "order-management.json").read_bytes()


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture(scope="module")
def anna(accounts: Accounts) -> Person:
    return accounts.as_("anna", "editor")


@pytest.fixture(scope="module")
def boris(accounts: Accounts) -> Person:
    return accounts.as_("boris", "editor")


def _taken_back(response: Any) -> tuple[int, list[Any]]:
    assert response.status_code == 200, response.text
    schema = {"$ref": "#/components/schemas/TakenBack", "components": describe()["components"]}
    jsonschema.Draft202012Validator(schema).validate(response.json())
    return response.json()["revision"], response.json()["conflicts"]


def _native(accounts: Accounts, person: Person, room: str, source: str) -> Native:
    return Native(accounts, room, token=person.token, source=source)


def test_a_revision_of_an_application(accounts: Accounts, anna: Person) -> None:
    """[RG18] what an import changed is taken back, and the history says by which revision."""
    anna.create("orders")
    before = anna("GET", "/api/rooms/orders/export").json()
    imported = anna("POST", "/api/rooms/orders/import", content=_SAMPLE).json()["revision"]
    assert _taken_back(anna("POST", "/api/rooms/orders/revert", json={"revision": imported})) == (
        imported + 1,
        [],
    )
    assert anna("GET", "/api/rooms/orders/export").json() == before
    again = anna("POST", "/api/rooms/orders/revert", json={"revision": imported + 1})
    assert _taken_back(again) == (imported + 2, [])
    assert anna("POST", "/api/rooms/orders/import", content=_SAMPLE).json()["changed"] is False
    items = anna("GET", "/api/rooms/orders/revisions").json()["revisions"]
    assert [item["reverts"] for item in items] == [None, None, imported, imported + 1]


def test_conflicts_in_a_free_room(accounts: Accounts, anna: Person, boris: Person) -> None:
    """[RG18] what somebody has changed since stays and is named; a room that is not there stays
    so.
    """
    path = "/api/free/notes/gr%C3%B6%C3%9Fe"
    with _native(accounts, anna, "notes/gr%C3%B6%C3%9Fe", "anna's é") as page:
        page.answer(page.submit({"a": 1}, 0, kind="create"))
        op = [{"p": ["b"], "oi": {"c": "é"}}, {"p": ["d"], "oi": "日"}]
        page.answer(page.submit(op, 1))
    with _native(accounts, boris, "notes/gr%C3%B6%C3%9Fe", "boris's") as page:
        page.answer(page.submit([{"p": ["b", "c", 1], "si": "è"}], 2))
        taken_back = _taken_back(boris("POST", f"{path}/revert", json={"revision": 2}))
        assert taken_back == (4, [["b"]])
        assert page.fetch() == (4, {"a": 1, "b": {"c": "éè"}})
        (pushed,) = (item for item in page.seen if item.get("reverts") == 2)
        assert (pushed["author"], pushed["revision"]) == ("boris", 4)
    assert anna.code("POST", "/api/free/notes/absent/revert", json={"revision": 1})[0] == 404
    assert anna.code("GET", "/api/free/notes/absent/revisions")[0] == 404


def test_sources_of_ones_own(accounts: Accounts, anna: Person, boris: Person) -> None:
    """[RG19] undo and redo for one's own source; [RG20] another's is refused and left alone."""
    path = "/api/free/notes/undo"
    with _native(accounts, anna, "notes/undo", "quelle é") as page:
        page.answer(page.submit({}, 0, kind="create"))
        page.edit("é", "日")
        body = {"source": "quelle é"}
        assert boris.code("POST", f"{path}/undo", json=body) == (403, "op_source_foreign")
        assert anna.code("POST", f"{path}/redo", json=body) == (409, "undo_nothing")
        assert _taken_back(anna("POST", f"{path}/undo", json=body)) == (3, [])
        assert page.fetch() == (3, {})
        assert boris.code("POST", f"{path}/redo", json=body) == (403, "op_source_foreign")
        assert _taken_back(anna("POST", f"{path}/redo", json=body)) == (4, [])
        assert page.fetch() == (4, {"é": "日"})
    long_source = {"source": "é" * SOURCE_BYTES_MAX}
    assert anna.code("POST", f"{path}/undo", json=long_source) == (413, "limit_source")


def test_a_sharedb_connection(accounts: Accounts, anna: Person, boris: Person) -> None:
    """[RG19] a ShareDB client is undone by its connection's id, and is sent that as an op."""
    path = "/api/free/notes/sharedb"
    with ShareDbClient(accounts, anna.token) as one, ShareDbClient(accounts, boris.token) as two:
        one.create("notes", "sharedb", {"t": "né"})
        one.ask({"a": "s", "c": "notes", "d": "sharedb", "v": 1})
        one.edit("notes", "sharedb", [{"p": ["t", 2], "si": "日"}], seq=2, v=1)
        two.edit("notes", "sharedb", [{"p": ["t", 0], "si": "😀"}], seq=1, v=2)
        body = {"source": one.source}
        assert boris.code("POST", f"{path}/undo", json=body) == (403, "op_source_foreign")
        assert _taken_back(anna("POST", f"{path}/undo", json=body)) == (4, [])
        pushed = one.wait(a="op", v=3)
        assert (pushed["op"], pushed["src"] != one.source) == ([{"p": ["t", 4], "sd": "日"}], True)
        assert _taken_back(anna("POST", f"{path}/redo", json=body)) == (5, [])
        # The connection goes on under its own numbers.
        one.edit("notes", "sharedb", [{"p": ["t", 0], "si": "!"}], seq=3, v=5)
        assert anna.code("POST", f"{path}/redo", json=body) == (409, "undo_nothing")
        assert two.ask({"a": "f", "c": "notes", "d": "sharedb"})["data"]["data"] == {"t": "!😀né日"}


def test_native_messages(accounts: Accounts, anna: Person) -> None:
    """[NA16] [NA17] a native client undoes, is answered, and is pushed what took what back."""
    with _native(accounts, anna, "notes/native", "eine") as page:
        page.answer(page.submit({"t": "é"}, 0, kind="create"))
        page.answer(page.submit([{"p": ["t", 1], "si": "日"}], 1))
        page.send(type="undo", seq=3)
        assert page.wait_for(lambda item: item.get("reverts") == 2, "the undo")["revision"] == 3
        assert page.answer(3) == {"type": "ack", "seq": 3, "revision": 3}
        page.send(type="undo", seq=4)
        assert page.answer(4)["code"] == "undo_nothing"
        page.send(type="redo", seq=5)
        assert page.answer(5)["revision"] == 4
        page.send(type="revert", seq=6, revision=1)
        assert page.answer(6)["code"] == "revert_conflict"
        page.edit("t", "neu")
        page.send(type="undo", seq=9, source="fremde")
        assert page.answer(9)["code"] == "undo_nothing"


def test_refused_reverts(anna: Person) -> None:
    """[RG20] each with its code, as a problem, and the history is as it was."""
    anna.create("refused")
    path = "/api/rooms/refused"
    anna("POST", f"{path}/import", content=_SAMPLE)
    head = anna("GET", path).json()["revision"]
    assert anna.code("POST", f"{path}/revert", json={"revision": 99}) == (404, "revert_unknown")
    nothing = _taken_back(anna("POST", f"{path}/revert", json={"revision": head}))
    assert nothing == (head + 1, [])
    again = _taken_back(anna("POST", f"{path}/revert", json={"revision": head}))
    assert again == (head + 2, [])
    code = anna.code("POST", f"{path}/revert", json={"revision": head + 2})
    assert code == (409, "revert_nothing")
    assert anna("GET", path).json()["revision"] == head + 2
