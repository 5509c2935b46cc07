"""The words that commands, events and effects share. SPEC: section SE."""

from __future__ import annotations

from enum import StrEnum

from collab.ids import ClientId
from collab.records import dataclass
from collab.values import Json

__all__ = [
    "AwarenessEntry",
    "Dialect",
    "LockAction",
    "UpdateKind",
]


class Dialect(StrEnum):
    """How a session speaks; frames are encoded once for each dialect.

    ``PEER`` is another node of the cluster that speaks for a session of its own: it is pushed
    nothing, and answered.
    """

    YJS = "yjs"
    HOCUSPOCUS = "hocuspocus"
    NATIVE = "native"
    SHAREDB = "sharedb"
    PEER = "peer"


class UpdateKind(StrEnum):
    """Whether a Yjs update is one live action or the answer to our step 1."""

    LIVE = "live"
    STEP2 = "step2"


class LockAction(StrEnum):
    """What is asked of a lock: ``WAIT`` takes a place in the queue where ``ACQUIRE`` is refused."""

    ACQUIRE = "acquire"
    WAIT = "wait"
    RENEW = "renew"
    RELEASE = "release"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class AwarenessEntry:
    """One client's awareness: ``state`` is a JSON object, or None once it is gone."""

    client: ClientId
    clock: int
    state: Json
