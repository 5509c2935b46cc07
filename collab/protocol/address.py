"""One address of a Hocuspocus socket: its stage, what it queues, the acknowledgements it holds.

SPEC: section HP. Called by the Hocuspocus adapter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from collab.ids import SessionId
from collab.protocol.sync import SyncState

__all__ = ["Address", "Stage"]


class Stage(Enum):
    """Where an address stands. ``DENIED`` listens to nothing but a new token."""

    NEW = "new"
    DECIDING = "deciding"
    OPEN = "open"
    DENIED = "denied"


@dataclass(slots=True)
class Address:
    """The state of one address. ``session`` is set exactly while it is open.

    Before that, step 1s and the latest awareness are queued as the frames they came in. Updates
    are only counted, in ``held``: the step 2 that follows brings them, and then all are
    acknowledged. So whatever a client wrote offline, an unauthenticated address stays small.
    ``undecided`` counts what was handed to the room and not answered by it.
    """

    stage: Stage = Stage.NEW
    session: SessionId | None = None
    sync: SyncState = field(default_factory=SyncState)
    held: int = 0
    undecided: int = 0
    is_read_only: bool = False
    step1_frames: list[bytes] = field(default_factory=list)
    awareness_frame: bytes = b""

    @property
    def queued_bytes(self) -> int:
        return sum(map(len, self.step1_frames)) + len(self.awareness_frame)

    def open(self, session: SessionId) -> list[bytes]:
        """Enter the room as *session* and return the queued frames, to be received now."""
        frames = [*self.step1_frames, self.awareness_frame]
        self.step1_frames, self.awareness_frame = [], b""
        self.stage, self.session = Stage.OPEN, session
        return [frame for frame in frames if frame]

    def deny(self) -> None:
        """Forget everything: what still comes in is dropped until there is a new token."""
        self.stage, self.session = Stage.DENIED, None
        self.step1_frames, self.awareness_frame = [], b""
        self.held = 0

    def release(self, count: int) -> int:
        """Add *count* acknowledgements and return how many may leave now.

        None may while a round of step 1 and step 2 is open: the provider does not count what it
        flushes after a reconnect, so each of these would make another edit look stored.
        """
        self.held += count
        if not self.sync.is_settled:
            return 0
        released, self.held = self.held, 0
        return released
