"""The authenticator for a server with accounts: who sent a request, by its token or its cookie.

Only tokens count: the one that a request shows, or else the one in its cookie. A token that is
shown and is no good ends the matter; taking the cookie instead would let a program act as somebody
whom it did not name. SPEC: section TK. Called by the doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collab.auth.revocations import Revocations
from collab.auth.tokens import ServiceTokens, Tokens
from collab.errors import NotAuthenticated
from collab.limits import KNOWN_TOKENS_MAX
from collab.messages import Principal

__all__ = ["SESSION_COOKIE", "TokenAuthenticator"]

# With HttpOnly and SameSite=Lax: a link from elsewhere opens a room, nothing else is sent along.
SESSION_COOKIE: Final = "design_rooms_session"


class TokenAuthenticator:
    """The ``Authenticator`` where ``AUTH_SECRET`` is set."""

    is_local: Final = False

    def __init__(
        self, tokens: Tokens, revocations: Revocations, service: ServiceTokens | None = None
    ) -> None:
        self.tokens = tokens
        self.revocations = revocations
        self._service = service
        self._known: dict[str, Principal] = {}

    def authenticate(
        self, *, token: str | None, cookies: Mapping[str, str], peer: str
    ) -> Principal:
        """Return whom *token* stands for, or the cookie's where there is none.

        Raises ``NotAuthenticated``: ``auth_required`` if there is neither, ``auth_revoked``, and
        what ``Tokens.read`` raises.
        """
        shown = token if token is not None else cookies.get(SESSION_COOKIE)
        if shown is None:
            raise NotAuthenticated("sign in first: this server asks for a token")
        # A page asks many times a second by the same token, and a signature takes 75 µs to check.
        principal = self._known.get(shown)
        if principal is None:
            service = self._service.read(shown) if self._service is not None else None
            principal = service or self._read(shown)
        # What was good once may have ended since.
        self.revocations.check(principal)
        return principal

    def _read(self, token: str) -> Principal:
        principal = self.tokens.read(token)
        if len(self._known) >= KNOWN_TOKENS_MAX:
            self._known.clear()
        self._known[token] = principal
        return principal
