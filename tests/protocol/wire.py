"""What the adapter tests share: recorded transcripts, principals, and a reader of frames."""

from __future__ import annotations

import json
from pathlib import Path

from collab.crdt.lib0 import Encoder
from collab.ids import Epoch, RevisionNo, SessionId, TenantId, UserId
from collab.messages import Principal, Role
from collab.revision import ChangeKind, Revision

__all__ = ["SESSION", "frames_of", "message", "principal", "revision", "var_string"]

SESSION = SessionId("s1")

_TRANSCRIPTS = Path(__file__).parent.parent / "wire"


def frames_of(transcript: str, sender: str = "client") -> list[bytes]:
    """Return the frames that *sender* sent in a recorded transcript, in order."""
    return [bytes.fromhex(text) for who, text in _entries(transcript) if who == sender]


def principal(role: Role = Role.EDITOR) -> Principal:
    """Return a person of *role*."""
    return Principal(UserId("zoë"), "Zoë 😀", "#aa0000", TenantId("t"), role)


def revision(number: int = 7, update: bytes = b"\x00\x00") -> Revision:
    """Return a revision with the Yjs form *update* and an op of its own."""
    return Revision(
        number=RevisionNo(number),
        epoch=Epoch(1),
        kind=ChangeKind.OP,
        change=[{"p": ["title"], "oi": "né😀"}],
        update=update,
        author=UserId("zoë"),
        time_ms=1_700_000_000_000,
    )


def var_string(text: str) -> bytes:
    """Return *text* with its length in bytes before it."""
    encoder = Encoder()
    encoder.write_var_string(text)
    return encoder.to_bytes()


def message(prefix: bytes, head: bytes, payload: bytes) -> bytes:
    """Return *prefix*, *head* and a buffer."""
    encoder = Encoder()
    encoder.write_bytes(prefix + head)
    encoder.write_var_bytes(payload)
    return encoder.to_bytes()


def _entries(transcript: str) -> list[list[str]]:
    text = (_TRANSCRIPTS / f"{transcript}.json").read_text(encoding="utf-8")
    entries: list[list[str]] = json.loads(text)["frames"]
    return entries
