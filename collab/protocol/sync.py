"""The sync part of the Yjs protocols: framing, and who has yet to answer which step 1.

Both Yjs dialects carry y-protocols' three messages: *step 1* (a state vector: "what do I lack?"),
*step 2* (its answer) and *update*. A dialect puts a prefix in front of them.

``SyncState`` keeps, for one session, the round that makes a client's document complete: each
step 1 of the client is answered by a step 2 and one step 1 of ours, and what the client answers is
in the room's hands until the room has decided. An update that lacks earlier ones is not lost as
long as such an answer is still to come: the client's step 2 holds whatever it had sent before.
Only if none is to come does the adapter ask again, with one step 1 at a time.

SPEC: sections YW and HP. Called by the two Yjs adapters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from collab.crdt import awareness
from collab.crdt.lib0 import Decoder, Encoder
from collab.errors import InvalidUpdate, ProtocolError
from collab.limits import COPIED_BYTES_MAX, RESYNCS_IN_A_ROW_MAX, STEP2_BYTES_MAX
from collab.messages import AwarenessEntry, Resync, SyncDiff
from collab.protocol.adapter import Output, reason_of

__all__ = [
    "MESSAGE_AUTH",
    "MESSAGE_AWARENESS",
    "MESSAGE_QUERY_AWARENESS",
    "MESSAGE_SYNC",
    "STEP1",
    "STEP2",
    "UPDATE",
    "SyncState",
    "answer_step1",
    "awareness_frame",
    "read_awareness",
    "read_sync",
    "step2_too_large",
    "sync_frame",
]

MESSAGE_SYNC: Final = 0
MESSAGE_AWARENESS: Final = 1
MESSAGE_AUTH: Final = 2
MESSAGE_QUERY_AWARENESS: Final = 3

STEP1: Final = 0
STEP2: Final = 1
UPDATE: Final = 2


def read_sync(decoder: Decoder) -> tuple[int, bytes]:
    """Return the kind and the payload of a sync message; ``ProtocolError`` if it is none."""
    kind = decoder.read_var_uint()
    if kind > UPDATE:
        raise ProtocolError(f"{kind} is no kind of a sync message")
    payload = decoder.read_var_bytes()
    decoder.expect_end()
    return kind, payload


def step2_too_large(size: int) -> str:
    """Return why a step 2 of *size* bytes is not taken."""
    return reason_of("limit_step2", f"a step 2 of {size} bytes exceeds {STEP2_BYTES_MAX}")


def sync_frame(prefix: bytes, kind: int, payload: bytes) -> bytes:
    """Return a whole frame: *prefix*, the sync type, *kind* and *payload*."""
    encoder = Encoder()
    encoder.write_bytes(prefix)
    encoder.write_var_uint(MESSAGE_SYNC)
    encoder.write_var_uint(kind)
    encoder.write_var_bytes(payload)
    return encoder.to_bytes()


def answer_step1(prefix: bytes, event: SyncDiff) -> Output:
    """Return the step 2 that *event* is, and the step 1 behind it."""
    step1 = sync_frame(prefix, STEP1, event.state_vector)
    if len(event.update) <= COPIED_BYTES_MAX:
        return Output(frames=[sync_frame(prefix, STEP2, event.update), step1])
    encoder = Encoder()
    encoder.write_bytes(prefix)
    encoder.write_var_uint(MESSAGE_SYNC)
    encoder.write_var_uint(STEP2)
    encoder.write_var_uint(len(event.update))
    return Output(large=(encoder.to_bytes(), event.update), frames=[step1])


def read_awareness(decoder: Decoder) -> tuple[AwarenessEntry, ...]:
    """Return the entries of an awareness message; ``ProtocolError`` if it is none."""
    payload = decoder.read_var_bytes()
    decoder.expect_end()
    return awareness.decode(payload)


def awareness_frame(prefix: bytes, entries: tuple[AwarenessEntry, ...]) -> bytes:
    """Return a whole frame with *entries* (none make a message that changes nothing)."""
    encoder = Encoder()
    encoder.write_bytes(prefix)
    encoder.write_var_uint(MESSAGE_AWARENESS)
    encoder.write_var_bytes(awareness.encode(entries))
    return encoder.to_bytes()


@dataclass(slots=True)
class SyncState:
    """The rounds of one session.

    ``last_seq`` numbers what the client sends, from 1. ``owed`` counts the client's step 1s that
    the room has not answered yet, ``unanswered`` our step 1s that the client has not answered.
    ``answer_seq`` is the newest answer, and ``is_answer_pending`` says that the room has not yet
    decided it. ``is_asking`` says that a state vector for a step 1 was asked of the room.
    """

    last_seq: int = 0
    owed: int = 0
    unanswered: int = 0
    answer_seq: int = 0
    is_answer_pending: bool = False
    is_asking: bool = False
    has_started: bool = False
    failures: int = 0

    @property
    def is_settled(self) -> bool:
        """True if every round is over: what was sent before it is stored with its answer."""
        return self.has_started and not (self._expects_answer or self.is_answer_pending)

    @property
    def _expects_answer(self) -> bool:
        return self.owed > 0 or self.unanswered > 0 or self.is_asking

    def next_seq(self) -> int:
        """Return the number of the next update or step 2."""
        self.last_seq += 1
        return self.last_seq

    def take_step1(self) -> None:
        """Note that the client sent a step 1: a step 2 and a step 1 are owed to it."""
        self.has_started = True
        self.owed += 1

    def take_diff(self) -> None:
        """Note that the room's step 2 is sent, and one step 1 right behind it."""
        self.owed = max(0, self.owed - 1)
        self.unanswered += 1

    def take_state_vector(self) -> None:
        """Note that the step 1 is sent for which the room was asked."""
        self.is_asking = False
        self.unanswered += 1

    def take_step2(self, seq: int) -> None:
        """Note that the client sent a step 2 under *seq*, perhaps as the answer to ours."""
        if self.unanswered:
            self.unanswered -= 1
            self.answer_seq = seq
            self.is_answer_pending = True

    def decide(self, seq: int) -> None:
        """Note that the room has decided the step 2 *seq*, whatever it said."""
        self.failures = 0
        self._close_round(seq)

    def needs_step1(self, resync: Resync) -> bool:
        """Return whether a step 1 has to be asked of the room for this dropped update.

        It has not if the answer to one is still to come, or came after the update. Raises
        ``InvalidUpdate`` (``update_missing``) for answers that lack earlier updates themselves,
        again and again.
        """
        if resync.is_step2:
            self._close_round(resync.seq)
            self.failures += 1
            if self.failures > RESYNCS_IN_A_ROW_MAX:
                raise InvalidUpdate(
                    "update_missing", "the document that was sent lacks parts of itself"
                )
        is_covered = self._expects_answer or resync.seq < self.answer_seq
        if is_covered or not self.has_started:
            return False
        self.is_asking = True
        return True

    def _close_round(self, seq: int) -> None:
        if seq == self.answer_seq:
            self.is_answer_pending = False
