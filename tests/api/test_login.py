"""Signing in and out in a browser's words: cookies, redirects, forms, and who is not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from collab.api.login import own_path
from collab.ids import RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import ShareRecord
from tests.api.inside import InsideServer

_COOKIE = "design_rooms_session"
_ROOM = RoomId(TenantId("acme"), "orders")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InsideServer]:
    web = tmp_path_factory.mktemp("web")
    (web / "index.html").write_text("<!doctype html><title>Größe</title>")
    with InsideServer(secret=b"s" * 32, web_dir=web) as server:
        server.run(_share(server, "s1"))
        yield server


async def _share(server: InsideServer, share: str) -> None:
    store, now_ms = server.host.store, server.clock.now_ms()
    await store.create_room(_ROOM, title="", created_by=UserId("maker"), time_ms=1)
    await store.add_share(
        ShareRecord(share, _ROOM, Role.EDITOR, UserId("maker"), now_ms, now_ms + 600_000)
    )


def _link(server: InsideServer, share: str = "s1") -> str:
    expires_ms = server.clock.now_ms() + 600_000
    return server.tokens.issue_share(_ROOM, share, Role.EDITOR, expires_ms)


def _login(server: InsideServer, token: str, following: str = "", **options: Any) -> httpx.Response:
    query = {"token": token, **({"next": following} if following else {})}
    return server.request("GET", "/login", params=query, **options)


def _cookie(response: httpx.Response) -> str:
    return str(response.cookies[_COOKIE])


def test_a_token_becomes_a_cookie(server: InsideServer) -> None:
    """[TK20] /login puts a token into a cookie that no script reads, and leads on."""
    token = server.token("zoë", Role.EDITOR)
    response = _login(server, token)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert _cookie(response) == token
    morsel = SimpleCookie(response.headers["set-cookie"])[_COOKIE]
    assert (bool(morsel["httponly"]), morsel["samesite"], morsel["path"]) == (True, "lax", "/")
    assert not morsel["secure"]
    assert morsel["expires"]
    assert response.headers["cache-control"] == "no-store"
    cookies = {_COOKIE: _cookie(response)}
    session = server.request("GET", "/api/session", cookies=cookies).json()
    assert (session["user"], session["role"]) == ("zoë", "editor")
    assert server.request("GET", "/", cookies=cookies).status_code == 200
    there = _login(server, token, "/rooms/orders?a=%C3%A9#x")
    assert there.headers["location"] == "/rooms/orders?a=%C3%A9#x"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        "javascript:alert(1)",
        "rooms/orders",
        "/größe",
        "/a b",
        " /",
        "\\\\evil.example",
        "",
    ],
)
def test_only_own_paths(server: InsideServer, path: str) -> None:
    """[TK21] /login leads to a path of this server and nowhere else."""
    assert own_path(path) == ""
    response = _login(server, server.token("zoë", Role.EDITOR), path)
    assert response.headers["location"] == "/"
    form = server.request("GET", "/login", params={"next": path}).text
    assert "evil" not in form


def test_a_bad_token(server: InsideServer) -> None:
    """[TK20] a token that is no good gets a form that says what to do, and no cookie."""
    expired = server.token("zoë", Role.OWNER, life_s=-1)
    for token, says in (
        ("größe", "no token of this server"),
        ("<script>alert(1)</script>", "no token of this server"),
        (expired, "has expired"),
        (_link(server, "other"), "was revoked"),
    ):
        response = _login(server, token, "/rooms/orders")
        assert response.status_code == 401
        assert says in response.text
        assert "<form" in response.text
        assert "<script>" not in response.text
        assert _COOKIE not in response.cookies
        assert 'value="/rooms/orders"' in response.text
        assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_form(server: InsideServer) -> None:
    """[TK20] a token may be pasted, line ends and all, from a page of ours only."""
    page = server.request("GET", "/login?next=%2Frooms%2Forders")
    assert page.status_code == 200
    assert 'name="token"' in page.text
    token = server.token("zoë", Role.EDITOR)
    pasted = f" {token[:30]}\r\n{token[30:]}\r\n"
    body = f"token={quote(pasted)}&next=%2Frooms%2Forders"
    response = server.request("POST", "/login", content=body)
    assert (response.status_code, response.headers["location"]) == (303, "/rooms/orders")
    assert _cookie(response) == token
    empty = server.request("POST", "/login", content="token=++")
    assert (empty.status_code, "Paste a token" in empty.text) == (400, True)
    assert server.request("POST", "/login", content=f"token={token}x").status_code == 401
    assert server.request("POST", "/login", content="a&" * 50).json()["code"] == "bad_form"
    large = server.request("POST", "/login", content="x" * 200_000)
    assert large.json()["code"] == "limit_body"
    evil = {"origin": "https://evil.example"}
    refused = server.request("POST", "/login", content=body, headers=evil)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth_origin")


def test_somebody_else(server: InsideServer) -> None:
    """[TK22] a link on another site does not make somebody who is signed in another person."""
    cookies = {_COOKIE: server.token("zoë", Role.EDITOR)}
    other = server.token("max <b>", Role.EDITOR)
    foreign = {"sec-fetch-site": "cross-site"}
    asked = _login(server, other, cookies=cookies, headers=foreign)
    assert asked.status_code == 200
    assert _COOKIE not in asked.cookies
    assert "Continue as max &lt;b&gt;" in asked.text
    body = {"token": other, "next": "/"}
    assert _cookie(server.request("POST", "/login", data=body, cookies=cookies)) == other
    assert _cookie(_login(server, other, cookies=cookies)) == other
    assert _cookie(_login(server, other, headers=foreign)) == other
    same = server.token("zoë", Role.VIEWER)
    assert _cookie(_login(server, same, cookies=cookies, headers=foreign)) == same


def test_sign_out(server: InsideServer) -> None:
    """[TK23] /logout forgets the cookie; a link on another site asks first."""
    cookies = {_COOKIE: server.token("zoë", Role.EDITOR)}
    for method in ("GET", "POST"):
        response = server.request(method, "/logout", cookies=cookies)
        assert (response.status_code, response.headers["location"]) == (303, "/login")
        morsel = SimpleCookie(response.headers["set-cookie"])[_COOKIE]
        assert (morsel.value, morsel["max-age"]) == ("", "0")
    foreign = server.request("GET", "/logout", headers={"sec-fetch-site": "cross-site"})
    assert (foreign.status_code, "set-cookie" in foreign.headers) == (200, False)
    assert 'action="/logout"' in foreign.text
    evil = server.request("POST", "/logout", headers={"origin": "https://evil.example"})
    assert evil.status_code == 403


def test_guests_have_names_of_their_own(server: InsideServer) -> None:
    """[TK10] whoever opens a link is a guest of their own, stays so, and may say their name."""
    one, other = _login(server, _link(server)), _login(server, _link(server))
    assert one.headers["location"] == "/rooms/orders"
    cookies = {_COOKIE: _cookie(one)}

    def session(cookies: dict[str, str]) -> dict[str, Any]:
        content: dict[str, Any] = server.request("GET", "/api/session", cookies=cookies).json()
        return content

    guest = session(cookies)
    assert guest["user"].startswith("share:s1:")
    assert guest["user"] != session({_COOKIE: _cookie(other)})["user"]
    assert (guest["room"], guest["role"]) == ("orders", "editor")
    again = _login(server, _link(server), cookies=cookies)
    assert _COOKIE not in again.cookies
    answer = server.request("PUT", "/api/session", cookies=cookies, json={"name": "Zoë 😀"})
    assert answer.json() == {**guest, "name": "Zoë 😀"}
    assert session({_COOKIE: _cookie(answer)}) == answer.json()
    named = {_COOKIE: server.token("zoë", Role.OWNER)}
    refused = server.request("PUT", "/api/session", cookies=named, json={"name": "Max"})
    assert (refused.status_code, refused.json()["code"]) == (403, "auth_name")
    rooms = server.request("GET", "/api/rooms", cookies=cookies).json()
    assert [room["name"] for room in rooms["rooms"]] == ["orders"]
    assert rooms["mayCreate"] is False


def test_answers_to_programs(server: InsideServer) -> None:
    """[TK24] a page leads to /login, and the API answers 401 with a code and what to show."""
    page = server.request("GET", "/rooms/orders")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Frooms%2Forders")
    expired = server.token("zoë", Role.OWNER, life_s=-1)
    assert server.request("GET", "/", cookies={_COOKIE: expired}).status_code == 303
    for cookies, code in (({}, "auth_required"), ({_COOKIE: expired}, "auth_expired")):
        for path in ("/api/session", "/api/rooms", "/api/rooms/orders/model"):
            response = server.request("GET", path, cookies=cookies)
            assert (response.status_code, response.json()["code"]) == (401, code)
            assert response.headers["www-authenticate"] == "Bearer"
            assert response.headers["content-type"] == "application/problem+json"


def test_any_host_but_own_origins(server: InsideServer) -> None:
    """[TK25] with a secret any host's name will do; a page's origin has to be that host."""
    token = server.token("zoë", Role.EDITOR)
    host = {"host": "design.example.org"}
    assert server.request("GET", "/api/rooms", token=token, headers=host).status_code == 200
    own = {**host, "origin": "http://design.example.org"}
    evil = {**host, "origin": "http://evil.example"}
    body = {"name": "absent room"}
    assert (
        server.request("POST", "/api/rooms", token=token, headers=own, json=body).status_code == 400
    )
    refused = server.request("POST", "/api/rooms", token=token, headers=evil, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth_origin")


def test_behind_a_proxy_that_ends_tls() -> None:
    """[TK25] PUBLIC_URL is the origin then, whatever the request says, and cookies are secure."""
    url = "https://design.example.org"
    with InsideServer(secret=b"s" * 32, public_url=url) as server:
        token = server.token("zoë", Role.EDITOR)
        for host in ("design.example.org", "127.0.0.1:8000"):
            for origin, status in ((url, 400), (f"http://{host}", 403), ("null", 403)):
                headers = {"host": host, "origin": origin}
                response = server.request(
                    "POST", "/api/rooms", token=token, headers=headers, json={"name": "a b"}
                )
                assert response.status_code == status, (host, origin)
        response = _login(server, token)
        assert SimpleCookie(response.headers["set-cookie"])[_COOKIE]["secure"]


def test_no_login_in_local_mode(tmp_path: Path) -> None:
    """[TK13] in local mode nobody signs in: /login and /logout lead home."""
    with InsideServer(web_dir=tmp_path) as server:
        assert server.request("GET", "/login?next=/rooms/x").headers["location"] == "/rooms/x"
        assert server.request("GET", "/login?token=x").headers["location"] == "/"
        assert server.request("POST", "/login", content="token=x").headers["location"] == "/"
        assert server.request("GET", "/logout").headers["location"] == "/"
        assert server.request("GET", "/login?next=//evil.example").headers["location"] == "/"
