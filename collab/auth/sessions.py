"""Live sessions: who is in which room by which token, and how to end their stay.

Sockets and the preview's streams outlive the question that let them in, so whatever changes the
answer (a token's end, a revocation, a member list) has to find them. SPEC: section TK. Called by
``access`` and the doors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from collab.ids import RoomId, TenantId
from collab.messages import Principal, Role

__all__ = ["LiveSessions", "Stay"]

_Key = TypeVar("_Key")


@dataclass(slots=True, eq=False)
class Stay:
    """One session or stream. ``close(code, reason)`` ends it; it is called at most once.

    ``outlasts_token`` is true of the preview's process, whose token is for connecting only.
    """

    principal: Principal
    room: RoomId
    role: Role
    close: Callable[[int, str], None]
    outlasts_token: bool = False


class LiveSessions:
    """Every stay, by room and by token."""

    def __init__(self) -> None:
        self._rooms: defaultdict[RoomId, set[Stay]] = defaultdict(set)
        self._tokens: defaultdict[tuple[TenantId, str], set[Stay]] = defaultdict(set)

    def __len__(self) -> int:
        return sum(len(stays) for stays in self._rooms.values())

    def enter(self, stay: Stay) -> None:
        """Remember *stay* until ``leave``."""
        self._rooms[stay.room].add(stay)
        if stay.principal.token_id:
            self._tokens[stay.principal.tenant, stay.principal.token_id].add(stay)

    def leave(self, stay: Stay) -> None:
        """Forget *stay*; one that was forgotten already is ignored."""
        principal = stay.principal
        _discard(self._rooms, stay.room, stay)
        _discard(self._tokens, (principal.tenant, principal.token_id), stay)

    def in_room(self, room: RoomId) -> list[Stay]:
        """Return the stays in *room*."""
        return list(self._rooms.get(room, ()))

    def end(self, stay: Stay, code: int, reason: str) -> None:
        """Forget *stay* and close it."""
        self.leave(stay)
        stay.close(code, reason)

    def end_token(self, tenant: TenantId, token_id: str, code: int, reason: str) -> None:
        """End every stay by one token."""
        for stay in list(self._tokens.get((tenant, token_id), ())):
            self.end(stay, code, reason)

    def end_expired(self, now_ms: int, code: int, reason: str) -> int | None:
        """End every stay whose token has expired; return when the next one does, or None."""
        next_ms: int | None = None
        for stays in list(self._tokens.values()):
            for stay in list(stays):
                expires_ms = stay.principal.expires_ms
                if expires_ms is None or stay.outlasts_token:
                    continue
                if expires_ms <= now_ms:
                    self.end(stay, code, reason)
                elif next_ms is None or expires_ms < next_ms:
                    next_ms = expires_ms
        return next_ms


def _discard(stays: dict[_Key, set[Stay]], key: _Key, stay: Stay) -> None:
    found = stays.get(key)
    if found is not None:
        found.discard(stay)
        if not found:
            del stays[key]
