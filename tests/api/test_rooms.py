"""Rooms over HTTP: list, rename, duplicate, delete, restore, and who may do what. SPEC: RG."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from collab.api.openapi import describe
from tests.api.accounts import Accounts, Person
from tests.api.native import Native
from tests.api.server import ROOT, wait_until

SAMPLE = json.loads((ROOT / "samples" / "order-management.json").read_bytes())


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture(scope="module")
def anna(accounts: Accounts) -> Person:
    return accounts.as_("anna", "editor")


def _fits(schema: str, content: Any) -> None:
    description = {"$ref": f"#/components/schemas/{schema}", "components": describe()["components"]}
    jsonschema.Draft202012Validator(description).validate(content)


# --- rename, delete, restore ------------------------------------------------------------------


def test_a_room_is_renamed(anna: Person) -> None:
    """[RG1] the title changes, the name in its address stays; what is no title is refused."""
    anna.create("rename", title="Größe")
    response = anna("PATCH", "/api/rooms/rename", json={"title": "  Größer 😀 <b>  "})
    _fits("Room", response.json())
    assert response.json()["title"] == "Größer 😀 <b>"
    assert anna("GET", "/api/rooms/rename").json()["title"] == "Größer 😀 <b>"
    path = "/api/rooms/rename"
    assert anna.code("PATCH", path, json={"title": "😀" * 61}) == (413, "limit_title")
    assert anna.code("PATCH", path, json={"title": None}) == (422, "room_title")
    assert anna.code("PATCH", path, json={}) == (422, "room_title")
    assert anna.code("PATCH", "/api/rooms/absent", json={"title": "é"}) == (404, "not_found")


def test_a_room_is_deleted_and_restored(anna: Person) -> None:
    """[RG2] a deleted room is gone at every route; [RG3] a restored one is as it was."""
    before = anna.create("gone", title="Größe", model=SAMPLE)
    model = anna("GET", "/api/rooms/gone/model").json()
    deleted = anna("DELETE", "/api/rooms/gone").json()
    _fits("Room", deleted)
    assert deleted["deletedAt"] is not None
    assert deleted["purgedAt"][:10] > deleted["deletedAt"][:10]
    for path in ("", "/model", "/export", "/revisions", "/problems", "/definitions", "/members"):
        assert anna.code("GET", f"/api/rooms/gone{path}") == (404, "not_found")
    assert anna.code("GET", "/api/rooms/gone/thumbnail.svg") == (404, "not_found")
    assert anna.code("DELETE", "/api/rooms/gone") == (404, "not_found")
    assert "gone" not in anna.names()
    assert anna.names("?deleted=true") == ["gone"]
    for _ in range(2):
        restored = anna("POST", "/api/rooms/gone/restore")
        assert restored.status_code == 200
        assert restored.json()["deletedAt"] is None
    assert restored.json()["createdAt"] == before["createdAt"]
    assert anna("GET", "/api/rooms/gone/model").json() == model
    assert len(anna("GET", "/api/rooms/gone/revisions").json()["revisions"]) == 1
    assert anna.names("?deleted=true") == []
    assert anna.code("POST", "/api/rooms/absent/restore") == (404, "not_found")


def test_the_trash_keeps_names(anna: Person) -> None:
    """[RG5] creating, importing and duplicating under a deleted room's name is refused clearly."""
    anna.create("taken")
    anna("DELETE", "/api/rooms/taken")
    for method, path, body in (
        ("POST", "/api/rooms", {"name": "taken"}),
        ("POST", "/api/rooms/taken/import?create=true", SAMPLE),
    ):
        assert anna.code(method, path, json=body) == (409, "room_in_trash")
    anna.create("original")
    path = "/api/rooms/original/duplicate"
    assert anna.code("POST", path, json={"name": "taken"}) == (409, "room_in_trash")
    assert anna.code("POST", path, json={"name": "original"}) == (409, "already_exists")
    anna("POST", "/api/rooms/taken/restore")


