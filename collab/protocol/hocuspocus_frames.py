"""What the server says in the Hocuspocus protocol, as whole frames.

Every frame begins with the address, exactly as the client wrote it, except ping and pong, which
are one bare byte for the whole socket. SPEC: section HP. Called by the Hocuspocus adapter, and by
the host for stateless messages of its own.
"""

from __future__ import annotations

from typing import Final

import orjson

from collab.crdt.lib0 import Encoder
from collab.messages import Lost, Problems, ReadOnly, Refusal, Role
from collab.protocol.sync import MESSAGE_AUTH
from collab.values import Json

__all__ = [
    "AUTH_TOKEN",
    "MESSAGE_CLOSE",
    "MESSAGE_STATELESS",
    "PING",
    "PONG",
    "authenticated",
    "closed",
    "encode_stateless",
    "lost",
    "permission_denied",
    "prefix_of",
    "problems",
    "read_only",
    "refused",
    "sync_status",
]

MESSAGE_STATELESS: Final = 5
MESSAGE_CLOSE: Final = 7
_MESSAGE_SYNC_STATUS: Final = 8

AUTH_TOKEN: Final = 0
_AUTH_DENIED: Final = 1
_AUTH_GRANTED: Final = 2

PING: Final = b"\x09"
PONG: Final = b"\x0a"


def prefix_of(channel: str) -> bytes:
    """Return the address as it stands before every message."""
    encoder = Encoder()
    encoder.write_var_string(channel)
    return encoder.to_bytes()


def authenticated(channel: str, role: Role) -> bytes:
    """Return the answer to a token: whether the provider may edit."""
    return _auth(channel, _AUTH_GRANTED, "read-write" if role.may_edit else "readonly")


def permission_denied(channel: str, reason: str) -> bytes:
    """Return the denial, after which a provider shows *reason* and does not ask again."""
    return _auth(channel, _AUTH_DENIED, reason)


def closed(channel: str, reason: str) -> bytes:
    """Return the message that ends one document; the provider forgets who else was there."""
    return _text(channel, MESSAGE_CLOSE, reason)


def sync_status(channel: str, *, is_stored: bool) -> bytes:
    """Return the acknowledgement (or refusal) of one step 2 or update."""
    encoder = _message(channel, _MESSAGE_SYNC_STATUS)
    encoder.write_uint8(1 if is_stored else 0)
    return encoder.to_bytes()


def encode_stateless(channel: str, payload: dict[str, Json]) -> bytes:
    """Return a stateless message: *payload* as JSON text, keyed by its ``type``.

    Source: [HP13].
    """
    return _text(channel, MESSAGE_STATELESS, orjson.dumps(payload).decode())


def refused(channel: str, event: Refusal) -> bytes:
    """Return what tells the author which change was undone, and why."""
    return encode_stateless(
        channel,
        {
            "type": "refused",
            "code": event.code,
            "reason": event.reason,
            "nodes": event.nodes,
            "path": event.path,
        },
    )


def lost(channel: str, event: Lost) -> bytes:
    """Return what tells the author which of its texts went with something deleted."""
    return encode_stateless(channel, {"type": "lost", "texts": event.texts})


def problems(channel: str, event: Problems) -> bytes:
    """Return the list of everything that is accepted but not right."""
    return encode_stateless(
        channel,
        {"type": "problems", "revision": event.revision, "problems": event.problems},
    )


def read_only(channel: str, event: ReadOnly) -> bytes:
    """Return what tells that the room takes no edits for now."""
    return encode_stateless(
        channel, {"type": "readonly", "code": event.code, "reason": event.reason}
    )


def _auth(channel: str, kind: int, text: str) -> bytes:
    encoder = _message(channel, MESSAGE_AUTH)
    encoder.write_var_uint(kind)
    encoder.write_var_string(text)
    return encoder.to_bytes()


def _text(channel: str, message: int, text: str) -> bytes:
    encoder = _message(channel, message)
    encoder.write_var_string(text)
    return encoder.to_bytes()


def _message(channel: str, message: int) -> Encoder:
    encoder = Encoder()
    encoder.write_var_string(channel)
    encoder.write_var_uint(message)
    return encoder
