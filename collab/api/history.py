"""The history over HTTP: in words, page by page; a model as it was; making it that again.

SPEC: section HI. Called by ``routes``.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import number_of
from collab.api.descriptions import time_of
from collab.api.gate import Gate
from collab.api.problem import JsonResponse
from collab.auth.access import Verb
from collab.auth.people import color_of, guest_name
from collab.errors import PeerError
from collab.history.entries import Entry
from collab.history.pages import Group, Question, describe, end_of_block, read_leaf
from collab.history.snapshots import document_at, state_at
from collab.host.host import Host
from collab.host.service import SEQ, submit_op
from collab.ids import RevisionNo, RoomId, SourceId, UserId
from collab.limits import (
    HISTORY_GROUPS_MAX,
    HISTORY_NODES_MAX,
    HISTORY_READINGS_MAX,
    IDEMPOTENCY_KEY_BYTES_MAX,
    INTEGER_MAX,
    KEY_UTF16_MAX,
    USER_ID_UTF16_MAX,
)
from collab.messages import Principal
from collab.model.document import Document
from collab.model.restoring import restore_op
from collab.room.attendance import Attendance
from collab.values import copy_json, utf16_length

__all__ = ["HistoryRoutes"]

_GUEST: Final = "guest:"


class HistoryRoutes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, gate: Gate) -> None:
        self._host = host
        self._gate = gate
        # Who drags a scrubber asks for many pasts; rooms that are edited come first.
        self._readings = asyncio.Semaphore(HISTORY_READINGS_MAX)

    def all(self) -> list[Route]:
        """Return the routes."""
        room = "/api/rooms/{room}"
        return [
            Route(f"{room}/history", self.history, methods=["GET"]),
            Route(f"{room}/revisions/{{revision}}/model", self.model, methods=["GET"]),
            Route(f"{room}/revisions/{{revision}}/restore", self.restore, methods=["POST"]),
        ]

    async def history(self, request: Request) -> Response:
        """Return a page of the history in words, newest first."""
        room_id = (await self._gate.admit(request, Verb.HISTORY)).room
        record = await self._gate.record(room_id)
        asked = _asked(request, record.revision, record.history_start)
        async with self._readings:
            leaf = await read_leaf(self._host.store, room_id, record.history_start, asked)
            groups = await asyncio.to_thread(describe, leaf, asked, self._host.registry)
        names = self._names(room_id)
        return JsonResponse(
            {
                "groups": [_group(group, names) for group in groups],
                "head": record.revision,
                "start": record.history_start,
                "next": leaf.next,
                "newer": asked.before if asked.before <= record.revision else None,
            }
        )

    async def model(self, request: Request) -> Response:
        """Return the live form as it was at a revision."""
        room_id = (await self._gate.admit(request, Verb.HISTORY)).room
        record = await self._gate.record(room_id)
        revision = _revision_of(request)
        # A revision never changes, but the room of this name may be another one some day.
        etag = f'"{record.created_ms}-{revision}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        is_kept = record.history_start <= revision <= record.revision
        if is_kept and request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        async with self._readings:
            past = await document_at(self._host.store, room_id, revision)
        text = b'{"revision":%d,"model":%s}' % (revision, past.json)
        return Response(text, media_type="application/json", headers=headers)

    async def restore(self, request: Request) -> Response:
        """Make the model what it was at a revision, as a new one; once for each key."""
        visit = await self._gate.admit(request, Verb.EDIT)
        revision = _revision_of(request)
        source = _source_of(request, visit.principal, revision)
        async with self._readings:
            past = await state_at(self._host.store, visit.room, revision)
        restored, is_changed = await self._restore(
            visit.room, visit.principal, revision, past.document, source
        )
        return JsonResponse({"revision": restored, "changed": is_changed})

    # --- private ------------------------------------------------------------------------------

    async def _restore(
        self,
        room_id: RoomId,
        principal: Principal,
        revision: RevisionNo,
        past: Document,
        source: SourceId | None,
    ) -> tuple[RevisionNo, bool]:
        room = await self._host.room(room_id)
        # One after the other, as imports: asked for twice at once, the second changes nothing.
        async with room.import_lock:
            known = await room.read(lambda at: _known(at, source, principal.user))
            if known is not None:
                return known, True
            base, current = await room.read(_copy)
            op = await asyncio.to_thread(restore_op, current, past, self._host.registry)
            if not op:
                return base, False
            restored = await submit_op(room, principal, op, base, restores=revision, source=source)
            return restored, True

    def _names(self, room_id: RoomId) -> dict[UserId, str]:
        """Return what those who are in the room now are called."""
        room = self._host.open_room(room_id)
        if room is None:
            return {}
        return {item.principal.user: item.principal.name for item in room.room.sessions}


def _known(room: Attendance, source: SourceId | None, user: UserId) -> RevisionNo | None:
    """Return the revision that the very same request has led to, None if it is new."""
    return None if source is None else room.committer.ledger.duplicate(source, SEQ, user)


def _copy(room: Attendance) -> tuple[RevisionNo, Document]:
    return room.head, copy_json(room.committer.document)


def _revision_of(request: Request) -> RevisionNo:
    text = request.path_params["revision"]
    if not text.isascii() or not text.isdigit() or len(text) > 20 or int(text) > INTEGER_MAX:
        raise PeerError("a revision is a number from 0", code="bad_parameter")
    return RevisionNo(int(text))


def _source_of(request: Request, principal: Principal, revision: RevisionNo) -> SourceId | None:
    """Return the source that stands for the request's key: rooms know for ever what one has done.

    The same key of another person, or for another revision, is another request.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key.encode()) <= IDEMPOTENCY_KEY_BYTES_MAX:
        raise PeerError(
            f"Idempotency-Key has 1 to {IDEMPOTENCY_KEY_BYTES_MAX} bytes", code="idempotency_key"
        )
    whole = f"{principal.user}\n{revision}\n{key}".encode()
    return SourceId(f"api:restore:{hashlib.sha256(whole).hexdigest()}")


