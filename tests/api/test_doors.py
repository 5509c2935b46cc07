"""Every verb of every door, with every role, for another tenant, and with tokens that are no good.

The table is written out: a route that has no row fails, and so does a row without a route.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import msgpack
import pytest
from starlette.routing import Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed

from collab.auth.tokens import Tokens
from collab.ids import RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import ShareRecord
from tests.api.frames import STEP1, address, auth
from tests.api.inside import InsideServer
from tests.api.native import closing, open_socket
from tests.api.stub_preview import StubPreview

_ACME: Final = TenantId("acme")
_SECRET: Final = b"s" * 32
_MODEL: Final = b'{"application":{"id":"x","name":"Gr\xc3\xb6\xc3\x9fe","version":"1"}}'

# Who asks. ``nobody`` is of the tenant and has no role; ``guest`` holds a link to the room as a
# viewer, ``stray`` one to another room; ``other`` owns another tenant.
_ACTORS: Final = (
    *("owner", "editor", "reviewer", "viewer", "nobody", "guest", "stray", "other"),
    *("without", "expired", "revoked", "forged", "unsigned"),
)
_BAD: Final = ("without", "expired", "revoked", "forged", "unsigned")


@dataclass(frozen=True)
class _Row:
    """One verb: what it is asked with, and the status for each actor but those without a token.

    ``statuses`` are for owner, editor, reviewer, viewer, nobody, guest, stray and other; ``bad`` is
    for everybody whose token is none.
    """

    method: str
    path: str
    statuses: str
    bad: int = 401
    body: bytes = b""
    target: str = ""
    is_deleted: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    def expected(self, actor: str) -> int:
        if actor in _BAD:
            return self.bad
        return int(self.statuses.split()[_ACTORS.index(actor)])


_ROOM: Final = "/api/rooms/{room}"
_ALL: Final = "200 200 200 200 200 200 200 200"
_READ: Final = "200 200 200 200 403 200 403 404"
_TABLE: Final = (
    # What anybody may ask: nothing of a tenant is in it.
    _Row("GET", "/healthz", _ALL, bad=200),
    _Row("GET", "/readyz", _ALL, bad=200),
    _Row("GET", "/metrics", _ALL, bad=200),
    _Row("GET", "/api/openapi.json", _ALL, bad=200),
    _Row("GET", "/login", _ALL, bad=200),
    _Row("POST", "/login", "400 400 400 400 400 400 400 400", bad=400),
    _Row("GET", "/logout", "303 303 303 303 303 303 303 303", bad=303),
    _Row("POST", "/logout", "303 303 303 303 303 303 303 303", bad=303),
    # Pages: whoever is not signed in is sent to sign in.
    _Row("GET", "/", _ALL, bad=303),
    _Row("GET", "/rooms/{room}", _ALL, bad=303),
    _Row("GET", "/gallery", _ALL, bad=303),
    # Who am I; only guests name themselves, and they do it by their cookie.
    _Row("GET", "/api/session", _ALL),
    _Row("PUT", "/api/session", "403 403 403 403 403 403 403 403", body=b'{"name":"Zo\xc3\xab"}'),
    # Rooms.
    _Row("GET", "/api/rooms", _ALL),
    _Row("POST", "/api/rooms", "201 201 403 403 403 403 403 201", body=b'{"name":"NEW"}'),
    _Row("GET", _ROOM, _READ),
    _Row(
        "PATCH", _ROOM, "200 200 403 403 403 403 403 404", body=b'{"title":"Gr\xc3\xb6\xc3\x9fe"}'
    ),
    _Row("DELETE", _ROOM, "200 403 403 403 403 403 403 404"),
    _Row("POST", f"{_ROOM}/restore", "200 403 403 403 403 403 403 404", is_deleted=True),
    _Row("POST", f"{_ROOM}/duplicate", "201 201 403 403 403 403 403 404", body=b'{"name":"NEW"}'),
    _Row("GET", f"{_ROOM}/thumbnail.svg", _READ),
    # What a room can begin with: the same for everybody who is signed in.
    _Row("GET", "/api/templates", _ALL),
    _Row(
        "GET",
        "/api/templates/{template}/thumbnail.svg",
        _ALL,
        target="/api/templates/insurance-claims/thumbnail.svg",
    ),
    # Who may come in.
    _Row("GET", f"{_ROOM}/members", "200 200 200 403 403 403 403 404"),
    _Row(
        "PUT",
        f"{_ROOM}/members/{{user:path}}",
        "200 403 403 403 403 403 403 404",
        body=b'{"role":"viewer"}',
        target="/api/rooms/ROOM/members/gr%C3%B6%C3%9Fe",
    ),
    _Row(
        "DELETE",
        f"{_ROOM}/members/{{user:path}}",
        "204 403 403 403 403 403 403 404",
        target="/api/rooms/ROOM/members/gr%C3%B6%C3%9Fe",
    ),
    # Who holds what; nobody holds anything here that could be broken.
    _Row("GET", f"{_ROOM}/locks", _READ),
    _Row(
        "POST",
        f"{_ROOM}/locks",
        "200 200 403 403 403 403 403 404",
        body=b'{"component":"application"}',
    ),
    _Row(
        "DELETE",
        f"{_ROOM}/locks/{{component:path}}",
        "409 403 403 403 403 403 403 404",
        target="/api/rooms/ROOM/locks/gr%C3%B6%C3%9Fe",
    ),
    _Row("GET", f"{_ROOM}/shares", "200 403 403 403 403 403 403 404"),
    _Row(
        "POST",
        f"{_ROOM}/shares",
        "201 403 403 403 403 403 403 404",
        body=b'{"role":"viewer","expiresInSeconds":3600}',
    ),
    _Row(
        "DELETE",
        f"{_ROOM}/shares/{{share}}",
        "200 403 403 403 403 403 403 404",
        target="/api/rooms/ROOM/shares/link-ROOM",
    ),
    _Row(
        "POST",
        "/api/tokens/revoke",
        "204 403 403 403 403 403 403 204",
        body=b'{"id":"somebody-else","expiresAt":"2100-01-01T00:00:00Z"}',
    ),
    # What a room holds.
    _Row("POST", f"{_ROOM}/import", "200 200 403 403 403 403 403 404", body=_MODEL),
    _Row("GET", f"{_ROOM}/export", _READ),
    _Row("GET", f"{_ROOM}/definitions", _READ),
    _Row("GET", f"{_ROOM}/problems", _READ),
    _Row("GET", f"{_ROOM}/model", _READ),
    _Row("GET", f"{_ROOM}/revisions", "200 200 200 403 403 403 403 404"),
    _Row("GET", f"{_ROOM}/history", "200 200 200 403 403 403 403 404"),
    _Row(
        "GET",
        f"{_ROOM}/revisions/{{revision}}/model",
        "200 200 200 403 403 403 403 404",
        target="/api/rooms/ROOM/revisions/0/model",
    ),
    _Row(
        "POST",
        f"{_ROOM}/revisions/{{revision}}/restore",
        "200 200 403 403 403 403 403 404",
        target="/api/rooms/ROOM/revisions/0/restore",
    ),
    _Row(
        "GET",
        "/api/free/{collection}/{document:path}/revisions",
        "200 200 200 403 403 403 403 404",
        target="/api/free/notes/ROOM/revisions",
    ),
    # What takes back, asked so that it changes nothing: there is no such revision and no source.
    *(
        _Row(
            "POST",
            f"{path}/{verb}",
            f"{answer} {answer} 403 403 403 403 403 404",
            body=body,
            target=f"{target}/{verb}",
        )
        for path, target in (
            (_ROOM, "/api/rooms/ROOM"),
            ("/api/free/{collection}/{document:path}", "/api/free/notes/ROOM"),
        )
        for verb, answer, body in (
            ("revert", "422", b'{"revision":0}'),
            ("undo", "409", b'{"source":"absent"}'),
            ("redo", "409", b'{"source":"absent"}'),
        )
    ),
    *(
        _Row(
            "POST",
            f"{path}/trim",
            f"422 {editor} 403 403 403 403 403 404",
            body=b'{"before":0}',
            target=f"{target}/trim",
        )
        for path, target, editor in (
            (_ROOM, "/api/rooms/ROOM", "403"),
            ("/api/free/{collection}/{document:path}", "/api/free/notes/ROOM", "403"),
        )
    ),
)
# The preview passes all methods; what a role may do with data is the process's to judge.
_PREVIEW: Final = tuple(
    _Row(method, "/preview/{path:path}", _READ, target=f"/preview/ROOM/{rest}", body=body)
    for method, rest, body in (
        ("GET", "", b""),
        ("HEAD", "", b""),
        ("GET", "api/Order", b""),
        ("POST", "api/Order", b'{"a":1}'),
        ("PATCH", "api/Order/1", b'{"a":1}'),
        ("PUT", "api/Order/1", b'{"a":1}'),
        ("DELETE", "api/Order/1", b""),
        ("POST", "player/query", b"{}"),
        ("POST", "player/data/reset", b"{}"),
        ("GET", "player/schema", b""),
        ("GET", "api/openapi.json", b""),
        ("OPTIONS", "api/Order", b""),
    )
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InsideServer]:
    web = tmp_path_factory.mktemp("web")
    for name in ("index.html", "gallery.html"):
        (web / name).write_text("<!doctype html><title>Größe</title>")
    with (
        StubPreview() as preview,
        InsideServer(secret=_SECRET, web_dir=web, preview=preview.path) as server,
    ):
        server.run(_revoke(server))
        yield server


async def _revoke(server: InsideServer) -> None:
    owner = server.tokens.read(server.token("chefin", Role.OWNER))
    await server.access.revoke_token(owner, "revoked", server.clock.now_ms() + 10**7)


class _Rooms:
    """Makes a room for each try, so that no try changes what the next one finds."""

    def __init__(self, server: InsideServer) -> None:
        self._server = server

    def fresh(self, *, is_deleted: bool = False) -> str:
        name = f"room-{secrets.token_hex(6)}"
        self._server.run(self._make(name, is_deleted=is_deleted))
        return name

    async def _make(self, name: str, *, is_deleted: bool) -> None:
        store, now_ms = self._server.host.store, self._server.clock.now_ms()
        room = RoomId(_ACME, name)
        for one in (room, RoomId(_ACME, f"notes/{name}")):
            await store.create_room(one, title="", created_by=UserId("maker"), time_ms=now_ms)
        await store.add_share(
            ShareRecord(
                f"link-{name}", room, Role.VIEWER, UserId("maker"), now_ms, now_ms + 600_000
            )
        )
        if is_deleted:
            await store.delete_room(room, now_ms)


def _token(server: InsideServer, actor: str, room: str) -> str | None:
    if actor in set(Role):
        return server.token(f"{actor}-ä", Role(actor))
    expires_ms = server.clock.now_ms() + 600_000
    match actor:
        case "nobody":
            return server.token("nobody")
        case "other":
            return server.token("maker", *Role, tenant="umbrella")
        case "guest":
            share = RoomId(_ACME, room)
            return server.tokens.issue_share(share, f"link-{room}", Role.VIEWER, expires_ms)
        case "stray":
            share = RoomId(_ACME, "elsewhere")
            return server.tokens.issue_share(share, "link-elsewhere", Role.OWNER, expires_ms)
        case "expired":
            return server.token("chefin", Role.OWNER, life_s=-1)
        case "revoked":
            return _signed(server, {"jti": "revoked"})
        case "forged":
            other = Tokens((b"x" * 32,), server.clock)
            return other.issue(
                user="x", name=None, tenant="acme", roles={Role.OWNER}, expires_ms=expires_ms
            )
        case "unsigned":
            return (
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwidGVuYW50IjoiYWNtZSIsImV4cCI6OTk5OTk5OTk5OX0."
            )
    return None


def _signed(server: InsideServer, claims: dict[str, Any]) -> str:
    exp = server.clock.now_ms() // 1000 + 600
    full = {"sub": "chefin", "tenant": "acme", "roles": ["owner"], "exp": exp, **claims}
    return jwt.encode(full, _SECRET, algorithm="HS256")


def _ask(server: InsideServer, client: httpx.Client, row: _Row, actor: str) -> int:
    rooms = _Rooms(server)
    room = rooms.fresh(is_deleted=row.is_deleted)
    target = (row.target or row.path).replace("{room}", room).replace("ROOM", room)
    # Nobody's body names a tenant or a role that counts.
    body = row.body.replace(b"NEW", f"new-{room}-{actor}".encode())
    headers = {"x-design-rooms-identity": "forged", "x-forwarded-user": "chefin"}
    token = _token(server, actor, room)
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    response = client.request(
        row.method, f"{server.url}{target}", headers=headers, content=body or None
    )
    client.cookies.clear()
    return response.status_code


def test_every_route_has_a_row(server: InsideServer) -> None:
    """[TK7] the table names every method of every route, and no other."""
    routes = {
        (method, route.path)
        for route in server.app.routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert {row.key for row in _TABLE} == routes
    paths = {route.path for route in server.app.routes if isinstance(route, WebSocketRoute)}
    assert paths == {row.path for row in _SOCKETS}
    others = [route for route in server.app.routes if not isinstance(route, Route | WebSocketRoute)]
    assert [getattr(route, "path", "") for route in others] == ["/assets"]
    # The preview's takes every method.
    everything = [route.path for route in server.app.routes if _takes_everything(route)]
    assert everything == ["/preview/{path:path}"]


def _takes_everything(route: object) -> bool:
    return isinstance(route, Route) and route.methods is None


@pytest.mark.parametrize(
    "row", [*_TABLE, *_PREVIEW], ids=lambda row: f"{row.method} {row.target or row.path}"
)
def test_every_route(server: InsideServer, row: _Row) -> None:
    """[TK7] [TK12] each route answers each role, and everybody else, as the table says."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        answers = {actor: _ask(server, client, row, actor) for actor in _ACTORS}
    assert answers == {actor: row.expected(actor) for actor in _ACTORS}


