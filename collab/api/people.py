"""Who may come into a room, over HTTP: members, share links, revoked tokens.

SPEC: section RG. Called by ``routes``.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import read_body, text_in
from collab.api.descriptions import describe_share
from collab.api.gate import Gate
from collab.api.problem import JsonResponse
from collab.auth.access import Access, Verb
from collab.auth.tokens import Tokens
from collab.errors import InvalidValue, NotAuthenticated, NotFound, Refused
from collab.ids import UserId
from collab.limits import INTEGER_MAX, SHARE_LIFE_MS_MAX, SHARE_LIFE_MS_MIN, USER_ID_UTF16_MAX
from collab.messages import Principal, Role
from collab.ports import Clock, ShareRecord, Store
from collab.values import check_text, utf16_length

__all__ = ["PeopleRoutes"]

# Users that the server makes itself, for links and for its own processes; no list names them.
_RESERVED_USERS: Final = ("share:", "service:")


class PeopleRoutes:
    """The handlers, with what they need. *tokens* signs share links; local mode has none."""

    def __init__(
        self, store: Store, clock: Clock, gate: Gate, access: Access, tokens: Tokens | None
    ) -> None:
        self._store = store
        self._clock = clock
        self._gate = gate
        self._access = access
        self._tokens = tokens

    def all(self) -> list[Route]:
        """Return the routes."""
        members, shares = "/api/rooms/{room}/members", "/api/rooms/{room}/shares"
        return [
            Route(members, self.members, methods=["GET"]),
            # A user's id may hold a slash.
            Route(f"{members}/{{user:path}}", self.set_member, methods=["PUT"]),
            Route(f"{members}/{{user:path}}", self.remove_member, methods=["DELETE"]),
            Route(shares, self.shares, methods=["GET"]),
            Route(shares, self.add_share, methods=["POST"]),
            Route(f"{shares}/{{share}}", self.revoke_share, methods=["DELETE"]),
            Route("/api/tokens/revoke", self.revoke_token, methods=["POST"]),
        ]

    # --- members ------------------------------------------------------------------------------

    async def members(self, request: Request) -> Response:
        """List who has a role of their own in the room; its creator is always among them."""
        visit = await self._gate.admit(request, Verb.LIST_MEMBERS)
        record = await self._gate.record(visit.room)
        members = await self._store.members(visit.room)
        members.setdefault(record.created_by, Role.OWNER)
        return JsonResponse(
            {
                "members": [
                    _describe_member(user, role, record.created_by)
                    for user, role in sorted(members.items())
                ],
                "user": visit.principal.user,
                "role": visit.principal.role,
            }
        )

    async def set_member(self, request: Request) -> Response:
        """Give a user a role in the room, whatever their role in the tenant is."""
        visit = await self._gate.admit(request, Verb.MANAGE)
        user = _user_of(request)
        role = _role_in(await read_body(request))
        await self._store.set_member(visit.room, user, role)
        await self._access.room_changed(visit.room)
        record = await self._gate.record(visit.room)
        return JsonResponse(_describe_member(user, role, record.created_by))

    async def remove_member(self, request: Request) -> Response:
        """Take a user off the list; what they may do follows from the tenant again."""
        visit = await self._gate.admit(request, Verb.MANAGE)
        await self._store.set_member(visit.room, _user_of(request), None)
        await self._access.room_changed(visit.room)
        return Response(status_code=204)

    # --- shares -------------------------------------------------------------------------------

    async def shares(self, request: Request) -> Response:
        """List the links that were made for the room, without the links themselves."""
        visit = await self._gate.admit(request, Verb.MANAGE)
        shares = await self._store.shares(visit.room)
        return JsonResponse({"shares": [describe_share(share) for share in shares]})

    async def add_share(self, request: Request) -> Response:
        """Make a link; this answer is the only one that holds it."""
        visit = await self._gate.admit(request, Verb.MANAGE)
        body = await read_body(request)
        role = _role_in(body)
        if role is Role.OWNER:
            raise InvalidValue("share_role", "a link makes nobody an owner", ("role",))
        now_ms = self._clock.now_ms()
        # A token ends at a whole second, and so does its record.
        expires_ms = (now_ms + _life_in(body)) // 1000 * 1000
        share = ShareRecord(
            id=secrets.token_urlsafe(12),
            room=visit.room,
            role=role,
            created_by=visit.principal.user,
            created_ms=now_ms,
            expires_ms=expires_ms,
        )
        await self._store.add_share(share)
        await self._access.room_changed(visit.room)
        token = self._signer().issue_share(visit.room, share.id, role, expires_ms)
        query = urlencode({"token": token, "next": f"/rooms/{quote(visit.room.name)}"})
        return JsonResponse({"share": describe_share(share), "link": f"/login?{query}"}, 201)

    async def revoke_share(self, request: Request) -> Response:
        """Revoke a link: who came by it is out at once."""
        visit = await self._gate.admit(request, Verb.MANAGE)
        share_id = request.path_params["share"]
        share = await self._store.revoke_share(visit.room, share_id, self._clock.now_ms())
        await self._access.room_changed(visit.room)
        return JsonResponse(describe_share(share))

    # --- tokens -------------------------------------------------------------------------------

    async def revoke_token(self, request: Request) -> Response:
        """Revoke the caller's own token, a token that they show, or one by its id."""
        principal = self._gate.principal(request)
        token_id, expires_ms = self._revoked_in(await read_body(request), principal)
        await self._access.revoke_token(principal, token_id, expires_ms)
        return Response(status_code=204)

    def _revoked_in(self, body: dict[str, Any], principal: Principal) -> tuple[str, int]:
        """Return the id and the expiry of the token that *body* names."""
        if "token" in body:
            return self._shown(text_in(body, "token", "token_id"), principal)
        if "id" in body:
            token_id = text_in(body, "id", "token_id")
            if not 0 < utf16_length(token_id) <= USER_ID_UTF16_MAX:
                raise InvalidValue("token_id", "this is no id of a token", ("id",))
            return token_id, _time_in(body)
        return principal.token_id, principal.expires_ms or INTEGER_MAX

    def _shown(self, token: str, principal: Principal) -> tuple[str, int]:
        try:
            revoked = self._signer().read(token)
        except NotAuthenticated as error:
            # It is the token in the body that is no good, not the caller's.
            raise InvalidValue(error.code, error.message, ("token",)) from None
        if revoked.tenant != principal.tenant:
            raise NotFound("this is no token of your tenant")
        return revoked.token_id, revoked.expires_ms or INTEGER_MAX

    def _signer(self) -> Tokens:
        if self._tokens is None:
            raise Refused("auth_local_mode", "in local mode there are no tokens")
        return self._tokens


