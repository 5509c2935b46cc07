"""Settings: what an operator may choose, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from collab.limits import STORE_BYTES_MIN
from collab.settings import Settings, SettingsError


def test_defaults() -> None:
    """[CF5] without any setting it serves this machine on port 8000, with its data in ./data."""
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.store_bytes_max is None


def test_choices() -> None:
    """[CF5] each setting is read from its variable; empty ones that switch things on are none."""
    settings = Settings.from_environment(
        {
            "HOST": "::1",
            "PORT": "65535",
            "DATA_DIR": "/größe",
            "WEB_DIR": "/web",
            "STORE_BYTES_MAX": str(STORE_BYTES_MIN),
            "AUTH_SECRET": "",
            "REDIS_URL": "",
        }
    )
    assert settings.url == "http://[::1]:65535"
    assert settings.data_dir == Path("/größe")
    assert settings.web_dir == Path("/web")
    assert settings.store_bytes_max == STORE_BYTES_MIN


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_hosts(host: str) -> None:
    """[CF6] local mode listens on loopback addresses only."""
    assert Settings.from_environment({"HOST": host}).host == host


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.0.1", "example.org", "größe"])
def test_other_hosts(host: str) -> None:
    """[CF6] any other address is refused, with the reason and what to do."""
    with pytest.raises(SettingsError, match=r"every room.*HOST=127\.0\.0\.1"):
        Settings.from_environment({"HOST": host})


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "AUTH_SECRET"])
def test_what_needs_another_mode(name: str) -> None:
    """[CF3] what would need another mode is refused rather than ignored."""
    with pytest.raises(SettingsError, match=f"unset {name}"):
        Settings.from_environment({name: "größe"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8e3"),
        ("PORT", "٨٠"),
        ("PORT", "9" * 5000),
        ("PORT", ""),
        ("STORE_BYTES_MAX", str(STORE_BYTES_MIN - 1)),
        ("STORE_BYTES_MAX", "1G"),
    ],
)
def test_numbers(name: str, value: str) -> None:
    """[CF7] a number that is none, or out of its range, is refused with its name and its range."""
    with pytest.raises(SettingsError, match=rf"{name}=.* number from \d+ to \d+"):
        Settings.from_environment({name: value})
