"""Local mode's identities, without a server."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from collab.auth.local import COOKIE_NAME, Guest, LocalAuthenticator, load_key
from collab.errors import InvalidValue, NotAllowed, OperatingError
from collab.messages import Principal, Role

_KEY = b"k" * 32
_LOCAL = "127.0.0.1"


def _principal(
    token: str | None = None, cookie: str | None = None, peer: str = _LOCAL
) -> Principal:
    cookies = {} if cookie is None else {COOKIE_NAME: cookie}
    return LocalAuthenticator(_KEY).authenticate(token=token, cookies=cookies, peer=peer)


def test_tokens_name_users() -> None:
    """[AU7] without a cookie the user follows from the token alone, and is `local` without one."""
    assert _principal().user == "local"
    assert _principal("").user == "local"
    assert _principal("größe") == _principal("größe")
    assert _principal("größe").user != _principal("grösse").user
    assert {_principal(token).role for token in (None, "a")} == {Role.EDITOR}
    assert "größe" not in repr(_principal("größe"))


def test_cookies_name_guests() -> None:
    """[AU3] a cookie brings its guest back, by name and colour, and wins over a token."""
    authenticator = LocalAuthenticator(_KEY)
    guest = authenticator.new_guest()
    cookie = authenticator.write_cookie(Guest(guest.id, "Zoë 😀"))
    assert authenticator.read_cookie(cookie) == Guest(guest.id, "Zoë 😀")
    assert _principal("token", cookie) == _principal(None, cookie)
    assert (_principal(None, cookie).user, _principal(None, cookie).name) == (
        f"guest:{guest.id}",
        "Zoë 😀",
    )
    assert authenticator.new_guest().id != guest.id


def test_cookies_of_others_say_nothing() -> None:
    """[AU4] a cookie signed with another key, changed or cut says nothing."""
    cookie = LocalAuthenticator(b"x" * 32).write_cookie(Guest("1", "Mallory"))
    own = LocalAuthenticator(_KEY).write_cookie(Guest("1", "Alice"))
    for forged in (cookie, own[1:], own[:-1], own.partition(".")[0], "", "é", "."):
        assert _principal(None, forged).user == "local"


@pytest.mark.parametrize("peer", ["", "10.0.0.1", "::ffff:10.0.0.1", "example.org", "unix:"])
def test_other_machines(peer: str) -> None:
    """[AU8] who connects from another machine is refused."""
    with pytest.raises(NotAllowed) as refused:
        _principal(peer=peer)
    assert refused.value.code == "auth_not_local"


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "😀" * 31, "a\x00b", "a\u202eb", "\ud83d"])
def test_names(name: str) -> None:
    """[AU9] a guest's name has 1 to 60 printable characters."""
    with pytest.raises(InvalidValue):
        LocalAuthenticator(_KEY).write_cookie(Guest("1", name))


def test_key_is_kept(tmp_path: Path) -> None:
    """[AU10] the key is made once, is for its owner's eyes, and is never half a key."""
    key = load_key(tmp_path)
    assert len(key) == 32
    assert load_key(tmp_path) == key
    path = tmp_path / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # A start that was cut off in the middle of writing leaves a draft only.
    (tmp_path / "secret.new").write_bytes(b"half")
    path.unlink()
    assert load_key(tmp_path) not in (key, b"half")
    path.write_bytes(key[:31])
    with pytest.raises(OperatingError) as damaged:
        load_key(tmp_path)
    assert damaged.value.code == "key_damaged"
