"""A session of the recorded provider, as far as the Hocuspocus tests need it."""

from __future__ import annotations

import json
from typing import Any

from collab.crdt.lib0 import Decoder
from collab.ids import RevisionNo
from collab.messages import (
    Ack,
    SyncDiff,
)
from collab.protocol.hocuspocus import HocuspocusAdapter
from tests.protocol.wire import SESSION, frames_of, principal, var_string

__all__ = [
    "AUTH",
    "DIFF",
    "HEAD",
    "NOT_STORED",
    "OUR_STEP1",
    "PREFIX",
    "ROOM",
    "STEP1",
    "STEP2",
    "STORED",
    "UPDATE",
    "opened",
    "stateless",
    "synced",
]

ROOM = "projekt/ä"
PREFIX = var_string(ROOM)
HEAD = RevisionNo(3)
DIFF = SyncDiff(HEAD, b"\x00\x00", b"\x00")
AUTH = frames_of("hocuspocus")[0]
STEP1 = frames_of("hocuspocus")[1]
STEP2 = PREFIX + bytes.fromhex("0001020000")
UPDATE = PREFIX + bytes.fromhex("0002020000")
OUR_STEP1 = PREFIX + bytes.fromhex("00000100")
STORED = PREFIX + b"\x08\x01"
NOT_STORED = PREFIX + b"\x08\x00"


def opened() -> HocuspocusAdapter:
    adapter = HocuspocusAdapter()
    adapter.receive(AUTH)
    adapter.opened(ROOM, SESSION, principal())
    return adapter


def synced() -> HocuspocusAdapter:
    """Return an adapter whose first round is over; its last number is 1."""
    adapter = opened()
    adapter.receive(STEP1)
    adapter.event(ROOM, DIFF)
    adapter.receive(STEP2)
    assert adapter.event(ROOM, Ack(1, HEAD, is_step2=True)).frames == [STORED]
    return adapter


def stateless(frame: bytes) -> dict[str, Any]:
    """Return the payload of a stateless message for ``ROOM``."""
    decoder = Decoder(frame)
    assert decoder.read_var_string() == ROOM
    assert decoder.read_var_uint() == 5
    payload: dict[str, Any] = json.loads(decoder.read_var_string())
    decoder.expect_end()
    return payload
