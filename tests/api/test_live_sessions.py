"""Sessions that are there when their right to be there ends, on real sockets and npm clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jwt
import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from collab.host.bounds import Bounds
from collab.ids import RoomId, TenantId
from collab.messages import Role
from tests.api.frames import STEP1, address, auth, step1, sync, update_of
from tests.api.inside import InsideServer
from tests.api.native import Native, closing, open_socket, wait_for_frame
from tests.api.server import Editor, wait_until

_ROOM = "orders"
_DOORS = ("native", "yjs", "hocuspocus")
_OWNER = Role.OWNER


@pytest.fixture
def server() -> Iterator[InsideServer]:
    with InsideServer(secret=b"s" * 32) as server:
        body = {"name": _ROOM, "title": "Größe"}
        owner = server.token("chefin", _OWNER)
        assert server.request("POST", "/api/rooms", token=owner, json=body).status_code == 201
        yield server


class _Guest:
    """One session through one door; ``end`` waits for how it is ended: a close code or a reason."""

    def __init__(self, server: InsideServer, door: str, token: str) -> None:
        self.door = door
        path = {"native": f"/rooms/{_ROOM}/socket", "yjs": f"/yjs/{_ROOM}?token={token}"}
        self._manager = open_socket(f"{server.socket_url}{path.get(door, '/hocuspocus')}")
        self.socket = self._manager.__enter__()
        if door == "native":
            self.socket.send(msgpack.packb({"type": "hello", "version": 1, "token": token}))
            assert msgpack.unpackb(self.socket.recv(timeout=20))["type"] == "welcome"
        elif door == "yjs":
            self.socket.send(STEP1)
            wait_for_frame(self.socket, b"\x00\x01")
        else:
            self.socket.send(auth(_ROOM, token))
            self.socket.send(step1(_ROOM))
            wait_for_frame(self.socket, address(_ROOM) + b"\x00\x01")

    def end(self) -> int:
        """Return the close code; a document that Hocuspocus denies while it stays is 4000."""
        denied = address(_ROOM) + b"\x02\x01"
        try:
            while True:
                frame = self.socket.recv(timeout=20)
                if isinstance(frame, bytes) and frame.startswith(denied):
                    return 4000
        except ConnectionClosed as error:
            assert error.rcvd is not None
            return error.rcvd.code

    def stays(self, server: InsideServer) -> None:
        """Fail unless the session is still there."""
        assert server.call(lambda: len(server.access.sessions)) > 0
        with pytest.raises(TimeoutError):
            while True:
                self.socket.recv(timeout=0.1)

    def close(self) -> None:
        self._manager.__exit__(None, None, None)


def _expected(door: str, code: int) -> int:
    return 4000 if door == "hocuspocus" and 4400 <= code < 4500 else code


@pytest.mark.parametrize("door", _DOORS)
def test_expiry(server: InsideServer, door: str) -> None:
    """[TK11] a session ends in the second after its token, at every door; others stay."""
    short = _Guest(server, door, server.token("zoë", Role.EDITOR, life_s=60))
    long = _Guest(server, door, server.token("max", Role.EDITOR, life_s=600))
    server.clock.offset_ms = 60_000
    assert short.end() == _expected(door, 4401)
    long.stays(server)
    wait_until(lambda: server.call(lambda: len(server.access.sessions)) == 1, "one to stay")
    short.close()
    long.close()
    wait_until(lambda: server.call(lambda: len(server.access.sessions)) == 0, "all to leave")


@pytest.mark.parametrize("door", _DOORS)
def test_revocation(server: InsideServer, door: str) -> None:
    """[TK15] a token that is revoked closes what it opened, at every door, and opens nothing."""
    token = server.token("zoë", Role.EDITOR)
    guest = _Guest(server, door, token)
    other = _Guest(server, door, server.token("zoë", Role.EDITOR))
    body = {"token": token}
    owner = server.token("chefin", _OWNER)
    answer = server.request("POST", "/api/tokens/revoke", token=owner, json=body)
    assert answer.status_code == 204, answer.text
    assert guest.end() == _expected(door, 4401)
    other.stays(server)
    assert server.request("GET", "/api/rooms", token=token).json()["code"] == "auth_revoked"
    guest.close()
    other.close()


@pytest.mark.parametrize("door", _DOORS)
def test_membership(server: InsideServer, door: str) -> None:
    """[TK14] another role closes with 1012, none with 4403, and others do not notice."""
    owner = server.token("chefin", _OWNER)
    members = f"/api/rooms/{_ROOM}/members"

    def put(user: str, role: str) -> None:
        path = f"{members}/{user}"
        answer = server.request("PUT", path, token=owner, json={"role": role})
        assert answer.status_code == 200, answer.text

    put("gast", "editor")
    guest, other = server.token("gast"), server.token("max", Role.VIEWER)
    watcher = _Guest(server, door, other)
    session = _Guest(server, door, guest)
    put("gast", "viewer")
    assert session.end() == 1012
    session = _Guest(server, door, guest)
    assert server.request("DELETE", f"{members}/gast", token=owner).status_code == 204
    assert session.end() == _expected(door, 4403)
    watcher.stays(server)


@pytest.mark.parametrize("door", _DOORS)
def test_links(server: InsideServer, door: str) -> None:
    """[TK9] a link that is revoked closes its guests, at every door."""
    owner = server.token("chefin", _OWNER)
    body = {"role": "editor", "expiresInSeconds": 3600}
    share = server.request("POST", f"/api/rooms/{_ROOM}/shares", token=owner, json=body).json()
    link = share["link"].partition("token=")[2].partition("&")[0]
    guest = _Guest(server, door, link)
    path = f"/api/rooms/{_ROOM}/shares/{share['share']['id']}"
    assert server.request("DELETE", path, token=owner).status_code == 200
    assert guest.end() == _expected(door, 4401)


@pytest.mark.parametrize("door", _DOORS)
def test_deletion(server: InsideServer, door: str) -> None:
    """[TK14] a deleted room is closed with 4404, and nobody comes in until it is restored."""
    owner = server.token("chefin", _OWNER)
    guest = _Guest(server, door, server.token("zoë", Role.VIEWER))
    assert server.request("DELETE", f"/api/rooms/{_ROOM}", token=owner).status_code == 200
    assert guest.end() == _expected(door, 4404)
    guest.close()
    wait_until(lambda: server.call(lambda: len(server.access.sessions)) == 0, "all to leave")
    assert server.request("POST", f"/api/rooms/{_ROOM}/restore", token=owner).status_code == 200
    _Guest(server, door, owner).stays(server)


def test_revocations_outlive_a_restart() -> None:
    """[TK15] what was revoked before a restart is revoked after it."""
    with InsideServer(secret=b"s" * 32) as first:
        store, token = first.host.store, first.token("zoë", Role.OWNER)
        answer = first.request("POST", "/api/tokens/revoke", token=token, json={})
        assert answer.status_code == 204, answer.text
        store.close = _stays_open  # type: ignore[method-assign]
    with InsideServer(store, secret=b"s" * 32) as second:
        assert second.request("GET", "/api/rooms", token=token).json()["code"] == "auth_revoked"


async def _stays_open() -> None:
    return None


# --- what a role may do inside a room -----------------------------------------------------------


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.VIEWER])
def test_readers_change_nothing(server: InsideServer, role: Role) -> None:
    """[TK17] a reviewer's and a viewer's edits are refused at every door and leave no trace."""
    token = server.token("gast", role)
    update = update_of({"größe": 1}, 77, root="application")
    with Native(server, _ROOM, token=token) as native:
        before = native.welcome["revision"]
        op = [{"p": ["application", "größe"], "oi": 1}]
        assert native.answer(native.submit(op, before))["code"] == "auth_role"
        for is_answer in (False, True):
            native.send(type="update", seq=9 + is_answer, update=update, answer=is_answer)
            assert native.answer(9 + is_answer)["code"] == "auth_role"
        other = _Guest(server, "yjs", server.token("max", Role.EDITOR))
        native.send(type="presence", state={"user": {"name": "Zoë"}})
        while "Zoë".encode() not in wait_for_frame(other.socket, b"\x01"):
            pass
        other.close()
    for kind in (1, 2):
        yjs = _Guest(server, "yjs", token)
        yjs.socket.send(sync(kind, update))
        # What is asked behind it is answered after it was judged.
        yjs.socket.send(STEP1)
        wait_for_frame(yjs.socket, b"\x00\x01")
        yjs.close()
        hocuspocus = _Guest(server, "hocuspocus", token)
        hocuspocus.socket.send(address(_ROOM) + sync(kind, update))
        frame = wait_for_frame(hocuspocus.socket, address(_ROOM) + b"\x08")
        assert frame == address(_ROOM) + b"\x08\x00"
        hocuspocus.close()
    record = server.run(server.host.store.room(RoomId(TenantId("acme"), _ROOM)))
    assert record is not None
    assert record.revision == before


def test_viewers_get_no_history(server: InsideServer) -> None:
    """[TK18] who may not read the history and asks for revisions gets the document as it is."""
    editor = server.token("zoë", Role.EDITOR)
    with Native(server, _ROOM, token=editor) as native:
        revision, epoch = native.welcome["revision"], native.welcome["epoch"]
        op = [{"p": ["application", "name"], "od": "Größe", "oi": "Grösse"}]
        assert native.answer(native.submit(op, revision))["type"] == "ack"
    for role, gets in ((Role.REVIEWER, "revisions"), (Role.VIEWER, "snapshot")):
        token = server.token("gast", role)
        with Native(server, _ROOM, token=token, since=revision, epoch=epoch) as native:
            assert gets in native.welcome
            assert {"revisions", "snapshot"} & set(native.welcome) == {gets}


# --- who says nothing ---------------------------------------------------------------------------


def test_sockets_that_say_nothing() -> None:
    """[TK19] a socket whose peer does not say who it is in time is closed; one that did stays."""
    bounds = Bounds(authentication_timeout_ms=200)
    with InsideServer(bounds=bounds, secret=b"s" * 32) as server:
        for path in ("/hocuspocus", "/rooms/x/socket", "/free/a/b/socket"):
            with open_socket(f"{server.socket_url}{path}") as socket:
                assert closing(socket)[0] == 4401
            with open_socket(f"{server.socket_url}{path}") as socket:
                socket.send(auth("x", "größe") if path == "/hocuspocus" else b"")
                assert closing(socket)[0] in {4401, 1002}
        token = server.token("zoë", Role.EDITOR)
        headers = {"authorization": f"Bearer {token}"}
        with (
            open_socket(f"{server.socket_url}/hocuspocus", additional_headers=headers) as known,
            Native(server, "a/b", token=token) as native,
            open_socket(f"{server.socket_url}/hocuspocus") as unknown,
        ):
            assert closing(unknown)[0] == 4401
            native.send(type="ping")
            native.wait("pong")
            with pytest.raises(TimeoutError):
                known.recv(timeout=0.1)


# --- where a token comes from -------------------------------------------------------------------


def _code_of(server: InsideServer, **options: Any) -> str:
    try:
        with Native(server, "a/b", **options) as native:
            return str(native.welcome["type"])
    except AssertionError as error:
        return str(error)


def test_carriers(server: InsideServer) -> None:
    """[TK6] message, address, Bearer and cookie carry a token; the first one given decides."""
    good, bad = server.token("zoë", Role.EDITOR), "größe".encode().hex()
    path = f"{server.socket_url}/free/a/b/socket"

    def hello(token: str | None, query: str, headers: dict[str, str]) -> str:
        with open_socket(f"{path}{query}", additional_headers=headers) as socket:
            socket.send(msgpack.packb({"type": "hello", "version": 1, "token": token}))
            message = msgpack.unpackb(socket.recv(timeout=20))
            return str(message.get("code", message["type"]))

    bearer, bad_bearer = ({"authorization": f"Bearer {item}"} for item in (good, bad))
    cookie = {"cookie": f"design_rooms_session={good}"}
    assert hello(good, "", {}) == "welcome"
    assert hello(None, f"?token={good}", {}) == "welcome"
    assert hello(None, "", bearer) == "welcome"
    assert hello(None, "", cookie) == "welcome"
    assert hello(None, "", {}) == "auth_required"
    assert hello(bad, f"?token={good}", {**bearer, **cookie}) == "auth_token"
    assert hello(None, f"?token={bad}", {**bearer, **cookie}) == "auth_token"
    assert hello(None, "", {**bad_bearer, **cookie}) == "auth_token"
    assert hello(None, "", {"authorization": "Bearer", **cookie}) == "welcome"
    assert hello(None, "", {"authorization": "Bearer ", **cookie}) == "welcome"
    assert hello(None, "?token=", cookie) == "welcome"


def test_the_word_of_a_page(server: InsideServer) -> None:
    """[TK6] Hocuspocus needs a token, so a page sends a word and its cookie counts."""
    token = server.token("zoë", Role.EDITOR)
    for headers, kind in (
        ({"cookie": f"design_rooms_session={token}"}, b"\x02\x02"),
        ({}, b"\x02\x01"),
    ):
        with open_socket(f"{server.socket_url}/hocuspocus", additional_headers=headers) as socket:
            socket.send(auth("a/b", "session"))
            assert wait_for_frame(socket, address("a/b"))[len(address("a/b")) :][:2] == kind


# --- the preview's process ----------------------------------------------------------------------


@pytest.mark.parametrize("is_local", [True, False], ids=["local", "token"])
def test_the_process_that_runs_previews(is_local: bool) -> None:
    """[TK16] its token reads one room and its history, in either mode; its session outlasts it."""
    with InsideServer(secret=None if is_local else b"s" * 32) as server:
        tenant = "local" if is_local else "acme"
        owner = None if is_local else server.token("chefin", _OWNER)
        for name in (_ROOM, "payroll"):
            server.request("POST", "/api/rooms", token=owner, json={"name": name})

        def mint(**changed: Any) -> str:
            claims = {
                "sub": "service:preview",
                "tenant": tenant,
                "room": _ROOM,
                "kind": "service",
                "exp": server.clock.now_ms() // 1000 + 300,
                **changed,
            }
            return jwt.encode(claims, server.keys.service, algorithm="HS256")

        token = mint()
        with Native(server, _ROOM, token=token, since=0, epoch=1) as process:
            assert "revisions" in process.welcome
            op = [{"p": ["application", "größe"], "oi": 1}]
            answer = process.answer(process.submit(op, process.welcome["revision"]))
            assert answer["code"] == "auth_role"
            server.clock.offset_ms = 400_000
            process.send(type="ping")
            with pytest.raises(TimeoutError):
                while True:
                    assert process.receive(1.5)["type"] != "error"
        for bad, codes in (
            (token, {"auth_expired"}),
            (mint(room="payroll"), {"auth_room"}),
            (mint(tenant="umbrella"), {"not_found"}),
            (mint(kind="people"), {"auth_claims"}),
        ):
            with open_socket(f"{server.socket_url}/rooms/{_ROOM}/socket") as socket:
                socket.send(msgpack.packb({"type": "hello", "version": 1, "token": bad}))
                assert msgpack.unpackb(socket.recv(timeout=20))["code"] in codes
        history = f"/api/rooms/{_ROOM}/revisions"
        assert server.request("GET", history, token=mint()).status_code == 200
        assert server.request("GET", f"/api/rooms/{_ROOM}/members", token=mint()).status_code != 200
        assert (
            server.request("POST", "/api/rooms", token=mint(), json={"name": "x"}).status_code
            == 403
        )


# --- npm clients --------------------------------------------------------------------------------


def test_npm_clients_come_back_with_their_new_role(server: InsideServer) -> None:
    """[TK14] Hocuspocus' own provider comes back read-only, y-websocket stays away when removed."""
    owner = server.token("chefin", _OWNER)
    guest = server.token("gast")
    members = f"/api/rooms/{_ROOM}/members/gast"
    server.request("PUT", members, token=owner, json={"role": "editor"})
    with (
        Editor("hocuspocus", server, _ROOM, token=guest) as one,
        Editor("y-websocket", server, _ROOM, token=guest) as other,
    ):
        one.wait_synced()
        other.wait_synced()

        def scopes() -> list[str]:
            return [event["scope"] for event in one.events if event["event"] == "authenticated"]

        assert scopes() == ["read-write"]
        server.request("PUT", members, token=owner, json={"role": "viewer"})
        wait_until(lambda: scopes() == ["read-write", "readonly"], "the new role")
        other.wait_synced()
        server.request("DELETE", members, token=owner)
        wait_until(
            lambda: any(event.get("code") == 4403 for event in other.events), "the last close"
        )
        wait_until(lambda: any(item["event"] == "denied" for item in one.events), "the denial")
        assert "no role" in next(item["reason"] for item in one.events if item["event"] == "denied")
