"""What the player's own panels ask: what may be done here, and how the data is.

SPEC: section RS. Called by ``routes``.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import orjson
from starlette.responses import Response

from collab.model.templates import find_template
from runtime.access import CREATE, DELETE, READ, UPDATE, Access, ModelAccess
from runtime.data.adoption import Pending
from runtime.data.errors import TemplateMissing
from runtime.data.room import RoomData
from runtime.data.samples import Generated
from runtime.http.asked import check_members, number, texts
from runtime.http.bodies import json_object
from runtime.http.door import Call
from runtime.limits import PENDING_CONFIRMED_MAX, SAMPLES_PER_MODEL_MAX
from runtime.parts import Fault, Field, FieldType
from runtime.reading import text

__all__ = ["answer_data", "answer_schema", "confirm", "generate", "reset"]

_NO_STORE: Final = {"cache-control": "no-store"}
_SAMPLES_DEFAULT: Final = 20
_SEED_MAX: Final = 2**31 - 1
_SYSTEM_TYPES: Final = {
    "id": FieldType.UUID,
    "createdAt": FieldType.DATE_TIME,
    "updatedAt": FieldType.DATE_TIME,
    "createdBy": FieldType.TEXT,
}


async def answer_schema(call: Call) -> Response:
    """Answer what the person may do, in the role that is viewed."""

    def question(_data: RoomData, access: Access) -> dict[str, Any]:
        application = access.application
        return {
            "models": [_model(access, at) for at in access.models() if at.may(READ)],
            "roles": [role.name for role in application.roles if role.name],
            "role": access.role.name if access.role is not None else None,
            "workflows": [
                {"id": each.id, "name": each.name, "mayRun": access.may_run(each)}
                for each in application.workflows
            ],
            "closedPages": [
                node_id
                for node_id, node in call.tree.nodes.items()
                if str(node.get("type", "")).startswith("Page@") and not access.may_open(node_id)
            ],
            "isReadOnly": access.is_read_only,
        }

    return _json(await call.ask(question))


async def answer_data(call: Call) -> Response:
    """Answer how many records there are, what waits to be confirmed and what is wrong."""

    def question(data: RoomData, access: Access) -> dict[str, Any]:
        counts = data.counts()
        return {
            "counts": {
                at.model.id: counts.get(at.model.id, 0) for at in access.models() if at.may(READ)
            },
            "pending": [_pending(call, item) for item in data.pending()],
            "faults": [_fault(item) for item in call.space.design_faults()],
        }

    return _json(await call.ask(question))


async def generate(call: Call) -> Response:
    """Create sample records: of the types and names of fields, or those of the room's template."""
    call.require_editor()
    body = await json_object(call.request)
    if body == {"template": True}:
        return _json({"created": await call.space.run(lambda: _write_template(call))})
    check_members(body, frozenset({"seed", "perModel"}))
    seed = number(body, "seed", secrets.randbelow(_SEED_MAX), 0, _SEED_MAX)
    per_model = number(body, "perModel", _SAMPLES_DEFAULT, 1, SAMPLES_PER_MODEL_MAX)
    created = await call.space.run(
        lambda: call.space.data.generate(seed=seed, per_model=per_model, actor=call.actor)
    )
    return _json({"created": created, "seed": seed})


def _write_template(call: Call) -> Generated:
    data = call.space.data
    template = find_template(data.application.id)
    if template is None:
        raise TemplateMissing("this application was made of no template")
    return data.write_template(template.records, actor=call.actor)


async def reset(call: Call) -> Response:
    """Delete all records of the room."""
    call.require_editor()
    check_members(await json_object(call.request), frozenset())
    await call.space.run(call.space.data.reset)
    call.space.answers.forget()
    models = call.space.data.application.models
    call.space.feed.tell("records", {"changes": {model.id: None for model in models}})
    call.space.feed.tell("schema", {})
    return Response(status_code=204, headers=_NO_STORE)


async def confirm(call: Call) -> Response:
    """Do what was held back because it loses data."""
    call.require_editor()
    body = await json_object(call.request)
    check_members(body, frozenset({"ids"}))
    ids = texts(body, "ids", PENDING_CONFIRMED_MAX)
    data = call.space.data
    await call.space.run(lambda: data.confirm(ids))
    call.space.answers.forget()
    call.space.feed.tell("schema", {})
    return _json({"pending": [_pending(call, item) for item in data.pending()]})


def _model(access: Access, at: ModelAccess) -> dict[str, Any]:
    fields = [_field(at, field, access) for field in at.model.fields if field.name in at.readable]
    names = {field.name for field in at.model.fields}
    fields += [
        _field(at, Field(name, name, type_), access)
        for name, type_ in _SYSTEM_TYPES.items()
        if name in at.readable and name not in names
    ]
    return {
        "id": at.model.id,
        "name": at.model.name,
        "fields": fields,
        "mayCreate": at.may(CREATE),
        "mayUpdate": at.may(UPDATE),
        "mayDelete": at.may(DELETE),
    }


def _field(at: ModelAccess, field: Field, access: Access) -> dict[str, Any]:
    node = access.application.nodes.get(field.id)
    props = node.get("props", {}) if isinstance(node, dict) else {}
    is_system = field.id in _SYSTEM_TYPES
    return {
        "id": field.id,
        "name": field.name,
        "title": text(props, "title"),
        "type": field.type,
        # What the server fills in by itself need not be entered.
        "isRequired": field.is_required
        and field.default is None
        and field.type is not FieldType.UUID,
        "isReadOnly": is_system or bool(field.computed) or not at.may_write(field),
        "values": list(field.values),
        "target": field.model,
        "scale": field.scale if field.type is FieldType.DECIMAL else 0,
    }


def _fault(item: Fault) -> dict[str, Any]:
    told: dict[str, Any] = {
        "node": item.node,
        "path": list(item.path),
        "code": item.code,
        "message": item.message,
    }
    if item.source:
        told |= {"source": item.source, "start": item.start, "end": item.end}
    return told


def _pending(call: Call, item: Pending) -> dict[str, Any]:
    # Values that would be lost are for who may decide about them.
    is_shown = call.identity.role.may_write and not call.view_as
    return {
        "id": item.id,
        "kind": item.kind,
        "node": item.node,
        "name": item.name,
        "message": item.message,
        "count": item.count,
        "examples": list(item.examples) if is_shown else [],
    }


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), headers=_NO_STORE, media_type="application/json")
