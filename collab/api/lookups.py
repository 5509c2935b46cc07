"""Lookups: what a socket's adapter asks that no room's session is needed for.

Each asks anew who the peer is and what they may, before it reads and after, since reading takes its
time. SPEC: section SD. Called by ``socket_performer``.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from collab.auth.access import Access, Verb
from collab.errors import DesignRoomsError, OperatingError
from collab.history.snapshots import document_at, revision_at
from collab.ids import RoomId
from collab.messages import Principal
from collab.ports import Store
from collab.protocol.adapter import Answer, Question, SnapshotRead

__all__ = ["Lookups"]

_log = structlog.get_logger()


class Lookups:
    """The lookups of one socket; *identify* says who its peer is, or raises."""

    def __init__(self, store: Store, access: Access, identify: Callable[[], Principal]) -> None:
        self._store = store
        self._access = access
        self._identify = identify

    async def answer(self, question: Question) -> Answer | DesignRoomsError:
        """Return the answer, or why there is none."""
        try:
            return await self._read_snapshot(question)
        except DesignRoomsError as error:
            return error
        except Exception:  # noqa: BLE001 - a bug may raise anything
            # Whoever asked must not be left without an answer.
            _log.exception("lookup.failed", question=type(question).__name__)
            return OperatingError("this could not be looked up for an internal error")

    async def _read_snapshot(self, question: Question) -> Answer:
        room, revision = await self._require(question), question.revision
        if question.time_ms is not None:
            revision = await revision_at(self._store, room, question.time_ms)
        past = await document_at(self._store, room, revision)
        await self._require(question)
        return SnapshotRead(past.revision, past.exists, past.json, past.type)

    async def _require(self, question: Question) -> RoomId:
        """Return the room; raises unless the peer may read it, and its history where that is."""
        principal = self._identify()
        room = RoomId.parse(principal.tenant, question.name)
        is_newest = question.revision is None and question.time_ms is None
        await self._access.require(principal, room, Verb.READ if is_newest else Verb.HISTORY)
        return room