def test_the_trash_is_its_owners(accounts: Accounts, anna: Person) -> None:
    """[RG4] who could not restore a room is not told that it was there."""
    boris, owner = accounts.as_("boris", "editor"), accounts.as_("otto", "owner")
    anna.create("secret-trash")
    assert "secret-trash" in boris.names()
    anna("DELETE", "/api/rooms/secret-trash")
    assert "secret-trash" in anna.names("?deleted=true")
    assert "secret-trash" in owner.names("?deleted=true")
    assert boris.names("?deleted=true") == []
    assert boris.code("POST", "/api/rooms/secret-trash/restore")[0] in {403, 404}
    assert anna("POST", "/api/rooms/secret-trash/restore").status_code == 200


def test_everybody_deletes_in_local_mode() -> None:
    """[RG4] in local mode everybody sees the trash, deletes and restores."""
    with Accounts(is_local=True) as accounts:
        client = accounts.client
        assert client.post("/api/rooms", json={"name": "shared"}).status_code == 201
        client.cookies.clear()
        listed = client.get("/api/rooms").json()
        assert (listed["mode"], listed["mayCreate"]) == ("local", True)
        other = {"authorization": "Bearer somebody-else"}
        assert client.delete("/api/rooms/shared", headers=other).status_code == 200
        trash = client.get("/api/rooms?deleted=true").json()["rooms"]
        assert [room["name"] for room in trash] == ["shared"]
        assert client.post("/api/rooms/shared/restore").status_code == 200


def test_a_foreign_page_changes_nothing(anna: Person) -> None:
    """[RG2] a page of another origin renames, deletes and shares nothing."""
    anna.create("foreign")
    headers = {"origin": "http://evil.test"}
    for method, path in (
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/restore"),
        ("POST", "/duplicate"),
        ("POST", "/revert"),
        ("POST", "/undo"),
        ("POST", "/redo"),
        ("POST", "/trim"),
        ("PUT", "/members/boris"),
        ("DELETE", "/members/boris"),
        ("POST", "/shares"),
        ("DELETE", "/shares/x"),
    ):
        code = anna.code(method, f"/api/rooms/foreign{path}", headers=headers)
        assert code == (403, "auth_origin"), (method, path)
    assert anna.code("POST", "/api/tokens/revoke", headers=headers) == (403, "auth_origin")
    assert anna("GET", "/api/rooms/foreign").status_code == 200


# --- duplicate --------------------------------------------------------------------------------


def test_a_duplicate_is_a_room_of_its_own(anna: Person) -> None:
    """[RG6] the model is the same, ids included; history, members and later edits are not."""
    anna.create("first", title="Größe 😀", model=SAMPLE)
    anna("PUT", "/api/rooms/first/members/boris", json={"role": "viewer"})
    path = "/api/rooms/first/duplicate"
    made = anna("POST", path, json={"name": "second"})
    assert made.status_code == 201
    _fits("Room", made.json())
    assert (made.json()["title"], made.json()["role"]) == ("Größe 😀", "owner")
    first, second = (
        anna("GET", f"/api/rooms/{name}/export").content for name in ("first", "second")
    )
    assert first == second
    revisions = anna("GET", "/api/rooms/second/revisions").json()["revisions"]
    assert [item["author"] for item in revisions] == ["anna"]
    members = anna("GET", "/api/rooms/second/members").json()["members"]
    assert [item["user"] for item in members] == ["anna"]
    named = anna("POST", path, json={"name": "third", "title": "Ein anderer"}).json()
    assert named["title"] == "Ein anderer"
    assert anna.code("POST", path, json={"name": "a b"}) == (400, "room_name")
    assert anna.code("POST", path, json={}) == (422, "room_name")


# --- the list ---------------------------------------------------------------------------------