# --- sockets ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _SocketRow:
    """One door: what each actor gets: ``in`` or the close code; 0 for a denied document."""

    path: str
    answers: str
    bad: str = "4401"

    def expected(self, actor: str) -> str:
        if actor in _BAD:
            return self.bad
        return self.answers.split()[_ACTORS.index(actor)]


_SOCKETS: Final = (
    _SocketRow("/yjs/{room:path}", "in in in in 4403 in 4403 4404"),
    _SocketRow("/hocuspocus", "in in in in denied in denied denied", bad="denied"),
    _SocketRow("/sharedb", "in in in in denied in denied denied"),
    _SocketRow("/rooms/{room}/socket", "in in in in 4403 in 4403 4404"),
    _SocketRow("/free/{collection}/{document:path}/socket", "in in in in 4403 4403 4403 in"),
)


def _enter(server: InsideServer, path: str, room: str, token: str | None) -> str:
    """Try to come in and return ``in``, ``denied`` or the close code."""
    if path == "/hocuspocus":
        with open_socket(f"{server.socket_url}/hocuspocus") as socket:
            socket.send(auth(room, token or ""))
            frame = socket.recv(timeout=20)
            assert isinstance(frame, bytes)
            kind = frame.removeprefix(address(room))[:2]
            return {b"\x02\x01": "denied", b"\x02\x02": "in"}[kind]
    query = "" if token is None else f"?token={token}"
    if path == "/sharedb":
        with open_socket(f"{server.socket_url}/sharedb{query}") as socket:
            with suppress(ConnectionClosed):
                socket.send(json.dumps({"a": "s", "c": "rooms", "d": room, "v": None}))
            answer: dict[str, Any] = {"a": "init"}
            try:
                while answer["a"] == "init":
                    answer = json.loads(socket.recv(timeout=20))
            except ConnectionClosed:
                return str(closing(socket)[0])
            return "denied" if "error" in answer else "in"
    if path.startswith("/yjs"):
        with open_socket(f"{server.socket_url}/yjs/{room}{query}") as socket:
            with suppress(ConnectionClosed):
                socket.send(STEP1)
            try:
                frame = socket.recv(timeout=20)
            except ConnectionClosed:
                return str(closing(socket)[0])
            return "in" if frame[:2] == b"\x00\x01" else str(closing(socket)[0])
    target = f"/rooms/{room}/socket" if path.startswith("/rooms") else f"/free/notes/{room}/socket"
    with open_socket(f"{server.socket_url}{target}") as socket:
        socket.send(msgpack.packb({"type": "hello", "version": 1, "token": token}))
        message = msgpack.unpackb(socket.recv(timeout=20))
        return "in" if message["type"] == "welcome" else str(closing(socket)[0])


