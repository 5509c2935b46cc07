"""A link: messages between two nodes in order and once, over a bus that may lose anything.

Each end numbers what it sends and keeps it until the other has acknowledged it; what is not
acknowledged in time is sent again. An end that hears nothing for ``LINK_SILENCE_MS`` gives the link
up and begins another *life*. What is numbered belongs to the pair of both ends' lives: before an
end knows the other's it sends none, and whatever belongs to another pair is dropped. So nothing of
an old link is mistaken for the new one. When a link is lost, what was on its way may have arrived
or not, and both ends are told.

Sans-I/O: time comes in, frames come in and go out. SPEC: section BU. Called by ``host.cluster``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgpack

from collab.errors import ProtocolError
from collab.ids import NodeId
from collab.limits import (
    LINK_BEAT_MS,
    LINK_BYTES_MAX,
    LINK_FRAME_BYTES,
    LINK_RESEND_MS,
    LINK_SILENCE_MS,
)

__all__ = ["Frame", "Link", "Received"]

# No life: nothing is known of the other end yet.
_NOBODY: Final = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """What goes over the bus at once, from *sender*.

    ``life`` is the sender's, ``peer_life`` the receiver's as far as the sender knows. ``messages``
    are numbered from ``first`` on; everything up to ``ack`` has arrived at the sender.
    """

    sender: NodeId
    life: int
    peer_life: int
    first: int
    ack: int
    messages: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the frame's bytes."""
        parts = (self.sender, self.life, self.peer_life, self.first, self.ack, self.messages)
        data: bytes = msgpack.packb(parts)
        return data

    @classmethod
    def decode(cls, data: bytes) -> Frame:
        """Return the frame of *data*; ``ProtocolError`` if it is none."""
        try:
            sender, life, peer_life, first, ack, messages = msgpack.unpackb(data)
        except (ValueError, TypeError, msgpack.UnpackException) as error:
            raise ProtocolError("a node sent no frame") from error
        numbers = (life, peer_life, first, ack)
        if not isinstance(sender, str) or not all(isinstance(item, int) for item in numbers):
            raise ProtocolError("a node sent no frame")
        if not isinstance(messages, list) or not all(isinstance(item, bytes) for item in messages):
            raise ProtocolError("a node sent no frame")
        return cls(NodeId(sender), life, peer_life, first, ack, tuple(messages))


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a frame: new messages in order, after the link was lost if ``is_lost``."""

    messages: tuple[bytes, ...] = ()
    is_lost: bool = False


class Link:
    """*node*'s end of a link. *next_life* numbers the lives of this node's ends, upwards from 1."""

    def __init__(self, node: NodeId, next_life: Callable[[], int], now_ms: int) -> None:
        self._node = node
        self._next_life = next_life
        self._heard_ms = now_ms
        self._begin_anew(now_ms)

    def _begin_anew(self, now_ms: int) -> None:
        self._life = self._next_life()
        self._peer_life = _NOBODY
        self._begin(now_ms)

    def _begin(self, now_ms: int) -> None:
        self._next = 1
        self._expected = 1
        self._unsent: deque[bytes] = deque()
        self._unacked: deque[bytes] = deque()
        self._bytes = 0
        self._sent_ms = now_ms - LINK_BEAT_MS
        self._progress_ms = now_ms
        self._owes_sign = True

    @property
    def pending_bytes(self) -> int:
        """What was sent here and has not been acknowledged."""
        return self._bytes

    @property
    def is_full(self) -> bool:
        """True if the other end takes less than it is sent: whoever sends is to wait."""
        return self._bytes >= LINK_BYTES_MAX

    def send(self, message: bytes) -> None:
        """Let *message* go with the next frames."""
        self._unsent.append(message)
        self._bytes += len(message)

    def receive(self, frame: Frame, now_ms: int) -> Received:
        """Take a frame of the other end."""
        if frame.life < self._peer_life or frame.peer_life not in (_NOBODY, self._life):
            # Of an end that is no more, or to one.
            return Received()
        self._heard_ms = now_ms
        is_lost = False
        if frame.life > self._peer_life:
            # What is queued for an end that was not known yet is for this one.
            is_lost = self._peer_life != _NOBODY
            if is_lost:
                self._begin(now_ms)
            self._peer_life = frame.life
            self._owes_sign = True
        if frame.peer_life == _NOBODY:
            self._owes_sign = True
            return Received(is_lost=is_lost)
        self._acknowledged(frame.ack, now_ms)
        skip = self._expected - frame.first
        self._owes_sign = self._owes_sign or bool(frame.messages)
        # Before a gap something is missing: it will be sent again with all that follows.
        fresh = frame.messages[skip:] if skip >= 0 else ()
        self._expected += len(fresh)
        return Received(fresh, is_lost)

    def frames(self, now_ms: int) -> list[bytes]:
        """Return what is to be sent now: what is new, what was not acknowledged, or a sign."""
        frames: list[bytes] = []
        if self._unacked and now_ms - self._progress_ms >= LINK_RESEND_MS:
            self._next -= len(self._unacked)
            self._unsent.extendleft(reversed(self._unacked))
            self._unacked.clear()
        while self._unsent and self._peer_life != _NOBODY:
            frames.append(self._next_frame(now_ms))
        if not frames and (self._owes_sign or now_ms - self._sent_ms >= LINK_BEAT_MS):
            frames.append(self._frame(()))
        if frames:
            self._sent_ms = now_ms
            self._owes_sign = False
        return frames

    def give_up(self, now_ms: int) -> bool:
        """Begin anew if the other end has been silent for too long; return whether it has."""
        if now_ms - self._heard_ms < LINK_SILENCE_MS:
            return False
        self.restart(now_ms)
        return True

    def restart(self, now_ms: int) -> None:
        """Begin anew; the other end will notice."""
        self._heard_ms = now_ms
        self._begin_anew(now_ms)

    def _next_frame(self, now_ms: int) -> bytes:
        messages: list[bytes] = []
        size = 0
        while self._unsent and (not messages or size + len(self._unsent[0]) <= LINK_FRAME_BYTES):
            messages.append(self._unsent.popleft())
            size += len(messages[-1])
        if not self._unacked:
            self._progress_ms = now_ms
        frame = self._frame(tuple(messages))
        self._unacked.extend(messages)
        self._next += len(messages)
        return frame

    def _frame(self, messages: tuple[bytes, ...]) -> bytes:
        ack = self._expected - 1
        return Frame(self._node, self._life, self._peer_life, self._next, ack, messages).encode()

    def _acknowledged(self, ack: int, now_ms: int) -> None:
        count = ack - (self._next - 1 - len(self._unacked))
        for _ in range(min(count, len(self._unacked))):
            self._bytes -= len(self._unacked.popleft())
            self._progress_ms = now_ms
