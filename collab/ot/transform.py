"""Transforms of one component past another: the heart of json0, bug for bug.

Two components made on the same document: what must the one become so that it does the same to a
document on which the other was already done? ``common`` is the level of the path at which the
other one acts, if that lies on our way (-1 is the level above the root); ``is_same_level`` says
that both act at that level, else we act below it. From there each kind of other has its rule:
inserts, deletes and moves in a list shift our index; a replaced or deleted ancestor makes us
vanish; two writes to one member are decided by the side; text goes to text0.

One more duty: a delete carries the deleted value, and what others did to that value meanwhile is
done to the carried copy too, so that its inverse brings back the right thing.

SPEC: section OT. Source: ``transformComponent`` of npm ``ot-json0`` 1.1.0 (``lib/json0.js``); the
comparisons and their order are the reference's, including where they are odd. Called by
``crossing`` and ``json0``.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from collab.ot import text0
from collab.ot.component import (
    Component,
    Op,
    Side,
    element,
    from_text,
    is_text,
    replaced,
    text_part,
)
from collab.ot.compose import append
from collab.ot.edit import apply
from collab.ot.scopes import overlaps

__all__ = ["pieces", "transform_component"]

# The outcome of one rule: the components to append, none if we vanish.
_Pieces: TypeAlias = list[Component]
_ABOVE_ROOT: Final = -1


def transform_component(component: Component, other: Component, side: Side) -> Op:
    """Return the op that *component* becomes after *other*; *side* breaks ties.

    Raises ``InvalidOp`` if the two cannot belong to one document. Neither is changed.
    """
    result: Op = []
    for piece in pieces(component, other, side):
        append(result, piece)
    return result


def pieces(component: Component, other: Component, side: Side) -> _Pieces:
    """Return what *component* becomes, not yet joined; itself if it stays as it is."""
    if not overlaps(component, other):
        return [component]
    level, common = _level(component), _level(other)
    if ("ld" in component or "od" in component) and common > level:
        component = _carry_into_deleted(component, other, level)
    if not _is_on_way(other, common, component, level):
        return [component]
    if "t" in other or is_text(other):
        return _past_text(component, other, side)
    is_same_level = level == common
    if "na" in other:
        return [component]
    if "li" in other and "ld" in other:
        return _past_list_replace(component, other, common, is_same_level, side)
    if "li" in other:
        return _past_list_insert(component, other, common, is_same_level, side)
    if "ld" in other:
        return _past_list_delete(component, other, common, is_same_level)
    if "lm" in other:
        return _past_list_move(component, other, common, is_same_level, side)
    return _past_object_edit(component, other, common, is_same_level, side)


def _level(component: Component) -> int:
    """Return the level at which *component* acts; ``na`` and ``t`` act below their path's end."""
    return len(component["p"]) - (not ("na" in component or "t" in component))


def _is_on_way(actor: Component, level: int, follower: Component, follower_level: int) -> bool:
    """Whether *follower* passes through or by the level at which *actor* acts."""
    if level == _ABOVE_ROOT:
        return True
    if follower_level == _ABOVE_ROOT or level > follower_level:
        return False
    return bool(actor["p"][:level] == follower["p"][:level])


def _carry_into_deleted(component: Component, other: Component, level: int) -> Component:
    """Do *other*, which acts further down, to the value that *component* deletes, if inside it."""
    path, other_path = component["p"], other["p"]
    if not _is_on_way(component, level, other, _level(other)):
        return component
    if element(path, level) != element(other_path, level):
        return component
    key = "ld" if "ld" in component else "od"
    inside = {**other, "p": other_path[len(path) :]}
    return {**component, key: apply(component[key], [inside])}


def _past_text(component: Component, other: Component, side: Side) -> _Pieces:
    if is_text(component) and is_text(other):
        parts = text0.transform_component(text_part(component), text_part(other), side)
        return [from_text(component["p"][:-1], part) for part in parts]
    if "t" in component and "t" in other:
        parts = text0.transform(component["o"], other["o"], side)
        return [{**component, "o": parts}] if parts else []
    # The two forms of a text edit pass each other untouched; ``check`` admits only one of them.
    return [component]


def _past_list_replace(
    component: Component, other: Component, common: int, is_same_level: bool, side: Side
) -> _Pieces:
    if element(component["p"], common) != other["p"][common]:
        return [component]
    if not is_same_level:
        return []
    if "ld" not in component:
        return [component]
    if "li" in component and side == "left":
        return [{**component, "ld": other["li"]}]
    return []


