"""The ledger: the numbered side of a room, which grows with every commit.

It holds the head's number, the latest revisions (for transforms and catch-up), the high-water mark
of each source (exactly-once) and the owner of each Yjs client id. The latest revisions are bounded
in number and in bytes: older ones are read from the log by whoever needs them. SPEC: section RM.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import orjson

from collab.errors import Refused
from collab.ids import ClientId, Epoch, RevisionNo, SourceId, UserId
from collab.limits import MARKS_PER_ROOM_MAX, TAIL_BYTES_MAX, TAIL_REVISIONS_MAX
from collab.ot.recent import RecentOps
from collab.revision import DEFAULT_TYPE, ChangeKind, Mark, Revision, Snapshot

__all__ = ["Ledger", "weight_of"]

# A small revision's objects: itself, its op with a path, its update, its place in the tail.
_OVERHEAD_BYTES: Final = 1_000


class Ledger:
    """What was committed, as far as a room has to remember it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.epoch: Epoch = snapshot.epoch
        self.head: RevisionNo = snapshot.revision
        # Revisions up to this one are not kept any more, neither here nor in the log.
        self.history_start = RevisionNo(0)
        self.marks: dict[SourceId, Mark] = dict(snapshot.marks)
        self.clients: dict[ClientId, UserId] = dict(snapshot.clients)
        self.recent = RecentOps(snapshot.revision)
        self.tail_bytes = 0
        self._tail: deque[Revision] = deque()
        # What each revision of the tail is taken to weigh.
        self._weights: deque[int] = deque()

    @property
    def tail_start(self) -> RevisionNo:
        """The revision after which every one is in memory."""
        return RevisionNo(self.head - len(self._tail))

    def record(self, revision: Revision) -> None:
        """Take the next revision: the head, its source's mark and its client ids."""
        assert revision.number == self.head + 1, (revision.number, self.head)
        self.head = revision.number
        self.clients.update(revision.clients)
        if revision.source is not None and revision.seq is not None:
            # Re-inserted last, so that the sources least recently heard of come first.
            self.marks.pop(revision.source, None)
            self.marks[revision.source] = Mark(revision.seq, revision.number, revision.author)
            if len(self.marks) > MARKS_PER_ROOM_MAX:
                del self.marks[next(iter(self.marks))]
        weight = weight_of(revision)
        if revision.kind is ChangeKind.OP and revision.type == DEFAULT_TYPE:
            self.recent.record(revision.number, revision.change, weight)
        elif revision.kind is not ChangeKind.NONE:
            self.recent.restart(revision.number)
        self._tail.append(revision)
        self._weights.append(weight)
        self.tail_bytes += weight

    def trim(self, durable: RevisionNo) -> None:
        """Forget the oldest revisions beyond the bounds, of those that the log has by now.

        What is not durable stays: it could not be read again.
        """
        tail, weights = self._tail, self._weights
        while tail and (len(tail) > TAIL_REVISIONS_MAX or self.tail_bytes > TAIL_BYTES_MAX):
            if tail[0].number > durable:
                break
            tail.popleft()
            self.tail_bytes -= weights.popleft()

    def prepend(self, revisions: Sequence[Revision]) -> None:
        """Take older revisions, read from the log, that end where memory begins."""
        for revision in reversed(revisions):
            if revision.number == self.tail_start:
                weight = weight_of(revision)
                self._tail.appendleft(revision)
                self._weights.appendleft(weight)
                self.tail_bytes += weight

    def has_since(self, base: RevisionNo) -> bool:
        """True if every revision after *base* is in memory."""
        return base >= self.tail_start

    def since(self, base: RevisionNo) -> Iterator[Revision]:
        """Return the revisions after *base*, in order."""
        count = self.head - base
        assert 0 <= count <= len(self._tail)
        if count <= len(self._tail) // 2:
            return reversed(list(islice(reversed(self._tail), count)))
        return islice(self._tail, len(self._tail) - count, None)

    def duplicate(self, source: SourceId, seq: int, user: UserId) -> RevisionNo | None:
        """Return the revision that committed this very submission, or None if it is new.

        Raises ``Refused``: ``op_source_foreign`` if the source is somebody else's, and
        ``op_seq_stale`` if a later one of this source was committed already.
        """
        mark = self.marks.get(source)
        if mark is None:
            return None
        if mark.user != user:
            raise Refused("op_source_foreign", "this source belongs to somebody else")
        if seq < mark.seq:
            raise Refused("op_seq_stale", f"seq {mark.seq} of this source is committed already")
        return mark.revision if seq == mark.seq else None


def weight_of(revision: Revision) -> int:
    """Return about how many bytes of memory *revision* takes."""
    size = _OVERHEAD_BYTES + 2 * len(revision.update)  # What is new is in both of its forms.
    change = revision.change
    if revision.type != DEFAULT_TYPE or revision.kind is ChangeKind.DELETE:
        return size + len(orjson.dumps((change, revision.inverse)))
    if revision.kind is ChangeKind.OP:
        for component in change:
            # What was taken away is in the op alone.
            for key in ("od", "ld", "sd"):
                removed = component.get(key)
                if isinstance(removed, str):
                    size += len(removed)
                elif isinstance(removed, (dict, list)):
                    size += len(orjson.dumps(removed))
    return size
