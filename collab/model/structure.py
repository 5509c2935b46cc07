"""The structure of a value on disk: is it of the JSON types that its shape declares?

The counterpart for the live form is ``checks``; both accept and refuse the same structures, so
that whatever a room accepted can be exported and imported again. What a full JSON Schema says
beyond that (ranges, patterns, what is required) makes problems. SPEC: section MD.
Called by ``reader`` and, for plain values, by ``checks``.
"""

from __future__ import annotations

from collections.abc import Iterator

from collab.model.schema import ANY, Shape, is_expression, is_reference, type_name
from collab.values import Json, Path

__all__ = ["check_plain", "check_view", "nesting_of"]


def nesting_of(value: Json) -> int:
    """Return how many containers are nested in *value*, itself included; a scalar has none."""
    if isinstance(value, dict):
        return 1 + max(map(nesting_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(nesting_of, value), default=0)
    return 0


def check_view(value: Json, shape: Shape, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield the faults (path, code, reason) of a value as it stands on disk. Source: [MD10]."""
    if is_expression(value):
        return
    match shape.merge:
        case "list":
            yield from _check_list(value, shape, path)
        case "set":
            yield from _check_set(value, path)
        case "map":
            if isinstance(value, dict):
                yield from _check_members(value, shape, path)
            else:
                yield wrong_type(value, shape, path)
        case "text":
            if not isinstance(value, str):
                yield wrong_type(value, shape, path)
        case "lww":
            yield from check_plain(value, shape, path)


def check_plain(value: Json, shape: Shape, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield the faults of a value that is one register, marks counting as a wrong type."""
    if shape is ANY or (path and is_expression(value)):
        return
    if shape.reference is not None and is_reference(value):
        return
    if shape.types is not None and type(value) not in shape.types:
        yield wrong_type(value, shape, path)
        return
    if shape.variants and all(_has_fault(value, variant, path) for variant in shape.variants):
        yield wrong_type(value, shape, path)
        return
    if isinstance(value, dict):
        for key, item in value.items():
            member = shape.member(key)
            if member is None:
                yield unknown_key(key, path)
            else:
                yield from check_plain(item, member, (*path, key))
    elif isinstance(value, list) and shape.item is not None:
        for index, item in enumerate(value):
            yield from check_plain(item, shape.item, (*path, index))


def wrong_type(value: Json, shape: Shape, path: Path) -> tuple[Path, str, str]:
    """Return the fault of a value whose JSON type is not among those of its shape."""
    names = list(shape.type_names)
    for variant in shape.variants:
        names.extend(name for name in variant.type_names if name not in names)
    wanted = " or ".join(names) or "another structure"
    return path, "wrong_type", f"must be {wanted}, not {type_name(value)}"


def unknown_key(key: str, path: Path) -> tuple[Path, str, str]:
    """Return the fault of a member that its shape does not have."""
    return (*path, key), "unknown_key", f"unknown key {key!r}"


def _has_fault(value: Json, shape: Shape, path: Path) -> bool:
    return next(check_plain(value, shape, path), None) is not None


def _check_members(value: Json, shape: Shape, path: Path) -> Iterator[tuple[Path, str, str]]:
    for key, item in value.items():
        member = shape.member(key)
        if member is None:
            yield unknown_key(key, path)
        else:
            yield from check_view(item, member, (*path, key))


def _check_set(value: Json, path: Path) -> Iterator[tuple[Path, str, str]]:
    if not isinstance(value, list):
        yield path, "wrong_type", f"must be array, not {type_name(value)}"
        return
    for index, item in enumerate(value):
        if not isinstance(item, str):
            yield (*path, index), "wrong_type", f"must be string, not {type_name(item)}"
        elif item in value[:index]:
            yield (*path, index), "duplicate_item", f"{item!r} stands twice"


def _check_list(value: Json, shape: Shape, path: Path) -> Iterator[tuple[Path, str, str]]:
    if not isinstance(value, list):
        yield wrong_type(value, shape, path)
        return
    item_shape = shape.item or ANY
    ids: set[str] = set()
    for index, item in enumerate(value):
        place = (*path, index)
        if not shape.has_entries:
            yield from check_view(item, item_shape, place)
            continue
        if not isinstance(item, dict):
            yield wrong_type(item, item_shape, place)
            continue
        own_id = item.get("id")
        if "id" in item and (not isinstance(own_id, str) or not own_id):
            yield (*place, "id"), "wrong_type", "an id is a text"
        elif own_id is not None and own_id in ids:
            yield (*place, "id"), "duplicate_id", f"the id {own_id!r} is given twice"
        else:
            ids.add(own_id or "")
        members = {key: member for key, member in item.items() if key != "id"}
        if "order" in members:
            yield unknown_key("order", place)
            del members["order"]
        yield from _check_members(members, item_shape, place)
