"""Settings: what an operator may choose, read once from the environment and then frozen.

SPEC: section CF. Called by ``main`` and ``cli``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from collab.errors import DesignRoomsError
from collab.limits import (
    AUTH_SECRET_BYTES_MIN,
    SESSION_CHANGES_PER_S,
    STORE_BYTES_MIN,
    USER_CHANGES_PER_S,
)

__all__ = ["Settings", "SettingsError", "auth_secret"]

# Where a server that listens on every address is reached from its own machine.
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a name, not a choice


# More than any machine does: whoever sets it wants no bound.
_RATE_MAX: Final = 1_000_000


class SettingsError(DesignRoomsError):
    """A setting that cannot be used; the text names the variable and says what to do."""

    default_code = "settings_invalid"


@dataclass(frozen=True, slots=True)
class Settings:
    """``data_dir`` holds everything that has to be kept: the log, the key, previews' data.

    ``auth_secrets`` sign and verify tokens, the first one signing; without any it is local mode.
    ``public_url`` is the server's address (no path) in front of a proxy that ends TLS.
    ``session_changes_per_s`` is how many changes one session may make in a second, and
    ``user_changes_per_s`` how many one user with all sockets and requests. ``database_url`` is the
    PostgreSQL that keeps the rooms; without it a file in ``data_dir`` does. It may hold a password.
    """

    host: str
    port: int
    data_dir: Path
    web_dir: Path
    store_bytes_max: int | None = None
    auth_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    public_url: str | None = None
    session_changes_per_s: int = SESSION_CHANGES_PER_S
    user_changes_per_s: int = USER_CHANGES_PER_S
    database_url: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``HOST``, ``PORT``, ``DATA_DIR`` and their like; ``SettingsError`` if one is bad."""
        if environment.get("REDIS_URL"):
            raise SettingsError(
                "REDIS_URL is set, but this version runs on one machine: unset REDIS_URL"
            )
        auth_secrets = _auth_secrets(environment)
        host = environment.get("HOST", "127.0.0.1")
        if not host or (not auth_secrets and not _is_loopback(host)):
            raise SettingsError(
                f"HOST={host} is not a loopback address. In local mode everybody who can connect "
                "may edit every room, so only this machine may: use HOST=127.0.0.1, or set "
                "AUTH_SECRET, and people sign in with tokens"
            )
        bytes_max = environment.get("STORE_BYTES_MAX")
        return cls(
            host=host,
            port=_number("PORT", environment.get("PORT", "8000"), 1, 65_535),
            data_dir=Path(environment.get("DATA_DIR", "data")),
            web_dir=Path(environment.get("WEB_DIR", str(_web_dir()))),
            store_bytes_max=(
                _number("STORE_BYTES_MAX", bytes_max, STORE_BYTES_MIN, 2**63) if bytes_max else None
            ),
            auth_secrets=auth_secrets,
            public_url=_public_url(
                environment.get("PUBLIC_URL", ""), has_secret=bool(auth_secrets)
            ),
            session_changes_per_s=_rate(
                environment, "SESSION_CHANGES_PER_S", SESSION_CHANGES_PER_S
            ),
            user_changes_per_s=_rate(environment, "USER_CHANGES_PER_S", USER_CHANGES_PER_S),
            database_url=_database_url(environment.get("DATABASE_URL", ""), bytes_max),
        )

    @property
    def url(self) -> str:
        """Where this server is reached from this machine."""
        host = _LOOPBACK.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}"


def auth_secret(name: str, text: str) -> bytes:
    """Return the secret in the variable *name*; ``SettingsError`` if it can be guessed."""
    if not text:
        raise SettingsError(f"{name} is not set: it is the secret that signs tokens")
    secret = text.encode("utf-8", "surrogateescape")
    if len(secret) < AUTH_SECRET_BYTES_MIN:
        raise SettingsError(
            f"{name} has {len(secret)} bytes, and could be guessed: it needs "
            f"{AUTH_SECRET_BYTES_MIN} or more. Make one with `openssl rand -hex 32`"
        )
    return secret


def _auth_secrets(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    names = ("AUTH_SECRET", "AUTH_SECRET_PREVIOUS")
    texts = {name: environment[name] for name in names if environment.get(name)}
    if "AUTH_SECRET_PREVIOUS" in texts and "AUTH_SECRET" not in texts:
        raise SettingsError(
            "AUTH_SECRET_PREVIOUS is set without AUTH_SECRET: set the new secret too, or neither"
        )
    return tuple(auth_secret(name, text) for name, text in texts.items())


def _database_url(text: str, bytes_max: str | None) -> str | None:
    if not text:
        return None
    # What is wrong is not repeated: it may be the password.
    if not text.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "DATABASE_URL is no postgresql://user:password@host:port/database: set it to the "
            "address of a PostgreSQL database, or unset DATABASE_URL to keep rooms in a file"
        )
    if bytes_max:
        raise SettingsError(
            "STORE_BYTES_MAX bounds the file that rooms are kept in without DATABASE_URL: unset "
            "STORE_BYTES_MAX, and give the database a quota or a disk of its own"
        )
    return text


def _public_url(text: str, *, has_secret: bool) -> str | None:
    if not text:
        return None
    if not has_secret:
        raise SettingsError(
            "PUBLIC_URL is set, but in local mode this server answers to its own machine only: "
            "unset PUBLIC_URL, or set AUTH_SECRET"
        )
    try:
        parts = urlsplit(text)
        is_origin = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_origin = (
            is_origin and text.rstrip("/").lower() == f"{parts.scheme}://{parts.netloc}".lower()
        )
        is_origin = is_origin and parts.username is None and parts.port != 0 and text.isascii()
    except ValueError:
        is_origin = False
    if not is_origin:
        raise SettingsError(
            f"PUBLIC_URL={text[:200]!r} is no address such as https://design.example.org: scheme, "
            "host and perhaps a port, without a path"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _web_dir() -> Path:
    return Path(__file__).resolve().parent.parent / "web" / "dist"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _rate(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    return _number(name, text, 1, _RATE_MAX) if text else default


def _number(name: str, text: str, minimum: int, maximum: int) -> int:
    # Twenty digits are more than any bound has, and int() refuses thousands of them.
    is_number = text.isascii() and text.isdigit() and len(text) <= 20
    if not is_number or not minimum <= int(text) <= maximum:
        raise SettingsError(f"{name}={text[:80]!r} is not a number from {minimum} to {maximum}")
    return int(text)
