"""Requests: Yjs updates, syncs and locks that wait for their answers, across connections.

Each may be sent again after a reconnect: doing it twice is doing it once. What waits is
bounded; whoever wants to add more waits for an answer first.
SPEC: section CL. Called by ``exchange``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from collab.client.errors import ClientBehind, ClientError, ClientRefused
from collab.client.frames import Message, pack
from collab.client.locks import LockReply, reply_of
from collab.errors import LimitExceeded
from collab.ids import RevisionNo
from collab.limits import FRAME_BYTES_MAX, STEP2_BYTES_MAX

__all__ = ["Diff", "Requests"]

_REQUESTS_MAX: Final = 256
_FIELDS_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Diff:
    """What a peer lacks at ``revision``, and the room's own state vector there."""

    revision: RevisionNo
    update: bytes
    state_vector: bytes


@dataclass(slots=True)
class _Update:
    frame: bytes
    answer: asyncio.Future[RevisionNo]
    is_sent: bool = False


@dataclass(slots=True)
class _Sync:
    frame: bytes
    answer: asyncio.Future[Diff]
    is_sent: bool = False


@dataclass(slots=True)
class _Lock:
    frame: bytes
    answer: asyncio.Future[LockReply]
    is_sent: bool = False


class Requests:
    """What was asked and not answered."""

    def __init__(self) -> None:
        self._updates: dict[int, _Update] = {}
        self._syncs: deque[_Sync] = deque()
        self._locks: dict[int, _Lock] = {}

    @property
    def is_full(self) -> bool:
        return len(self._updates) + len(self._syncs) + len(self._locks) >= _REQUESTS_MAX

    def update(self, seq: int, update: bytes, *, is_answer: bool) -> asyncio.Future[RevisionNo]:
        """Queue an update; ``LimitExceeded`` (``limit_frame``) if no server would take it."""
        bytes_max = (STEP2_BYTES_MAX if is_answer else FRAME_BYTES_MAX) - _FIELDS_BYTES
        if len(update) > bytes_max:
            raise LimitExceeded(f"an update has at most {bytes_max} bytes", code="limit_frame")
        fields = {"type": "update", "seq": seq, "update": update, "answer": is_answer}
        request = _Update(pack(fields), asyncio.get_running_loop().create_future())
        self._updates[seq] = request
        return request.answer

    def sync(self, state_vector: bytes) -> asyncio.Future[Diff]:
        """Queue a question for what *state_vector* lacks."""
        frame = pack({"type": "sync", "state_vector": state_vector})
        request = _Sync(frame, asyncio.get_running_loop().create_future())
        self._syncs.append(request)
        return request.answer

    def lock(self, number: int, component: str, action: str) -> asyncio.Future[LockReply]:
        """Queue what is asked of a component's lock."""
        fields = {"type": "lock", "id": number, "component": component, "action": action}
        request = _Lock(pack(fields), asyncio.get_running_loop().create_future())
        self._locks[number] = request
        return request.answer

    def outgoing(self) -> Iterator[bytes]:
        """Yield the frames that have not gone out on this connection."""
        for request in self._all():
            if not request.is_sent:
                request.is_sent = True
                yield request.frame

    def disconnect(self) -> None:
        """Everything goes out again on the next connection."""
        for request in self._all():
            request.is_sent = False

    # --- answers ------------------------------------------------------------------------------

    def acknowledge(self, seq: int, revision: RevisionNo) -> None:
        request = self._updates.pop(seq, None)
        if request is not None and not request.answer.done():
            request.answer.set_result(revision)

    def refuse(self, seq: int, refusal: ClientRefused) -> None:
        self._fail(seq, refusal)

    def resync(self, seq: int) -> None:
        self._fail(seq, ClientBehind("the server lacks updates that this one builds on"))

    def diff(self, diff: Diff) -> None:
        """Answers come in the order of the questions."""
        if self._syncs:
            request = self._syncs.popleft()
            if not request.answer.done():
                request.answer.set_result(diff)

    def answer_lock(self, message: Message) -> None:
        """Take the answer to a ``lock`` message."""
        request = self._locks.pop(message.integer("id"), None)
        if request is None or request.answer.done():
            return
        if message.text("standing") != "refused":
            request.answer.set_result(reply_of(message))
            return
        nodes = tuple(map(str, message.items("nodes")))
        refusal = ClientRefused(message.text("code"), message.text("reason"), (), nodes)
        request.answer.set_exception(refusal)

    def abandon(self, error: ClientError) -> None:
        """Nobody will answer any more."""
        locks, self._locks = self._locks, {}
        for lock in locks.values():
            if not lock.answer.done():
                lock.answer.set_exception(error)
        for seq in list(self._updates):
            self._fail(seq, error)
        while self._syncs:
            request = self._syncs.popleft()
            if not request.answer.done():
                request.answer.set_exception(error)

    def _all(self) -> list[_Update | _Sync | _Lock]:
        return [*self._updates.values(), *self._syncs, *self._locks.values()]

    def _fail(self, seq: int, error: ClientError) -> None:
        request = self._updates.pop(seq, None)
        if request is not None and not request.answer.done():
            request.answer.set_exception(error)
