"""Keeping what is encrypted so: keys that change, and what the model tells. SPEC: section DA.

A room notes under which keys its values are sealed. While one of them is missing, what it sealed
stays closed and nothing is sealed under another, so that a lost key is noticed before the data is
half under one key and half under another. Once the old key is there as the previous one, opening
the room seals everything under the current one. Called by ``adopting``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from runtime.application import Application
from runtime.data.catalog import CHANGES, SEALS, Catalog
from runtime.data.columns import reseal
from runtime.data.computed import Computations
from runtime.data.ddl import Steps
from runtime.data.encryption import Cipher
from runtime.data.errors import FieldKeyMissing
from runtime.data.files import reseal_files
from runtime.data.migration import table_of
from runtime.data.outbox import seal_waiting
from runtime.data.storage import is_sealed
from runtime.parts import Fault

__all__ = ["disclosures", "forget_clear", "keep_sealed", "key_faults", "ready_cipher"]

# Instead of a key's name: the file may still hold values from before they were sealed.
_CLEAR: Final = ""


def ready_cipher(connection: Connection, room: int, cipher: Cipher) -> Cipher:
    """Return *cipher*, or one that seals nothing while a key of this room's values is missing."""
    noted = _noted(connection, room) - {_CLEAR}
    if not noted:
        return cipher
    try:
        missing = noted - cipher.known()
    except FieldKeyMissing as invalid:
        return cipher.refusing(invalid.message)
    if not missing:
        return cipher
    names = ", ".join(sorted(missing))
    return cipher.refusing(f"the key {names}, under which values are encrypted, is missing")


def keep_sealed(steps: Steps, catalog: Catalog, cipher: Cipher, sealed: Collection[str]) -> bool:
    """Note the key in use, seal anew what an older one sealed; *sealed* are nodes that just were.

    Returns whether the file may still hold what they were before.
    """
    connection, room = steps.connection, catalog.room
    noted = _noted(connection, room)
    if sealed:
        seal_waiting(connection, room, sealed, cipher)
        if _CLEAR not in noted:
            connection.execute(insert(SEALS).values(room=room, key=_CLEAR))
    has_sealed = any(row.shape.is_encrypted for row in catalog.fields)
    if has_sealed and not cipher.refusal and noted - {_CLEAR} != {cipher.current()}:
        _renew(steps, catalog, cipher, noted)
    return bool(sealed) or _CLEAR in noted


def forget_clear(connection: Connection, room: int) -> None:
    """Note that the file holds nothing any more from before it was sealed."""
    connection.execute(delete(SEALS).where(SEALS.c.room == room, SEALS.c.key == _CLEAR))


def disclosures(computations: Computations) -> Iterator[Fault]:
    """Give the computed fields that store as it is what they read of an encrypted one."""
    for item in computations.ordered:
        read = [route.field for route in item.routes if route.field is not None]
        names = [found.field.name for found in read if is_sealed(found.field)]
        field = item.field.field
        if names and not is_sealed(field):
            text = f"{field.name} is computed from {names[0]}, which is encrypted, and is not so"
            yield Fault(field.id, ("encrypted",), "field_encrypted_computed", text)


def key_faults(application: Application, cipher: Cipher) -> Iterator[Fault]:
    """Give a fault for each encrypted field while its key is missing."""
    if not cipher.refusal:
        return
    for model in application.models:
        for field in model.fields:
            if is_sealed(field):
                text = f"{field.name}: {cipher.refusal}"
                yield Fault(field.id, ("encrypted",), "field_key_missing", text)


def _noted(connection: Connection, room: int) -> set[str]:
    return set(connection.scalars(select(SEALS.c.key).where(SEALS.c.room == room)))


def _renew(steps: Steps, catalog: Catalog, cipher: Cipher, noted: Collection[str]) -> None:
    connection, room, current = steps.connection, catalog.room, cipher.current()
    older = set(noted) - {_CLEAR, current}
    for model in catalog.models if older else ():
        for row in catalog.columns(model):
            if row.shape.is_encrypted:
                reseal(steps, table_of(catalog, model), row, cipher)
    if older:
        reseal_files(connection, room, cipher)
    # Changes that wait keep their older key; the note of it goes when they are gone.
    waiting = connection.scalar(select(func.count()).where(CHANGES.c.room == room))
    if not waiting:
        connection.execute(delete(SEALS).where(SEALS.c.room == room, SEALS.c.key.in_(older)))
    if current not in noted:
        connection.execute(insert(SEALS).values(room=room, key=current))