def _past_list_insert(
    component: Component, other: Component, common: int, is_same_level: bool, side: Side
) -> _Pieces:
    index = element(component["p"], common)
    inserted = other["p"][common]
    is_insert = "li" in component and "ld" not in component and is_same_level
    result = component
    if is_insert and index == inserted:
        if side == "right":
            result = replaced(result, common, inserted + 1)
    elif isinstance(index, int) and inserted <= index:
        result = replaced(result, common, index + 1)
    if "lm" in component and is_same_level and inserted <= component["lm"]:
        result = {**result, "lm": component["lm"] + 1}
    return [result]


def _past_list_delete(
    component: Component, other: Component, common: int, is_same_level: bool
) -> _Pieces:
    index = element(component["p"], common)
    deleted = other["p"][common]
    result = component
    if "lm" in component and is_same_level:
        if index == deleted:
            return []
        target = component["lm"]
        if deleted < target or (deleted == target and _is_below(index, target)):
            result = {**result, "lm": target - 1}
    if isinstance(index, int) and deleted < index:
        return [replaced(result, common, index - 1)]
    if index != deleted:
        return [result]
    if not is_same_level:
        return []
    if "ld" not in component:
        return [result]
    # We replace what they deleted: an insert remains. A mere delete has nothing left to do.
    return [_without(result, "ld")] if "li" in component else []


def _past_list_move(
    component: Component, other: Component, common: int, is_same_level: bool, side: Side
) -> _Pieces:
    index = element(component["p"], common)
    if not isinstance(index, int):
        return [component]
    start, target = other["p"][common], other["lm"]
    if "lm" in component and is_same_level:
        return _move_past_move(component, (start, target), common, side)
    # Every comparison is with the index as it was, also after the first shift.
    moved = index - (index > start) + (index > target)
    if "li" in component and "ld" not in component and is_same_level:
        return [replaced(component, common, moved)]
    if index == start:
        return [replaced(component, common, target)]
    if index == target and start > target:
        moved += 1
    return [replaced(component, common, moved)]


def _move_past_move(
    component: Component, other: tuple[int, int], common: int, side: Side
) -> _Pieces:
    start, target = component["p"][common], component["lm"]
    other_start, other_target = other
    if other_start == other_target:
        return [component]
    if start == other_start:
        # They moved our element: the left side moves it on from where it is now.
        if side == "right":
            return []
        new_target = other_target if start == target else target
        return [{**replaced(component, common, other_target), "lm": new_target}]
    new_start = start - (start > other_start) + (start > other_target)
    new_target = _shift_target(start, target, other, side)
    if start == other_target and other_start > other_target:
        new_start += 1
        new_target += start == target
    return [{**replaced(component, common, new_start), "lm": new_target}]


def _shift_target(start: int, target: int, other: tuple[int, int], side: Side) -> int:
    """Return where our move ends; both moves at one target are ordered by direction, then side."""
    other_start, other_target = other
    shifted = target
    if target > other_start or (target == other_start and target > start):
        shifted -= 1
    if target > other_target:
        return shifted + 1
    if target < other_target:
        return shifted
    is_same_direction = (other_target > other_start and target > start) or (
        other_target < other_start and target < start
    )
    if is_same_direction:
        return shifted + (side == "right")
    if target > start:
        return shifted + 1
    return shifted - (target == other_start)


def _past_object_edit(
    component: Component, other: Component, common: int, is_same_level: bool, side: Side
) -> _Pieces:
    if element(component["p"], common) != element(other["p"], common):
        return [component]
    if "oi" not in other:
        # They deleted the member, or a parent of what we edit; only a new value is left of us.
        return [_without(component, "od")] if is_same_level and "oi" in component else []
    if "od" in other:
        if "oi" in component and is_same_level and side == "left":
            return [{**component, "od": other["oi"]}]
        return []
    if "oi" not in component:
        return [component]
    # Two inserts of one member: the left side first deletes what the right side put there.
    return [{"p": component["p"], "od": other["oi"]}, component] if side == "left" else []


def _without(component: Component, key: str) -> Component:
    return {name: value for name, value in component.items() if name != key}


def _is_below(index: Any, limit: int) -> bool:
    return isinstance(index, int) and index < limit
