"""Rooms over HTTP: list, create, rename, duplicate, delete, restore, thumbnail.

SPEC: section RG. Called by ``routes``.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import flag_of, read_body, text_in, title_in
from collab.api.descriptions import describe_room, is_found
from collab.api.gate import Gate, Visit
from collab.api.models import export_model, import_model
from collab.api.problem import JsonResponse
from collab.api.templates import model_of_template
from collab.api.thumbnails import DRAWING_HEADERS, Thumbnails
from collab.auth.access import Access, Verb
from collab.errors import NotFound, PeerError
from collab.host.host import Host
from collab.ids import RoomId
from collab.limits import SEARCH_UTF16_MAX
from collab.messages import Principal, Role
from collab.model import dsl
from collab.ports import RoomRecord
from collab.values import utf16_length

__all__ = ["RoomRoutes"]


class RoomRoutes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, gate: Gate, access: Access) -> None:
        self._host = host
        self._gate = gate
        self._access = access
        self._thumbnails = Thumbnails(host)

    def all(self) -> list[Route]:
        """Return the routes."""
        room = "/api/rooms/{room}"
        return [
            Route("/api/rooms", self.rooms, methods=["GET"]),
            Route("/api/rooms", self.create, methods=["POST"]),
            Route(room, self.room, methods=["GET"]),
            Route(room, self.rename, methods=["PATCH"]),
            Route(room, self.delete, methods=["DELETE"]),
            Route(f"{room}/restore", self.restore, methods=["POST"]),
            Route(f"{room}/duplicate", self.duplicate, methods=["POST"]),
            Route(f"{room}/thumbnail.svg", self.thumbnail, methods=["GET"]),
        ]

    async def rooms(self, request: Request) -> Response:
        """List the rooms that the caller may know of, or those in the trash that are theirs."""
        principal = self._gate.principal(request)
        is_trash = flag_of(request, "deleted")
        words = _words_of(request)
        records = [
            record
            for record in await self._host.store.rooms(principal.tenant, deleted=is_trash)
            if record.room.is_application and is_found(record, words)
        ]
        roles = await self._access.roles_in(principal, records)
        if is_trash and not self._access.is_local:
            # Whoever cannot restore a room is not told that there was one.
            roles = {room: role for room, role in roles.items() if role is Role.OWNER}
        return JsonResponse(
            {
                "rooms": [
                    self._describe(record, roles[record.room])
                    for record in records
                    if record.room in roles
                ],
                "mode": "local" if self._access.is_local else "token",
                "mayCreate": self._may_create(principal),
            }
        )

    async def create(self, request: Request) -> Response:
        """Create a room, empty, with a model or of a template."""
        principal = self._gate.principal(request)
        self._access.require_create(principal)
        body = await read_body(request)
        name, title = text_in(body, "name", "room_name"), title_in(body, "")
        room_id = RoomId.application(principal.tenant, name)
        # Even an empty room is born with a head, whole: were its containers left to the first
        # clients, two of them would make them at once and one would lose what is in his.
        if "template" in body:
            model = model_of_template(body["template"], title)
        else:
            model = body.get("model", _empty_model(name, title, principal))
        text = orjson.dumps(model, option=orjson.OPT_INDENT_2)
        return await self._made(principal, room_id, title, text)

    async def room(self, request: Request) -> Response:
        """Describe one room."""
        visit = await self._gate.admit(request, Verb.READ)
        return await self._answer(visit)

    async def rename(self, request: Request) -> Response:
        """Give the room another title; its name, a part of its address, stays."""
        visit = await self._gate.admit(request, Verb.EDIT)
        title = title_in(await read_body(request))
        record = await self._host.store.rename_room(visit.room, title)
        return JsonResponse(self._describe(record, visit.principal.role))

    async def delete(self, request: Request) -> Response:
        """Put the room into the trash, from which ``restore`` takes it out."""
        visit = await self._gate.admit(request, Verb.DELETE)
        record = await self._host.delete(visit.room)
        await self._access.room_changed(visit.room)
        return JsonResponse(self._describe(record, visit.principal.role))

    async def restore(self, request: Request) -> Response:
        """Take the room out of the trash; one that is not in it is as good as restored."""
        try:
            visit = await self._gate.admit(request, Verb.RESTORE)
        except NotFound:
            return await self._answer(await self._gate.admit(request, Verb.DELETE))
        record = await self._host.store.restore_room(visit.room)
        await self._access.room_changed(visit.room)
        return JsonResponse(self._describe(record, visit.principal.role))

    async def duplicate(self, request: Request) -> Response:
        """Make a new room with a copy of this one's model, ids included, and no history of it."""
        visit = await self._gate.admit(request, Verb.READ)
        self._access.require_create(visit.principal)
        body = await read_body(request)
        original = await self._gate.record(visit.room)
        title = title_in(body, original.title)
        room_id = RoomId.application(visit.principal.tenant, text_in(body, "name", "room_name"))
        text = await export_model(self._host, visit.room, "json")
        return await self._made(visit.principal, room_id, title, text.encode())

    async def thumbnail(self, request: Request) -> Response:
        """Draw the room's first page as a wireframe."""
        visit = await self._gate.admit(request, Verb.READ)
        record = await self._gate.record(visit.room)
        etag = self._thumbnails.etag(record)
        headers = {**DRAWING_HEADERS, "etag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        drawing = await self._thumbnails.draw(record)
        return Response(drawing, media_type="image/svg+xml", headers=headers)

    # --- private ------------------------------------------------------------------------------

    async def _made(
        self, principal: Principal, room_id: RoomId, title: str, model: bytes
    ) -> Response:
        """Make a room of *model*, which is read before there is a room."""
        registry = self._host.registry
        # In another thread: it may take seconds, and rooms go on meanwhile.
        document = await asyncio.to_thread(dsl.read, model, format="json", registry=registry)
        await self._host.create(room_id, title, principal)
        role = await self._access.require(principal, room_id, Verb.EDIT)
        await import_model(self._host, room_id, replace(principal, role=role), document)
        record = await self._gate.record(room_id)
        return JsonResponse(self._describe(record, role), 201)

    async def _answer(self, visit: Visit) -> Response:
        record = await self._gate.record(visit.room)
        return JsonResponse(self._describe(record, visit.principal.role))

    def _describe(self, record: RoomRecord, role: Role) -> dict[str, Any]:
        return describe_room(record, role, self._host.open_room(record.room))

    def _may_create(self, principal: Principal) -> bool:
        try:
            self._access.require_create(principal)
        except PeerError:
            return False
        return True


def _words_of(request: Request) -> list[str]:
    search = request.query_params.get("search", "")
    if utf16_length(search) > SEARCH_UTF16_MAX:
        raise PeerError(f"search has at most {SEARCH_UTF16_MAX} characters", code="bad_parameter")
    return search.casefold().split()


def _empty_model(name: str, title: str, principal: Principal) -> dict[str, Any]:
    head = {"id": name, "name": title or name, "version": "0.1.0"}
    return {"application": {**head, "metadata": {"createdBy": principal.name}}}
