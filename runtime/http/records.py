"""Records by REST: ``/preview/{room}/api/{Model}`` and ``…/{Model}/{id}``.

SPEC: section RS. Called by ``routes``; ``docs/preview-api.md`` is for who uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.responses import Response

from runtime.access import CREATE, DELETE, READ, UPDATE, Access, ModelAccess
from runtime.data.errors import (
    DataError,
    FieldFault,
    QueryInvalid,
    RecordConflict,
    RecordInvalid,
    RecordNotFound,
)
from runtime.data.records import Record
from runtime.data.room import RoomData
from runtime.errors import PreviewDenied, PreviewError, PreviewInvalid
from runtime.http.bodies import json_object, query_of
from runtime.http.door import Call, Handler
from runtime.http.parameters import expand_of, list_parameters
from runtime.http.preconditions import (
    ANY,
    content_tag,
    is_unchanged,
    names_version,
    tags_of,
    version_tag,
)
from runtime.http.problems import without_hidden
from runtime.limits import IDEMPOTENCY_KEY_MAX
from runtime.parts import SYSTEM_FIELDS

__all__ = ["CursorStale", "Records"]

_JSON: Final = "application/json"
_NO_STORE: Final = {"cache-control": "no-store"}


class CursorStale(PreviewError):
    """The cursor is not of this question: a text that the asker cannot have made up."""

    default_code = "query_cursor"
    http_status = 422


class Records:
    """The handlers, by method."""

    def of_model(self) -> Mapping[str, Handler]:
        """Return the handlers of ``/api/{model}``."""
        return {"GET": self._list, "POST": self._create}

    def of_record(self) -> Mapping[str, Handler]:
        """Return the handlers of ``/api/{model}/{record}``."""
        return {
            "GET": self._read,
            "PUT": self._replace,
            "PATCH": self._update,
            "DELETE": self._delete,
        }

    # --- reading ------------------------------------------------------------------------------

    async def _list(self, call: Call) -> Response:
        parameters = list_parameters(query_of(call.request))
        name = call.parameter("model")

        def question(data: RoomData, access: Access) -> tuple[bytes, str]:
            at = access.named(name)
            at.require(READ)
            seen = access.of_data(call.user)
            try:
                items, next_, total = data.query_json(parameters.query(at.model.id, seen))
            except QueryInvalid as error:
                if error.code == "query_cursor":
                    raise CursorStale(error.message) from None
                raise
            body = orjson.dumps({"items": items, "next": next_, "total": total})
            return body, content_tag(body)

        return _answer(call, *await call.ask_again(question))

    async def _read(self, call: Call) -> Response:
        expand = _expand(call)
        name, record_id = call.parameter("model"), call.parameter("record")

        def question(data: RoomData, access: Access) -> tuple[bytes, str]:
            at = access.named(name)
            at.require(READ)
            seen = access.of_data(call.user)
            record = data.read(at.model.id, record_id, access=seen)
            if not expand:
                body = orjson.dumps(data.to_json(record, access=seen))
                return body, version_tag(record.version, body)
            [expanded] = data.expand([record], expand, access=seen)
            body = orjson.dumps(data.to_json(expanded, access=seen))
            return body, content_tag(body)

        return _answer(call, *await call.ask_again(question))

    # --- writing ------------------------------------------------------------------------------

    async def _create(self, call: Call) -> Response:
        values, key = await _values(call), _idempotency_key(call)
        name = call.parameter("model")

        def action(data: RoomData, access: Access) -> Record:
            at = access.named(name)
            named = _writable(at, CREATE, values)
            touched = access.of_data(call.user, CREATE, at.model.id)
            own_key = None if key is None else f"{call.identity.user}\n{at.model.id}\n{key}"
            try:
                return data.create(at.model.id, named, call.actor, key=own_key, access=touched)
            except DataError as error:
                raise without_hidden(error, access, at.model.id) from None

        record, body = await call.change(action, _seen_by(call))
        parts = (call.space.name, "api", name, record.id)
        location = "/preview/" + "/".join(quote(part, safe="") for part in parts)
        headers = {**_NO_STORE, "etag": version_tag(record.version, body), "location": location}
        return Response(body, 201, headers=headers, media_type=_JSON)

    async def _update(self, call: Call) -> Response:
        return await self._change(call, is_whole=False)

    async def _replace(self, call: Call) -> Response:
        return await self._change(call, is_whole=True)

    async def _change(self, call: Call, *, is_whole: bool) -> Response:
        values = await _values(call)
        expected = _Expected(call)

        def action(data: RoomData, access: Access) -> Record:
            at = access.named(call.parameter("model"))
            named = _writable(at, UPDATE, values)
            try:
                return data.update(
                    at.model.id,
                    call.parameter("record"),
                    named,
                    call.actor,
                    version=expected.version(data, access, at),
                    access=access.of_data(call.user, UPDATE, at.model.id),
                    is_whole=is_whole,
                )
            except DataError as error:
                raise _told(error, call, data, access, at) from None

        record, body = await call.change(action, _seen_by(call))
        headers = {**_NO_STORE, "etag": version_tag(record.version, body)}
        return Response(body, headers=headers, media_type=_JSON)

    async def _delete(self, call: Call) -> Response:
        _no_query(call)
        expected = _Expected(call)

        def action(data: RoomData, access: Access) -> None:
            at = access.named(call.parameter("model"))
            at.require(DELETE)
            try:
                data.delete(
                    at.model.id,
                    call.parameter("record"),
                    call.actor,
                    version=expected.version(data, access, at),
                    access=access.of_data(call.user, DELETE, at.model.id),
                )
            except DataError as error:
                raise _told(error, call, data, access, at) from None

        await call.change(action, lambda _data, _access, result: result)
        return Response(status_code=204, headers=_NO_STORE)


class _Expected:
    """The version that a record must have by ``If-Match`` and ``If-None-Match``."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._wanted = tags_of(call.request, "if-match")
        self._unwanted = tags_of(call.request, "if-none-match")

    def version(self, data: RoomData, access: Access, at: ModelAccess) -> int | None:
        """Return the version that the record has to have still when it is changed; None: any."""
        if self._wanted in (None, ANY) and self._unwanted is None:
            return None
        seen = access.of_data(self._call.user)
        record = data.read(at.model.id, self._call.parameter("record"), access=seen)
        is_wanted = self._wanted is None or names_version(self._wanted, record.version)
        is_unwanted = self._unwanted is not None and names_version(self._unwanted, record.version)
        if is_unwanted or not is_wanted:
            raise RecordConflict(f'the record has the version "{record.version}"', record.version)
        # Somebody may change it before this request does.
        return record.version


