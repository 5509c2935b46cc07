"""Who asks, as the proxy signed it, and what the runtime shows to the server."""

from __future__ import annotations

import time

import jwt
import pytest
from itsdangerous import URLSafeTimedSerializer

from runtime import identity as identity_module
from runtime.errors import PreviewDenied
from runtime.identity import Identities, RoomRole
from runtime.limits import IDENTITIES_KEPT, SERVICE_TOKEN_AGE_S
from runtime.service_token import ServiceTokens
from tests.runtime.http.world import TOKEN_KEY, identity_header


def test_who_asks() -> None:
    """[AC1] What the proxy signed says tenant, user, role and token."""
    header = identity_header("büro", tenant="müller", role="reviewer", page_token="t😀")
    known = Identities(TOKEN_KEY).read(header, "büro")
    assert (known.tenant, known.room, known.user) == ("müller", "büro", "ada")
    assert (known.name, known.role, known.page_token) == ("Ada Größe", "reviewer", "t😀")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        "é😀",
        identity_header("orders") + "x",
        identity_header("orders", key=b"another key"),
        identity_header("orders", salt="another purpose"),
        identity_header("other"),
        identity_header("orders", role="admin"),
        identity_header("orders", role=""),
        str(URLSafeTimedSerializer(TOKEN_KEY, salt="design-rooms identity").dumps(["orders"])),
        str(URLSafeTimedSerializer(TOKEN_KEY, salt="design-rooms identity").dumps({"room": "x"})),
    ],
    # Not their text: a signature's time differs from one worker to the next.
    ids=range(12),
)
def test_nobody(header: str | None) -> None:
    """[AC1] What is missing, forged, of another key, purpose or room, or incomplete is nobody."""
    with pytest.raises(PreviewDenied) as caught:
        Identities(TOKEN_KEY).read(header, "orders")
    assert caught.value.code == "identity"


def test_room_is_checked_again() -> None:
    """[AC1] A header that was good for its room stays bad for another one."""
    identities, header = Identities(TOKEN_KEY), identity_header("orders")
    identities.read(header, "orders")
    with pytest.raises(PreviewDenied):
        identities.read(header, "other")


def test_identity_gets_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """[AC1] An identity ends after its minute, also one that was checked before."""
    identities, header = Identities(TOKEN_KEY), identity_header("orders")
    identities.read(header, "orders")
    monkeypatch.setattr(identity_module, "IDENTITY_AGE_S", -1)
    with pytest.raises(PreviewDenied):
        identities.read(header, "orders")
    with pytest.raises(PreviewDenied):
        Identities(TOKEN_KEY).read(header, "orders")


def test_what_is_kept_is_bounded() -> None:
    """[AC1] Any number of people is remembered in so much memory."""
    identities = Identities(TOKEN_KEY)
    for number in range(IDENTITIES_KEPT + 5):
        header = identity_header("orders", user=f"u{number}")
        assert identities.read(header, "orders").user == f"u{number}"
    assert len(identities._known) == IDENTITIES_KEPT


def test_roles_that_write() -> None:
    """[AC2] Owners and editors write, reviewers and viewers do not."""
    assert {role for role in RoomRole if role.may_write} == {"owner", "editor"}


def test_service_token() -> None:
    """[PV19] The token names the tenant and the room, and ends soon."""
    key = b"k" * 32
    token = ServiceTokens(key).mint("müller", "büro")
    claims = jwt.decode(token, key, algorithms=["HS256"])
    assert claims["sub"] == "service:preview"
    assert claims["kind"] == "service"
    assert (claims["tenant"], claims["room"]) == ("müller", "büro")
    assert 0 < claims["exp"] - time.time() <= SERVICE_TOKEN_AGE_S
