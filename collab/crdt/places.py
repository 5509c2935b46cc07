"""Where every struct of a Doc stands: in which container, under which key.

An item with an origin names no parent: it stands wherever its origin does. So whether a text was
put into an array, or an entry into somebody else's key, cannot be seen in the update that does it,
and no honest client ever does it; but a forged one makes pycrdt loop for ever over that array, or
makes it differ from JavaScript for good. Reading the Doc item by item is no way out, since pycrdt
shows no ids. So the places are kept here beside it, by clock.

Neighbouring clocks mostly stand in one place (a text that somebody typed), so a client's clocks are
held as spans in three arrays: where a span starts, the number of its container, and a tag of its
key and of whether its content is deleted. What an item's place *was* never changes, deleted or not;
only content whose container was gone when it came stands nowhere. *Dead* containers, deleted
themselves or within something deleted, are known too: in them, and only there, a Doc may have
turned into garbage what the index still has a place for.

The index is laid out when it is first asked, from what was saved of it or from the Doc's whole
state, and each committed update is read when it is asked again. SPEC: section CR (rules CR25 to
CR29). Called by ``crdt.placement``; kept by the room.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

import msgpack

from collab.crdt.scan import Scanned, scan
from collab.crdt.structs import Id

__all__ = ["Container", "Place", "PlaceIndex"]

Container: TypeAlias = Id | str

_NOWHERE: Final = -1
_PENDING: Final = -2
_UNKNOWN_KIND: Final = 255
# Reading what waits takes some 10 µs an update: never more at once than nobody notices.
_WAITING_UPDATES_MAX: Final = 512
# The arrays are saved as this machine holds them; another kind reads the state instead.
_SAVED_VERSION: Final = f"1 {sys.byteorder}"


class Place(NamedTuple):
    """A container, a root by name or a type by id, and the key in it (none: in its list)."""

    container: Container
    key: str | None


class _Pending(NamedTuple):
    """An item by its id, with the neighbour beside which it stands."""

    client: int
    clock: int
    neighbour: Id
    is_deleted: bool


class _Spans:
    """The clocks of one client, in runs that stand in one place."""

    __slots__ = ("containers", "end", "starts", "tags", "types")

    def __init__(self) -> None:
        self.starts = array("I")
        self.containers = array("i")
        self.tags = array("i")
        self.end = 0
        # The clocks at which shared types stand, in order.
        self.types = array("I")

    def add(self, clock: int, end: int, container: int, tag: int) -> None:
        """Append the clocks from *clock* to before *end*."""
        if clock > self.end:
            # Only a Doc that lacks clocks has a gap, and nothing may stand in it.
            self.starts.append(self.end)
            self.containers.append(_NOWHERE)
            self.tags.append(0)
        is_more = bool(self.starts) and self.containers[-1] == container and self.tags[-1] == tag
        if not is_more:
            self.starts.append(clock)
            self.containers.append(container)
            self.tags.append(tag)
        self.end = end

    def find(self, clock: int) -> int:
        """Return the number of the span with *clock*, which lies before the end."""
        return bisect_right(self.starts, clock) - 1

    def columns(self) -> tuple[array[int], ...]:
        """Return everything but the end, as it is saved."""
        return self.starts, self.containers, self.tags, self.types

    def merge(self) -> None:
        """Join neighbouring spans that turned out to stand in one place."""
        merged = _Spans()
        ends = [*self.starts[1:], self.end]
        for start, end, container, tag in zip(
            self.starts, ends, self.containers, self.tags, strict=True
        ):
            merged.add(start, end, container, tag)
        self.starts, self.containers, self.tags = merged.starts, merged.containers, merged.tags


class PlaceIndex:
    """The places of one Doc. *state* returns the Doc's whole state as an update.

    *saved* is what ``to_bytes`` returned when the Doc had less in it, and ``note`` has to be told
    each update since; empty if nothing was saved.
    """

    __slots__ = (
        "_containers",
        "_dead",
        "_is_laid_out",
        "_key_numbers",
        "_keys",
        "_kinds",
        "_numbers",
        "_pending",
        "_read_state",
        "_saved",
        "_spans",
        "_waiting",
    )

    def __init__(self, state: Callable[[], bytes], saved: bytes = b"") -> None:
        self._read_state = state
        self._saved = saved
        self._waiting: list[bytes] = []
        self._clear()

    def _clear(self) -> None:
        self._is_laid_out = False
        self._spans: dict[int, _Spans] = {}
        self._containers: list[Container] = []
        self._numbers: dict[Container, int] = {}
        self._kinds = bytearray()
        self._dead = bytearray()
        self._keys: list[str | None] = [None]
        self._key_numbers: dict[str | None, int] = {None: 0}
        # Items whose neighbour stands in a block that was not read yet.
        self._pending: list[_Pending] = []

    @property
    def span_count(self) -> int:
        return sum(len(spans.starts) for spans in self._spans.values())

    # --- what was committed -------------------------------------------------------------------

    def note(self, update: bytes) -> None:
        """Take in the update that a commit emitted; it is read when the index is next asked."""
        if self._is_laid_out or self._saved:
            self._waiting.append(update)
            if len(self._waiting) >= _WAITING_UPDATES_MAX:
                self._prepare()

    def to_bytes(self) -> bytes:
        """Return the index to be saved with the Doc's state; empty if nobody asked it yet."""
        if not self._is_laid_out and not self._saved:
            return b""
        self._prepare()
        names = [name if isinstance(name, str) else list(name) for name in self._containers]
        spans = {
            client: [
                each.end,
                *(column.tobytes() for column in each.columns()),
            ]
            for client, each in self._spans.items()
        }
        parts = [_SAVED_VERSION, names, bytes(self._kinds), bytes(self._dead), self._keys, spans]
        saved: bytes = msgpack.packb(parts)
        return saved

    # --- questions ----------------------------------------------------------------------------

    def find(self, client: int, clock: int) -> Place | None:
        """Return where a clock that the Doc has stands, None if it is garbage."""
        found = self._find_span(client, clock)
        if found is None:
            return None
        spans, index = found
        container = spans.containers[index]
        if container == _NOWHERE:
            return None
        return Place(self._containers[container], self._keys[spans.tags[index] >> 1])

    def kind_of(self, container: Container) -> int | None:
        """Return which ``TypeRef`` stands at an id; None if none does, or for a root."""
        self._prepare()
        number = self._numbers.get(container)
        if number is None or self._kinds[number] == _UNKNOWN_KIND:
            return None
        return self._kinds[number]

    def is_deleted(self, client: int, clock: int) -> bool:
        """True for garbage, and for an item whose content was gone when it was first read."""
        found = self._find_span(client, clock)
        if found is None:
            return True
        spans, index = found
        return spans.containers[index] == _NOWHERE or bool(spans.tags[index] & 1)

    def is_dead(self, container: Container) -> bool:
        """Whether a container is deleted, or lies within one that is."""
        self._prepare()
        while not isinstance(container, str):
            number = self._numbers.get(container)
            if number is None or self._dead[number]:
                return True
            place = self.find(*container)
            if place is None or self.is_deleted(*container):
                return True
            container = place.container
        return False

    def _find_span(self, client: int, clock: int) -> tuple[_Spans, int] | None:
        if self._waiting or not self._is_laid_out:
            self._prepare()
        spans = self._spans.get(client)
        if spans is None or clock >= spans.end:
            # Whoever asks knows that the Doc has it, so something was committed and not noted.
            self._lay_out()
            spans = self._spans.get(client)
            if spans is None or clock >= spans.end:
                return None
        return spans, spans.find(clock)

    # --- laying out ---------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Bring the index up to date with what was noted."""
        if not self._is_laid_out:
            if not self._saved or not self._restore(self._saved):
                self._lay_out()
            self._saved = b""
            self._is_laid_out = True
        waiting, self._waiting = self._waiting, []
        for update in waiting:
            self._take(update)

    def _lay_out(self) -> None:
        """Read the whole state, which holds everything that was noted."""
        self._clear()
        self._waiting = []
        self._take(self._read_state())
        self._is_laid_out = True

    def _restore(self, saved: bytes) -> bool:
        """Take up what was saved; False if it is not of this version."""
        parts = msgpack.unpackb(saved, strict_map_key=False)
        if parts[0] != _SAVED_VERSION:
            return False
        _, names, kinds, dead, self._keys, saved_spans = parts
        self._containers = [name if isinstance(name, str) else Id(*name) for name in names]
        self._numbers = {name: number for number, name in enumerate(self._containers)}
        self._kinds, self._dead = bytearray(kinds), bytearray(dead)
        self._key_numbers = {key: number for number, key in enumerate(self._keys)}
        for client, (end, *packed) in saved_spans.items():
            spans = self._spans[client] = _Spans()
            spans.end = end
            for column, data in zip(spans.columns(), packed, strict=True):
                column.frombytes(data)
        return True

    def _take(self, update: bytes) -> None:
        """Enter the structs of an update and what it deletes."""
        deletes: dict[int, list[tuple[int, int]]] = {}
        for client, block in scan(update, deletes):
            self._take_block(client, block)
        if self._pending:
            self._resolve_pending()
        for client, ranges in deletes.items():
            self._take_deletes(client, ranges)

    def _take_block(self, client: int, block: Iterator[Scanned]) -> None:
        spans = self._spans.get(client)
        if spans is None:
            spans = self._spans[client] = _Spans()
        for clock, length, neighbour, parent, key, is_garbage, is_deleted, type_ref, _ in block:
            end = clock + length
            if end <= spans.end:
                continue
            start = max(clock, spans.end)
            if parent is not None:
                container, tag = self._number_of(parent), self._key_number(key) << 1 | is_deleted
            elif is_garbage:
                container, tag = _NOWHERE, 0
            else:
                assert neighbour is not None
                item = _Pending(client, start, neighbour, is_deleted)
                container, tag = self._beside(item, spans)
            spans.add(start, end, container, tag)
            if type_ref is not None:
                spans.types.append(clock)
                self._kinds[self._number_of(Id(client, clock))] = type_ref

    def _beside(self, item: _Pending, spans: _Spans) -> tuple[int, int]:
        """Return the container and the tag of an item, which is left pending if need be."""
        client, clock = item.neighbour
        other = spans if client == item.client else self._spans.get(client)
        if other is None or clock >= other.end:
            self._pending.append(item)
            return _PENDING, len(self._pending) - 1
        last = len(other.starts) - 1
        index = last if clock >= other.starts[last] else other.find(clock)
        container, tag = other.containers[index], other.tags[index]
        if container >= 0:
            return container, tag & ~1 | item.is_deleted
        if container == _PENDING:
            before = self._pending[tag]
            is_next = other is spans and index == last and clock + 1 == item.clock
            if not is_next or before.is_deleted != item.is_deleted:
                self._pending.append(item)
                tag = len(self._pending) - 1
        return container, tag

    def _resolve_pending(self) -> None:
        """Give every item that waited the place of its neighbour, along chains of them."""
        for pending in self._pending:
            spans = self._spans[pending.client]
            index = spans.find(pending.clock)
            chain: list[tuple[_Spans, int]] = []
            while spans.containers[index] == _PENDING:
                chain.append((spans, index))
                client, clock = self._pending[spans.tags[index]].neighbour
                other = self._spans.get(client)
                # What a Doc gave out lacks nothing.
                assert other is not None and clock < other.end
                spans, index = other, other.find(clock)
            container, tag = spans.containers[index], spans.tags[index] & ~1
            for spans, index in chain:
                is_deleted = container >= 0 and self._pending[spans.tags[index]].is_deleted
                spans.containers[index] = container
                spans.tags[index] = tag | is_deleted
        for client in {pending.client for pending in self._pending}:
            self._spans[client].merge()
        self._pending.clear()

    def _take_deletes(self, client: int, ranges: Iterable[tuple[int, int]]) -> None:
        """Mark the types among deleted clocks; what lies in them is dead with them."""
        spans = self._spans.get(client)
        if spans is None or not spans.types:
            return
        for clock, length in ranges:
            first = bisect_left(spans.types, clock)
            for type_clock in spans.types[first : bisect_left(spans.types, clock + length)]:
                self._dead[self._numbers[Id(client, type_clock)]] = 1

    def _number_of(self, container: Container) -> int:
        number = self._numbers.get(container)
        if number is None:
            number = self._numbers[container] = len(self._containers)
            self._containers.append(container)
            self._kinds.append(_UNKNOWN_KIND)
            self._dead.append(0)
        return number

    def _key_number(self, key: str | None) -> int:
        number = self._key_numbers.get(key)
        if number is None:
            number = self._key_numbers[key] = len(self._keys)
            self._keys.append(key)
        return number