def _seen_by(call: Call) -> Callable[[RoomData, Access, Record], tuple[Record, bytes]]:
    """Return what shows a record that was just written, as far as its writer may read it."""

    def question(data: RoomData, access: Access, record: Record) -> tuple[Record, bytes]:
        seen = access.of_data(call.user)
        if not access.is_unrestricted:
            try:
                access.model(record.model).require(READ)
                record = data.read(record.model, record.id, access=seen)
            except (PreviewDenied, RecordNotFound):
                return record, orjson.dumps({"id": record.id, "@version": record.version})
        return record, orjson.dumps(data.to_json(record, access=seen))

    return question


def _writable(at: ModelAccess, verb: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values*, whose names may all be written by *verb*.

    Only names are taken, never ids. Raises ``PreviewDenied`` for what is not granted, and
    ``RecordInvalid`` for names that are none or that nobody can write.
    """
    granted = at.require(verb).fields
    by_name = {field.name: field for field in at.model.fields if field.name not in at.hidden}
    faults = {}
    for name in values:
        field = by_name.get(name)
        if name.startswith("@") or name in SYSTEM_FIELDS or (field and field.computed):
            faults[name] = (FieldFault("read_only", "this cannot be set"),)
        elif field is None and name not in granted:
            faults[name] = (FieldFault("unknown", f"{at.model.name} has no such field"),)
    if faults:
        raise RecordInvalid(faults)
    denied = sorted(set(values) - granted)
    if denied:
        raise PreviewDenied(f"you may not set {', '.join(denied)}", code="field_forbidden")
    return dict(values)


def _told(
    error: DataError, call: Call, data: RoomData, access: Access, at: ModelAccess
) -> PreviewError:
    """Return *error* as the asker may see it; a record that may be read is not called missing."""
    if isinstance(error, RecordNotFound) and not access.is_unrestricted and at.may(READ):
        seen = access.of_data(call.user)
        try:
            data.read(at.model.id, call.parameter("record"), access=seen)
        except RecordNotFound:
            return error
        return PreviewDenied("you may not do this to this record")
    return without_hidden(error, access, at.model.id)


async def _values(call: Call) -> dict[str, Any]:
    _no_query(call)
    return await json_object(call.request)


def _expand(call: Call) -> tuple[str, ...]:
    pairs = query_of(call.request)
    if any(name != "expand" for name, _ in pairs) or len(pairs) > 1:
        raise PreviewInvalid("one record takes only the parameter expand", code="query_parameter")
    return expand_of(pairs[0][1]) if pairs else ()


def _no_query(call: Call) -> None:
    if query_of(call.request):
        raise PreviewInvalid("this takes no parameters", code="query_parameter")


def _idempotency_key(call: Call) -> str | None:
    key = call.request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= IDEMPOTENCY_KEY_MAX:
        raise PreviewInvalid(
            f"Idempotency-Key must have 1 to {IDEMPOTENCY_KEY_MAX} characters",
            code="idempotency_key",
        )
    return key


def _answer(call: Call, body: bytes, tag: str) -> Response:
    headers = {**_NO_STORE, "etag": tag}
    if is_unchanged(call.request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_JSON)