@pytest.mark.parametrize("row", _SOCKETS, ids=lambda row: row.path)
def test_every_socket(server: InsideServer, row: _SocketRow) -> None:
    """[TK7] [TK12] each door lets each role in or closes with the code that the table says."""
    rooms = _Rooms(server)
    answers = {}
    for actor in _ACTORS:
        room = rooms.fresh()
        answers[actor] = _enter(server, row.path, room, _token(server, actor, room))
    assert answers == {actor: row.expected(actor) for actor in _ACTORS}


def test_free_rooms_of_two_tenants_are_two(server: InsideServer) -> None:
    """[TK12] the same address in another tenant is another room."""
    name = _Rooms(server).fresh()
    other = server.token("maker", Role.OWNER, tenant="umbrella")
    assert _enter(server, "/free", name, other) == "in"
    rooms = server.run(server.host.store.rooms(TenantId("umbrella")))
    assert RoomId(TenantId("umbrella"), f"notes/{name}") in {item.room for item in rooms}


def test_addresses_and_bodies_name_no_tenant(server: InsideServer) -> None:
    """[TK12] a tenant in the address, the body or a header changes nothing."""
    room = _Rooms(server).fresh()
    other = server.token("chefin", Role.OWNER, tenant="umbrella")
    for path in (
        f"/api/rooms/{room}?tenant=acme",
        f"/api/rooms/acme%2F{room}",
        f"/api/rooms/{room}/model?tenant=acme&user=maker&role=owner",
        f"/preview/{room}/?tenant=acme",
        f"/preview/acme%2F{room}/",
    ):
        response = server.request("GET", path, token=other, headers={"x-tenant": "acme"})
        assert response.status_code in {400, 404}, path
    body = {"name": f"copy-{room}", "tenant": "acme"}
    assert server.request("POST", "/api/rooms", token=other, json=body).status_code == 201
    assert server.run(server.host.store.room(RoomId(_ACME, body["name"]))) is None


def test_nothing_is_in_the_page(server: InsideServer, tmp_path: Path) -> None:
    """[TK7] a page without a session is not served at all, not even empty."""
    response = server.request("GET", "/rooms/orders?x=%C3%A9")
    assert (response.status_code, response.content) == (303, b"")
    assert response.headers["location"] == "/login?next=%2Frooms%2Forders%3Fx%3D%25C3%25A9"
