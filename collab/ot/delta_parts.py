"""The parts of a delta: its components, an iterator that cuts them and a builder that joins them.

Both take time in proportion to the delta: a text that is cut in many places is measured once, and a
run that grows is a list of texts until it is complete. Components are shared between deltas, so
nobody may change one.

SPEC: section TX. Source: ``OpIterator`` and ``Delta.push`` of npm ``quill-delta`` 5.1.0. Called by
``delta`` and ``rich_text``.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import Any, Final, Literal, TypeAlias

from collab.errors import InvalidOp
from collab.ot import attributes
from collab.values import utf16_length

__all__ = ["Builder", "Delta", "DeltaComponent", "Iterator", "length"]

# ``{"insert": text or embed}``, ``{"retain": length}`` (both perhaps with ``attributes``) or
# ``{"delete": length}``; lengths count UTF-16 code units, and an embed counts one.
DeltaComponent: TypeAlias = dict[str, Any]
Delta: TypeAlias = list[DeltaComponent]

_Kind: TypeAlias = Literal["insert", "retain", "delete"]

_ENCODING: Final = "utf-16-le"
_UNIT_BYTES: Final = 2
# Characters that are measured together: few enough to be converted again for each cut.
_BLOCK_CHARACTERS: Final = 1_024
# Behind its end a delta retains for ever; no delta is as long as this.
_ENDLESS: Final = 2**63


def length(component: DeltaComponent) -> int:
    """Return how many units *component* inserts, retains or deletes."""
    if "insert" in component:
        insert = component["insert"]
        return utf16_length(insert) if isinstance(insert, str) else 1
    return int(component["delete"] if "delete" in component else component["retain"])


class Iterator:
    """Walks over a delta and takes components off its front, whole or cut."""

    __slots__ = ("_characters", "_component", "_delta", "_index", "_offset", "kind", "length")

    def __init__(self, delta: Delta) -> None:
        self._delta = delta
        self._index = -1
        # What is left of the next component: its kind and its length.
        self.kind: _Kind
        self.length: int
        self._advance()

    @property
    def has_next(self) -> bool:
        """Whether the end is not reached; behind it come endless retains."""
        return self._index < len(self._delta)

    @property
    def has_attributes(self) -> bool:
        """Whether the next component sets formats."""
        return "attributes" in self._component

    def take_inserts(self, count: int) -> tuple[Delta, int]:
        """Take off all inserts that *count* units cover whole; return them and what is left of it.

        A key typed far down in a document passes thousands of runs, so this is the fast way.
        """
        taken: Delta = []
        # The first one is measured already, and is often the whole document.
        if self._offset or self.kind != "insert" or self.length > count:
            return taken, count
        for index in range(self._index, len(self._delta)):
            component = self._delta[index]
            insert = component.get("insert")
            if insert is None:
                break
            units = utf16_length(insert) if isinstance(insert, str) else 1
            if units > count:
                break
            count -= units
            taken.append(component)
        self._index += len(taken) - 1
        self._advance()
        return taken, count

    def next(self, count: int = _ENDLESS) -> DeltaComponent:
        """Return the next *count* units, at most what is left of the next component."""
        if not self.has_next:
            return {"retain": count}
        component = self._component
        if count >= self.length:
            part = component if self._offset == 0 else self._cut(self.length)
            self._advance()
            return part
        part = self._cut(count)
        self._offset += count
        self.length -= count
        return part

    def skip(self, count: int) -> None:
        """Take *count* units off and drop them; a character may be cut."""
        while count > 0 and self.has_next:
            if count < self.length:
                self._offset += count
                self.length -= count
                return
            count -= self.length
            self._advance()

    def rest(self) -> Delta:
        """Return all that is left; the iterator is at an unknown place afterwards."""
        if not self.has_next:
            return []
        first = self.next()
        return [first, *self._delta[self._index :]]

    def _advance(self) -> None:
        self._index += 1
        self._offset = 0
        # Of a long text, and of one that is cut and whose units are not its characters.
        self._characters: _CharacterIndex | None = None
        if self._index >= len(self._delta):
            self._component: DeltaComponent = {}
            self.kind, self.length = "retain", _ENDLESS
            return
        self._component = component = self._delta[self._index]
        if "insert" in component:
            self.kind = "insert"
            insert = component["insert"]
            self.length = self._measure(insert) if isinstance(insert, str) else 1
        elif "retain" in component:
            self.kind, self.length = "retain", component["retain"]
        else:
            self.kind, self.length = "delete", component["delete"]

    def _measure(self, text: str) -> int:
        if text.isascii() or len(text) <= _BLOCK_CHARACTERS:
            return utf16_length(text)
        self._characters = _CharacterIndex(text)
        return self._characters.units

    def _cut(self, count: int) -> DeltaComponent:
        """Return *count* units of the component from the offset on."""
        component = self._component
        if self.kind != "insert":
            return {**component, self.kind: count}
        return {**component, "insert": self._cut_text(component["insert"], count)}

    def _cut_text(self, text: str, count: int) -> str:
        end = self._offset + count
        if self._offset + self.length == len(text):
            return text[self._offset : end]
        if self._characters is None:
            self._characters = _CharacterIndex(text)
        return text[self._characters.find(self._offset) : self._characters.find(end)]


class _CharacterIndex:
    """Tells how many characters of a text so many UTF-16 units are."""

    __slots__ = ("_ends", "_text")

    def __init__(self, text: str) -> None:
        """Measure *text*, which is not empty."""
        self._text = text
        starts = range(0, len(text), _BLOCK_CHARACTERS)
        # Where each block ends, in units.
        self._ends = list(
            accumulate(utf16_length(text[start : start + _BLOCK_CHARACTERS]) for start in starts)
        )

    @property
    def units(self) -> int:
        """The length of the text in UTF-16 units."""
        return self._ends[-1]

    def find(self, units: int) -> int:
        """Return the number of characters; ``op_text_offset`` if *units* end within one."""
        block = bisect_left(self._ends, units)
        start = block * _BLOCK_CHARACTERS
        before = self._ends[block - 1] if block else 0
        left = units - before
        characters = self._text[start : start + _BLOCK_CHARACTERS]
        if self._ends[block] - before == len(characters):
            return start + left
        encoded = characters.encode(_ENCODING)
        try:
            return start + len(encoded[: left * _UNIT_BYTES].decode(_ENCODING))
        except UnicodeDecodeError:
            raise InvalidOp("op_text_offset", "the op cuts a character in two") from None


class Builder:
    """Puts a delta together as npm's ``push`` does."""

    __slots__ = ("_delta", "_growing")

    def __init__(self, delta: Delta | None = None) -> None:
        """Begin with the components of *delta*, which now belongs to the builder."""
        self._delta = [] if delta is None else delta
        # Inserts whose text is still a list of parts.
        self._growing: Delta = []

    def push(self, component: DeltaComponent) -> bool:
        """Add *component*, an insert before a delete at the end; whether it is the last one now.

        It is not if it was joined to a neighbour or put before a delete.
        """
        delta = self._delta
        index = len(delta)
        if delta and "insert" in component and "delete" in delta[-1]:
            index -= 1
        if index and self._join(index - 1, component):
            return False
        delta.insert(index, component)
        return index == len(delta) - 1

    def append(self, component: DeltaComponent) -> None:
        """Add *component* at the very end, joined to what stands there."""
        if not self._delta or not self._join(len(self._delta) - 1, component):
            self._delta.append(component)

    def extend(self, delta: Delta) -> None:
        """Add *delta*, of which the first component alone may be joined."""
        if delta:
            self.push(delta[0])
            self._delta += delta[1:]

    def build(self) -> Delta:
        """Return the delta without a plain retain at its end; the builder is used up."""
        for component in self._growing:
            component["insert"] = "".join(component["insert"])
        if self._delta and "retain" in self._delta[-1] and "attributes" not in self._delta[-1]:
            self._delta.pop()
        return self._delta

    def _join(self, index: int, component: DeltaComponent) -> bool:
        """Join *component* to the one at *index*, if that can be."""
        last = self._delta[index]
        if "delete" in component:
            if "delete" in last:
                self._delta[index] = {"delete": last["delete"] + component["delete"]}
                return True
            return False
        kind = "insert" if "insert" in component else "retain"
        if kind not in last or not attributes.are_equal(
            last.get("attributes"), component.get("attributes")
        ):
            return False
        if kind == "retain":
            self._delta[index] = {**last, "retain": last["retain"] + component["retain"]}
            return True
        return self._join_texts(index, last["insert"], component["insert"])

    def _join_texts(self, index: int, before: Any, after: Any) -> bool:
        if isinstance(before, dict) or isinstance(after, dict):
            return False
        if isinstance(before, list):
            before.append(after)
            return True
        growing = {**self._delta[index], "insert": [before, after]}
        self._delta[index] = growing
        self._growing.append(growing)
        return True
