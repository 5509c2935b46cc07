"""The codec of awareness: who is in a room, as y-protocols clients tell each other.

A message is a list of entries: a client id, a clock that grows with each change of that client's
state, and the state itself as JSON text, ``null`` when the client has left.

SPEC: section AW. Called by the Yjs and Hocuspocus adapters; the room decides which entries count.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from collab.crdt.lib0 import Decoder, Encoder, parse_json
from collab.errors import LimitExceeded, ProtocolError
from collab.ids import ClientId
from collab.limits import AWARENESS_ENTRIES_PER_MESSAGE_MAX, AWARENESS_STATE_BYTES_MAX
from collab.messages import AwarenessEntry

__all__ = ["decode", "encode"]


def decode(message: bytes) -> tuple[AwarenessEntry, ...]:
    """Read an awareness message, in its order; a client may stand in it more than once.

    Raises ``ProtocolError`` (``protocol_malformed``) for anything that is no such message, a
    state that is neither object nor null included, and ``LimitExceeded`` (``limit_awareness``)
    for too many entries or a state of too many bytes. Source: [AW1], y-protocols ``awareness.js``.
    """
    decoder = Decoder(message)
    count = decoder.read_var_uint()
    if count > AWARENESS_ENTRIES_PER_MESSAGE_MAX:
        raise LimitExceeded(
            f"an awareness message has more than {AWARENESS_ENTRIES_PER_MESSAGE_MAX} entries",
            code="limit_awareness",
        )
    entries = tuple(_read_entry(decoder) for _ in range(count))
    decoder.expect_end()
    return entries


def encode(entries: Iterable[AwarenessEntry]) -> bytes:
    """Return the message of *entries*, whose states ``JSON.parse`` reads as they are here.

    Source: [AW2].
    """
    listed = tuple(entries)
    encoder = Encoder()
    encoder.write_var_uint(len(listed))
    for entry in listed:
        encoder.write_var_uint(entry.client)
        encoder.write_var_uint(entry.clock)
        encoder.write_var_bytes(orjson.dumps(entry.state))
    return encoder.to_bytes()


def _read_entry(decoder: Decoder) -> AwarenessEntry:
    client = decoder.read_var_uint()
    clock = decoder.read_var_uint()
    text = decoder.read_var_string()
    if len(text.encode()) > AWARENESS_STATE_BYTES_MAX:
        raise LimitExceeded(
            f"an awareness state is longer than {AWARENESS_STATE_BYTES_MAX} bytes",
            code="limit_awareness",
        )
    state = parse_json(text)
    if state is not None and not isinstance(state, dict):
        raise ProtocolError(
            "an awareness state is neither an object nor null", code="protocol_malformed"
        )
    return AwarenessEntry(ClientId(client), clock, state)
