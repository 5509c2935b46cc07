"""Deltas: lists of insert, retain and delete, with which rich text and its ops are written.

A document is a delta of inserts alone. Every function equals its namesake in npm ``quill-delta``
5.1.0, with neighbours joined and inserts put before deletes as its ``push`` does. Where npm would
cut a character in two, ``op_text_offset`` is raised: half a surrogate pair is no text. No function
changes its arguments; results share components with them.

SPEC: section TX. Source: ``Delta`` of npm ``quill-delta``. Called by ``rich_text``.
"""

from __future__ import annotations

from collab.ot import attributes
from collab.ot.delta_parts import Builder, Delta, DeltaComponent, Iterator, length

__all__ = ["compose", "invert", "transform", "transform_position"]


def compose(first: Delta, second: Delta) -> Delta:
    """Return one delta that does *first* and then *second*. Source: ``Delta.compose``."""
    mine, theirs = Iterator(first), Iterator(second)
    builder = Builder(_take_kept(mine, theirs))
    while mine.has_next or theirs.has_next:
        if theirs.kind == "insert":
            builder.push(theirs.next())
            continue
        if mine.kind == "delete":
            builder.push(mine.next())
            continue
        count = min(mine.length, theirs.length)
        kept, change = mine.next(count), theirs.next(count)
        is_retain = "retain" in kept
        if "delete" in change:
            # An insert that is deleted leaves nothing; a retain becomes the delete.
            if is_retain:
                builder.push(change)
            continue
        component: DeltaComponent = {"retain": count} if is_retain else {"insert": kept["insert"]}
        formats = attributes.compose(
            kept.get("attributes"), change.get("attributes"), keeps_null=is_retain
        )
        if formats:
            component["attributes"] = formats
        is_apart = builder.push(component)
        if is_apart and not theirs.has_next:
            builder.extend(mine.rest())
            break
    return builder.build()


def transform(delta: Delta, other: Delta, *, has_other_priority: bool) -> Delta:
    """Return *delta* as it reads where *other*, made on the same document, was applied.

    With *has_other_priority* the other's inserts come first at one place and its formats stand.
    Source: ``Delta.transform``, called on the other delta.
    """
    mine, theirs = Iterator(delta), Iterator(other)
    builder = Builder()
    # What the other one has behind the end of this one could only be retained, and chopped.
    while mine.has_next:
        if theirs.kind == "insert" and (has_other_priority or mine.kind != "insert"):
            builder.push({"retain": theirs.length})
            theirs.skip(theirs.length)
        elif mine.kind == "insert":
            builder.push(mine.next())
        else:
            count = min(mine.length, theirs.length)
            change, meanwhile = mine.next(count), theirs.next(count)
            if "delete" in meanwhile:
                continue
            if "delete" in change:
                builder.push(change)
                continue
            formats = attributes.transform(
                change.get("attributes"),
                meanwhile.get("attributes"),
                has_other_priority=has_other_priority,
            )
            builder.push({"retain": count, "attributes": formats} if formats else {"retain": count})
    return builder.build()


def invert(delta: Delta, base: Delta) -> Delta:
    """Return the delta that undoes *delta*, which was made on *base*. Source: ``Delta.invert``."""
    before = Iterator(base)
    builder = Builder()
    for component in delta:
        count = length(component)
        if "insert" in component:
            builder.push({"delete": count})
            continue
        formats = component.get("attributes")
        if "retain" in component and formats is None:
            builder.push(component)
            before.skip(count)
            continue
        while count > 0 and before.has_next:
            part_length = min(count, before.length)
            part = before.next(part_length)
            count -= part_length
            if "delete" in component:
                builder.push(part)
                continue
            old = attributes.invert(formats, part.get("attributes"))
            retain: DeltaComponent = {"retain": part_length}
            builder.push({**retain, "attributes": old} if old else retain)
    return builder.build()


def transform_position(delta: Delta, position: int, *, has_priority: bool) -> int:
    """Return where *position* lies after *delta*.

    With *has_priority* it stays before what is inserted right there. Source:
    ``Delta.transformPosition``.
    """
    offset = 0
    for component in delta:
        if offset > position:
            break
        count = length(component)
        if "delete" in component:
            position -= min(count, position - offset)
            continue
        if "insert" in component and (offset < position or not has_priority):
            position += count
        offset += count
    return position


def _take_kept(mine: Iterator, theirs: Iterator) -> Delta:
    """Take off both what a leading plain retain of *theirs* leaves whole of *mine*."""
    if not theirs.has_next or theirs.kind != "retain" or theirs.has_attributes:
        return []
    total = theirs.length
    kept, left = mine.take_inserts(total)
    theirs.skip(total - left)
    return kept
