"""rich-text: ops on a formatted text, as ShareDB clients with Quill speak them.

A document is a list of inserts: runs of text and embeds (images, formulas), each perhaps with
``attributes``. An op is a delta on it (see ``delta``). The type equals npm ``rich-text`` 4.1.0 with
``quill-delta`` 5.1.0 on ops that fit their document, and is stricter in three things: an op cannot
reach behind the end, it cannot cut a character in two, because JSON text of this server holds no
half of a surrogate pair, and it cannot retain with an embed, an edit inside an embed, for which no
handler is registered in npm either. No function changes an op or a document; results share
components with them.

SPEC: section TX. Called by ``types``.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from collab.errors import InvalidOp, InvalidValue, LimitExceeded
from collab.limits import ATTRIBUTES_BYTES_MAX, INTEGER_MAX, OP_COMPONENTS_MAX
from collab.ot import delta
from collab.ot.component import Side
from collab.ot.delta import compose, invert
from collab.ot.delta_parts import Builder, Delta, DeltaComponent, length
from collab.values import Json
from collab.values import normalize as normalize_value

__all__ = [
    "NAME",
    "URI",
    "apply",
    "compose",
    "create",
    "invert",
    "normalize",
    "to_wire",
    "transform",
    "transform_presence",
]

# How ShareDB names the type.
NAME: Final = "rich-text"
URI: Final = "http://sharejs.org/types/rich-text/v1"

_KINDS: Final = ("insert", "retain", "delete")


def create(data: Json) -> Delta:
    """Return the document that begins with *data*: inserts, or an object with them as ``ops``.

    ``None``, no data at all, gives an empty document. Raises ``InvalidOp``: ``op_data`` for what
    is no list of inserts, otherwise as :func:`normalize`. Source: [TX12].
    """
    if data is None:
        return []
    try:
        components = _components(data)
    except InvalidOp as error:
        raise InvalidOp("op_data", error.message) from None
    builder = Builder()
    for index, item in enumerate(components):
        component = _checked(item, index)
        if component is None:
            continue
        if "insert" not in component:
            raise InvalidOp("op_data", "a document holds inserts alone", (index,))
        builder.append(component)
    return builder.build()


def normalize(op: Any) -> Delta:
    """Return *op*, a list of components or an object with them as ``ops``, checked.

    Equal neighbours are joined, what does nothing is left out. Inserts and deletes keep their
    order: npm's type normalises nothing, and a client that sent a delete before an insert goes on
    transforming it in that order, which does not always give what the other order gives. Raises
    ``InvalidOp`` (``op_malformed``, ``op_embed``, ``value_*``) and ``LimitExceeded``
    (``limit_op_components``, ``limit_attributes``). Source: [TX9], [TX10], [TX11].
    """
    builder = Builder()
    for index, item in enumerate(_components(op)):
        component = _checked(item, index)
        if component is not None:
            builder.append(component)
    return builder.build()


def apply(document: Delta, op: Delta) -> Delta:
    """Return *document* after *op*.

    Raises ``InvalidOp`` (``op_text_offset``) for an op that reaches behind the end or cuts a
    character in two. Source: [TX13], [TX14].
    """
    result = compose(document, op)
    if not all("insert" in component for component in result):
        raise InvalidOp("op_text_offset", "the op goes beyond the end of the text")
    return result


def transform(op: Delta, other: Delta, side: Side) -> Delta:
    """Return *op* as it reads on a document to which *other* was applied.

    Both were made on the same document. As in npm, the *right* op's inserts come first at one
    place and the *right* op's formats stand. Source: [TX15].
    """
    return delta.transform(op, other, has_other_priority=side == "left")


def transform_presence(presence: Json, op: Delta, is_own: bool) -> Json:
    """Return *presence*, an object with ``index`` and ``length``, as it is after *op*.

    What is inserted right at a cursor moves it only if the op *is_own*, of the cursor's author.
    ``None`` stays ``None``. Raises ``InvalidOp`` (``op_presence``) for anything else.
    Source: [TX18].
    """
    if presence is None:
        return None
    if not isinstance(presence, dict):
        raise InvalidOp("op_presence", "a presence in a rich text is an object")
    start = _position(presence.get("index"))
    end = start + _position(presence.get("length"))
    start, end = (
        delta.transform_position(op, position, has_priority=not is_own) for position in (start, end)
    )
    return {**presence, "index": start, "length": end - start}


def to_wire(op: Delta) -> Json:
    """Return *op* as npm's server sends it: as a ``Delta``, whose components are its ``ops``."""
    return {"ops": op}


def _components(op: Any) -> list[Any]:
    if isinstance(op, dict) and op.keys() == {"ops"}:
        op = op["ops"]
    if not isinstance(op, list):
        raise InvalidOp("op_malformed", "a delta is a list of components")
    if len(op) > OP_COMPONENTS_MAX:
        raise LimitExceeded(
            f"an op has at most {OP_COMPONENTS_MAX} components", code="limit_op_components"
        )
    return op


def _checked(item: Any, index: int) -> DeltaComponent | None:
    """Return *item* as a component, or ``None`` if it does nothing."""
    if not isinstance(item, dict):
        raise InvalidOp("op_malformed", "a component is an object", (index,))
    kinds = [kind for kind in _KINDS if kind in item]
    if len(kinds) != 1 or not item.keys() <= {kinds[0], "attributes"}:
        raise InvalidOp("op_malformed", "a component inserts, retains or deletes", (index,))
    kind = kinds[0]
    try:
        content = item[kind]
        component = {kind: _insert(content) if kind == "insert" else _count(content)}
        if item.get("attributes") is not None:
            if kind == "delete":
                raise InvalidOp("op_malformed", "a delete has no attributes")
            component |= _attributes(item["attributes"])
    except (InvalidOp, InvalidValue) as error:
        raise InvalidOp(error.code, error.message, (index, *error.path)) from None
    return component if length(component) else None


def _insert(content: Any) -> Json:
    if not isinstance(content, (str, dict)):
        raise InvalidOp("op_malformed", "an insert is a text or an embed")
    return normalize_value(str(content) if isinstance(content, str) else content)


def _count(content: Any) -> int:
    if isinstance(content, dict):
        raise InvalidOp("op_embed", "an embed can be replaced, not edited")
    # JSON has no integers, so 2.0 is one.
    if isinstance(content, float) and content.is_integer():
        content = int(content)
    if type(content) is not int or not 0 <= content <= INTEGER_MAX:
        raise InvalidOp("op_malformed", "a length is an integer and not negative")
    return content


def _attributes(attributes: Any) -> DeltaComponent:
    """Return the member that carries *attributes*, none if there are none."""
    if not isinstance(attributes, dict):
        raise InvalidOp("op_malformed", "attributes are an object")
    checked = normalize_value(attributes)
    if len(orjson.dumps(checked)) > ATTRIBUTES_BYTES_MAX:
        raise LimitExceeded(
            f"attributes have at most {ATTRIBUTES_BYTES_MAX} bytes", code="limit_attributes"
        )
    return {"attributes": checked} if checked else {}


def _position(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= INTEGER_MAX:
        raise InvalidOp("op_presence", "index and length of a presence are integers")
    return value
