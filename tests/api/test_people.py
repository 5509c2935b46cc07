"""Members, share links and revoked tokens over HTTP. SPEC: RG."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.api.accounts import Accounts, Person
from tests.api.test_rooms import _fits


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    with Accounts() as accounts:
        yield accounts


@pytest.fixture(scope="module")
def anna(accounts: Accounts) -> Person:
    return accounts.as_("anna", "editor")


def test_members_are_managed(accounts: Accounts, anna: Person) -> None:
    """[RG9] the creator leads the list, changes count at once, and an id may hold anything."""
    anna.create("crew")
    user = "Борис/ö 😀@example.com"
    path = f"/api/rooms/crew/members/{quote(user, safe='')}"
    added = anna("PUT", path, json={"role": "editor"})
    _fits("Member", added.json())
    listed = anna("GET", "/api/rooms/crew/members").json()
    _fits("Members", listed)
    assert listed["members"] == [
        {"user": "anna", "role": "owner", "isCreator": True},
        {"user": user, "role": "editor", "isCreator": False},
    ]
    assert (listed["user"], listed["role"]) == ("anna", "owner")
    boris = accounts.as_(user)
    assert boris("GET", "/api/rooms/crew").json()["role"] == "editor"
    anna("PUT", path, json={"role": "viewer"})
    assert boris.code("PATCH", "/api/rooms/crew", json={"title": "é"}) == (403, "auth_role")
    assert anna("DELETE", path).status_code == 204
    assert boris.code("GET", "/api/rooms/crew") == (403, "auth_room")


def test_a_room_keeps_an_owner(anna: Person) -> None:
    """[RG9] the last owner cannot step down, and says who could instead."""
    anna.create("owned")
    path = "/api/rooms/owned/members"
    assert anna.code("PUT", f"{path}/anna", json={"role": "viewer"}) == (409, "members_no_owner")
    anna("PUT", f"{path}/boris", json={"role": "owner"})
    assert anna("PUT", f"{path}/anna", json={"role": "editor"}).status_code == 200
    assert anna.code("PUT", f"{path}/anna", json={"role": "owner"}) == (403, "auth_role")


@pytest.mark.parametrize(
    ("user", "body", "code"),
    [
        ("boris", {}, "role"),
        ("boris", {"role": "king"}, "role"),
        ("boris", {"role": ["owner"]}, "role"),
        ("share:x", {"role": "viewer"}, "user_id"),
        ("service:preview", {"role": "viewer"}, "user_id"),
        ("ö" * 201, {"role": "viewer"}, "user_id"),
        (" anna", {"role": "viewer"}, "user_id"),
        ("a\u200bb", {"role": "viewer"}, "user_id"),
    ],
)
def test_what_is_no_member_is_refused(
    anna: Person, user: str, body: dict[str, object], code: str
) -> None:
    """[RG9] an unknown role, a reserved user and an id that no token has are refused by name."""
    if "strict" not in anna.names():
        anna.create("strict")
    path = f"/api/rooms/strict/members/{quote(user, safe='')}"
    assert anna.code("PUT", path, json=body) == (422, code)


def test_a_link_lets_somebody_in(accounts: Accounts, anna: Person) -> None:
    """[RG10] the link is answered once, gives its room with its role, and ends when revoked."""
    anna.create("linked")
    anna.create("other")
    shares = "/api/rooms/linked/shares"
    made = anna("POST", shares, json={"role": "reviewer", "expiresInSeconds": 3600})
    assert made.status_code == 201
    _fits("NewShare", made.json())
    link = urlsplit(made.json()["link"])
    assert link.path == "/login"
    query = parse_qs(link.query)
    assert query["next"] == ["/rooms/linked"]
    guest = accounts.bearer(query["token"][0])
    assert guest("GET", "/api/rooms/linked").json()["role"] == "reviewer"
    assert guest("GET", "/api/rooms/linked/revisions").status_code == 200
    assert guest.code("PATCH", "/api/rooms/linked", json={"title": "é"}) == (403, "auth_role")
    assert guest.code("GET", "/api/rooms/other") == (403, "auth_room")
    assert guest.names() == ["linked"]
    assert guest.code("POST", "/api/rooms", json={"name": "x"}) == (403, "auth_role")
    listed = anna("GET", shares)
    _fits("Shares", listed.json())
    assert query["token"][0] not in listed.text
    assert [item["role"] for item in listed.json()["shares"]] == ["reviewer"]
    revoked = anna("DELETE", f"{shares}/{made.json()['share']['id']}")
    _fits("Share", revoked.json())
    assert revoked.json()["revokedAt"] is not None
    assert guest.code("GET", "/api/rooms/linked") == (401, "auth_revoked")
    assert anna.code("DELETE", f"{shares}/absent") == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"role": "owner", "expiresInSeconds": 600}, "share_role"),
        ({"role": "viewer"}, "share_life"),
        ({"role": "viewer", "expiresInSeconds": 59}, "share_life"),
        ({"role": "viewer", "expiresInSeconds": 366 * 86_400 + 1}, "share_life"),
        ({"role": "viewer", "expiresInSeconds": True}, "share_life"),
        ({"role": "viewer", "expiresInSeconds": "600"}, "share_life"),
        ({"role": "viewer", "expiresInSeconds": 1e400}, "bad_json"),
    ],
)
def test_what_is_no_link_is_refused(anna: Person, body: dict[str, object], code: str) -> None:
    """[RG11] no link makes an owner, and each ends after a minute to a year."""
    if "strict-links" not in anna.names():
        anna.create("strict-links")
    content = str(body).replace("'", '"').replace("True", "true").replace("inf", "Infinity")
    response = anna("POST", "/api/rooms/strict-links/shares", content=content.encode())
    assert response.json()["code"] == code
    assert anna("GET", "/api/rooms/strict-links/shares").json()["shares"] == []


def test_tokens_are_revoked(accounts: Accounts) -> None:
    """[RG12] one's own, one that is shown and one by its id are good for nothing afterwards."""
    owner = accounts.as_("otto", "owner")
    first, second = accounts.as_("emil", "viewer"), accounts.as_("emil", "viewer")
    assert first("POST", "/api/tokens/revoke", json={}).status_code == 204
    assert first.code("GET", "/api/rooms") == (401, "auth_revoked")
    assert second("GET", "/api/rooms").status_code == 200
    shown = {"token": second.token}
    assert accounts.as_("dora", "editor").code("POST", "/api/tokens/revoke", json=shown) == (
        403,
        "auth_role",
    )
    assert owner("POST", "/api/tokens/revoke", json=shown).status_code == 204
    assert second.code("GET", "/api/rooms") == (401, "auth_revoked")
    third = accounts.as_("emil", "viewer")
    expiry = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    by_id = {"id": accounts.tokens.read(third.token).token_id, "expiresAt": expiry}
    assert owner("POST", "/api/tokens/revoke", json=by_id).status_code == 204
    assert third.code("GET", "/api/rooms") == (401, "auth_revoked")


