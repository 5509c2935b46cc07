"""The encoded forms of a room's document, each made once and kept until the next revision.

Whoever joins gets the document as JSON text or as a Yjs update; a thousand who join at once get the
same bytes. What every single update is inspected with, the state vector, is kept up to date edit by
edit instead: a room knows a client id for each page that was ever opened, and reading them all off
the Doc for each keystroke would cost more than the keystroke. SPEC: section CO. Used by ``commit``.
"""

from __future__ import annotations

from typing import Final

import orjson

from collab.crdt.bridge import Bridge
from collab.crdt.deletes import DeleteSet
from collab.crdt.text_bridge import TextBridge
from collab.crdt.update import DecodedUpdate, Inspection, decode, decode_state_vector

__all__ = ["EMPTY_UPDATES", "EncodedDocument"]

# What pycrdt emits, or what a peer sends, when there is nothing in it.
EMPTY_UPDATES: Final = (b"", b"\x00\x00")

# Reading a larger update than this costs more than reading the state vector afresh.
_NOTED_BYTES_MAX: Final = 4_096


class EncodedDocument:
    """The forms of what *bridge* holds. Its owner calls :meth:`forget` after each revision."""

    def __init__(self, bridge: Bridge | TextBridge) -> None:
        self._bridge = bridge
        self._clocks: dict[int, int] | None = None
        self.forget()

    def forget(self) -> None:
        """Drop what was encoded: the document is another now."""
        self._json: bytes | None = None
        self._state: bytes | None = None
        self._state_vector: bytes | None = None
        self._deletes: DeleteSet | None = None

    def json(self) -> bytes:
        """Return the document as JSON text."""
        if self._json is None:
            self._json = orjson.dumps(self._bridge.document)
        return self._json

    def state_vector(self) -> bytes:
        """Return the encoded state vector."""
        if self._state_vector is None:
            self._state_vector = self._bridge.state_vector()
        return self._state_vector

    def diff(self, state_vector: bytes) -> bytes:
        """Return the update that a peer with *state_vector* lacks; ``InvalidUpdate`` if malformed.

        Only the whole state, which every newcomer asks for, is kept.
        """
        if decode_state_vector(state_vector):
            return self._bridge.diff(state_vector)
        if self._state is None:
            self._state = self._bridge.diff()
        return self._state

    def holds(self, inspection: Inspection) -> bool:
        """True if the Doc has every struct and every delete; each step 2 repeats all deletes."""
        if inspection.new_structs:
            return False
        if self._deletes is None:
            emptied = self._bridge.diff(self.state_vector())
            self._deletes = DeleteSet(decode(emptied).deletes)
        return self._deletes.holds(inspection.decoded.deletes)

    def clocks(self) -> dict[int, int]:
        """Return the next clock of each client."""
        if self._clocks is None:
            self._clocks = decode_state_vector(self.state_vector())
        return self._clocks

    def note_update(self, decoded: DecodedUpdate) -> None:
        """Note the clocks of an update that was applied completely."""
        if self._clocks is None:
            return
        for client, block in decoded.structs.items():
            if block:
                end = block[-1].clock + block[-1].length
                self._clocks[client] = max(self._clocks.get(client, 0), end)

    def note_own_write(self, update: bytes) -> None:
        """Note the clocks of what the server itself has written, among others perhaps."""
        if len(update) > _NOTED_BYTES_MAX:
            self._clocks = None
            self._state_vector = None
        elif update not in EMPTY_UPDATES:
            self.note_update(decode(update))
