"""Page tokens: what a preview page shows to read and write its own room's data.

The page runs an untrusted design in an opaque origin, so it has no cookie. Its token is good for
one room, as the person who opened the page, no longer than their session; what they may do there is
asked anew with every request. The preview's process passes it on and cannot make one.
SPEC: section PX. Called by ``proxy``.
"""

from __future__ import annotations

from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer

from collab.auth.people import color_of
from collab.errors import NotAllowed, NotAuthenticated
from collab.ids import RoomId, TenantId, UserId
from collab.limits import PAGE_TOKEN_LIFE_MS, TOKEN_BYTES_MAX
from collab.messages import Principal, Role, RoomGrant
from collab.ports import Clock

__all__ = ["PageTokens"]

_SALT: Final = "design-rooms preview page"
# Tells it from the tokens that people sign in with: those begin otherwise.
_PREFIX: Final = "page-"


class PageTokens:
    """Signs with *key*, which never leaves this process."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._serializer = URLSafeSerializer(key, salt=_SALT)
        self._clock = clock

    @staticmethod
    def is_one(token: str) -> bool:
        """Return whether *token* claims to be a page's."""
        return token.startswith(_PREFIX)

    def issue(self, principal: Principal, room: RoomId) -> str:
        """Return the token of a page of *room* that *principal* opens now."""
        expires_ms = self._clock.now_ms() + PAGE_TOKEN_LIFE_MS
        if principal.expires_ms is not None:
            expires_ms = min(expires_ms, principal.expires_ms)
        grant = principal.grant
        content = {
            "room": room.name,
            "tenant": room.tenant,
            "user": principal.user,
            "name": principal.name,
            "roles": sorted(principal.roles),
            "token": principal.token_id,
            "exp": expires_ms,
            "share": None if grant is None else [grant.share, grant.role],
        }
        return f"{_PREFIX}{self._serializer.dumps(content)}"

    def read(self, token: str, room: RoomId | str) -> Principal:
        """Return the person who opened the page of the room named *room* that shows *token*.

        Raises ``NotAuthenticated`` for a token that is none (``auth_token``) or is too old
        (``auth_expired``), and ``NotAllowed`` (``auth_room``) for another room's.
        """
        name = room.name if isinstance(room, RoomId) else room
        content = self._content(token)
        if content["exp"] <= self._clock.now_ms():
            raise NotAuthenticated("this page is too old: reload it", code="auth_expired")
        if content["room"] != name:
            raise NotAllowed("this page is of another room", code="auth_room")
        share = content["share"]
        grant = None if share is None else RoomGrant(name, Role(share[1]), share[0])
        roles = frozenset(Role(role) for role in content["roles"])
        return Principal(
            UserId(content["user"]),
            content["name"],
            color_of(content["user"]),
            TenantId(content["tenant"]),
            Role.VIEWER,
            roles,
            content["token"],
            content["exp"],
            grant,
        )

    def _content(self, token: str) -> dict[str, Any]:
        if len(token) > TOKEN_BYTES_MAX or not token.startswith(_PREFIX):
            raise NotAuthenticated("this is no token of a preview page", code="auth_token")
        try:
            content: dict[str, Any] = self._serializer.loads(token.removeprefix(_PREFIX))
        except BadSignature:
            raise NotAuthenticated(
                "this is no token of a preview page: reload it", code="auth_token"
            ) from None
        return content