def test_what_is_no_token_is_refused(accounts: Accounts) -> None:
    """[RG12] another tenant's token is not found, and the fault is the body's, not the caller's."""
    owner = accounts.as_("otto", "owner")
    foreign = accounts.as_("otto", "owner", tenant="elsewhere")
    path = "/api/tokens/revoke"
    assert owner.code("POST", path, json={"token": foreign.token}) == (404, "not_found")
    assert foreign("GET", "/api/rooms").status_code == 200
    for body, code in (
        ({"token": "größe"}, "auth_token"),
        ({"token": 1}, "token_id"),
        ({"id": "", "expiresAt": "2030-01-01T00:00:00Z"}, "token_id"),
        ({"id": "x"}, "token_expiry"),
        ({"id": "x", "expiresAt": "2030-01-01T00:00:00"}, "token_expiry"),
        ({"id": "x", "expiresAt": "morgen"}, "token_expiry"),
    ):
        assert owner.code("POST", path, json=body) == (422, code), body
    assert owner("GET", "/api/rooms").status_code == 200


def test_local_mode_has_no_people() -> None:
    """[RG9] [RG10] [RG12] members, links and tokens are refused with the reason."""
    with Accounts(is_local=True) as accounts:
        client = accounts.client
        client.post("/api/rooms", json={"name": "here"})
        for method, path, body in (
            ("GET", "/api/rooms/here/members", None),
            ("PUT", "/api/rooms/here/members/x", {"role": "viewer"}),
            ("DELETE", "/api/rooms/here/members/x", None),
            ("GET", "/api/rooms/here/shares", None),
            ("POST", "/api/rooms/here/shares", {"role": "viewer", "expiresInSeconds": 600}),
            ("DELETE", "/api/rooms/here/shares/x", None),
            ("POST", "/api/tokens/revoke", {}),
        ):
            response = client.request(method, path, json=body)
            assert (response.status_code, response.json()["code"]) == (409, "auth_local_mode")
