"""Whether an update applies completely, found without a Doc.

pycrdt applies an update whose dependencies are missing *halfway* and says nothing. So each update
is integrated on paper first. Each client's block is a queue; its head can go once the clock before
it and the items it names (origin, right origin, parent) are known, either to the room or because
they went before. A head that has to wait is entered under the client it waits for, ordered by
clock, and is looked at again when that client's clock has passed it; so every struct is looked at
a bounded number of times, whatever order a forger chose. What is still queued when nothing moves
any more, a cycle of items that name each other included, would stay pending in the Doc: then
something is *missing*.

SPEC: section CR (rules CR12 to CR14). Called by ``crdt.update``.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush

from collab.crdt.structs import DecodedUpdate, Id, Struct

__all__ = ["find_missing"]


def find_missing(decoded: DecodedUpdate, state_vector: Mapping[int, int]) -> tuple[Id, ...]:
    """Return, for each client of which something is lacking, the first clock that is.

    The room at *state_vector* has to have everything before those clocks, and from them on at
    least what the update names, for the update to apply completely; empty if it does already.
    Source: [CR12], yjs ``integrateStructs`` and ``Item.getMissing``.
    """
    if _is_complete(decoded, state_vector):
        return ()
    return _Integration(decoded, state_vector).missing()


def _is_complete(decoded: DecodedUpdate, state_vector: Mapping[int, int]) -> bool:
    """Whether an update of one client is, read from its first struct to its last.

    That is how clients write what they do; whatever else there is, is looked at in full.
    """
    if len(decoded.structs) > 1:
        return False
    own = end = 0
    for own, block in decoded.structs.items():
        end = state_vector.get(own, 0)
        for struct in block:
            if struct.clock > end or struct.kind == "skip":
                return False
            for needed in (struct.origin, struct.right_origin, struct.parent_id):
                if needed is not None:
                    client, clock = needed
                    if clock >= (end if client == own else state_vector.get(client, 0)):
                        return False
            end = max(end, struct.clock + struct.length)
    for client, ranges in decoded.deletes.items():
        last = end if client == own else state_vector.get(client, 0)
        for clock, length in ranges:
            if clock + length > last:
                return False
    return True


class _Integration:
    """The queues, clocks and waiting lists of one run."""

    __slots__ = ("_decoded", "_heads", "_next_clocks", "_state_vector", "_waiting")

    def __init__(self, decoded: DecodedUpdate, state_vector: Mapping[int, int]) -> None:
        self._decoded = decoded
        self._state_vector = state_vector
        self._next_clocks: dict[int, int] = {}
        self._heads: dict[int, int] = {}
        self._waiting: dict[int, list[tuple[int, int]]] = {}

    def missing(self) -> tuple[Id, ...]:
        """Return the first unknown clock of each client of which something is lacking."""
        ready = list(self._decoded.structs)
        lacking: set[int] = set()
        while ready:
            client = ready.pop()
            if not self._advance(client):
                lacking.add(client)
            waiting = self._waiting.get(client)
            while waiting and waiting[0][0] < self._next_clock(client):
                ready.append(heappop(waiting)[1])
        lacking.update(client for client, waiting in self._waiting.items() if waiting)
        for client, ranges in self._decoded.deletes.items():
            next_clock = self._next_clock(client)
            if any(clock + length > next_clock for clock, length in ranges):
                lacking.add(client)
        return tuple(Id(client, self._next_clock(client)) for client in sorted(lacking))

    def _next_clock(self, client: int) -> int:
        clock = self._next_clocks.get(client)
        return self._state_vector.get(client, 0) if clock is None else clock

    def _advance(self, client: int) -> bool:
        """Integrate from the head of a block as far as it goes; False if clocks are lacking."""
        block = self._decoded.structs[client]
        head = self._heads.get(client, 0)
        next_clock = self._next_clock(client)
        has_gap = False
        while head < len(block):
            struct = block[head]
            if struct.kind != "skip" and struct.clock + struct.length > next_clock:
                if struct.clock > next_clock:
                    has_gap = True
                    break
                self._next_clocks[client] = next_clock
                needed = self._first_unknown(struct)
                if needed is not None:
                    heappush(
                        self._waiting.setdefault(needed.client, []),
                        (needed.clock, client),
                    )
                    break
                next_clock = struct.clock + struct.length
            head += 1
        self._heads[client] = head
        self._next_clocks[client] = next_clock
        return not has_gap

    def _first_unknown(self, struct: Struct) -> Id | None:
        for needed in (struct.origin, struct.right_origin, struct.parent_id):
            if needed is not None and needed.clock >= self._next_clock(needed.client):
                return needed
        return None
