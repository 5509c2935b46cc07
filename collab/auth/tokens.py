"""Tokens: JSON Web Tokens that say who somebody is, in which tenant, with which roles, until when.

A token is believed only if this server's secret signed it (HS256 and nothing else, whatever its
header says), it has not expired, and every claim is of its form: a claim that is not understood
half way is no claim. A *share token* is made by this server for one room; whoever opens it becomes
a guest of that room, under a token and a name of their own. SPEC: section TK. Called by
``authenticator``, ``access`` and the command line.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from typing import Any, Final

import jwt

from collab.auth.people import check_name, color_of, guest_name, new_guest_id
from collab.errors import InvalidValue, NotAuthenticated
from collab.ids import RoomId, TenantId, UserId
from collab.limits import INTEGER_MAX, TOKEN_BYTES_MAX, USER_ID_UTF16_MAX, USER_NAME_UTF16_MAX
from collab.messages import Principal, Role, RoomGrant
from collab.ports import Clock
from collab.values import utf16_length

__all__ = ["ServiceTokens", "Tokens", "highest"]

_ALGORITHM: Final = "HS256"
_TENANT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Users that this server makes itself: a token from elsewhere must not pass for one of them.
_SHARE_USER: Final = "share:"
_SERVICE_USER: Final = "service:"
_RANK: Final = (Role.OWNER, Role.EDITOR, Role.REVIEWER, Role.VIEWER)


class Tokens:
    """Issues and reads tokens. The first of *keys* signs; a token of any of them is good."""

    def __init__(self, keys: Sequence[bytes], clock: Clock) -> None:
        self._keys = tuple(keys)
        self._clock = clock

    def issue(
        self, *, user: str, name: str | None, tenant: str, roles: Collection[Role], expires_ms: int
    ) -> str:
        """Return a token of *user*; ``NotAuthenticated`` (``auth_claims``) for a bad argument.

        Who has no *name* is called by their id. *expires_ms* is Unix time; the token ends at that
        second.
        """
        claims = {"sub": user, "tenant": tenant, "roles": sorted(roles, key=_RANK.index)}
        if name is not None:
            claims["name"] = name
        return self._sign(claims, expires_ms)

    def issue_share(self, room: RoomId, share: str, role: Role, expires_ms: int) -> str:
        """Return the token of the share *share*, to be handed to whom *room* is shared with."""
        return self._sign(_share_claims(room, share, role, f"{_SHARE_USER}{share}"), expires_ms)

    def issue_guest(self, holder: Principal, name: str | None = None) -> str:
        """Return a token that makes *holder* of a share token a guest of their own.

        With *name* they are called so; a holder who is such a guest already stays the same one.
        Raises ``InvalidValue`` (``user_name``).
        """
        grant, expires_ms = holder.grant, holder.expires_ms
        assert grant is not None and grant.share and expires_ms is not None
        stem = f"{_SHARE_USER}{grant.share}:"
        is_guest = holder.user.startswith(stem)
        user = str(holder.user) if is_guest else f"{stem}{new_guest_id()}"
        room = RoomId(holder.tenant, grant.room)
        claims = _share_claims(room, grant.share, grant.role, user)
        claims["name"] = check_name(name) if name is not None else guest_name(user)
        return self._sign(claims, expires_ms)

    def read(self, token: str) -> Principal:
        """Return whom *token* stands for.

        Raises ``NotAuthenticated``: ``auth_token`` for what this server's secret did not sign,
        ``auth_claims`` for claims that are missing or not of their form, ``auth_expired``.
        """
        claims = self._claims(token)
        expires_ms = _expiry(claims)
        if expires_ms <= self._clock.now_ms():
            raise NotAuthenticated("your token has expired: sign in again", code="auth_expired")
        return _principal(claims, _token_id(claims, token), expires_ms)

    def _claims(self, token: str) -> dict[str, Any]:
        for key in self._keys:
            claims = _verify(token, key)
            if claims is not None:
                return claims
        raise NotAuthenticated("this is no token of this server", code="auth_token")

    def _sign(self, claims: dict[str, Any], expires_ms: int) -> str:
        claims["iat"] = self._clock.now_ms() // 1000
        claims["exp"] = expires_ms // 1000
        claims["jti"] = secrets.token_urlsafe(12)
        # What is issued here must be readable here.
        _principal(claims, claims["jti"], _expiry(claims))
        return jwt.encode(claims, self._keys[0], algorithm=_ALGORITHM)


class ServiceTokens:
    """Reads what the preview's process shows when it follows a room; *key* is theirs alone."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def read(self, token: str) -> Principal | None:
        """Return the process as a reader of one room, or None if this is no token of it.

        Raises ``NotAuthenticated`` for one that it signed and that has expired or is incomplete.
        """
        claims = _verify(token, self._key)
        if claims is None:
            return None
        expires_ms = _expiry(claims)
        if expires_ms <= self._clock.now_ms():
            raise NotAuthenticated("this token has expired", code="auth_expired")
        user, room = claims.get("sub"), claims.get("room")
        is_complete = isinstance(user, str) and user.startswith(_SERVICE_USER)
        if not is_complete or claims.get("kind") != "service" or not isinstance(room, str):
            raise _bad_claim("kind")
        grant = RoomGrant(room, Role.VIEWER, reads_history=True)
        return Principal(
            UserId(str(user)),
            "Preview",
            color_of(str(user)),
            _tenant(claims),
            Role.VIEWER,
            token_id=_token_id(claims, token),
            grant=grant,
        )


