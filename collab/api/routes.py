"""The HTTP API: sessions, rooms, models, problems, revisions.

Each handler turns a request into typed arguments and a result into JSON; errors are raised and
answered in one place (``problem``). SPEC: section AP; the description that clients read is
``openapi``. Called by ``app``.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.models import Format, export_model, import_model, problems_of
from collab.api.problem import JsonResponse
from collab.api.requests import check_host, check_origin, principal_of, room_name_of
from collab.auth.local import COOKIE_NAME, Guest, LocalAuthenticator
from collab.errors import AlreadyExists, InvalidValue, LimitExceeded, NotFound, PeerError
from collab.host.host import Host
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
from collab.ports import RoomRecord
from collab.revision import Revision
from collab.values import check_text, plain, utf16_length

__all__ = ["Routes"]

_COOKIE_AGE_S: Final = 365 * 24 * 3600
_FORMATS: Final[dict[str, Format]] = {"json": "json", "yaml": "yaml"}


class Routes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, authenticator: LocalAuthenticator) -> None:
        self._host = host
        self._authenticator = authenticator

    def all(self) -> list[Route]:
        """Return the routes of the API."""
        room = "/api/rooms/{room}"
        return [
            Route("/api/session", self.session, methods=["GET"]),
            Route("/api/session", self.rename, methods=["PUT"]),
            Route("/api/rooms", self.rooms, methods=["GET"]),
            Route("/api/rooms", self.create, methods=["POST"]),
            Route(room, self.room, methods=["GET"]),
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

    # --- sessions -----------------------------------------------------------------------------

    async def session(self, request: Request) -> Response:
        """Say who the browser is; a browser without a cookie becomes a new guest."""
        check_host(request)
        principal = self._principal(request)
        cookie = request.cookies.get(COOKIE_NAME)
        if self._authenticator.read_cookie(cookie) is not None or _has_token(request):
            return JsonResponse(_session(principal))
        return self._with_guest(request, self._authenticator.new_guest())

    async def rename(self, request: Request) -> Response:
        """Give the guest another name."""
        check_origin(request)
        guest = self._authenticator.read_cookie(request.cookies.get(COOKIE_NAME))
        if guest is None:
            guest = self._authenticator.new_guest()
        name = (await _body(request)).get("name")
        if not isinstance(name, str):
            raise InvalidValue("user_name", "a name is a string", ("name",))
        return self._with_guest(request, Guest(guest.id, name.strip()))

    def _with_guest(self, request: Request, guest: Guest) -> Response:
        cookie = self._authenticator.write_cookie(guest)
        peer = request.client.host if request.client is not None else ""
        principal = self._authenticator.authenticate(
            token=None, cookies={COOKIE_NAME: cookie}, peer=peer
        )
        response = JsonResponse(_session(principal))
        response.set_cookie(
            COOKIE_NAME, cookie, max_age=_COOKIE_AGE_S, httponly=True, samesite="strict"
        )
        return response

    # --- rooms --------------------------------------------------------------------------------

    async def rooms(self, request: Request) -> Response:
        """List the tenant's rooms."""
        principal = self._principal(request)
        records = await self._host.store.rooms(principal.tenant)
        return JsonResponse(
            {"rooms": [self._room(record) for record in records if record.room.is_application]}
        )

    async def create(self, request: Request) -> Response:
        """Create a room, empty or with a model."""
        check_origin(request)
        principal = self._principal(request)
        body = await _body(request)
        name, title = body.get("name"), body.get("title", "")
        if not isinstance(name, str) or not isinstance(title, str):
            raise InvalidValue("room_name", "a room has a name and a title", ("name",))
        if utf16_length(check_text(title)) > ROOM_TITLE_UTF16_MAX:
            raise LimitExceeded(
                f"a title has at most {ROOM_TITLE_UTF16_MAX} characters", code="limit_title"
            )
        room_id = RoomId.application(principal.tenant, name)
        # Even an empty room is born with a head, whole: were its containers left to the first
        # clients, two of them would make them at once and one would lose what is in his.
        model = body.get("model", _empty_model(name, title, principal))
        text = orjson.dumps(model, option=orjson.OPT_INDENT_2)
        document = await self._read_model(text, "json")
        await self._host.create(room_id, title, principal)
        await import_model(self._host, room_id, principal, document)
        return JsonResponse(await self._record(room_id), 201)

    async def room(self, request: Request) -> Response:
        """Describe one room."""
        return JsonResponse(await self._record(self._room_id(request)))

    async def import_file(self, request: Request) -> Response:
        """Replace the room's model by the file in the body, by diff."""
        check_origin(request)
        principal = self._principal(request)
        room_id = self._room_id(request)
        document = await self._read_model(
            await _bytes(request, MODEL_FILE_BYTES_MAX),
            _format_of(request.headers.get("content-type", "")),
        )
        is_missing = await self._host.store.room(room_id) is None
        if is_missing and request.query_params.get("create") == "true":
            title = str(document["application"].get("name", ""))
            # Somebody who was quicker has made it the room of the same name, as was asked for.
            with suppress(AlreadyExists):
                await self._host.create(room_id, _cut_title(title), principal)
        imported = await import_model(self._host, room_id, principal, document)
        return JsonResponse(
            {
                "room": room_id.name,
                "revision": imported.revision,
                "changed": imported.is_changed,
                "problems": imported.problems,
            }
        )

    async def export(self, request: Request) -> Response:
        """Return the room's model in its canonical disk form."""
        room_id = self._room_id(request)
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
        await self._known(self._room_id(request))
        etag = f'"{self._host.registry.etag}"'
        headers = {"etag": etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return JsonResponse(self._host.registry.to_json(), headers=headers)

    async def problems(self, request: Request) -> Response:
        """Return what is accepted but not right."""
        room = await self._host.room(self._room_id(request))
        return JsonResponse(
            await room.read(lambda item: {"revision": item.head, "problems": problems_of(item)})
        )

    async def revisions(self, request: Request) -> Response:
        """Return a page of the history."""
        room_id = self._room_id(request)
        record = await self._known(room_id)
        after = RevisionNo(_number(request, "after", 0, INTEGER_MAX))
        limit = _number(request, "limit", 100, READ_REVISIONS_MAX)
        items = b",".join([item async for item in self._page(room_id, after, limit)])
        text = b'{"revisions":[%b],"head":%d}' % (items, record.revision)
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
        room = await self._host.room(self._room_id(request))
        text = await room.read(
            lambda item: b'{"revision":%d,"model":%s}' % (item.head, item.committer.json())
        )
        return Response(text, media_type="application/json")

    # --- private ------------------------------------------------------------------------------

    def _principal(self, request: Request) -> Principal:
        return principal_of(self._authenticator, request, request.query_params.get("token"))

    def _room_id(self, request: Request) -> RoomId:
        tenant, parameters = self._principal(request).tenant, request.path_params
        if "room" in parameters:
            return RoomId.application(tenant, parameters["room"])
        return RoomId.parse(tenant, room_name_of(request))

    async def _read_model(self, text: bytes, format: Format) -> Document:
        """Read a model file in another thread: it may take seconds, and rooms go on meanwhile."""
        registry = self._host.registry
        return await asyncio.to_thread(dsl.read, text, format=format, registry=registry)

    async def _known(self, room_id: RoomId) -> RoomRecord:
        record = await self._host.store.room(room_id)
        if record is None:
            raise NotFound(f"there is no room {room_id.name!r}")
        return record

    async def _record(self, room_id: RoomId) -> dict[str, Any]:
        return self._room(await self._known(room_id))

    def _room(self, record: RoomRecord) -> dict[str, Any]:
        room = self._host.open_room(record.room)
        return {
            "name": record.room.name,
            "title": record.title,
            "createdBy": record.created_by,
            "createdAt": _time(record.created_ms),
            "updatedAt": _time(record.updated_ms),
            "revision": record.revision,
            "sessions": len(room.outlets) if room is not None else 0,
            "people": len(room.room.presence.entries()) if room is not None else 0,
        }


def _empty_model(name: str, title: str, principal: Principal) -> dict[str, Any]:
    head = {"id": name, "name": title or name, "version": "0.1.0"}
    return {"application": {**head, "metadata": {"createdBy": principal.name}}}


def _session(principal: Principal) -> dict[str, str]:
    return {
        "user": principal.user,
        "name": principal.name,
        "color": principal.color,
        "tenant": principal.tenant,
        "role": principal.role,
    }


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "author": revision.author,
        "time": _time(revision.time_ms),
        "kind": revision.kind,
        "change": plain(revision.change),
        "update": base64.b64encode(revision.update).decode(),
        "epoch": revision.epoch,
        "source": revision.source,
        "seq": revision.seq,
    }


def _time(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cut_title(title: str) -> str:
    """Return as much of a model's name as a room's title holds."""
    while utf16_length(title) > ROOM_TITLE_UTF16_MAX:
        title = title[:-1]
    return title


def _has_token(request: Request) -> bool:
    return "token" in request.query_params or "authorization" in request.headers


def _format_of(content_type: str) -> Format:
    return "yaml" if "yaml" in content_type.lower() else "json"


def _number(request: Request, name: str, default: int, maximum: int) -> int:
    text = request.query_params.get(name, str(default))
    # int() refuses thousands of digits, with an error of its own.
    if not text.isascii() or not text.isdigit() or len(text) > 20 or int(text) > maximum:
        raise PeerError(f"{name} is a number from 0 to {maximum}", code="bad_parameter")
    return int(text)


async def _bytes(request: Request, maximum: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > maximum:
            raise LimitExceeded(f"a body has at most {maximum} bytes", code="limit_body")
    return bytes(body)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await _bytes(request, MODEL_FILE_BYTES_MAX))
    except orjson.JSONDecodeError as error:
        raise PeerError(f"the body is not JSON: {error}", code="bad_json") from None
    if not isinstance(body, dict):
        raise PeerError("the body is not a JSON object", code="bad_json")
    return body
