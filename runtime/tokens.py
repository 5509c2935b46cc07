"""Tokens: what a preview page shows to read its own room's feed, and nothing else.

The page runs an untrusted design in an opaque origin, so it has no cookie; and its feed is readable
by any origin, so without a token any web page could read the designs of this machine.
SPEC: section PV. Called by ``preview``.
"""

from __future__ import annotations

from typing import Final

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from runtime.errors import PreviewDenied
from runtime.limits import TOKEN_AGE_S

__all__ = ["PageTokens"]

_SALT: Final = "design-rooms preview page"


class PageTokens:
    """Signs with *key*, which the server gives to every process that it starts."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt=_SALT)

    def issue(self, room: str) -> str:
        """Return a token for the feed of *room*, good for ``TOKEN_AGE_S`` from now on."""
        return str(self._serializer.dumps(room))

    def check(self, token: str, room: str) -> None:
        """Raise ``PreviewDenied`` unless *token* was issued for *room* and is not too old."""
        try:
            issued_for = self._serializer.loads(token, max_age=TOKEN_AGE_S)
        except SignatureExpired:
            raise PreviewDenied("this page is too old: reload it", code="preview_expired") from None
        except BadSignature:
            raise PreviewDenied("this is no token of a preview page: reload it") from None
        if issued_for != room:
            raise PreviewDenied("this token is for another room")