def highest(roles: Collection[Role]) -> Role | None:
    """Return the role of *roles* that may most, or None if there is none."""
    return min(roles, key=_RANK.index, default=None)


def _verify(token: str, key: bytes) -> dict[str, Any] | None:
    """Return the claims of *token* if *key* signed it."""
    if len(token) > TOKEN_BYTES_MAX:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            # The claims are judged below, by this server's clock; what names an audience or a
            # time before which it is not good was not made for this server, or not for now.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return claims


def _principal(claims: dict[str, Any], token_id: str, expires_ms: int) -> Principal:
    user = _user(claims)
    name = _name(claims, user)
    tenant = _tenant(claims)
    if "kind" in claims:
        raise _bad_claim("kind")
    if "share" in claims:
        grant = _grant(claims, user)
        roles: frozenset[Role] = frozenset()
        role = grant.role
    elif user.startswith((_SHARE_USER, _SERVICE_USER)):
        raise _bad_claim("sub")
    else:
        grant = None
        roles = _roles(claims)
        role = highest(roles) or Role.VIEWER
    return Principal(
        UserId(user), name, color_of(user), tenant, role, roles, token_id, expires_ms, grant
    )


def _user(claims: dict[str, Any]) -> str:
    user = claims.get("sub")
    if not _is_id(user):
        raise _bad_claim("sub")
    return str(user)


def _name(claims: dict[str, Any], user: str) -> str:
    name = claims.get("name")
    if "name" not in claims:
        name = user
        while utf16_length(name) > USER_NAME_UTF16_MAX:
            name = name[:-1]
    try:
        if isinstance(name, str):
            return check_name(name)
    except InvalidValue:
        pass
    raise _bad_claim("name")


def _tenant(claims: dict[str, Any]) -> TenantId:
    tenant = claims.get("tenant")
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant) or tenant in {".", ".."}:
        raise _bad_claim("tenant")
    return TenantId(tenant)


def _roles(claims: dict[str, Any]) -> frozenset[Role]:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or len(roles) > len(_RANK):
        raise _bad_claim("roles")
    return frozenset(_role(role, "roles") for role in roles)


def _role(role: Any, claim: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise _bad_claim(claim) from None


def _grant(claims: dict[str, Any], user: str) -> RoomGrant:
    share, room = claims["share"], claims.get("room")
    if not isinstance(share, str) or not isinstance(room, str) or "roles" in claims:
        raise _bad_claim("share")
    if not share or (user != f"{_SHARE_USER}{share}" and not user.startswith(f"share:{share}:")):
        raise _bad_claim("sub")
    return RoomGrant(room, _role(claims.get("role"), "role"), share)


def _expiry(claims: dict[str, Any]) -> int:
    expires: Any = claims.get("exp")
    # JSON as Python reads it has NaN and infinities too; no comparison holds for the one, and the
    # bound refuses the others.
    is_number = isinstance(expires, int | float) and not isinstance(expires, bool)
    if is_number and 0 < expires <= INTEGER_MAX // 1000:
        return int(expires * 1000)
    raise _bad_claim("exp")


def _token_id(claims: dict[str, Any], token: str) -> str:
    """Return what names the token when it is revoked; one without a name is named by its bytes."""
    token_id = claims.get("jti")
    if token_id is None:
        return f"sha256:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    if not _is_id(token_id):
        raise _bad_claim("jti")
    return str(token_id)


def _is_id(text: Any) -> bool:
    """Return whether *text* may name a user or a token: printable, so that it can be shown."""
    if not isinstance(text, str) or not text or not text.isprintable() or text != text.strip():
        return False
    return utf16_length(text) <= USER_ID_UTF16_MAX


def _share_claims(room: RoomId, share: str, role: Role, user: str) -> dict[str, Any]:
    return {
        "sub": user,
        "name": "Guest",
        "tenant": room.tenant,
        "share": share,
        "room": room.name,
        "role": role,
    }


def _bad_claim(name: str) -> NotAuthenticated:
    return NotAuthenticated(
        f"the claim {name!r} of this token is missing or not of its form", code="auth_claims"
    )
