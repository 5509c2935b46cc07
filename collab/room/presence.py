"""Presence: who is where, as awareness entries. Never logged; gone with the session.

An entry is taken only from the session that introduced its client id, and only if it is newer:
Yjs clients re-send every change they receive, so without this each move would come back from
everybody. While a broken connection lingers, its page may already be back under the same id; what
it says is remembered and takes over when the old session leaves. SPEC: section SE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from collab.errors import LimitExceeded
from collab.ids import ClientId, SessionId
from collab.limits import AWARENESS_CLIENTS_PER_SESSION_MAX
from collab.messages import AwarenessEntry

__all__ = ["Presence"]


# Whose an entry is that a session of another node shows.
_ELSEWHERE: Final = SessionId("")


@dataclass(slots=True)
class _Holder:
    session: SessionId
    entry: AwarenessEntry
    successor: tuple[SessionId, AwarenessEntry] | None = None


class Presence:
    """The awareness of one room."""

    def __init__(self) -> None:
        self._holders: dict[ClientId, _Holder] = {}

    def entries(self) -> tuple[AwarenessEntry, ...]:
        """Return everybody who is here, ordered by client id."""
        return tuple(
            holder.entry
            for _, holder in sorted(self._holders.items())
            if holder.entry.state is not None
        )

    def sessions(self) -> frozenset[SessionId]:
        """Return the sessions that say where somebody is: people, as opposed to tools."""
        return frozenset(
            holder.session for holder in self._holders.values() if holder.entry.state is not None
        )

    def take(
        self, session: SessionId, entries: Iterable[AwarenessEntry]
    ) -> tuple[AwarenessEntry, ...]:
        """Take what is new in *entries* and return it.

        Raises ``LimitExceeded`` (``limit_awareness``) if the session introduces too many ids.
        """
        changed: list[AwarenessEntry] = []
        for entry in entries:
            holder = self._holders.get(entry.client)
            if holder is None:
                if entry.state is None:
                    continue
                self._check_count(session)
                self._holders[entry.client] = _Holder(session, entry)
                changed.append(entry)
            elif holder.session != session:
                if entry.clock > holder.entry.clock:
                    holder.successor = (session, entry)
            elif _is_newer(entry, holder.entry):
                holder.entry = entry
                changed.append(entry)
        return tuple(changed)

    def of(self, session: SessionId) -> tuple[AwarenessEntry, ...]:
        """Return what *session* shows."""
        return tuple(
            holder.entry
            for holder in self._holders.values()
            if holder.session == session and holder.entry.state is not None
        )

    def mirror(
        self, entries: Iterable[AwarenessEntry], *, is_all: bool
    ) -> tuple[AwarenessEntry, ...]:
        """Take what sessions of other nodes show, which echoes those that are here; return changes.

        With *is_all* whoever is not in *entries* is gone.
        """
        changed: list[AwarenessEntry] = []
        there = {entry.client: entry for entry in entries}
        if is_all:
            for client, known in self._holders.items():
                if known.session == _ELSEWHERE and client not in there:
                    there[client] = AwarenessEntry(client, known.entry.clock + 1, None)
        for client, entry in there.items():
            holder = self._holders.get(client)
            if holder is not None and (
                holder.session != _ELSEWHERE or not _is_newer(entry, holder.entry)
            ):
                continue
            successor = None if holder is None else holder.successor
            if entry.state is not None:
                self._holders[client] = _Holder(_ELSEWHERE, entry, successor)
            elif holder is None:
                continue
            elif successor is not None:
                self._holders[client] = _Holder(*successor)
                entry = successor[1]
            else:
                del self._holders[client]
            changed.append(entry)
        return tuple(changed)

    def leave(self, session: SessionId) -> tuple[AwarenessEntry, ...]:
        """Forget a session and return the entries that changed by it."""
        changed: list[AwarenessEntry] = []
        for client, holder in list(self._holders.items()):
            if holder.successor is not None and holder.successor[0] == session:
                holder.successor = None
            if holder.session != session:
                continue
            if holder.successor is not None:
                successor, entry = holder.successor
                self._holders[client] = _Holder(successor, entry)
            else:
                entry = AwarenessEntry(client, holder.entry.clock + 1, None)
                del self._holders[client]
                if holder.entry.state is None:
                    continue
            changed.append(entry)
        return tuple(changed)

    def _check_count(self, session: SessionId) -> None:
        held = sum(holder.session == session for holder in self._holders.values())
        if held >= AWARENESS_CLIENTS_PER_SESSION_MAX:
            raise LimitExceeded(
                f"a session may hold {AWARENESS_CLIENTS_PER_SESSION_MAX} awareness ids",
                code="limit_awareness",
            )


def _is_newer(entry: AwarenessEntry, known: AwarenessEntry) -> bool:
    if entry.clock == known.clock:
        return entry.state is None and known.state is not None
    return entry.clock > known.clock
