"""Small applications in few words, and the sample as one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from collab.model import dsl
from runtime.application import Application, compile_application
from runtime.data.errors import RecordInvalid
from runtime.data.records import Actor
from runtime.data.room import RoomData
from runtime.parts import DataModel, Field, FieldType, Index

__all__ = [
    "ANNA",
    "SHOP",
    "application",
    "faults_of",
    "field",
    "index",
    "model",
    "reader_of",
    "sample",
    "with_model",
    "writer_of",
]

ANNA = Actor("anna", "Anna Größe")
SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "order-management.json"


def sample() -> Application:
    """Return the order management of the samples."""
    return compile_application(json.loads(json.dumps(dsl.read(SAMPLE.read_bytes()))))


def field(name: str, type_: str, **rest: Any) -> Field:
    """Return a field whose id is its name with a mark, so that neither passes for the other."""
    rest.setdefault("id", f"~{name}")
    return Field(name=name, type=FieldType(type_), **rest)


def model(name: str, *fields: Field, indexes: tuple[Index, ...] = (), id: str = "") -> DataModel:
    """Return a data model; its id is its name with a mark."""
    return DataModel(id or f"~{name}", name, fields, indexes)


def index(*fields: str, is_unique: bool = False) -> Index:
    """Return an index over fields by name."""
    ids = tuple(name if name in ("id", "createdAt") else f"~{name}" for name in fields)
    return Index("~index " + " ".join(fields), ids, is_unique)


def application(*models: DataModel, unfinished: frozenset[str] = frozenset()) -> Application:
    """Return an application of these models."""
    return Application(models=models, unfinished=unfinished)


def with_model(before: Application, changed: DataModel) -> Application:
    """Return the application with another version of one model."""
    models = tuple(changed if item.id == changed.id else item for item in before.models)
    return replace(before, models=models)


def faults_of(room: RoomData, model_: str, values: dict[str, Any]) -> dict[str, list[str]]:
    """Return the codes of what is wrong with a record by field; none if it was created."""
    try:
        room.create(model_, values, ANNA)
    except RecordInvalid as invalid:
        return {name: [fault.code for fault in faults] for name, faults in invalid.fields.items()}
    return {}


# Customers with orders with lines: a reference that restricts, one that cascades, one that clears.
SHOP = application(
    model(
        "Customer",
        field("name", "Text", is_required=True),
        field("tier", "Enum", values=("standard", "gold"), default="standard"),
        field("spent", "Decimal", computed="record.orders.map(o, o.total).sum()"),
    ),
    model(
        "Order",
        field("number", "Text", is_required=True, is_unique=True),
        field("customer", "Reference", model="~Customer", inverse="orders", is_required=True),
        field("friend", "Reference", model="~Customer", on_delete="clear"),
        field(
            "total",
            "Decimal",
            computed="record.lines.map(l, l.total).sum() * "
            "(record.customer.tier == 'gold' ? decimal('0.95') : decimal('1'))",
        ),
    ),
    model(
        "Line",
        field("order", "Reference", model="~Order", on_delete="cascade", inverse="lines"),
        field("quantity", "Integer", validation={"min": 1}),
        field("price", "Decimal", precision=12),
        field("total", "Decimal", computed="record.price * record.quantity"),
    ),
)


def reader_of(room: RoomData) -> Engine:
    """Return what a room's reading transactions go through, to be listened to."""
    database: Any = room._database
    found: Engine = database._readers if hasattr(database, "_readers") else database._server.engine
    return found


def writer_of(room: RoomData) -> Engine:
    """Return what a room's writing transactions go through, to be listened to."""
    database: Any = room._database
    found: Engine = database._writer if hasattr(database, "_writer") else database._server.engine
    return found
