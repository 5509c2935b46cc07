"""Presence: whose awareness is taken, and what happens to it when they go."""

from __future__ import annotations

from typing import Any

import pytest

from collab.errors import LimitExceeded
from collab.ids import ClientId, SessionId
from collab.limits import AWARENESS_CLIENTS_PER_SESSION_MAX
from collab.messages import AwarenessEntry
from collab.room.presence import Presence

_A, _B, _C = SessionId("a"), SessionId("b"), SessionId("c")
_STATE = {"name": "Ülrike 😀"}


def _entry(clock: int, state: Any = _STATE, client: int = 7) -> AwarenessEntry:
    return AwarenessEntry(ClientId(client), clock, state)


@pytest.fixture
def presence() -> Presence:
    presence = Presence()
    assert presence.take(_A, [_entry(3)]) == (_entry(3),)
    return presence


@pytest.mark.parametrize(
    ("entry", "is_taken"),
    [
        (_entry(4), True),
        (_entry(3), False),
        (_entry(2), False),
        (_entry(3, None), True),
        (_entry(2, None), False),
        (_entry(4, None), True),
        (_entry(9, _STATE, client=8), True),
        (_entry(9, None, client=8), False),
    ],
)
def test_newer(presence: Presence, entry: AwarenessEntry, is_taken: bool) -> None:
    """[SE5] a greater clock is newer, and so is an equal one that says goodbye."""
    assert presence.take(_A, [entry]) == ((entry,) if is_taken else ())


def test_echo(presence: Presence) -> None:
    """[SE5] what others repeat is not taken, however new it claims to be."""
    assert presence.take(_B, [_entry(3), _entry(9), _entry(10, None)]) == ()
    assert presence.entries() == (_entry(3),)


def test_return_after_goodbye(presence: Presence) -> None:
    """[SE5] who said goodbye comes back with a newer clock."""
    presence.take(_A, [_entry(4, None)])
    assert presence.entries() == ()
    assert presence.take(_A, [_entry(4)]) == ()
    assert presence.take(_A, [_entry(5)]) == (_entry(5),)


def test_leave(presence: Presence) -> None:
    """[SE6] who leaves is gone with the next clock."""
    assert presence.leave(_A) == (_entry(4, None),)
    assert presence.entries() == () and presence.leave(_A) == ()


def test_leave_after_goodbye(presence: Presence) -> None:
    """[SE6] who said goodbye need not be said to be gone."""
    presence.take(_A, [_entry(4, None)])
    assert presence.leave(_A) == ()


def test_successor(presence: Presence) -> None:
    """[SE6] a page that is back on a new connection takes over when the old one breaks."""
    newer = _entry(5, {"name": "zurück é"})
    presence.take(_B, [newer])
    assert presence.leave(_A) == (newer,)
    assert presence.take(_B, [_entry(6)]) == (_entry(6),)
    assert presence.leave(_B) == (_entry(7, None),)


def test_successor_that_left(presence: Presence) -> None:
    """[SE6] a successor that has left in the meantime does not take over."""
    presence.take(_B, [_entry(5)])
    assert presence.leave(_B) == ()
    assert presence.leave(_A) == (_entry(4, None),)


def test_order(presence: Presence) -> None:
    """[SE5] entries come ordered by client id."""
    presence.take(_C, [_entry(1, client=9), _entry(1, client=2)])
    assert [entry.client for entry in presence.entries()] == [2, 7, 9]


def test_too_many(presence: Presence) -> None:
    """[SE7] a session introduces a bounded number of ids."""
    for client in range(100, 100 + AWARENESS_CLIENTS_PER_SESSION_MAX - 1):
        presence.take(_A, [_entry(1, client=client)])
    with pytest.raises(LimitExceeded):
        presence.take(_A, [_entry(1, client=99)])
    assert presence.take(_B, [_entry(1, client=99)])
