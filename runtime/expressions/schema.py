"""The types of an application's data. SPEC: section EX. Read by who evaluates expressions."""

from __future__ import annotations

from typing import Final

from runtime.application import Application
from runtime.expressions.types import (
    BOOL,
    DECIMAL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    ModelType,
    Schema,
    Type,
)
from runtime.parts import DataModel, Field, FieldType

__all__ = ["schema_of", "type_of"]

_SYSTEM: Final = {
    "id": STRING,
    "createdAt": TIMESTAMP,
    "updatedAt": TIMESTAMP,
    "createdBy": STRING,
}
_TYPES: Final = {
    FieldType.INTEGER: INT,
    FieldType.DECIMAL: DECIMAL,
    FieldType.BOOLEAN: BOOL,
    FieldType.DATE_TIME: TIMESTAMP,
    FieldType.JSON: DYN,
}


def type_of(field: Field) -> Type:
    """Return the type that a field's values have in expressions."""
    if field.type is FieldType.REFERENCE:
        return Type.of_record(field.model)
    return _TYPES.get(field.type, STRING)


def schema_of(application: Application) -> Schema:
    """Return the types of all records of *application*, inverse lists included."""
    return Schema(
        models={model.id: _model_type(application, model) for model in application.models},
        enums={
            model.name: {
                field.name: field.values for field in model.fields if field.type is FieldType.ENUM
            }
            for model in application.models
        },
    )


def _model_type(application: Application, model: DataModel) -> ModelType:
    fields = dict(_SYSTEM)
    for inverse in application.inverses(model.id):
        fields.setdefault(inverse.name, Type.list_of(Type.of_record(inverse.model)))
    # A field of the model itself wins over another model's list of the same name.
    fields.update({field.name: type_of(field) for field in model.fields})
    return ModelType(model.name, fields)