def _describe_member(user: UserId, role: Role, created_by: UserId) -> dict[str, Any]:
    return {"user": user, "role": role, "isCreator": user == created_by}


def _user_of(request: Request) -> UserId:
    user = check_text(request.path_params["user"])
    is_name = user and user.isprintable() and user == user.strip()
    if not is_name or utf16_length(user) > USER_ID_UTF16_MAX or user.startswith(_RESERVED_USERS):
        raise InvalidValue(
            "user_id",
            f"a user's id has 1 to {USER_ID_UTF16_MAX} printable characters: it is the claim "
            "'sub' of their token",
            ("user",),
        )
    return UserId(user)


def _role_in(body: dict[str, Any]) -> Role:
    role = text_in(body, "role", "role")
    if role not in set(Role):
        raise InvalidValue("role", f"a role is one of {', '.join(Role)}", ("role",))
    return Role(role)


def _life_in(body: dict[str, Any]) -> int:
    """Return how long a link is to live, in milliseconds."""
    life_s = body.get("expiresInSeconds")
    shortest_s, longest_s = SHARE_LIFE_MS_MIN // 1000, SHARE_LIFE_MS_MAX // 1000
    is_number = isinstance(life_s, int) and not isinstance(life_s, bool)
    if not is_number or not shortest_s <= int(str(life_s)) <= longest_s:
        raise InvalidValue(
            "share_life",
            f"expiresInSeconds is a whole number from {shortest_s} to {longest_s}",
            ("expiresInSeconds",),
        )
    return int(str(life_s)) * 1000


def _time_in(body: dict[str, Any]) -> int:
    """Return when the token ends, in Unix milliseconds."""
    text = text_in(body, "expiresAt", "token_expiry")
    try:
        moment = datetime.fromisoformat(text)
        expires_ms = int(moment.timestamp() * 1000) if moment.tzinfo is not None else 0
    except (ValueError, OverflowError):
        expires_ms = 0
    if not 0 < expires_ms <= INTEGER_MAX:
        raise InvalidValue(
            "token_expiry", "expiresAt is a date and time with its zone", ("expiresAt",)
        )
    return expires_ms
