"""What a Hocuspocus provider is told of its session's events, and its count of unsaved changes.

The provider counts its unsaved changes down by one for each acknowledgement and calls itself saved
at zero. It never learns which change an acknowledgement is for, hence the accounting:

- It sets the count to one with every step 1 that it sends, and adds one for each edit.
- Each step 1 of the client is answered by a step 2 and exactly one step 1, never two.
- After a reconnect it flushes what it wrote offline as updates that it does not count. Until the
  step 2 that answers us is stored, every acknowledgement is *held*; then all leave at once.
- An update that was dropped for want of earlier ones is acknowledged by the step 2 that brings
  them; if others are dropped before that step 2, theirs are held until it is stored.

SPEC: section HP. Called by the Hocuspocus adapter.
"""

from __future__ import annotations

from typing import assert_never

from collab.errors import InvalidUpdate
from collab.ids import SessionId
from collab.messages import (
    Ack,
    AwarenessChanged,
    Event,
    Joined,
    LockAnswer,
    LocksChanged,
    Lost,
    Missed,
    NotRead,
    Problems,
    QueryStateVector,
    ReadOnly,
    Refusal,
    Resync,
    ServerStateVector,
    SnapshotSent,
    SyncDiff,
    Unsubscribed,
)
from collab.protocol.adapter import CloseRoom, Output, reason_of
from collab.protocol.address import Address
from collab.protocol.hocuspocus_frames import (
    closed,
    encode_stateless,
    lost,
    permission_denied,
    prefix_of,
    problems,
    read_only,
    refused,
    sync_status,
)
from collab.protocol.lock_frames import answer_fields, changed_fields
from collab.protocol.sync import STEP1, answer_step1, awareness_frame, sync_frame

__all__ = ["end", "expel", "tell"]


def tell(channel: str, address: Address, session: SessionId, event: Event) -> Output:
    """Return what to send, and sometimes to ask, for one event of this address's session."""
    match event:
        case SyncDiff():
            address.sync.take_diff()
            return answer_step1(prefix_of(channel), event)
        case ServerStateVector():
            address.sync.take_state_vector()
            return Output(frames=[sync_frame(prefix_of(channel), STEP1, event.state_vector)])
        case AwarenessChanged():
            if not event.entries:
                return Output()
            return Output(frames=[awareness_frame(prefix_of(channel), event.entries)])
        case Ack() | Resync() | Refusal():
            return _decide(channel, address, session, event)
        case ReadOnly():
            return _turn_read_only(channel, address, event)
        case Lost():
            return Output(frames=[lost(channel, event)])
        case Problems():
            return Output(frames=[problems(channel, event)])
        case LockAnswer():
            return Output(frames=[encode_stateless(channel, answer_fields(event))])
        case LocksChanged():
            return Output(frames=[encode_stateless(channel, changed_fields(event))])
        case Joined() | SnapshotSent() | Missed() | NotRead() | Unsubscribed():
            # Only native sessions are told these.
            return Output()
        case _:
            assert_never(event)


def _decide(
    channel: str, address: Address, session: SessionId, event: Ack | Resync | Refusal
) -> Output:
    address.undecided = max(0, address.undecided - 1)
    match event:
        case Ack():
            if event.is_step2:
                address.sync.decide(event.seq)
            return Output(frames=_acknowledge(channel, address))
        case Resync():
            return _resync(channel, address, session, event)
        case Refusal():
            return _refuse(channel, address, event)


def _acknowledge(channel: str, address: Address) -> list[bytes]:
    return [sync_status(channel, is_stored=True)] * address.release(1)


def _resync(channel: str, address: Address, session: SessionId, event: Resync) -> Output:
    try:
        if address.sync.needs_step1(event):
            # The step 2 to come is acknowledged in the place of what was dropped here.
            return Output(requests=[QueryStateVector(session)])
    except InvalidUpdate as error:
        return expel(channel, address, error.message)
    if event.is_step2:
        # The answer to a later step 1 of ours is still to come and is acknowledged for both.
        return Output()
    return Output(frames=_acknowledge(channel, address))


def _refuse(channel: str, address: Address, event: Refusal) -> Output:
    if event.is_fatal:
        return expel(channel, address, reason_of(event.code, event.reason))
    if event.is_step2:
        address.sync.decide(event.seq)
    if event.is_undone:
        frames = _acknowledge(channel, address)
    else:
        frames = [sync_status(channel, is_stored=False)]
        if event.is_step2:
            # What was held for this step 2 is not stored by it.
            address.held = 0
    return Output(frames=[*frames, refused(channel, event)])


def _turn_read_only(channel: str, address: Address, event: ReadOnly) -> Output:
    """Say once why, and to each edit that it is not stored: the room names none of them."""
    output = Output()
    if address.undecided:
        address.undecided -= 1
        output.frames.append(sync_status(channel, is_stored=False))
    if not address.is_read_only:
        address.is_read_only = True
        output.frames.append(read_only(channel, event))
    return output


def expel(channel: str, address: Address, reason: str) -> Output:
    """End this document for the client, for good: what it sent can never be accepted."""
    output = end(channel, address, reason)
    output.requests.append(CloseRoom(channel))
    return output


def end(channel: str, address: Address, reason: str) -> Output:
    """Tell the client that this document has ended; its session has left already."""
    address.deny()
    return Output(frames=[permission_denied(channel, reason), closed(channel, reason)])
