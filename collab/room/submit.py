"""Ordering an OT change: transform what was made at an old revision to the head.

The table of change against committed change (op, create, del, nothing) is ShareDB's, so that its
clients find what they expect; the incoming op is always ``left``. SPEC: section SU.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collab.errors import Refused
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from collab.values import Json

__all__ = ["transform_change"]


def transform_change(kind: ChangeKind, change: Json, since: Iterable[Revision]) -> Json:
    """Return *change* as it reads after the revisions in *since*, which its author had not seen.

    Raises ``Refused``: ``op_doc_deleted`` if the document it was meant for is gone,
    ``op_doc_created`` if it was created by somebody else meanwhile; and what a transform raises.
    """
    committed = _ops_after(kind, since)
    if kind is ChangeKind.OP and change:
        # All of them in one go: a long op is indexed once, and the bound on the work holds for
        # the whole of it.
        return json0.transform_over(change, committed)
    for _ in committed:
        pass  # Nothing to transform, but any of them may refuse the change.
    return change


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
