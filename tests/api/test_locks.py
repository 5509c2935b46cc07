"""Component locks at the doors of a server where people sign in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest

from collab.api.openapi import describe
from collab.limits import KEY_UTF16_MAX
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


@pytest.fixture(scope="module")
def olga(accounts: Accounts) -> Person:
    return accounts.as_("olga", "owner")


@pytest.fixture
def room(anna: Person) -> str:
    """Return the address of a room with an application in which nobody holds anything."""
    name = f"orders{next(_numbers)}"
    anna("POST", f"/api/rooms/{name}/import?create=true", content=_SAMPLE)
    return f"/api/rooms/{name}"


_numbers = iter(range(1_000))


def _checked(response: Any, schema: str) -> Any:
    assert response.status_code == 200, response.text
    reference = {"$ref": f"#/components/schemas/{schema}", "components": describe()["components"]}
    jsonschema.Draft202012Validator(reference).validate(response.json())
    return response.json()


def _ask(person: Person, room: str, component: str, action: str = "acquire") -> Any:
    body = {"component": component, "action": action}
    return _checked(person("POST", f"{room}/locks", json=body), "LockAnswer")


def _page(person: Person, room: str) -> tuple[str, Any]:
    nodes = person("GET", f"{room}/model").json()["model"]["nodes"]
    return next((key, node) for key, node in nodes.items() if node["type"] == "Page@1")


def test_http(anna: Person, boris: Person, room: str) -> None:
    """[RG22] taken, waited for, listed, given back: the user of the request holds it."""
    page, _ = _page(anna, room)
    held = _ask(anna, room, page)
    assert held["standing"] == "held" and held["token"] == held["revision"]
    body = {"component": page}
    assert boris.code("POST", f"{room}/locks", json=body) == (409, "lock_held")
    assert _ask(boris, room, page, "wait")["position"] == 1
    listed = _checked(boris("GET", f"{room}/locks"), "Locks")
    assert [(lock["component"], lock["name"]) for lock in listed["locks"]] == [(page, "anna é")]
    assert [(item["user"], item["position"]) for item in listed["waiting"]] == [("boris", 1)]
    assert _ask(anna, room, page, "release")["standing"] == "free"
    listed = _checked(anna("GET", f"{room}/locks"), "Locks")
    assert [lock["user"] for lock in listed["locks"]] == ["boris"] and not listed["waiting"]


def test_what_is_asked_wrongly(anna: Person, room: str) -> None:
    """[RG22] each has its own code; breaking is another verb."""
    locks = f"{room}/locks"
    for body, status, code in (
        ({}, 422, "lock_component"),
        ({"component": ""}, 422, "lock_component"),
        ({"component": "x" * (KEY_UTF16_MAX + 1)}, 422, "lock_component"),
        ({"component": "nobody"}, 409, "lock_component"),
        ({"component": "application", "action": "break"}, 422, "lock_action"),
        ({"component": "application", "action": "renew"}, 409, "lock_not_held"),
    ):
        assert anna.code("POST", locks, json=body) == (status, code), body


def test_breaking(anna: Person, boris: Person, olga: Person, room: str) -> None:
    """[RG23] an owner breaks what somebody holds, by its token the one that was meant."""
    page, _ = _page(anna, room)
    token = _ask(anna, room, page)["token"]
    _ask(boris, room, page, "wait")
    lock = f"{room}/locks/{quote(page)}"
    assert boris.code("DELETE", lock) == (403, "auth_role")
    assert _checked(olga("DELETE", f"{lock}?lock={token}"), "LockAnswer")["standing"] == "free"
    assert olga.code("DELETE", f"{lock}?lock={token}") == (409, "lock_not_held")
    assert olga.code("DELETE", f"{lock}?lock=x") == (422, "lock_token")
    (held,) = olga("GET", f"{room}/locks").json()["locks"]
    assert held["user"] == "boris" and held["token"] > token
    assert olga("DELETE", lock).status_code == 200
    assert olga.code("DELETE", lock) == (409, "lock_not_held")


def test_every_door_refuses(accounts: Accounts, anna: Person, boris: Person, room: str) -> None:
    """[LK9] what one took by HTTP another changes neither by native nor by ShareDB nor by a file.

    [LK10] she herself does, at any door. [LK5] a lock is a no-op for ShareDB's clients.
    """
    name = room.rpartition("/")[2]
    page, node = _page(anna, room)
    with (
        Native(accounts, name, token=boris.token) as native,
        ShareDbClient(accounts, boris.token) as sharedb,
    ):
        version = sharedb.ask({"a": "s", "c": "rooms", "d": name, "v": None})["data"]["v"]
        _ask(anna, room, page)
        told = native.wait("locks")
        assert [lock["name"] for lock in told["locks"]] == ["anna é"]
        pushed = sharedb.wait(a="op", v=version)
        assert not {"op", "create", "del"} & pushed.keys()
        op = [{"p": ["nodes", page, "props", "name"], "od": node["props"]["name"], "oi": "Größe"}]
        refusal = native.answer(native.submit(op, told["revision"]))
        assert (refusal["type"], refusal["code"]) == ("refuse", "lock_held")
        assert "anna é" in refusal["reason"] and refusal["nodes"] == [page]
        frame = {"a": "op", "c": "rooms", "d": name, "v": version + 1, "seq": 1, "x": {}, "op": op}
        error = sharedb.ask(frame)["error"]
        assert error["code"] == "lock_held" and "anna é" in error["message"]
    text = anna("GET", f"{room}/export").json()
    text["application"]["pages"][0]["name"] = "Größe"
    assert boris.code("POST", f"{room}/import", json=text) == (409, "lock_held")
    assert anna("POST", f"{room}/import", json=text).json()["changed"] is True


def test_in_words(anna: Person, boris: Person, room: str) -> None:
    """[HI17] the history tells what became of a lock, with the element's name."""
    page, node = _page(anna, room)
    _ask(anna, room, page)
    _ask(boris, room, page, "wait")
    _ask(anna, room, page, "release")
    groups = anna("GET", f"{room}/history").json()["groups"]
    name = node["props"]["name"]
    assert [group["entries"][0]["words"] for group in groups[:3]] == [
        f"Unlocked page {name}, passed the lock of page {name} on to boris é",
        f"Asked for page {name}",
        f"Locked page {name}",
    ]
    assert [group["author"]["user"] for group in groups[:3]] == ["anna", "boris", "anna"]
    found = anna("GET", f"{room}/history?node={quote(page)}").json()["groups"]
    assert found[0]["words"].startswith("Unlocked page")
