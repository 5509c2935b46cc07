"""Where texts hold surrogate pairs, by clock, so that an edit which splits one is noticed.

Yjs counts texts in UTF-16 units, and nothing keeps a client from inserting or deleting between the
two halves of an emoji. JavaScript then turns both halves into U+FFFD; yrs moves the edit to the
next whole character, which may delete a *neighbour*. From there on the replicas differ for ever,
and nothing shows it: the events of pycrdt agree with its own new text. Only the clocks tell. So the
clock of each second half is kept here, and an update that cuts just before one splits its pair.

SPEC: section CR (rule CR20). Called by the room, which replaces the texts such an update touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collab.crdt.scan import Deletes, scan
from collab.crdt.structs import DecodedUpdate, Id

__all__ = ["PairIndex"]


class PairIndex:
    """The clocks of the second halves of all pairs in a room's living texts."""

    __slots__ = ("_halves",)

    def __init__(self) -> None:
        self._halves: dict[int, set[int]] = {}

    @classmethod
    def of_state(cls, state: bytes) -> PairIndex:
        """Return the index of a Doc whose whole state is *state*.

        It takes a while for some megabytes: build it when a text with a pair is first edited.
        """
        index = cls()
        deletes: Deletes = {}
        for client, block in scan(state, deletes):
            for clock, *_, text in block:
                if text is not None:
                    index._note_text(client, clock, text)
        index._forget(deletes)
        return index

    def __len__(self) -> int:
        """How many pairs there are."""
        return sum(map(len, self._halves.values()))

    def is_split_by(self, decoded: DecodedUpdate) -> bool:
        """Whether *decoded* cuts a pair that is here, or one that it brings itself.

        Ask before ``note``: an update that was noted has its pairs forgotten where it deleted them.
        Source: [CR20], yjs ``getItemCleanStart``, ``getItemCleanEnd`` and ``ContentString.splice``.
        """
        brought = PairIndex()
        brought._note_texts(decoded)
        return self._is_cut(decoded) or brought._is_cut(decoded)

    def note(self, decoded: DecodedUpdate) -> None:
        """Take in an update that was applied: its new pairs come, those it deletes go."""
        self._note_texts(decoded)
        self._forget(decoded.deletes)

    def _forget(self, deletes: Mapping[int, Iterable[tuple[int, int]]]) -> None:
        for client, ranges in deletes.items():
            halves = self._halves.get(client)
            if halves is None:
                continue
            for clock, length in ranges:
                if length < len(halves):
                    halves.difference_update(range(clock, clock + length))
                else:
                    halves -= {half for half in halves if clock <= half < clock + length}
            if not halves:
                del self._halves[client]

    def _is_cut(self, decoded: DecodedUpdate) -> bool:
        if not self._halves:
            return False
        return any(
            self._holds(client, clock) or self._holds(client, clock + length)
            for client, ranges in decoded.deletes.items()
            for clock, length in ranges
        ) or any(
            self._cuts(struct.origin, struct.right_origin)
            for block in decoded.structs.values()
            for struct in block
        )

    def _cuts(self, origin: Id | None, right_origin: Id | None) -> bool:
        return (origin is not None and self._holds(origin.client, origin.clock + 1)) or (
            right_origin is not None and self._holds(right_origin.client, right_origin.clock)
        )

    def _holds(self, client: int, clock: int) -> bool:
        halves = self._halves.get(client)
        return halves is not None and clock in halves

    def _note_texts(self, decoded: DecodedUpdate) -> None:
        for client, block in decoded.structs.items():
            for struct in block:
                if struct.content == "string" and struct.length != len(struct.value):
                    self._note_text(client, struct.clock, struct.value)

    def _note_text(self, client: int, clock: int, text: str) -> None:
        halves = self._halves.setdefault(client, set())
        for character in text:
            if character > "\uffff":
                halves.add(clock + 1)
                clock += 1
            clock += 1