def test_rooms_are_searched(accounts: Accounts) -> None:
    """[RG7] every word has to be in title or name, in any case and order."""
    cleo = accounts.as_("cleo", "editor", tenant="search")
    cleo.create("orders-2026", title="Bestellungen Zürich")
    cleo.create("orders-old", title="Bestellungen Basel")
    cleo.create("größe".encode("ascii", "ignore").decode(), title="GRÖẞE 😀")
    for search, expected in (
        ("", ["gre", "orders-2026", "orders-old"]),
        ("BESTELLUNGEN", ["orders-2026", "orders-old"]),
        ("zürich orders", ["orders-2026"]),
        ("größe", ["gre"]),
        ("2026 basel", []),
        ("%", []),
    ):
        response = cleo("GET", "/api/rooms", params={"search": search})
        _fits("Rooms", response.json())
        assert [room["name"] for room in response.json()["rooms"]] == expected, search
    assert cleo.code("GET", f"/api/rooms?search={'x' * 201}") == (400, "bad_parameter")
    assert cleo.code("GET", "/api/rooms?deleted=yes") == (400, "bad_parameter")


def test_only_rooms_with_a_role_are_listed(accounts: Accounts, anna: Person) -> None:
    """[RG7] without a role in the tenant one sees the rooms that one is a member of."""
    anna.create("for-dora")
    anna.create("not-for-dora")
    dora = accounts.as_("dora")
    assert dora.names() == []
    anna("PUT", "/api/rooms/for-dora/members/dora", json={"role": "viewer"})
    listed = dora("GET", "/api/rooms").json()
    assert [(room["name"], room["role"]) for room in listed["rooms"]] == [("for-dora", "viewer")]
    assert (listed["mode"], listed["mayCreate"]) == ("token", False)
    assert dora.code("POST", "/api/rooms", json={"name": "x"}) == (403, "auth_role")
    assert dora.code("POST", "/api/rooms/for-dora/duplicate", json={"name": "x"})[0] == 403
    assert dora.code("GET", "/api/rooms/not-for-dora") == (403, "auth_room")


def test_open_rooms_tell_their_problems(anna: Person) -> None:
    """[RG8] an open room counts its problems, one that is not open says that nobody knows."""
    model = {"application": {"id": "x", "pages": [{"name": "Ä", "path": "/ä", "children": []}]}}
    made = anna.create("problems", model=model)
    assert made["problems"] == 0
    assert (made["people"], made["present"]) == (0, [])
    broken = {"component": "Größe@1", "props": {}}
    model["application"]["pages"][0]["children"] = [broken]  # type: ignore[index]
    anna("POST", "/api/rooms/problems/import", json=model)
    assert anna("GET", "/api/rooms/problems").json()["problems"] == 1


def test_people_who_are_there_are_told_once(accounts: Accounts, anna: Person) -> None:
    """[RG8] two windows of one person are one person; a program without presence is nobody."""
    anna.create("crowded")
    boris = accounts.token("boris", "viewer")

    def crowd(count: int) -> Any:
        def look() -> Any:
            room = anna("GET", "/api/rooms/crowded").json()
            return room if room["people"] == count else None

        return wait_until(look, f"{count} people")

    with (
        Native(accounts, "crowded", token=anna.token) as first,
        Native(accounts, "crowded", token=anna.token) as second,
        Native(accounts, "crowded", token=boris) as other,
        Native(accounts, "crowded", token=anna.token),
    ):
        for client in (first, second, other):
            client.send(type="presence", state={"user": {"name": "somebody else", "color": "red"}})
        room = crowd(2)
        assert room["sessions"] == 4
        assert [person["name"] for person in room["present"]] == ["anna é", "boris é"]
        assert all(person["color"].startswith("#") for person in room["present"])
    assert crowd(0)["present"] == []


# --- who may do what --------------------------------------------------------------------------

