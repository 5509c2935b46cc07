"""Which fields are encrypted, and how their values are stored. SPEC: section DA.

What the rest of the data stores goes through here, so that an encrypted field's value is sealed
where it is written and opened where it is read, at the place that its field and record are. Called
by ``layout``, ``columns``, ``outbox``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from runtime.data.encryption import Cipher
from runtime.data.storage import Shape, is_sealed
from runtime.parts import DataModel, Fault, FieldType

__all__ = ["field_place", "opened", "sealed", "sealing_faults"]


def field_place(node: str, record: str) -> bytes:
    """Return the place of the value that a field (its node's id) has in a record."""
    return orjson.dumps(["field", node, record])


def sealed(cipher: Cipher, shape: Shape, node: str, record: str, value: Any) -> Any:
    """Return what is stored for a value of *shape*; null stays null and is seen to be."""
    if value is None:
        return None
    encode = shape.encode
    stored = value if encode is None else encode(value)
    if not shape.is_encrypted:
        return stored
    return cipher.seal_json(field_place(node, record), stored)


def opened(cipher: Cipher, shape: Shape, node: str, record: str, stored: Any) -> Any:
    """Return the value of what is stored. Raises ``FieldKeyMissing``, ``FieldDamaged``."""
    if stored is None:
        return None
    if shape.is_encrypted:
        stored = cipher.open_json(field_place(node, record), stored)
    decode = shape.decode
    return stored if decode is None else decode(stored)


def sealing_faults(model: DataModel) -> Iterator[Fault]:
    """Give what a model asks of encrypted fields that cannot be."""
    for field in model.fields:
        if not field.is_encrypted:
            continue
        if field.type is FieldType.REFERENCE:
            text = (
                f"{field.name} is a reference, whose id is stored as it is: lists and deletions "
                "look for it"
            )
            yield Fault(field.id, ("encrypted",), "field_not_encrypted", text)
        elif field.is_unique:
            text = f"{field.name} is encrypted and therefore not kept unique"
            yield Fault(field.id, ("unique",), "field_encrypted_unique", text)
    sealed_ids = {field.id: field for field in model.fields if is_sealed(field)}
    for index in model.indexes:
        for name in (sealed_ids[item].name for item in index.fields if item in sealed_ids):
            text = f"{name} is encrypted and in no index, so that this index is not made"
            yield Fault(index.id, ("fields",), "field_encrypted_index", text)
