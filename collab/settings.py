"""Settings: what an operator may choose, read once from the environment and then frozen.

SPEC: section CF. Called by ``main`` and ``cli``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from collab.errors import DesignRoomsError
from collab.limits import STORE_BYTES_MIN

__all__ = ["Settings", "SettingsError"]


class SettingsError(DesignRoomsError):
    """A setting that cannot be used; the text names the variable and says what to do."""

    default_code = "settings_invalid"


@dataclass(frozen=True, slots=True)
class Settings:
    """``data_dir`` holds everything that has to be kept: the log, the key, previews' data."""

    host: str
    port: int
    data_dir: Path
    web_dir: Path
    store_bytes_max: int | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``HOST``, ``PORT``, ``DATA_DIR`` and their like; ``SettingsError`` if one is bad."""
        for name in ("DATABASE_URL", "REDIS_URL", "AUTH_SECRET"):
            if environment.get(name):
                raise SettingsError(
                    f"{name} is set, but this version runs on one machine in local mode only: "
                    f"unset {name}"
                )
        host = environment.get("HOST", "127.0.0.1")
        if not _is_loopback(host):
            raise SettingsError(
                f"HOST={host} is not a loopback address. In local mode everybody who can connect "
                "may edit every room, so only this machine may: use HOST=127.0.0.1"
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
        )

    @property
    def url(self) -> str:
        """Where this server is reached from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def _web_dir() -> Path:
    return Path(__file__).resolve().parent.parent / "web" / "dist"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _number(name: str, text: str, minimum: int, maximum: int) -> int:
    # Twenty digits are more than any bound has, and int() refuses thousands of them.
    is_number = text.isascii() and text.isdigit() and len(text) <= 20
    if not is_number or not minimum <= int(text) <= maximum:
        raise SettingsError(f"{name}={text[:80]!r} is not a number from {minimum} to {maximum}")
    return int(text)
