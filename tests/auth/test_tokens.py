"""Tokens: whom this server believes, claim by claim, and every forgery that it does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest

from collab.auth.authenticator import SESSION_COOKIE, TokenAuthenticator
from collab.auth.revocations import Revocations
from collab.auth.tokens import ServiceTokens, Tokens
from collab.errors import InvalidValue, NotAuthenticated
from collab.ids import RoomId, TenantId
from collab.limits import TOKEN_BYTES_MAX, USER_ID_UTF16_MAX, USER_NAME_UTF16_MAX
from collab.messages import Role, RoomGrant

_SECRET = b"s" * 32
_NOW_S = 1_800_000_000
_ROOM = RoomId(TenantId("acme"), "orders")


class _Clock:
    def __init__(self) -> None:
        self.time_ms = _NOW_S * 1000

    def now_ms(self) -> int:
        return self.time_ms


def _tokens(*keys: bytes, clock: _Clock | None = None) -> Tokens:
    return Tokens(keys or (_SECRET,), clock or _Clock())


def _claims(**changed: Any) -> dict[str, Any]:
    claims = {
        "sub": "zoë@example.org",
        "name": "Zoë 😀",
        "tenant": "acme",
        "roles": ["editor"],
        "exp": _NOW_S + 60,
    }
    claims.update(changed)
    return {key: value for key, value in claims.items() if value is not ...}


def _signed(claims: Any, *, key: bytes = _SECRET, header: dict[str, Any] | None = None) -> str:
    """Sign *claims* by hand, so that a library's own checks do not get in the way."""

    def part(content: Any) -> bytes:
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=")

    head = part(header or {"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    signature = hmac.new(key, head, hashlib.sha256).digest()
    return (head + b"." + part(signature)).decode()


def _code(token: str, tokens: Tokens | None = None) -> str:
    with pytest.raises(NotAuthenticated) as refused:
        (tokens or _tokens()).read(token)
    assert not token or token not in refused.value.message
    return refused.value.code


def test_a_token_says_who_somebody_is() -> None:
    """[TK1] what was issued is read back, whoever signed it with the secret."""
    token = _tokens().issue(
        user="zoë@example.org",
        name="Zoë 😀",
        tenant="acme",
        roles={Role.VIEWER, Role.OWNER},
        expires_ms=(_NOW_S + 60) * 1000,
    )
    principal = _tokens().read(token)
    assert (principal.user, principal.name, principal.tenant) == (
        "zoë@example.org",
        "Zoë 😀",
        "acme",
    )
    assert principal.roles == {Role.OWNER, Role.VIEWER}
    assert principal.role is Role.OWNER
    assert principal.expires_ms == (_NOW_S + 60) * 1000
    assert principal.token_id
    assert principal.grant is None
    assert _tokens().read(_signed(_claims())).user == "zoë@example.org"
    assert _tokens().read(_signed(_claims(roles=...))).roles == frozenset()
    assert _tokens().read(_signed(_claims(name=..., sub="x" * 100))).name == "x" * 60


def test_what_others_signed_is_nothing() -> None:
    """[TK1] no other algorithm, key or change of a byte is taken, whatever the header says."""
    good = _signed(_claims())
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    other_body = _signed(_claims(tenant="umbrella")).split(".")[1]
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{other_body}.{signature}",
        f"{head}.{body}.{signature[:-2]}AA",
        _signed(_claims(), key=b"x" * 32),
        _signed(_claims(), header={"alg": "HS512"}),
        _signed(_claims(), header={"alg": "HS384"}),
        _signed(_claims(), header={"alg": "RS256"}),
        _signed(_claims(), header={"alg": ["HS256"]}),
        _signed(_claims(), header={"alg": None}),
        _signed(_claims(), header={"alg": "HS256", "crit": ["größe"], "größe": 1}),
        _signed(_claims(), header={"alg": "HS256", "b64": False}),
        jwt.encode(_claims(), _SECRET * 2, algorithm="HS512"),
        _signed(b"no json"),
        _signed(["a list"]),
        _signed(b"[" * 5_000),
        base64.urlsafe_b64encode(b'{"a":' * 2_000).decode() + ".e30.e30",
        "",
        "größe",
        "a.b",
        "a.b.c",
        ".." + "é",
        "\ud83d",
        good + "x" * TOKEN_BYTES_MAX,
    ]
    for token in forged:
        assert _code(token) == "auth_token", token[:60]


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": ["zoë"]},
        {"sub": " zoë"},
        {"sub": "a\nb"},
        {"sub": "a\u202eb"},
        {"sub": "\0server"},
        {"sub": "x" * (USER_ID_UTF16_MAX + 1)},
        {"sub": "share:1"},
        {"sub": "service:preview"},
        {"name": ""},
        {"name": 7},
        {"name": None},
        {"name": "x" * (USER_NAME_UTF16_MAX + 1)},
        {"name": "a\0b"},
        {"name": "\ud83d"},
        {"tenant": ...},
        {"tenant": ""},
        {"tenant": "a/b"},
        {"tenant": ".."},
        {"tenant": "größe"},
        {"tenant": "x" * 65},
        {"tenant": ["acme"]},
        {"roles": "owner"},
        {"roles": ["Owner"]},
        {"roles": ["owner", "größe"]},
        {"roles": [["owner"]]},
        {"roles": [None]},
        {"roles": {"owner": True}},
        {"roles": ["owner"] * 5},
        {"exp": ...},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": 0},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"exp": 2**53},
        {"jti": 7},
        {"jti": ""},
        {"jti": "x" * (USER_ID_UTF16_MAX + 1)},
        {"kind": "service"},
        {"share": "s1", "room": "orders", "role": "editor"},
        {"share": "s1", "room": "orders", "role": "editor", "roles": ...},
        {"share": "s1", "room": "orders", "role": "boss", "roles": ..., "sub": "share:s1"},
        {"share": "s1", "room": 7, "role": "editor", "roles": ..., "sub": "share:s1"},
        {"share": "s1", "room": "orders", "role": "editor", "roles": ..., "sub": "share:s2"},
        {"share": "", "room": "orders", "role": "editor", "roles": ..., "sub": "share:"},
    ],
    ids=repr,
)
def test_claims_of_another_form(changed: dict[str, Any]) -> None:
    """[TK2] a claim that is missing or not of its form spoils the token, however it was signed."""
    assert _code(_signed(_claims(**changed))) == "auth_claims"


