"""Keys by which a change that is tried again is known. SPEC: section DA. Called by ``room``."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select

from runtime.data.catalog import KEYS
from runtime.data.errors import DataLimit, FieldFault, RecordInvalid
from runtime.limits import IDEMPOTENCY_KEY_MAX, KEY_AGE_S, KEYS_MAX

__all__ = ["created_with", "is_done", "note_done", "remember"]

# Not the id of a model: keys of workflows' steps are apart from those of creations.
_STEPS = ""


def created_with(
    connection: Connection, room: int, model: str, key: str, now_ms: int
) -> str | None:
    """Return the id of the record that was created with *key*, or None; old keys are forgotten."""
    if not 0 < len(key) <= IDEMPOTENCY_KEY_MAX:
        text = f"must have 1 to {IDEMPOTENCY_KEY_MAX} characters"
        raise RecordInvalid({"": (FieldFault("key", text),)})
    of_room = KEYS.c.room == room
    connection.execute(delete(KEYS).where(of_room, KEYS.c.created_ms < now_ms - KEY_AGE_S * 1_000))
    query = select(KEYS.c.record).where(of_room, KEYS.c.model == model, KEYS.c.key == key)
    return connection.scalar(query)


def remember(
    connection: Connection, room: int, model: str, key: str, record: str, now_ms: int
) -> None:
    """Note which record was created with *key*."""
    count = connection.scalar(select(func.count()).where(KEYS.c.room == room)) or 0
    if count >= KEYS_MAX:
        raise DataLimit("too many records were created with keys today", code="data_limit_keys")
    values = {"room": room, "model": model, "key": key, "record": record, "created_ms": now_ms}
    connection.execute(insert(KEYS).values(values))


def is_done(connection: Connection, room: int, key: str) -> bool:
    """Tell whether the step of a workflow's run that *key* (``run:step``) names was the last."""
    run, _, step = key.rpartition(":")
    query = select(KEYS.c.record).where(
        KEYS.c.room == room, KEYS.c.model == _STEPS, KEYS.c.key == run
    )
    return connection.scalar(query) == step


def note_done(connection: Connection, room: int, key: str, now_ms: int) -> None:
    """Note the last step of a run that changed something: it comes again only before the next."""
    run, _, step = key.rpartition(":")
    of_run = (KEYS.c.room == room, KEYS.c.model == _STEPS, KEYS.c.key == run)
    connection.execute(delete(KEYS).where(*of_run))
    values = {"room": room, "model": _STEPS, "key": run, "record": step, "created_ms": now_ms}
    connection.execute(insert(KEYS).values(values))
