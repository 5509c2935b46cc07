"""text0: ops on a string, the subtype behind json0's ``si`` and ``sd``.

An op is a list of components that run one after the other: ``{"p": offset, "i": text}`` inserts,
``{"p": offset, "d": text}`` deletes that very text. Offsets and lengths count UTF-16 code units.
Every function matches npm ``ot-json0`` 1.1.0 (``lib/text0.js``) on ops that fit their document;
``apply`` is stricter: it refuses what would split a surrogate pair or lies beyond the end.

SPEC: section OT. Called by the json0 modules.
"""

from __future__ import annotations

from typing import Any, Final

from collab.errors import InvalidOp, InvalidValue
from collab.ot import units
from collab.ot.component import Component, Op, Side
from collab.values import SharedText, check_text

__all__ = [
    "append",
    "apply",
    "check",
    "compose",
    "invert",
    "normalize",
    "transform",
    "transform_component",
]

_INSERT_KEYS: Final = frozenset({"p", "i"})
_DELETE_KEYS: Final = frozenset({"p", "d"})


def check(op: Any) -> None:
    """Raise ``InvalidOp`` (``op_malformed``, ``value_text``) unless *op* is a text0 op."""
    if not isinstance(op, list):
        raise InvalidOp("op_malformed", "a text op is a list of components")
    for component in op:
        if not isinstance(component, dict) or component.keys() not in (
            _INSERT_KEYS,
            _DELETE_KEYS,
        ):
            raise InvalidOp("op_malformed", "a text component has p and either i or d")
        if type(component["p"]) is not int or component["p"] < 0:
            raise InvalidOp("op_malformed", "a text offset is an integer and not negative")
        text = component["i"] if "i" in component else component["d"]
        if not isinstance(text, str):
            raise InvalidOp("op_malformed", "a text component inserts or deletes a string")
        try:
            check_text(text)
        except InvalidValue as error:
            raise InvalidOp(error.code, error.message) from None


def normalize(op: Any) -> Op:
    """Return the checked *op* without empty components, neighbours joined where they meet."""
    check(op)
    result: Op = []
    for component in op:
        append(result, component)
    return result


def apply(text: str, op: Op) -> str:
    """Return *text* after *op*; a ``SharedText`` gives a ``SharedText``.

    Raises ``InvalidOp``: ``op_text_offset`` for an offset beyond the end or inside a surrogate
    pair, ``op_text_delete`` if the text to delete is not what stands there. Source: [OT11], [OT12].
    """
    result = str(text)
    for component in op:
        offset = component["p"]
        if offset > units.length(result):
            raise InvalidOp("op_text_offset", f"offset {offset} is beyond the end of the text")
        _check_boundary(result, offset)
        if "i" in component:
            result = units.inject(result, offset, component["i"])
            continue
        end = offset + units.length(component["d"])
        if units.slice_units(result, offset, end) != component["d"]:
            raise InvalidOp("op_text_delete", f"the text to delete is not at offset {offset}")
        # A transform may have cut a delete that told a wrong text; it must not leave half a pair.
        _check_boundary(result, end)
        result = units.remove(result, offset, end - offset)
    return SharedText(result) if isinstance(text, SharedText) else result


def append(op: Op, component: Component) -> None:
    """Add *component* to the end of *op* (which is changed), joined to its last one if they meet.

    Source: ``text._append``.
    """
    if component.get("i") == "" or component.get("d") == "":
        return
    if op:
        joined = _join(op[-1], component)
        if joined is not None:
            op[-1] = joined
            return
    op.append(component)


def compose(first: Op, second: Op) -> Op:
    """Return one op that does *first* and then *second*."""
    result = list(first)
    for component in second:
        append(result, component)
    return result


def invert(op: Op) -> Op:
    """Return the op that undoes *op*."""
    return [
        {"p": component["p"], "d": component["i"]}
        if "i" in component
        else {"p": component["p"], "i": component["d"]}
        for component in reversed(op)
    ]


