"""What an ``op`` message asks for: an edit, a create or a delete, as ShareDB checks it first.

SPEC: section SD. Called by the ShareDB adapter.
"""

from __future__ import annotations

from typing import Final

from collab.errors import InvalidOp, ProtocolError, Refused
from collab.ot.types import JSON0, find_type
from collab.protocol.sharedb_frames import Message
from collab.revision import ChangeKind
from collab.values import Json, normalize

__all__ = ["read_change", "read_seq"]

# Numbers above are no longer exact in JavaScript, so a client could not tell its ops apart.
_SEQ_MAX: Final = 2**53 - 2


def read_seq(message: Message) -> int:
    """Return the number of an op; ``ProtocolError`` (``protocol_field``, ``protocol_seq``)."""
    seq = message.integer("seq", minimum=1)
    if seq > _SEQ_MAX:
        raise ProtocolError("Connection seq has exceeded the max safe integer", code="protocol_seq")
    return seq


def read_change(message: Message) -> tuple[ChangeKind, Json, str]:
    """Return what is to be done, with what, as JSON values, and the type that a create names.

    Raises ``Refused`` (``op_malformed``, ``op_type``) and ``InvalidValue``.
    """
    if "op" in message:
        return ChangeKind.OP, normalize(message.value("op")), JSON0.name
    create = message.value("create")
    if create is not None:
        data, name = _created(create)
        return ChangeKind.CREATE, normalize(data), name
    if message.value("del") is None:
        raise Refused("op_malformed", "Missing op, create, or del")
    if message.value("del") is not True:
        raise Refused("op_malformed", "del value must be true")
    return ChangeKind.DELETE, None, JSON0.name


def _created(create: object) -> tuple[object, str]:
    """Return the data and the name of the type."""
    if not isinstance(create, dict):
        raise Refused("op_malformed", "Create data must be an object")
    name = create.get("type")
    if not isinstance(name, str):
        raise Refused("op_malformed", "Missing create type")
    try:
        ot_type = find_type(name)
    except InvalidOp as error:
        raise Refused(error.code, f"Unknown type {name[:64]!r}") from None
    return create.get("data"), ot_type.name
