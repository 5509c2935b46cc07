"""Errors as ShareDB's replies hold them: its own codes where it has one, otherwise ours.

Clients look at some of the codes, and programs that were written for ShareDB at others.
SPEC: section SD. Called by the ShareDB adapter and its parts.
"""

from __future__ import annotations

from typing import Final

from collab.errors import DesignRoomsError

__all__ = ["fault", "fault_of"]

_CODES: Final = {
    "op_base_future": "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT",
    "op_base_old": "ERR_SUBMIT_TRANSFORM_OPS_NOT_FOUND",
    "op_doc_created": "ERR_DOC_ALREADY_CREATED",
    "op_doc_deleted": "ERR_DOC_WAS_DELETED",
    "op_doc_missing": "ERR_DOC_DOES_NOT_EXIST",
    "op_malformed": "ERR_OT_OP_BADLY_FORMED",
    "op_mismatch": "ERR_OT_OP_NOT_APPLIED",
    "op_number": "ERR_OT_OP_BADLY_FORMED",
    "op_path": "ERR_OT_OP_NOT_APPLIED",
    "op_subtype": "ERR_OT_OP_BADLY_FORMED",
    "op_text_delete": "ERR_OT_OP_NOT_APPLIED",
    "op_text_offset": "ERR_OT_OP_NOT_APPLIED",
    "op_type": "ERR_DOC_TYPE_NOT_RECOGNIZED",
    "presence_transform": "ERR_PRESENCE_TRANSFORM_FAILED",
    "presence_type": "ERR_TYPE_DOES_NOT_SUPPORT_PRESENCE",
    "protocol_field": "ERR_MESSAGE_BADLY_FORMED",
    "protocol_seq": "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW",
    "protocol_type": "ERR_MESSAGE_BADLY_FORMED",
    "revision_future": "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT",
    "value_key": "ERR_OT_OP_BADLY_FORMED",
    "value_nesting": "ERR_OT_OP_BADLY_FORMED",
    "value_number": "ERR_OT_OP_BADLY_FORMED",
    "value_text": "ERR_OT_OP_BADLY_FORMED",
    "value_type": "ERR_OT_OP_BADLY_FORMED",
}


def fault(code: str, reason: str, path: tuple[str | int, ...] = ()) -> dict[str, object]:
    """Return the ``error`` of a reply; *path* is where in the document, if anybody knows."""
    error: dict[str, object] = {"code": _CODES.get(code, code), "message": reason}
    if path:
        error["path"] = path
    return error


def fault_of(error: DesignRoomsError) -> dict[str, object]:
    """Return the ``error`` of a reply to what raised *error*."""
    return fault(error.code, error.message, getattr(error, "path", ()))
