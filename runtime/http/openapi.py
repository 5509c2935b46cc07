"""The application's own OpenAPI 3.1: its models as the asker may use them.

SPEC: section RS. Called by ``routes``.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.responses import Response

from runtime.access import CREATE, DELETE, READ, UPDATE, Access, ModelAccess
from runtime.http.door import Call
from runtime.http.preconditions import content_tag, is_unchanged
from runtime.http.record_schemas import Schema, filter_schema, input_schema, record_schema
from runtime.limits import IDEMPOTENCY_KEY_MAX, PAGE_DEFAULT, PAGE_MAX, SEARCH_CHARACTERS_MAX
from runtime.parts import Field, FieldType

__all__ = ["answer_openapi", "openapi_of"]

_ABOUT: Final = (
    "The records of this preview. A filter is `filter[path]=value` or "
    "`filter[path][operator]=value` with the operators eq, ne, lt, lte, gt, gte, in, contains, "
    "startsWith, endsWith and empty; a path may lead through references, as in "
    "`filter[customer.name][contains]=ä`. Errors are problem+json with a stable `code`."
)
_ORDERED: Final = frozenset(
    {FieldType.INTEGER, FieldType.DECIMAL, FieldType.DATE, FieldType.DATE_TIME, FieldType.TIME}
)
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.URL})
_UNFILTERED: Final = frozenset({FieldType.JSON, FieldType.FILE})
_PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_REFUSAL: Final = {
    "description": "Refused, with a code that says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REFUSED: Final = ("400", "403", "404", "409", "412", "413", "415", "422", "503", "507")
_REFUSALS: Final[Schema] = dict.fromkeys(_REFUSED, _REFUSAL)
_ETAG: Final = {"ETag": {"schema": {"type": "string"}, "required": True}}
_ID: Final[Schema] = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}
_NOT_MODIFIED: Final[Schema] = {"description": "The asker has it already.", "headers": _ETAG}


async def answer_openapi(call: Call) -> Response:
    """Answer the description of the room's records."""
    body = await call.ask(lambda _data, access: orjson.dumps(openapi_of(call.space.name, access)))
    headers = {"cache-control": "no-store", "etag": content_tag(body)}
    if is_unchanged(call.request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def openapi_of(room: str, access: Access) -> dict[str, Any]:
    """Return the description of what *access* allows in *room*; valid OpenAPI 3.1."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Schema] = {"Problem": _PROBLEM}
    for at in access.models():
        name = at.model.name
        if at.may(READ):
            schemas[name] = record_schema(access, at)
        else:
            schemas[name] = {"type": "object", "required": ["id", "@version"]}
        if of_model := _of_model(access, at):
            paths[f"/{name}"] = of_model
        if of_record := _of_record(access, at):
            paths[f"/{name}/{{id}}"] = of_record
        for field in at.model.fields if at.may(READ) else ():
            if field.type is FieldType.FILE and field.name in at.readable:
                paths[f"/{name}/{{id}}/files/{field.name}"] = _of_file(name, field)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": access.application.name or room,
            "version": "preview",
            "description": _ABOUT,
        },
        "servers": [{"url": f"/preview/{quote(room, safe='')}/api"}],
        "security": [{}, {"bearer": []}, {"page": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "page": {"type": "apiKey", "in": "header", "name": "x-preview-token"},
            },
        },
    }


def _of_model(access: Access, at: ModelAccess) -> dict[str, Any]:
    name = at.model.name
    operations: dict[str, Any] = {}
    if at.may(READ):
        operations["get"] = {
            "operationId": f"list{name}",
            "parameters": [
                *_list_parameters(),
                _sort(access, at),
                *_expand(access, at),
                *_filters(at),
            ],
            "responses": {
                "200": _answer(_page(name)),
                "304": _NOT_MODIFIED,
                **_REFUSALS,
            },
        }
    if at.may(CREATE):
        key = {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_MAX}
        links = {
            f"{verb}{name}": {
                "operationId": f"{verb}{name}",
                "parameters": {"id": "$response.body#/id"},
            }
            for verb, granted in (("read", READ), ("update", UPDATE), ("delete", DELETE))
            if at.may(granted)
        }
        location = {"Location": {"schema": {"type": "string"}, "required": True}}
        answer = _answer(_reference(name), "Created.")
        operations["post"] = {
            "operationId": f"create{name}",
            "parameters": [_parameter("Idempotency-Key", key, where="header")],
            "requestBody": _body(input_schema(at, CREATE)),
            "responses": {
                "201": {**answer, "headers": {**_ETAG, **location}, "links": links},
                **_REFUSALS,
            },
        }
    return operations


def _of_record(access: Access, at: ModelAccess) -> dict[str, Any]:
    name = at.model.name
    operations: dict[str, Any] = {}
    if at.may(READ):
        operations["get"] = {
            "operationId": f"read{name}",
            "parameters": [*_expand(access, at), _tag("If-None-Match")],
            "responses": {
                "200": _answer(_reference(name)),
                "304": _NOT_MODIFIED,
                **_REFUSALS,
            },
        }
    if at.may(UPDATE):
        changed: dict[str, Any] = {
            "parameters": [_tag("If-Match")],
            "responses": {"200": _answer(_reference(name)), **_REFUSALS},
        }
        whole = input_schema(at, UPDATE)
        if at.may(CREATE):
            whole = {**whole, "required": input_schema(at, CREATE).get("required", [])}
        operations["patch"] = {
            "operationId": f"update{name}",
            "requestBody": _body(input_schema(at, UPDATE)),
            **changed,
        }
        operations["put"] = {
            "operationId": f"replace{name}",
            "requestBody": _body(whole),
            **changed,
        }
    if at.may(DELETE):
        operations["delete"] = {
            "operationId": f"delete{name}",
            "parameters": [_tag("If-Match")],
            "responses": {"204": {"description": "Deleted."}, **_REFUSALS},
        }
    if not operations:
        return {}
    return {"parameters": [_ID], **operations}


def _of_file(model: str, field: Field) -> dict[str, Any]:
    content = {"*/*": {"schema": {"type": "string", "contentMediaType": "*/*"}}}
    answer = {"description": "The file's bytes.", "headers": _ETAG, "content": content}
    operation = {
        "operationId": f"file{model}_{field.name}",
        "parameters": [_tag("If-None-Match")],
        "responses": {"200": answer, "304": _NOT_MODIFIED, **_REFUSALS},
    }
    return {"parameters": [_ID], "get": operation}


def _filters(at: ModelAccess) -> list[dict[str, Any]]:
    found = []
    for field in at.model.fields:
        if field.name not in at.readable or field.type in _UNFILTERED:
            continue
        found.append(_parameter(f"filter[{field.name}]", filter_schema(field)))
        found += [
            _parameter(f"filter[{field.name}][{operator}]", filter_schema(field, operator))
            for operator in _operators(field)
        ]
    return found


def _operators(field: Field) -> tuple[str, ...]:
    if field.type in _ORDERED:
        return ("lt", "lte", "gt", "gte")
    return ("contains",) if field.type in _TEXTS else ()


def _list_parameters() -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT}
    search = {"type": "string", "maxLength": SEARCH_CHARACTERS_MAX}
    return [
        _parameter("limit", limit),
        _parameter("q", search, about="Looked for in all texts."),
        _parameter("total", {"type": "boolean", "default": True}, about="Whether to count."),
        _parameter("cursor", {"type": "string"}, about="What `next` of an earlier page was."),
        _tag("If-None-Match"),
    ]


def _parameter(
    name: str, schema: Schema, *, where: str = "query", about: str = ""
) -> dict[str, Any]:
    told = {"name": name, "in": where, "schema": schema}
    return {**told, "description": about} if about else told


def _tag(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": '^(W/)?"[0-9a-f]{1,32}"$'}
    return _parameter(name, schema, where="header", about="Tags of earlier answers, or a star.")


def _sort(access: Access, at: ModelAccess) -> dict[str, Any]:
    paths = [field.name for field in at.model.fields if field.name in at.readable]
    for field in at.model.fields:
        target = access.model(field.model) if field.model and field.name in at.readable else None
        if target is not None:
            names = (each.name for each in target.model.fields if each.name in target.readable)
            paths += [f"{field.name}.{name}" for name in names]
    about = "Paths between commas, descending after a minus sign; they may lead further."
    return _parameter("sort", _list_of(paths, "-?"), about=about)


def _expand(access: Access, at: ModelAccess) -> list[dict[str, Any]]:
    """Return the parameter that brings others along; none where there are no others."""
    targets = {
        field.name: field.model
        for field in at.model.fields
        if field.model and field.name in at.readable
    }
    for inverse in access.application.inverses(at.model.id):
        targets.setdefault(inverse.name, inverse.model)
    names = [name for name, model in targets.items() if access.model(model).may(READ)]
    about = "References and lists between commas; paths such as `lines.product` may lead further."
    return [_parameter("expand", _list_of(names), about=about)] if names else []


def _list_of(paths: list[str], prefix: str = "") -> Schema:
    one = f"{prefix}({'|'.join(re.escape(path) for path in paths)})"
    return {"type": "string", "pattern": f"^({one}(,{one}){{0,3}})?$"}


def _page(name: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": _reference(name)},
            "next": {"type": ["string", "null"]},
            "total": {"type": ["integer", "null"]},
        },
        "required": ["items", "next", "total"],
    }


def _answer(schema: Schema, about: str = "Done.") -> dict[str, Any]:
    return {
        "description": about,
        "headers": _ETAG,
        "content": {"application/json": {"schema": schema}},
    }


def _body(schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
