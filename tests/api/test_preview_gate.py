"""Who passes to the preview, and what its process is told of them: people, pages, strangers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from collab.ids import RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import ShareRecord
from tests.api.inside import InsideServer
from tests.api.server import wait_until
from tests.api.stub_preview import StubPreview

_ACME = TenantId("acme")
_ROOMS = ("orders", "payroll")
_NULL = {"origin": "null", "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def preview() -> Iterator[StubPreview]:
    with StubPreview() as preview:
        yield preview


@pytest.fixture
def server(preview: StubPreview) -> Iterator[InsideServer]:
    with InsideServer(secret=b"s" * 32, preview=preview.path) as server:
        for name in _ROOMS:
            server.run(_make(server, "acme", name))
        yield server


@pytest.fixture(scope="module")
def local(preview: StubPreview) -> Iterator[InsideServer]:
    with InsideServer(preview=preview.path) as server:
        for name in _ROOMS:
            server.run(_make(server, "local", name))
        yield server


async def _make(server: InsideServer, tenant: str, name: str) -> None:
    room = RoomId(TenantId(tenant), name)
    await server.host.store.create_room(room, title="", created_by=UserId("maker"), time_ms=1)


def _told(server: InsideServer, response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return StubPreview.identity(response.json(), server.keys.identity)


def _page(server: InsideServer, room: str = "orders", **options: Any) -> str:
    """Open a page and return its token."""
    told = _told(server, server.request("GET", f"/preview/{room}/", **options))
    token = told["page_token"]
    assert isinstance(token, str)
    return token


def _ask(
    server: InsideServer, page: str, path: str = "/preview/orders/api/Order", **options: Any
) -> httpx.Response:
    headers = {**_NULL, "x-preview-token": page, **options.pop("headers", {})}
    return server.request(options.pop("method", "GET"), path, headers=headers, **options)


def _refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_what_the_process_is_told(server: InsideServer) -> None:
    """[PX11] the process is told tenant, room, person and role, and a page its token, no other."""
    token = server.token("zoë", Role.REVIEWER)
    told = _told(server, server.request("GET", "/preview/orders/", token=token))
    assert told.pop("page_token").startswith("page-")
    assert told == {
        "tenant": "acme",
        "room": "orders",
        "user": "zoë",
        "name": "zoë",
        "color": told["color"],
        "role": "reviewer",
    }
    for path in ("/preview/orders/feeds", "/preview/orders/api/x/", "/preview/orders"):
        answer = server.request("GET", path, token=token)
        assert _told(server, answer)["page_token"] is None, path
    assert (
        _told(server, server.request("POST", "/preview/orders/", token=token))["page_token"] is None
    )
    again = [server.request("GET", "/preview/orders/api/x", token=token) for _ in range(2)]
    headers = [item.json()["headers"]["x-design-rooms-identity"] for item in again]
    assert headers[0] == headers[1]


def test_nobody_can_say_who_they_are(server: InsideServer) -> None:
    """[PX11] a header that a browser made up does not reach the process, signed or not."""
    token = server.token("zoë", Role.VIEWER)
    owner = server.request("GET", "/preview/orders/x", token=server.token("chefin", Role.OWNER))
    stolen = owner.json()["headers"]["x-design-rooms-identity"]
    response = server.request(
        "GET",
        "/preview/orders/x",
        token=token,
        headers={"X-Design-Rooms-Identity": stolen, "x-design-rooms-role": "owner"},
    )
    assert _told(server, response)["role"] == "viewer"
    assert "x-design-rooms-role" not in response.json()["headers"]


def test_a_page_reads_its_room(server: InsideServer) -> None:
    """[PX9] a page without an origin reads and writes its own room by its token, as its person."""
    page = _page(server, token=server.token("zoë", Role.EDITOR))
    for method in ("GET", "POST", "PATCH", "DELETE"):
        told = _told(server, _ask(server, page, method=method))
        assert (told["user"], told["role"], told["page_token"]) == ("zoë", "editor", None)
    by_query = server.request("GET", f"/preview/orders/x?a=1&token={page}", headers=_NULL)
    assert _told(server, by_query)["user"] == "zoë"
    assert by_query.json()["query"] == "a=1"
    assert "x-preview-token" not in _ask(server, page).json()["headers"]


def test_a_page_of_another_room(server: InsideServer) -> None:
    """[PX9] a page of one room reads and writes no other room, of its tenant or another."""
    page = _page(server, token=server.token("zoë", Role.OWNER))
    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        response = _ask(server, page, "/preview/payroll/api/Order", method=method)
        assert _refusal(response) == (403, "auth_room")
        assert response.headers["access-control-allow-origin"] == "null"
    for path in ("/api/rooms", "/api/rooms/orders", "/api/rooms/orders/model"):
        assert _ask(server, page, path).status_code == 401
        assert server.request("GET", f"{path}?token={page}").status_code == 401
    outside = _page(server, token=server.token("zoë", Role.OWNER))
    server.run(_make(server, "umbrella", "orders"))
    assert _told(server, _ask(server, outside))["tenant"] == "acme"


def test_a_page_is_judged_anew(server: InsideServer) -> None:
    """[PX9] what a page's person may do is looked up at every request: role, token, trash."""
    zoe = server.token("zoë", Role.EDITOR)
    page = _page(server, token=zoe)
    room = RoomId(_ACME, "orders")

    async def demote() -> None:
        await server.host.store.set_member(room, UserId("zoë"), Role.VIEWER)
        await server.access.room_changed(room)

    server.run(demote())
    assert _told(server, _ask(server, page))["role"] == "viewer"
    principal = server.tokens.read(zoe)
    server.run(server.access.revoke_token(principal, principal.token_id, 10**14))
    assert _refusal(_ask(server, page)) == (401, "auth_revoked")
    other = _page(server, token=server.token("max", Role.VIEWER, life_s=60))
    server.clock.offset_ms = 60_000
    assert _refusal(_ask(server, other)) == (401, "auth_expired")
    last = _page(server, token=server.token("max", Role.VIEWER))
    server.run(server.host.store.delete_room(room, 5))
    server.run(server.access.room_changed(room))
    assert _refusal(_ask(server, last)) == (404, "not_found")


