"""The marked JSON view of shared types, and the way back.

``view`` reads a ``Y.Map``, ``Y.Array`` or ``Y.Text`` as :class:`SharedMap`, :class:`SharedList` or
:class:`SharedText`; ``prelim`` makes the value that writes such a mark into a Doc. What is no JSON
(XML, embeds, bytes, NaN, …) is read as null and reported in ``faults``, because a reader runs
inside an observer's callback, where nothing may be raised. SPEC: section BR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Map, Text

from collab.errors import InvalidValue
from collab.values import Json, Path, SharedList, SharedMap, SharedText, normalize

__all__ = ["Fault", "prelim", "view"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the Doc that is no JSON the core accepts, and where."""

    path: Path
    code: str
    reason: str


def view(value: Any, path: Path, faults: list[Fault]) -> Json:
    """Return the marked JSON of *value*, a shared type or a plain value out of a Doc."""
    if isinstance(value, Map):
        members = SharedMap()
        # Key order in a Doc is that of a hash table; sorted, the same bytes give the same JSON.
        for key in sorted(value.keys()):
            members[key] = view(value[key], (*path, key), faults)
        return members
    if isinstance(value, Array):
        return SharedList(
            view(value[index], (*path, index), faults) for index in range(len(value))
        )
    if isinstance(value, Text):
        text = str(value)
        if any(not isinstance(chunk, str) for chunk, _ in value.diff()):
            faults.append(Fault(path, "value_embed", "a text holds an embedded object"))
        return SharedText(text)
    return plain_view(value, path, faults)


def plain_view(value: Any, path: Path, faults: list[Fault]) -> Json:
    """Return a plain value out of a Doc as the core keeps it; null and a fault if it is no JSON."""
    try:
        return normalize(value, path)
    except InvalidValue as error:
        faults.append(Fault(error.path, error.code, error.message))
        return None


def prelim(value: Json) -> Any:
    """Return what to put into a Doc so that it reads back as *value*, marks included."""
    if isinstance(value, SharedMap):
        return Map({key: prelim(item) for key, item in value.items()})
    if isinstance(value, SharedList):
        return Array([prelim(item) for item in value])
    if isinstance(value, SharedText):
        return Text(str(value))
    return value
