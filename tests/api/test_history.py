"""The history over HTTP: in words, models of the past, and restoring one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from collab.api.openapi import describe
from tests.api.accounts import Accounts, Person
from tests.api.native import Native
from tests.api.server import ROOT

_SAMPLE = (ROOT / "samples" / "order-management.json").read_bytes()
_NEW = {"type": "Page@1", "place": ["application", "pages", "a5V"], "props": {"name": "Größe"}}


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture(scope="module")
def anna(accounts: Accounts) -> Person:
    return accounts.as_("anna", "owner")


def _checked(response: Any, schema: str) -> Any:
    assert response.status_code == 200, response.text
    whole = {"$ref": f"#/components/schemas/{schema}", "components": describe()["components"]}
    jsonschema.Draft202012Validator(whole).validate(response.json())
    return response.json()


def _edited(accounts: Accounts, anna: Person, room: str) -> tuple[str, int]:
    """Make a room of the sample in which a page was added; return its path and revision 2."""
    anna.create(room)
    path = f"/api/rooms/{room}"
    base = anna("POST", f"{path}/import", content=_SAMPLE).json()["revision"]
    with Native(accounts, room, token=anna.token, source=f"{room} é") as page:
        page.answer(page.submit([{"p": ["nodes", "neu"], "oi": _NEW}], base))
        op = [{"p": ["nodes", "neu", "props", "name"], "od": "Größe", "oi": "价格"}]
        page.answer(page.submit(op, base + 1))
    return path, base


def test_the_history_in_words(accounts: Accounts, anna: Person) -> None:
    """[HI3] newest first, by person, [HI12] with the name of then, [HI6] and where it came from."""
    path, base = _edited(accounts, anna, "words")
    anna("POST", f"{path}/revert", json={"revision": base + 2})
    history = _checked(anna("GET", f"{path}/history"), "History")
    (group,) = history["groups"]
    assert group["entries"][-1]["words"] == "Created the room"
    assert (group["author"]["user"], group["author"]["name"]) == ("anna", "anna é")
    words = [entry["words"] for entry in group["entries"]]
    assert words[:3] == [
        f"Took back revision {base + 2}",
        "Renamed page Größe to 价格",
        "Added page Größe",
    ]
    assert words[3].startswith("Imported a file: ")
    assert [entry["nodes"] for entry in group["entries"]][1:3] == [["neu"], ["neu"]]
    assert (history["head"], history["next"]) == (base + 3, None)


def test_pages_and_filters(accounts: Accounts, anna: Person) -> None:
    """[HI2] `before` and `limit`, [HI13] `author` and `node`; what is none of them is refused."""
    path, base = _edited(accounts, anna, "pages")
    boris = accounts.as_("boris", "editor")
    boris("POST", f"{path}/revert", json={"revision": base + 2})
    first = _checked(anna("GET", f"{path}/history?limit=1"), "History")
    assert ([one["author"]["user"] for one in first["groups"]], first["next"]) == (
        ["boris"],
        base + 3,
    )
    second = anna("GET", f"{path}/history?limit=1&before={first['next']}").json()
    assert [one["last"] for one in second["groups"]] == [base + 2]
    mine = anna("GET", f"{path}/history", params={"author": "anna", "node": "neu"}).json()
    (group,) = mine["groups"]
    assert [entry["first"] for entry in group["entries"]] == [base + 2, base + 1]
    for bad in ("before=x", "limit=1000", "node=", "author=" + "x" * 3000):
        assert anna.code("GET", f"{path}/history?{bad}")[1] == "bad_parameter", bad


def test_a_model_of_the_past(accounts: Accounts, anna: Person) -> None:
    """[HI10] as it was at each revision; one to come, one that is no number."""
    path, base = _edited(accounts, anna, "past")
    then = anna("GET", f"{path}/revisions/{base + 1}/model").json()
    assert (then["revision"], then["model"]["nodes"]["neu"]["props"]["name"]) == (base + 1, "Größe")
    head = anna("GET", f"{path}/model").json()
    assert anna("GET", f"{path}/revisions/{base + 2}/model").json() == head
    assert anna("GET", f"{path}/revisions/0/model").json()["model"] == {
        "application": {},
        "nodes": {},
    }
    assert anna.code("GET", f"{path}/revisions/99/model") == (409, "revision_future")
    assert anna.code("GET", f"{path}/revisions/-1/model")[1] == "bad_parameter"
    assert anna.code("GET", f"{path}/revisions/{'9' * 5000}/model")[1] == "bad_parameter"
    answer = anna("GET", f"{path}/revisions/{base}/model")
    again = anna(
        "GET", f"{path}/revisions/{base}/model", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_restoring(accounts: Accounts, anna: Person) -> None:
    """[HI9] one new revision that says what it restores; a second time it is no change."""
    path, base = _edited(accounts, anna, "restored")
    then = anna("GET", f"{path}/export").json()
    anna("POST", f"{path}/import", content=_SAMPLE)
    assert anna("GET", f"{path}/export").json() != then
    restored = _checked(anna("POST", f"{path}/revisions/{base + 2}/restore"), "Restored")
    assert restored == {"revision": base + 4, "changed": True}
    assert anna("GET", f"{path}/export").json() == then
    again = anna("POST", f"{path}/revisions/{base + 2}/restore").json()
    assert again == {"revision": base + 4, "changed": False}
    newest = anna("GET", f"{path}/revisions?after={base + 3}").json()["revisions"]
    assert [item["restores"] for item in newest] == [base + 2]
    words = anna("GET", f"{path}/history").json()["groups"][0]["entries"][0]["words"]
    assert words == f"Restored revision {base + 2}"
    assert anna.code("POST", f"{path}/revisions/99/restore") == (409, "revision_future")


def test_who_may(accounts: Accounts, anna: Person) -> None:
    """[HI11] a reviewer reads and restores nothing, a viewer neither, a stranger is not told."""
    path, base = _edited(accounts, anna, "rights")
    reviewer, viewer = accounts.as_("rita", "reviewer"), accounts.as_("vera", "viewer")
    stranger = accounts.as_("anna", "owner", tenant="bern")
    reads = (f"{path}/history", f"{path}/revisions/{base}/model")
    for address in reads:
        assert reviewer("GET", address).status_code == 200
        assert viewer.code("GET", address) == (403, "auth_role")
        assert stranger.code("GET", address)[0] == 404
        assert accounts.client.get(address).status_code == 401
    restore = f"{path}/revisions/{base}/restore"
    assert reviewer.code("POST", restore) == (403, "auth_role")
    assert viewer.code("POST", restore) == (403, "auth_role")
    assert stranger.code("POST", restore)[0] == 404
    foreign = {"origin": "https://evil.example"}
    assert anna.code("POST", restore, headers=foreign) == (403, "auth_origin")
    assert anna("GET", path).json()["revision"] == base + 2
