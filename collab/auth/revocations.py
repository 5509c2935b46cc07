"""Revocations: tokens that are refused although they have not expired.

All of them are in memory, since every request asks; the store keeps them for the next start.
SPEC: section TK. Called by ``authenticator`` and ``access``.
"""

from __future__ import annotations

from collections.abc import Iterable

from collab.errors import NotAuthenticated
from collab.ids import TenantId
from collab.messages import Principal
from collab.ports import Clock, RevokedToken

__all__ = ["Revocations"]


class Revocations:
    """Which tokens are revoked, and whether a principal's is still good."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._expiries: dict[tuple[TenantId, str], int] = {}

    def load(self, tokens: Iterable[RevokedToken], now_ms: int) -> None:
        """Take over what the store knows, without what has expired."""
        self._expiries = {
            (token.tenant, token.id): token.expires_ms
            for token in tokens
            if token.expires_ms > now_ms
        }

    def add(self, tenant: TenantId, token_id: str, expires_ms: int) -> None:
        """Refuse a token from now on."""
        self._expiries[tenant, token_id] = expires_ms

    def check(self, principal: Principal) -> None:
        """Raise ``NotAuthenticated`` (``auth_revoked``, ``auth_expired``) for an ended token."""
        if (principal.tenant, principal.token_id) in self._expiries:
            raise NotAuthenticated("your token was revoked: sign in again", code="auth_revoked")
        if principal.expires_ms is not None and principal.expires_ms <= self._clock.now_ms():
            raise NotAuthenticated("your token has expired: sign in again", code="auth_expired")
