"""Sealing what runs keep. SPEC: section WF. Called by ``durable`` and ``ledger``.

A run's order holds the record that started it, and what its steps found may hold the value of any
encrypted field, under any name. So all of it is sealed, whatever it is: nobody could tell later
which part was worth it. What was kept before there was a key is read as it is.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from runtime.data.encryption import Cipher

__all__ = ["RunSeal"]

_SEALED: Final = "$sealed"
_JSON: Final = b"{"


class RunSeal:
    """Seals for *cipher*; without one, everything is kept as it is. Thread-safe."""

    def __init__(self, cipher: Cipher | None) -> None:
        self._cipher = cipher

    def seal(self, run: str, kept: dict[str, Any]) -> dict[str, Any]:
        """Return JSON that says nothing of *kept* but to ``open`` for the same run."""
        if self._cipher is None:
            return kept
        return {_SEALED: base64.b64encode(self.seal_bytes(run, kept)).decode()}

    def open(self, run: str, kept: dict[str, Any]) -> dict[str, Any]:
        """Return what was sealed. Raises ``FieldKeyMissing``, ``FieldDamaged``."""
        if kept.keys() != {_SEALED}:
            return kept
        return self.open_bytes(run, base64.b64decode(kept[_SEALED]))

    def seal_bytes(self, run: str, kept: dict[str, Any]) -> bytes:
        """Return *kept* as bytes, sealed."""
        # Results may hold integers of any size and halves of characters, which orjson refuses.
        plain = json.dumps(kept, separators=(",", ":"), default=str).encode()
        return plain if self._cipher is None else self._cipher.seal(_place(run), plain)

    def open_bytes(self, run: str, kept: bytes) -> dict[str, Any]:
        """Return what ``seal_bytes`` was given. Raises ``FieldKeyMissing``, ``FieldDamaged``."""
        if self._cipher is not None and not kept.startswith(_JSON):
            kept = self._cipher.open(_place(run), kept)
        opened: dict[str, Any] = json.loads(kept)
        return opened


def _place(run: str) -> bytes:
    return json.dumps(["run", run]).encode()