@pytest.mark.parametrize(
    "changed", [{"aud": "elsewhere"}, {"nbf": 10**10}, {"nbf": "größe"}], ids=repr
)
def test_tokens_for_others_or_for_later(changed: dict[str, Any]) -> None:
    """[TK2] a token for another audience, or for a time to come, is none."""
    assert _code(_signed(_claims(**changed))) == "auth_token"


def test_a_token_ends_in_its_second() -> None:
    """[TK3] at exp it is over, not a second later; there is no leeway."""
    clock = _Clock()
    tokens = _tokens(clock=clock)
    token = _signed(_claims(exp=_NOW_S + 60))
    clock.time_ms = (_NOW_S + 60) * 1000 - 1
    assert tokens.read(token).user == "zoë@example.org"
    clock.time_ms += 1
    assert _code(token, tokens) == "auth_expired"
    assert _code(_signed(_claims(exp=_NOW_S - 1))) == "auth_expired"
    with pytest.raises(NotAuthenticated):
        tokens.issue(user="zoë", name=None, tenant="a/b", roles=(), expires_ms=clock.time_ms)


def test_secrets_change() -> None:
    """[TK4] tokens of the previous secret are good, and new ones are signed by the new secret."""
    before = _tokens(b"o" * 32)
    after = _tokens(b"n" * 32, b"o" * 32)
    old = before.issue(
        user="zoë", name="Zoë", tenant="acme", roles=(), expires_ms=(_NOW_S + 60) * 1000
    )
    new = after.issue(
        user="zoë", name="Zoë", tenant="acme", roles=(), expires_ms=(_NOW_S + 60) * 1000
    )
    assert after.read(old).user == after.read(new).user == "zoë"
    assert _code(new, before) == "auth_token"
    assert _code(old, _tokens(b"n" * 32)) == "auth_token"


def test_tokens_have_names_to_revoke_them_by() -> None:
    """[TK5] a token without an id of its own is named by its bytes."""
    one, other = _signed(_claims()), _signed(_claims(exp=_NOW_S + 61))
    assert _tokens().read(one).token_id == _tokens().read(one).token_id
    assert _tokens().read(one).token_id != _tokens().read(other).token_id
    assert _tokens().read(_signed(_claims(jti="größe"))).token_id == "größe"


