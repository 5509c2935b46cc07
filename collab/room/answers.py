"""Answers: what the author of a change is told about it. SPEC: section CO. Called by ``commit``."""

from __future__ import annotations

from collab.crdt.update import Inspection, lost_ranges
from collab.errors import InvalidOp, InvalidUpdate, InvalidValue, LimitExceeded, Refused
from collab.messages import Refusal, Update, UpdateKind
from collab.room.refusal import Verdict

__all__ = ["lost_texts", "refused", "rejected", "undone"]


def lost_texts(inspection: Inspection, sent: bytes, emitted: bytes) -> tuple[str, ...]:
    """Return what was lost of an update; mostly the Doc emits what was sent, and nothing was."""
    if sent == emitted or not inspection.lost_candidates:
        return ()
    return tuple(item.readable for item in lost_ranges(inspection, emitted))


def refused(seq: int, error: InvalidOp | InvalidValue | Refused | LimitExceeded) -> Refusal:
    """Return the refusal of an op, which never touched the document."""
    path = getattr(error, "path", ())
    return Refusal(seq, error.code, error.message, tuple(path), getattr(error, "nodes", ()))


def rejected(command: Update, error: InvalidUpdate | LimitExceeded) -> Refusal:
    """Return the refusal of an update that was not applied: its sender has to be closed."""
    is_step2 = command.kind is UpdateKind.STEP2
    return Refusal(command.seq, error.code, error.message, is_fatal=True, is_step2=is_step2)


def undone(command: Update, verdict: Verdict) -> Refusal:
    """Return the refusal of an update that was applied and undone, in whole or in part."""
    first = verdict.findings[0]
    return Refusal(
        command.seq,
        first.code,
        first.reason,
        first.path,
        verdict.nodes,
        is_undone=True,
        is_step2=command.kind is UpdateKind.STEP2,
    )
