"""JSON values as the core holds them, and the marks that say which of them are shared types.

A room keeps one JSON snapshot of its document. The same document lives in a Yjs ``Doc``, where a
map, a list or a string is either a *shared type* (``Y.Map``, ``Y.Array``, ``Y.Text``: concurrent
edits inside it merge) or a *plain* value (one register: the last writer replaces it whole). JSON
alone cannot tell the two apart, so the snapshot, the ops in the log and the inverse of a refused
edit carry marks: :class:`SharedMap`, :class:`SharedList` and :class:`SharedText` are the ordinary
Python containers with another class. Everything that only reads JSON ignores them.

SPEC: section VL (values). Called by every module of the core.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

from collab.errors import InvalidValue
from collab.limits import INTEGER_MAX, KEY_UTF16_MAX, NESTING_MAX

__all__ = [
    "FORBIDDEN_KEYS",
    "Json",
    "Path",
    "SharedList",
    "SharedMap",
    "SharedText",
    "check_key",
    "check_text",
    "copy_json",
    "json_equal",
    "marked_equal",
    "normalize",
    "plain",
    "utf16_length",
]

# A recursive alias makes every caller narrow each level by hand; the shape is enforced by
# ``normalize`` at the doors instead, so inside the core a JSON value is typed ``Any``.
Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]


class SharedMap(dict[str, Json]):
    """A JSON object that is a ``Y.Map`` in the Doc."""

    __slots__ = ()


class SharedList(list[Json]):
    """A JSON array that is a ``Y.Array`` in the Doc."""

    __slots__ = ()


class SharedText(str):
    """A JSON string that is a ``Y.Text`` in the Doc."""

    __slots__ = ()


# Members of JavaScript's Object.prototype: ShareDB clients roll back hard on such keys, and
# ``__proto__`` changes the prototype of the object that receives it.
FORBIDDEN_KEYS: Final = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)


def utf16_length(text: str) -> int:
    """Return the length of *text* in UTF-16 code units, as JavaScript, json0 and Yjs count."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def json_equal(left: Json, right: Json) -> bool:
    """Compare as JSON does: ``True`` is not ``1``, ``1`` is ``1.0``, marks do not count."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict):
        return (
            isinstance(right, dict)
            and len(left) == len(right)
            and all(key in right and json_equal(left[key], right[key]) for key in left)
        )
    if isinstance(left, list):
        return (
            isinstance(right, list)
            and len(left) == len(right)
            and all(map(json_equal, left, right))
        )
    return bool(left == right)


def marked_equal(left: Json, right: Json) -> bool:
    """Compare as :func:`json_equal` does, and also which containers are shared."""
    if isinstance(left, dict):
        return (
            type(left) is type(right)
            and len(left) == len(right)
            and all(key in right and marked_equal(left[key], right[key]) for key in left)
        )
    if isinstance(left, list):
        return (
            type(left) is type(right)
            and len(left) == len(right)
            and all(map(marked_equal, left, right))
        )
    if isinstance(left, str):
        return type(left) is type(right) and left == right
    return json_equal(left, right)


def copy_json(value: Json) -> Json:
    """Return a deep copy of *value* that keeps its marks; scalars are returned as they are."""
    if isinstance(value, dict):
        # The container is copied in C, scalars with it: most members are scalars, and a room
        # copies its whole document for each snapshot.
        members = type(value)(value)
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                members[key] = copy_json(item)
        return members
    if isinstance(value, list):
        return type(value)(map(copy_json, value))
    return value


def plain(value: Json) -> Json:
    """Return a deep copy of *value* without marks."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, SharedText):
        return str(value)
    return value


def check_key(key: object, path: Path = ()) -> str:
    """Return *key* if it may name a member of an object.

    Raises ``InvalidValue`` (``value_key``) for what is no string, is too long, holds a lone
    surrogate, or is named like a member of ``Object.prototype``. Source: [VL3].
    """
    if not isinstance(key, str):
        raise InvalidValue("value_key", f"a key must be a string, not {type(key).__name__}", path)
    if key in FORBIDDEN_KEYS:
        raise InvalidValue("value_key", f"the key {key!r} is a member of Object.prototype", path)
    if utf16_length(key) > KEY_UTF16_MAX:
        raise InvalidValue("value_key", f"a key is longer than {KEY_UTF16_MAX} units", path)
    return check_text(key, path)


def check_text(text: str, path: Path = ()) -> str:
    """Return *text* if it is well-formed Unicode; a lone surrogate raises ``InvalidValue``."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise InvalidValue("value_text", "a text holds half a surrogate pair", path) from None
    return text


def normalize(value: object, path: Path = ()) -> Json:
    """Return *value* as the core keeps it, marks included, or raise ``InvalidValue``.

    Integral floats become integers; NaN, infinities, integers beyond 2^53, bytes, dates, lone
    surrogates and forbidden keys are refused with the path at which they stand. The result shares
    no container with *value*. Source: [VL1].
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_text(value, path)
    if isinstance(value, int):
        return _check_integer(value, path)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidValue("value_number", "a number must be finite", path)
        if not value.is_integer():
            return value
        return _check_integer(int(value), path)
    if len(path) > NESTING_MAX:
        raise InvalidValue("value_nesting", f"nested deeper than {NESTING_MAX} levels", path)
    if isinstance(value, dict):
        members: dict[str, Json] = SharedMap() if isinstance(value, SharedMap) else {}
        for key, item in value.items():
            name = check_key(key, path)
            members[name] = normalize(item, (*path, name))
        return members
    if isinstance(value, (list, tuple)):
        items = (normalize(item, (*path, index)) for index, item in enumerate(value))
        return SharedList(items) if isinstance(value, SharedList) else list(items)
    raise InvalidValue("value_type", f"a {type(value).__name__} is not JSON", path)


def _check_integer(value: int, path: Path) -> int:
    if not -INTEGER_MAX <= value <= INTEGER_MAX:
        raise InvalidValue("value_number", "an integer is beyond 2^53", path)
    return value
