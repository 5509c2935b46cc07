"""Ordering an OT change: transform what was made at an old revision to the head.

The table of change against committed change (op, create, del, nothing) is ShareDB's, so that its
clients find what they expect; the incoming op is always ``left``. SPEC: section SU.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from collab.errors import InvalidOp, LimitExceeded, Refused
from collab.ids import RevisionNo
from collab.ot import json0
from collab.ot.types import JSON0, OTType
from collab.revision import ChangeKind, Revision
from collab.room.ledger import Ledger
from collab.values import Json

__all__ = ["transform_change"]


def transform_change(
    kind: ChangeKind, change: Json, base: RevisionNo, ledger: Ledger, ot_type: OTType = JSON0
) -> Json:
    """Return *change*, made at *base*, checked and as it reads at the ledger's head.

    *ot_type* is the type of the document there. Raises ``Refused``: ``op_doc_deleted`` if the
    document it was meant for is gone, ``op_doc_created`` if it was created by somebody else
    meanwhile; and what a check and a transform raise.
    """
    if kind is ChangeKind.OP:
        try:
            change = ot_type.normalize(change)
        except (InvalidOp, LimitExceeded):
            # It may be sound, but meant for a document of another type that stood here.
            for _ in _ops_after(kind, ledger.since(base)):
                pass
            raise
        if ot_type is not JSON0:
            return _transform_text(change, base, ledger, ot_type)
    if kind is ChangeKind.OP and len(change) == 1:
        carried = ledger.recent.carry(change[0], base)
        if carried is not None:
            change, number = carried
            if number is None:
                return change
            base = RevisionNo(number)
    committed = _ops_after(kind, ledger.since(base))
    if kind is ChangeKind.OP and change:
        # All of them in one go: a long op is indexed once, and the bound on the work holds for
        # the whole of it.
        return json0.transform_over(change, committed)
    for _ in committed:
        pass  # Nothing to transform, but any of them may refuse the change.
    return change


def _transform_text(op: list[Any], base: RevisionNo, ledger: Ledger, ot_type: OTType) -> list[Any]:
    for other in _ops_after(ChangeKind.OP, ledger.since(base)):
        op = ot_type.transform(op, other, "left")
    return op


def _ops_after(kind: ChangeKind, since: Iterable[Revision]) -> Iterator[json0.Op]:
    """Yield the committed ops in turn; raises where one of *since* leaves a change no document."""
    for revision in since:
        if revision.kind is ChangeKind.DELETE and kind in {ChangeKind.OP, ChangeKind.CREATE}:
            raise Refused("op_doc_deleted", "the document was deleted meanwhile")
        if revision.kind is ChangeKind.CREATE and kind is not ChangeKind.NONE:
            raise Refused("op_doc_created", "the document was created by somebody else meanwhile")
        if revision.kind is ChangeKind.OP:
            if kind is ChangeKind.CREATE:
                raise Refused("op_doc_created", "the document exists already")
            yield revision.change