def transform(op: Op, other: Op, side: Side) -> Op:
    """Return *op* as it reads on a text to which *other* was applied; *side* breaks ties.

    Raises ``InvalidOp`` (``op_text_delete``) if both delete different text at one place.
    Source: ``bootstrapTransform.js``.
    """
    if not other:
        return op
    if side == "left":
        return _transform_pair(op, other)[0]
    return _transform_pair(other, op)[1]


def transform_component(component: Component, other: Component, side: Side) -> Op:
    """Return what *component* becomes after *other*: nothing, one or two components.

    Source: ``text._tc``.
    """
    result: Op = []
    if "i" in component:
        offset = _shift(component["p"], other, is_after=side == "right")
        append(result, {"p": offset, "i": component["i"]})
    elif "i" in other:
        _delete_past_insert(result, component, other)
    else:
        _delete_past_delete(result, component, other)
    return result


def _transform_pair(left: Op, right: Op) -> tuple[Op, Op]:
    """Carry each right component through the left ones, as ``transformX`` does."""
    new_right: Op = []
    for component in right:
        new_left: Op = []
        rest = [component]
        for position, other in enumerate(left):
            for piece in transform_component(other, rest[0], "left"):
                append(new_left, piece)
            rest = transform_component(rest[0], other, "right")
            if len(rest) != 1:
                # A delete that an insert cut in two (or that vanished) meets what is left alone.
                remaining, rest = _transform_pair(left[position + 1 :], rest)
                for piece in remaining:
                    append(new_left, piece)
                break
        for piece in rest:
            append(new_right, piece)
        left = new_left
    return left, new_right


def _join(last: Component, component: Component) -> Component | None:
    offset = component["p"]
    if "i" in last and "i" in component:
        if last["p"] <= offset <= last["p"] + units.length(last["i"]):
            text = units.inject(last["i"], offset - last["p"], component["i"])
            return {"p": last["p"], "i": text}
        return None
    if "d" not in last or "d" not in component:
        return None
    if offset <= last["p"] <= offset + units.length(component["d"]):
        text = units.inject(component["d"], last["p"] - offset, last["d"])
        return {"p": offset, "d": text}
    return None


def _check_boundary(text: str, offset: int) -> None:
    if units.splits_pair(text, offset):
        raise InvalidOp("op_text_offset", f"offset {offset} is inside a surrogate pair")


def _shift(offset: int, other: Component, *, is_after: bool) -> int:
    """Return where *offset* lies after *other*; *is_after* decides an insert at that very place."""
    if "i" in other:
        if other["p"] < offset or (other["p"] == offset and is_after):
            return offset + units.length(other["i"])
        return offset
    if offset <= other["p"]:
        return offset
    start: int = other["p"]
    return max(start, offset - units.length(other["d"]))


def _delete_past_insert(result: Op, component: Component, other: Component) -> None:
    """Keep what the other one inserted: the delete is cut in two around it."""
    text = component["d"]
    ahead = other["p"] - component["p"]
    if ahead > 0:
        append(result, {"p": component["p"], "d": units.slice_units(text, 0, ahead)})
        text = units.slice_units(text, ahead)
    if text:
        append(result, {"p": component["p"] + units.length(other["i"]), "d": text})


def _delete_past_delete(result: Op, component: Component, other: Component) -> None:
    """Delete only what the other one left standing."""
    start, other_start = component["p"], other["p"]
    end = start + units.length(component["d"])
    other_end = other_start + units.length(other["d"])
    if start >= other_end:
        append(result, {"p": start - (other_end - other_start), "d": component["d"]})
        return
    if end <= other_start:
        append(result, component)
        return
    shared_start, shared_end = max(start, other_start), min(end, other_end)
    mine = units.slice_units(component["d"], shared_start - start, shared_end - start)
    theirs = units.slice_units(other["d"], shared_start - other_start, shared_end - other_start)
    if mine != theirs:
        raise InvalidOp("op_text_delete", "two deletes name different text at one place")
    head = units.slice_units(component["d"], 0, max(0, other_start - start))
    tail = units.slice_units(component["d"], other_end - start) if end > other_end else ""
    if head or tail:
        offset = _shift(start, other, is_after=False)
        append(result, {"p": offset, "d": units.join(head, tail)})
