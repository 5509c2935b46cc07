"""Edits: a json0 op applied to a document, as a new document or in place.

``apply`` copies the containers on the way to each edit, once, and shares the rest with the document
it was given. ``apply_in_place`` is the room's hot path: it changes the containers themselves and
keeps a journal of inverse steps, so that a failure leaves the document as it was and the caller can
still take a good op back. Both run the same code on an :class:`_Edit`, whose ``copies`` tells them
apart. Inserted values are copied, so a document never shares a container with an op.

Stricter than npm's ``apply``: an element that is not there cannot be deleted, replaced in a list or
moved, and a list has no holes. As in npm, the value that ``ld`` and ``od`` carry is not compared.

SPEC: section OT. Called by ``json0``, and by ``transform`` for the values that deletes carry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from collab.errors import InvalidOp, InvalidValue
from collab.ot import text0
from collab.ot.component import Component, Op, is_text, text_part
from collab.values import Json, copy_json, normalize

__all__ = ["Undo", "apply", "apply_in_place"]

# The root hangs in a holder under this key, so that the root is edited like any member.
_ROOT: Final = "document"

_Step = tuple[Callable[..., object], tuple[Any, ...]]


class Undo:
    """What takes one ``apply_in_place`` back.

    Roll back the newest op first; the order of an object's keys may differ afterwards.
    """

    __slots__ = ("_holder", "_journal")

    def __init__(self, holder: dict[str, Json], journal: list[_Step]) -> None:
        self._holder = holder
        self._journal = journal

    def rollback(self) -> Json:
        """Undo the op and return the document as it was; a second call does nothing more."""
        while self._journal:
            function, arguments = self._journal.pop()
            function(*arguments)
        return self._holder[_ROOT]


def apply(document: Json, op: Op) -> Json:
    """Return the document after *op*; *document* is not changed and shares what *op* left alone.

    Containers and texts keep their marks. Raises ``InvalidOp``: ``op_path`` (nothing there),
    ``op_mismatch`` (something of another type there), ``op_number``, ``op_root``,
    ``op_text_offset``, ``op_text_delete``, ``op_malformed``. Source: [OT3], [OT4].
    """
    edit = _Edit(document, copies=True)
    for component in op:
        edit.run(component)
    return edit.holder[_ROOT]


def apply_in_place(document: Json, op: Op) -> tuple[Json, Undo]:
    """Change *document* by *op*; return it (another object if the root was replaced) and its undo.

    Costs the depth of the paths and the size of what is inserted, not the size of the document.
    Raises as :func:`apply` does, with the document as it was. Source: [OT3], [OT5].
    """
    edit = _Edit(document, copies=False)
    undo = Undo(edit.holder, edit.journal)
    try:
        for component in op:
            edit.run(component)
    except InvalidOp:
        undo.rollback()
        raise
    return edit.holder[_ROOT], undo


class _Edit:
    """One op in progress: the root's holder, the containers it may change, the journal."""

    __slots__ = ("copies", "holder", "journal", "owned")

    def __init__(self, document: Json, *, copies: bool) -> None:
        self.holder: dict[str, Json] = {_ROOT: document}
        self.copies = copies
        # Copies made by this op, by identity; they are kept here so that no id is used twice.
        self.owned: dict[int, Json] = {}
        self.journal: list[_Step] = []

    def run(self, component: Component) -> None:
        """Do *component*, or raise ``InvalidOp`` with its path."""
        path = component.get("p")
        if not isinstance(path, list):
            raise InvalidOp("op_malformed", "a component has no path")
        try:
            self._run(component, path)
        except InvalidOp as error:
            raise InvalidOp(error.code, error.message, tuple(path)) from None

    def _run(self, component: Component, path: list[str | int]) -> None:
        if is_text(component):
            self._edit_text(path[:-1], [text_part(component)])
        elif "t" in component:
            self._edit_text(path, component["o"])
        elif "na" in component:
            self._add(path, component["na"])
        elif "li" in component or "ld" in component:
            self._edit_element(component, path)
        elif "lm" in component:
            self._move(path, component["lm"])
        elif "oi" in component or "od" in component:
            self._edit_member(component, path)
        else:
            raise InvalidOp("op_malformed", "a component has no instruction")

    def _edit_text(self, path: list[str | int], parts: Op) -> None:
        container, key = self._place(path)
        text = _child(container, key)
        if not isinstance(text, str):
            raise InvalidOp("op_mismatch", "the value at the path is not a text")
        self._set(container, key, text0.apply(text, parts))

    def _add(self, path: list[str | int], amount: float) -> None:
        container, key = self._place(path)
        number = _child(container, key)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise InvalidOp("op_mismatch", "the value at the path is not a number")
        try:
            total = normalize(number + amount)
        except InvalidValue as error:
            raise InvalidOp("op_number", error.message) from None
        self._set(container, key, total)

    def _edit_element(self, component: Component, path: list[str | int]) -> None:
        items, index = self._place_in_list(path)
        if "li" not in component:
            _check_index(items, index)
            self.journal.append((list.insert, (items, index, items.pop(index))))
        elif "ld" in component:
            _check_index(items, index)
            self._set(items, index, copy_json(component["li"]))
        else:
            if index != len(items):
                _check_index(items, index)
            items.insert(index, copy_json(component["li"]))
            self.journal.append((list.pop, (items, index)))

    def _move(self, path: list[str | int], target: int) -> None:
        items, index = self._place_in_list(path)
        _check_index(items, index)
        _check_index(items, target)
        item = items.pop(index)
        items.insert(target, item)
        self.journal.append((list.insert, (items, index, item)))
        self.journal.append((list.pop, (items, target)))

    def _edit_member(self, component: Component, path: list[str | int]) -> None:
        container, key = self._place(path)
        if not isinstance(container, dict):
            raise InvalidOp("op_mismatch", "the container at the path is not an object")
        if not isinstance(key, str):
            raise InvalidOp("op_path", "a member of an object is named by a string")
        if "oi" in component:
            self._set(container, key, copy_json(component["oi"]))
        elif container is self.holder:
            raise InvalidOp("op_root", "the root can be replaced, not deleted")
        elif key not in container:
            raise InvalidOp("op_path", f"there is no member {key!r} to delete")
        else:
            self.journal.append((dict.__setitem__, (container, key, container.pop(key))))

    def _set(self, container: Any, key: str | int, value: Json) -> None:
        if isinstance(container, list):
            self.journal.append((list.__setitem__, (container, key, container[int(key)])))
        elif key in container:
            self.journal.append((dict.__setitem__, (container, key, container[key])))
        else:
            self.journal.append((dict.__delitem__, (container, key)))
        container[key] = value

    def _place(self, path: list[str | int]) -> tuple[Any, str | int]:
        """Return the container of the place at *path*, ready to be changed, and the key in it."""
        if not path:
            return self.holder, _ROOT
        container: Any = self.holder
        key: str | int = _ROOT
        for next_key in path:
            child = _child(container, key)
            if self.copies and id(child) not in self.owned and isinstance(child, (dict, list)):
                child = type(child)(child)
                self.owned[id(child)] = child
                container[key] = child
            container, key = child, next_key
        return container, key

    def _place_in_list(self, path: list[str | int]) -> tuple[list[Json], int]:
        items, index = self._place(path)
        if not isinstance(items, list):
            raise InvalidOp("op_mismatch", "the container at the path is not a list")
        if type(index) is not int:
            raise InvalidOp("op_path", "a list index must be an integer")
        return items, index


def _child(container: Any, key: str | int) -> Json:
    """Return what stands at *key*; ``op_path`` if nothing does, ``op_mismatch`` in a scalar."""
    if isinstance(container, dict):
        if not isinstance(key, str) or key not in container:
            raise InvalidOp("op_path", f"there is no member {key!r}")
        return container[key]
    if isinstance(container, list):
        if type(key) is not int:
            raise InvalidOp("op_path", "a list index must be an integer")
        _check_index(container, key)
        return container[key]
    raise InvalidOp("op_mismatch", f"a {type(container).__name__} has no members")


def _check_index(items: list[Json], index: int) -> None:
    if type(index) is not int or not 0 <= index < len(items):
        raise InvalidOp("op_path", f"index {index} is outside a list of {len(items)}")
