"""Requests that documents answer: one answer for a single document, one for a whole bulk.

SPEC: section SD. Called by the ShareDB adapter.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.ids import RevisionNo
from collab.protocol.sharedb_frames import Message, encode, failure, member, reply, reply_to_some

__all__ = ["Inquiry"]


class Inquiry:
    """One ``f``, ``s`` or ``u``, or the bulk of many, until each of its documents has answered.

    *documents* are those that it is about, each with the version that the client has. A document
    that fails fails alone.
    """

    def __init__(self, message: Message, documents: Mapping[str, RevisionNo | None]) -> None:
        self.message = message
        # What of the request's bytes each of its documents keeps.
        self.share = len(message.frame) // max(1, len(documents))
        self._is_bulk = message.action.startswith("b")
        self._versions = documents
        self._open = set(documents)
        # The answers that say something, as JSON text; the others are bare.
        self._parts: dict[str, bytes] = {}

    def version_of(self, document: str) -> RevisionNo | None:
        """Return the version at which the client has *document*, None if it has it not."""
        return self._versions[document]

    def answer(self, document: str, data: bytes = b"") -> list[bytes]:
        """Take a document's answer; return what answers the request, if it was the last."""
        self._open.discard(document)
        if not self._is_bulk:
            return [reply(self.message, data)]
        if data:
            self._parts[document] = data
        return [] if self._open else self.finish()

    def fail(self, document: str, error: dict[str, object]) -> list[bytes]:
        """Take a document's failure; return what answers the request, if it was the last."""
        if not self._is_bulk:
            return [failure(self.message, error)]
        return self.answer(document, b'{"error":%b}' % encode(error))

    def finish(self) -> list[bytes]:
        """Return the answer of a bulk whose documents have all answered.

        Clients look at the data or at the names of a message, never at both; so what is told of
        some documents and the bare answer of the others are two.
        """
        frames: list[bytes] = []
        if self._parts:
            members = b",".join(member(name, part) for name, part in self._parts.items())
            frames.append(reply(self.message, b"{%b}" % members))
        bare = [name for name in self._versions if name not in self._parts]
        if bare or not frames:
            frames.append(reply_to_some(self.message, bare))
        return frames
