"""Who may come in, from where, and who they are: local mode on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.api.frames import STEP1, sync, update_of
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, refused, wait_for_frame
from tests.api.server import Server

_COOKIE = "design_rooms_guest"
_SOCKETS = ("/yjs/room", "/hocuspocus", "/rooms/room/socket", "/free/a/b/socket")


@pytest.fixture(scope="module")
def server() -> Iterator[InsideServer]:
    with InsideServer() as server:
        server.import_sample("order-management.json", "room")
        yield server


@pytest.mark.parametrize("path", _SOCKETS)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
def test_foreign_origins_get_no_socket(server: InsideServer, path: str, origin: str) -> None:
    """[AU1] a page of another origin, or of none, opens no socket and changes nothing."""
    with pytest.raises(InvalidStatus) as refused:
        open_socket(f"{server.socket_url}{path}", additional_headers={"origin": origin}).__enter__()
    assert refused.value.response.status_code == 403
    headers = {"origin": origin}
    for method, target, body in (
        ("POST", "/api/rooms", b'{"name": "evil"}'),
        ("POST", "/api/rooms/room/import", b"{}"),
        ("PUT", "/api/session", b'{"name": "evil"}'),
    ):
        response = server.request(method, target, headers=headers, content=body)
        assert (response.status_code, response.json()["code"]) == (403, "auth_origin")


def test_own_origin_comes_in(server: InsideServer) -> None:
    """[AU1] a page of this server, and a program without any origin, come in."""
    with Native(server, "free/own", headers={"origin": server.url}) as page:
        assert page.welcome["revision"] == 0
    headers = {"origin": server.url}
    response = server.request("POST", "/api/rooms", headers=headers, json={"name": "own"})
    assert response.status_code == 201


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "[::1"]
)
def test_foreign_host_names_are_refused(server: InsideServer, host: str) -> None:
    """[AU2] a name of somebody else that leads here reads and changes nothing."""
    headers = {"host": host}
    for method, path in (
        ("GET", "/"),
        ("GET", "/metrics"),
        ("GET", "/api/session"),
        ("GET", "/api/rooms"),
        ("GET", "/api/rooms/room"),
        ("GET", "/api/rooms/room/export"),
        ("GET", "/api/rooms/room/model"),
        ("GET", "/api/rooms/room/problems"),
        ("GET", "/api/rooms/room/revisions"),
        ("GET", "/api/rooms/room/definitions"),
        ("POST", "/api/rooms"),
    ):
        response = server.request(method, path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "auth_host"), path


def _session(server: Any, cookie: str | None = None, **options: Any) -> httpx.Response:
    cookies = {_COOKIE: cookie} if cookie is not None else {}
    response: httpx.Response = server.request("GET", "/api/session", cookies=cookies, **options)
    return response


def test_guests(server: InsideServer) -> None:
    """[AU3] a browser without a cookie becomes a guest of its own, for as long as it keeps it."""
    one, other = _session(server), _session(server)
    assert one.json()["user"] != other.json()["user"]
    cookie = one.cookies[_COOKIE]
    header = one.headers["set-cookie"].lower()
    assert "httponly" in header
    assert "samesite=strict" in header
    again = _session(server, cookie)
    assert again.json() == one.json()
    assert "set-cookie" not in again.headers
    renamed = server.request(
        "PUT", "/api/session", cookies={_COOKIE: cookie}, json={"name": " Zoë 😀 "}
    )
    assert renamed.json() == {**one.json(), "name": "Zoë 😀"}
    for name in ("", "  ", "x" * 61, "a\nb", 7):
        bad = server.request("PUT", "/api/session", cookies={_COOKIE: cookie}, json={"name": name})
        assert (bad.status_code, bad.json()["code"]) == (422, "user_name"), name


def test_forged_cookies_are_nobody(server: InsideServer) -> None:
    """[AU4] a cookie that this server did not sign says nothing."""
    real = _session(server)
    cookie = real.cookies[_COOKIE]
    for forged in (f"x{cookie}", cookie[:-2], "e30.e30", "é".encode().hex(), '{"id":"1"}'):
        response = _session(server, forged)
        assert response.status_code == 200
        assert response.json()["user"] != real.json()["user"]
        assert _COOKIE in response.cookies


def _authors(server: Any, room: str) -> list[str]:
    items = server.request("GET", f"/api/free/{room}/revisions").json()["revisions"]
    return [item["author"] for item in items]


def _cookie_of(response: httpx.Response) -> dict[str, str]:
    return {"cookie": f"{_COOKIE}={response.cookies[_COOKIE]}"}


def test_sockets_know_their_guests(server: InsideServer) -> None:
    """[AU5] the cookie, then the token, say who edits; a cookie wins over a token."""
    guest = _session(server)
    headers = _cookie_of(guest)
    with Native(server, "who/native", headers=headers) as browser:
        browser.answer(browser.submit({}, 0, kind="create"))
    with Native(server, "who/native", token="tool é") as tool:
        tool.edit("a", 1)
    with Native(server, "who/native", token="") as nobody:
        nobody.edit("b", 1)
    with Native(server, "who/native", token="tool é") as tool:
        tool.edit("c", 1)
    authors = _authors(server, "who/native")
    assert authors[0] == guest.json()["user"]
    assert authors[1] == authors[3] != authors[0]
    assert authors[1].startswith("token:")
    assert authors[2] == "local"
    with open_socket(
        f"{server.socket_url}/yjs/who/native?token=x", additional_headers=headers
    ) as socket:
        socket.send(STEP1)
        socket.send(sync(2, update_of({"yjs": 1}, 31)))
        wait_for_frame(socket, b"\x00\x02")
    assert _authors(server, "who/native")[4] == guest.json()["user"]


def test_identities_outlive_a_restart(tmp_path: Path) -> None:
    """[AU6] guests and tokens are the same users after a restart, and own what they owned."""
    with Server(tmp_path) as server:
        guest, other = _session(server), _session(server)
        with Native(server, "own/é", headers=_cookie_of(guest)) as browser:
            browser.send(type="update", seq=1, update=update_of({"a": 1}, 55))
            assert browser.answer(1)["type"] == "ack"
        server.kill()
        server.start()
        assert _session(server, guest.cookies[_COOKIE]).json() == guest.json()
        with Native(server, "own/é", headers=_cookie_of(guest)) as browser:
            browser.send(type="update", seq=1, update=update_of({"a": 1, "b": 2}, 55))
            assert browser.answer(1)["type"] == "ack"
        with Native(server, "own/é", headers=_cookie_of(other)) as browser:
            browser.send(type="update", seq=1, update=update_of({"a": 1, "b": 2, "c": 3}, 55))
            assert browser.answer(1)["code"] == "update_foreign_client"
            assert closing(browser.socket)[0] == 4422


def test_rooms_that_are_not_there(server: InsideServer) -> None:
    """[AP6] an application room that was never made, and a name that is none, are refused."""
    for room, code, close in (
        ("absent", "not_found", 4404),
        ("b%20d", "room_name", 4400),
        ("..", "room_name", 4400),
        ("x" * 65, "room_name", 4400),
    ):
        assert refused(server, room) == (code, close), room
        with open_socket(f"{server.socket_url}/yjs/{room}") as socket:
            assert closing(socket)[0] == close
    with open_socket(f"{server.socket_url}/yjs/a/%FF") as socket:
        assert closing(socket)[0] == 4400
    with open_socket(f"{server.socket_url}/yjs/{'x' * 600}/y") as socket:
        assert closing(socket)[0] == 4400
