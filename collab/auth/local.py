"""Local mode: who is who on one machine, without accounts.

Only connections from this machine are taken, and every one of them may edit every room. Each
browser gets a guest identity of its own by a signed cookie; without a cookie the principal follows
from the token alone, so that a tool that comes back with the same token is the same user, and its
Yjs client ids and sources are still its own. SPEC: section AU. Called by ``api``.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from collab.auth.people import check_name, color_of, guest_name, new_guest_id
from collab.auth.tokens import ServiceTokens
from collab.errors import NotAllowed, OperatingError
from collab.ids import TenantId, UserId
from collab.messages import Principal, Role

__all__ = ["COOKIE_NAME", "Guest", "LocalAuthenticator", "check_local", "load_key"]

COOKIE_NAME: Final = "design_rooms_guest"
_TENANT: Final = TenantId("local")
_SALT: Final = "design-rooms guest"
_KEY_BYTES: Final = 32
_ROLES: Final = frozenset({Role.EDITOR})


@dataclass(frozen=True, slots=True)
class Guest:
    """What a guest's cookie says."""

    id: str
    name: str


class LocalAuthenticator:
    """The ``Authenticator`` of local mode. *key* signs cookies and must be kept.

    *service* reads the tokens of the preview's process, which every other mode has too.
    """

    is_local: Final = True

    def __init__(self, key: bytes, service: ServiceTokens | None = None) -> None:
        self._serializer = URLSafeSerializer(key, salt=_SALT)
        self._service = service

    def authenticate(
        self, *, token: str | None, cookies: Mapping[str, str], peer: str
    ) -> Principal:
        """Return the guest of the cookie, or the principal that follows from the token.

        Raises ``NotAllowed`` (``auth_not_local``) for a peer that is not on this machine, and what
        ``ServiceTokens.read`` raises.
        """
        check_local(peer)
        service = self._service.read(token) if token and self._service is not None else None
        if service is not None:
            return service
        guest = self.read_cookie(cookies.get(COOKIE_NAME))
        if guest is not None:
            return _principal(f"guest:{guest.id}", guest.name)
        if not token:
            return _principal("local", "Local")
        digest = hashlib.sha256(token.encode()).hexdigest()[:16]
        return _principal(f"token:{digest}", f"Guest {digest[:4]}")

    def new_guest(self) -> Guest:
        """Return a guest that nobody else is."""
        guest_id = new_guest_id()
        return Guest(guest_id, guest_name(guest_id))

    def read_cookie(self, cookie: str | None) -> Guest | None:
        """Return the guest of a cookie, or None if there is none or it is not ours."""
        if not cookie:
            return None
        try:
            content = self._serializer.loads(cookie)
        except BadSignature:
            return None
        return Guest(content["id"], content["name"])

    def write_cookie(self, guest: Guest) -> str:
        """Return the signed cookie of a guest; ``InvalidValue`` (``user_name``) for a bad name."""
        return str(self._serializer.dumps({"id": guest.id, "name": check_name(guest.name)}))


def check_local(peer: str) -> None:
    """Raise ``NotAllowed`` (``auth_not_local``) for a *peer* that is not on this machine."""
    if not _is_local(peer):
        raise NotAllowed("local mode takes connections from this machine", code="auth_not_local")


def load_key(data_dir: Path) -> bytes:
    """Return the key of this installation from *data_dir*, making it at the first start.

    Raises ``OSError``, and ``OperatingError`` (``key_damaged``) for a file that is too short.
    """
    path = data_dir / "secret.key"
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return _make_key(path)
    if len(key) < _KEY_BYTES:
        raise OperatingError(
            f"{path} is damaged: delete it for a new key, and every guest gets a new identity",
            code="key_damaged",
        )
    return key


def _make_key(path: Path) -> bytes:
    """Write a new key to *path* at once or not at all: half a key could be guessed."""
    key = secrets.token_bytes(_KEY_BYTES)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return key


def _principal(user: str, name: str) -> Principal:
    return Principal(UserId(user), name, color_of(user), _TENANT, Role.EDITOR, _ROLES)


def _is_local(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
