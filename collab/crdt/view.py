"""The marked JSON view of shared types, and the way back.

``view`` reads a ``Y.Map``, ``Y.Array`` or ``Y.Text`` as :class:`SharedMap`, :class:`SharedList` or
:class:`SharedText`; ``prelim`` makes the value that writes such a mark into a Doc. What is no JSON
(XML, embeds, bytes, NaN, …) is read as null and reported in ``faults``, because a reader runs
inside an observer's callback, where nothing may be raised. SPEC: section BR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pycrdt import Array, Map, Text

from collab.errors import InvalidValue
from collab.limits import NESTING_MAX
from collab.values import Json, Path, SharedList, SharedMap, SharedText, normalize

__all__ = ["EMBED", "FORMAT", "Fault", "plain_view", "prelim", "view"]

# The codes of faults within a text, which stay there when its characters are put back.
EMBED: Final = "value_embed"
FORMAT: Final = "value_format"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the Doc that is no JSON the core accepts, and where."""

    path: Path
    code: str
    reason: str


def view(value: Any, path: Path, faults: list[Fault]) -> Json:
    """Return the marked JSON of *value*, a shared type or a plain value out of a Doc."""
    if isinstance(value, Map | Array) and len(path) > NESTING_MAX:
        # An error inside a callback of pycrdt is lost, Python's limit of recursion included.
        faults.append(Fault(path, "value_nesting", f"nested deeper than {NESTING_MAX} levels"))
        return None
    if isinstance(value, Map):
        members = SharedMap()
        # Key order in a Doc is that of a hash table; sorted, the same bytes give the same JSON.
        for key in sorted(value.keys()):
            members[key] = view(value[key], (*path, key), faults)
        return members
    if isinstance(value, Array):
        return SharedList(view(value[index], (*path, index), faults) for index in range(len(value)))
    if isinstance(value, Text):
        _check_chunks(value, path, faults)
        return SharedText(str(value))
    return plain_view(value, path, faults)


def _check_chunks(text: Text, path: Path, faults: list[Fault]) -> None:
    for chunk, attributes in text.diff():
        if not isinstance(chunk, str):
            faults.append(Fault(path, EMBED, "a text holds an embedded object"))
        elif attributes:
            faults.append(Fault(path, FORMAT, "a text is formatted"))


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
