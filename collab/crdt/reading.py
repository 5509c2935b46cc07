"""From what a transaction changed to the json0 op that says the same.

Changes come parents first, in the coordinates of the state *after* the transaction, so each is
turned into components against the document as it stands once everything above it is applied: the
document is edited along the way, and the old values of an op are taken from it (an event's own old
value is a dead object if it was a shared type).

A text's delta counts UTF-8 bytes, an op UTF-16 units. Where old text and delta do not add up to the
new text, somebody cut a surrogate pair in two: pycrdt and JavaScript would then differ for ever.
Such a text is reported in ``broken_texts`` and has to be replaced by a fresh one; most cuts show
only in the clocks: see ``pairs``. SPEC: section BR.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, assert_never

from collab.crdt.ydoc import Change, ListChange, MapChange, TextChange
from collab.ot import json0
from collab.values import Json, Path, marked_equal, utf16_length

__all__ = ["Component", "Reading", "has_pairs", "read_changes", "replace_text"]

Component = dict[str, Any]


@dataclass(slots=True)
class Reading:
    """An op that was read off a Doc and is applied to ``document`` already.

    ``edited_texts`` are the texts that were edited in place, with what they are now;
    ``has_edited_pairs`` says that one of them held a surrogate pair before.
    """

    document: Json
    op: list[Component] = field(default_factory=list)
    broken_texts: dict[Path, str] = field(default_factory=dict)
    edited_texts: dict[Path, str] = field(default_factory=dict)
    has_edited_pairs: bool = False
    _undos: list[json0.Undo] = field(default_factory=list)

    def apply(self, components: list[Component]) -> None:
        """Apply *components* to the document and add them to the op."""
        if components:
            self.document, undo = json0.apply_in_place(self.document, components)
            self._undos.append(undo)
            self.op.extend(components)

    def rollback(self) -> Json:
        """Take the whole op back from the document and return it."""
        for undo in reversed(self._undos):
            self.document = undo.rollback()
        self._undos.clear()
        return self.document


def read_changes(reading: Reading, changes: list[Change], *, strip: int) -> None:
    """Add the op that *changes* make to *reading*, and apply it in place to its document.

    The first *strip* elements of every path are dropped: 1 where the document is the content of
    one root, 0 where the roots' names are its keys.
    """
    for change in changes:
        path = change.path[strip:]
        target = _lookup(reading.document, path)
        match change:
            case MapChange():
                reading.apply(_map_components(change, path, target))
            case ListChange():
                reading.apply(_list_components(change, path, target))
            case TextChange():
                _read_text(reading, change, path, target)
            case _:
                assert_never(change)


def _lookup(document: Json, path: Path) -> Json:
    for key in path:
        document = document[key]
    return document


def _map_components(change: MapChange, path: Path, target: Json) -> list[Component]:
    components: list[Component] = []
    for key, value in change.values.items():
        if key not in target:
            components.append({"p": [*path, key], "oi": value})
        elif key in change.faulty or not marked_equal(target[key], value):
            components.append({"p": [*path, key], "od": target[key], "oi": value})
    components += [
        {"p": [*path, key], "od": target[key]} for key in change.removed if key in target
    ]
    return components


def _list_components(change: ListChange, path: Path, target: Json) -> list[Component]:
    components: list[Component] = []
    old_index = new_index = 0
    for action, amount in change.delta:
        if action == "retain":
            old_index += amount
            new_index += amount
        elif action == "delete":
            removed = target[old_index : old_index + amount]
            components += [{"p": [*path, new_index], "ld": value} for value in removed]
            old_index += amount
        else:
            for value in amount:
                components.append({"p": [*path, new_index], "li": value})
                new_index += 1
    return components


def _read_text(reading: Reading, change: TextChange, path: Path, target: str) -> None:
    reading.edited_texts[path] = change.text
    reading.has_edited_pairs |= has_pairs(target)
    components = _text_components(change, path, target)
    if components is not None:
        reading.apply(components)
        if _lookup(reading.document, path) == change.text:
            return
    # The delta does not lead to the text that the Doc shows: take the text as it is now shown.
    shown = str(_lookup(reading.document, path))
    reading.apply(replace_text(path, shown, change.text))
    reading.broken_texts[path] = change.text


def _text_components(change: TextChange, path: Path, target: str) -> list[Component] | None:
    old = target.encode()
    components: list[Component] = []
    position = offset = 0
    for action, amount in change.delta:
        if action == "insert":
            components.append({"p": [*path, offset], "si": amount})
            offset += utf16_length(amount)
            continue
        try:
            text = old[position : position + amount].decode()
        except UnicodeDecodeError:
            return None
        if position + amount > len(old):
            return None
        position += amount
        if action == "delete":
            components.append({"p": [*path, offset], "sd": text})
        else:
            offset += utf16_length(text)
    return components


def has_pairs(text: str) -> bool:
    """True if *text* holds a character that takes two UTF-16 units."""
    return utf16_length(text) != len(text)


def replace_text(path: Path, old: str, new: str) -> list[Component]:
    """Return the components that turn *old* into *new*, leaving what both begin and end with."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    offset = utf16_length(old[:start])
    removed, added = old[start : len(old) - end], new[start : len(new) - end]
    components: list[Component] = []
    if removed:
        components.append({"p": [*path, offset], "sd": removed})
    if added:
        components.append({"p": [*path, offset], "si": added})
    return components
