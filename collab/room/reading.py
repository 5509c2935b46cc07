"""What a session that asks is told of the document and of its history.

A session may go on from a revision if every later one is kept and not too many; one that may not,
or whose role does not let it look back, gets the document as it is. SPEC: section RM. Called by
``room``.
"""

from __future__ import annotations

from collab.ids import RevisionNo
from collab.limits import OP_BASE_LAG_MAX
from collab.messages import Fetch, Join, Joined, Missed, NotRead, SnapshotSent, Subscribe
from collab.room.head import Head
from collab.room.session import Session

__all__ = ["answer", "joined", "needs_history"]


def joined(committer: Head, session: Session, command: Join, read_only: str) -> Joined:
    """Return the welcome of a native session: the revisions it lacks, or the document."""
    ledger = committer.ledger
    since = command.since
    is_resumed = (
        since is not None
        and command.epoch in (None, ledger.epoch)
        and ledger.has_since(since)
        and since <= ledger.head
    )
    revisions = tuple(ledger.since(since)) if is_resumed and since is not None else ()
    return Joined(
        session=session.id,
        epoch=ledger.epoch,
        revision=ledger.head,
        exists=committer.exists,
        json=b"" if is_resumed else committer.json(),
        client=session.client,
        revisions=revisions,
        is_resumed=is_resumed,
        read_only=read_only,
        type=committer.type.name,
        locks=committer.locks.state,
    )


def needs_history(
    committer: Head, session: Session, command: Fetch | Subscribe
) -> RevisionNo | None:
    """Return the revision after which the log has to be read to answer *command*, if it has to."""
    since = command.since
    if since is None or since > committer.ledger.head or _is_reset(committer, session, since):
        return None
    return None if committer.ledger.has_since(since) else since


def answer(
    committer: Head, session: Session, command: Fetch | Subscribe
) -> SnapshotSent | Missed | NotRead:
    """Return the document, or the revisions after ``since``, which are in memory by now."""
    ledger = committer.ledger
    since, request = command.since, command.request
    subscribes = isinstance(command, Subscribe)
    if since is not None and since > ledger.head:
        reason = f"revision {since} is not committed: the document is at {ledger.head}"
        return NotRead(request, "revision_future", reason)
    if since is not None and not _is_reset(committer, session, since):
        return Missed(request, ledger.head, tuple(ledger.since(since)), subscribes)
    return SnapshotSent(
        request=request,
        epoch=ledger.epoch,
        revision=ledger.head,
        exists=committer.exists,
        json=committer.json(),
        is_reset=since is not None,
        subscribes=subscribes,
        type=committer.type.name,
    )


def _is_reset(committer: Head, session: Session, since: RevisionNo) -> bool:
    """Return whether a session at *since* has to begin anew."""
    ledger = committer.ledger
    is_kept = since >= ledger.history_start and since >= ledger.head - OP_BASE_LAG_MAX
    return since < ledger.head and not (session.looks_back and is_kept)