def test_share_tokens() -> None:
    """[TK9] a share's token is for one room; its holder has no role in the tenant."""
    tokens = _tokens()
    token = tokens.issue_share(_ROOM, "s1", Role.REVIEWER, (_NOW_S + 60) * 1000)
    holder = tokens.read(token)
    assert holder.grant == RoomGrant("orders", Role.REVIEWER, "s1")
    assert (holder.tenant, holder.roles, holder.user) == ("acme", frozenset(), "share:s1")


def test_guests_of_a_share() -> None:
    """[TK10] each holder becomes a guest of their own, until the share ends, and may be renamed."""
    tokens = _tokens()
    holder = tokens.read(tokens.issue_share(_ROOM, "s1", Role.EDITOR, (_NOW_S + 60) * 1000))
    one, other = (tokens.read(tokens.issue_guest(holder)) for _ in range(2))
    assert one.user != other.user
    assert one.name.startswith("Guest ")
    assert (one.grant, one.expires_ms) == (holder.grant, holder.expires_ms)
    renamed = tokens.read(tokens.issue_guest(one, " Zoë 😀 "))
    assert (renamed.user, renamed.name, renamed.grant) == (one.user, "Zoë 😀", one.grant)
    for name in ("", "a\0b", "x" * 61):
        with pytest.raises(InvalidValue):
            tokens.issue_guest(one, name)


def test_the_previews_process() -> None:
    """[TK16] the process shows tokens of its own key: one room, to read, history included."""
    key = b"p" * 32
    claims = {
        "sub": "service:preview",
        "tenant": "acme",
        "room": "orders",
        "kind": "service",
        "exp": _NOW_S + 300,
    }
    clock = _Clock()
    service = ServiceTokens(key, clock)
    principal = service.read(_signed(claims, key=key))
    assert principal is not None
    assert principal.grant == RoomGrant("orders", Role.VIEWER, reads_history=True)
    assert (principal.role, principal.expires_ms) == (Role.VIEWER, None)
    assert service.read(_signed(claims)) is None
    assert _code(_signed(claims)) == "auth_claims"
    for bad in (
        {"kind": "people"},
        {"room": None},
        {"sub": "zoë"},
        {"tenant": "a/b"},
        {"exp": None},
        {"exp": _NOW_S},
    ):
        with pytest.raises(NotAuthenticated):
            service.read(_signed({**claims, **bad}, key=key))


# --- where a token comes from -------------------------------------------------------------------


def _authenticator() -> TokenAuthenticator:
    clock = _Clock()
    return TokenAuthenticator(Tokens((_SECRET,), clock), Revocations(clock))


def test_a_shown_token_decides() -> None:
    """[TK6] a token that is shown wins over the cookie, and one that is bad is refused."""
    authenticator = _authenticator()
    shown, kept = _signed(_claims(sub="shown")), _signed(_claims(sub="kept"))
    cookies = {SESSION_COOKIE: kept}

    def user(token: str | None) -> str:
        return authenticator.authenticate(token=token, cookies=cookies, peer="").user

    assert user(shown) == "shown"
    assert user(None) == "kept"
    for bad in ("", "größe", shown[:-1], _signed(_claims(exp=1))):
        with pytest.raises(NotAuthenticated):
            user(bad)
    for nothing in ({}, {"other": kept}):
        with pytest.raises(NotAuthenticated) as refused:
            authenticator.authenticate(token=None, cookies=nothing, peer="")
        assert refused.value.code == "auth_required"
    with pytest.raises(NotAuthenticated) as bad_cookie:
        authenticator.authenticate(token=None, cookies={SESSION_COOKIE: "x"}, peer="")
    assert bad_cookie.value.code == "auth_token"


def test_what_was_good_is_asked_again() -> None:
    """[TK11] a token that was taken before is refused once it is revoked or over."""
    clock = _Clock()
    revocations = Revocations(clock)
    authenticator = TokenAuthenticator(Tokens((_SECRET,), clock), revocations)
    one, other = _signed(_claims(jti="one")), _signed(_claims(jti="other"))

    def code(token: str) -> str:
        try:
            authenticator.authenticate(token=token, cookies={}, peer="")
        except NotAuthenticated as error:
            return error.code
        return "good"

    assert (code(one), code(other)) == ("good", "good")
    revocations.add(TenantId("umbrella"), "other", clock.time_ms + 60_000)
    revocations.add(TenantId("acme"), "one", clock.time_ms + 60_000)
    assert (code(one), code(other)) == ("auth_revoked", "good")
    clock.time_ms += 60_000
    assert code(other) == "auth_expired"
