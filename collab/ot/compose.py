"""Composition: two ops as one, and an op's inverse.

npm's json0 joins a component only to the one directly before it; ``join`` is that rule, and both
``compose`` and every transform append through it, so that results equal the reference's.

SPEC: section OT. Source: ``append``, ``compose``, ``invert`` of npm ``ot-json0`` 1.1.0
(``lib/json0.js``). Called by ``transform``, ``crossing`` and ``json0``.
"""

from __future__ import annotations

from typing import Any

from collab.ot import text0
from collab.ot.component import Component, Op, from_text, is_text, text_part
from collab.values import json_equal

__all__ = ["append", "compose", "invert", "invert_component", "join"]


def join(last: Component, component: Component) -> Op | None:
    """Return what replaces *last* followed by *component*, or ``None`` if they stay two.

    The result holds one component, or none if the two cancel each other.
    """
    if "si" in component or "sd" in component:
        return _join_text(last, component) if is_text(last) else None
    if last["p"] != component["p"]:
        return None
    if "t" in component and "t" in last:
        return [{**last, "o": text0.compose(last["o"], component["o"])}]
    if "na" in last and "na" in component:
        return [{"p": last["p"], "na": _add(last["na"], component["na"])}]
    if "li" in last and "li" not in component and _is_same_scalar(last["li"], component):
        # An insert and the delete of what it inserted cancel; of a replace the delete remains.
        return [_without(last, "li")] if "ld" in last else []
    return _join_members(last, component)


def append(op: Op, component: Component) -> None:
    """Add *component* to the end of *op* (which is changed), joined to its last one if it can."""
    joined = join(op[-1], component) if op else None
    if joined is None:
        op.append(component)
    else:
        op[-1:] = joined


def compose(first: Op, second: Op) -> Op:
    """Return one op that does *first* and then *second*; neither is changed. Source: [OT7]."""
    result = list(first)
    for component in second:
        append(result, component)
    return result


def invert(op: Op) -> Op:
    """Return the op that undoes *op*, if its ``od`` and ``ld`` carry what they deleted.

    An ``oi`` without ``od`` counts as an insert of a new key, as in the reference. Source: [OT8].
    """
    return [invert_component(component) for component in reversed(op)]


def invert_component(component: Component) -> Component:
    """Return the component that undoes *component*."""
    path = component["p"]
    if "t" in component:
        return {"p": path, "t": component["t"], "o": text0.invert(component["o"])}
    if "na" in component:
        return {"p": path, "na": -component["na"]}
    if "lm" in component:
        return {"p": [*path[:-1], component["lm"]], "lm": path[-1]}
    inverse: Component = {"p": path}
    for mine, its in (
        ("si", "sd"),
        ("sd", "si"),
        ("oi", "od"),
        ("od", "oi"),
        ("li", "ld"),
    ):
        if mine in component:
            inverse[its] = component[mine]
    if "ld" in component:
        inverse["li"] = component["ld"]
    return inverse


def _join_text(last: Component, component: Component) -> Op | None:
    if last["p"][:-1] != component["p"][:-1]:
        return None
    parts = text0.compose([text_part(last)], [text_part(component)])
    # Two parts mean that they do not meet; an empty second one is dropped by text0.
    return None if len(parts) > 1 else [from_text(last["p"][:-1], parts[0])]


def _join_members(last: Component, component: Component) -> Op | None:
    """Join two edits of one object member, and drop a move to where the element is."""
    if "od" in last and "oi" not in last and "oi" in component and "od" not in component:
        return [{**last, "oi": component["oi"]}]
    if "oi" in last and "od" in component:
        if "oi" in component:
            return [{**last, "oi": component["oi"]}]
        return [_without(last, "oi")] if "od" in last else []
    if "lm" in component and component["p"][-1] == component["lm"]:
        return [last]
    return None


def _is_same_scalar(inserted: Any, component: Component) -> bool:
    """Whether *component* deletes *inserted*; containers are never identical in JavaScript."""
    return (
        "ld" in component
        and not isinstance(inserted, (dict, list))
        and json_equal(inserted, component["ld"])
    )


def _without(component: Component, key: str) -> Component:
    return {name: value for name, value in component.items() if name != key}


def _add(left: float, right: float) -> float:
    """Return the sum as JavaScript's doubles give it, an integer where it is integral."""
    total = float(left + right)
    return int(total) if total.is_integer() else total
