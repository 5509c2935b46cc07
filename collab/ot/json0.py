"""json0: ops on a JSON document, as ShareDB clients speak them.

The door of the package. An op is a list of components that run one after the other (the forms
stand in ``component``). ``normalize`` what a peer sends; everything else takes ops that passed it.
``apply`` and its kin change or copy documents, ``transform`` and its kin carry an op past another
one that was made on the same document, equal in every result to npm ``ot-json0`` 1.1.0, which
ShareDB's clients run. No function changes an op; results may share values and components with their
inputs, so ops are never to be changed by callers either.

SPEC: section OT. Called by the room, the bridge to Yjs and the history.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from collab.ot.check import check, normalize
from collab.ot.component import Component, Op, Side
from collab.ot.compose import compose, invert, invert_component
from collab.ot.crossing import Crossing, transform_pair
from collab.ot.edit import Undo, apply, apply_in_place
from collab.ot.scopes import overlaps
from collab.ot.transform import transform_component

__all__ = [
    "NAME",
    "URI",
    "Component",
    "Op",
    "Side",
    "Undo",
    "apply",
    "apply_in_place",
    "check",
    "compose",
    "invert",
    "invert_component",
    "normalize",
    "transform",
    "transform_component",
    "transform_over",
    "transform_pair",
]

# How ShareDB names the type.
NAME: Final = "json0"
URI: Final = "http://sharejs.org/types/JSONv0"


def transform(op: Op, other: Op, side: Side) -> Op:
    """Return *op* as it reads on a document to which *other* was applied.

    Both were made on the same document. *side* breaks ties: of two writes to one place the left
    one stands; of two inserts at one place the left one comes first. The server's transform is
    ``transform(incoming, committed, "left")``. Raises ``InvalidOp`` if the two cannot belong to
    one document, ``LimitExceeded`` (``limit_transform``) if they meet in too many places.
    Source: [OT6], [OT10].
    """
    if not other:
        return op
    if len(op) == 1:
        if not any(overlaps(op[0], component) for component in other):
            return op
        if len(other) == 1:
            return transform_component(op[0], other[0], side)
    if side == "left":
        return transform_pair(op, other)[0]
    return transform_pair(other, op)[1]


def transform_over(op: Op, others: Iterable[Op]) -> Op:
    """Return *op* transformed past each of *others* in turn, as the left side.

    Equal to calling :func:`transform` for each; cheaper for a long *op*, whose index is built once.
    """
    if len(op) == 1:
        for other in others:
            op = transform(op, other, "left")
        return op
    crossing = Crossing(op, is_indexed=True)
    for other in others:
        for component in other:
            crossing.carry(component)
    return crossing.left
