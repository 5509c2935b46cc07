"""Sources: whose the ids of ShareDB clients are."""

from __future__ import annotations

from dataclasses import replace

from collab.auth.keys import Keys
from collab.auth.sources import UserSources
from collab.ids import TenantId, UserId
from collab.limits import SOURCE_BYTES_MAX
from tests.protocol.wire import principal

_ZOE = principal()
_KEY = Keys.derived(b"k" * 32).sources


def test_a_source_is_its_users_alone() -> None:
    """[SD19] not another user's, not the same user's of another tenant, not another server's."""
    sources = UserSources(_KEY, _ZOE)
    source = sources.issue()
    assert len(source) <= SOURCE_BYTES_MAX
    assert source != sources.issue()
    assert sources.is_own(source)
    others = [
        UserSources(_KEY, replace(_ZOE, user=UserId("mia"))),
        UserSources(_KEY, replace(_ZOE, tenant=TenantId("u"))),
        UserSources(Keys.derived(b"l" * 32).sources, _ZOE),
        # The names are parted, so that none can be made to look like a neighbour's.
        UserSources(_KEY, replace(_ZOE, tenant=TenantId("tz"), user=UserId("oë"))),
    ]
    assert not any(other.is_own(source) for other in others)


def test_a_source_holds_across_restarts() -> None:
    """[SD19] an op may be resent to a server that was started anew."""
    source = UserSources(_KEY, _ZOE).issue()
    assert UserSources(Keys.derived(b"k" * 32).sources, _ZOE).is_own(source)


def test_a_source_that_was_changed_is_nobodys() -> None:
    """[SD19] neither its name nor its proof can be made up."""
    sources = UserSources(_KEY, _ZOE)
    name, _, proof = sources.issue().partition(".")
    for forged in ("", ".", name, f"{name}.", f"é{name}.{proof}", f"x{name[1:]}.{proof}"):
        assert not sources.is_own(forged)
    assert not sources.is_own(f"{name}.{proof[:-1]}")
    assert not sources.is_own(f"{name}.{proof}.")
