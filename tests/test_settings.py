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
            "SESSION_CHANGES_PER_S": "1",
            "USER_CHANGES_PER_S": "1000000",
            "AUTH_SECRET": "",
            "REDIS_URL": "",
        }
    )
    assert settings.url == "http://[::1]:65535"
    assert settings.data_dir == Path("/größe")
    assert settings.web_dir == Path("/web")
    assert settings.store_bytes_max == STORE_BYTES_MIN
    assert (settings.session_changes_per_s, settings.user_changes_per_s) == (1, 1_000_000)


@pytest.mark.parametrize("name", ["SESSION_CHANGES_PER_S", "USER_CHANGES_PER_S"])
@pytest.mark.parametrize("text", ["0", "1000001", "-1", "viele", "1.5"])
def test_rates_that_cannot_be(name: str, text: str) -> None:
    """[CF5] a rate is a whole number of changes in a second, and not none."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: text})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_hosts(host: str) -> None:
    """[CF6] local mode listens on loopback addresses only."""
    assert Settings.from_environment({"HOST": host}).host == host


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.0.1", "example.org", "größe"])
def test_other_hosts(host: str) -> None:
    """[CF6] any other address is refused, with the reason and what to do."""
    with pytest.raises(SettingsError, match=r"every room.*HOST=127\.0\.0\.1"):
        Settings.from_environment({"HOST": host})


@pytest.mark.parametrize("name", ["REDIS_URL", "PUBLIC_URL"])
def test_what_needs_another_mode(name: str) -> None:
    """[CF3] what would need another mode is refused rather than ignored."""
    with pytest.raises(SettingsError, match=f"unset {name}"):
        Settings.from_environment({name: "größe"})


def test_a_database() -> None:
    """[CF22] DATABASE_URL chooses PostgreSQL; it is shown nowhere, since it holds a password."""
    url = "postgresql://anna:größe-geheim@db.example/design"
    settings = Settings.from_environment({"DATABASE_URL": url})
    assert settings.database_url == url
    assert "geheim" not in repr(settings)
    assert Settings.from_environment({"DATABASE_URL": ""}).database_url is None
    for text in ("mysql://anna:geheim@db/design", "geheim", "postgresql+psycopg://geheim@db"):
        with pytest.raises(SettingsError, match="DATABASE_URL is no postgresql://") as caught:
            Settings.from_environment({"DATABASE_URL": text})
        assert "geheim" not in str(caught.value)
    with pytest.raises(SettingsError, match="unset STORE_BYTES_MAX"):
        Settings.from_environment({"DATABASE_URL": url, "STORE_BYTES_MAX": str(STORE_BYTES_MIN)})


_SECRET = "größe" + "x" * 25  # 32 bytes: ö and ß have two each.


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", "127.0.0.1"])
def test_hosts_with_a_secret(host: str) -> None:
    """[CF6] with AUTH_SECRET any address will do, and this machine finds the server still."""
    settings = Settings.from_environment({"HOST": host, "AUTH_SECRET": _SECRET})
    assert settings.host == host
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    assert settings.url == f"http://{reached}:8000"
    with pytest.raises(SettingsError):
        Settings.from_environment({"HOST": "", "AUTH_SECRET": _SECRET})


def test_secrets() -> None:
    """[CF13] a secret of 32 bytes is taken, the previous one beside it, and neither is shown."""
    settings = Settings.from_environment({"AUTH_SECRET": _SECRET})
    assert settings.auth_secrets == (_SECRET.encode(),)
    both = {"AUTH_SECRET": _SECRET, "AUTH_SECRET_PREVIOUS": "p" * 32}
    settings = Settings.from_environment(both)
    assert settings.auth_secrets == (_SECRET.encode(), b"p" * 32)
    assert _SECRET not in repr(settings)
    assert Settings.from_environment({}).auth_secrets == ()


@pytest.mark.parametrize(
    "environment",
    [
        {"AUTH_SECRET": _SECRET[:-1]},
        {"AUTH_SECRET": "größe"},
        {"AUTH_SECRET": _SECRET, "AUTH_SECRET_PREVIOUS": "größe"},
        {"AUTH_SECRET_PREVIOUS": _SECRET},
    ],
    ids=str,
)
def test_secrets_that_could_be_guessed(environment: dict[str, str]) -> None:
    """[CF13] a shorter secret is refused with its name and what to do, and is not repeated."""
    with pytest.raises(SettingsError, match="AUTH_SECRET") as refused:
        Settings.from_environment(environment)
    assert all(value not in refused.value.message for value in environment.values())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://design.example.org", "https://design.example.org"),
        ("https://Design.example.org/", "https://design.example.org"),
        ("http://[::1]:8443", "http://[::1]:8443"),
        ("", None),
    ],
)
def test_public_addresses(text: str, url: str | None) -> None:
    """[CF16] the address in front of a proxy is an origin."""
    settings = Settings.from_environment({"AUTH_SECRET": _SECRET, "PUBLIC_URL": text})
    assert settings.public_url == url


@pytest.mark.parametrize(
    "text",
    [
        "design.example.org",
        "ftp://design.example.org",
        "https://design.example.org/rooms",
        "https://design.example.org/?a",
        "https://zoë@design.example.org",
        "https://größe.example",
        "https://design.example.org:99999",
        "https://[::1",
        "https://",
        "https:///",
    ],
)
def test_addresses_that_are_none(text: str) -> None:
    """[CF16] anything else is refused, with an example."""
    with pytest.raises(SettingsError, match=r"PUBLIC_URL=.*https://design\.example\.org"):
        Settings.from_environment({"AUTH_SECRET": _SECRET, "PUBLIC_URL": text})


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
