"""The words that commands, events and effects share. SPEC: section SE."""

from __future__ import annotations

from enum import StrEnum

from collab.ids import ClientId
from collab.records import dataclass
from collab.values import Json

__all__ = [
    "AwarenessEntry",
    "Dialect",
    "UpdateKind",
]


class Dialect(StrEnum):
    """How a session speaks; frames are encoded once for each dialect."""

    YJS = "yjs"
    HOCUSPOCUS = "hocuspocus"
    NATIVE = "native"
    SHAREDB = "sharedb"


class UpdateKind(StrEnum):
    """Whether a Yjs update is one live action or the answer to our step 1."""

    LIVE = "live"
    STEP2 = "step2"


@dataclass(frozen=True, slots=True)
class AwarenessEntry:
    """One client's awareness: ``state`` is a JSON object, or None once it is gone."""

    client: ClientId
    clock: int
    state: Json