def _asked(request: Request, head: RevisionNo, start: RevisionNo) -> Question:
    """Return which page is asked for: the newest, the one before a revision, or around one."""
    newest = head + 1
    before = number_of(request, "before", newest, INTEGER_MAX)
    through: RevisionNo | None = None
    if "around" in request.query_params:
        wanted = number_of(request, "around", newest, INTEGER_MAX)
        through = RevisionNo(min(max(wanted, start + 1), newest))
        before = end_of_block(through, head) + 1
    author = _text_of(request, "author", USER_ID_UTF16_MAX)
    return Question(
        before=RevisionNo(min(before, newest)),
        groups_max=max(1, number_of(request, "limit", 50, HISTORY_GROUPS_MAX)),
        author=None if author is None else UserId(author),
        node=_text_of(request, "node", KEY_UTF16_MAX),
        through=through,
    )


def _text_of(request: Request, name: str, maximum: int) -> str | None:
    text = request.query_params.get(name)
    if text is not None and not 0 < utf16_length(text) <= maximum:
        raise PeerError(f"{name} has 1 to {maximum} characters", code="bad_parameter")
    return text


def _group(group: Group, names: dict[UserId, str]) -> dict[str, Any]:
    # Logs from before names were kept have none: then the one of now, or of a guest by default.
    name = group.author_name or names.get(group.author) or _default_name(group.author)
    nodes = dict.fromkeys(node for entry in group.entries for node in entry.nodes)
    return {
        "first": group.first,
        "last": group.last,
        "author": {"user": group.author, "name": name, "color": color_of(group.author)},
        "begin": time_of(group.begin_ms),
        "end": time_of(group.end_ms),
        "words": group.words,
        "changes": sum(entry.count for entry in group.entries),
        "nodes": list(nodes)[:HISTORY_NODES_MAX],
        "entries": [_entry(entry) for entry in group.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "first": entry.first,
        "last": entry.last,
        "time": time_of(entry.time_ms),
        "words": entry.words,
        "changes": entry.count,
        "nodes": list(entry.nodes)[:HISTORY_NODES_MAX],
    }


def _default_name(user: UserId) -> str:
    return guest_name(user.removeprefix(_GUEST)) if user.startswith(_GUEST) else user
