"""Attributes: the formats of a run of rich text, an object of JSON values.

In an op an attribute that is null takes the format away; in a document it is normally absent. Every
function equals ``AttributeMap`` of npm ``quill-delta`` 5.1.0 and returns ``None`` where nothing is
left, because a component without formats carries no ``attributes`` at all. No function changes its
arguments.

SPEC: section TX. Called by ``delta``.
"""

from __future__ import annotations

from typing import TypeAlias

from collab.values import Json, json_equal

__all__ = ["Attributes", "are_equal", "compose", "invert", "transform"]

Attributes: TypeAlias = dict[str, Json]


def are_equal(left: Attributes | None, right: Attributes | None) -> bool:
    """Whether two runs have one format; no attributes at all are not an empty object."""
    if left is right:
        return True
    return left is not None and right is not None and json_equal(left, right)


def compose(
    first: Attributes | None, second: Attributes | None, *, keeps_null: bool
) -> Attributes | None:
    """Return the formats after *first* and then *second*.

    What *second* takes away stays as a null with *keeps_null*, as it must in an op that has yet to
    meet its document, and is left out without it.
    """
    second = second or {}
    result = {key: value for key, value in second.items() if keeps_null or value is not None}
    result |= {key: value for key, value in (first or {}).items() if key not in second}
    return result or None


def transform(
    attributes: Attributes | None, other: Attributes | None, *, has_other_priority: bool
) -> Attributes | None:
    """Return *attributes* as they are to be set where *other* were set: the prior one stands."""
    if other is None or attributes is None or not has_other_priority:
        return attributes
    return {key: value for key, value in attributes.items() if key not in other} or None


def invert(attributes: Attributes | None, base: Attributes | None) -> Attributes | None:
    """Return what takes *attributes* back where they were set on a run with the formats *base*."""
    attributes, base = attributes or {}, base or {}
    result = {
        key: value
        for key, value in base.items()
        if key in attributes and not _is_same_scalar(value, attributes[key])
    }
    result |= {key: None for key in attributes if key not in base}
    return result or None


def _is_same_scalar(left: Json, right: Json) -> bool:
    """Whether JavaScript's ``===`` holds: two containers are never the same."""
    return not isinstance(left, (dict, list)) and json_equal(left, right)
