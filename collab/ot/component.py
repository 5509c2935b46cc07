"""A component: one step of a json0 op, with its kind, its path and its scope.

The forms are ``na`` (add to a number), ``li``, ``ld``, ``li`` with ``ld``, ``lm`` (list insert,
delete, replace, move), ``oi``, ``od``, both (object insert, delete, replace), ``si``, ``sd`` (text,
whose path ends in an offset) and ``t`` with ``o`` (the same as an embedded text0 op). Components
are never changed once they stand in an op: every function that alters one makes a new dict.

SPEC: section OT. Called by every module of the package.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

__all__ = [
    "TEXT_SUBTYPE",
    "Component",
    "Op",
    "Side",
    "element",
    "from_text",
    "is_text",
    "replaced",
    "text_part",
]

Component: TypeAlias = dict[str, Any]
Op: TypeAlias = list[Component]
Side: TypeAlias = Literal["left", "right"]

TEXT_SUBTYPE: Final = "text0"


def is_text(component: Component) -> bool:
    """Whether *component* is ``si`` or ``sd``."""
    return "si" in component or "sd" in component


def text_part(component: Component) -> Component:
    """Return the text0 component that an ``si`` or ``sd`` means."""
    offset = component["p"][-1]
    if "si" in component:
        return {"p": offset, "i": component["si"]}
    return {"p": offset, "d": component["sd"]}


def from_text(path: list[str | int], part: Component) -> Component:
    """Return the ``si`` or ``sd`` that does *part* to the string at *path*."""
    if "i" in part:
        return {"p": [*path, part["p"]], "si": part["i"]}
    return {"p": [*path, part["p"]], "sd": part["d"]}


def element(path: list[str | int], position: int) -> str | int | None:
    """Return the element of *path* at *position*, ``None`` where JavaScript reads undefined.

    A position of -1, the level above the root, is outside as well, not the last one.
    """
    return path[position] if 0 <= position < len(path) else None


def replaced(component: Component, position: int, value: str | int) -> Component:
    """Return *component* with another element at *position* of its path."""
    path = list(component["p"])
    path[position] = value
    return {**component, "p": path}
