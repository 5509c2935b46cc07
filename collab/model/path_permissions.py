"""Path permissions: which roles may change what stands at or beneath a path.

A change is judged by its components. One that is made at a protected path or beneath it changes it.
One that is made above it (a node that is added, removed or replaced whole) changes it if what
stands at the path was another before; there an empty text, object or list counts as nothing, since
nodes are made with their containers. A change that several permissions cover has to be allowed by
each of them. SPEC: section CC. Called by ``room.rules``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from collab.messages import Role
from collab.model.pointers import Pointer, members_of
from collab.values import Json, Path, marked_equal

__all__ = ["Denial", "PathPermission", "denials"]

ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class PathPermission:
    """Who may change what stands at ``path`` or beneath it; ``*`` there is any one segment."""

    path: Pointer
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Denial:
    """What a role may not change, where in the document, and the component that would."""

    path: Path
    reason: str
    component: Mapping[str, Any]


def denials(
    permissions: Sequence[PathPermission], role: Role, op: Sequence[Mapping[str, Any]]
) -> Iterator[Denial]:
    """Yield what *role* may not do of *op*, a json0 op that says what it removes.

    At most one denial a component, of the first permission that does not name the role. The cost is
    that of what the op puts and removes. Source: [CC10], [CC11].
    """
    withheld = [permission for permission in permissions if role not in permission.roles]
    for component in op:
        for permission in withheld:
            changed = _changed(component, permission.path)
            if changed is not None:
                allowed = " or ".join(sorted(permission.roles)) or "nobody"
                reason = f"the role {role} may not change this: only {allowed} may"
                yield Denial(changed, reason, component)
                break


def _changed(component: Mapping[str, Any], pattern: Pointer) -> Path | None:
    """Return the place that *pattern* means and that *component* changes, None if there is none."""
    path: Path = tuple(component["p"])
    if not all(map(_matches, pattern, path)):
        return None
    removed = component.get("od", component.get("ld"))
    put = component.get("oi", component.get("li"))
    rest = pattern[len(path) :]
    if rest:
        before, after = dict(_found(removed, rest)), dict(_found(put, rest))
        for place in [*before, *after]:
            is_kept = place in before and place in after
            if not is_kept or not marked_equal(before[place], after[place]):
                return (*path, *place)
        return None
    if len(path) == len(pattern) and component.keys() >= {"od", "oi"}:
        # Whoever replaces the whole document leaves most of it as it was.
        return None if marked_equal(removed, put) else path
    return path[: len(pattern)]


def _matches(segment: str, key: str | int) -> bool:
    if segment == ANY:
        return True
    if isinstance(key, int):
        # A position is another element's as soon as one before it is removed, so a number in a
        # permission means every position: rather too much is protected than too little.
        return segment.isdecimal()
    return segment == key


def _found(value: Json, pattern: Pointer) -> Iterator[tuple[Path, Json]]:
    """Yield what stands where *pattern* leads in *value*, with its place, unless it is empty."""
    if not pattern:
        if not isinstance(value, str | dict | list) or value:
            yield (), value
        return
    for key, member in members_of(value):
        if _matches(pattern[0], key):
            for place, found in _found(member, pattern[1:]):
                yield (key, *place), found
