"""The ledger: the numbered side of a room, which grows with every commit.

It holds the head's number, the latest revisions (for transforms and catch-up), the high-water mark
of each source (exactly-once) and the owner of each Yjs client id. SPEC: section RM.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from collab.errors import Refused
from collab.ids import ClientId, Epoch, RevisionNo, SourceId, UserId
from collab.limits import MARKS_PER_ROOM_MAX, TAIL_REVISIONS_MAX
from collab.ot.recent import RecentOps
from collab.revision import DEFAULT_TYPE, ChangeKind, Mark, Revision, Snapshot

__all__ = ["Ledger"]


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
        self._tail: deque[Revision] = deque()

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
        if revision.kind is ChangeKind.OP and revision.type == DEFAULT_TYPE:
            self.recent.record(revision.number, revision.change)
        elif revision.kind is not ChangeKind.NONE:
            self.recent.restart(revision.number)
        self._tail.append(revision)
        while len(self._tail) > TAIL_REVISIONS_MAX:
            self._tail.popleft()

    def prepend(self, revisions: Sequence[Revision]) -> None:
        """Take older revisions, read from the log, that end where memory begins."""
        for revision in reversed(revisions):
            if revision.number == self.tail_start:
                self._tail.appendleft(revision)

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
