"""``/api/session``: who the browser is, and what they are called.

In local mode a browser without a cookie becomes a guest. Where people sign in, their token says
what they are called; only the guests of a share link name themselves.
SPEC: sections AU and TK. Called by ``app``.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import read_body, text_in
from collab.api.login import set_session
from collab.api.problem import JsonResponse
from collab.api.requests import check_origin, peer_of, principal_of, shown_token
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.local import COOKIE_NAME, Guest, LocalAuthenticator
from collab.errors import NotAllowed
from collab.messages import Principal

__all__ = ["SessionRoutes"]

_COOKIE_AGE_S: Final = 365 * 24 * 3600


class SessionRoutes:
    """The handlers of ``/api/session``."""

    def __init__(self, authenticator: LocalAuthenticator | TokenAuthenticator) -> None:
        self._authenticator = authenticator

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/session", self.show, methods=["GET"]),
            Route("/api/session", self.rename, methods=["PUT"]),
        ]

    async def show(self, request: Request) -> Response:
        """Say who the browser is; in local mode one without a cookie becomes a new guest."""
        principal = principal_of(self._authenticator, request)
        authenticator = self._authenticator
        if isinstance(authenticator, LocalAuthenticator):
            cookie = request.cookies.get(COOKIE_NAME)
            if authenticator.read_cookie(cookie) is None and not _has_token(request):
                return _with_guest(authenticator, request, authenticator.new_guest())
        return JsonResponse(_session(principal), headers={"cache-control": "no-store"})

    async def rename(self, request: Request) -> Response:
        """Give a guest another name; ``NotAllowed`` (``auth_name``) for everybody else."""
        check_origin(request)
        authenticator = self._authenticator
        if isinstance(authenticator, LocalAuthenticator):
            guest = authenticator.read_cookie(request.cookies.get(COOKIE_NAME))
            guest_id = (guest or authenticator.new_guest()).id
            return _with_guest(authenticator, request, Guest(guest_id, await _name(request)))
        principal = principal_of(authenticator, request)
        name = await _name(request)
        if principal.grant is None or not principal.grant.share or shown_token(request):
            raise NotAllowed("your name is the one that your token says", code="auth_name")
        token = authenticator.tokens.issue_guest(principal, name)
        renamed = authenticator.tokens.read(token)
        response = JsonResponse(_session(renamed), headers={"cache-control": "no-store"})
        set_session(request, response, token, renamed.expires_ms or 0)
        return response


def _with_guest(authenticator: LocalAuthenticator, request: Request, guest: Guest) -> Response:
    cookie = authenticator.write_cookie(guest)
    principal = authenticator.authenticate(
        token=None, cookies={COOKIE_NAME: cookie}, peer=peer_of(request)
    )
    response = JsonResponse(_session(principal))
    response.set_cookie(
        COOKIE_NAME, cookie, max_age=_COOKIE_AGE_S, httponly=True, samesite="strict"
    )
    return response


def _session(principal: Principal) -> dict[str, Any]:
    """Return what a browser is told of itself; ``share`` names the room of a share link's guest."""
    session: dict[str, Any] = {
        "user": principal.user,
        "name": principal.name,
        "color": principal.color,
        "tenant": principal.tenant,
        "role": principal.role,
    }
    if principal.grant is not None:
        session["room"] = principal.grant.room
    if principal.expires_ms is not None:
        session["expiresAt"] = principal.expires_ms
    return session


def _has_token(request: Request) -> bool:
    return "token" in request.query_params or "authorization" in request.headers


async def _name(request: Request) -> str:
    return text_in(await read_body(request), "name", "user_name").strip()
