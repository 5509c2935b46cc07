"""Page tokens: what a preview page shows, and for how long it counts."""

from __future__ import annotations

import pytest
from itsdangerous import URLSafeSerializer

from collab.auth.page_tokens import PageTokens
from collab.errors import NotAllowed, NotAuthenticated
from collab.ids import RoomId, TenantId, UserId
from collab.limits import PAGE_TOKEN_LIFE_MS
from collab.messages import Principal, Role, RoomGrant

_KEY = b"k" * 32
_ROOM = RoomId(TenantId("acme"), "orders")


class _Clock:
    time_ms = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.time_ms


def _zoe(expires_ms: int | None = None, grant: RoomGrant | None = None) -> Principal:
    return Principal(
        UserId("zoë"),
        "Zoë 😀",
        "#123456",
        TenantId("acme"),
        Role.EDITOR,
        frozenset({Role.EDITOR}),
        "token-1",
        expires_ms,
        grant,
    )


def _code(tokens: PageTokens, token: str, room: str = "orders") -> str:
    with pytest.raises((NotAuthenticated, NotAllowed)) as refused:
        tokens.read(token, room)
    return refused.value.code


def test_a_page_is_its_person_in_its_room() -> None:
    """[PX9] a page's token stands for who opened the page, in that room and no other."""
    tokens = PageTokens(_KEY, _Clock())
    token = tokens.issue(_zoe(), _ROOM)
    assert PageTokens.is_one(token)
    person = tokens.read(token, "orders")
    assert (person.user, person.name, person.tenant) == ("zoë", "Zoë 😀", "acme")
    assert (person.roles, person.token_id) == ({Role.EDITOR}, "token-1")
    assert _code(tokens, token, "payroll") == "auth_room"
    grant = RoomGrant("orders", Role.VIEWER, "s1")
    assert tokens.read(tokens.issue(_zoe(grant=grant), _ROOM), "orders").grant == grant


def test_a_page_lasts_no_longer_than_a_session() -> None:
    """[PX9] a page's token ends with the session's, and after a day at the latest."""
    clock = _Clock()
    tokens = PageTokens(_KEY, clock)
    start_ms = clock.time_ms
    short = tokens.issue(_zoe(start_ms + 5_000), _ROOM)
    long = tokens.issue(_zoe(start_ms + 10 * PAGE_TOKEN_LIFE_MS), _ROOM)
    local = tokens.issue(_zoe(), _ROOM)
    clock.time_ms = start_ms + 4_999
    assert tokens.read(short, "orders").expires_ms == start_ms + 5_000
    clock.time_ms = start_ms + 5_000
    assert _code(tokens, short) == "auth_expired"
    clock.time_ms = start_ms + PAGE_TOKEN_LIFE_MS - 1
    assert tokens.read(long, "orders").expires_ms == start_ms + PAGE_TOKEN_LIFE_MS
    clock.time_ms += 1
    assert _code(tokens, long) == _code(tokens, local) == "auth_expired"


def test_what_others_made_is_nothing() -> None:
    """[PX9] a token that this server's key did not sign for a page is none."""
    tokens = PageTokens(_KEY, _Clock())
    good = tokens.issue(_zoe(), _ROOM)
    other_salt = URLSafeSerializer(_KEY, salt="design-rooms guest").dumps({"room": "orders"})
    forged = [
        PageTokens(b"x" * 32, _Clock()).issue(_zoe(), _ROOM),
        good[:-1],
        good.removeprefix("page-"),
        f"page-{other_salt}",
        "page-",
        "page-größe",
        "page-é.é",
        "",
        f"{good}{'x' * 20_000}",
    ]
    for token in forged:
        assert _code(tokens, token) == "auth_token", token[:40]
