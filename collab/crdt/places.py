"""Where every struct of a Doc stands: in which container, under which key.

An item with an origin names no parent: it stands wherever its origin does. So whether a text was
put into an array, or an entry into somebody else's key, cannot be seen in the update that does it,
and no honest client ever does it; but a forged one makes pycrdt loop for ever over that array, or
makes it differ from JavaScript for good. Reading the Doc item by item is no way out, since pycrdt
shows no ids. So the places are kept here beside it, by clock.

Neighbouring clocks mostly stand in one place (a text that somebody typed), so a client's clocks are
held as spans in two arrays: where a span starts, and one number for its container, its key and
whether its content is deleted. What an item's place *was* never changes, deleted or not;
only content whose container was gone when it came stands nowhere. *Dead* containers, deleted
themselves or within something deleted, are known too: in them, and only there, a Doc may have
turned into garbage what the index still has a place for.

The index is laid out when it is first asked, from what was saved of it or from the Doc's whole
state, and each committed update is read when it is asked again.

SPEC: section CR (rule CR25). Called by ``crdt.placement``; kept by the room.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgpack

from collab.crdt.items import DecodedUpdate, Id
from collab.crdt.scan import Scanned, scan, scanned

__all__ = ["Container", "Place", "PlaceIndex"]

Container: TypeAlias = Id | str

_NOWHERE: Final = -1
_KEY_BITS: Final = 32
_KEY_MASK: Final = 2**_KEY_BITS - 1
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
    """The neighbour beside which an item stands that was not read yet."""

    neighbour: tuple[int, int]
    is_deleted: bool


class _Spans:
    """The clocks of one client, in runs that stand in one place.

    ``wheres`` holds a number for each run: of its container, key and deletedness (see ``_where``),
    ``_NOWHERE``, or one below it for an item of ``_pending``. ``types`` are the clocks at which
    shared types stand, in order.
    """

    __slots__ = ("end", "starts", "types", "wheres")

    def __init__(self) -> None:
        self.starts = array("I")
        self.wheres = array("q")
        self.types = array("I")
        self.end = 0

    def add(self, start: int, end: int, where: int) -> None:
        """Append the clocks from *start* to before *end*."""
        if start > self.end:
            # Only a Doc that lacks clocks has a gap, and nothing may stand in it.
            self.starts.append(self.end)
            self.wheres.append(_NOWHERE)
        if not self.wheres or self.wheres[-1] != where:
            self.starts.append(start)
            self.wheres.append(where)
        self.end = end

    def find(self, clock: int) -> int:
        """Return the number of the span with *clock*, which lies before the end."""
        return bisect_right(self.starts, clock) - 1

    def merge(self) -> None:
        """Join neighbouring spans that turned out to stand in one place."""
        merged = _Spans()
        ends = [*self.starts[1:], self.end]
        for start, end, where in zip(self.starts, ends, self.wheres, strict=True):
            merged.add(start, end, where)
        self.starts, self.wheres = merged.starts, merged.wheres


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
        self._waiting: list[bytes | DecodedUpdate] = []
        self._clear()

    def _clear(self) -> None:
        self._is_laid_out = False
        self._spans: dict[int, _Spans] = {}
        self._containers: list[Container] = []
        self._numbers: dict[tuple[int, int] | str, int] = {}
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

    def note(self, update: bytes | DecodedUpdate) -> None:
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
            client: [each.end, each.starts.tobytes(), each.wheres.tobytes(), each.types.tobytes()]
            for client, each in self._spans.items()
        }
        parts = [_SAVED_VERSION, names, bytes(self._kinds), bytes(self._dead), self._keys, spans]
        # The arrays are mostly zeros and small steps, and as large as the Doc's state.
        return zlib.compress(msgpack.packb(parts), level=1)

    # --- questions ----------------------------------------------------------------------------

    def find(self, client: int, clock: int) -> Place | None:
        """Return where a clock that the Doc has stands, None if it is garbage."""
        found = self._find_span(client, clock)
        if found is None:
            return None
        spans, index = found
        where = spans.wheres[index]
        if where == _NOWHERE:
            return None
        key = self._keys[(where & _KEY_MASK) >> 1]
        return Place(self._containers[where >> _KEY_BITS], key)

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
        # The number for nowhere is odd like those of what is deleted.
        return bool(spans.wheres[index] & 1)

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
        parts = msgpack.unpackb(zlib.decompress(saved), strict_map_key=False)
        if parts[0] != _SAVED_VERSION:
            return False
        _, names, kinds, dead, self._keys, saved_spans = parts
        self._containers = [name if isinstance(name, str) else Id(*name) for name in names]
        self._numbers = {name: number for number, name in enumerate(self._containers)}
        self._kinds, self._dead = bytearray(kinds), bytearray(dead)
        self._key_numbers = {key: number for number, key in enumerate(self._keys)}
        for client, (end, starts, wheres, types) in saved_spans.items():
            spans = self._spans[client] = _Spans()
            spans.end = end
            spans.starts.frombytes(starts)
            spans.wheres.frombytes(wheres)
            spans.types.frombytes(types)
        return True

    def _take(self, update: bytes | DecodedUpdate) -> None:
        """Enter the structs of an update and what it deletes."""
        deletes: Mapping[int, Sequence[tuple[int, int]]]
        if isinstance(update, bytes):
            read: dict[int, list[tuple[int, int]]] = {}
            deletes = read
            for client, block in scan(update, read):
                self._take_block(client, block)
        else:
            deletes = update.deletes
            for client, structs in update.structs.items():
                self._take_block(client, scanned(structs))
        if self._pending:
            self._resolve_pending()
        for client, ranges in deletes.items():
            self._take_deletes(client, ranges)

    def _take_block(self, client: int, block: Iterable[Scanned]) -> None:
        spans = self._spans.get(client)
        if spans is None:
            spans = self._spans[client] = _Spans()
        known = spans.end
        for clock, length, neighbour, parent, key, is_garbage, is_deleted, type_ref, _ in block:
            end = clock + length
            if end <= known:
                continue
            start = max(clock, known)
            if parent is not None:
                where = self._where(parent, key) | is_deleted
            elif is_garbage:
                where = _NOWHERE
            else:
                assert neighbour is not None
                where = self._where_beside(client, start, neighbour, is_deleted)
            spans.add(start, end, where)
            if type_ref is not None:
                spans.types.append(clock)
                self._kinds[self._number_of((client, clock))] = type_ref

    def _where(self, parent: tuple[int, int] | str, key: str | None) -> int:
        """Return the number of a place, with the lowest bit left for what is deleted there."""
        number = self._key_numbers.get(key)
        if number is None:
            number = self._key_numbers[key] = len(self._keys)
            self._keys.append(key)
        return self._number_of(parent) << _KEY_BITS | number << 1

    def _where_beside(
        self, client: int, start: int, neighbour: tuple[int, int], is_deleted: bool
    ) -> int:
        """Return the number of an item's place beside its neighbour, or leave it pending."""
        other_client, clock = neighbour
        other = self._spans.get(other_client)
        if other is not None and clock < other.end:
            last = len(other.starts) - 1
            index = last if clock >= other.starts[last] else other.find(clock)
            where = other.wheres[index]
            if where >= 0:
                return where & ~1 | is_deleted
            if where == _NOWHERE:
                return where
            is_next = other_client == client and clock + 1 == start
            if is_next and self._pending[_NOWHERE - 1 - where].is_deleted == is_deleted:
                return where
        self._pending.append(_Pending(neighbour, is_deleted))
        return _NOWHERE - len(self._pending)

    def _resolve_pending(self) -> None:
        """Give every item that waited the place of its neighbour, along chains of them."""
        for spans in self._spans.values():
            if spans.wheres and min(spans.wheres) < _NOWHERE:
                for index, where in enumerate(spans.wheres):
                    if where < _NOWHERE:
                        self._resolve(spans, index)
                spans.merge()
        self._pending.clear()

    def _resolve(self, spans: _Spans, index: int) -> None:
        chain: list[tuple[_Spans, int, bool]] = []
        while (where := spans.wheres[index]) < _NOWHERE:
            neighbour, is_deleted = self._pending[_NOWHERE - 1 - where]
            chain.append((spans, index, is_deleted))
            # What a Doc gave out lacks nothing.
            client, clock = neighbour
            spans = self._spans[client]
            index = spans.find(clock)
        for spans, index, is_deleted in chain:
            spans.wheres[index] = where if where == _NOWHERE else where & ~1 | is_deleted

    def _take_deletes(self, client: int, ranges: Iterable[tuple[int, int]]) -> None:
        """Mark the types among deleted clocks; what lies in them is dead with them."""
        spans = self._spans.get(client)
        if spans is None or not spans.types:
            return
        for clock, length in ranges:
            first = bisect_left(spans.types, clock)
            for type_clock in spans.types[first : bisect_left(spans.types, clock + length)]:
                self._dead[self._numbers[client, type_clock]] = 1

    def _number_of(self, container: tuple[int, int] | str) -> int:
        number = self._numbers.get(container)
        if number is None:
            number = self._numbers[container] = len(self._containers)
            self._containers.append(container if isinstance(container, str) else Id(*container))
            self._kinds.append(_UNKNOWN_KIND)
            self._dead.append(0)
        return number
