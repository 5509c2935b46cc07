"""The preview's gate: who may pass to the preview process, and what it is told of them.

Below ``/preview/`` there are two kinds of askers. People and programs come as they come to the
designer, by cookie or token, and from this origin only. The pages that run a design come from an
opaque origin and show the token that their page was given, which is good for one room. Either way
the role in the room is looked up now, and the process is told it in a signed header: it knows no
secret by which it could believe anybody else. SPEC: section PX. Called by ``proxy``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

from itsdangerous import URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.types import Scope

from collab.api.requests import check_host, check_origin, origins_of, peer_of, principal_of
from collab.auth.access import Access, Verb
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.local import LocalAuthenticator, check_local
from collab.auth.page_tokens import PageTokens
from collab.errors import NotAllowed, NotFound
from collab.ids import RoomId
from collab.messages import Principal

__all__ = ["IDENTITY_HEADER", "Admission", "PreviewGate", "is_room_address", "without_token"]

IDENTITY_HEADER: Final = b"x-design-rooms-identity"
_SHOWN_BY_PAGES: Final = "x-preview-token"
_SALT: Final = "design-rooms identity"
_PREFIX: Final = "/preview/"
_OPAQUE: Final = "null"
_OWN_SITES: Final = frozenset({"none", "same-origin"})
# How long one signature serves the requests of one person in one room; the process takes it for a
# minute, and believes what it has seen already without computing.
_IDENTITY_LIFE_S: Final = 10.0
_IDENTITIES_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class Admission:
    """Who passes, in which room (``principal.role`` is that in the room), and the signed header."""

    principal: Principal
    room: RoomId
    identity: bytes


class PreviewGate:
    """Judges requests; *key* signs what the process is told."""

    def __init__(
        self,
        authenticator: LocalAuthenticator | TokenAuthenticator,
        access: Access,
        pages: PageTokens,
        key: bytes,
    ) -> None:
        self._authenticator = authenticator
        self._access = access
        self._pages = pages
        self._serializer = URLSafeTimedSerializer(key, salt=_SALT)
        self._identities: dict[tuple[Principal, RoomId], tuple[float, bytes]] = {}

    async def admit(self, request: HTTPConnection) -> Admission:
        """Return who passes.

        Raises ``NotAuthenticated``, ``NotAllowed`` (a foreign origin, another room's page, no role
        in the room), ``NotFound``, ``InvalidName`` and what the store raises.
        """
        check_host(request)
        name = _room_name(request.scope["path"])
        shown = _page_token(request)
        if shown is None:
            _check_site(request)
            principal = principal_of(self._authenticator, request)
        else:
            _check_page_origin(request)
            if self._access.is_local:
                check_local(peer_of(request))
            principal = self._pages.read(shown, name)
        room = RoomId.application(principal.tenant, name)
        role = await self._access.require(principal, room, Verb.READ)
        principal = replace(principal, role=role)
        return Admission(principal, room, self._identity(request, principal, room))

    def _identity(self, request: HTTPConnection, principal: Principal, room: RoomId) -> bytes:
        if is_page(request.scope):
            return self._sign(principal, room, self._pages.issue(principal, room))
        now = time.monotonic()
        known = self._identities.get((principal, room))
        if known is not None and now - known[0] < _IDENTITY_LIFE_S:
            return known[1]
        identity = self._sign(principal, room, None)
        if len(self._identities) >= _IDENTITIES_MAX:
            self._identities.clear()
        self._identities[principal, room] = (now, identity)
        return identity

    def _sign(self, principal: Principal, room: RoomId, page_token: str | None) -> bytes:
        content = {
            "tenant": room.tenant,
            "room": room.name,
            "user": principal.user,
            "name": principal.name,
            "color": principal.color,
            "role": principal.role,
            "page_token": page_token,
        }
        signed = self._serializer.dumps(content)
        return signed.encode() if isinstance(signed, str) else signed


def is_page(scope: Scope) -> bool:
    """Return whether *scope* asks for a room's page, the one thing that is given a page token."""
    is_reading = scope["method"] in {"GET", "HEAD"}
    return is_reading and is_room_address(scope) and scope["path"].endswith("/")


def is_room_address(scope: Scope) -> bool:
    """Return whether *scope* is about a room's page, with the slash at its end or without."""
    name, _, rest = str(scope["path"]).removeprefix(_PREFIX).partition("/")
    return bool(name) and not rest


def without_token(query: bytes) -> bytes:
    """Return *query* without the token in it, which is for this server's eyes."""
    if b"token" not in query:
        return query
    pairs = query.split(b"&")
    kept = [pair for pair in pairs if _key(pair) != "token"]
    return query if len(kept) == len(pairs) else b"&".join(kept)


def _key(pair: bytes) -> str:
    found = parse_qsl(pair.decode("latin-1"), keep_blank_values=True)
    return found[0][0] if found else ""


def _room_name(path: str) -> str:
    """Return the room as the preview process will read it from the same path."""
    name = path.removeprefix(_PREFIX).partition("/")[0]
    if not name:
        raise NotFound("there is no preview without a room")
    return name


def _page_token(request: HTTPConnection) -> str | None:
    shown = request.headers.get(_SHOWN_BY_PAGES)
    if shown is not None:
        return shown
    token = request.query_params.get("token", "")
    return token if PageTokens.is_one(token) else None


def _check_page_origin(request: HTTPConnection) -> None:
    """A page's token is taken from the page itself, whose origin is opaque, or from ours."""
    origin = request.headers.get("origin")
    if origin not in (None, _OPAQUE) and not origins_of(request).is_own(request, origin or ""):
        raise NotAllowed(
            f"requests from the origin {(origin or '')[:200]} are refused", code="auth_origin"
        )


def _check_site(request: HTTPConnection) -> None:
    """Refuse what another site's page asks for, but for a visit that shows in the address bar."""
    check_origin(request)
    if request.headers.get("sec-fetch-site", "none") in _OWN_SITES:
        return
    is_visit = (
        request.headers.get("sec-fetch-mode") == "navigate"
        and request.headers.get("sec-fetch-dest") == "document"
        and is_room_address(request.scope)
        and request.scope["method"] in {"GET", "HEAD"}
    )
    if not is_visit:
        raise NotAllowed("requests from another site are refused", code="auth_origin")