_REQUESTS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "", None),
    ("GET", "/export", None),
    ("GET", "/model", None),
    ("GET", "/problems", None),
    ("GET", "/definitions", None),
    ("GET", "/thumbnail.svg", None),
    ("GET", "/revisions", None),
    ("GET", "/members", None),
    ("PATCH", "", {"title": "é"}),
    ("POST", "/import", SAMPLE),
    ("POST", "/revert", {"revision": 9}),
    ("POST", "/undo", {"source": "absent é"}),
    ("POST", "/redo", {"source": "absent é"}),
    ("POST", "/trim", {"before": 1}),
    ("PUT", "/members/x", {"role": "viewer"}),
    ("DELETE", "/members/x", None),
    ("GET", "/shares", None),
    ("POST", "/shares", {"role": "viewer", "expiresInSeconds": 600}),
    ("DELETE", "/shares/absent", None),
)
_ALLOWED = {"owner": 19, "editor": 13, "reviewer": 8, "viewer": 6}
# What is answered to those who may ask, since there is no such thing.
_ABSENT = {
    "/shares/absent": "not_found",
    "/revert": "revert_unknown",
    "/undo": "undo_nothing",
    "/redo": "undo_nothing",
}


@pytest.mark.parametrize("role", list(_ALLOWED))
def test_each_role_may_do_its_part(accounts: Accounts, anna: Person, role: str) -> None:
    """[RG14] a member may do what the role says at every route, and nothing more."""
    room = f"roles-{role}"
    anna.create(room, model=SAMPLE)
    anna("PUT", f"/api/rooms/{room}/members/emil", json={"role": role})
    emil = accounts.as_("emil", "viewer")
    assert emil("GET", f"/api/rooms/{room}").json()["role"] == role
    for index, (method, path, body) in enumerate(_REQUESTS):
        response = emil(method, f"/api/rooms/{room}{path}", json=body)
        is_allowed = response.status_code < 400 or response.json()["code"] == _ABSENT.get(path)
        if index < _ALLOWED[role]:
            assert is_allowed, (method, path, response.text)
        else:
            assert response.status_code == 403, (method, path)
            assert response.json()["code"] == "auth_role"
    deleted = emil("DELETE", f"/api/rooms/{room}")
    assert deleted.status_code == (200 if role == "owner" else 403)
    restored = emil("POST", f"/api/rooms/{room}/restore")
    assert restored.status_code == (200 if role == "owner" else 403)


def test_another_tenant_finds_nothing(accounts: Accounts, anna: Person) -> None:
    """[RG13] every route answers another tenant's owner as if there were no such room."""
    anna.create("private", title="Geheim")
    share = anna(
        "POST", "/api/rooms/private/shares", json={"role": "viewer", "expiresInSeconds": 600}
    ).json()["share"]
    stranger = accounts.as_("anna", "owner", tenant="elsewhere")
    requests = (
        *_REQUESTS,
        ("DELETE", "", None),
        ("POST", "/restore", None),
        ("POST", "/duplicate", {"name": "stolen"}),
        ("DELETE", f"/shares/{share['id']}", None),
    )
    for method, path, body in requests:
        code = stranger.code(method, f"/api/rooms/private{path}", json=body)
        assert code == (404, "not_found"), (method, path)
    assert stranger.names() == []
    assert stranger.names("?deleted=true") == []
    shares = anna("GET", "/api/rooms/private/shares").json()["shares"]
    assert [item["revokedAt"] for item in shares] == [None]


def test_nobody_gets_nothing(accounts: Accounts, anna: Person) -> None:
    """[RG13] without a token every route is 401, whatever it would have said."""
    anna.create("closed")
    nobody = accounts.bearer("not-a-token")
    for method, path, body in (*_REQUESTS, ("DELETE", "", None), ("POST", "/restore", None)):
        assert nobody.code(method, f"/api/rooms/closed{path}", json=body)[0] == 401, (method, path)
    for method, path in (("GET", "/api/rooms"), ("POST", "/api/rooms")):
        assert nobody.code(method, path)[0] == 401
    assert nobody.code("POST", "/api/tokens/revoke", json={})[0] == 401