def test_pages_of_shared_rooms(server: InsideServer) -> None:
    """[PX9] a guest's page has the link's role and ends with the link."""
    room, now_ms = RoomId(_ACME, "orders"), server.clock.now_ms()

    async def share(*, revoke: bool = False) -> None:
        if revoke:
            await server.host.store.revoke_share(room, "s1", now_ms)
        else:
            record = ShareRecord("s1", room, Role.VIEWER, UserId("x"), now_ms, now_ms + 60_000)
            await server.host.store.add_share(record)
        await server.access.room_changed(room)

    server.run(share())
    link = server.tokens.issue_share(room, "s1", Role.EDITOR, now_ms + 60_000)
    page = _page(server, token=link)
    assert _told(server, _ask(server, page))["role"] == "viewer"
    assert _refusal(_ask(server, page, "/preview/payroll/x"))[0] == 403
    server.run(share(revoke=True))
    assert _refusal(_ask(server, page)) == (401, "auth_revoked")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", ["local", "token"])
def test_strangers(
    server: InsideServer, local: InsideServer, headers: dict[str, str], mode: str
) -> None:
    """[PX12] what another site's page asks for without a page token is refused, cookie or not."""
    target = local if mode == "local" else server
    cookies = {}
    if mode == "token":
        cookies = {"design_rooms_session": server.token("zoë", Role.OWNER)}
    for method, path in (
        ("GET", "/preview/orders/"),
        ("GET", "/preview/orders/api/Order"),
        ("POST", "/preview/orders/api/Order"),
        ("GET", "/preview/orders/feed"),
    ):
        response = target.request(method, path, headers=headers, cookies=cookies)
        assert _refusal(response) == (403, "auth_origin"), path


def test_foreign_origins_with_a_page_token(server: InsideServer) -> None:
    """[PX12] a page's token counts from an opaque origin and from ours, and from no other."""
    page = _page(server, token=server.token("zoë", Role.OWNER))
    own = {"origin": server.url, "sec-fetch-site": "same-origin"}
    assert _ask(server, page, headers=own).status_code == 200
    evil = _ask(server, page, method="POST", headers={"origin": "https://evil.example"})
    assert _refusal(evil) == (403, "auth_origin")
    for bad in ("", "page-größe".encode().hex(), f"{page}x", "page-x.y", "x"):
        assert _refusal(_ask(server, bad)) == (401, "auth_token")


def test_links_from_elsewhere(server: InsideServer, local: InsideServer) -> None:
    """[PX12] a link on another site opens the page, in the address bar, and nothing else."""
    visit = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert local.request("GET", "/preview/orders/", headers=visit).status_code == 200
    assert local.request("GET", "/preview/orders", headers=visit).status_code == 200
    assert local.request("GET", "/preview/orders/api/Order", headers=visit).status_code == 403
    assert local.request("POST", "/preview/orders/", headers=visit).status_code == 403
    cookies = {"design_rooms_session": server.token("zoë", Role.VIEWER)}
    response = server.request("GET", "/preview/orders/", headers=visit, cookies=cookies)
    assert _told(server, response)["user"] == "zoë"


