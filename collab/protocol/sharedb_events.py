"""What a document's room says, in ShareDB's words.

A snapshot or the missing revisions answer a request; an op is answered by its own push, by an ack
behind what its author lacks, or by the request with an error. SPEC: section SD. Called by the
ShareDB adapter.
"""

from __future__ import annotations

from collab.messages import Ack, Event, Missed, NotRead, Refusal, SnapshotSent, Unsubscribed
from collab.ot.types import find_type
from collab.protocol.sharedb_documents import Document
from collab.protocol.sharedb_errors import fault
from collab.protocol.sharedb_frames import (
    acknowledgement,
    deletion,
    failure,
    pushed_op,
    snapshot_data,
)

__all__ = ["tell"]


def tell(document: Document, event: Event) -> list[bytes]:
    """Return the messages that *event* comes to; what it answers is owed no longer."""
    match event:
        case SnapshotSent():
            return _tell_snapshot(document, event)
        case Missed():
            return _tell_missed(document, event)
        case NotRead():
            inquiry = document.take_asked(event.request)
            error = fault(event.code, event.reason)
            return inquiry.fail(document.name, error) if inquiry is not None else []
        case Unsubscribed():
            document.is_subscribed = False
            inquiry = document.take_leaving()
            return inquiry.answer(document.name) if inquiry is not None else []
        case Ack():
            return _tell_ack(document, event)
        case Refusal():
            op = document.take_sent(event.seq)
            error = fault(event.code, event.reason, event.path)
            return [failure(op.message, error)] if op is not None else []
        case _:
            # Nothing that this protocol has words for: problems, awareness, a room that takes
            # no edits, which each op is told.
            return []


def _tell_snapshot(document: Document, event: SnapshotSent) -> list[bytes]:
    inquiry = document.take_asked(event.request)
    document.is_subscribed = document.is_subscribed or event.subscribes
    if inquiry is None:
        return []
    data = snapshot_data(event.revision, event.exists, event.json, find_type(event.type))
    frames = inquiry.answer(document.name, data)
    version = inquiry.version_of(document.name)
    if event.is_reset and version is not None:
        # A client that has a document takes no other until this one is gone.
        frames.insert(0, deletion(document.collection, document.name, version))
    return frames


def _tell_missed(document: Document, event: Missed) -> list[bytes]:
    inquiry = document.take_asked(event.request)
    document.is_subscribed = document.is_subscribed or event.subscribes
    if inquiry is None:
        return []
    frames = [pushed_op(document.collection, document.name, item) for item in event.revisions]
    return frames + inquiry.answer(document.name)


def _tell_ack(document: Document, event: Ack) -> list[bytes]:
    """Return what the client lacks, then the ack: none where its own op was pushed to it."""
    op = document.take_sent(event.seq)
    if op is None or event.is_pushed:
        return []
    version = op.message.value("v")
    if isinstance(version, int) and version >= event.revision:
        # Its author has had this very op as somebody else's, and shows it twice: a client that is
        # paused when it comes back has nothing in flight to know it by. On this code it takes its
        # own copy back and calls its callback without an error, for the op is committed.
        return [failure(op.message, fault("ERR_OP_SUBMIT_REJECTED", "committed already"))]
    frames = [pushed_op(document.collection, document.name, item) for item in event.missing]
    return [*frames, acknowledgement(op.message, op.source, event.revision)]
