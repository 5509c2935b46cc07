"""The HTTP API: what a room holds (models, problems, revisions), and all routes together.

Each handler turns a request into typed arguments and a result into JSON; errors are raised and
answered in one place (``problem``). SPEC: section AP; the description that clients read is
``openapi``. Called by ``app``.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import number_of, read_bytes
from collab.api.descriptions import time_of
from collab.api.gate import Gate
from collab.api.history import HistoryRoutes
from collab.api.locks import LockRoutes
from collab.api.models import Format, export_model, import_model, problems_of
from collab.api.people import PeopleRoutes
from collab.api.problem import JsonResponse
from collab.api.reverts import RevertRoutes
from collab.api.rooms import RoomRoutes
from collab.api.templates import TemplateRoutes
from collab.api.trims import TrimRoutes
from collab.auth.access import Access, Verb
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.local import LocalAuthenticator
from collab.errors import AlreadyExists, PeerError
from collab.host.host import Host
from collab.host.pace import Paces
from collab.ids import RevisionNo, RoomId
from collab.limits import (
    HISTORY_PAGE_BYTES,
    HISTORY_READ_REVISIONS,
    INTEGER_MAX,
    MODEL_FILE_BYTES_MAX,
    READ_REVISIONS_MAX,
    ROOM_TITLE_UTF16_MAX,
)
from collab.messages import Principal
from collab.model import dsl
from collab.model.document import Document
from collab.revision import Revision
from collab.values import plain, utf16_length

__all__ = ["Routes"]

_FORMATS: Final[dict[str, Format]] = {"json": "json", "yaml": "yaml"}


class Routes:
    """The handlers, with what they need."""

    def __init__(
        self,
        host: Host,
        authenticator: LocalAuthenticator | TokenAuthenticator,
        access: Access,
        paces: Paces,
    ) -> None:
        tokens = authenticator.tokens if isinstance(authenticator, TokenAuthenticator) else None
        self._host = host
        self._access = access
        self._gate = Gate(host.store, authenticator, access, paces)
        self._rooms = RoomRoutes(host, self._gate, access)
        self._reverts = RevertRoutes(host, self._gate)
        self._trims = TrimRoutes(host, self._gate)
        self._history = HistoryRoutes(host, self._gate)
        self._locks = LockRoutes(host, self._gate)
        self._templates = TemplateRoutes(host.registry, self._gate)
        self._people = PeopleRoutes(host.store, host.clock, self._gate, access, tokens)

    def all(self) -> list[Route]:
        """Return the routes of the API."""
        room = "/api/rooms/{room}"
        return [
            *self._rooms.all(),
            *self._reverts.all(),
            *self._trims.all(),
            *self._history.all(),
            *self._locks.all(),
            *self._templates.all(),
            *self._people.all(),
            Route(f"{room}/import", self.import_file, methods=["POST"]),
            Route(f"{room}/export", self.export, methods=["GET"]),
            Route(f"{room}/definitions", self.definitions, methods=["GET"]),
            Route(f"{room}/problems", self.problems, methods=["GET"]),
            Route(f"{room}/revisions", self.revisions, methods=["GET"]),
            Route(f"{room}/model", self.model, methods=["GET"]),
            Route(
                "/api/free/{collection}/{document:path}/revisions", self.revisions, methods=["GET"]
            ),
        ]

    # --- files --------------------------------------------------------------------------------

    async def import_file(self, request: Request) -> Response:
        """Replace the room's model by the file in the body, by diff."""
        principal = self._gate.principal(request)
        room_id = self._gate.room_id(request, principal)
        is_missing = await self._host.store.room(room_id) is None
        if is_missing and request.query_params.get("create") == "true":
            self._access.require_create(principal)
            document = await self._read_file(request)
            await self._create(room_id, document, principal)
            visit = await self._gate.admit(request, Verb.EDIT)
        else:
            visit = await self._gate.admit(request, Verb.EDIT)
            document = await self._read_file(request)
        imported = await import_model(self._host, room_id, visit.principal, document)
        return JsonResponse(
            {
                "room": room_id.name,
                "revision": imported.revision,
                "changed": imported.is_changed,
                "problems": imported.problems,
            }
        )

    async def _create(self, room_id: RoomId, document: Document, principal: Principal) -> None:
        title = _cut_title(str(document["application"].get("name", "")))
        try:
            await self._host.create(room_id, title, principal)
        except AlreadyExists as error:
            # Somebody who was quicker has made it the room of the same name, as was asked for; a
            # room in the trash is nobody's who is quicker.
            if error.code != AlreadyExists.default_code:
                raise

    async def _read_file(self, request: Request) -> Document:
        """Read a model file in another thread: it may take seconds, and rooms go on meanwhile."""
        text = await read_bytes(request, MODEL_FILE_BYTES_MAX)
        is_yaml = "yaml" in request.headers.get("content-type", "").lower()
        return await asyncio.to_thread(
            dsl.read,
            text,
            format="yaml" if is_yaml else "json",
            registry=self._host.registry,
        )

    async def export(self, request: Request) -> Response:
        """Return the room's model in its canonical disk form."""
        room_id = (await self._gate.admit(request, Verb.READ)).room
        name = request.query_params.get("format", "json")
        if name not in _FORMATS:
            raise PeerError("format is json or yaml", code="bad_parameter")
        format_ = _FORMATS[name]
        text = await export_model(self._host, room_id, format_)
        file_name = f"{room_id.name}.{format_}"
        return Response(
            text,
            media_type=f"application/{format_}",
            headers={"content-disposition": f'attachment; filename="{file_name}"'},
        )

    # --- what a room holds --------------------------------------------------------------------

    async def definitions(self, request: Request) -> Response:
        """Return the definitions that the room's model is checked against."""
        await self._gate.admit(request, Verb.READ)
        etag = f'"{self._host.registry.etag}"'
        headers = {"etag": etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return JsonResponse(self._host.registry.to_json(), headers=headers)

    async def problems(self, request: Request) -> Response:
        """Return what is accepted but not right."""
        room = await self._host.room((await self._gate.admit(request, Verb.READ)).room)
        return JsonResponse(
            await room.read(lambda item: {"revision": item.head, "problems": problems_of(item)})
        )

    async def revisions(self, request: Request) -> Response:
        """Return a page of the history."""
        room_id = (await self._gate.admit(request, Verb.HISTORY)).room
        record = await self._gate.record(room_id)
        after = RevisionNo(number_of(request, "after", 0, INTEGER_MAX))
        limit = number_of(request, "limit", 100, READ_REVISIONS_MAX)
        items = b",".join([item async for item in self._page(room_id, after, limit)])
        text = b'{"revisions":[%b],"head":%d,"start":%d}' % (
            items,
            record.revision,
            record.history_start,
        )
        return Response(text, media_type="application/json")

    async def _page(self, room_id: RoomId, after: RevisionNo, limit: int) -> AsyncIterator[bytes]:
        """Yield at most *limit* revisions as JSON, fewer if they are large."""
        size = 0
        while limit > 0 and size < HISTORY_PAGE_BYTES:
            count = min(limit, HISTORY_READ_REVISIONS)
            revisions = await self._host.store.revisions(room_id, after, count)
            for revision in revisions:
                if size >= HISTORY_PAGE_BYTES:
                    return
                item = orjson.dumps(_revision(revision))
                size += len(item)
                yield item
            if len(revisions) < count:
                return
            after, limit = revisions[-1].number, limit - count

    async def model(self, request: Request) -> Response:
        """Return the live form at the head."""
        room = await self._host.room((await self._gate.admit(request, Verb.READ)).room)
        text = await room.read(
            lambda item: b'{"revision":%d,"model":%s}' % (item.head, item.committer.json())
        )
        return Response(text, media_type="application/json")


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "author": revision.author,
        "time": time_of(revision.time_ms),
        "kind": revision.kind,
        "change": plain(revision.change),
        "update": base64.b64encode(revision.update).decode(),
        "epoch": revision.epoch,
        "source": revision.source,
        "seq": revision.seq,
        "reverts": revision.reverts,
        "restores": revision.restores,
        "doctype": revision.type,
    }


def _cut_title(title: str) -> str:
    """Return as much of a model's name as a room's title holds."""
    while utf16_length(title) > ROOM_TITLE_UTF16_MAX:
        title = title[:-1]
    return title
