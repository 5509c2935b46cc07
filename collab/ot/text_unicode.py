"""text-unicode: ops on one plain text, as ShareDB clients with ``ot-text-unicode`` speak them.

An op walks over the text once: a number skips so many characters, a string is inserted,
``{"d": 3}`` deletes so many characters and ``{"d": "abc"}`` that very text, which makes the op
invertible. What is behind the last component stays. Characters are Unicode code points, which is
how Python counts, so no offset can split one. Every function equals npm ``ot-text-unicode`` 4.0.0
on ops that fit their text; ``apply`` is stricter: it refuses what lies beyond the end and deletes
of other text. No function changes an op.

SPEC: section TX. Called by ``types``.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from collab.errors import InvalidOp, InvalidValue, LimitExceeded
from collab.limits import INTEGER_MAX, OP_COMPONENTS_MAX
from collab.ot.component import Side
from collab.values import Json, check_text

__all__ = [
    "NAME",
    "URI",
    "TextComponent",
    "TextOp",
    "apply",
    "compose",
    "create",
    "invert",
    "make_invertible",
    "normalize",
    "transform",
    "transform_position",
]

# How ShareDB names the type.
NAME: Final = "text-unicode"
URI: Final = "http://sharejs.org/types/text-unicode"

# A skip, an insert, or a delete ``{"d": int | str}``.
TextComponent: TypeAlias = int | str | dict[str, Any]
TextOp: TypeAlias = list[TextComponent]

_DELETE_KEYS: Final = frozenset({"d"})


def create(data: Json) -> str:
    """Return the text that a document begins with; ``None``, no data at all, gives an empty one.

    Raises ``InvalidOp``: ``op_data`` for what is no string, ``value_text`` for a lone surrogate.
    """
    if data is None:
        return ""
    if not isinstance(data, str):
        raise InvalidOp("op_data", "a text begins with a string")
    return _checked_text(str(data))


def normalize(op: Any) -> TextOp:
    """Return *op*, checked, with neighbours of one kind joined and empty components left out.

    That is npm's ``normalize``, which every ShareDB client runs before it sends. Raises
    ``InvalidOp`` (``op_malformed``, ``value_text``) and ``LimitExceeded``
    (``limit_op_components``). Source: [TX1], [TX2].
    """
    if not isinstance(op, list):
        raise InvalidOp("op_malformed", "a text op is a list of components")
    if len(op) > OP_COMPONENTS_MAX:
        raise LimitExceeded(
            f"an op has at most {OP_COMPONENTS_MAX} components", code="limit_op_components"
        )
    builder = _Builder()
    for component in op:
        builder.append(_checked(component))
    return builder.build()


def apply(text: str, op: TextOp) -> str:
    """Return *text* after *op*.

    Raises ``InvalidOp``: ``op_text_offset`` past the end of the text, ``op_text_delete`` if the
    text to delete is not what stands there. Source: [TX3], [TX4].
    """
    parts: list[str] = []
    position = 0
    for component in op:
        if isinstance(component, str):
            parts.append(component)
            continue
        end = position + _length(component)
        if end > len(text):
            raise InvalidOp("op_text_offset", "the op goes beyond the end of the text")
        if isinstance(component, int):
            parts.append(text[position:end])
        elif isinstance(component["d"], str) and not text.startswith(component["d"], position):
            raise InvalidOp("op_text_delete", f"the text to delete is not at {position}")
        position = end
    parts.append(text[position:])
    return "".join(parts)


def transform(op: TextOp, other: TextOp, side: Side) -> TextOp:
    """Return *op* as it reads on a text to which *other* was applied.

    Both were made on the same text; of two inserts at one place the left one comes first.
    Source: [TX5].
    """
    taker, builder = _Taker(op), _Builder()
    for component in other:
        if isinstance(component, str):
            if side == "left" and taker.is_insert:
                builder.append(taker.take_whole())
            builder.append(len(component))
            continue
        is_delete = isinstance(component, dict)
        remaining = _length(component)
        while remaining > 0:
            part = taker.take(remaining, "insert")
            # What the other op deleted need neither be skipped nor deleted any more.
            if not is_delete or isinstance(part, str):
                builder.append(part)
            if not isinstance(part, str):
                remaining -= _length(part)
    taker.drain(builder)
    return builder.build()


def compose(first: TextOp, second: TextOp) -> TextOp:
    """Return one op that does *first* and then *second*. Source: [TX6]."""
    taker, builder = _Taker(first), _Builder()
    for component in second:
        if isinstance(component, str):
            builder.append(component)
            continue
        length = _length(component)
        offset = 0
        while offset < length:
            part = taker.take(length - offset, "delete")
            if isinstance(part, dict):
                builder.append(part)
                continue
            end = offset + _length(part)
            if isinstance(component, int):
                builder.append(part)
            elif isinstance(part, int):
                builder.append({"d": _slice(component["d"], offset, end)})
            # Otherwise the second op deletes what the first one inserted: neither is left.
            offset = end
    taker.drain(builder)
    return builder.build()


def make_invertible(op: TextOp, text: str) -> TextOp:
    """Return *op*, which was made on *text*, with every delete telling the text that it deletes."""
    builder = _Builder()
    position = 0
    for component in op:
        if isinstance(component, str):
            builder.append(component)
            continue
        end = position + _length(component)
        if isinstance(component, dict) and isinstance(component["d"], int):
            component = {"d": text[position:end]}
        builder.append(component)
        position = end
    return builder.build()


def invert(op: TextOp) -> TextOp:
    """Return the op that undoes *op*.

    Raises ``InvalidOp`` (``op_not_invertible``) if a delete tells no text: see
    :func:`make_invertible`. Source: [TX7].
    """
    builder = _Builder()
    for component in op:
        if isinstance(component, int):
            builder.append(component)
        elif isinstance(component, str):
            builder.append({"d": component})
        elif isinstance(component["d"], str):
            builder.append(component["d"])
        else:
            raise InvalidOp("op_not_invertible", "a delete does not tell what it deletes")
    return builder.build()


def transform_position(position: int, op: TextOp) -> int:
    """Return where a cursor at *position* (in code points) stands after *op*. Source: [TX8]."""
    walked = 0
    for component in op:
        if walked >= position:
            break
        if isinstance(component, dict):
            position -= min(_length(component), position - walked)
            continue
        walked += _length(component)
        if isinstance(component, str):
            position += len(component)
    return position


class _Taker:
    """Walks over an op and takes components off its front, whole or cut."""

    __slots__ = ("_index", "_offset", "_op")

    def __init__(self, op: TextOp) -> None:
        self._op = op
        self._index = 0
        self._offset = 0

    @property
    def is_insert(self) -> bool:
        """Whether the next component is an insert."""
        return self._index < len(self._op) and isinstance(self._op[self._index], str)

    def take(self, length: int, whole: str) -> TextComponent:
        """Return the next *length* characters of the op; behind its end it skips for ever.

        What is of the kind *whole* (``"insert"`` or ``"delete"``) is never cut.
        """
        if self._index == len(self._op):
            return length
        component = self._op[self._index]
        is_whole = isinstance(component, str) if whole == "insert" else isinstance(component, dict)
        if is_whole or _length(component) - self._offset <= length:
            return self.take_whole()
        start = self._offset
        self._offset += length
        return _cut(component, start, self._offset)

    def take_whole(self) -> TextComponent:
        """Return what is left of the next component, of which there must be one."""
        component = self._op[self._index]
        start = self._offset
        self._index += 1
        self._offset = 0
        return _cut(component, start, _length(component)) if start else component

    def drain(self, builder: _Builder) -> None:
        """Append everything that is left to *builder*."""
        while self._index < len(self._op):
            builder.append(self.take_whole())


class _Builder:
    """Puts an op together and joins neighbours of one kind.

    The texts of a run are joined once, at its end: joining them one by one would copy a long text
    for each piece of it.
    """

    __slots__ = ("_count", "_kind", "_op", "_texts")

    def __init__(self) -> None:
        self._op: TextOp = []
        self._kind: type[Any] = int
        # The length of the run, and its texts unless it skips or one of its deletes tells none.
        self._count = 0
        self._texts: list[str] | None = None

    def append(self, component: TextComponent) -> None:
        """Add *component*; an empty one adds nothing."""
        length = _length(component)
        if not length:
            return
        kind = type(component)
        if kind is not self._kind:
            self._flush()
            self._kind = kind
            self._texts = []
        text = component["d"] if isinstance(component, dict) else component
        self._count += length
        if not isinstance(text, str):
            self._texts = None
        elif self._texts is not None:
            self._texts.append(text)

    def build(self) -> TextOp:
        """Return the op without a skip at its end."""
        if self._kind is not int:
            self._flush()
        return self._op

    def _flush(self) -> None:
        if not self._count:
            return
        content = self._count if self._texts is None else "".join(self._texts)
        self._op.append({"d": content} if self._kind is dict else content)
        self._count = 0


def _length(component: TextComponent) -> int:
    """Return how many characters *component* skips, inserts or deletes."""
    content = component["d"] if isinstance(component, dict) else component
    return len(content) if isinstance(content, str) else int(content)


def _cut(component: TextComponent, start: int, end: int) -> TextComponent:
    if isinstance(component, dict):
        return {"d": _slice(component["d"], start, end)}
    return _slice(component, start, end)


def _slice(content: int | str, start: int, end: int) -> int | str:
    return content[start:end] if isinstance(content, str) else end - start


def _checked(component: Any) -> TextComponent:
    """Return *component* if it is one, with its number as an integer and its text well-formed."""
    if not isinstance(component, dict):
        return _checked_content(component)
    if component.keys() != _DELETE_KEYS:
        raise InvalidOp("op_malformed", "a delete has d and nothing else")
    return {"d": _checked_content(component["d"])}


def _checked_content(content: Any) -> int | str:
    if isinstance(content, str):
        return _checked_text(str(content))
    # JSON has no integers, so 2.0 is one.
    if isinstance(content, float) and content.is_integer():
        content = int(content)
    if type(content) is not int or not 0 <= content <= INTEGER_MAX:
        raise InvalidOp("op_malformed", "a component is a text or a count of characters")
    return content


def _checked_text(text: str) -> str:
    try:
        return check_text(text)
    except InvalidValue as error:
        raise InvalidOp(error.code, error.message) from None
