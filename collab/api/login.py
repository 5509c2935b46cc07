"""Signing in and out: from a token to a cookie, and back to nothing.

A browser cannot show a token with every page that it opens, so ``/login?token=…`` puts it into a
cookie that no script can read. The holder of a share link becomes a guest first, with a name of
their own. Another site could send somebody here with *its* token; who is signed in as somebody else
is asked before that happens. SPEC: section TK. Called by ``app``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from collab.api.html import form_page
from collab.api.requests import check_host, check_origin, origins_of, peer_of
from collab.auth.access import Access
from collab.auth.authenticator import SESSION_COOKIE, TokenAuthenticator
from collab.auth.local import LocalAuthenticator
from collab.errors import DesignRoomsError, LimitExceeded, NotAllowed, NotAuthenticated, PeerError
from collab.ids import RoomId
from collab.limits import LOGIN_BYTES_MAX
from collab.messages import Principal

__all__ = ["Login", "login_address", "own_path", "set_session"]

_HOME: Final = "/"
# A token may name a year that a calendar does not reach: the cookie lasts till 2100 then.
_LAST_S: Final = 4_102_444_800
_FIELDS_MAX: Final = 8
_NO_STORE: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class Login:
    """``/login`` and ``/logout``. In local mode, where nobody signs in, they lead home."""

    def __init__(
        self, authenticator: LocalAuthenticator | TokenAuthenticator, access: Access
    ) -> None:
        self._authenticator = authenticator
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/login", self.show, methods=["GET"]),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/logout", self.sign_out, methods=["GET", "POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Take the token of the address, or show a form for one."""
        check_host(request)
        following = own_path(request.query_params.get("next", ""))
        if isinstance(self._authenticator, LocalAuthenticator):
            return RedirectResponse(following or _HOME, 303)
        token = request.query_params.get("token", "").strip()
        if not token:
            return _form(following)
        before = self._before(request)
        try:
            principal = await self._holder(self._authenticator, token)
        except DesignRoomsError as error:
            return _form(following, error.message, error.http_status)
        is_somebody_else = before is not None and not _is_same(before, principal)
        if is_somebody_else and _is_foreign(request):
            return form_page(
                "Continue as somebody else?",
                f"You are signed in as {before.name if before else ''}. The link that you opened "
                f"signs you in as {principal.name} instead.",
                action="/login",
                button=f"Continue as {principal.name}",
                hidden={"token": token, "next": following},
            )
        return self._signed_in(request, self._authenticator, token, principal, following)

    async def sign_in(self, request: Request) -> Response:
        """Take the token of the form."""
        check_origin(request)
        fields = await _fields(request)
        following = own_path(fields.get("next", ""))
        if isinstance(self._authenticator, LocalAuthenticator):
            return RedirectResponse(following or _HOME, 303)
        # Pasted text comes with line ends and blanks around it, and within it from a narrow window.
        token = "".join(fields.get("token", "").split())
        if not token:
            return _form(following, "Paste a token first.", 400)
        try:
            principal = await self._holder(self._authenticator, token)
        except DesignRoomsError as error:
            return _form(following, error.message, error.http_status)
        return self._signed_in(request, self._authenticator, token, principal, following)

    async def sign_out(self, request: Request) -> Response:
        """Forget the cookie; another site's link is not taken at its word."""
        if request.method == "POST":
            check_origin(request)
        else:
            check_host(request)
        if isinstance(self._authenticator, LocalAuthenticator):
            return RedirectResponse(_HOME, 303)
        if request.method == "GET" and _is_foreign(request):
            return form_page("Sign out?", "", action="/logout", button="Sign out", hidden={})
        response = RedirectResponse("/login", 303, headers=_NO_STORE)
        response.delete_cookie(
            SESSION_COOKIE, httponly=True, samesite="lax", secure=_is_secure(request)
        )
        return response

    # --- private ------------------------------------------------------------------------------

    async def _holder(self, authenticator: TokenAuthenticator, token: str) -> Principal:
        """Return whom *token* stands for; a share link has to be good still."""
        principal = authenticator.authenticate(token=token, cookies={}, peer="")
        grant = principal.grant
        if grant is not None:
            if not grant.share:
                raise NotAllowed("this token is not for people", code="auth_room")
            await self._access.role_in(principal, RoomId(principal.tenant, grant.room))
        return principal

    def _before(self, request: Request) -> Principal | None:
        """Return who the browser is signed in as."""
        try:
            return self._authenticator.authenticate(
                token=None, cookies=request.cookies, peer=peer_of(request)
            )
        except NotAuthenticated:
            return None

    def _signed_in(
        self,
        request: Request,
        authenticator: TokenAuthenticator,
        token: str,
        principal: Principal,
        following: str,
    ) -> Response:
        grant = principal.grant
        if grant is not None:
            following = following or f"/rooms/{quote(grant.room, safe='')}"
        response = RedirectResponse(following or _HOME, 303, headers=_NO_STORE)
        before = self._before(request)
        if grant is not None and before is not None and _is_same(before, principal):
            # A guest who comes back by the same link stays who they are.
            return response
        if grant is not None:
            token = authenticator.tokens.issue_guest(principal)
        set_session(request, response, token, principal.expires_ms or 0)
        return response


def set_session(request: Request, response: Response, token: str, expires_ms: int) -> None:
    """Put *token* into the browser's cookie, for as long as it is good."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        expires=datetime.fromtimestamp(min(expires_ms / 1000, _LAST_S), UTC),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )


def login_address(request: Request) -> str:
    """Return where a browser without a session is sent, from where it comes back to this page."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/login?next={quote(path, safe='')}"


def own_path(text: str) -> str:
    """Return *text* if it is a path on this server, and otherwise nothing.

    ``//host`` and ``/\\host`` lead elsewhere, and what browsers strip could make one of them.
    """
    is_path = text.startswith("/") and not text.startswith(("//", "/\\"))
    if is_path and text.isascii() and text.isprintable() and " " not in text:
        return text
    return ""


def _form(following: str, alert: str = "", status: int = 200) -> Response:
    return form_page(
        "Sign in",
        "Open the link that you were given, or paste your token here. Whoever runs this server "
        "makes tokens with the command design-rooms token.",
        action="/login",
        button="Sign in",
        hidden={"next": following} if following else {},
        field="Token",
        alert=alert[:1].upper() + alert[1:],
        status=status,
    )


def _is_same(one: Principal, other: Principal) -> bool:
    if one.tenant != other.tenant:
        return False
    if one.grant is not None and other.grant is not None:
        return one.grant.share == other.grant.share
    return one.user == other.user and one.grant is other.grant


def _is_foreign(request: Request) -> bool:
    """Return whether another site's page led here; browsers say so, programs say nothing."""
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _is_secure(request: Request) -> bool:
    return origins_of(request).origin(request).startswith("https:")


async def _fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LOGIN_BYTES_MAX:
            raise LimitExceeded(f"a form has at most {LOGIN_BYTES_MAX} bytes", code="limit_body")
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise PeerError("this is no form of this server", code="bad_form") from None
    return {name: values[-1] for name, values in fields.items()}