def test_preflights(server: InsideServer) -> None:
    """[PX13] a page may ask what it may send, without its token; other origins may not."""
    headers = {
        **_NULL,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "x-preview-token,x-view-as,if-match",
    }
    response = server.request("OPTIONS", "/preview/orders/api/Order/1", headers=headers)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "null"
    allowed = response.headers["access-control-allow-headers"].split(", ")
    assert {"x-preview-token", "x-view-as", "if-match", "content-type"} <= set(allowed)
    assert "access-control-allow-credentials" not in response.headers
    evil = server.request(
        "OPTIONS", "/preview/orders/x", headers={**headers, "origin": "https://evil.example"}
    )
    assert evil.status_code == 403
    assert "access-control-allow-origin" not in evil.headers


def test_people_are_told_in_a_page(server: InsideServer) -> None:
    """[PX14] a person without a session is sent to sign in; in a frame, and elsewhere, is told."""
    html = {"accept": "text/html,*/*"}
    response = server.request("GET", "/preview/orders/", headers=html)
    assert response.status_code == 303
    assert response.headers["location"] == "/login?next=%2Fpreview%2Forders%2F"
    framed = server.request("GET", "/preview/orders/", headers={**html, "sec-fetch-dest": "iframe"})
    assert (framed.status_code, "<h1>" in framed.text) == (401, True)
    token = server.token("zoë", Role.VIEWER)
    missing = server.request("GET", "/preview/absent/", headers=html, token=token)
    assert missing.status_code == 404
    assert "There is no such room" in missing.text
    assert "default-src 'none'" in missing.headers["content-security-policy"]
    evil = server.request("GET", "/preview/%3Cscript%3E/", headers=html, token=token)
    assert evil.status_code == 400
    assert "<script>" not in evil.text
    for path in ("/preview/", "/preview//x"):
        assert server.request("GET", path, token=token).status_code == 404


def test_feeds_end_with_their_right(server: InsideServer, preview: StubPreview) -> None:
    """[PX15] a stream is closed when its session ends, its role changes or its room is deleted."""
    room = RoomId(_ACME, "orders")
    tokens = {name: server.token(name, Role.EDITOR) for name in ("ended", "changed", "deleted")}

    async def change(role: Role) -> None:
        await server.host.store.set_member(room, UserId("changed"), role)
        await server.access.room_changed(room)

    async def revoke() -> None:
        principal = server.tokens.read(tokens["ended"])
        await server.access.revoke_token(principal, principal.token_id, 10**14)

    async def delete() -> None:
        await server.host.store.delete_room(room, 5)
        await server.access.room_changed(room)

    acts = {"ended": revoke(), "changed": change(Role.VIEWER), "deleted": delete()}
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
        for name, act in acts.items():
            page = _page(server, token=tokens[name])
            path = f"/preview/orders/feed?token={page}"
            with client.stream("GET", path, headers=_NULL) as feed:
                parts = feed.iter_raw()
                assert next(parts).startswith(b"data: ")
                server.run(act)
                assert list(parts) == []
            expected = {"ended": 401, "changed": 200, "deleted": 404}[name]
            with client.stream("GET", path, headers=_NULL) as again:
                assert again.status_code == expected
    wait_until(lambda: preview.feeds == 0, "the process to be left alone")
    wait_until(lambda: server.call(lambda: len(server.access.sessions)) == 0, "stays to end")


def test_answers_that_did_not_begin(server: InsideServer, preview: StubPreview) -> None:
    """[PX15] a request that waits when its right changes is told so, and asks again."""
    room = RoomId(_ACME, "orders")

    async def demote() -> None:
        await server.host.store.set_member(room, UserId("zoë"), Role.VIEWER)
        await server.access.room_changed(room)

    page = _page(server, token=server.token("zoë", Role.EDITOR))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_ask, server, page, "/preview/orders/hang")
        wait_until(lambda: preview.hanging == 1, "the request to wait")
        server.run(demote())
        assert _refusal(waiting.result(20)) == (401, "auth_changed")
    wait_until(lambda: preview.hanging == 0, "the process to be left alone")


def test_local_pages(local: InsideServer) -> None:
    """[PX9] in local mode a page is its guest, and bound to its room all the same."""
    cookie = local.request("GET", "/api/session").cookies["design_rooms_guest"]
    cookies = {"design_rooms_guest": cookie}
    page = _page(local, cookies=cookies)
    told = _told(local, _ask(local, page))
    assert told["user"].startswith("guest:")
    assert (told["tenant"], told["role"]) == ("local", "editor")
    assert _refusal(_ask(local, page, "/preview/payroll/x")) == (403, "auth_room")
    evil = {"host": "evil.example"}
    assert _refusal(_ask(local, page, headers=evil)) == (403, "auth_host")
